package receipt

import (
	"fmt"
	"math"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// States of a clock, as a receipt writes them.
const (
	running = "running"
	paused  = "paused"
	stopped = "stopped"
)

// farthest is how much a date that rests on a year without a calendar may differ from the one
// counted since: no holiday with its make-up days moves one further.
const farthest = 20 * 24 * time.Hour

func (v *verifier) unproved(zh, en string, args ...any) {
	v.checks = append(v.checks, Check{OK: true, Unproved: true, What: domain.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}})
}

// due counts the due date of a clock again.
func (v *verifier) due(cal *calendar.Calendar, k Clock) {
	clock := grievance.Clock{Start: k.Start, Limit: k.Limit, Pauses: k.Pauses, Extensions: k.Extensions}
	open := slices.ContainsFunc(k.Pauses, func(p calendar.Pause) bool { return p.To.IsZero() })
	if k.Due.IsZero() {
		v.check(open && (k.State == paused || k.State == stopped), "%[1]s:暂停中,无到期时间", "%[2]s: paused, there is no due date", k.ZH, k.EN)
		return
	}
	if k.State != running && k.State != stopped {
		v.check(false, "%[1]s:有到期时间而未在计时", "%[2]s: there is a due date, and it does not run", k.ZH, k.EN)
		return
	}
	counted := clock.LedgerDue(cal).At
	switch {
	case !k.Bound.IsZero() && (k.RunsToBound || counted.After(k.Bound)) && (k.Due.Equal(k.Bound) || !v.passed(k)):
		v.bounded(k)
	case k.Provisional && !k.Due.Equal(counted) && k.Due.Sub(counted).Abs() <= farthest:
		v.unproved("%[1]s:到期 %[3]s 为暂定,日历公布后按 %[4]s", "%[2]s: due %[3]s is provisional; by the calendar that was published since, %[4]s", k.ZH, k.EN, local(k.Due), local(counted))
	default:
		v.check(k.Due.Equal(counted), "%[1]s:自 %[3]s 起 %[4]s,按日历与台账重新计算到期 %[5]s,回执所载 %[6]s", "%[2]s: %[4]s from %[3]s, counted again due %[5]s, the receipt says %[6]s",
			k.ZH, k.EN, local(k.Start), k.Limit, local(counted), local(k.Due))
	}
}

// bounded checks a clock that ends with its bound, and what that is: the statutory date, which
// the receipt proves, or a date before it that a sender has set, which nothing here does.
func (v *verifier) bounded(k Clock) {
	i := slices.IndexFunc(v.Clocks, func(o Clock) bool { return o.Name == "statutory" })
	if !k.Due.Equal(k.Bound) || i >= 0 && k.Bound.After(v.Clocks[i].Due) {
		v.check(false, "%[1]s:到期 %[3]s,超过 %[4]s(法定或来文期限)", "%[2]s: due %[3]s, beyond %[4]s, the statutory date or the sender's", k.ZH, k.EN, local(k.Due), local(k.Bound))
		return
	}
	if i >= 0 && k.Bound.Equal(v.Clocks[i].Due) {
		v.check(true, "%[1]s:到期 %[3]s,即法定期限", "%[2]s: due %[3]s, the statutory date", k.ZH, k.EN, local(k.Due))
		return
	}
	v.unproved("%[1]s:到期 %[3]s 为来文期限,本回执不能证明", "%[2]s: due %[3]s is the date a sender has set, which this receipt does not prove", k.ZH, k.EN, local(k.Due))
}

// passed tells whether the bound of a clock had passed when its due date was last set: then
// it bounds no more.
func (v *verifier) passed(k Clock) bool {
	set := k.Start
	later := func(at time.Time) {
		if at.After(set) {
			set = at
		}
	}
	for _, p := range k.Pauses {
		if later(p.To); p.Reason == machine.OutageReason { // counted when it was declared
			later(v.IssuedAt)
		}
	}
	for _, x := range k.Extensions {
		later(x.At)
	}
	return !k.Bound.After(set)
}

// segments counts every segment of a clock again: they follow each other without gap, in each
// as many minutes of the clock's own time passed as it says, and each is what calendar, pauses
// and extensions make of it.
func (v *verifier) segments(cal *calendar.Calendar, k Clock) {
	if (k.State == stopped) == k.Stopped.IsZero() || k.Stopped.After(v.IssuedAt) {
		v.check(false, "%[1]s:停止时间与状态不符", "%[2]s: when it stopped does not fit its state", k.ZH, k.EN)
		return
	}
	spent, said, from := v.spent(cal, k), []stretch{}, k.Start
	for _, s := range k.Segments {
		minutes := 0.0
		if s.Kind == calendar.KindCounted || s.Kind == calendar.KindExtended {
			minutes = cal.Counted(s.From, s.To, k.Limit.Class()).Minutes()
		}
		if !s.From.Equal(from) || !s.From.Before(s.To) || math.Abs(minutes-s.Minutes) > 0.001 || !within(spent, s) {
			v.check(false, "%[1]s:自 %[3]s 的一段与日历不符", "%[2]s: the segment from %[3]s does not fit the calendar", k.ZH, k.EN, local(s.From))
			return
		}
		said, from = joined(said, stretch{s.From, s.To, s.Kind}), s.To
	}
	v.check(slices.EqualFunc(said, spent, stretch.is), "%[1]s:%[3]d段逐段复核相符,至 %[4]s", "%[2]s: its %[3]d segments were counted again and fit, up to %[4]s", k.ZH, k.EN, len(k.Segments), local(from))
}

// stretch is time of one kind, whatever it is called and whoever authorised it: a petitioner's
// receipt does not say that.
type stretch struct {
	from, to time.Time
	kind     calendar.SegmentKind
}

func (s stretch) is(o stretch) bool {
	return s.kind == o.kind && near(s.from, o.from) && near(s.to, o.to)
}

// near tells whether two moments are one: a receipt says no more of a time.
func near(a, b time.Time) bool { return a.Sub(b).Abs() < time.Millisecond }

// joined adds a stretch to those before it.
func joined(list []stretch, s stretch) []stretch {
	if last := len(list) - 1; last >= 0 && list[last].kind == s.kind {
		list[last].to = s.to
		return list
	}
	return append(list, s)
}

// within tells whether a segment lies in a stretch of its kind.
func within(list []stretch, s Segment) bool {
	return slices.ContainsFunc(list, func(o stretch) bool {
		return o.kind == s.Kind && s.From.Sub(o.from) > -time.Millisecond && s.To.Sub(o.to) < time.Millisecond
	})
}

// spent is where the time of a clock went, by what the receipt says it was counted from: up to
// its due date, to the moment of issue where that has passed or the clock is paused, or to when
// it stopped.
func (v *verifier) spent(cal *calendar.Calendar, k Clock) []stretch {
	end, out := v.IssuedAt, []stretch{}
	if k.State == stopped {
		end = k.Stopped
	}
	for _, s := range cal.Explain(k.Start, k.Due, k.Limit, k.Pauses, k.Extensions, end) {
		if k.State == stopped && s.To.After(end) {
			s.To = end
		}
		if s.From.Before(s.To) {
			out = joined(out, stretch{s.From, s.To, s.Kind})
		}
	}
	return out
}

func local(at time.Time) string { return at.In(calendar.Zone).Format("2006-01-02 15:04:05") }
