package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/calendar"
	"huajie/domain/org"
	"huajie/domain/patrol"
	"huajie/domain/view"
)

// FieldFacts gives what is stored of a member from one day to another, both
// included. Marks reach back by so much, so that what was under way is known. areas
// are the units the member belongs to, from the city down: exemptions of any apply. Of
// days that are kept neither points nor signs of life are read.
func (s *Store) FieldFacts(ctx context.Context, member string, areas []string, from, to calendar.Date, back time.Duration, kept map[calendar.Date]patrol.Kept) (f patrol.Facts, err error) {
	in := patrol.Span{From: from.Start(), To: to.End()}
	f.Kept = kept
	if f.Marks, err = s.Marks(ctx, member, patrol.Span{From: in.From.Add(-back), To: in.To}); err != nil {
		return f, err
	}
	err = s.inTx(ctx, reading, func(tx pgx.Tx) (err error) {
		for _, run := range notKept(from, to, kept) {
			p, err := points(ctx, tx, member, patrol.Span{From: run[0].Start(), To: run[1].End()})
			if err != nil {
				return err
			}
			b, err := beats(ctx, tx, member, run[0], run[1])
			if err != nil {
				return err
			}
			f.Points, f.Beats = append(f.Points, p...), append(f.Beats, b...)
		}
		if f.Updates, err = updates(ctx, tx, member, in); err != nil {
			return err
		}
		if f.FalsePasses, err = falsePasses(ctx, tx, member, in); err != nil {
			return err
		}
		if f.Rulings, err = rulings(ctx, tx, member, from, to); err != nil {
			return err
		}
		f.Away, err = absences(ctx, tx, member, areas, from, to)
		return err
	})
	if err != nil {
		return f, err
	}
	f.Events, err = s.EventFacts(ctx, member, in)
	return f, err
}

// absences gives the approved absences of a member and the exemptions of its areas
// that touch the days.
func absences(ctx context.Context, q querier, member string, areas []string, from, to calendar.Date) ([]patrol.Away, error) {
	rows, err := q.Query(ctx, `SELECT excuse, from_day::text, to_day::text, half FROM field_leave JOIN users ON nr = member
			WHERE username = $1 AND approved AND from_day <= $4 AND to_day >= $3
		UNION ALL SELECT 'severe_weather', from_day::text, to_day::text, half FROM field_exemptions
			WHERE area = ANY ($2) AND withdrawn_at IS NULL AND from_day <= $4 AND to_day >= $3 ORDER BY 2, 3, 1, 4`, member, areas, from.String(), to.String())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (a patrol.Away, err error) {
		var first, last string
		if err = row.Scan(&a.Excuse, &first, &last, &a.Half); err != nil {
			return a, err
		}
		return a, readDays(first, last, &a.From, &a.To)
	})
}

// Away tells which of the users are on leave on the day of a moment (activities.Roster).
func (c *current) Away(users []string, at time.Time) (map[string]bool, error) {
	day := calendar.DateOf(at).String()
	rows, err := c.tx.Query(c.ctx, `SELECT DISTINCT username FROM field_leave JOIN users ON nr = member
		WHERE username = ANY ($1) AND approved AND from_day <= $2::date AND to_day >= $2::date`, users, day)
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out, err
}

// EventFacts gives the grid events a member reported in a span, and those whose
// verification by the member is due in it. It reads the case ledger: the state is
// that of §3.3, the rest is what the event notes of its reporter, photos and turns to look.
func (s *Store) EventFacts(ctx context.Context, member string, in patrol.Span) ([]patrol.EventFact, error) {
	rows, err := s.pool.Query(ctx, `SELECT no, created_at, body ->> 'reporter' = $1 AND created_at >= $2 AND created_at < $3,
			state NOT IN ('reported', 'need_supplement', 'self_closing'),
			state NOT IN ('reported', 'need_supplement', 'self_closing', 'rejected', 'merged'), state = 'merged' OR master <> '',
			coalesce((body ->> 'trivial')::boolean, false), body ? 'self_disposal',
			ARRAY (SELECT DISTINCT CASE f WHEN 'album' THEN 'album_photo' ELSE 'same_photo' END FROM jsonb_array_elements(coalesce(body -> 'photos', '[]')) p,
				jsonb_array_elements_text(coalesce(p -> 'flags', '[]')) f WHERE p ->> 'by' = $1 AND f IN ('album', 'duplicate_hash')),
			(look ->> 'due_at')::timestamptz, (look ->> 'done_at')::timestamptz, coalesce((body #>> '{rating,score}')::int, 0)
		FROM cases LEFT JOIN LATERAL (SELECT l AS look FROM jsonb_array_elements(coalesce(body -> 'looks', '[]')) l
			WHERE l ->> 'by' = $1 AND l -> 'passed_on' IS NULL ORDER BY l ->> 'due_at' DESC LIMIT 1) mine ON true
		WHERE kind = 'grid_event' AND state <> 'voided' AND readers && ARRAY['p:' || $1]
			AND (body ->> 'reporter' = $1 AND created_at >= $2 AND created_at < $3
				OR (look ->> 'due_at')::timestamptz >= $2 AND (look ->> 'due_at')::timestamptz < $3)
		ORDER BY created_at, no`, member, in.From, in.To)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e patrol.EventFact, err error) {
		var due, done *time.Time
		if err = row.Scan(&e.No, &e.At, &e.Reported, &e.Decided, &e.Accepted, &e.Duplicate, &e.Trivial, &e.SelfDisposed, &e.Flags, &due, &done, &e.Rating); err != nil {
			return e, fmt.Errorf("grid event: %w", err)
		}
		e.At, e.First = e.At.UTC(), !e.Duplicate
		if due != nil {
			e.Verification = &patrol.Verification{Due: due.UTC(), DoneAt: orZero(done)}
		}
		return e, nil
	})
	return out, fault(err)
}

// memberRoles are the roles that patrol.
var memberRoles = []string{string(org.RoleGridMemberFullTime), string(org.RoleGridMemberPartTime)}

// GridMembers gives one page of the active grid members who hold their office in
// one of the areas, by name. The codes of areas nest: a grid's begins with that of
// its community, and so on up to the county; "" is the whole city.
func (s *Store) GridMembers(ctx context.Context, areas []string, cursor string, limit int) (users []org.User, next string, err error) {
	list := fmt.Sprint("grid members of ", areas)
	after := ""
	if cursor != "" {
		p, err := s.openPosition(ctx, list, cursor)
		if err != nil {
			return nil, "", err
		}
		after = p.No
	}
	limit = min(max(limit, 1), longestPage)
	users, err = usersWhere(ctx, s.pool, `u.username IN (SELECT m.username FROM users m WHERE m.active AND m.username > $1
		AND EXISTS (SELECT FROM grants h WHERE h.username = m.username AND h.role = ANY ($2) AND EXISTS (SELECT FROM unnest($3::text[]) AS a WHERE starts_with(h.unit, a)))
		ORDER BY m.username LIMIT $4)`, after, memberRoles, areas, limit+1)
	if err != nil || len(users) <= limit {
		return users, "", fault(err)
	}
	users = users[:limit]
	next, err = s.sealPosition(ctx, list, position{No: users[limit-1].Username})
	return users, next, err
}

// NoteTrackRead records that somebody looks at the track of another.
func (s *Store) NoteTrackRead(ctx context.Context, reader, member string, day calendar.Date, reason string, at time.Time) error {
	return s.one(ctx, `INSERT INTO track_reads (reader, member, day, reason, at) SELECT $1, nr, $3, $4, $5 FROM users WHERE username = $2`,
		reader, member, day.String(), reason, at)
}

// TrackReads tells who looked at the tracks of a member, the latest first.
func (s *Store) TrackReads(ctx context.Context, member string, limit int) ([]view.TrackRead, error) {
	rows, err := s.pool.Query(ctx, `SELECT reader, day::text, reason, at FROM track_reads JOIN users ON nr = member
		WHERE username = $1 ORDER BY id DESC LIMIT $2`, member, min(max(limit, 1), longestPage))
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r view.TrackRead, err error) {
		err = row.Scan(&r.Reader, &r.Day, &r.Reason, &r.At)
		r.At = r.At.UTC()
		return r, err
	})
	return out, fault(err)
}
