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
	queue       string
	keepUploads time.Duration
}

// patience is how long a case may wait for its own registration to start it.
const patience = 3 * time.Second

// batch bounds one sweep.
const batch = 200

func (s *sweeper) run(ctx context.Context, every time.Duration) {
	var wg sync.WaitGroup
	wg.Go(func() { s.keepTime(ctx) })
	wg.Go(func() { s.keepTelling(ctx) })
	wg.Go(func() { s.tidy(ctx, tidyEvery) })
	if s.Errands != nil {
		wg.Go(func() { s.runErrands(ctx) })
	}
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
		if err := StartStored(ctx, s.Client, s.Cases, s.queue, no); err != nil {
			s.Log.WarnContext(ctx, "cannot start the workflow of a case", "case", no, "error", err)
			if engineAway(err) {
				return // the next sweep tries again
			}
			continue // one case that cannot start must not keep the others waiting
		}
		s.Log.InfoContext(ctx, "started the workflow of a stored case", "case", no)
	}
}

// tidyEvery is how often uploads are looked for that nobody goes on with.
const tidyEvery = time.Hour

// tidy forgets abandoned uploads until ctx ends.
func (s *sweeper) tidy(ctx context.Context, every time.Duration) {
	if s.Uploads == nil {
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		n, err := s.Uploads.SweepUploads(ctx, time.Now().Add(-s.keepUploads))
		switch {
		case err != nil && ctx.Err() == nil:
			s.Log.WarnContext(ctx, "cannot look for abandoned uploads", "error", err)
		case n > 0:
			s.Log.InfoContext(ctx, "forgot abandoned uploads", "count", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// engineAway tells an engine that does not answer from a case it will not take.
func engineAway(err error) bool {
	var gone *serviceerror.Unavailable
	var late *serviceerror.DeadlineExceeded
	return errors.As(err, &gone) || errors.As(err, &late) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// StartStored starts the workflow of a registered case or whistle from the ledger. Starting
// what already runs does nothing.
func StartStored(ctx context.Context, c client.Client, cases Cases, queue, no string) error {
	events, err := cases.StoredEvents(ctx, no)
	if err != nil {
		return err
	}
	name, err := workflows.TypeOf(no)
	if err != nil {
		return err
	}
	in := workflows.AnyCaseInput{No: no, Events: events}
	o := startOptions(workflows.ID(no), queue)
	o.TypedSearchAttributes = workflows.StartAttributes(in)
	if _, err := c.ExecuteWorkflow(ctx, o, name, in); err != nil {
		return err
	}
	return cases.MarkStarted(ctx, no)
}
