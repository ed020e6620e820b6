package worker

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"huajie/activities"
	"huajie/domain/machine"
	"huajie/workflows"
)

// late lets limits take effect that the engine has not come to yet. When many
// pass at once their workflows queue for the engine, which needs several times
// the work a limit needs in the ledger. What counts is the ledger: there the limit
// takes effect, exactly once, whoever is first. The workflow finds it there when
// its turn comes, as after a crash between ledger and history.
//
// A nil late does nothing.
type late struct {
	mu    sync.Mutex
	fired map[string]time.Time // by us, of which the workflow has not taken notice here
}

const (
	// tardy is how long the engine has for a limit before the ledger goes ahead. It
	// takes a fraction of a second when it is not overwhelmed.
	tardy = 2 * time.Second
	// glance is how often limits are looked for that the engine is late with.
	glance = time.Second
	// hands is how many limits take effect at once: a third of the connections.
	hands = 8
	// tellAtOnce is how many workflows are told in a glance that found nothing late.
	tellAtOnce = 10
)

// keepTime looks for limits until ctx ends.
func (s *sweeper) keepTime(ctx context.Context) {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for s.goAhead(ctx) && ctx.Err() == nil { // more wait
		}
	}
}

// goAhead lets the limits take effect that the engine is late with, and tells
// whether to go on at once: there may be more of them, and they can be written.
// Where it finds none it tells the workflows of what it did before.
func (s *sweeper) goAhead(ctx context.Context) bool {
	nos, err := s.Cases.Overslept(ctx, time.Now().Add(-tardy), batch)
	if err != nil {
		return false // sweep tells of the ledger
	}
	var failed atomic.Bool
	work := make(chan string)
	var wg sync.WaitGroup
	for range min(hands, len(nos)) {
		wg.Go(func() {
			for no := range work {
				if s.fire(ctx, no) != nil {
					failed.Store(true)
				}
			}
		})
	}
	for _, no := range nos {
		work <- no
	}
	close(work)
	wg.Wait()
	if len(nos) == 0 {
		s.tellOf(ctx)
	}
	return len(nos) == batch && !failed.Load()
}

// fire lets every limit of a case or session take effect that has passed by now.
func (s *sweeper) fire(ctx context.Context, no string) error {
	kind := activities.KindGrievance
	if isSession(no) {
		kind = activities.KindSession
	}
	out, err := s.Desk.Commit(ctx, activities.CommitInput{Kind: kind, No: no, Seq: -1, At: time.Now()})
	if err != nil {
		if ctx.Err() == nil {
			s.Log.WarnContext(ctx, "a limit could not take effect", "case", no, "error", err)
		}
		return err
	}
	if len(out.Events) == 0 {
		return nil // somebody was quicker
	}
	at := time.Now()
	if due := out.Events[0].At; at.Sub(due) > oversleep {
		at = due // so late that its workflow is told as soon as may be
	}
	s.late.note(no, at)
	return nil
}

// tellOf tells workflows that have not taken notice by themselves within the time
// after which they count as overslept: they may be gone.
func (s *sweeper) tellOf(ctx context.Context) {
	c := casework{Deps: s.Deps, queue: s.queue}
	for _, no := range s.late.unnoticed(time.Now().Add(-oversleep), tellAtOnce) {
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
