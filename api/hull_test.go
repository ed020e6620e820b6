package api

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

// TestAnOutlineHasEverythingInIt: every corner lies in the outline or on it, and the outline is
// made of corners and has no dent.
func TestAnOutlineHasEverythingInIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 60).Draw(t, "corners")
		points := make([][2]float64, n)
		for i := range points {
			points[i] = [2]float64{float64(rapid.IntRange(-50, 50).Draw(t, "x")), float64(rapid.IntRange(-50, 50).Draw(t, "y"))}
		}
		out := hull(slices.Clone(points))
		left := func(a, b, c [2]float64) float64 { return (b[0]-a[0])*(c[1]-a[1]) - (b[1]-a[1])*(c[0]-a[0]) }
		for i, a := range out {
			b, c := out[(i+1)%len(out)], out[(i+2)%len(out)]
			assert.Contains(t, points, a)
			if len(out) > 2 {
				assert.Positive(t, left(a, b, c), "no dent")
			}
			for _, p := range points {
				assert.GreaterOrEqual(t, left(a, b, p), 0.0)
			}
		}
	})
}
