package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
)

// Stream is one case or session as the ledger holds it, looked at from all sides.
type Stream struct {
	Kind, No string
	Events   []machine.Event
	State    machine.Subject // what the events fold to; nil where they do not
	Started  bool            // its workflow was started once
	// Owed is the sequence of the first event with a consequence elsewhere that is
	// not on record as carried out; 0 when there is none.
	Owed   int
	Faults []Fault
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
)

// Final tells whether nothing can happen to the stream any more, so that it
// needs no workflow. A stream that does not fold is not known to be final.
func (s Stream) Final() bool {
	switch state := s.State.(type) {
	case *grievance.Case:
		return grievance.Final(state)
	case *joint.Session:
		return joint.Final(state)
	}
	return false
}

// Seq is the sequence the events end at.
func (s Stream) Seq() int {
	if len(s.Events) == 0 {
		return 0
	}
	return s.Events[len(s.Events)-1].Seq
}

// row is the current row of a stream.
type row struct {
	seq        int
	head, body []byte
	started    bool
}

// heap is everything the ledger holds of some streams, as it is stored.
type heap struct {
	kinds     map[string]string
	rows      map[string]row
	links     map[string][]link
	deadlines map[string]map[string]machine.Deadline
	commands  map[string]command
	sessions  map[string]bool // that exist, of those asked for
}

// Examine looks at the streams after a number, at about as many as limit says:
// their chain, their row, deadlines and keys, all at one moment. It gives the
// number to go on after, "" when there are no more.
func (s *Store) Examine(ctx context.Context, after string, limit int) (list []Stream, next string, err error) {
	err = s.inTx(ctx, reading, func(tx pgx.Tx) error {
		if next, err = boundary(ctx, tx, after, limit); err != nil {
			return err
		}
		list, err = examine(ctx, tx, `no > $1 AND ($2::text = '' OR no <= $2)`, after, next)
		return err
	})
	return list, next, err
}

// ExamineOne looks at one stream. It is domain.CodeNotFound where the ledger
// holds nothing of it.
func (s *Store) ExamineOne(ctx context.Context, no string) (out Stream, err error) {
	err = s.inTx(ctx, reading, func(tx pgx.Tx) error {
		list, err := examine(ctx, tx, `no = $1`, no)
		if err == nil && len(list) == 0 {
			err = pgx.ErrNoRows
		}
		if err == nil {
			out = list[0]
		}
		return err
	})
	return out, err
}

// boundary finds the number up to which about limit streams follow, whether
// they have a row, events or both; "" when fewer are left.
func boundary(ctx context.Context, tx pgx.Tx, after string, limit int) (string, error) {
	var last *string
	err := tx.QueryRow(ctx, `SELECT min(m) FROM (
		SELECT max(no) AS m FROM (SELECT no FROM cases WHERE no > $1 ORDER BY no LIMIT $2) c HAVING count(*) = $2
		UNION ALL SELECT max(no) FROM (SELECT no FROM sessions WHERE no > $1 ORDER BY no LIMIT $2) s HAVING count(*) = $2
		UNION ALL SELECT max(no) FROM (SELECT no FROM events WHERE no > $1 ORDER BY no LIMIT $3) e HAVING count(*) = $3) x`,
		after, limit, limit*eventsPerStream).Scan(&last)
	if err != nil || last == nil {
		return "", err
	}
	return *last, nil
}

// eventsPerStream is a generous guess; it bounds a batch where there are events
// without rows.
const eventsPerStream = 50

func examine(ctx context.Context, tx pgx.Tx, clause string, args ...any) ([]Stream, error) {
	h := &heap{kinds: map[string]string{}, rows: map[string]row{}, links: map[string][]link{},
		deadlines: map[string]map[string]machine.Deadline{}, commands: map[string]command{}, sessions: map[string]bool{}}
	for _, read := range []func(context.Context, pgx.Tx, string, []any) error{h.readRows, h.readLinks, h.readDeadlines} {
		if err := read(ctx, tx, clause, args); err != nil {
			return nil, err
		}
	}
	if err := h.readRecord(ctx, tx); err != nil {
		return nil, err
	}
	out := make([]Stream, 0, len(h.kinds))
	for _, no := range slices.Sorted(maps.Keys(h.kinds)) {
		out = append(out, h.stream(no))
	}
	return out, nil
}

func (h *heap) readRows(ctx context.Context, tx pgx.Tx, clause string, args []any) error {
	rows, err := tx.Query(ctx, `SELECT '`+activities.KindGrievance+`', no, seq, head_hash, body, workflow_started FROM cases WHERE `+clause+
		` UNION ALL SELECT '`+activities.KindSession+`', no, seq, head_hash, body, true FROM sessions WHERE `+clause, args...)
	if err != nil {
		return err
	}
	var kind, no string
	var r row
	_, err = pgx.ForEachRow(rows, []any{&kind, &no, &r.seq, &r.head, &r.body, &r.started}, func() error {
		h.kinds[no], h.rows[no] = kind, row{r.seq, bytes.Clone(r.head), bytes.Clone(r.body), r.started}
		return nil
	})
	return err
}

func (h *heap) readLinks(ctx context.Context, tx pgx.Tx, clause string, args []any) error {
	rows, err := tx.Query(ctx, `SELECT `+linkColumns+` FROM events WHERE `+clause+` ORDER BY no, seq`, args...)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, scanLink)
	for _, l := range list {
		h.links[l.No] = append(h.links[l.No], l)
		if h.kinds[l.No] == "" {
			h.kinds[l.No] = l.kind
		}
	}
	return err
}

func (h *heap) readDeadlines(ctx context.Context, tx pgx.Tx, clause string, args []any) error {
	rows, err := tx.Query(ctx, `SELECT no, id, kind, at, duty, unit FROM deadlines WHERE `+clause, args...)
	if err != nil {
		return err
	}
	var no string
	var d machine.Deadline
	_, err = pgx.ForEachRow(rows, []any{&no, &d.ID, &d.Kind, &d.At, &d.Duty, &d.Unit}, func() error {
		if h.deadlines[no] == nil {
			h.deadlines[no] = map[string]machine.Deadline{}
		}
		h.deadlines[no][d.ID] = d
		return nil
	})
	return err
}

// readRecord looks up the keys of all events, and what is on record of their
// consequences: the keys of what others were told, the sessions that were opened.
func (h *heap) readRecord(ctx context.Context, tx pgx.Tx) error {
	var keys, sessions []string
	for _, list := range h.links {
		for _, l := range list {
			if l.Key != "" {
				keys = append(keys, l.Key)
			}
			for i, f := range l.Effects {
				switch f.Kind {
				case machine.EffectTell:
					keys = append(keys, EffectKey(l.Event, i))
				case machine.EffectStartSession:
					sessions = append(sessions, f.To)
				}
			}
		}
	}
	rows, err := tx.Query(ctx, `SELECT key, no, kind, fingerprint, from_seq, to_seq FROM commands WHERE key = ANY ($1)`, keys)
	if err != nil {
		return err
	}
	var key string
	var c command
	_, err = pgx.ForEachRow(rows, []any{&key, &c.No, &c.Kind, &c.Fingerprint, &c.From, &c.To}, func() error {
		h.commands[key] = c
		return nil
	})
	if err != nil {
		return err
	}
	if rows, err = tx.Query(ctx, `SELECT no FROM sessions WHERE no = ANY ($1)`, sessions); err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, no := range found {
		h.sessions[no] = true
	}
	return err
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
	if c, ok := state.(*grievance.Case); ok && !grievance.Over(c.State) && c.Owner.Unit == "" {
		s.fault(FaultOwner, "state "+string(c.State))
	}
	s.Owed = h.owed(s.Events)
	return s
}

func (s *Stream) fault(code, detail string) { s.Faults = append(s.Faults, Fault{code, detail}) }

// foldedKind folds the events of a kind of stream.
func foldedKind(kind string, list []machine.Event) (machine.Subject, error) {
	if kind == activities.KindSession {
		return folded(list, joint.Fresh)
	}
	return folded(list, grievance.Fresh)
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
	other := machine.Subject(grievance.Fresh())
	if _, ok := state.(*joint.Session); ok {
		other = joint.Fresh()
	}
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
			if f.Kind == machine.EffectTell && !told || f.Kind == machine.EffectStartSession && !h.sessions[f.To] {
				return e.Seq
			}
		}
	}
	return 0
}
