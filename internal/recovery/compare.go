package recovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"huajie/domain"
	"huajie/domain/machine"
	"huajie/store"
)

// patience is how many workflows in a row may keep silent before the rest is no
// longer asked: without a worker each of them would cost the whole limit.
const patience = 32

// leastAsked is how often a workflow is asked for its state, however long it took to
// keep silent: a task that was lost on its way comes again only when its time is up.
const leastAsked = 3

// nudgeAfter is how long a step is given to arrive by itself.
const nudgeAfter = time.Second

func dangling(d store.Dangling) string {
	if d.Seq == 0 {
		return fmt.Sprintf("a key stands for events %d to %d of a stream that is not there", d.From, d.To)
	}
	return fmt.Sprintf("a key stands for events %d to %d, the row stands at %d", d.From, d.To, d.Seq)
}

// alive looks at an open stream from the side of the engine.
func (v *verifier) alive(ctx context.Context, s store.Stream) error {
	var err error
	switch {
	case s.State == nil: // broken, and told already
		return nil
	case v.o.Quick || v.silent.Load() >= patience:
		err = v.runs(ctx, s)
	default:
		s, err = v.compare(ctx, s)
	}
	if err != nil {
		return err
	}
	return v.punctual(ctx, s)
}

// runs only sees whether the workflow is there.
func (v *verifier) runs(ctx context.Context, s store.Stream) error {
	if v.running[s.No] {
		return nil
	}
	running, err := v.Engine.Running(ctx, s.Kind, s.No)
	if err != nil || running {
		return err
	}
	return v.missing(ctx, s)
}

// missing tells of a workflow that does not run, unless the stream has ended
// meanwhile.
func (v *verifier) missing(ctx context.Context, s store.Stream) error {
	now, err := v.again(ctx, s)
	if err != nil || now.Final() {
		return err
	}
	detail := "state " + string(s.State.GetHead().State)
	if !s.Started {
		detail += ", never started"
	}
	v.find(finding(NotRunning, s.Kind, s.No, detail))
	return nil
}

// compare asks the workflow for its state and holds it against the ledger at the
// same sequence: both may move on while they are asked. The ledger may be ahead: a
// commit comes before the history knows of it, and after a crash in between nobody
// may have come back; but where it stood at first the workflow must come to.
//
// A workflow that does not answer is asked again: after an outage its task may just be
// waiting for its turn, and an operator who is told that everything is broken looks in the
// wrong place.
func (v *verifier) compare(ctx context.Context, s store.Stream) (store.Stream, error) {
	began, nudged, wanted := time.Now(), false, s.Seq()
	for asked := 1; ; asked++ {
		got, err := v.Engine.State(ctx, s.Kind, s.No)
		if ctx.Err() != nil {
			return s, ctx.Err()
		}
		if errors.Is(err, ErrNotRunning) {
			return s, v.missing(ctx, s)
		}
		if err != nil {
			if (asked < leastAsked || time.Since(began) <= v.o.Wait) && v.silent.Load() < patience {
				if err := pause(ctx, nudgeAfter); err != nil {
					return s, err
				}
				continue
			}
			v.silent.Add(1)
			v.find(finding(NoAnswer, s.Kind, s.No, err.Error()))
			return s, nil
		}
		v.silent.Store(0)
		workflow := got.GetHead().Seq
		if workflow > s.Seq() { // most likely it has moved on since the ledger was read
			if s, err = v.again(ctx, s); err != nil || s.State == nil {
				return s, err
			}
		}
		ledger, waited := s.Seq(), time.Since(began)
		switch {
		case wanted <= workflow && workflow <= ledger:
			return s, v.same(s, got, nudged)
		case waited > v.o.Wait:
			v.apart(s, ledger, workflow)
			return s, nil
		case ledger > workflow && !nudged && waited > nudgeAfter:
			nudged = true
			if err := v.Engine.Nudge(ctx, s.Kind, s.No); err != nil && !errors.Is(err, ErrNotRunning) {
				return s, err
			}
		}
		if err := pause(ctx, pollEvery); err != nil {
			return s, err
		}
		if s, err = v.again(ctx, s); err != nil || s.Final() || s.State == nil {
			return s, err
		}
	}
}

// again reads a stream once more. One that has vanished meanwhile stays as it was.
func (v *verifier) again(ctx context.Context, s store.Stream) (store.Stream, error) {
	now, err := v.Ledger.ExamineOne(ctx, s.No)
	if domain.CodeOf(err) == domain.CodeNotFound {
		return s, nil
	}
	return now, err
}

// same judges the state of the workflow by the events of the ledger up to there.
func (v *verifier) same(s store.Stream, got machine.Subject, nudged bool) error {
	seq := got.GetHead().Seq
	want, err := foldedTo(s, seq)
	if err != nil {
		return err
	}
	want.GetHead().No = s.No
	body, err := json.Marshal(got)
	if err != nil {
		return err
	}
	if what := store.DifferingFields(want, body); what != "" {
		v.find(finding(WorkflowOther, s.Kind, s.No, fmt.Sprintf("at %d the workflow has another %s", seq, what)))
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.report.Compared++
	if nudged {
		v.report.Healed = append(v.report.Healed, s.No)
	}
	return nil
}

func (v *verifier) apart(s store.Stream, ledger, workflow int) {
	if ledger > workflow {
		v.find(finding(LedgerAhead, s.Kind, s.No, fmt.Sprintf("the ledger stands at %d, the workflow at %d, and does not follow", ledger, workflow)))
		return
	}
	v.find(finding(LedgerBehind, s.Kind, s.No, fmt.Sprintf("the workflow stands at %d, the ledger at %d", workflow, ledger)))
}

// punctual finds deadlines that have passed without taking effect.
func (v *verifier) punctual(ctx context.Context, s store.Stream) error {
	late := v.late(s)
	if late == "" {
		return nil
	}
	now, err := v.again(ctx, s) // it may have fired since the batch was read
	if err != nil || now.State == nil {
		return err
	}
	if late = v.late(now); late != "" {
		v.find(finding(Unfired, s.Kind, s.No, late))
	}
	return nil
}

func (v *verifier) late(s store.Stream) string {
	if s.State == nil {
		return ""
	}
	d, ok := s.State.GetHead().Next()
	if !ok || time.Since(d.At) <= v.o.Tolerance {
		return ""
	}
	return fmt.Sprintf("%s was due %s", d.ID, d.At.UTC().Format(time.RFC3339))
}
