package recheck_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"huajie/domain/recheck"
)

// TestTheShareDrawn: of ten thousand events of a county about as many as the share says, the
// same ones by the same key, and others by another.
func TestTheShareDrawn(t *testing.T) {
	t.Parallel()
	drawn := func(key string, percent int) map[int]bool {
		out := map[int]bool{}
		for i := range 10_000 {
			if recheck.Drawn([]byte(key), fmt.Sprintf("220402E20261123%05d", i), 7, percent) {
				out[i] = true
			}
		}
		return out
	}
	three := drawn("the key of this house", 3)
	assert.InDelta(t, 300, len(three), 85, "five times the deviation to be expected")
	assert.Equal(t, three, drawn("the key of this house", 3))
	both := 0
	for i := range drawn("the key of another", 3) {
		if three[i] {
			both++
		}
	}
	assert.Less(t, both, 40, "of two keys nine of three hundred are drawn by both")
	assert.Empty(t, drawn("the key of this house", 0))
	assert.Len(t, drawn("the key of this house", 100), 10_000)
}

// TestDrawing: what is drawn at a share is drawn at every larger one, and each closing of an
// event is drawn by itself.
func TestDrawing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key")
		no, seq := rapid.StringMatching(`2204[0-9]{2}E[0-9]{13}`).Draw(t, "no"), rapid.IntRange(1, 60).Draw(t, "seq")
		less, more := rapid.IntRange(0, 100).Draw(t, "less"), rapid.IntRange(0, 100).Draw(t, "more")
		if less > more {
			less, more = more, less
		}
		if recheck.Drawn(key, no, seq, less) && !recheck.Drawn(key, no, seq, more) {
			t.Fatal("drawn at the smaller share alone")
		}
	})
	again := 0
	for seq := range 1000 {
		if recheck.Drawn([]byte("k"), "220402E2026112300001", seq, 50) {
			again++
		}
	}
	assert.InDelta(t, 500, again, 80, "who knows the first draw does not know the next")
}

func TestEverythingIsNamed(t *testing.T) {
	t.Parallel()
	for _, v := range recheck.Verdicts {
		assert.NotEmpty(t, v.Label().ZH+v.Label().EN)
	}
	for _, r := range recheck.Reasons {
		assert.NotEmpty(t, r.Label().ZH+r.Label().EN)
	}
	for _, s := range []recheck.State{recheck.Waiting, recheck.Answered, recheck.Lapsed} {
		assert.NotEmpty(t, s.Label().ZH+s.Label().EN)
	}
}
