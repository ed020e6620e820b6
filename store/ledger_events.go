package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"huajie/domain/machine"
)

// querier is a pool or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
}

// beginning stands before the first event of a chain.
var beginning = make([]byte, sha256.Size)

// newest as an upper bound reads to the end of a stream.
const newest = math.MaxInt32

// hidden is a field of an event that is left out of its body.
type hidden = *struct{}

// body is an event without the fields that have a column of their own: a field here
// hides the one of the same name there. All others, whichever there are, remain.
type body struct {
	machine.Event
	No         hidden `json:"no,omitempty"`
	Seq        hidden `json:"seq,omitempty"`
	Type       hidden `json:"type,omitempty"`
	Rule       hidden `json:"rule,omitempty"`
	At         hidden `json:"at,omitempty"`
	RecordedAt hidden `json:"recorded_at,omitempty"`
	By         hidden `json:"by,omitempty"`
	Unit       hidden `json:"unit,omitempty"`
	From       hidden `json:"from,omitempty"`
	To         hidden `json:"to,omitempty"`
	Key        hidden `json:"key,omitempty"`
	Deadline   hidden `json:"deadline,omitempty"`
}

// canonical is what the hash of an event is taken over: its JSON with kind, keys
// sorted, no spaces, times in UTC, numbers as IEEE 754 doubles. It is the same before
// and after the database has rearranged the JSON. A field added to events later must
// be left out when empty, or chains of before would no longer verify.
func canonical(kind string, e machine.Event) ([]byte, error) {
	raw, err := json.Marshal(struct {
		Kind string `json:"kind"`
		machine.Event
	}{kind, e})
	if err != nil {
		return nil, err
	}
	var plain any
	if err := json.Unmarshal(raw, &plain); err != nil {
		return nil, err
	}
	return json.Marshal(plain)
}

// chained is the hash of an event after the hash before it.
func chained(prev []byte, kind string, e machine.Event) ([]byte, error) {
	words, err := canonical(kind, e)
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(prev)
	h.Write(words)
	return h.Sum(nil), nil
}

const insertEvent = `INSERT INTO events (no, seq, kind, type, rule, at, recorded_at, actor, unit, from_state, to_state, key, deadline, body, prev_hash, hash)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`

// queueEvents appends to the chain and gives its new head. It sets the times of
// the events to what the ledger can keep, so that a writer and a later reader
// hold the same event.
func (s *Store) queueEvents(batch *pgx.Batch, st *stream, list []machine.Event) ([]byte, error) {
	head := st.head
	for i := range list {
		e := &list[i]
		e.At, e.RecordedAt = moment(e.At), moment(e.RecordedAt)
		words, err := json.Marshal(body{Event: *e})
		if err != nil {
			return nil, fmt.Errorf("event %d of %s: %w", e.Seq, e.No, err)
		}
		if words, err = s.fields.SealDocument(words, placeOfEvent(e.No, e.Seq), inDocuments); err != nil {
			return nil, fmt.Errorf("event %d of %s: %w", e.Seq, e.No, err)
		}
		hash, err := chained(head, st.kind, *e)
		if err != nil {
			return nil, fmt.Errorf("event %d of %s: %w", e.Seq, e.No, err)
		}
		batch.Queue(insertEvent, e.No, e.Seq, st.kind, e.Type, e.Rule, e.At, e.RecordedAt, e.By, e.Unit, e.From, e.To, e.Key, e.Deadline, words, head, hash)
		head = hash
	}
	return head, nil
}

// link is an event as it stands in the chain.
type link struct {
	machine.Event
	kind       string
	prev, hash []byte
	gone       bool // its words are: the hash stays, and cannot be computed again
}

// wordless is the body of an event whose words are gone (retention_remove.go), as the database
// writes it. Whether they may be is said by the register of removals, not by the event.
const wordless = `{"removed": true}`

// linkColumns are what scanLink reads.
const linkColumns = `no, seq, kind, type, rule, at, recorded_at, actor, unit, from_state, to_state, key, deadline, body, prev_hash, hash`

// links reads the events of a stream after one sequence up to another.
func (s *Store) links(ctx context.Context, q querier, no string, after, upTo int) ([]link, error) {
	rows, err := q.Query(ctx, `SELECT `+linkColumns+` FROM events WHERE no = $1 AND seq > $2 AND seq <= $3 ORDER BY seq`, no, after, upTo)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, s.scanLink)
}

func (s *Store) scanLink(row pgx.CollectableRow) (l link, err error) {
	var body []byte
	e := &l.Event
	if err = row.Scan(&e.No, &e.Seq, &l.kind, &e.Type, &e.Rule, &e.At, &e.RecordedAt, &e.By, &e.Unit, &e.From, &e.To, &e.Key, &e.Deadline, &body, &l.prev, &l.hash); err != nil {
		return l, err
	}
	e.At, e.RecordedAt = e.At.UTC(), e.RecordedAt.UTC()
	if body, err = s.fields.OpenDocument(body, placeOfEvent(e.No, e.Seq)); err != nil {
		return l, fmt.Errorf("event %d of %s: %w", e.Seq, e.No, err)
	}
	l.gone = string(body) == wordless
	return l, json.Unmarshal(body, e)
}

// events is links without the chain.
func (s *Store) events(ctx context.Context, q querier, no string, after, upTo int) ([]machine.Event, error) {
	list, err := s.links(ctx, q, no, after, upTo)
	if err != nil {
		return nil, err
	}
	out := make([]machine.Event, len(list))
	for i, l := range list {
		out[i] = l.Event
	}
	return out, nil
}

// broken finds the first link that does not hold; "" when all do.
func broken(list []link) string {
	prev := beginning
	for i, l := range list {
		hash, err := chained(prev, l.kind, l.Event)
		switch {
		case l.Seq != i+1:
			return fmt.Sprintf("event %d is missing", i+1)
		case !bytes.Equal(l.prev, prev):
			return fmt.Sprintf("event %d does not follow the one before it", l.Seq)
		case err != nil || !bytes.Equal(l.hash, hash):
			return fmt.Sprintf("event %d was changed", l.Seq)
		}
		prev = l.hash
	}
	return ""
}
