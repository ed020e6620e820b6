package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"huajie/domain/calendar"
	"huajie/domain/patrol"
)

// AddRuling keeps what somebody says of an integrity flag of a member. Earlier rulings stay;
// saying the same again changes nothing.
func (s *Store) AddRuling(ctx context.Context, member string, r patrol.Ruling) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO field_rulings (member, kind, day, n, cleared, reason, ruled_by, ruled_at)
		SELECT nr, $2, $3::date, $4, $5, $6, $7, $8 FROM users WHERE username = $1 AND NOT EXISTS (
			SELECT FROM (SELECT * FROM field_rulings WHERE member = nr AND kind = $2 AND day = $3::date ORDER BY id DESC LIMIT 1) last
			WHERE (n, cleared, reason, ruled_by) = ($4, $5, $6, $7))`,
		member, r.Kind, r.Day.String(), r.N, r.Cleared, r.Reason, r.By, r.At)
	return fault(err)
}

// rulings gives those on flags of a run of days, in the order in which they were made; of the
// month of the first day from its beginning, by which flags of a month are known.
func rulings(ctx context.Context, q querier, member string, from, to calendar.Date) ([]patrol.Ruling, error) {
	rows, err := q.Query(ctx, `SELECT kind, day::text, n, cleared, reason, ruled_by, ruled_at FROM field_rulings JOIN users ON nr = member
		WHERE username = $1 AND day >= date_trunc('month', $2::date) AND day <= $3::date ORDER BY id`, member, from.String(), to.String())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r patrol.Ruling, err error) {
		var day string
		if err = row.Scan(&r.Kind, &day, &r.N, &r.Cleared, &r.Reason, &r.By, &r.At); err != nil {
			return r, err
		}
		r.At = r.At.UTC()
		r.Day, err = calendar.ParseDate(day)
		return r, err
	})
}
