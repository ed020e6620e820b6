package patrol

import (
	"slices"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/geo"
)

// Facts are what is stored of one member for a time. Marks reach back so far that
// a duty under way at its beginning is known.
type Facts struct {
	Marks  []Mark
	Points []Point
	Beats  []time.Time
	Away   []Away
	Events []EventFact
	// FalsePasses are the moments at which the member passed an event on the spot that the city
	// found not to be so (§6 item 78).
	FalsePasses []time.Time
	// Rulings are those on flags of the time, in the order in which they were made.
	Rulings []Ruling
	// Kept are days as they were measured before. Of these points, signs of life and marks are
	// not needed, and may be missing.
	Kept map[calendar.Date]Kept
	// Updates are the parts of the grid's own data that were looked through.
	Updates []Update
}

// Terms are what facts are judged by.
type Terms struct {
	Now      time.Time
	PartTime bool
	// Rules gives the policy in force for the member on a day.
	Rules func(calendar.Date) Rules
	// Workday tells whether members are asked to patrol on a day at all.
	Workday func(calendar.Date) bool
	// Inside is that of Ground.
	Inside func(geo.Point) bool
}

// demand is the share of what is asked of everybody that is asked of the member.
func (t Terms) demand(r Rules) float64 {
	if t.PartTime {
		return r.PartTime
	}
	return 1
}

// days are the dates of a span, both ends included.
func days(from, to calendar.Date) []calendar.Date {
	var out []calendar.Date
	for d := from; d.Compare(to) <= 0; d = d.AddDays(1) {
		out = append(out, d)
	}
	return out
}

// spanOf is a run of days as a span of time.
func spanOf(from, to calendar.Date) Span { return Span{from.Start(), to.End()} }

// inOrder puts the facts into the order of time, so that a day is a part of them and nothing
// is put in order, or copied, again for each.
func (f Facts) inOrder() Facts {
	f.Points = inOrder(f.Points)
	f.Beats = slices.SortedFunc(slices.Values(f.Beats), time.Time.Compare)
	return f
}

// on gives what of facts in order lies in a span; marks stay whole.
func (f Facts) on(s Span) Facts {
	f.Points = part(f.Points, s, func(p Point) time.Time { return p.At })
	f.Beats = part(f.Beats, s, func(at time.Time) time.Time { return at })
	return f
}

// part is what of a list in order lies in a span: of the list itself, not a copy.
func part[T any](list []T, s Span, at func(T) time.Time) []T {
	first := func(from time.Time) int {
		i, _ := slices.BinarySearchFunc(list, from, func(v T, from time.Time) int { return at(v).Compare(from) })
		return i
	}
	from, to := first(s.From), first(s.To)
	return list[from:to:to]
}
