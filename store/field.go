package store

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/calendar"
	"huajie/domain/geo"
	"huajie/domain/patrol"
)

// AddMark notes that duty or a patrol begins or ends. One that is known by its
// client's identifier changes nothing; news tells whether it was not. The same
// identifier for another mark is domain.CodeKeyReused.
func (s *Store) AddMark(ctx context.Context, member string, m patrol.Mark) (news bool, err error) {
	at := moment(m.At)
	tag, err := s.pool.Exec(ctx, `INSERT INTO field_marks (member, client, kind, starts, at, received_at)
		SELECT nr, $2, $3, $4, $5, $6 FROM users WHERE username = $1 ON CONFLICT DO NOTHING`, member, m.Client, m.Kind, m.On, at, m.Received)
	if err != nil || tag.RowsAffected() > 0 {
		return err == nil, fault(err)
	}
	var same bool
	err = s.pool.QueryRow(ctx, `SELECT kind = $3 AND starts = $4 AND at = $5 FROM field_marks JOIN users ON nr = member
		WHERE username = $1 AND client = $2`, member, m.Client, m.Kind, m.On, at).Scan(&same)
	if err == nil && !same {
		return false, keyReused()
	}
	return false, fault(err)
}

// Marks gives the marks of a member in a span, the oldest first.
func (s *Store) Marks(ctx context.Context, member string, in patrol.Span) ([]patrol.Mark, error) {
	rows, err := s.pool.Query(ctx, `SELECT kind, starts, at, client, received_at FROM field_marks JOIN users ON nr = member
		WHERE username = $1 AND at >= $2 AND at < $3 ORDER BY at, starts, client`, member, in.From, in.To)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m patrol.Mark, err error) {
		err = row.Scan(&m.Kind, &m.On, &m.At, &m.Client, &m.Received)
		m.At, m.Received = m.At.UTC(), m.Received.UTC()
		return m, err
	})
	return out, fault(err)
}

// The bits of a point.
const (
	bitMock    = 1
	bitOffline = 2
)

// AddPoints keeps points of a member. Of those of one moment the first is kept;
// news tells for each whether it was the one. Batches that overlap wait for each
// other in the order of time, never in a circle.
func (s *Store) AddPoints(ctx context.Context, member string, points []patrol.Point) (news []bool, err error) {
	n := len(points)
	at, lat, lon := make([]time.Time, n), make([]int32, n), make([]int32, n)
	lag, accuracy, speed := make([]int32, n), make([]int16, n), make([]int16, n)
	source, bits := make([]int16, n), make([]int16, n)
	for i, p := range points {
		at[i], lat[i], lon[i] = moment(p.At), scaled(p.Lat), scaled(p.Lon)
		lag[i] = int32(p.Received.Sub(p.At).Seconds())
		accuracy[i] = small(math.Ceil(p.Accuracy * 10)) // never told better than it is
		speed[i] = -1
		if p.Speed != nil {
			speed[i] = small(math.Round(*p.Speed * 100))
		}
		source[i] = int16(slices.Index(patrol.Sources(), p.Source))
		if p.Mock {
			bits[i] |= bitMock
		}
		if p.Offline {
			bits[i] |= bitOffline
		}
	}
	rows, err := s.pool.Query(ctx, `INSERT INTO track_points (member, at, lat, lon, lag, accuracy, speed, source, bits)
		SELECT nr, p.* FROM users, unnest($2::timestamptz[], $3::int[], $4::int[], $5::int[], $6::smallint[], $7::smallint[], $8::smallint[], $9::smallint[])
			AS p (at, lat, lon, lag, accuracy, speed, source, bits)
		WHERE username = $1 ORDER BY p.at ON CONFLICT DO NOTHING RETURNING at`, member, at, lat, lon, lag, accuracy, speed, source, bits)
	if err != nil {
		return nil, fault(err)
	}
	kept, err := pgx.CollectRows(rows, pgx.RowTo[time.Time])
	if err != nil {
		return nil, fault(err)
	}
	fresh := map[int64]bool{}
	for _, k := range kept {
		fresh[k.UnixMicro()] = true
	}
	news = make([]bool, n)
	for i := range at {
		news[i] = fresh[at[i].UnixMicro()]
		delete(fresh, at[i].UnixMicro()) // a moment given twice is news once
	}
	return news, nil
}

const perDegree = 1e7

func scaled(v float64) int32 { return int32(math.Round(v * perDegree)) }

// small keeps a measure within what its column holds.
func small(v float64) int16 { return int16(min(max(v, 0), math.MaxInt16)) }

// points reads the track of a member in a span.
func points(ctx context.Context, q querier, member string, in patrol.Span) ([]patrol.Point, error) {
	rows, err := q.Query(ctx, `SELECT at, lat, lon, lag, accuracy, speed, source, bits FROM track_points
		WHERE member = (SELECT nr FROM users WHERE username = $1) AND at >= $2 AND at < $3 ORDER BY at`, member, in.From, in.To)
	if err != nil {
		return nil, err
	}
	sources := patrol.Sources()
	var out []patrol.Point
	var at time.Time
	var lat, lon, lag int32
	var accuracy, speed, source, bits int16
	_, err = pgx.ForEachRow(rows, []any{&at, &lat, &lon, &lag, &accuracy, &speed, &source, &bits}, func() error {
		p := patrol.Point{
			At: at.UTC(), Point: geo.Point{Lat: float64(lat) / perDegree, Lon: float64(lon) / perDegree}, Accuracy: float64(accuracy) / 10,
			Mock: bits&bitMock != 0, Offline: bits&bitOffline != 0, Received: at.UTC().Add(time.Duration(lag) * time.Second),
		}
		if speed >= 0 {
			v := float64(speed) / 100
			p.Speed = &v
		}
		if int(source) >= 0 && int(source) < len(sources) {
			p.Source = sources[source]
		}
		out = append(out, p)
		return nil
	})
	return out, err
}

// DropPoints forgets points and signs of life of a member in a span: they were
// sent before it was known that the duty had ended.
func (s *Store) DropPoints(ctx context.Context, member string, in patrol.Span) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM track_points WHERE member = (SELECT nr FROM users WHERE username = $1) AND at >= $2 AND at < $3`, member, in.From, in.To); err != nil {
			return err
		}
		for d := calendar.DateOf(in.From); d.Start().Before(in.To); d = d.AddDays(1) {
			keep := minutesWhere(func(m int) bool { return !in.Holds(d.Start().Add(time.Duration(m) * time.Minute)) })
			if _, err := tx.Exec(ctx, `UPDATE field_beats SET minutes = minutes & $3::text::bit(1440)
				WHERE member = (SELECT nr FROM users WHERE username = $1) AND day = $2`, member, d.String(), keep); err != nil {
				return err
			}
		}
		return nil
	})
}

// AddBeats notes signs of life, to the minute.
func (s *Store) AddBeats(ctx context.Context, member string, beats []time.Time) error {
	alive := map[calendar.Date]map[int]bool{}
	for _, b := range beats {
		d := calendar.DateOf(b)
		if alive[d] == nil {
			alive[d] = map[int]bool{}
		}
		alive[d][int(b.Sub(d.Start())/time.Minute)] = true
	}
	batch := &pgx.Batch{}
	for _, d := range slices.SortedFunc(maps.Keys(alive), calendar.Date.Compare) {
		minutes := alive[d]
		batch.Queue(`INSERT INTO field_beats AS b (member, day, minutes) SELECT nr, $2, $3::text::bit(1440) FROM users WHERE username = $1
			ON CONFLICT (member, day) DO UPDATE SET minutes = b.minutes | excluded.minutes`, member, d.String(), minutesWhere(func(m int) bool { return minutes[m] }))
	}
	return fault(s.pool.SendBatch(ctx, batch).Close())
}

// minutesOfDay is the length of the bit string of a day.
const minutesOfDay = 24 * 60

// minutesWhere writes the bit string of a day.
func minutesWhere(is func(minute int) bool) string {
	b := []byte(strings.Repeat("0", minutesOfDay))
	for m := range b {
		if is(m) {
			b[m] = '1'
		}
	}
	return string(b)
}

// beats reads the signs of life of a member from one day to another.
func beats(ctx context.Context, q querier, member string, from, to calendar.Date) ([]time.Time, error) {
	rows, err := q.Query(ctx, `SELECT day::text, minutes::text FROM field_beats
		WHERE member = (SELECT nr FROM users WHERE username = $1) AND day >= $2 AND day <= $3 ORDER BY day`, member, from.String(), to.String())
	if err != nil {
		return nil, err
	}
	var out []time.Time
	var day, minutes string
	_, err = pgx.ForEachRow(rows, []any{&day, &minutes}, func() error {
		d, err := calendar.ParseDate(day)
		for m := range minutes {
			if minutes[m] == '1' {
				out = append(out, d.Start().Add(time.Duration(m)*time.Minute))
			}
		}
		return err
	})
	return out, err
}

// CountRefused adds to the numbers of points refused on a day.
func (s *Store) CountRefused(ctx context.Context, day calendar.Date, refused map[patrol.Reason]int) error {
	batch := &pgx.Batch{}
	for _, reason := range slices.Sorted(maps.Keys(refused)) {
		batch.Queue(`INSERT INTO track_refusals AS r (day, reason, n) VALUES ($1, $2, $3)
			ON CONFLICT (day, reason) DO UPDATE SET n = r.n + excluded.n`, day.String(), reason, refused[reason])
	}
	return fault(s.pool.SendBatch(ctx, batch).Close())
}

// forgetAtOnce bounds one deletion, so that nothing waits for it.
const forgetAtOnce = 20000

// ForgetTracks deletes points, signs of life, and when members were on duty, from before a day
// (§4.9 retention), and tells how many points.
func (s *Store) ForgetTracks(ctx context.Context, before calendar.Date) (n int64, err error) {
	for {
		tag, err := s.pool.Exec(ctx, `DELETE FROM track_points WHERE ctid = ANY (ARRAY (SELECT ctid FROM track_points WHERE at < $1 LIMIT $2))`, before.Start(), forgetAtOnce)
		if err != nil {
			return n, fault(err)
		}
		n += tag.RowsAffected()
		if tag.RowsAffected() < forgetAtOnce {
			break
		}
	}
	if _, err = s.pool.Exec(ctx, `DELETE FROM field_marks WHERE at < $1`, before.Start()); err != nil {
		return n, fault(err)
	}
	for _, table := range []string{"field_beats", "field_days"} {
		if _, err = s.pool.Exec(ctx, `DELETE FROM `+table+` WHERE day < $1`, before.String()); err != nil {
			break
		}
	}
	return n, fault(err)
}
