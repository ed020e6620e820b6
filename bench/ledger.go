package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// ledger is the whole life of cases without the engine: what deciding, writing and
// folding cost by themselves.
func ledger() Scenario {
	return Scenario{
		Name: "ledger", Help: "whole lives straight to the ledger, without HTTP and engine",
		Options: []Option{
			{"rounds", "5", "turns, the first of which only warms up"},
			{"cases", "200", "cases in a turn"},
			{"atonce", "4", "writers at once"},
		},
		Run: func(ctx context.Context, r *Run) (err error) {
			n, err := r.Ints("rounds", "cases", "atonce")
			if err != nil {
				return err
			}
			site, err := r.Lab.OpenSite(ctx, SiteOptions{WithoutWorker: true})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, site.Close()) }()
			stop, err := r.Lab.profileSelf()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, stop()) }()
			for round := range n[0] {
				before := r.Lab.usage()
				if err := site.scribble(ctx, r, round*n[1], n[1], n[2]); err != nil {
					return err
				}
				used := usage{}
				used.add(before, r.Lab.usage())
				if round > 0 {
					for _, p := range []string{"load", "postgres"} {
						r.Report.Add(fmt.Sprintf("turn %d", round), "CPU per case, "+p, millis(used[p])/float64(n[1]), "ms")
					}
				}
			}
			return r.verify(ctx, site.Config.DatabaseURL, []question{{"cases that are closed", n[0] * n[1], `SELECT count(*) FROM cases WHERE NOT open`, nil}})
		},
	}
}

// scribble writes whole lives, so many at once.
func (s *Site) scribble(ctx context.Context, r *Run, from, cases, atOnce int) error {
	work := make(chan life, cases)
	for i := range cases {
		work <- newLife(from+i, r.Rand)
	}
	close(work)
	faults := make([]error, atOnce)
	var wg sync.WaitGroup
	for i := range atOnce {
		wg.Go(func() {
			for l := range work {
				if faults[i] = s.scribbleOne(ctx, l); faults[i] != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(faults...)
}

// scribbleOne writes one life and folds it, as its workflow would.
func (s *Site) scribbleOne(ctx context.Context, l life) error {
	key := func(step string) string { return fmt.Sprintf("ledger-%d-%s", l.n, step) }
	w, err := s.Desk.Register(ctx, activities.RegisterInput{Actor: s.actor("win-general." + county), At: time.Now(), Key: key("register"),
		Intake: activities.Intake{PersonID: key("person"), Person: map[string]string{"name": "压测诉求人", "phone": fmt.Sprintf("139%08d", l.n)}},
		Input:  form.Input{"nature": "help", "channel": "walk_in", "area": county + "008", "category": "0201", "summary": l.summary}})
	if err != nil {
		return err
	}
	c, err := folded(grievance.Fresh(), w.Events)
	for _, d := range l.steps() {
		if err != nil {
			return err
		}
		actor := domain.Actor{User: domain.Petitioner}
		if d.user != "" {
			actor = s.actor(d.user)
		}
		var out activities.CommitResult
		out, err = s.Desk.Commit(ctx, activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: c.Seq, At: time.Now(),
			Command: machine.Command{Key: key(d.action), Action: d.action, Actor: actor, Input: d.input}})
		if err == nil {
			c, err = folded(c, out.Events)
		}
	}
	return err
}

func folded(c *grievance.Case, events []machine.Event) (_ *grievance.Case, err error) {
	for _, e := range events {
		if c, err = machine.Evolve(c, grievance.Fresh, e); err != nil {
			return nil, err
		}
	}
	return c, nil
}
