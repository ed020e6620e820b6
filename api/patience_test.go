package api

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestPatienceHoldsNoMoreThanItMay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	p := newPatience(func() time.Time { return now })
	for range mostFailures {
		p.failed("guesser")
	}
	for i := range mostWindows - 1 {
		p.failed(fmt.Sprint("k", i))
	}
	assert.True(t, p.spent("guesser"))
	p.failed("one more") // a new generation begins
	assert.True(t, p.spent("guesser"), "the generation before still counts")
	for i := range 3 * mostWindows {
		p.failed(fmt.Sprint("x", i))
	}
	assert.LessOrEqual(t, len(p.young)+len(p.old), 2*mostWindows)

	for range mostFailures {
		p.failed("guesser")
	}
	now = now.Add(failureWindow)
	assert.False(t, p.spent("guesser"), "it is forgotten after a while")
}
