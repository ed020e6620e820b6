//go:build !linux

package blobs

// Free is not known here.
func (s *Store) Free() (bytes int64, known bool) { return 0, false }
