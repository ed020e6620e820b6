package blobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// Keep takes in a file under a name somebody has given it, a part at a time. What was kept
// under the name before is replaced, once the whole is there and not before.
func (s *Store) Keep(ctx context.Context, name string, r io.Reader, media string) (err error) {
	bucket, err := s.bucket(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := bucket.NewWriter(ctx, name, &blob.WriterOptions{ContentType: media})
	if err != nil {
		return fmt.Errorf("blobs: %w", err)
	}
	if _, err := io.Copy(w, r); err != nil {
		cancel() // what has come so far is not kept
		_ = w.Close()
		return fmt.Errorf("blobs: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("blobs: %w", err)
	}
	return nil
}

// Open gives a file kept by Keep, to be read a part at a time, and how long it is.
func (s *Store) Open(ctx context.Context, name string) (io.ReadCloser, int64, error) {
	bucket, err := s.bucket(ctx)
	if err != nil {
		return nil, 0, err
	}
	r, err := bucket.NewReader(ctx, name, nil)
	switch {
	case gcerrors.Code(err) == gcerrors.NotFound:
		return nil, 0, ErrGone
	case err != nil:
		return nil, 0, fmt.Errorf("blobs: %w", err)
	}
	return r, r.Size(), nil
}

// Drop deletes a file kept by Keep. One that is not there is no fault.
func (s *Store) Drop(ctx context.Context, name string) error {
	bucket, err := s.bucket(ctx)
	if err != nil {
		return err
	}
	if err := bucket.Delete(ctx, name); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("blobs: %w", err)
	}
	return nil
}

// Clear deletes what Keep had begun, under names that begin so, in a process that died, and
// nobody has touched since a moment. A folder holds that beside the files; a bucket shows
// nothing of what is not whole.
func (s *Store) Clear(ctx context.Context, prefix string, before time.Time) error {
	if s.at.Scheme != "file" {
		return nil
	}
	bucket, err := s.bucket(ctx)
	if err != nil {
		return err
	}
	list := bucket.List(&blob.ListOptions{Prefix: prefix})
	for {
		o, err := list.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("blobs: %w", err)
		case !strings.HasSuffix(o.Key, half) || !o.ModTime.Before(before):
			continue
		}
		if err := s.Drop(ctx, o.Key); err != nil {
			return err
		}
	}
}

// half is how the names of files end that are being written into a folder.
const half = ".tmp"
