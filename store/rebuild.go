package store

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/casefile"
	"huajie/domain/machine"
	"huajie/domain/notice"
)

// Found is one stream as it was found outside the ledger.
type Found struct {
	Kind, No string
	Events   []machine.Event // in order, each once; some may be missing
	Commands []FoundCommand
	// Render writes the notices of the events given, out of the whole stream.
	Render func(stream []machine.Event, added []int) ([]notice.Message, error)
}

// FoundCommand is a key and what it was used for.
type FoundCommand struct {
	Key, Fingerprint string
	From, To         int
}

// UnknownFingerprint stands where a key is known and the request it came with is
// not. It equals no fingerprint, so a retry is refused rather than answered with
// what another request did.
const UnknownFingerprint = "unknown"

// Rebuilt tells what a rebuild did to one stream.
type Rebuilt struct {
	Added     []int        `json:"added,omitempty"` // events appended
	Differ    []Difference `json:"differ,omitempty"`
	Missing   []int        `json:"missing,omitempty"` // events neither side has
	Row       bool         `json:"row,omitempty"`     // the row was written
	Deadlines bool         `json:"deadlines,omitempty"`
	Commands  int          `json:"commands,omitempty"`
	Notices   int          `json:"notices,omitempty"`
	Photos    int          `json:"photos,omitempty"` // attached again
}

// Changed tells whether anything was written.
func (r Rebuilt) Changed() bool {
	return len(r.Added) > 0 || r.Row || r.Deadlines || r.Commands > 0 || r.Notices > 0 || r.Photos > 0
}

// Difference is an event of which the ledger holds another version than was found.
type Difference struct {
	Seq    int    `json:"seq"`
	Detail string `json:"detail"`
}

// errDry ends the transaction of a rebuild that only looks.
var errDry = errors.New("nothing is written")

// Rebuild puts back what the ledger lacks of a stream: events, row, deadlines,
// keys, notices and the attachment of photos. An event the ledger holds is never touched: where it is not
// the one found, or where events are missing on both sides, nothing of the stream is
// written and the answer says why. With dry nothing is written in any case.
func (s *Store) Rebuild(ctx context.Context, f Found, dry bool) (Rebuilt, error) {
	var out Rebuilt
	if _, err := s.key(ctx, ""); err != nil { // read before a connection is held, not while
		return out, err
	}
	err := s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		out = Rebuilt{}
		err := s.rebuild(ctx, tx, f, &out)
		if err == nil && dry {
			return errDry
		}
		return err
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return out, err
}

func (s *Store) rebuild(ctx context.Context, tx pgx.Tx, f Found, out *Rebuilt) error {
	table, err := tableOf(f.Kind, f.No)
	if err != nil {
		return err
	}
	var r *row
	held := row{}
	err = tx.QueryRow(ctx, `SELECT seq, head_hash, body FROM `+table+` WHERE no = $1 FOR UPDATE`, f.No).Scan(&held.seq, &held.head, &held.body)
	switch {
	case err == nil:
		if held.body, err = s.openState(table, f.No, held.body); err != nil {
			return err
		}
		r = &held
	case !errors.Is(err, pgx.ErrNoRows):
		return err
	}
	if _, removed, err := removalOf(ctx, tx, f.No); err != nil || removed {
		return err // its words do not come back
	}
	have, err := s.links(ctx, tx, f.No, 0, newest)
	if err != nil {
		return err
	}
	whole := merge(f, have, out)
	if n := len(whole); r != nil && r.seq > n && len(out.Missing) == 0 {
		for seq := n + 1; seq <= r.seq; seq++ {
			out.Missing = append(out.Missing, seq)
		}
	}
	if len(out.Differ) > 0 || len(out.Missing) > 0 || len(whole) == 0 {
		return nil
	}
	head, err := s.appendMissing(ctx, tx, f.Kind, whole, have, out)
	if err != nil || len(out.Differ) > 0 {
		return err
	}
	return s.putBack(ctx, tx, f, r, whole, head, out)
}

// merge makes one stream of what was found and what is held, noting where they
// differ and what is in neither.
func merge(f Found, have []link, out *Rebuilt) []machine.Event {
	bySeq := map[int]machine.Event{}
	last := 0
	for _, e := range f.Events {
		e.At, e.RecordedAt = moment(e.At), moment(e.RecordedAt)
		bySeq[e.Seq] = e
		last = max(last, e.Seq)
	}
	for _, l := range have {
		if found, ok := bySeq[l.Seq]; ok {
			if what := contradicts(f.Kind, l, found); what != "" {
				out.Differ = append(out.Differ, Difference{l.Seq, what})
			}
		}
		bySeq[l.Seq] = l.Event
		last = max(last, l.Seq)
	}
	whole := make([]machine.Event, 0, last)
	for seq := 1; seq <= last; seq++ {
		e, ok := bySeq[seq]
		if !ok {
			out.Missing = append(out.Missing, seq)
			continue
		}
		whole = append(whole, e)
	}
	return whole
}

// contradicts compares an event of the ledger with the one found. The chain
// tells which of the two is the one that was written.
func contradicts(kind string, held link, found machine.Event) string {
	a, errA := canonical(held.kind, held.Event)
	b, errB := canonical(kind, found)
	if errA == nil && errB == nil && bytes.Equal(a, b) {
		return ""
	}
	if hash, err := chained(held.prev, kind, found); err == nil && bytes.Equal(hash, held.hash) {
		return "the ledger's event was changed: the engine's copy is the one the chain was made with"
	}
	return "the ledger and the engine hold different events"
}

// appendMissing writes the events the ledger lacks, each with its place in the
// chain, and gives the head. The links that are held must fit that chain.
func (s *Store) appendMissing(ctx context.Context, tx pgx.Tx, kind string, whole []machine.Event, have []link, out *Rebuilt) ([]byte, error) {
	held := map[int]link{}
	for _, l := range have {
		held[l.Seq] = l
	}
	batch := &pgx.Batch{}
	st := &stream{kind: kind, head: beginning}
	for i, e := range whole {
		if l, ok := held[e.Seq]; ok {
			hash, err := chained(st.head, kind, e)
			if err != nil {
				return nil, err
			}
			if !bytes.Equal(l.prev, st.head) || !bytes.Equal(l.hash, hash) {
				out.Differ = append(out.Differ, Difference{e.Seq, "the ledger's chain is broken here"})
				return nil, nil
			}
			st.head = hash
			continue
		}
		head, err := s.queueEvents(batch, st, whole[i:i+1])
		if err != nil {
			return nil, err
		}
		st.head = head
		out.Added = append(out.Added, e.Seq)
	}
	if len(out.Added) == 0 {
		return st.head, nil
	}
	return st.head, tx.SendBatch(ctx, batch).Close()
}

// putBack brings what stands beside the events up to them.
func (s *Store) putBack(ctx context.Context, tx pgx.Tx, f Found, r *row, whole []machine.Event, head []byte, out *Rebuilt) error {
	state, err := foldedKind(f.Kind, whole)
	if err != nil {
		return err
	}
	if err := putPhotos(ctx, tx, f, whole, out); err != nil {
		return err
	}
	batch := &pgx.Batch{}
	st := &stream{kind: f.Kind, no: f.No}
	if r != nil {
		st.body = r.body
	} else if st.codeHash, err = s.codeHashOf(ctx, tx, state); err != nil {
		return err
	}
	if r == nil || r.seq != len(whole) || !bytes.Equal(r.head, head) || DifferingFields(state, r.body) != "" {
		out.Row = true
		if err := s.queueState(batch, st, state, head, whole[len(whole)-1]); err != nil {
			return err
		}
		if err := s.queueWords(batch, &stream{kind: f.Kind, no: f.No}, state); err != nil { // whatever they are now
			return err
		}
		if r == nil && swept(f.Kind) {
			batch.Queue(`UPDATE `+tables[f.Kind]+` SET workflow_started = true WHERE no = $1`, f.No)
		}
	}
	stored := &heap{deadlines: map[string]map[string]machine.Deadline{}}
	if err := stored.readDeadlines(ctx, tx, `no = $1`, []any{f.No}); err != nil {
		return err
	}
	if deadlinesDiffer(state.GetHead().Deadlines, stored.deadlines[f.No]) != "" {
		out.Deadlines = true
		queueDeadlines(batch, f.No, state.GetHead().Deadlines)
	}
	if err := queueRendered(batch, f, whole, out); err != nil {
		return err
	}
	if batch.Len() > 0 {
		if err := tx.SendBatch(ctx, batch).Close(); err != nil {
			return err
		}
	}
	if len(out.Added) > 0 || out.Photos > 0 {
		again, err := tellOfMalwareAgain(ctx, tx, f.No)
		if err != nil {
			return err
		}
		out.Notices += again
	}
	return putCommands(ctx, tx, f, whole, out)
}

// queueRendered writes the notices of the events that were missing. They were sent
// when they were written first, and are not sent again.
func queueRendered(batch *pgx.Batch, f Found, whole []machine.Event, out *Rebuilt) error {
	if f.Render == nil || len(out.Added) == 0 {
		return nil
	}
	messages, err := f.Render(whole, out.Added)
	if err != nil {
		return err
	}
	out.Notices = len(messages)
	queueNotices(batch, whole, messages, true)
	return nil
}

// putCommands puts keys back, dated when their step was recorded.
func putCommands(ctx context.Context, tx pgx.Tx, f Found, whole []machine.Event, out *Rebuilt) error {
	for _, c := range f.Commands {
		if c.From < 1 || c.To > len(whole) || c.To < c.From-1 || c.To < 1 {
			continue
		}
		tag, err := tx.Exec(ctx, `INSERT INTO commands (key, no, kind, fingerprint, from_seq, to_seq, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (key) DO NOTHING`, c.Key, f.No, f.Kind, c.Fingerprint, c.From, c.To, whole[c.To-1].RecordedAt)
		if err != nil {
			return err
		}
		out.Commands += int(tag.RowsAffected())
	}
	return nil
}

// codeHashOf is the hash of the query code of a case: a case that was split off
// answers to the code of the case it came from.
func (s *Store) codeHashOf(ctx context.Context, tx pgx.Tx, state machine.Subject) ([]byte, error) {
	of, ok := state.(casefile.Case)
	if !ok {
		return nil, nil
	}
	c := of.Card()
	no := c.No
	if c.Origin != "" {
		var hash []byte
		err := tx.QueryRow(ctx, `SELECT query_code_hash FROM cases WHERE no = $1`, c.Origin).Scan(&hash)
		if err == nil || !errors.Is(err, pgx.ErrNoRows) {
			return hash, err
		}
		no = c.Origin
	}
	code, err := s.queryCode(ctx, no)
	if err != nil {
		return nil, err
	}
	return s.codeHash(ctx, code)
}

// RaiseNumbers makes sure that a number seen is not drawn again.
func (s *Store) RaiseNumbers(ctx context.Context, place, letter string, day time.Time, last int) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO numbers AS n (place, letter, day, last) VALUES ($1, $2, $3, $4)
		ON CONFLICT (place, letter, day) DO UPDATE SET last = excluded.last WHERE n.last < excluded.last`,
		place, letter, day.Format(time.DateOnly), last)
	return fault(err)
}

// SameEvent tells whether two events are one to the chain.
func SameEvent(kind string, a, b machine.Event) bool {
	a.At, a.RecordedAt, b.At, b.RecordedAt = moment(a.At), moment(a.RecordedAt), moment(b.At), moment(b.RecordedAt)
	x, errX := canonical(kind, a)
	y, errY := canonical(kind, b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
