package api_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/org"
	"huajie/domain/patrol"
	"huajie/domain/view"
)

// fieldHouse keeps the facts of patrols in memory: enough to try the door. What the
// real store does with them is tried on the real store.
type fieldHouse struct {
	h          *house
	mu         sync.Mutex
	marks      map[string][]patrol.Mark
	points     map[string][]patrol.Point
	beats      map[string][]time.Time
	leave      []view.Leave
	exemptions []view.Exemption
	devices    map[string]string // token → member
}

func newField(h *house) *fieldHouse {
	return &fieldHouse{h: h, marks: map[string][]patrol.Mark{}, points: map[string][]patrol.Point{}, beats: map[string][]time.Time{}, devices: map[string]string{}}
}

func (f *fieldHouse) AddMark(_ context.Context, member string, m patrol.Mark) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	known := slices.ContainsFunc(f.marks[member], func(o patrol.Mark) bool { return o.Client == m.Client })
	if !known {
		f.marks[member] = append(f.marks[member], m)
	}
	return !known, nil
}

func (f *fieldHouse) Marks(_ context.Context, member string, _ patrol.Span) ([]patrol.Mark, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.marks[member]), nil
}

func (f *fieldHouse) AddPoints(_ context.Context, member string, points []patrol.Point) ([]bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	news := make([]bool, len(points))
	for i, p := range points {
		news[i] = !slices.ContainsFunc(f.points[member], func(o patrol.Point) bool { return o.At.Equal(p.At) })
		if news[i] {
			f.points[member] = append(f.points[member], p)
		}
	}
	return news, nil
}

func (f *fieldHouse) DropPoints(_ context.Context, member string, in patrol.Span) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.points[member] = slices.DeleteFunc(f.points[member], func(p patrol.Point) bool { return in.Holds(p.At) })
	return nil
}

func (f *fieldHouse) AddBeats(_ context.Context, member string, beats []time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.beats[member] = append(f.beats[member], beats...)
	return nil
}

func (f *fieldHouse) CountRefused(context.Context, calendar.Date, map[patrol.Reason]int) error {
	return nil
}

func (f *fieldHouse) FieldFacts(_ context.Context, member string, _ []string, _, _ calendar.Date, _ time.Duration, _ map[calendar.Date]patrol.Kept) (patrol.Facts, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return patrol.Facts{Marks: f.marks[member], Points: f.points[member], Beats: f.beats[member]}, nil
}

func (f *fieldHouse) KeptDays(context.Context, []string, calendar.Date, calendar.Date) (map[string]map[calendar.Date]patrol.Kept, error) {
	return nil, nil
}

func (f *fieldHouse) KeepDays(context.Context, string, map[calendar.Date]patrol.Kept) error {
	return nil
}

func (f *fieldHouse) AddUpdate(context.Context, string, patrol.Update) (bool, error) {
	return true, nil
}

func (f *fieldHouse) Updates(context.Context, string, patrol.Span) ([]patrol.Update, error) {
	return nil, nil
}

func (f *fieldHouse) GridMembers(_ context.Context, areas []string, cursor string, limit int) (users []org.User, next string, err error) {
	if cursor != "" && cursor != "next" {
		return nil, "", &domain.Error{Code: domain.CodeMalformed, Reason: "cursor"}
	}
	for _, u := range f.h.book.Users.Users() {
		in := func(g org.Grant) bool {
			return strings.HasPrefix(string(g.Role), "grid_member") && slices.ContainsFunc(areas, func(a string) bool { return strings.HasPrefix(g.Unit, a) })
		}
		if slices.ContainsFunc(u.Grants, in) {
			users = append(users, u)
		}
	}
	if len(users) > limit {
		return users[:limit], "next", nil
	}
	return users, "", nil
}

func (f *fieldHouse) UserNamed(_ context.Context, username string) (org.User, error) {
	if u, ok := f.h.book.Users.User(username); ok {
		return u, nil
	}
	return org.User{}, domain.NotFound()
}

func (f *fieldHouse) NoteTrackRead(context.Context, string, string, calendar.Date, string, time.Time) error {
	return nil
}

func (f *fieldHouse) TrackReads(context.Context, string, int) ([]view.TrackRead, error) {
	return []view.TrackRead{{Reader: "office", Day: "2026-11-23", Reason: "integrity", At: noon}}, nil
}

func (f *fieldHouse) AskLeave(_ context.Context, l view.Leave) (view.Leave, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l.ID = int64(len(f.leave) + 1)
	f.leave = append(f.leave, l)
	return l, nil
}

func (f *fieldHouse) DecideLeave(_ context.Context, id int64, approve bool, by, note string, at time.Time) (view.Leave, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := &f.leave[id-1]
	l.Approved, l.DecidedBy, l.DecidedAt, l.Note = &approve, by, at, note
	return *l, nil
}

func (f *fieldHouse) LeaveNamed(_ context.Context, id int64) (view.Leave, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id < 1 || int(id) > len(f.leave) {
		return view.Leave{}, domain.NotFound()
	}
	return f.leave[id-1], nil
}

func (f *fieldHouse) AddRuling(context.Context, string, patrol.Ruling) error { return nil }

func (f *fieldHouse) LeaveOf(context.Context, string) ([]view.Leave, error) { return f.leave, nil }

func (f *fieldHouse) LeaveWaiting(context.Context, []string) ([]view.Leave, error) {
	return f.leave, nil
}

func (f *fieldHouse) Declare(_ context.Context, e view.Exemption) (view.Exemption, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e.ID = int64(len(f.exemptions) + 1)
	f.exemptions = append(f.exemptions, e)
	return e, nil
}

func (f *fieldHouse) Withdraw(ctx context.Context, id int64, by string, at time.Time) (view.Exemption, error) {
	e, err := f.ExemptionNamed(ctx, id)
	e.WithdrawnBy, e.WithdrawnAt = by, at
	return e, err
}

func (f *fieldHouse) ExemptionNamed(_ context.Context, id int64) (view.Exemption, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if id < 1 || int(id) > len(f.exemptions) {
		return view.Exemption{}, domain.NotFound()
	}
	return f.exemptions[id-1], nil
}

func (f *fieldHouse) Exemptions(context.Context, []string) ([]view.Exemption, error) {
	return f.exemptions, nil
}

func (f *fieldHouse) AddDevice(_ context.Context, member, label string, at time.Time) (view.Device, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	token := fmt.Sprintf("hjd_%d", len(f.devices))
	f.devices[token] = member
	return view.Device{ID: 1, Label: label, CreatedAt: at}, token, nil
}

func (f *fieldHouse) Devices(context.Context, string) ([]view.Device, error) { return nil, nil }

func (f *fieldHouse) RevokeDevice(context.Context, string, int64, time.Time) error { return nil }

func (f *fieldHouse) UserByDevice(ctx context.Context, token string) (org.User, error) {
	f.mu.Lock()
	name, ok := f.devices[token]
	f.mu.Unlock()
	if !ok {
		return org.User{}, errSignIn
	}
	return f.UserNamed(ctx, name)
}
