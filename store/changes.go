package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/grievance"
	"huajie/domain/view"
)

// changesChannel is what every commit tells: the number and the sequence of what it
// moved, and nothing else.
const changesChannel = "huajie_changes"

// queueChange tells the listeners of the change once it is committed.
func queueChange(batch *pgx.Batch, no string, seq int) {
	batch.Queue(`SELECT pg_notify('`+changesChannel+`', $1)`, no+" "+strconv.Itoa(seq))
}

// quietTime is how long a listener waits before it asks whether anybody is still there.
const quietTime = 20 * time.Second

// Listen hears of every commit on a connection of its own until ctx ends or the
// connection is lost. ready is called once nothing is missed any more.
func (s *Store) Listen(ctx context.Context, ready func(), heard func(view.Change)) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return fault(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+changesChannel); err != nil {
		return fault(err)
	}
	ready()
	for {
		waiting, cancel := context.WithTimeout(ctx, quietTime)
		n, err := conn.WaitForNotification(waiting)
		quiet := waiting.Err() != nil
		cancel()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && quiet:
			if err := conn.Ping(ctx); err != nil {
				return fault(err)
			}
		case err != nil:
			return fault(err)
		default:
			if no, seq, ok := strings.Cut(n.Payload, " "); ok {
				i, _ := strconv.Atoi(seq)
				heard(view.Change{No: no, Seq: i})
			}
		}
	}
}

// Standing gives cases as they are now, whoever asks: for the one place that judges
// for many callers who may hear of them. What is no case is left out.
func (s *Store) Standing(ctx context.Context, nos []string) (map[string]*grievance.Case, error) {
	out := map[string]*grievance.Case{}
	rows, err := s.pool.Query(ctx, `SELECT seq, body FROM cases WHERE no = ANY ($1)`, nos)
	if err != nil {
		return nil, fault(err)
	}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (struct{}, error) {
		cur := current{}
		if err := row.Scan(&cur.seq, &cur.state); err != nil {
			return struct{}{}, err
		}
		c := grievance.Fresh()
		if err := cur.State(c); err != nil {
			return struct{}{}, err
		}
		out[c.No] = c
		return struct{}{}, nil
	})
	return out, fault(err)
}

// lately are the streams that were written since a moment, by the index of the events:
// the rows themselves are in no order of time.
const lately = `(SELECT no AS moved, max(recorded_at) AS moved_at FROM events WHERE recorded_at >= `

// ChangedSince lists what in scope has changed since a moment, oldest first, at most
// so many and one more.
func (s *Store) ChangedSince(ctx context.Context, scope view.Scope, since time.Time, most int) ([]view.Change, error) {
	w := within(scope)
	of := lately + w.arg(since) + ` GROUP BY no) AS e `
	sql := `SELECT cases.no, cases.seq, moved_at FROM ` + of + `JOIN cases ON cases.no = moved` + w.String()
	w = &where{args: w.args} // numbered on from the first question
	w.sees(scope)
	sql += ` UNION ALL SELECT sessions.no, sessions.seq, moved_at FROM ` + of +
		`JOIN sessions ON sessions.no = moved JOIN cases ON cases.no = sessions.case_no` + w.String()
	sql = `SELECT no, seq FROM (` + sql + `) AS changed ORDER BY moved_at, no LIMIT ` + w.arg(most+1)
	rows, err := s.pool.Query(ctx, sql, w.args...)
	if err != nil {
		return nil, fault(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c view.Change, err error) {
		err = row.Scan(&c.No, &c.Seq)
		return c, err
	})
	return list, fault(err)
}
