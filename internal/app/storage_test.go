package app

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/config"
)

// TestTheDoctorSeesAFullStorage: before photographs are refused for it, or when they are.
func TestTheDoctorSeesAFullStorage(t *testing.T) {
	t.Parallel()
	c := config.Default()
	c.DataDir, c.FilesKeepFree = t.TempDir(), 0
	found := storageFinding(c)
	require.Len(t, found, 1)
	require.True(t, found[0].OK, found[0].Detail)
	c.FilesKeepFree = 1 << 62
	found = storageFinding(c)
	require.False(t, found[0].OK)
	require.NotEmpty(t, found[0].MendZH)
	c.FilesURL = "s3://photographs?region=nowhere"
	require.Empty(t, storageFinding(c), "a bucket has as much as is paid for")
}
