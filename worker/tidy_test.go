package worker

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// drawer is where uploads lie.
type drawer struct{ asked chan time.Time }

// SweepUploads implements Uploads.
func (d drawer) SweepUploads(_ context.Context, before time.Time) (int, error) {
	d.asked <- before
	return 0, errors.New("connection refused")
}

// TestAbandonedUploadsAreSweptAgainAndAgain: at once when the worker starts, and later,
// too, where the ledger was away.
func TestAbandonedUploadsAreSweptAgainAndAgain(t *testing.T) {
	t.Parallel()
	d := drawer{make(chan time.Time)}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		(&sweeper{Deps: Deps{Uploads: d, Log: quiet}, keepUploads: 48 * time.Hour}).tidy(ctx, time.Millisecond)
	}()
	for range 3 {
		assert.WithinDuration(t, time.Now().Add(-48*time.Hour), <-d.asked, time.Minute)
	}
	stop()
	for {
		select {
		case <-d.asked:
		case <-done:
			return
		}
	}
}
