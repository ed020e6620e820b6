// Package blobs keeps what does not belong into a database: bytes that never change,
// named by what they are. Two processes that keep the same bytes keep them once.
package blobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"sync"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:// URLs
	_ "gocloud.dev/blob/s3blob"   // s3:// URLs
	"gocloud.dev/gcerrors"
)

// Store is a folder or bucket. It is opened when it is first needed, and again when
// that has failed. It is safe for concurrent use.
type Store struct {
	at *url.URL

	mu     sync.Mutex
	opened *blob.Bucket
}

// New names a storage by URL: file:///folder, s3://bucket?region=…. An absent folder is
// made when the first bytes are kept.
func New(at string) (*Store, error) {
	u, err := url.Parse(at)
	if err != nil || (u.Scheme != "file" && u.Scheme != "s3") {
		return nil, errors.New("blobs: want a file:// or s3:// URL") // it may hold a credential
	}
	if u.Scheme == "file" {
		q := u.Query()
		q.Set("create_dir", "true")
		q.Set("dir_file_mode", "0700")
		q.Set("metadata", "skip")   // the name says everything
		q.Set("no_tmp_dir", "true") // moving is atomic only within one file system
		u.RawQuery = q.Encode()
	}
	return &Store{at: u}, nil
}

func (s *Store) bucket(ctx context.Context) (*blob.Bucket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened == nil {
		b, err := blob.OpenBucket(context.WithoutCancel(ctx), s.at.String())
		if err != nil {
			return nil, errors.New("blobs: " + strings.ReplaceAll(err.Error(), s.at.String(), s.at.Redacted()))
		}
		s.opened = b
	}
	return s.opened, nil
}

// FolderURL is the URL of a folder of this machine.
func FolderURL(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(abs)}).String(), nil
}

// Close lets go of the storage.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened == nil {
		return nil
	}
	return s.opened.Close()
}

// Name is the SHA-256 of bytes, by which they are kept.
type Name [sha256.Size]byte

// NameOf names bytes.
func NameOf(data []byte) Name { return sha256.Sum256(data) }

// String is the name in hexadecimal.
func (n Name) String() string { return hex.EncodeToString(n[:]) }

// key spreads the names over 256 folders.
func (n Name) key() string { return n.String()[:2] + "/" + n.String() }

// Put keeps bytes and gives their name. Bytes that are kept already are left alone.
func (s *Store) Put(ctx context.Context, data []byte, media string) (Name, error) {
	n := NameOf(data)
	bucket, err := s.bucket(ctx)
	if err != nil {
		return n, err
	}
	if there, err := bucket.Exists(ctx, n.key()); err == nil && there {
		return n, nil
	}
	err = bucket.WriteAll(ctx, n.key(), data, &blob.WriterOptions{ContentType: media, IfNotExist: true})
	if err != nil && gcerrors.Code(err) != gcerrors.FailedPrecondition { // somebody was quicker
		return n, fmt.Errorf("blobs: %w", err)
	}
	return n, nil
}

// Remove deletes bytes kept before. Bytes that are not there are no fault.
func (s *Store) Remove(ctx context.Context, n [32]byte) error {
	bucket, err := s.bucket(ctx)
	if err != nil {
		return err
	}
	if err := bucket.Delete(ctx, Name(n).key()); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("blobs: %w", err)
	}
	return nil
}

// ErrGone says that bytes are not, or not any more, what they are kept as.
var ErrGone = errors.New("blobs: what was kept is gone or has changed")

// Get gives bytes kept before, checked against their name.
func (s *Store) Get(ctx context.Context, n Name) ([]byte, error) {
	bucket, err := s.bucket(ctx)
	if err != nil {
		return nil, err
	}
	data, err := bucket.ReadAll(ctx, n.key())
	switch {
	case gcerrors.Code(err) == gcerrors.NotFound:
		return nil, ErrGone
	case err != nil:
		return nil, fmt.Errorf("blobs: %w", err)
	case NameOf(data) != n:
		return nil, ErrGone
	}
	return data, nil
}
