// Package notary signs what is to be believed outside of the house: the heads of the audit
// log, and receipts of cases. The key is Ed25519, in a file of its own.
package notary

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"

	"huajie/internal/keyfile"
)

// Key signs.
type Key struct{ private ed25519.PrivateKey }

// OpenKey reads the key of a file, or makes one there, readable by its owner only.
func OpenKey(file string) (*Key, error) {
	k, err := keyfile.Open(func() (*Key, error) { return read(file) }, func() error { return create(file) })
	if err != nil {
		return nil, fmt.Errorf("audit key: %w", err)
	}
	return k, nil
}

// ReadKey reads the key of a file.
func ReadKey(file string) (*Key, error) {
	k, err := read(file)
	if err != nil {
		return nil, fmt.Errorf("audit key: %w", err)
	}
	return k, nil
}

func read(file string) (*Key, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, fmt.Errorf("%s is no PEM file", file)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s holds no private key", file)
	}
	private, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s holds no Ed25519 key", file)
	}
	return &Key{private}, nil
}

func create(file string) error {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return err
	}
	return keyfile.Create(file, func(w io.Writer) error { return pem.Encode(w, &pem.Block{Type: "PRIVATE KEY", Bytes: der}) })
}

// Sign gives the signature of words.
func (k *Key) Sign(words []byte) []byte { return ed25519.Sign(k.private, words) }

// Public is the half that verifies.
func (k *Key) Public() ed25519.PublicKey { return k.private.Public().(ed25519.PublicKey) }

// PublicKey is Public as receipts carry it.
func (k *Key) PublicKey() []byte { return k.Public() }

// ID names the key.
func (k *Key) ID() string { return idOf(k.Public()) }

// idOf names a key by the beginning of its SHA-256.
func idOf(public ed25519.PublicKey) string {
	sum := sha256.Sum256(public)
	return hex.EncodeToString(sum[:8])
}

// PEM is a public key as a file holds it.
func PEM(public ed25519.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// Publics reads every key of a PEM file by its id, so that what an earlier key has signed
// goes on being verified. Of a private key it takes the public half.
func Publics(file string) (map[string]ed25519.PublicKey, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	out := map[string]ed25519.PublicKey{}
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		public, err := publicOf(block)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		out[idOf(public)] = public
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s holds no key", file)
	}
	return out, nil
}

func publicOf(block *pem.Block) (ed25519.PublicKey, error) {
	if block.Type == "PRIVATE KEY" {
		if parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			if private, ok := parsed.(ed25519.PrivateKey); ok {
				return private.Public().(ed25519.PublicKey), nil
			}
		}
	}
	if parsed, err := x509.ParsePKIXPublicKey(block.Bytes); err == nil {
		if public, ok := parsed.(ed25519.PublicKey); ok {
			return public, nil
		}
	}
	return nil, errors.New("a block holds no Ed25519 key")
}
