package blobs_test

import (
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/internal/blobs"
)

func TestAFileIsKeptReplacedAndDropped(t *testing.T) {
	t.Parallel()
	at, err := blobs.FolderURL(t.TempDir())
	require.NoError(t, err)
	s, err := blobs.New(at)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	const name = "exports/7.csv"
	read := func() string {
		r, size, err := s.Open(t.Context(), name)
		require.NoError(t, err)
		defer func() { require.NoError(t, r.Close()) }()
		b, err := io.ReadAll(r)
		require.NoError(t, err)
		require.EqualValues(t, len(b), size)
		return string(b)
	}
	_, _, err = s.Open(t.Context(), name)
	require.ErrorIs(t, err, blobs.ErrGone)
	require.NoError(t, s.Keep(t.Context(), name, strings.NewReader("first"), "text/csv"))
	require.Equal(t, "first", read())
	require.NoError(t, s.Keep(t.Context(), name, strings.NewReader("second"), "text/csv"))
	require.Equal(t, "second", read())

	broken := io.MultiReader(strings.NewReader("thi"), iotest.ErrReader(errors.New("torn off")))
	require.ErrorContains(t, s.Keep(t.Context(), name, broken, "text/csv"), "torn off")
	require.Equal(t, "second", read(), "half a file replaces nothing")

	require.NoError(t, s.Drop(t.Context(), name))
	require.NoError(t, s.Drop(t.Context(), name), "twice is once")
	_, _, err = s.Open(t.Context(), name)
	require.ErrorIs(t, err, blobs.ErrGone)
}

// TestHalfAFileIsCleared: what a process that was killed had begun is deleted when it is old,
// and nothing that is whole, or is being written, is.
func TestHalfAFileIsCleared(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	require.NoError(t, s.Clear(t.Context(), "exports/", time.Now()), "there may be nothing yet")
	require.NoError(t, s.Keep(t.Context(), "exports/7-1.csv", strings.NewReader("whole"), "text/csv"))
	r, w := io.Pipe()
	kept := make(chan error, 1)
	go func() { kept <- s.Keep(t.Context(), "exports/8-1.csv", r, "text/csv") }()
	_, err := w.Write([]byte("half"))
	require.NoError(t, err)
	stray := ""
	require.Eventually(t, func() bool {
		found, err := filepath.Glob(filepath.Join(dir, "exports", "8-1.csv.*.tmp"))
		if err == nil && len(found) == 1 {
			stray = found[0]
		}
		return stray != ""
	}, 10*time.Second, time.Millisecond)
	require.NoError(t, s.Clear(t.Context(), "exports/", time.Now().Add(-time.Hour)))
	require.FileExists(t, stray, "it is being written")
	require.NoError(t, s.Clear(t.Context(), "photos/", time.Now().Add(time.Hour)))
	require.FileExists(t, stray)
	require.NoError(t, s.Clear(t.Context(), "exports/", time.Now().Add(time.Hour)))
	require.NoFileExists(t, stray)
	require.FileExists(t, filepath.Join(dir, "exports", "7-1.csv"))
	require.NoError(t, w.Close())
	<-kept
}
