package patrol

import (
	"time"

	"huajie/domain/calendar"
)

// Day is one day of a member as measured.
type Day struct {
	Date    calendar.Date
	Version string // of the policy
	Workday bool   // asked for by the calendar
	Share   float64
	Away    []Away // why the share is less than one
	Open    bool   // not over yet

	Duty       []Span
	Patrols    []Span
	Track      Result
	Online     time.Duration // capped
	OnlineFull time.Duration // not capped

	NeedMinutes, NeedKm, NeedOnline float64 // after pro rata
	// OK is day_ok; nil on a day that asks for nothing, or that may still become one.
	OK    *bool
	Flags []Flag

	places []uint32 // where the phone was, for comparison with other days
}

// OnlineMinutes is online_minutes (§7.5).
func (d Day) OnlineMinutes() float64 { return down(d.Online.Minutes(), 100) }

// Counted tells whether the day counts in the compliance.
func (d Day) Counted() bool { return d.OK != nil }

// AssessDay measures one day (§7.5: patrol_minutes, patrol_km, online_minutes,
// day_ok) and says what was asked.
func AssessDay(date calendar.Date, f Facts, t Terms) Day {
	return assessDay(date, f.inOrder(), t)
}

// assessDay is AssessDay of facts in order.
func assessDay(date calendar.Date, f Facts, t Terms) Day {
	r := t.Rules(date)
	span := spanOf(date, date)
	now := Span{span.From, earlier(span.To, later(span.From, t.Now))}
	f = f.on(span)
	d := Day{Date: date, Version: r.Version, Workday: t.Workday(date), Open: t.Now.Before(span.To)}
	d.Share, d.Away = shareOn(f.Away, date)
	if kept, known := f.Kept[date]; known {
		d.recall(kept)
	} else {
		d.measure(f, now, t, r)
	}
	d.Online = min(d.OnlineFull, r.OnlineCap)

	if d.Workday {
		asked := d.Share * t.demand(r)
		d.NeedMinutes, d.NeedKm, d.NeedOnline = r.Minutes*asked, r.Metres*asked/1000, r.OnlineCap.Minutes()*asked
	}
	d.OK = verdict(d.Track.Minutes() >= d.NeedMinutes && d.Track.Km() >= d.NeedKm, d.NeedMinutes > 0 || d.NeedKm > 0, d.Open)
	d.Flags = dayFlags(d, r)
	rule(d.Flags, f.Rulings, ownDay)
	return d
}

// verdict is yes once it is reached, no when the time is over, and nothing while
// it may still be reached or nothing is asked.
func verdict(reached, asked, open bool) *bool {
	if !asked || open && !reached {
		return nil
	}
	return &reached
}

// measure measures a day from what the phone sent.
func (d *Day) measure(f Facts, now Span, t Terms, r Rules) {
	d.Duty = intersect(DutySpans(f.Marks, r), []Span{now})
	d.Patrols = intersect(PatrolSpans(f.Marks, r), []Span{now})
	d.Track = track(f.Points, Ground{Duty: d.Duty, Patrols: d.Patrols, Inside: t.Inside}, r)

	signs := make([]time.Time, 0, len(f.Beats)+len(f.Points)) // of their own: the facts are not changed
	signs = append(signs, f.Beats...)
	for _, p := range f.Points {
		signs = append(signs, p.At)
	}
	d.OnlineFull = Online(signs, d.Duty, r)
	d.places = places(f.Points)
}
