package store

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/calendar"
	"huajie/domain/patrol"
)

// KeptDays gives what is kept of the days of members, whatever it was measured by.
func (s *Store) KeptDays(ctx context.Context, members []string, from, to calendar.Date) (map[string]map[calendar.Date]patrol.Kept, error) {
	rows, err := s.pool.Query(ctx, `SELECT u.username, d.day::text, d.basis, d.walked, d.metres, d.online, d.mocks, d.teleports, d.places
		FROM users u JOIN field_days d ON d.member = u.nr WHERE u.username = ANY ($1) AND d.day >= $2 AND d.day <= $3`, members, from.String(), to.String())
	if err != nil {
		return nil, fault(err)
	}
	out := map[string]map[calendar.Date]patrol.Kept{}
	var member, day string
	var walked, online int64
	var places []byte
	var k patrol.Kept
	_, err = pgx.ForEachRow(rows, []any{&member, &day, &k.Basis, &walked, &k.Metres, &online, &k.Mocks, &k.Teleports, &places}, func() error {
		d, err := calendar.ParseDate(day)
		if err != nil {
			return err
		}
		if out[member] == nil {
			out[member] = map[calendar.Date]patrol.Kept{}
		}
		k.Walked, k.Online = time.Duration(walked)*time.Microsecond, time.Duration(online)*time.Microsecond
		k.Places = make([]uint32, len(places)/4)
		for i := range k.Places {
			k.Places[i] = binary.LittleEndian.Uint32(places[4*i:])
		}
		out[member][d] = k
		return nil
	})
	return out, fault(err)
}

// KeepDays keeps what was measured of days of a member, in the place of what was kept before.
func (s *Store) KeepDays(ctx context.Context, member string, days map[calendar.Date]patrol.Kept) error {
	batch := &pgx.Batch{}
	for d, k := range days {
		places := make([]byte, 0, 4*len(k.Places))
		for _, p := range k.Places {
			places = binary.LittleEndian.AppendUint32(places, p)
		}
		batch.Queue(`INSERT INTO field_days (member, day, basis, walked, metres, online, mocks, teleports, places)
			SELECT nr, $2, $3, $4, $5, $6, $7, $8, $9 FROM users WHERE username = $1
			ON CONFLICT (member, day) DO UPDATE SET basis = excluded.basis, walked = excluded.walked, metres = excluded.metres, online = excluded.online,
				mocks = excluded.mocks, teleports = excluded.teleports, places = excluded.places WHERE field_days.basis <> excluded.basis`,
			member, d.String(), k.Basis, k.Walked.Microseconds(), k.Metres, k.Online.Microseconds(), k.Mocks, k.Teleports, places)
	}
	return fault(s.pool.SendBatch(ctx, batch).Close())
}

// notKept are the runs of days of which nothing is kept, first and last of each.
func notKept(from, to calendar.Date, kept map[calendar.Date]patrol.Kept) (runs [][2]calendar.Date) {
	for d := from; d.Compare(to) <= 0; d = d.AddDays(1) {
		if _, known := kept[d]; known {
			continue
		}
		if n := len(runs); n > 0 && runs[n-1][1].AddDays(1) == d {
			runs[n-1][1] = d
		} else {
			runs = append(runs, [2]calendar.Date{d, d})
		}
	}
	return runs
}
