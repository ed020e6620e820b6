package api

import (
	"context"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/org"
	"huajie/domain/patrol"
	"huajie/domain/view"
	"huajie/internal/patrols"
)

// FieldWork keeps the facts of the work of grid members. A member is a username.
type FieldWork interface {
	patrols.Facts

	// AddMark notes a beginning or an end; one known by its client's identifier
	// changes nothing, and domain.CodeKeyReused is the same identifier for another.
	AddMark(ctx context.Context, member string, m patrol.Mark) (news bool, err error)
	// Marks gives the marks in a span, the oldest first.
	Marks(ctx context.Context, member string, in patrol.Span) ([]patrol.Mark, error)
	// AddPoints keeps points, one per moment, and tells which were new.
	AddPoints(ctx context.Context, member string, points []patrol.Point) (news []bool, err error)
	// DropPoints forgets points and signs of life in a span.
	DropPoints(ctx context.Context, member string, in patrol.Span) error
	// AddBeats notes signs of life, to the minute.
	AddBeats(ctx context.Context, member string, beats []time.Time) error
	// CountRefused adds to the numbers of points refused on a day.
	CountRefused(ctx context.Context, day calendar.Date, refused map[patrol.Reason]int) error
	// AddUpdate notes that a part of the grid's data was looked through, once by the client's
	// identifier, as AddMark does.
	AddUpdate(ctx context.Context, member string, u patrol.Update) (news bool, err error)
	Updates(ctx context.Context, member string, in patrol.Span) ([]patrol.Update, error)
	// UserNamed gives an active user.
	UserNamed(ctx context.Context, username string) (org.User, error)

	// AddRuling keeps what somebody says of an integrity flag of a member.
	AddRuling(ctx context.Context, member string, r patrol.Ruling) error
	// NoteTrackRead records that somebody looks at the track of another.
	NoteTrackRead(ctx context.Context, reader, member string, day calendar.Date, reason string, at time.Time) error
	// TrackReads tells who looked at the tracks of a member, the latest first.
	TrackReads(ctx context.Context, member string, limit int) ([]view.TrackRead, error)

	AskLeave(ctx context.Context, l view.Leave) (view.Leave, error)
	// DecideLeave is for somebody else than who asked, or is away.
	DecideLeave(ctx context.Context, id int64, approve bool, by, note string, at time.Time) (view.Leave, error)
	LeaveNamed(ctx context.Context, id int64) (view.Leave, error)
	LeaveOf(ctx context.Context, member string) ([]view.Leave, error)
	// LeaveWaiting lists what waits for a decision in the areas.
	LeaveWaiting(ctx context.Context, areas []string) ([]view.Leave, error)

	Declare(ctx context.Context, e view.Exemption) (view.Exemption, error)
	Withdraw(ctx context.Context, id int64, by string, at time.Time) (view.Exemption, error)
	ExemptionNamed(ctx context.Context, id int64) (view.Exemption, error)
	Exemptions(ctx context.Context, areas []string) ([]view.Exemption, error)

	// AddDevice makes a token for a program that sends points; it is told once.
	AddDevice(ctx context.Context, member, label string, at time.Time) (d view.Device, token string, err error)
	Devices(ctx context.Context, member string) ([]view.Device, error)
	RevokeDevice(ctx context.Context, member string, id int64, at time.Time) error
	// UserByDevice gives the member a live token stands for; domain.CodeSignIn otherwise.
	UserByDevice(ctx context.Context, token string) (org.User, error)
}

// patrols measures what members have done.
func (s *server) patrols() patrols.Book {
	return patrols.Book{Facts: s.Field, Rules: s.Rules, Now: s.Now}
}

// member is a grid member with the grids of the own.
type member = patrols.Member

// self is the caller as a grid member.
func (s *server) self(ctx context.Context) (member, error) {
	m, ok := s.patrols().Member(callerOf(ctx).user)
	if !ok {
		return m, domain.Forbid("not_a_grid_member", "§2.2 patrol.track", "仅限网格员本人使用", "this is for grid members, about themselves")
	}
	return m, nil
}

// inScope gives a grid member in the areas; others are not found.
func (s *server) inScope(ctx context.Context, username string, areas []string) (member, error) {
	u, err := s.Field.UserNamed(ctx, username)
	if err != nil {
		return member{}, err
	}
	m, ok := s.patrols().Member(u)
	if !ok || !slices.ContainsFunc(m.Grids, func(g string) bool { return s.patrols().Over(areas, g) }) {
		return member{}, domain.NotFound()
	}
	return m, nil
}
