package blobs_test

import (
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/internal/blobs"
)

func open(t *testing.T, dir string) *blobs.Store {
	t.Helper()
	at, err := blobs.FolderURL(dir)
	require.NoError(t, err)
	s, err := blobs.New(at)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

func TestBytesAreKeptOnceByWhatTheyAre(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "照片 files")
	one, two, wg := open(t, dir), open(t, dir), sync.WaitGroup{}
	want := blobs.NameOf([]byte("photo"))
	for i := range 40 {
		wg.Go(func() {
			n, err := []*blobs.Store{one, two}[i%2].Put(t.Context(), []byte("photo"), "image/jpeg")
			assert.NoError(t, err)
			assert.Equal(t, want, n)
		})
	}
	wg.Wait()
	var found []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			found = append(found, d.Name())
		}
		return err
	}))
	assert.Equal(t, []string{want.String()}, found)
	data, err := two.Get(t.Context(), want)
	require.NoError(t, err)
	assert.Equal(t, "photo", string(data))

	_, err = one.Get(t.Context(), blobs.NameOf([]byte("other")))
	require.ErrorIs(t, err, blobs.ErrGone)
	require.NoError(t, os.WriteFile(filepath.Join(dir, want.String()[:2], want.String()), []byte("tampered"), 0o600))
	_, err = one.Get(t.Context(), want)
	require.ErrorIs(t, err, blobs.ErrGone, "what has changed is not shown")
}

func TestStoragesThatCannotBeOpened(t *testing.T) {
	t.Parallel()
	at, err := blobs.FolderURL(filepath.Join(t.TempDir(), "file"))
	require.NoError(t, err)
	s, err := blobs.New(at)
	require.NoError(t, err, "it need not be there yet")
	u, err := url.Parse(at)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(u.Path, nil, 0o600))
	_, err = s.Put(t.Context(), []byte("photo"), "")
	require.Error(t, err)
	require.NoError(t, os.Remove(u.Path))
	_, err = s.Put(t.Context(), []byte("photo"), "")
	require.NoError(t, err, "it is there now")
	require.NoError(t, s.Close())
	for _, at := range []string{"ftp://user:topsecret@host", "://topsecret"} {
		_, err := blobs.New(at)
		require.Error(t, err)
		assert.NotContains(t, err.Error(), "topsecret")
	}
}
