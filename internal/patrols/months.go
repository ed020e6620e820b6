package patrols

import (
	"context"
	"fmt"
	"maps"

	"golang.org/x/sync/errgroup"

	"huajie/domain/calendar"
	"huajie/domain/org"
	"huajie/domain/patrol"
)

// sideBySide is how many members one question measures at a time: one is computed while
// the facts of another are read, and no question takes the machine from the others.
const sideBySide = 4

// Months assesses a run of days of those of the users who are members, for a table. Days
// that are over are measured once and kept; their segments are not told.
func (b Book) Months(ctx context.Context, users []org.User, from, to calendar.Date) (members []Member, months []patrol.Month, err error) {
	var names []string
	for _, u := range users {
		if m, ok := b.Member(u); ok {
			members, names = append(members, m), append(names, u.Username)
		}
	}
	kept, err := b.Facts.KeptDays(ctx, names, from, to)
	if err != nil {
		return nil, nil, err
	}
	months = make([]patrol.Month, len(members))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(sideBySide)
	for i, m := range members {
		g.Go(func() (err error) {
			months[i], err = b.summary(ctx, m, from, to, kept[m.Username])
			return err
		})
	}
	return members, months, g.Wait()
}

// summary is Month by what is kept, as far as it was measured by what holds now. What is
// measured anew of days that are over is kept.
func (b Book) summary(ctx context.Context, m Member, from, to calendar.Date, kept map[calendar.Date]patrol.Kept) (patrol.Month, error) {
	t := b.Terms(m)
	basis := b.basis(m, t)
	valid := map[calendar.Date]patrol.Kept{}
	for d, k := range kept {
		if k.Basis == basis(d) {
			valid[d] = k
		}
	}
	first, last := patrol.Reach(from, to)
	f, err := b.read(ctx, m, first, last, only(valid, first, from, to, last))
	if err != nil {
		return patrol.Month{}, err
	}
	month := patrol.AssessMonth(from, to, f, t)
	fresh := map[calendar.Date]patrol.Kept{}
	for _, d := range month.Days {
		if _, known := valid[d.Date]; !known && t.Rules(d.Date).Settled(d.Date, t.Now) {
			fresh[d.Date] = d.Keep(basis(d.Date))
		}
	}
	if len(fresh) == 0 {
		return month, nil
	}
	return month, b.Facts.KeepDays(ctx, m.Username, fresh)
}

// only adds the days that reports are read of, but no tracks: weeks reach beyond the days asked for.
func only(valid map[calendar.Date]patrol.Kept, first, from, to, last calendar.Date) map[calendar.Date]patrol.Kept {
	out := maps.Clone(valid)
	for d := first; d.Compare(last) <= 0; d = d.AddDays(1) {
		if d.Compare(from) < 0 || d.Compare(to) > 0 {
			out[d] = patrol.Kept{}
		}
	}
	return out
}

// basis tells what a day of a member is measured by.
func (b Book) basis(m Member, t patrol.Terms) func(calendar.Date) string {
	shape := fmt.Sprintf("%v", t.Rules(calendar.DateOf(t.Now)).Slack) // as Terms.Inside has it: that of today
	for _, code := range m.Grids {
		g, _ := b.rules().Grids.Grid(code)
		shape += fmt.Sprintf("|%s%v", code, g.Area)
	}
	known := map[patrol.Rules]string{}
	return func(d calendar.Date) string {
		r := t.Rules(d)
		if _, ok := known[r]; !ok {
			known[r] = r.Basis(shape)
		}
		return known[r]
	}
}

// Settle measures the days of everybody that have been over for so long that nothing more
// can come in, so that no table has to wait for it. What is kept already is left.
func (b Book) Settle(ctx context.Context, from, to calendar.Date) error {
	for cursor := ""; ; {
		users, next, err := b.Facts.GridMembers(ctx, []string{""}, cursor, atOnce)
		if err != nil {
			return err
		}
		if _, _, err := b.Months(ctx, users, from, to); err != nil || next == "" {
			return err
		}
		cursor = next
	}
}
