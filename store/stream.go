package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"

	"huajie/domain/machine"
)

// Stream is one case, session or whistle as the ledger holds it, looked at from all sides.
type Stream struct {
	Kind, No string
	Events   []machine.Event
	State    machine.Subject // what the events fold to; nil where they do not
	Started  bool            // its workflow was started once
	// Owed is the sequence of the first event with a consequence elsewhere that is
	// not on record as carried out; 0 when there is none.
	Owed    int
	Removed bool // its words are gone, by the register of removals
	Faults  []Fault
}

// Fault is something in a stream that does not hold together.
type Fault struct {
	Code   string
	Detail string
}

// The faults a stream may have.
const (
	FaultChain     = "chain_broken"     // an event was changed, removed or added
	FaultNoEvents  = "events_missing"   // a row without events
	FaultNoRow     = "row_missing"      // events without a row
	FaultRow       = "row_differs"      // the row is not what the events give
	FaultDeadlines = "deadlines_differ" // the stored deadlines are not those of the state
	FaultCommand   = "command_missing"  // the key of an event is not on record
	FaultOwner     = "no_owner"         // nobody answers for an open case
	FaultRemoval   = "removal_broken"   // the register of removals was changed
)

// Final tells whether nothing can happen to the stream any more, so that it
// needs no workflow. A stream that does not fold is not known to be final.
func (s Stream) Final() bool {
	if s.Removed { // only what is final loses its words
		return true
	}
	x, ok := subjectOf(s.State)
	return ok && x.final
}

// Seq is the sequence the events end at.
func (s Stream) Seq() int {
	if len(s.Events) == 0 {
		return 0
	}
	return s.Events[len(s.Events)-1].Seq
}

// Examine looks at the streams after a number, at about as many as limit says:
// their chain, their row, deadlines and keys, all at one moment. It gives the
// number to go on after, "" when there are no more.
func (s *Store) Examine(ctx context.Context, after string, limit int) (list []Stream, next string, err error) {
	var h *heap
	err = s.inTx(ctx, reading, func(tx pgx.Tx) error {
		if next, err = boundary(ctx, tx, after, limit); err != nil {
			return err
		}
		h, err = s.gather(ctx, tx, `no > $1 AND ($2::text = '' OR no <= $2)`, after, next)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return h.streams(), next, nil
}

// ExamineOne looks at one stream. It is domain.CodeNotFound where the ledger
// holds nothing of it.
func (s *Store) ExamineOne(ctx context.Context, no string) (Stream, error) {
	var h *heap
	err := s.inTx(ctx, reading, func(tx pgx.Tx) (err error) {
		if h, err = s.gather(ctx, tx, `no = $1`, no); err == nil && len(h.kinds) == 0 {
			err = pgx.ErrNoRows
		}
		return err
	})
	if err != nil {
		return Stream{}, err
	}
	return h.streams()[0], nil
}

// streams looks at everything gathered, in the order of the numbers. Folding and
// hashing is all processor time, so every processor takes its part.
func (h *heap) streams() []Stream {
	nos := slices.Sorted(maps.Keys(h.kinds))
	out := make([]Stream, len(nos))
	var wg sync.WaitGroup
	turns := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, no := range nos {
		turns <- struct{}{}
		wg.Go(func() {
			out[i] = h.stream(no)
			<-turns
		})
	}
	wg.Wait()
	return out
}

// EffectKey is the key under which the consequence i of an event is carried out.
func EffectKey(e machine.Event, i int) string { return fmt.Sprintf("%s:%d:%d", e.No, e.Seq, i) }

// stream looks at one stream from all sides.
func (h *heap) stream(no string) Stream {
	s := Stream{Kind: h.kinds[no], No: no, Started: h.rows[no].started}
	list := h.links[no]
	if len(list) == 0 {
		s.fault(FaultNoEvents, fmt.Sprintf("the row stands at %d", h.rows[no].seq))
		return s
	}
	for _, l := range list {
		s.Events = append(s.Events, l.Event)
	}
	if r, ok := h.removals[no]; ok {
		s.Removed = true
		s.checkGone(r, h.rows, list)
		return s
	}
	if what := broken(list); what != "" {
		s.fault(FaultChain, what)
	}
	state, err := foldedKind(s.Kind, s.Events)
	if err != nil {
		if len(s.Faults) == 0 {
			s.fault(FaultChain, err.Error())
		}
		return s
	}
	s.State = state
	s.checkRow(h.rows, list)
	s.checkDeadlines(h.deadlines[no])
	s.checkKeys(h.commands)
	if x, ok := subjectOf(state); ok && x.ownerless {
		s.fault(FaultOwner, "state "+string(state.GetHead().State))
	}
	s.Owed = h.owed(s.Events)
	return s
}

func (s *Stream) fault(code, detail string) { s.Faults = append(s.Faults, Fault{code, detail}) }

// foldedKind folds the events of a kind of stream.
func foldedKind(kind string, list []machine.Event) (machine.Subject, error) {
	fresh, err := freshOf(kind)
	if err != nil {
		return nil, err
	}
	return folded(list, fresh)
}

func (s *Stream) checkRow(rows map[string]row, list []link) {
	r, ok := rows[s.No]
	switch last := list[len(list)-1]; {
	case !ok:
		s.fault(FaultNoRow, fmt.Sprintf("%d events", len(list)))
	case r.seq != last.Seq:
		s.fault(FaultRow, fmt.Sprintf("the row stands at %d, the events end at %d", r.seq, last.Seq))
	case !bytes.Equal(r.head, last.hash):
		s.fault(FaultRow, "the row holds the hash of another event")
	default:
		if what := DifferingFields(s.State, r.body); what != "" {
			s.fault(FaultRow, "the events give another "+what)
		}
	}
}

// DifferingFields names the fields in which an encoded state differs from a
// state; "" when they are the same.
func DifferingFields(state machine.Subject, body []byte) string {
	x, ok := subjectOf(state)
	if !ok {
		return "state (it is of no kind)"
	}
	other := x.fresh()
	if err := json.Unmarshal(body, other); err != nil {
		return "state (it cannot be read)"
	}
	other.GetHead().Seq = state.GetHead().Seq
	a, b := fieldsOf(state), fieldsOf(other)
	var names []string
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func fieldsOf(state machine.Subject) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	if raw, err := json.Marshal(state); err == nil {
		_ = json.Unmarshal(raw, &out) // what was just encoded can be read
	}
	return out
}

func (s *Stream) checkDeadlines(stored map[string]machine.Deadline) {
	if what := deadlinesDiffer(s.State.GetHead().Deadlines, stored); what != "" {
		s.fault(FaultDeadlines, what)
	}
}

func deadlinesDiffer(want, stored map[string]machine.Deadline) string {
	var faults []string
	for id, d := range want {
		have, ok := stored[id]
		switch {
		case !ok:
			faults = append(faults, id+" is not stored")
		case !have.At.Equal(moment(d.At)), have.Kind != d.Kind, have.Duty != d.Duty, have.Unit != d.Unit:
			faults = append(faults, id+" is stored otherwise")
		}
	}
	for id := range stored {
		if _, ok := want[id]; !ok {
			faults = append(faults, id+" is stored but not running")
		}
	}
	slices.Sort(faults)
	return strings.Join(faults, ", ")
}

// checkKeys finds events whose key is not on record for them: a retry of that
// wish would be carried out again. The registration of a case that was split
// off has no key of its own.
func (s *Stream) checkKeys(commands map[string]command) {
	told := map[string]bool{}
	for _, e := range s.Events {
		if e.Key == "" || told[e.Key] || SplitOff(e) {
			continue
		}
		c, ok := commands[e.Key]
		if ok && c.No == s.No && c.From <= e.Seq && e.Seq <= c.To {
			continue
		}
		told[e.Key] = true
		if !ok {
			s.fault(FaultCommand, fmt.Sprintf("event %d: its key is not on record", e.Seq))
		} else {
			s.fault(FaultCommand, fmt.Sprintf("event %d: its key stands for %s, %d to %d", e.Seq, c.No, c.From, c.To))
		}
	}
}

// SplitOff tells whether the event registered a case that was split off: it was
// written with the step that split it off, and carries that key with its own number.
func SplitOff(e machine.Event) bool { return strings.HasSuffix(e.Key, "/"+e.No) }

// owed finds the first event with a consequence not on record.
func (h *heap) owed(list []machine.Event) int {
	for _, e := range list {
		for i, f := range e.Effects {
			_, told := h.commands[EffectKey(e, i)]
			if (f.Kind == machine.EffectTell || f.Kind == machine.EffectBlowWhistle) && !told || f.Kind == machine.EffectStartSession && !h.sessions[f.To] {
				return e.Seq
			}
		}
	}
	return 0
}
