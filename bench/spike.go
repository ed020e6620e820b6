package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// spike is a load that comes and goes: a morning, a storm, a noon.
func spike() Scenario {
	return Scenario{
		Name: "spike", Help: "lives begun at changing rates, with cases stored",
		Options: []Option{
			{"rates", "1,6,1,10,2,14,3", "lives begun per second, phase by phase"},
			{"phase", "6s", "how long a phase lasts"},
			{"stored", "20000", "cases stored before"},
			{"recovery", "60s", "the longest to wait for things to be as before"},
		},
		Run: func(ctx context.Context, r *Run) (err error) {
			w := &weather{r: r, times: &Times{}}
			if w.rates, err = r.List("rates"); err != nil {
				return err
			}
			stored, err1 := r.Int("stored")
			phase, err2 := r.Duration("phase")
			recovery, err3 := r.Duration("recovery")
			if err := errors.Join(err1, err2, err3); err != nil {
				return err
			}
			w.phase, w.recovery = phase, recovery
			if w.site, err = r.Lab.OpenSite(ctx, SiteOptions{}); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, w.site.Close()) }()
			if stored > 0 {
				if _, err := fill(ctx, r, w.site, stored); err != nil {
					return err
				}
			}
			if w.people, err = newOfficers(ctx, w.site.Base, 64); err != nil {
				return err
			}
			return w.play(ctx)
		},
	}
}

// weather is one performance.
type weather struct {
	r               *Run
	site            *Site
	people          *officers
	times           *Times
	rates           []int
	phase, recovery time.Duration
	n               int
}

func (w *weather) play(ctx context.Context) error {
	if err := w.people.together(ctx, []life{w.life(), w.life()}, 2, &Times{}); err != nil { // past the first calls
		return err
	}
	var wg sync.WaitGroup
	var usual time.Duration
	for i, rate := range w.rates {
		from := time.Now()
		if err := w.rain(ctx, &wg, rate); err != nil {
			return err
		}
		took := w.times.between(from, time.Now())
		w.r.Report.Spread("phases", fmt.Sprintf("%d. %d/s, steps", i+1, rate), took)
		if i == 0 {
			usual = Percentile(took, 50)
		}
	}
	over := time.Now()
	last, err := w.calm(ctx, &wg, usual)
	if err != nil {
		return err
	}
	wg.Wait()
	done, failed := w.times.counts()
	if why := w.times.firstFault(); why != "" {
		w.r.Say("first fault: %s", why)
	}
	share := 100 * float64(failed) / float64(max(1, done+failed))
	w.r.Report.Add("outcome", "steps", float64(done), "")
	w.r.Report.Add("outcome", "failed", share, "%")
	w.r.Report.Add("outcome", "told to try again", float64(w.people.again), "")
	w.r.Report.Add("outcome", "as before again after", last.Sub(over).Seconds(), "s")
	w.r.Report.Checks = append(w.r.Report.Checks, Check{"fewer than 0.1 % failed", share < 0.1, fmt.Sprintf("%d of %d", failed, done+failed)})
	return w.r.verify(ctx, w.site.Config.DatabaseURL, w.people.lived())
}

func (w *weather) life() life {
	w.n++
	return newLife(w.n, w.r.Rand)
}

// rain begins lives at a rate for one phase, whether or not those before it have
// come to their end.
func (w *weather) rain(ctx context.Context, wg *sync.WaitGroup, rate int) error {
	if rate == 0 {
		rate = 1
	}
	drop := time.NewTicker(time.Second / time.Duration(rate))
	defer drop.Stop()
	end := time.After(w.phase)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-end:
			return nil
		case <-drop.C:
			l := w.life()
			wg.Go(func() { _ = w.people.live(ctx, l, w.times) }) // faults are in the times
		}
	}
}

// calm goes on with one life a second until steps take no more than twice as
// long as in the first phase.
func (w *weather) calm(ctx context.Context, wg *sync.WaitGroup, usual time.Duration) (time.Time, error) {
	gentle := *w
	gentle.phase = time.Second
	for begin := time.Now(); time.Since(begin) < w.recovery; {
		from := time.Now()
		if err := gentle.rain(ctx, wg, 1); err != nil {
			return from, err
		}
		w.n = gentle.n
		if took := w.times.between(from, time.Now()); len(took) > 0 && Percentile(took, 50) <= 2*usual {
			return from, nil
		}
	}
	w.r.Report.Checks = append(w.r.Report.Checks, Check{"as before within " + w.recovery.String(), false, "still slower than twice the first phase"})
	return time.Now(), nil
}
