package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"huajie/domain/patrol"
)

// AddUpdate notes that a member looked through a part of the grid's data. One that is known
// by its client's identifier changes nothing; the identifier for another is domain.CodeKeyReused.
func (s *Store) AddUpdate(ctx context.Context, member string, u patrol.Update) (news bool, err error) {
	at := moment(u.At)
	tag, err := s.pool.Exec(ctx, `INSERT INTO field_updates (member, client, grid, kind, ref, n, at, received_at)
		SELECT nr, $2, $3, $4, $5, $6, $7, $8 FROM users WHERE username = $1 ON CONFLICT ON CONSTRAINT field_updates_once DO NOTHING`,
		member, u.Client, u.Grid, u.Kind, u.Ref, u.N, at, u.Received)
	if err != nil || tag.RowsAffected() > 0 {
		return err == nil, fault(err)
	}
	var same bool
	err = s.pool.QueryRow(ctx, `SELECT (grid, kind, ref, n) = ($3, $4, $5, $6) FROM field_updates JOIN users ON nr = member
		WHERE username = $1 AND client = $2`, member, u.Client, u.Grid, u.Kind, u.Ref, u.N).Scan(&same)
	if err == nil && !same {
		return false, keyReused()
	}
	return false, fault(err)
}

// Updates gives those of a member in a span, the oldest first.
func (s *Store) Updates(ctx context.Context, member string, in patrol.Span) ([]patrol.Update, error) {
	out, err := updates(ctx, s.pool, member, in)
	return out, fault(err)
}

func updates(ctx context.Context, q querier, member string, in patrol.Span) ([]patrol.Update, error) {
	rows, err := q.Query(ctx, `SELECT client, grid, kind, ref, n, at, received_at FROM field_updates
		WHERE member = (SELECT nr FROM users WHERE username = $1) AND at >= $2 AND at < $3 ORDER BY at, id`, member, in.From, in.To)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (u patrol.Update, err error) {
		err = row.Scan(&u.Client, &u.Grid, &u.Kind, &u.Ref, &u.N, &u.At, &u.Received)
		u.At, u.Received = u.At.UTC(), u.Received.UTC()
		return u, err
	})
}
