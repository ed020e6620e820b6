package worker

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
)

// stuck is a ledger in which limits have passed that cannot be written.
type stuck struct {
	Cases
	activities.Ledger
	tries atomic.Int32
}

// Overslept implements Cases.
func (*stuck) Overslept(context.Context, time.Time, int) ([]string, error) {
	nos := make([]string, batch)
	for i := range nos {
		nos[i] = fmt.Sprintf("220402G20260302%05d", i)
	}
	return nos, nil
}

// Change implements activities.Ledger.
func (s *stuck) Change(context.Context, activities.Write) (activities.Written, error) {
	if s.tries.Add(1) == 1 {
		return activities.Written{}, errors.New("no space left on device")
	}
	return activities.Written{}, nil
}

// ChangeMany implements activities.Ledger: nothing can be written together.
func (*stuck) ChangeMany(context.Context, []activities.Write) ([]activities.Written, error) {
	return nil, errors.New("no space left on device")
}

// TestWhatCannotBeWrittenWaitsForTheNextGlance: a ledger that takes nothing is not
// asked again and again without a pause.
func TestWhatCannotBeWrittenWaitsForTheNextGlance(t *testing.T) {
	t.Parallel()
	ledger := &stuck{}
	s := &sweeper{Deps: Deps{Desk: &activities.Desk{Ledger: ledger}, Cases: ledger, Log: quiet, late: &late{}}}
	require.False(t, s.goAhead(t.Context()), "one of them failed")
	require.EqualValues(t, batch, ledger.tries.Load(), "the others were not kept waiting")
	require.True(t, s.goAhead(t.Context()), "a whole batch was written, more may wait")
}
