package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"huajie/workflows"
)

// lifecycle is the whole life of cases over HTTP against the bare engine.
func lifecycle() Scenario {
	return Scenario{
		Name: "lifecycle", Help: "whole lives over HTTP, against the bare engine doing as many updates, in turns",
		Options: []Option{
			{"rounds", "4", "turns of each of the two"},
			{"cases", "80", "cases in a turn"},
			{"officers", "16", "callers at once"},
		},
		Run: func(ctx context.Context, r *Run) (err error) {
			n, err := r.Ints("rounds", "cases", "officers")
			if err != nil {
				return err
			}
			d := &duel{r: r, rounds: n[0], cases: n[1], atOnce: n[2], product: side{times: &Times{}, cpu: usage{}}, bare: side{times: &Times{}, cpu: usage{}}}
			if d.site, err = r.Lab.OpenSite(ctx, SiteOptions{}); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, d.site.Close()) }()
			if d.engine, err = r.Lab.openBare(ctx); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, d.engine.close()) }()
			if d.people, err = newOfficers(ctx, d.site.Base, d.atOnce); err != nil {
				return err
			}
			return d.fight(ctx)
		},
	}
}

// side is what one of the two has used.
type side struct {
	times *Times
	cpu   usage
	wall  time.Duration
	cases int
}

// duel lets product and bare engine work in turns.
type duel struct {
	r                     *Run
	rounds, cases, atOnce int
	site                  *Site
	engine                *bare
	people                *officers
	product, bare         side
	n                     int
}

func (d *duel) fight(ctx context.Context) error {
	// Both warm up: connections, statements, caches of the engine.
	warm := side{times: &Times{}, cpu: usage{}}
	if err := errors.Join(d.turn(ctx, &warm, d.ours, d.atOnce), d.turn(ctx, &warm, d.theirs, d.atOnce)); err != nil {
		return err
	}
	stop, err := d.r.Lab.profiles(ctx, d.site.api, d.site.worker)
	if err != nil {
		return err
	}
	for round := range d.rounds {
		first, second := d.both(ctx, d.ours, &d.product), d.both(ctx, d.theirs, &d.bare)
		if round%2 == 1 {
			first, second = second, first
		}
		if err := errors.Join(first(), second()); err != nil {
			return err
		}
		d.r.Say("round %d: product %.1f, bare engine %.1f cases/s", round+1, d.product.rate(), d.bare.rate())
	}
	if err := stop(); err != nil {
		return err
	}
	d.report()
	if err := d.histories(ctx); err != nil {
		return err
	}
	return d.check(ctx)
}

func (d *duel) both(ctx context.Context, do func(context.Context, int, *Times) error, s *side) func() error {
	return func() error { return d.turn(ctx, s, do, d.cases) }
}

// turn runs one block of cases and counts what it took, with what the engine
// still does in the background after the last answer.
func (d *duel) turn(ctx context.Context, s *side, do func(context.Context, int, *Times) error, cases int) error {
	before, began := d.usage(), time.Now()
	if err := do(ctx, cases, s.times); err != nil {
		return err
	}
	s.wall += time.Since(began)
	d.settle(ctx)
	s.cpu.add(before, d.usage())
	s.cases += cases
	return nil
}

func (d *duel) usage() usage { return d.r.Lab.usage(d.site.api, d.site.worker, d.engine.worker) }

// settle waits until the engine rests, three seconds at most.
func (d *duel) settle(ctx context.Context) {
	const glance = 300 * time.Millisecond
	for range 10 {
		before := d.usage().sum()
		select {
		case <-time.After(glance):
		case <-ctx.Done():
			return
		}
		if d.usage().sum()-before < glance/10 {
			return
		}
	}
}

func (d *duel) ours(ctx context.Context, cases int, times *Times) error {
	lives := make([]life, cases)
	for i := range lives {
		d.n++
		lives[i] = newLife(d.n, d.r.Rand)
	}
	return d.people.together(ctx, lives, d.atOnce, times)
}

func (d *duel) theirs(ctx context.Context, cases int, times *Times) error {
	from := d.n
	d.n += cases
	return d.engine.together(ctx, from, d.n, d.atOnce, times)
}

func (s side) rate() float64 { return float64(s.cases) / s.wall.Seconds() }

func (s side) cpuPerCase() float64 { return millis(s.cpu.sum()) / float64(s.cases) }

func (d *duel) report() {
	rep := d.r.Report
	rep.Add("ratio", "product to bare engine, cases/s", d.product.rate()/d.bare.rate(), "x")
	rep.Add("ratio", "bare engine to product, CPU per case", d.bare.cpuPerCase()/d.product.cpuPerCase(), "x")
	for _, s := range []struct {
		name string
		side side
	}{{"product", d.product}, {"bare engine", d.bare}} {
		rep.Add(s.name, "cases/s", s.side.rate(), "")
		rep.Add(s.name, "CPU per case", s.side.cpuPerCase(), "ms")
		for _, p := range processes {
			if used := s.side.cpu[p]; used > 0 {
				rep.Add(s.name, "CPU per case, "+p, millis(used)/float64(s.side.cases), "ms")
			}
		}
		s.side.times.spread(rep, s.name)
	}
}

// sample is how many histories are looked at.
const sample = 40

// histories reports how long a history is and how many bytes it has.
func (d *duel) histories(ctx context.Context) error {
	acked := d.people.acked
	for _, one := range []struct {
		name   string
		client client.Client
		id     func(int) string
		most   int
	}{
		{"product", d.site.Client, func(i int) string { return workflows.ID(acked[len(acked)-1-i]) }, len(acked)},
		{"bare engine", d.engine.client, func(i int) string { return fmt.Sprintf("bare-%d", d.lastBare()-i) }, d.bare.cases},
	} {
		events, bytes, n := 0.0, 0.0, min(sample, one.most, d.cases)
		for i := range n {
			info, err := one.client.DescribeWorkflowExecution(ctx, one.id(i), "")
			if err != nil {
				return err
			}
			events += float64(info.WorkflowExecutionInfo.HistoryLength)
			bytes += float64(info.WorkflowExecutionInfo.HistorySizeBytes)
		}
		d.r.Report.Add(one.name, "history events per case", events/float64(n), "")
		d.r.Report.Add(one.name, "history bytes per case", bytes/float64(n), "B")
	}
	return nil
}

// lastBare is the number of the last case of the bare engine: its turn is the
// last one when the rounds are odd in number, and else before a turn of ours.
func (d *duel) lastBare() int {
	if d.rounds%2 == 1 {
		return d.n - 1
	}
	return d.n - 1 - d.cases
}

func (d *duel) check(ctx context.Context) error {
	total := d.product.cases + d.atOnce
	d.r.Report.Equal("cases acknowledged", total, len(d.people.acked))
	questions := append([]question{{"cases in the ledger, all told", total, `SELECT count(*) FROM cases`, nil}}, d.people.lived()...)
	if err := d.r.verify(ctx, d.site.Config.DatabaseURL, questions); err != nil {
		return err
	}
	return d.r.verify(ctx, d.engine.url, []question{{"rows of the bare engine", d.engine.acked, `SELECT count(*) FROM bare_rows`, nil}})
}
