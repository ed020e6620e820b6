// Package keyfile makes files of keys.
package keyfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Create writes a file readable by its owner only, unless it is there: then it is left as it
// is, and the error is fs.ErrExist. A process that starts at the same moment reads either no
// file or the whole of it.
func Create(file string, write func(io.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	aside, err := os.CreateTemp(filepath.Dir(file), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(aside.Name()) }()
	if err := errors.Join(write(aside), aside.Sync(), aside.Close()); err != nil {
		return err
	}
	if err := os.Link(aside.Name(), file); err != nil {
		return err
	}
	return Settle(file)
}

// Settle has a file that was made, or put in the place of another, outlive a loss of power:
// what is written with a key must not be there without it.
func Settle(file string) error {
	dir, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Open reads a key, after create has made its file where there was none.
func Open[K any](read func() (K, error), create func() error) (K, error) {
	k, err := read()
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if err := create(); err != nil && !errors.Is(err, fs.ErrExist) {
		return k, err
	}
	return read()
}
