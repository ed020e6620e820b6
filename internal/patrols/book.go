// Package patrols measures the work of grid members from the facts of the ledger, by the
// rules of the day (R58, R78): for who looks at the table, and for the worker that makes a
// file of it.
package patrols

import (
	"context"
	"slices"
	"time"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/geo"
	"huajie/domain/grid"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/patrol"
)

// Facts are the facts of the work of grid members. A member is a username.
type Facts interface {
	// FieldFacts gives everything from one day to another, both included, and the
	// marks of so much time before. Exemptions of any of the areas apply. Of days that are
	// kept neither points nor signs of life are given.
	FieldFacts(ctx context.Context, member string, areas []string, from, to calendar.Date, back time.Duration, kept map[calendar.Date]patrol.Kept) (patrol.Facts, error)
	// KeptDays gives what is kept of days, whatever it was measured by; KeepDays keeps it.
	KeptDays(ctx context.Context, members []string, from, to calendar.Date) (map[string]map[calendar.Date]patrol.Kept, error)
	KeepDays(ctx context.Context, member string, days map[calendar.Date]patrol.Kept) error
	// GridMembers gives one page of the grid members in areas, by name; "" is the city.
	GridMembers(ctx context.Context, areas []string, cursor string, limit int) (users []org.User, next string, err error)
}

// Book measures.
type Book struct {
	Facts Facts
	Rules activities.Rulebook
	Now   func() time.Time // nil: time.Now
}

func (b Book) now() time.Time {
	if b.Now == nil {
		return time.Now()
	}
	return b.Now()
}

func (b Book) rules() *machine.Rules { return b.Rules.Rules("", "", b.now()) }

// Member is a grid member with the grids of the own.
type Member struct {
	org.User
	Grids    []string
	Areas    []string // all units the grids lie in, from the city down
	PartTime bool     // holds no full-time office
}

// Roles patrol.
var Roles = []org.Role{org.RoleGridMemberFullTime, org.RoleGridMemberPartTime}

// Member gives the grid member somebody is; ok is false for who is none.
func (b Book) Member(u org.User) (m Member, ok bool) {
	m = Member{User: u, PartTime: true}
	tree := b.rules().Org
	for _, g := range u.Grants {
		if !slices.Contains(Roles, g.Role) {
			continue
		}
		m.PartTime = m.PartTime && g.Role == org.RoleGridMemberPartTime
		m.Grids = append(m.Grids, g.Unit)
		for _, a := range tree.Path(g.Unit) {
			if !slices.Contains(m.Areas, a) {
				m.Areas = append(m.Areas, a)
			}
		}
	}
	return m, len(m.Grids) > 0
}

// RulesOn are the patrol rules of a member on a day.
func (b Book) RulesOn(m Member, d calendar.Date) patrol.Rules {
	return patrol.RulesOf(b.Rules.Rules(m.Grids[0], "", d.Start()).Policy)
}

// Terms are what the facts of a member are judged by.
func (b Book) Terms(m Member) patrol.Terms {
	now, rules := b.now(), b.rules()
	work := rules.Calendar
	t := patrol.Terms{Now: now, PartTime: m.PartTime, Workday: func(d calendar.Date) bool {
		working, _, _, _ := work.IsWorkday(d)
		return working
	}}
	known := map[calendar.Date]patrol.Rules{}
	t.Rules = func(d calendar.Date) patrol.Rules {
		r, ok := known[d]
		if !ok {
			r = b.RulesOn(m, d)
			known[d] = r
		}
		return r
	}
	t.Inside = within(rules.Grids, m.Grids, t.Rules(calendar.DateOf(now)).Slack)
	return t
}

// within tests whether a point lies in one of the grids, or so many metres beside it. It
// is nil where one of them has no shape: then everything counts as inside, and is said
// to be unbounded.
func within(grids *grid.Index, codes []string, slack float64) func(geo.Point) bool {
	for _, code := range codes {
		if g, known := grids.Grid(code); !known || !g.Shaped() {
			return nil
		}
	}
	return func(p geo.Point) bool {
		return slices.ContainsFunc(codes, func(code string) bool { return grids.Contains(code, p, slack) })
	}
}

// Read reads what is stored of a member, and refuses days whose tracks have been
// forgotten: nothing measured is not the same as nothing done.
func (b Book) Read(ctx context.Context, m Member, from, to calendar.Date) (patrol.Facts, error) {
	return b.read(ctx, m, from, to, nil)
}

// read is Read but for days that are kept.
func (b Book) read(ctx context.Context, m Member, from, to calendar.Date, keeping map[calendar.Date]patrol.Kept) (patrol.Facts, error) {
	kept := b.rules().Policy.Limit("retention.tracks").Nominal()
	if from.Start().Before(b.now().Add(-kept)) {
		return patrol.Facts{}, domain.Refuse("tracks_forgotten", "§4.9 retention", "该时段轨迹已按保存期限清除,不能重新计算", "the tracks of that time are no longer kept; it cannot be computed again")
	}
	return b.Facts.FieldFacts(ctx, m.Username, m.Areas, from, to, b.RulesOn(m, from).DutyMax, keeping)
}

// Month assesses a run of days of a member, from the week of the first to that of the last.
func (b Book) Month(ctx context.Context, m Member, from, to calendar.Date) (patrol.Month, error) {
	t := b.Terms(m)
	first, last := patrol.Reach(from, to)
	f, err := b.Read(ctx, m, first, last)
	if err != nil {
		return patrol.Month{}, err
	}
	return patrol.AssessMonth(from, to, f, t), nil
}
