package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// dropPhotos lets go of photographs and of where they are attached: those that no other file has
// attached too. Their bytes are to be dropped when nothing else names them (DroppedBytes).
func dropPhotos(ctx context.Context, tx pgx.Tx, clause string, arg any, at time.Time) (n int, err error) {
	rows, err := tx.Query(ctx, `SELECT id FROM files WHERE `+clause+` ORDER BY id FOR UPDATE`, arg)
	if err != nil {
		return 0, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if nos, ok := arg.([]string); ok {
		if _, err := tx.Exec(ctx, `DELETE FROM case_files WHERE no = ANY ($1)`, nos); err != nil {
			return 0, err
		}
	}
	err = tx.QueryRow(ctx, `WITH dropped AS (DELETE FROM files WHERE id = ANY ($1) AND NOT EXISTS (SELECT FROM case_files c WHERE c.file_id = files.id)
				RETURNING sha256, full_sha256, thumb_sha256),
			noted AS (INSERT INTO dropped_bytes (name, at) SELECT DISTINCT name, $2::timestamptz FROM dropped, unnest(ARRAY[sha256, full_sha256, thumb_sha256]) AS name
				WHERE name IS NOT NULL ON CONFLICT (name) DO NOTHING)
		SELECT count(*) FROM dropped`, ids, at).Scan(&n)
	return n, err
}

// DroppedBytes are the names of bytes that nothing names any more, some of them; drop is called
// with each, and what it has let go of is forgotten.
func (s *Store) DroppedBytes(ctx context.Context, drop func(name [32]byte) error) (n int, err error) {
	const atOnce = 200
	for {
		rows, err := s.pool.Query(ctx, `SELECT name, EXISTS (SELECT FROM files WHERE gone_at IS NULL AND name IN (sha256, full_sha256, thumb_sha256)) FROM dropped_bytes ORDER BY at, name LIMIT $1`, atOnce)
		if err != nil {
			return n, fault(err)
		}
		type item struct {
			name []byte
			used bool
		}
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (i item, err error) { return i, row.Scan(&i.name, &i.used) })
		if err != nil || len(list) == 0 {
			return n, fault(err)
		}
		for _, i := range list {
			if !i.used {
				if err := drop([32]byte(i.name)); err != nil {
					return n, err
				}
				n++
			}
			if _, err := s.pool.Exec(ctx, `DELETE FROM dropped_bytes WHERE name = $1`, i.name); err != nil {
				return n, fault(err)
			}
		}
	}
}

// unusedPhotos are those that no file has taken up, since a moment.
const unusedPhotos = `state = 'complete' AND completed_at < $1 AND NOT EXISTS (SELECT FROM case_files c WHERE c.file_id = files.id)
	AND NOT EXISTS (SELECT FROM recheck_files r WHERE r.file_id = files.id)`

// UnusedPhotos counts the photographs from before a moment that no file has taken up.
func (s *Store) UnusedPhotos(ctx context.Context, before time.Time) (n int, oldest time.Time, err error) {
	var at *time.Time
	err = s.pool.QueryRow(ctx, `SELECT count(*), min(completed_at) FROM files WHERE `+unusedPhotos, before).Scan(&n, &at)
	return n, orZero(at), fault(err)
}

// ForgetPhotos lets go of them, some at a time.
func (s *Store) ForgetPhotos(ctx context.Context, before time.Time) (n int, err error) {
	const atOnce = `id = ANY (ARRAY (SELECT id FROM files WHERE ` + unusedPhotos + ` ORDER BY id LIMIT 500))`
	for {
		var some int
		err := s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
			some, err = dropPhotos(ctx, tx, atOnce, before, time.Now())
			return err
		})
		if n += some; err != nil || some == 0 {
			return n, err
		}
	}
}
