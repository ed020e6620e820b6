package store

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain/view"
)

// changesChannel is what listeners of the ledger hear: the number and the sequence of what
// was moved, and nothing else.
const changesChannel = "huajie_changes"

// listenerName is what the database calls the connection of a listener.
const listenerName = "huajie listener"

const (
	// lookEvery is how often a listener looks for what it was not told of.
	lookEvery = 5 * time.Second
	// lookBack is how far: longer than a commit may take.
	lookBack = time.Minute
)

// Listen hears of every commit on a connection of its own until ctx ends or the
// connection is lost. ready is called once nothing is missed any more. A change may be
// heard twice. What the process that committed it did not live to tell is found by looking.
func (s *Store) Listen(ctx context.Context, ready func(), heard func(view.Change)) error {
	cfg := s.pool.Config().ConnConfig
	cfg.RuntimeParams["application_name"] = listenerName
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return fault(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+changesChannel); err != nil {
		return fault(err)
	}
	told, err := moved(ctx, conn)
	if err != nil {
		return fault(err)
	}
	ready()
	for look := time.Now().Add(lookEvery); ; {
		waiting, cancel := context.WithDeadline(ctx, look)
		n, err := conn.WaitForNotification(waiting)
		quiet := waiting.Err() != nil
		cancel()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && !quiet:
			return fault(err)
		case err == nil:
			if c, ok := parseChange(n.Payload); ok {
				told[c.No] = max(told[c.No], c.Seq)
				heard(c)
			}
		}
		if !time.Now().Before(look) { // a busy connection is never quiet
			if told, err = untoldOf(ctx, conn, told, heard); err != nil {
				return fault(err)
			}
			look = time.Now().Add(lookEvery)
		}
	}
}

func parseChange(payload string) (view.Change, bool) {
	no, seq, ok := strings.Cut(payload, " ")
	i, err := strconv.Atoi(seq)
	return view.Change{No: no, Seq: i}, ok && err == nil
}

// untoldOf tells what was committed lately and not told, and gives what is told now.
func untoldOf(ctx context.Context, conn *pgx.Conn, told map[string]int, heard func(view.Change)) (map[string]int, error) {
	now, err := moved(ctx, conn)
	for no, seq := range now {
		if seq > told[no] {
			heard(view.Change{No: no, Seq: seq})
		}
	}
	return now, err
}

// moved are the streams written lately, with their last sequence.
func moved(ctx context.Context, conn *pgx.Conn) (map[string]int, error) {
	rows, err := conn.Query(ctx, `SELECT no, max(seq) FROM events WHERE recorded_at >= $1 GROUP BY no`, time.Now().Add(-lookBack))
	if err != nil {
		return nil, err
	}
	out := map[string]int{}
	var no string
	var seq int
	_, err = pgx.ForEachRow(rows, []any{&no, &seq}, func() error {
		out[no] = seq
		return nil
	})
	return out, err
}

// Standing tells of cases and whistles who sees them as they are now, whoever asks: for the
// one place that judges for many callers who may hear of them. What is neither is left out.
func (s *Store) Standing(ctx context.Context, nos []string) (map[string]view.Sight, error) {
	out := map[string]view.Sight{}
	rows, err := s.pool.Query(ctx, `SELECT no, kind, seq, body FROM cases WHERE no = ANY ($1)
		UNION ALL SELECT no, '`+activities.KindWhistle+`', seq, body FROM whistles WHERE no = ANY ($1)`, nos)
	if err != nil {
		return nil, fault(err)
	}
	var no, kind string
	var seq int
	var body []byte
	_, err = pgx.ForEachRow(rows, []any{&no, &kind, &seq, &body}, func() error {
		if kind == activities.KindWhistle {
			w, err := s.whistleOf(no, body, seq)
			out[no] = func(s view.Scope) bool { return s.SeesWhistle(w) }
			return err
		}
		c, err := s.caseOf(no, body, seq)
		if err == nil {
			card := c.Card()
			out[no] = func(s view.Scope) bool { return s.Sees(card) }
		}
		return err
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
	w = &where{args: w.args}
	w.seesWhistles(scope)
	sql += ` UNION ALL SELECT whistles.no, whistles.seq, moved_at FROM ` + of + `JOIN whistles ON whistles.no = moved` + w.String()
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
