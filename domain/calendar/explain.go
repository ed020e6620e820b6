package calendar

import (
	"slices"
	"time"
)

// SegmentKind says what the clock did during a segment.
type SegmentKind string

// The kinds of segments. Only counted and extended segments use up time.
const (
	// KindCounted uses up the limit.
	KindCounted SegmentKind = "counted"
	// KindStartDay is the rest of the start day of a wd or cd limit, which is excluded (MFD §201).
	KindStartDay SegmentKind = "start_day"
	// KindNight is the time of a working day before opening and after closing.
	KindNight SegmentKind = "night"
	// KindLunch is the time between two work windows of a day.
	KindLunch SegmentKind = "lunch"
	// KindWeekend and KindHoliday are whole days off.
	KindWeekend SegmentKind = "weekend"
	KindHoliday SegmentKind = "holiday"
	// KindPaused is a pause, with its reason and authority.
	KindPaused SegmentKind = "paused"
	// KindRolled is what a cd limit gets beyond its amount: the rest of the last day, and the way to the end of the next
	// working day (§4.1 time.class.cd.roll).
	KindRolled SegmentKind = "rolled"
	// KindExtended uses up an extension, with its reason and authority (§4.5).
	KindExtended SegmentKind = "extended"
	// KindKept is time before the due moment that nothing above explains: a deadline that was notified and is kept
	// although the calendar now gives an earlier one (§4.1 calendar.recompute).
	KindKept SegmentKind = "kept"
	// KindOverdue is the time after the due moment.
	KindOverdue SegmentKind = "overdue"
)

// Segment is one stretch of the way from the start of a limit to its end.
type Segment struct {
	From time.Time   `json:"from"`
	To   time.Time   `json:"to"`
	Kind SegmentKind `json:"kind"`
	// Name says it in words: the holiday, 午休, 下班, 暂停, …
	Name   string `json:"name"`
	NameEN string `json:"name_en"`
	// Counted is the time used up: working time for wd and wh, elapsed for the others; 0 unless counted or extended.
	Counted time.Duration `json:"-"` // readers get minutes from whoever shows it
	// By and Why are the authority and the reason of a pause or an extension.
	By  string `json:"by,omitempty"`
	Why string `json:"why,omitempty"`
	// Provisional means that the segment rests on a year without a notice.
	Provisional bool `json:"provisional,omitempty"`
}

// Extension is a granted extension as it was recorded: it moved the due moment from From to To (§4.5).
type Extension struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Limit  Limit     `json:"limit,omitzero"` // the amount granted; if zero the whole span counts as the extension
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"` // when it was granted; kept where there is no limit
}

// Given is when a time without a limit of its own was granted; where that was not kept, the due moment it replaced.
func (x Extension) Given() time.Time {
	if x.At.IsZero() {
		return x.From
	}
	return x.At
}

// Explain tells how the time from start was and will be spent, as segments without gap or overlap from start to due,
// or to now if that is later; the last part is then overdue. If due is zero it is computed, and while an open pause
// stops the clock the segments end at now.
//
// The Counted of all counted segments add up to the limit exactly, provided that due is what [Calendar.DuePaused] and
// [Calendar.ExtendPaused] give; those of extended segments add up to the extensions. If due comes earlier (it was
// capped), they add up to what is left of it.
func (c *Calendar) Explain(start, due time.Time, l Limit, pauses []Pause, extensions []Extension, now time.Time) []Segment {
	e := explainer{c: c, class: l.class, runs: runStart(start, l.class), due: due, end: due}
	if !l.IsZero() {
		computed, used, open := c.run(e.runs, l, pauses)
		e.used = used
		if due.IsZero() && !open {
			e.due, e.end = computed.At, computed.At
		}
	}
	if now.After(e.end) {
		e.end = now
	}
	e.pauses = slices.Clone(pauses)
	slices.SortStableFunc(e.pauses, func(a, b Pause) int { return a.From.Compare(b.From) })
	e.cuts = append(e.cuts, e.runs, e.due, e.used, e.end)
	for _, p := range pauses {
		e.cuts = append(e.cuts, p.From, p.To)
	}
	for _, x := range extensions {
		g := grant{Extension: x, runs: x.From, used: x.To}
		if !x.Limit.IsZero() {
			g.runs = extendStart(x.From, x.Limit.class)
			_, g.used, _ = c.run(g.runs, x.Limit, pauses)
		}
		e.grants = append(e.grants, g)
		e.cuts = append(e.cuts, x.From, x.To, g.runs, g.used)
	}
	slices.SortFunc(e.cuts, time.Time.Compare)
	return e.segments(start.In(Zone))
}

// explainer walks from the start to the end of an explanation.
type explainer struct {
	c      *Calendar
	class  Class
	runs   time.Time // when the clock begins
	used   time.Time // when the limit is used up, zero if never
	due    time.Time
	end    time.Time
	pauses []Pause
	grants []grant
	cuts   []time.Time // every moment at which something but the calendar changes, sorted
}

// grant is an extension, and the moments at which its count begins and is used up.
type grant struct {
	Extension
	runs, used time.Time
}

// segments joins neighbouring steps that say the same.
func (e *explainer) segments(t time.Time) []Segment {
	var all []Segment
	for t.Before(e.end) {
		s := e.step(t)
		t = s.To
		if last := len(all) - 1; last >= 0 {
			prev := all[last]
			same := Segment{prev.From, s.To, s.Kind, s.Name, s.NameEN, prev.Counted, s.By, s.Why, s.Provisional}
			prev.To = s.To
			if prev == same {
				all[last].To = s.To
				all[last].Counted += s.Counted
				continue
			}
		}
		all = append(all, s)
	}
	return all
}

// step returns what happens at t, up to the next moment at which something may change.
func (e *explainer) step(t time.Time) Segment {
	i, _ := slices.BinarySearchFunc(e.cuts, t, time.Time.Compare)
	for !e.cuts[i].After(t) {
		i++
	}
	s := Segment{From: t, To: e.cuts[i].In(Zone)}
	if !e.due.IsZero() && !t.Before(e.due) {
		return s.as(KindOverdue, "已超期", "overdue")
	}
	if t.Before(e.runs) {
		return s.as(KindStartDay, "起始日不计", "start day, not counted")
	}
	for _, p := range e.pauses {
		if !t.Before(p.From) && (p.To.IsZero() || t.Before(p.To)) {
			s.By, s.Why = p.By, p.Reason
			return s.as(KindPaused, "暂停计时", "clock paused")
		}
	}
	if e.used.IsZero() || t.Before(e.used) {
		return e.running(s, KindCounted, e.class)
	}
	return e.after(s)
}

// after explains a moment at which the limit itself is used up and the due moment has not come.
func (e *explainer) after(s Segment) Segment {
	class, used := e.class, e.used
	for _, g := range e.grants {
		if s.From.Before(g.From) || !s.From.Before(g.To) {
			continue
		}
		if !g.Limit.IsZero() {
			class = g.Limit.class
		}
		used = g.used
		if s.From.Before(used) || used.IsZero() {
			return e.extending(s, g, class)
		}
	}
	if class != CalendarDays {
		return s.as(KindKept, "保留已告知期限", "deadline already notified is kept")
	}
	n, _ := split(s.From)
	in := e.c.info(n)
	s = s.until(at(n+1, 0))
	s.Provisional = in.provisional
	if last, _ := split(used.Add(-1)); last == n {
		return s.as(KindRolled, "至当日24时", "to 24:00 of the last day")
	}
	if !in.worked {
		name := e.c.holiday(n, in.kind)
		return s.as(KindRolled, "顺延:"+name.ZH, "rolled: "+name.EN)
	}
	return s.as(KindRolled, "顺延至工作日", "rolled to the next working day")
}

// extending explains a moment of an extension. Its first day follows the day of the old due moment.
func (e *explainer) extending(s Segment, g grant, class Class) Segment {
	s = e.running(s, KindExtended, class)
	if s.Kind != KindExtended {
		return s
	}
	s.By, s.Why = g.By, g.Reason
	if s.From.Before(g.runs) {
		s.Counted = 0
		return s.as(KindStartDay, "起始日不计", "start day, not counted")
	}
	return s
}

// running explains a moment of the running clock: kind if the class counts it, else the reason why it does not.
func (e *explainer) running(s Segment, kind SegmentKind, class Class) Segment {
	name, nameEN := "计时", "counted"
	if kind == KindExtended {
		name, nameEN = "延期", "extension"
	}
	if !class.Working() {
		s.Counted = s.To.Sub(s.From)
		return s.as(kind, name, nameEN)
	}
	n, off := split(s.From)
	in := e.c.info(n)
	s.Provisional = in.provisional
	if !in.worked {
		rest := KindHoliday
		if in.kind == Weekend {
			rest = KindWeekend
		}
		off := e.c.holiday(n, in.kind)
		return s.until(at(n+1, 0)).as(rest, off.ZH, off.EN)
	}
	for i, w := range e.c.windows(in) {
		switch {
		case off < w.from && i > 0:
			return s.until(at(n, w.from)).as(KindLunch, "午休", "lunch break")
		case off < w.from:
			return s.until(at(n, w.from)).as(KindNight, "下班", "off hours")
		case off < w.to:
			s = s.until(at(n, w.to)).as(kind, name, nameEN)
			s.Counted = s.To.Sub(s.From)
			return s
		}
	}
	return s.until(at(n+1, 0)).as(KindNight, "下班", "off hours")
}

// as names the segment.
func (s Segment) as(kind SegmentKind, name, nameEN string) Segment {
	s.Kind, s.Name, s.NameEN = kind, name, nameEN
	return s
}

// until ends the segment at t if that comes earlier.
func (s Segment) until(t time.Time) Segment {
	if t.Before(s.To) {
		s.To = t
	}
	return s
}
