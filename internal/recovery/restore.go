package recovery

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"huajie/activities"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/store"
)

// RestoreOptions say what to restore. The zero value is everything.
type RestoreOptions struct {
	No  string // one case or session only
	Dry bool   // count, start nothing
}

// Restored is what Restore did.
type Restored struct {
	Streams  int       `json:"streams"`
	Open     int       `json:"open"`    // that need a workflow
	Running  int       `json:"running"` // that had one
	Started  int       `json:"started"`
	Short    int       `json:"short"`    // started without their earlier events, for their size
	Problems []Finding `json:"problems"` // not started, and why
	Took     float64   `json:"seconds"`
}

// largestInput bounds what a workflow is started with; the engine takes 2 MB.
const largestInput = 1 << 20

// Restore starts the workflow of every open case, session and whistle that has none. It
// continues with the state of the ledger: deadlines keep their moments, and
// those that have passed take effect at once, as of the moment they were due.
func (d *Desk) Restore(ctx context.Context, o RestoreOptions) (Restored, error) {
	began := time.Now()
	r := &restorer{Desk: d, o: o, out: Restored{Problems: []Finding{}}}
	err := r.all(ctx)
	r.out.Took = time.Since(began).Seconds()
	return r.out, err
}

type restorer struct {
	*Desk
	o   RestoreOptions
	mu  sync.Mutex
	out Restored
}

func (r *restorer) all(ctx context.Context) error {
	if r.o.No != "" {
		s, err := r.Ledger.ExamineOne(ctx, r.o.No)
		if err != nil {
			return err
		}
		return r.batch(ctx, []store.Stream{s})
	}
	total, err := r.Ledger.Streams(ctx)
	if err != nil {
		return err
	}
	for after := ""; ; {
		list, next, err := r.Ledger.Examine(ctx, after, batch)
		if err != nil {
			return err
		}
		if err := r.batch(ctx, list); err != nil {
			return err
		}
		r.progress("cases", r.out.Streams, total)
		if after = next; next == "" {
			return nil
		}
	}
}

func (r *restorer) batch(ctx context.Context, list []store.Stream) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.workers())
	for _, s := range list {
		r.out.Streams++
		if s.Final() {
			continue
		}
		r.out.Open++
		if f, broken := unfit(s); broken {
			r.out.problem(&r.mu, f)
			continue
		}
		g.Go(func() error { return r.one(ctx, s) })
	}
	return g.Wait()
}

func (o *Restored) problem(mu *sync.Mutex, f Finding) {
	mu.Lock()
	defer mu.Unlock()
	o.Problems = append(o.Problems, f)
}

// unfit tells what keeps a stream from being continued: a workflow must not
// carry on from a book that was changed.
func unfit(s store.Stream) (Finding, bool) {
	for _, f := range s.Faults {
		switch f.Code {
		case store.FaultChain, store.FaultNoEvents, store.FaultNoRow, store.FaultRow:
			return finding(f.Code, s.Kind, s.No, f.Detail), true
		}
	}
	return Finding{}, s.State == nil
}

func (r *restorer) one(ctx context.Context, s store.Stream) error {
	count := func(n *int) {
		r.mu.Lock()
		defer r.mu.Unlock()
		*n++
	}
	// The engine is asked about each: its list, kept in a store of its own, may
	// after a restore tell of workflows that are gone.
	running, err := r.Engine.Running(ctx, s.Kind, s.No)
	if err != nil {
		return err
	}
	if running {
		count(&r.out.Running)
		return nil
	}
	if r.o.Dry {
		count(&r.out.Started)
		return nil
	}
	start, short, err := continued(s)
	if err != nil {
		return err
	}
	started, err := r.Engine.Start(ctx, start)
	if err != nil {
		return err
	}
	if !started {
		count(&r.out.Running)
		return nil
	}
	if count(&r.out.Started); short {
		count(&r.out.Short)
	}
	if s.Kind != activities.KindSession && !s.Started {
		return r.Ledger.MarkStarted(ctx, s.No)
	}
	return nil
}

// continued is what a workflow goes on with. The state is that of the ledger up
// to the last event whose consequences are all on record; what follows is
// folded from events, so that a consequence that was under way when the engine
// was lost is carried out. The events before are given along, folded by
// nobody: they put the new history in a position to rebuild the ledger.
func continued(s store.Stream) (start Start, short bool, err error) {
	start = Start{Kind: s.Kind, No: s.No, State: s.State, Events: s.Events, Now: s.State}
	if x, ok := s.State.(*joint.Session); ok {
		start.Case = x.Case
	}
	if s.Owed > 0 {
		if start.State, err = foldedTo(s, s.Owed-1); err != nil {
			return start, false, err
		}
	}
	raw, err := json.Marshal(start.Events)
	if err != nil || len(raw) <= largestInput || start.State == nil {
		return start, false, err
	}
	start.Events = s.Events[start.State.GetHead().Seq:]
	return start, true, nil
}

// foldedTo is the state after the first events of a stream, nil after none.
func foldedTo(s store.Stream, seq int) (machine.Subject, error) {
	if seq == 0 {
		return nil, nil
	}
	fresh := activities.FreshOf(s.Kind)
	state, err := fresh(), error(nil)
	for _, e := range s.Events[:seq] {
		if state, err = machine.Evolve(state, fresh, e); err != nil {
			return state, err
		}
	}
	return state, nil
}
