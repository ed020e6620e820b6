package store

import (
	"bytes"
	"context"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain/machine"
	"huajie/domain/retention"
)

// row is the current row of a stream.
type row struct {
	seq        int
	head, body []byte
	started    bool
}

// heap is everything the ledger holds of some streams, as it is stored.
type heap struct {
	store     *Store
	kinds     map[string]string
	rows      map[string]row
	links     map[string][]link
	deadlines map[string]map[string]machine.Deadline
	commands  map[string]command
	sessions  map[string]bool // that exist, of those asked for
	removals  map[string]retention.Removal
}

// boundary finds the number up to which about limit streams follow, whether
// they have a row, events or both; "" when fewer are left.
func boundary(ctx context.Context, tx pgx.Tx, after string, limit int) (string, error) {
	var last *string
	err := tx.QueryRow(ctx, `SELECT min(m) FROM (
		SELECT max(no) AS m FROM (SELECT no FROM cases WHERE no > $1 ORDER BY no LIMIT $2) c HAVING count(*) = $2
		UNION ALL SELECT max(no) FROM (SELECT no FROM sessions WHERE no > $1 ORDER BY no LIMIT $2) s HAVING count(*) = $2
		UNION ALL SELECT max(no) FROM (SELECT no FROM whistles WHERE no > $1 ORDER BY no LIMIT $2) w HAVING count(*) = $2
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

// gather reads what the ledger holds of the streams a clause selects.
func (s *Store) gather(ctx context.Context, tx pgx.Tx, clause string, args ...any) (*heap, error) {
	h := &heap{store: s, kinds: map[string]string{}, rows: map[string]row{}, links: map[string][]link{},
		deadlines: map[string]map[string]machine.Deadline{}, commands: map[string]command{}, sessions: map[string]bool{}, removals: map[string]retention.Removal{}}
	for _, read := range []func(context.Context, pgx.Tx, string, []any) error{h.readRows, h.readLinks, h.readDeadlines, h.readRemovals} {
		if err := read(ctx, tx, clause, args); err != nil {
			return nil, err
		}
	}
	return h, h.readRecord(ctx, tx)
}

func (h *heap) readRows(ctx context.Context, tx pgx.Tx, clause string, args []any) error {
	rows, err := tx.Query(ctx, `SELECT kind, no, seq, head_hash, body, workflow_started FROM cases WHERE `+clause+
		` UNION ALL SELECT '`+activities.KindSession+`', no, seq, head_hash, body, true FROM sessions WHERE `+clause+
		` UNION ALL SELECT '`+activities.KindWhistle+`', no, seq, head_hash, body, workflow_started FROM whistles WHERE `+clause, args...)
	if err != nil {
		return err
	}
	var kind, no string
	var r row
	_, err = pgx.ForEachRow(rows, []any{&kind, &no, &r.seq, &r.head, &r.body, &r.started}, func() error {
		body, err := h.store.openState(tables[kind], no, bytes.Clone(r.body))
		h.kinds[no], h.rows[no] = kind, row{r.seq, bytes.Clone(r.head), body, r.started}
		return err
	})
	return err
}

func (h *heap) readLinks(ctx context.Context, tx pgx.Tx, clause string, args []any) error {
	rows, err := tx.Query(ctx, `SELECT `+linkColumns+` FROM events WHERE `+clause+` ORDER BY no, seq`, args...)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, h.store.scanLink)
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
				case machine.EffectTell, machine.EffectBlowWhistle:
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
