package patrol

import (
	"math"
	"time"

	"huajie/domain/calendar"
)

// Month is a calendar month of a member: its days, the ISO weeks whose Thursday
// lies in it, compliance and score (§7.5). Any other run of days is assessed the
// same way.
type Month struct {
	From, To calendar.Date
	Version  string // of the policy the weights are from
	Days     []Day
	Weeks    []Week
	DaysOK   Rate
	WeeksOK  Rate
	Parts    []Scored
	Score    *float64 // of 100; nil when no part has a denominator
	Flags    []Flag
}

// Rate is a ratio with its parts. Of a zero denominator there is no rate (§6 item 88).
type Rate struct {
	Done float64
	Of   float64
}

// Percent is the rate to two decimals, half up; nil for a zero denominator.
func (r Rate) Percent() *float64 {
	if r.Of == 0 {
		return nil
	}
	v := round2(100 * r.Done / r.Of)
	return &v
}

func round2(v float64) float64 { return math.Floor(v*100+0.5+1e-9) / 100 }

// MonthOf gives the first and the last day of a month.
func MonthOf(year int, m time.Month) (from, to calendar.Date) {
	from = calendar.Date{Year: year, Month: m, Day: 1}
	return from, calendar.DateOf(from.Start().AddDate(0, 1, 0)).AddDays(-1)
}

// Reach is the time facts are needed for to assess a run of days: whole weeks.
func Reach(from, to calendar.Date) (first, last calendar.Date) {
	return Monday(from), Monday(to).AddDays(6)
}

// AssessMonth assesses a run of days, usually a month.
func AssessMonth(from, to calendar.Date, f Facts, t Terms) Month {
	r := t.Rules(from)
	m := Month{From: from, To: to, Version: r.Version}
	f = f.inOrder()
	for _, d := range days(from, to) {
		if d.Start().After(t.Now) {
			break
		}
		m.Days = append(m.Days, assessDay(d, f, t))
	}
	for d := Monday(from); d.Compare(to) <= 0; d = d.AddDays(7) {
		thursday := d.AddDays(3)
		if thursday.Compare(from) < 0 || thursday.Compare(to) > 0 || d.Start().After(t.Now) {
			continue
		}
		m.Weeks = append(m.Weeks, AssessWeek(d, f, t))
	}
	reports := reportedIn(f.Events, spanOf(from, to))
	m.flag(reports, t, r)
	m.Flags = append(m.Flags, falsePasses(f.FalsePasses, spanOf(from, to))...)
	rule(m.Flags, f.Rulings, func(f Flag) calendar.Date { return f.Day(m) })
	m.comply()
	m.score(f, reports, t, r)
	return m
}

// flag collects the integrity flags of days, weeks and the month itself.
func (m *Month) flag(reports []EventFact, t Terms, r Rules) {
	for _, d := range m.Days {
		m.Flags = append(m.Flags, d.Flags...)
	}
	m.Flags = append(m.Flags, sameTracks(m.Days, t.Rules)...)
	for _, w := range m.Weeks {
		m.Flags = append(m.Flags, w.Flags...)
	}
	m.Flags = append(m.Flags, photoFlags(reports, r)...)
}

// comply adds up day_ok and week_ok over duty days and duty weeks.
func (m *Month) comply() {
	for _, d := range m.Days {
		m.DaysOK.count(d.OK)
	}
	for _, w := range m.Weeks {
		m.WeeksOK.count(w.OK)
	}
}

func (r *Rate) count(ok *bool) {
	if ok == nil {
		return
	}
	r.Of++
	if *ok {
		r.Done++
	}
}
