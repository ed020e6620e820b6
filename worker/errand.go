package worker

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/machine"
	"huajie/workflows"
)

// Errands is word for many cases that the ledger keeps until every one has it.
type Errands interface {
	// ClaimErrand takes up the next part of an errand for a short while, at most so
	// many cases; ok is false when nothing is to be done now.
	ClaimErrand(ctx context.Context, limit int) (e activities.Errand, ok bool, err error)
	// SettleErrand notes that the cases of a claimed part have been told.
	SettleErrand(ctx context.Context, e activities.Errand) error
	// AskRecount has cases with provisional dates count these again by a calendar that has
	// these years, once; asked is false when that was asked before.
	AskRecount(ctx context.Context, years string) (asked bool, err error)
}

// errandPace is how many cases are told in a glance, so that officers do not wait
// behind ten thousand cases that an outage has moved.
const errandPace = 20

// runErrands tells cases until ctx ends. The ledger keeps the place: what was told
// and not settled is told again, which a case takes once.
func (s *sweeper) runErrands(ctx context.Context) {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	known := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		known = s.followCalendar(ctx, known)
		if err := s.runErrand(ctx); err != nil && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "word to many cases waits", "error", err)
		}
	}
}

// followCalendar asks for a recount when the calendar in force here has other years than those
// known. Whoever asks first asks for all workers.
func (s *sweeper) followCalendar(ctx context.Context, known string) string {
	years := s.Desk.Book.Rules("", "", time.Now()).Calendar.Covered()
	if years == known || years == "" {
		return known
	}
	asked, err := s.Errands.AskRecount(ctx, years)
	if err != nil {
		if ctx.Err() == nil {
			s.Log.WarnContext(ctx, "a recount of provisional limits waits", "error", err)
		}
		return known
	}
	if asked {
		s.Log.InfoContext(ctx, "provisional limits are counted again", "years", years)
	}
	return years
}

// runErrand tells one part of an errand.
func (s *sweeper) runErrand(ctx context.Context) error {
	e, ok, err := s.Errands.ClaimErrand(ctx, errandPace)
	if err != nil || !ok {
		return err
	}
	if err := s.tellAll(ctx, e); err != nil {
		return err // claimed again when the lease has run out
	}
	return s.Errands.SettleErrand(ctx, e)
}

// tellAll tells the cases of one part, some at a time. A case that is not there any
// more keeps nobody else waiting.
func (s *sweeper) tellAll(ctx context.Context, e activities.Errand) error {
	c := casework{Deps: s.Deps, queue: s.queue}
	var failed atomic.Pointer[error]
	work := make(chan string)
	var wg sync.WaitGroup
	for range min(hands, len(e.Cases)) {
		wg.Go(func() {
			for no := range work {
				err := c.tell(ctx, workflows.DeliverInput{From: e.Key, Key: e.KeyFor(no),
					Effect: machine.Effect{Kind: machine.EffectTell, To: no, Action: e.Action, Input: e.Input}})
				if err != nil && domain.CodeOf(err) != domain.CodeNotFound {
					failed.Store(&err)
				}
			}
		})
	}
	for _, no := range e.Cases {
		work <- no
	}
	close(work)
	wg.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}
