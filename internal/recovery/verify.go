package recovery

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"huajie/store"
)

// Options of Verify. Zero values take the defaults.
type Options struct {
	// Quick asks no workflow for its state; it only sees whether each runs.
	Quick bool
	// No looks at one case or session only.
	No string
	// Tolerance is how long after its moment a deadline may take effect; default 2 minutes.
	Tolerance time.Duration
	// Wait is how long a step may be under way between ledger and workflow
	// before it counts; default 5 seconds.
	Wait time.Duration
}

// Report is what Verify saw.
type Report struct {
	Streams  int       `json:"streams"` // cases and sessions of the ledger
	Events   int       `json:"events"`
	Open     int       `json:"open"`             // that need a workflow
	Compared int       `json:"compared"`         // with the state of their workflow
	Removed  int       `json:"removed"`          // whose words are gone by the rules (docs/retention.md)
	Runs     int       `json:"runs"`             // workflows of the engine, open or ended
	Healed   []string  `json:"healed,omitempty"` // were a step behind the ledger and have caught up
	Findings []Finding `json:"findings"`
	Took     float64   `json:"seconds"`
}

// verifier is one verification.
type verifier struct {
	*Desk
	o       Options
	silent  atomic.Int32 // workflows in a row that did not answer
	mu      sync.Mutex
	report  Report
	running map[string]bool // numbers, by the engine's list; nil where that was not read
	unknown []Run           // open or ended in the engine, not in the ledger
}

// Verify compares ledger and engine and tells everything that does not hold.
// It changes nothing but this: a workflow that has not yet folded the last step
// of the ledger is told to look again.
func (d *Desk) Verify(ctx context.Context, o Options) (Report, error) {
	if o.Tolerance <= 0 {
		o.Tolerance = 2 * time.Minute
	}
	if o.Wait <= 0 {
		o.Wait = 5 * time.Second
	}
	began := time.Now()
	v := &verifier{Desk: d, o: o, report: Report{Findings: []Finding{}}}
	err := v.all(ctx)
	slices.SortFunc(v.report.Findings, func(a, b Finding) int { return cmp.Or(cmp.Compare(a.No, b.No), cmp.Compare(a.Code, b.Code)) })
	slices.Sort(v.report.Healed)
	v.report.Took = time.Since(began).Seconds()
	return v.report, err
}

func (v *verifier) all(ctx context.Context) error {
	if !v.o.Quick {
		listening, err := v.Engine.Listening(ctx)
		if err != nil {
			return err
		}
		if !listening {
			v.find(finding(NobodyListens, "", "", "no worker listens on the task queue: workflows were not asked for their state"))
			v.o.Quick = true
		}
	}
	if v.o.No != "" {
		s, err := v.Ledger.ExamineOne(ctx, v.o.No)
		if err != nil {
			return err
		}
		return v.batch(ctx, []store.Stream{s})
	}
	for _, part := range []func(context.Context) error{v.list, v.walk, v.keys, v.register, v.strangers} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) find(f Finding) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.report.Findings = append(v.report.Findings, f)
}

// list reads which workflows the engine keeps, and asks the ledger about each.
func (v *verifier) list(ctx context.Context) error {
	v.running = map[string]bool{}
	return v.Engine.List(ctx, func(runs []Run) error {
		nos := make([]string, len(runs))
		byNo := make(map[string]Run, len(runs))
		for i, r := range runs {
			nos[i], byNo[r.No] = r.No, r
			if r.Open {
				v.running[r.No] = true
			}
		}
		unknown, err := v.Ledger.Unknown(ctx, nos)
		for _, no := range unknown {
			v.unknown = append(v.unknown, byNo[no])
		}
		v.report.Runs += len(runs)
		v.progress("engine", v.report.Runs, 0)
		return err
	})
}

// walk looks at every stream of the ledger, a batch at a time.
func (v *verifier) walk(ctx context.Context) error {
	total, err := v.Ledger.Streams(ctx)
	if err != nil {
		return err
	}
	for after := ""; ; {
		list, next, err := v.Ledger.Examine(ctx, after, batch)
		if err != nil {
			return err
		}
		if err := v.batch(ctx, list); err != nil {
			return err
		}
		v.progress("ledger", v.report.Streams, total)
		if after = next; next == "" {
			return nil
		}
	}
}

func (v *verifier) batch(ctx context.Context, list []store.Stream) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(v.workers())
	for _, s := range list {
		v.report.Streams++
		v.report.Events += len(s.Events)
		for _, f := range s.Faults {
			v.find(finding(f.Code, s.Kind, s.No, f.Detail))
		}
		if s.Removed {
			v.report.Removed++
		}
		if s.Final() {
			continue
		}
		v.report.Open++
		g.Go(func() error { return v.alive(ctx, s) })
	}
	return g.Wait()
}

// keys looks at every key on record.
func (v *verifier) keys(ctx context.Context) error {
	const page = 5000
	for after := ""; ; {
		bad, next, err := v.Ledger.DanglingCommands(ctx, after, page)
		if err != nil {
			return err
		}
		for _, b := range bad {
			v.find(finding(DanglingKey, "", b.No, dangling(b)))
		}
		if after = next; next == "" {
			return nil
		}
	}
}

// register holds the register of removals against its chain and the audit log.
func (v *verifier) register(ctx context.Context) error {
	_, faults, err := v.Ledger.VerifyRemovals(ctx)
	for _, f := range faults {
		v.find(finding(f.Code, "", "", f.Detail))
	}
	return err
}

// strangers looks again at the workflows the ledger did not know: a session
// starts a moment before its first events are written.
func (v *verifier) strangers(ctx context.Context) error {
	left := map[string]Run{}
	for _, r := range v.unknown {
		left[r.No] = r
	}
	err := v.settle(ctx, func() (bool, error) {
		var nos []string
		for chunk := range slices.Chunk(slices.Sorted(maps.Keys(left)), pageSize) {
			still, err := v.Ledger.Unknown(ctx, chunk)
			if err != nil {
				return false, err
			}
			nos = append(nos, still...)
		}
		slices.Sort(nos)
		maps.DeleteFunc(left, func(no string, _ Run) bool { _, found := slices.BinarySearch(nos, no); return !found })
		return len(left) == 0, nil
	})
	for no, r := range left {
		v.find(finding(NoLedger, r.Kind, no, "the engine holds a workflow the ledger knows nothing of"))
	}
	return err
}

// settle waits until something holds, no longer than a step may be under way.
func (v *verifier) settle(ctx context.Context, holds func() (bool, error)) error {
	for end := time.Now().Add(v.o.Wait); ; {
		ok, err := holds()
		if err != nil || ok || !time.Now().Before(end) {
			return err
		}
		if err := pause(ctx, pollEvery); err != nil {
			return err
		}
	}
}

const pollEvery = 200 * time.Millisecond

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
