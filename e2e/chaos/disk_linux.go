package chaos

import (
	"fmt"
	"os"
	"syscall"
)

// roomy is what the ledger's disk may hold while nothing is wrong with it. It is
// memory only as far as it is used.
const roomy = 4 << 30

// disk is a file system of its own for the ledger's database.
type disk struct{ dir string }

// newDisk mounts a tmpfs. The error says why that is not possible here.
func newDisk(dir string) (*disk, error) {
	if err := os.Mkdir(dir, 0o711); err != nil {
		return nil, err
	}
	if err := syscall.Mount("chaos", dir, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0711", int64(roomy))); err != nil {
		return nil, fmt.Errorf("mount a tmpfs: %w", err)
	}
	return &disk{dir}, nil
}

// fill makes the disk as small as what is on it, give or take a few pages.
func (d *disk) fill() error {
	var err error
	for slack := int64(0); slack <= 1<<20; slack = max(4096, 2*slack) { // somebody may be writing at this moment
		var fs syscall.Statfs_t
		if err = syscall.Statfs(d.dir, &fs); err != nil {
			return err
		}
		used := int64(fs.Blocks-fs.Bfree) * fs.Bsize
		if err = d.resize(used + slack); err == nil {
			return nil
		}
	}
	return err
}

// free gives the room back.
func (d *disk) free() error { return d.resize(roomy) }

func (d *disk) resize(bytes int64) error {
	return syscall.Mount("chaos", d.dir, "tmpfs", syscall.MS_REMOUNT, fmt.Sprintf("size=%d", bytes))
}

func (d *disk) unmount() error { return syscall.Unmount(d.dir, syscall.MNT_DETACH) }
