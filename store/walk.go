package store

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Streams counts the cases, sessions and whistles of the ledger.
func (s *Store) Streams(ctx context.Context) (n int, err error) {
	err = s.pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM cases) + (SELECT count(*) FROM sessions) + (SELECT count(*) FROM whistles)`).Scan(&n)
	return n, fault(err)
}

// Unknown gives those of the numbers the ledger holds nothing of.
func (s *Store) Unknown(ctx context.Context, nos []string) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT no FROM unnest($1::text[]) AS asked (no) WHERE
		NOT EXISTS (SELECT FROM cases WHERE cases.no = asked.no) AND NOT EXISTS (SELECT FROM sessions WHERE sessions.no = asked.no)
		AND NOT EXISTS (SELECT FROM whistles WHERE whistles.no = asked.no)
		AND NOT EXISTS (SELECT FROM events WHERE events.no = asked.no)`, nos)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return out, fault(err)
}

// Dangling is a key that stands for events the ledger does not hold.
type Dangling struct {
	Key, No  string
	From, To int
	Seq      int // where the stream ends; 0 when it is not there
}

// DanglingCommands looks at the keys after one, limit of them, and gives those
// that stand for nothing, and the key to go on after, "" at the end.
func (s *Store) DanglingCommands(ctx context.Context, after string, limit int) (bad []Dangling, next string, err error) {
	rows, err := s.pool.Query(ctx, `SELECT c.key, c.no, c.from_seq, c.to_seq, coalesce(cases.seq, sessions.seq, whistles.seq, 0)
		FROM (SELECT * FROM commands WHERE key > $1 ORDER BY key LIMIT $2) c LEFT JOIN cases USING (no) LEFT JOIN sessions USING (no) LEFT JOIN whistles USING (no) ORDER BY c.key`, after, limit)
	if err != nil {
		return nil, "", fault(err)
	}
	var d Dangling
	n := 0
	_, err = pgx.ForEachRow(rows, []any{&d.Key, &d.No, &d.From, &d.To, &d.Seq}, func() error {
		n, next = n+1, d.Key
		if d.From < 1 || d.To > d.Seq || d.Seq == 0 {
			bad = append(bad, d)
		}
		return nil
	})
	if n < limit {
		next = ""
	}
	return bad, next, fault(err)
}

// Gone counts what a ledger that was rebuilt from the engine's histories lacks,
// because it never was in them.
type Gone struct {
	Persons   int      `json:"persons"`   // petitioners cases point to
	Accounts  int      `json:"accounts"`  // that are there
	Rulebooks []string `json:"rulebooks"` // versions running cases were dispatched under
}

// Gone looks for what is not there.
func (s *Store) Gone(ctx context.Context) (g Gone, err error) {
	err = s.inTx(ctx, reading, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `SELECT (SELECT count(DISTINCT petitioner) FROM cases LEFT JOIN persons ON persons.id = petitioner
				WHERE petitioner <> '' AND persons.id IS NULL), (SELECT count(*) FROM users)`).Scan(&g.Persons, &g.Accounts)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT v FROM (SELECT DISTINCT body ->> 'rulebook_version' AS v FROM cases WHERE open) x
			WHERE v <> '' AND NOT EXISTS (SELECT FROM rulebooks WHERE version = v) ORDER BY v`)
		if err != nil {
			return err
		}
		g.Rulebooks, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return g, err
}
