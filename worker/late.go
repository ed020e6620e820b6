package worker

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"huajie/activities"
	"huajie/domain/machine"
	"huajie/workflows"
)

// late lets limits take effect at the second. What counts is the ledger: there a limit
// takes effect, exactly once, whoever is first. The engine needs several times the work
// for it that the ledger needs, and wakes a case at a moment of its own within five
// minutes (grace in workflows/keeper.go). The workflow then finds the limit in the
// ledger, as after a crash between ledger and history (decision 9).
//
// A nil late does nothing.
type late struct {
	mu    sync.Mutex
	fired map[string]time.Time // by us, of which the workflow has not taken notice here
	rush  atomic.Bool          // the last look found more than can be told
}

const (
	// glance is how often limits are looked for that have passed.
	glance = time.Second
	// hands is how many bundles of limits take effect at once.
	hands = 4
	// bundle is how many cases take effect in one transaction: enough that its commit
	// counts for little, and so few that an officer who comes to one of them does not notice.
	bundle = 20
	// tellAfter is how long a workflow has to come to the ledger by itself before it is
	// told: what a limit brings about in other cases is for the workflow to carry out.
	tellAfter = 2 * time.Second
	// tellAtOnce is how many workflows are told in a glance. When more limits pass than
	// that, all wake by themselves: the engine has enough to do.
	tellAtOnce = 10
)

// keepTime looks for limits until ctx ends.
func (s *sweeper) keepTime(ctx context.Context) {
	everyGlance(ctx, func() {
		for s.goAhead(ctx) && ctx.Err() == nil { //nolint:revive // more of them wait
		}
	})
}

// keepTelling tells workflows what took effect until ctx ends; apart from keepTime,
// because a busy engine is slow to answer.
func (s *sweeper) keepTelling(ctx context.Context) {
	everyGlance(ctx, func() {
		if !s.late.rushing() {
			s.tellOf(ctx)
		}
	})
}

func everyGlance(ctx context.Context, look func()) {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			look()
		}
	}
}

// goAhead lets the limits take effect that have passed, and tells whether to go on at
// once: there may be more of them, and they can be written.
func (s *sweeper) goAhead(ctx context.Context) bool {
	nos, err := s.Cases.Overslept(ctx, time.Now(), batch)
	if err != nil {
		return false // sweep tells of the ledger
	}
	s.late.found(len(nos))
	var fired, failed atomic.Int64
	work := make(chan []string)
	var wg sync.WaitGroup
	for range min(hands, len(nos)) {
		wg.Go(func() {
			for some := range work {
				f, bad := s.fireMany(ctx, some)
				fired.Add(int64(f))
				failed.Add(int64(bad))
			}
		})
	}
	for some := range slices.Chunk(nos, bundle) {
		work <- some
	}
	close(work)
	wg.Wait()
	return len(nos) == batch && fired.Load() > 0 && failed.Load() == 0
}

// fireMany lets the limits of some cases take effect together, and each by itself where
// that fails: one that cannot be written keeps no other waiting.
func (s *sweeper) fireMany(ctx context.Context, nos []string) (fired, failed int) {
	done, err := s.Desk.FireMany(ctx, nos, time.Now())
	if err == nil {
		for _, no := range done {
			s.late.note(no, time.Now())
		}
		return len(done), 0
	}
	for _, no := range nos {
		if s.fire(ctx, no) != nil {
			failed++
		} else {
			fired++
		}
	}
	return fired, failed
}

// fire lets every limit of a case, session or whistle take effect that has passed by now.
func (s *sweeper) fire(ctx context.Context, no string) error {
	out, err := s.Desk.Commit(ctx, activities.CommitInput{Kind: activities.KindOf(no), No: no, Seq: -1, At: time.Now()})
	if err != nil {
		if ctx.Err() == nil {
			s.Log.WarnContext(ctx, "a limit could not take effect", "case", no, "error", err)
		}
		return err
	}
	if len(out.Events) == 0 {
		return nil // somebody was quicker
	}
	s.late.note(no, time.Now())
	return nil
}

// tellOf tells workflows that have not taken notice by themselves: to those in other
// cases it is news, and they may be gone.
func (s *sweeper) tellOf(ctx context.Context) {
	c := casework{Deps: s.Deps, queue: s.queue}
	for _, no := range s.late.unnoticed(time.Now().Add(-tellAfter), tellAtOnce) {
		err := c.tell(ctx, workflows.DeliverInput{From: "sweeper", Effect: machine.Effect{Kind: machine.EffectTell, To: no}})
		if err != nil {
			if ctx.Err() == nil {
				s.Log.WarnContext(ctx, "cannot wake the workflow of a case", "case", no, "error", err)
			}
			return
		}
		s.late.noticed(no)
	}
}

// found tells how many limits the last look found.
func (l *late) found(limits int) {
	if l != nil {
		l.rush.Store(limits > tellAtOnce)
	}
}

func (l *late) rushing() bool { return l != nil && l.rush.Load() }

func (l *late) note(no string, at time.Time) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fired == nil {
		l.fired = map[string]time.Time{}
	}
	l.fired[no] = at
}

// noticed: the workflow has come to the ledger, and has seen what we did.
func (l *late) noticed(no string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.fired, no)
}

// unnoticed gives some of what was done before a moment.
func (l *late) unnoticed(before time.Time, limit int) (out []string) {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for no, at := range l.fired {
		if len(out) < limit && at.Before(before) {
			out = append(out, no)
		}
	}
	return out
}
