package blobs

import (
	"os"
	"path/filepath"
	"syscall"
)

// Free is how many bytes the folder has room for; known is false for a bucket, which has as
// much as is paid for.
func (s *Store) Free() (bytes int64, known bool) {
	if s.at.Scheme != "file" {
		return 0, false
	}
	dir := filepath.FromSlash(s.at.Path)
	for {
		var at syscall.Statfs_t
		err := syscall.Statfs(dir, &at)
		if err == nil {
			return int64(at.Bavail) * at.Bsize, true //nolint:gosec // blocks of a disk
		}
		if up := filepath.Dir(dir); os.IsNotExist(err) && up != dir { // made when the first bytes are kept
			dir = up
			continue
		}
		return 0, false
	}
}
