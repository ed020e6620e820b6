package store

import (
	"context"

	"huajie/domain/calendar"
)

// OnceADay does something once on a day, whoever asks and however often: a day that is done is
// not begun again, one that somebody is at is left to them, and one whose work failed is taken up
// by the next. The lock of the work is held by a connection, which does nothing else meanwhile.
func (s *Store) OnceADay(ctx context.Context, what string, day calendar.Date, work func(context.Context) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fault(err)
	}
	defer conn.Release()
	var mine, done bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtextextended('huajie/daily/' || $1, 0))`, what).Scan(&mine); err != nil || !mine {
		return fault(err)
	}
	defer func() {
		var freed bool
		if err := conn.QueryRow(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtextextended('huajie/daily/' || $1, 0))`, what).Scan(&freed); err != nil {
			_ = conn.Conn().Close(context.WithoutCancel(ctx)) // the lock goes with the connection
		}
	}()
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM daily WHERE what = $1 AND day >= $2::text::date)`, what, day.String()).Scan(&done)
	if err != nil || done {
		return fault(err)
	}
	if err := work(ctx); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, `INSERT INTO daily (what, day) VALUES ($1, $2::text::date) ON CONFLICT (what) DO UPDATE SET day = excluded.day`, what, day.String())
	return fault(err)
}
