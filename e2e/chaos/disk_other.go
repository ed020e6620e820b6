//go:build !linux

package chaos

import "errors"

// disk is a file system of its own for the ledger's database; there is none here.
type disk struct{ dir string }

func newDisk(string) (*disk, error) {
	return nil, errors.New("a file system of its own is made on Linux only")
}

func (d *disk) fill() error    { return nil }
func (d *disk) free() error    { return nil }
func (d *disk) unmount() error { return nil }
