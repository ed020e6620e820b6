package rulebook_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/rulebook"
)

// with replaces text in a copy of the embedded policy.
func with(t testing.TB, old, fresh string) fstest.MapFS {
	t.Helper()
	fsys := files(t)
	raw := string(fsys["policy.yaml"].Data)
	require.Contains(t, raw, old)
	fsys["policy.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(raw, old, fresh, 1))}
	return fsys
}

func TestABadBookNeverReplacesAGoodOne(t *testing.T) {
	t.Parallel()
	first := load(t)
	h := rulebook.NewHolder(first)
	require.Error(t, h.Replace(with(t, "rework.max: 2", "rework.max: two")))
	assert.Same(t, first, h.Current())
	require.NoError(t, h.Replace(with(t, "rework.max: 2", "rework.max: 1")))
	second := h.Current()
	assert.NotEqual(t, first.Version, second.Version)
	assert.Equal(t, 1, second.PolicyAt("220402", noon).Int("rework.max"))
	require.Error(t, h.Replace(fstest.MapFS{}))
	assert.Same(t, second, h.Current())

	old, ok := h.Version(first.Version)
	assert.True(t, ok)
	assert.Equal(t, 2, old.PolicyAt("220402", noon).Int("rework.max"), "a case keeps the rules of its dispatch")
	require.NoError(t, h.Replace(files(t)))
	assert.Same(t, first, h.Current(), "the same content is the same book")
	_, ok = h.Version("never")
	assert.False(t, ok)
	assert.Len(t, h.Versions(), 2)
	third, err := rulebook.Load(with(t, "rework.max: 2", "rework.max: 3"))
	require.NoError(t, err)
	h.Keep(third)
	assert.Same(t, first, h.Current())
	assert.Len(t, h.Versions(), 3)
}

func TestReadersAlwaysSeeAWholeBook(t *testing.T) {
	t.Parallel()
	h := rulebook.NewHolder(load(t))
	good := []fstest.MapFS{with(t, "rework.max: 2", "rework.max: 1"), with(t, "rework.max: 2", "rework.max: 3"), files(t)}
	bad := with(t, "rework.max: 2", "rework.max: two")
	var done atomic.Bool
	var readers, writers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for !done.Load() {
				b := h.Current()
				if n := b.PolicyAt("220402008-C", noon).Int("rework.max"); n < 1 || n > 3 {
					t.Errorf("rework.max is %d", n)
				}
				if known, ok := h.Version(b.Version); !ok || known != b {
					t.Error("the current book is not among the versions")
				}
			}
		})
	}
	for i := range 2 {
		writers.Go(func() {
			for n := range 6 {
				if n%2 == i%2 {
					assert.Error(t, h.Replace(bad))
					continue
				}
				assert.NoError(t, h.Replace(good[(n+i)%len(good)]))
			}
		})
	}
	writers.Wait()
	done.Store(true)
	readers.Wait()
}
