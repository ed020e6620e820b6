package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/patrol"
	"huajie/domain/view"
)

// AskLeave enters a request for an absence and gives it as stored. One that is
// known by its client's identifier is given as it stands; the identifier for
// another absence is domain.CodeKeyReused.
func (s *Store) AskLeave(ctx context.Context, l view.Leave) (view.Leave, error) {
	_, err := s.pool.Exec(ctx, `INSERT INTO field_leave (member, client, excuse, from_day, to_day, half, reason, asked_by, asked_at)
		SELECT nr, $2, $3, $4, $5, $6, $7, $8, $9 FROM users WHERE username = $1 ON CONFLICT ON CONSTRAINT field_leave_once DO NOTHING`,
		l.Member, l.Client, l.Away.Excuse, l.Away.From.String(), l.Away.To.String(), l.Away.Half, l.Reason, l.AskedBy, l.AskedAt)
	if err != nil {
		return l, fault(err)
	}
	found, err := s.leave(ctx, `u.username = $1 AND l.client = $2`, l.Member, l.Client)
	switch {
	case err != nil:
		return l, err
	case len(found) == 0:
		return l, domain.NotFound()
	case found[0].Away != l.Away:
		return l, keyReused()
	}
	return found[0], nil
}

// DecideLeave approves or declines a request that waits. Whoever asked cannot
// decide; a decision made once stands.
func (s *Store) DecideLeave(ctx context.Context, id int64, approve bool, by, note string, at time.Time) (view.Leave, error) {
	tag, err := s.pool.Exec(ctx, `UPDATE field_leave l SET approved = $2, decided_by = $3, decided_at = $4, note = $5
		FROM users u WHERE u.nr = l.member AND l.id = $1 AND l.approved IS NULL AND l.asked_by <> $3 AND u.username <> $3`, id, approve, by, at, note)
	if err != nil {
		return view.Leave{}, fault(err)
	}
	l, err := s.LeaveNamed(ctx, id)
	switch {
	case err != nil || tag.RowsAffected() > 0:
		return l, err
	case l.Approved == nil:
		return l, domain.Forbid("two_persons", "§4.10 patrol.exempt", "不能审批本人或本人代填的申请", "whoever asks, or is away, cannot decide")
	case *l.Approved != approve || l.DecidedBy != by:
		return l, domain.Refuse("already_decided", "§4.10 patrol.exempt", "该申请已审批", "the request has been decided")
	}
	return l, nil
}

// LeaveNamed gives one absence.
func (s *Store) LeaveNamed(ctx context.Context, id int64) (view.Leave, error) {
	found, err := s.leave(ctx, `l.id = $1`, id)
	if err == nil && len(found) == 0 {
		err = domain.NotFound()
	}
	if err != nil {
		return view.Leave{}, err
	}
	return found[0], nil
}

// LeaveOf lists the absences of a member, the latest first.
func (s *Store) LeaveOf(ctx context.Context, member string) ([]view.Leave, error) {
	return s.leave(ctx, `u.username = $1`, member)
}

// LeaveWaiting lists the requests of members in the areas that wait for a
// decision, the latest first.
func (s *Store) LeaveWaiting(ctx context.Context, areas []string) ([]view.Leave, error) {
	return s.leave(ctx, `l.approved IS NULL AND EXISTS (SELECT FROM grants h WHERE h.username = u.username AND h.role = ANY ($1)
		AND EXISTS (SELECT FROM unnest($2::text[]) AS a WHERE starts_with(h.unit, a)))`, memberRoles, areas)
}

func (s *Store) leave(ctx context.Context, clause string, args ...any) ([]view.Leave, error) {
	rows, err := s.pool.Query(ctx, `SELECT l.id, u.username, l.client, l.excuse, l.from_day::text, l.to_day::text, l.half, l.reason, l.asked_by, l.asked_at,
		l.approved, l.decided_by, l.decided_at, l.note FROM field_leave l JOIN users u ON u.nr = l.member WHERE `+clause+` ORDER BY l.id DESC LIMIT 200`, args...)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (l view.Leave, err error) {
		var from, to string
		var decided *time.Time
		if err = row.Scan(&l.ID, &l.Member, &l.Client, &l.Away.Excuse, &from, &to, &l.Away.Half, &l.Reason, &l.AskedBy, &l.AskedAt,
			&l.Approved, &l.DecidedBy, &decided, &l.Note); err != nil {
			return l, err
		}
		l.AskedAt, l.DecidedAt = l.AskedAt.UTC(), orZero(decided)
		return l, readDays(from, to, &l.Away.From, &l.Away.To)
	})
	return out, fault(err)
}

// readDays reads the two ends of a run of days.
func readDays(from, to string, first, last *calendar.Date) (err error) {
	var e error
	*first, err = calendar.ParseDate(from)
	*last, e = calendar.ParseDate(to)
	return errors.Join(err, e)
}

// Declare enters an exemption and gives it as stored, with the same care for
// repetitions as AskLeave.
func (s *Store) Declare(ctx context.Context, e view.Exemption) (view.Exemption, error) {
	e.Away.Excuse = patrol.SevereWeather
	_, err := s.pool.Exec(ctx, `INSERT INTO field_exemptions (area, client, from_day, to_day, half, reason, declared_by, declared_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT ON CONSTRAINT field_exemptions_once DO NOTHING`,
		e.Area, e.Client, e.Away.From.String(), e.Away.To.String(), e.Away.Half, e.Reason, e.DeclaredBy, e.DeclaredAt)
	if err != nil {
		return e, fault(err)
	}
	found, err := s.exemptions(ctx, `declared_by = $1 AND client = $2`, e.DeclaredBy, e.Client)
	switch {
	case err != nil:
		return e, err
	case len(found) == 0:
		return e, domain.NotFound()
	case found[0].Away != e.Away || found[0].Area != e.Area:
		return e, keyReused()
	}
	return found[0], nil
}

// Withdraw ends an exemption as if it had never been.
func (s *Store) Withdraw(ctx context.Context, id int64, by string, at time.Time) (view.Exemption, error) {
	_, err := s.pool.Exec(ctx, `UPDATE field_exemptions SET withdrawn_by = $2, withdrawn_at = $3 WHERE id = $1 AND withdrawn_at IS NULL`, id, by, at)
	if err != nil {
		return view.Exemption{}, fault(err)
	}
	return s.ExemptionNamed(ctx, id)
}

// ExemptionNamed gives one exemption.
func (s *Store) ExemptionNamed(ctx context.Context, id int64) (view.Exemption, error) {
	found, err := s.exemptions(ctx, `id = $1`, id)
	if err == nil && len(found) == 0 {
		err = domain.NotFound()
	}
	if err != nil {
		return view.Exemption{}, err
	}
	return found[0], nil
}

// Exemptions lists those of any of the areas, the latest first.
func (s *Store) Exemptions(ctx context.Context, areas []string) ([]view.Exemption, error) {
	return s.exemptions(ctx, `EXISTS (SELECT FROM unnest($1::text[]) AS a WHERE starts_with(area, a))`, areas)
}

func (s *Store) exemptions(ctx context.Context, clause string, args ...any) ([]view.Exemption, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, area, client, from_day::text, to_day::text, half, reason, declared_by, declared_at, withdrawn_by, withdrawn_at
		FROM field_exemptions WHERE `+clause+` ORDER BY id DESC LIMIT 200`, args...)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e view.Exemption, err error) {
		var from, to string
		var withdrawn *time.Time
		if err = row.Scan(&e.ID, &e.Area, &e.Client, &from, &to, &e.Away.Half, &e.Reason, &e.DeclaredBy, &e.DeclaredAt, &e.WithdrawnBy, &withdrawn); err != nil {
			return e, err
		}
		e.Away.Excuse, e.DeclaredAt, e.WithdrawnAt = patrol.SevereWeather, e.DeclaredAt.UTC(), orZero(withdrawn)
		return e, readDays(from, to, &e.Away.From, &e.Away.To)
	})
	return out, fault(err)
}
