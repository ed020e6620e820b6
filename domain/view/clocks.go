package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// ClockState is what a clock is doing.
type ClockState string

// The states of a clock.
const (
	Running ClockState = "running"
	Paused  ClockState = "paused"
	Stopped ClockState = "stopped" // answered, over, or the level has been left
)

// SegmentView is one segment of an explained clock, with the time counted in it.
type SegmentView struct {
	calendar.Segment
	Minutes float64 `json:"counted_minutes"`
}

// ClockView is one limit, explained: when it began, when it ends, how much is
// left, and where every minute between went.
type ClockView struct {
	Name        string      `json:"name"` // statutory, policy, level.L1, task.T2, or the ID of a deadline
	Label       domain.Text `json:"label"`
	Rule        string      `json:"rule,omitempty"` // where the limit is written
	Start       time.Time   `json:"start,omitzero"`
	Limit       string      `json:"limit,omitempty"` // as policy writes it: 5wd
	LimitText   domain.Text `json:"limit_text"`
	Due         time.Time   `json:"due,omitzero"` // absent while the clock is paused
	Provisional bool        `json:"provisional,omitempty"`
	Light       Light       `json:"light"`
	State       ClockState  `json:"state"`
	Minutes     int         `json:"remaining_minutes"` // counted in the clock's own time; negative: minutes late
	Remaining   domain.Text `json:"remaining"`
	Unit        string      `json:"unit,omitempty"` // who must act
	UnitName
	Duty     bool          `json:"duty"` // passing it means being late
	Segments []SegmentView `json:"segments"`
}

// Clocks explains every limit of a case at a moment: the statutory and the
// policy clock, every stay on the chain, then whatever else must be done, the
// earliest first.
func Clocks(c *grievance.Case, rules *machine.Rules, now time.Time) []ClockView {
	x := explainer{c, rules, now, stoppedAt(c)}
	out := []ClockView{}
	if k := c.Statutory; k != nil {
		v := x.clock(*k, "statutory", limitKind{domain.Text{ZH: "法定期限", EN: "statutory date"}, "XF §34"})
		v.Duty = true
		out = append(out, v)
	}
	if k := c.Policy; k != nil {
		v := x.clock(*k, "policy", limitKind{domain.Text{ZH: "办理时限", EN: "policy clock"}, "§4.2"})
		v.Duty, v.Unit = true, c.Owner.Unit
		out = append(out, v)
	}
	out = append(out, x.levels()...)
	steps := slices.Concat(x.desk(), x.tasks(), x.deadlines())
	slices.SortStableFunc(steps, func(a, b ClockView) int { return a.Due.Compare(b.Due) })
	out = append(out, steps...)
	for i := range out {
		out[i].UnitName = unitName(rules, out[i].Unit)
	}
	return out
}

// explainer explains the clocks of one case.
type explainer struct {
	c     *grievance.Case
	rules *machine.Rules
	now   time.Time
	stop  time.Time // when both clocks stopped; zero while they run
}

// stoppedAt is when the clocks of a case stopped: with the answer, or with the
// end of the case.
func stoppedAt(c *grievance.Case) time.Time {
	switch {
	case c.State != grievance.Replied && !grievance.Over(c.State):
		return time.Time{}
	case c.Reply != nil && (c.Policy == nil || !c.Reply.IssuedAt.Before(c.Policy.Start)):
		return c.Reply.IssuedAt
	}
	return c.ClosedAt
}

// clock explains a clock with its ledger of pauses and extensions.
func (x explainer) clock(k grievance.Clock, name string, kind limitKind) ClockView {
	v := ClockView{Name: name, Label: kind.label, Rule: kind.rule, Start: k.Start, Due: k.Due, Provisional: k.Provisional, State: Running}
	v.limit(k.Limit)
	at, due := x.now, k.Due
	if !x.stop.IsZero() {
		v.State, at = Stopped, x.stop
	}
	if due.IsZero() {
		due = x.whenResumed(k, at)
		if v.State == Running {
			v.State = Paused
		}
	}
	v.Light = NoRun
	if v.State == Running {
		v.Light = LightOf(due, x.yellow(k), x.now)
	}
	v.Minutes, v.Remaining = remaining(x.rules.Calendar, k.Limit.Class(), at, due, v.State)
	v.Segments = x.explain(k, at, v.State)
	return v
}

func (x explainer) yellow(k grievance.Clock) time.Time {
	if !k.YellowAt.IsZero() || k.Limit.IsZero() {
		return k.YellowAt
	}
	return x.rules.Calendar.FractionPaused(k.Start, k.Due, k.Limit.Class(), k.Pauses, x.rules.Policy.YellowPercent(k.Limit), 100)
}

// whenResumed is when a paused clock would be due if it ran again from a moment on.
func (x explainer) whenResumed(k grievance.Clock, at time.Time) time.Time {
	pauses := slices.Clone(k.Pauses)
	for i := range pauses {
		if pauses[i].To.IsZero() {
			pauses[i].To = at
		}
	}
	due, _ := x.rules.Calendar.DuePaused(k.Start, k.Limit, pauses)
	for _, e := range k.Extensions {
		if !e.Limit.IsZero() {
			due = x.rules.Calendar.Extend(due.At, e.Limit)
		}
	}
	return due.At
}

// explain tells segment by segment where the time went; a stopped clock is
// explained up to where it stopped.
func (x explainer) explain(k grievance.Clock, at time.Time, state ClockState) []SegmentView {
	all := x.rules.Calendar.Explain(k.Start, k.Due, k.Limit, k.Pauses, k.Extensions, at)
	if state == Stopped {
		all = x.until(all, at, k.Limit.Class())
	}
	out := make([]SegmentView, len(all))
	for i := range all {
		x.because(&all[i])
		out[i] = SegmentView{Segment: all[i], Minutes: all[i].Counted.Minutes()}
	}
	return out
}

func (x explainer) until(all []calendar.Segment, at time.Time, class calendar.Class) []calendar.Segment {
	var out []calendar.Segment
	for _, s := range all {
		if !s.From.Before(at) {
			break
		}
		if s.To.After(at) {
			s.To = at.In(calendar.Zone)
			if s.Counted > 0 {
				s.Counted = x.rules.Calendar.Counted(s.From, s.To, class)
			}
		}
		out = append(out, s)
	}
	return out
}

// because says in words why a clock was paused or extended.
func (x explainer) because(s *calendar.Segment) {
	table := map[calendar.SegmentKind]string{calendar.KindPaused: "pause_reason", calendar.KindExtended: "extension_reason"}[s.Kind]
	if table == "" || s.Why == "" {
		return
	}
	zh, en := x.rules.Codes.Label(table, s.Why)
	if s.Why == "reassigned" { // the least a new unit is given (§4.4 clock.on_return)
		zh, en = "改派后的最短时限", "least time after reassignment"
	}
	s.Name, s.NameEN = s.Name+":"+zh, s.NameEN+": "+en
}

// levels explains every stay on the chain. What a level leaves unused flows to
// the next, so a stay may last longer than its own budget.
func (x explainer) levels() []ClockView {
	var out []ClockView
	seen := map[grievance.Level]int{}
	for i, s := range x.c.Stays {
		k := grievance.Clock{Start: s.Entered, Limit: s.Budget, Due: s.Due}
		y := x
		y.stop = s.Left
		if last := i == len(x.c.Stays)-1; last && s.Left.IsZero() && x.c.Policy != nil {
			p := x.c.Policy
			k.Due, k.Provisional, k.YellowAt, k.Pauses, y.stop = p.Due, p.Provisional, p.YellowAt, p.Pauses, x.stop
			for _, e := range p.Extensions {
				if !e.To.Before(s.Entered) {
					k.Extensions = append(k.Extensions, e)
				}
			}
		}
		seen[s.Level]++
		name := "level." + string(s.Level)
		if n := seen[s.Level]; n > 1 {
			name = fmt.Sprintf("%s.%d", name, n)
		}
		v := y.clock(k, name, limitKind{levelText(s.Level), "§3.2"})
		v.Unit = s.Owner.Unit
		for j := range v.Segments {
			if v.Segments[j].Kind == calendar.KindKept {
				v.Segments[j].Name, v.Segments[j].NameEN = "上一层级结转", "carried over from the level before"
			}
		}
		out = append(out, v)
	}
	return out
}

// desk shows the limit of the front desk when it has passed: its deadline is
// gone then, the lateness is not.
func (x explainer) desk() []ClockView {
	_, triage := x.c.Deadlines["triage"]
	_, pickup := x.c.Deadlines["pickup"]
	if x.c.DeskDue.IsZero() || triage || pickup || !x.stop.IsZero() {
		return nil
	}
	return []ClockView{x.deadline(machine.Deadline{ID: "desk", Kind: "desk", At: x.c.DeskDue, Start: x.c.RegisteredAt, Duty: true, Unit: x.c.Owner.Unit})}
}

// tasks shows every open task, in time or late.
func (x explainer) tasks() []ClockView {
	var out []ClockView
	for id, k := range x.c.Tasks {
		if !k.Open() {
			continue
		}
		d, live := x.c.Deadlines["task."+id]
		if !live {
			d = machine.Deadline{ID: "task." + id, Kind: "task", At: k.Due, Duty: true, Unit: k.Unit}
		}
		out = append(out, x.deadline(d))
	}
	slices.SortFunc(out, func(a, b ClockView) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// shown elsewhere, or only warnings of a clock that is shown.
var quiet = []string{"policy.half", "policy.yellow", "policy.red", "statutory", "statutory.countdown", "sign.half", "task"}

// deadlines shows whatever else the case waits for.
func (x explainer) deadlines() []ClockView {
	var out []ClockView
	for _, d := range x.c.Pending() {
		if !slices.Contains(quiet, d.Kind) {
			out = append(out, x.deadline(d))
		}
	}
	return out
}

// deadline explains one deadline. Only a duty can be late.
func (x explainer) deadline(d machine.Deadline) ClockView {
	y := x
	y.stop = time.Time{} // what is live runs, whatever the case's own clocks do
	v := y.clock(grievance.Clock{Start: d.Start, Limit: d.Limit, Due: d.At, Provisional: d.Provisional}, d.ID, x.kindOf(d))
	v.Unit, v.Duty = d.Unit, d.Duty
	if !d.Duty {
		v.Light = NoRun
	}
	if d.Start.IsZero() {
		v.Segments = []SegmentView{}
	}
	return v
}

func (v *ClockView) limit(l calendar.Limit) {
	v.Limit = l.String()
	if !l.IsZero() {
		v.LimitText.ZH, v.LimitText.EN = l.Text()
	}
}
