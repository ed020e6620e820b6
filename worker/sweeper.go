package worker

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"huajie/workflows"
)

// sweeper starts the workflows of cases that were registered while the engine
// was away, or whose starter died in between (R5), and wakes those whose
// deadline has passed in the ledger without their taking notice.
type sweeper struct {
	Deps
	queue string
}

// patience is how long a case may wait for its own registration to start it.
const patience = 3 * time.Second

// batch bounds one sweep.
const batch = 200

func (s *sweeper) run(ctx context.Context, every time.Duration) {
	var wg sync.WaitGroup
	wg.Go(func() { s.keepTime(ctx) })
	defer wg.Wait()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		s.sweep(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *sweeper) sweep(ctx context.Context) {
	nos, err := s.Cases.Unstarted(ctx, time.Now().Add(-patience), batch)
	if err != nil {
		if ctx.Err() == nil {
			s.Log.WarnContext(ctx, "cannot look for cases to start", "error", err)
		}
		return
	}
	for _, no := range nos {
		if err := StartCase(ctx, s.Client, s.Cases, s.queue, no); err != nil {
			s.Log.WarnContext(ctx, "cannot start the workflow of a case", "case", no, "error", err)
			if engineAway(err) {
				return // the next sweep tries again
			}
			continue // one case that cannot start must not keep the others waiting
		}
		s.Log.InfoContext(ctx, "started the workflow of a stored case", "case", no)
	}
}

// oversleep is how far a deadline may lie back before its workflow is woken.
const oversleep = time.Minute

// engineAway tells an engine that does not answer from a case it will not take.
func engineAway(err error) bool {
	var gone *serviceerror.Unavailable
	var late *serviceerror.DeadlineExceeded
	return errors.As(err, &gone) || errors.As(err, &late) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// StartCase starts the workflow of a registered case from its ledger. Starting
// a case that already runs does nothing.
func StartCase(ctx context.Context, c client.Client, cases Cases, queue, no string) error {
	events, err := cases.StoredEvents(ctx, no)
	if err != nil {
		return err
	}
	id := workflows.GrievanceID(no)
	in := workflows.GrievanceInput{No: no, Events: events}
	o := startOptions(id, queue)
	o.TypedSearchAttributes = workflows.StartAttributes(in)
	if _, err := c.ExecuteWorkflow(ctx, o, workflows.GrievanceWorkflow, in); err != nil {
		return err
	}
	return cases.MarkStarted(ctx, no)
}
