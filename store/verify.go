package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/machine"
	"huajie/domain/retention"
)

// VerifyChain proves that nothing was changed, removed or added in the stream of
// a case or session: every hash follows from the one before, and the events,
// folded, give the current row. The error says what does not hold, with the
// reason "chain_broken"; it is domain.CodeNotFound for an unknown number.
func (s *Store) VerifyChain(ctx context.Context, no string) error {
	kind, err := s.kindOf(ctx, no)
	if err != nil {
		return err
	}
	var body, head []byte
	var list []link
	var seq int
	var went retention.Removal
	var removed bool
	err = s.inTx(ctx, reading, func(tx pgx.Tx) (err error) {
		if went, removed, err = removalOf(ctx, tx, no); err != nil {
			return err
		}
		if list, err = s.links(ctx, tx, no, 0, newest); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT body, seq, head_hash FROM `+tables[kind]+` WHERE no = $1`, no).Scan(&body, &seq, &head)
	})
	if err != nil {
		return err
	}
	if body, err = s.openState(tables[kind], no, body); err != nil {
		return err
	}
	if removed {
		x := Stream{No: no}
		if x.checkGone(went, map[string]row{no: {seq: seq, head: head, body: body}}, list); len(x.Faults) > 0 {
			return chainBroken(no, x.Faults[0].Detail)
		}
		return nil
	}
	if what := broken(list); what != "" {
		return chainBroken(no, what)
	}
	if len(list) != seq || !bytes.Equal(list[len(list)-1].hash, head) {
		return chainBroken(no, fmt.Sprintf("the row stands at %d, the events end at %d", seq, len(list)))
	}
	same, err := foldsTo(kind, list, body)
	if err != nil || !same {
		return chainBroken(no, "the events do not give the row")
	}
	return nil
}

func chainBroken(no, what string) error {
	e := refusal(domain.CodeConflict, "chain_broken", "台账校验不通过", "the ledger does not verify")
	return because(e, fmt.Errorf("%s: %s", no, what))
}

// foldsTo tells whether the events give the state.
func foldsTo(kind string, list []link, body []byte) (bool, error) {
	plain := make([]machine.Event, len(list))
	for i, l := range list {
		plain[i] = l.Event
	}
	fresh, err := freshOf(kind)
	if err != nil {
		return false, err
	}
	state, err := folded(plain, fresh)
	if err != nil {
		return false, err
	}
	stored := fresh()
	if err := json.Unmarshal(body, stored); err != nil {
		return false, err
	}
	a, err := json.Marshal(state)
	if err != nil {
		return false, err
	}
	b, err := json.Marshal(stored)
	return bytes.Equal(a, b), err
}

// Unstarted lists cases and whistles registered before a moment whose workflow was not
// started, oldest first.
func (s *Store) Unstarted(ctx context.Context, before time.Time, limit int) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT no FROM (
		(SELECT no, created_at FROM cases WHERE NOT workflow_started AND created_at < $1 ORDER BY created_at, no LIMIT $2) UNION ALL
		(SELECT no, created_at FROM whistles WHERE NOT workflow_started AND created_at < $1 ORDER BY created_at, no LIMIT $2)) AS x
		ORDER BY created_at, no LIMIT $2`, before, limit)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return out, fault(err)
}

// MarkStarted notes that the workflow of a case or whistle runs.
func (s *Store) MarkStarted(ctx context.Context, no string) error {
	kind := activities.KindOf(no)
	if !swept(kind) {
		return nil
	}
	_, err := s.pool.Exec(ctx, `UPDATE `+tables[kind]+` SET workflow_started = true WHERE no = $1 AND NOT workflow_started`, no)
	return fault(err)
}

// Missed is a deadline that has passed without taking effect.
type Missed struct {
	No   string    `json:"no"` // case or session
	ID   string    `json:"id"`
	Kind string    `json:"kind"`
	At   time.Time `json:"at"`
}

// MissedDeadlines lists the live deadlines from before a moment, oldest first:
// the engine should have fired them by then.
func (s *Store) MissedDeadlines(ctx context.Context, before time.Time, limit int) ([]Missed, error) {
	rows, err := s.pool.Query(ctx, `SELECT no, id, kind, at FROM deadlines WHERE at < $1 ORDER BY at, no, id LIMIT $2`, before, limit)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Missed, err error) {
		err = row.Scan(&m.No, &m.ID, &m.Kind, &m.At)
		m.At = m.At.UTC()
		return m, err
	})
	return out, fault(err)
}

// Overslept lists the cases and sessions with a deadline from before a moment
// that has not taken effect: their workflow does not know of it, or is gone.
func (s *Store) Overslept(ctx context.Context, before time.Time, limit int) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT no FROM deadlines WHERE at < $1 GROUP BY no ORDER BY min(at), no LIMIT $2`, before, limit)
	if err != nil {
		return nil, fault(err)
	}
	nos, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return nos, fault(err)
}

// Numbers lists the numbers of a kind of stream after one, in order: what a
// verification of the whole ledger walks along.
func (s *Store) Numbers(ctx context.Context, kind, after string, limit int) ([]string, error) {
	table, ok := tables[kind]
	if !ok {
		return nil, fmt.Errorf("store: no streams of kind %q", kind)
	}
	own := ""
	if table == caseTable {
		own = ` AND kind = '` + kind + `'`
	}
	rows, err := s.pool.Query(ctx, `SELECT no FROM `+table+` WHERE no > $1`+own+` ORDER BY no LIMIT $2`, after, limit)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return out, fault(err)
}
