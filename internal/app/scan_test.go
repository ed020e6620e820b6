package app

import (
	"net"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/api"
	"huajie/config"
	"huajie/internal/scan"
)

// pong answers whoever asks.
func pong(t *testing.T) (at string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 6))
			_, _ = c.Write([]byte("PONG\x00"))
			_ = c.Close()
		}
	}()
	return "unix://" + path
}

// TestAScannerThatIsAwayIsSeen: by the doctor and by health, and it keeps nothing from being ready.
func TestAScannerThatIsAwayIsSeen(t *testing.T) {
	t.Parallel()
	c := config.Default()
	require.Empty(t, scannerFinding(t.Context(), c), "none is configured")
	require.Nil(t, (&App{}).pinger())
	require.Empty(t, api.ScannerHealth(t.Context(), (&App{}).pinger()))

	c.FilesScanner = pong(t)
	require.NoError(t, c.Validate())
	require.True(t, scannerFinding(t.Context(), c)[0].OK)
	there, err := scan.New(c.FilesScanner)
	require.NoError(t, err)
	require.Equal(t, "ok", api.ScannerHealth(t.Context(), (&App{scanner: there}).pinger()))

	c.FilesScanner = "unix://" + filepath.Join(t.TempDir(), "nobody")
	f := scannerFinding(t.Context(), c)[0]
	require.False(t, f.OK)
	require.NotEmpty(t, f.MendZH)
	away, err := scan.New(c.FilesScanner)
	require.NoError(t, err)
	require.Equal(t, "unavailable", api.ScannerHealth(t.Context(), away))
}
