package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
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
	Name        string      `json:"name"` // statutory, policy, level.L1, stage.repair, task.T2, or the ID of a deadline
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
// policy clock, every stay on the chain or stage of a disposal, then whatever else must
// be done, the earliest first.
func Clocks(c casefile.Case, rules *machine.Rules, now time.Time) []ClockView {
	x := explainer{partsOf(c).sheet(), c.GetHead(), rules, now}
	out := []ClockView{}
	if k := x.statutory; k != nil {
		v := x.clock(*k, "statutory", limitKind{domain.Text{ZH: "法定期限", EN: "statutory date"}, "XF §34"})
		v.Duty = true
		out = append(out, v)
	}
	if k := x.policy; k != nil {
		v := x.clock(*k, "policy", limitKind{domain.Text{ZH: "办理时限", EN: "policy clock"}, "§4.2"})
		v.Duty, v.Unit = true, c.Card().Owner.Unit
		out = append(out, v)
	}
	out = append(out, x.levels()...)
	for _, s := range x.stages {
		y := x
		y.stop = s.stop
		v := y.clock(s.clock, s.name, s.kind)
		v.Duty, v.Unit = true, s.unit
		out = append(out, v)
	}
	steps := slices.Concat(x.passed(), x.owed(), x.deadlines())
	slices.SortStableFunc(steps, func(a, b ClockView) int { return a.Due.Compare(b.Due) })
	out = append(out, steps...)
	for i := range out {
		out[i].UnitName = unitName(rules, out[i].Unit)
	}
	return out
}

// sheet are the limits of a case of any kind, beside the deadlines that run.
type sheet struct {
	kind              casekind.Kind
	statutory, policy *grievance.Clock
	stays             []grievance.Stay
	tasks             map[string]grievance.Task
	stages            []stageClock
	desk              *machine.Deadline    // limit of the front desk that has passed; nil: none
	names             map[string]limitKind // of the deadlines, by their kind
	stop              time.Time            // when the clocks stopped; zero while they run
	outages           []calendar.Pause     // when the system was away (§6 item 44)
	outlasts          func(machine.Deadline) bool
}

// stageClock is the clock of one stage of a disposal.
type stageClock struct {
	name, unit string
	kind       limitKind
	clock      grievance.Clock
	stop       time.Time // when it was done; zero while it runs
}

// explainer explains the clocks of one case.
type explainer struct {
	sheet
	head  *machine.Head
	rules *machine.Rules
	now   time.Time
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
	if s.Why == machine.OutageReason { // which one
		zh, en = zh+" "+s.By, en+" "+s.By
	}
	s.Name, s.NameEN = s.Name+":"+zh, s.NameEN+": "+en
}

// levels explains every stay on the chain. What a level leaves unused flows to
// the next, so a stay may last longer than its own budget.
func (x explainer) levels() []ClockView {
	var out []ClockView
	seen := map[grievance.Level]int{}
	for i, s := range x.stays {
		k := grievance.Clock{Start: s.Entered, Limit: s.Budget, Due: s.Due}
		y := x
		y.stop = s.Left
		if last := i == len(x.stays)-1; last && s.Left.IsZero() && x.policy != nil {
			p := x.policy
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

// passed shows the limit of the front desk when it has passed: its deadline is
// gone then, the lateness is not.
func (x explainer) passed() []ClockView {
	if x.desk == nil {
		return nil
	}
	return []ClockView{x.deadline(*x.desk)}
}

// owed shows every open task, in time or late.
func (x explainer) owed() []ClockView {
	var out []ClockView
	for id, k := range x.tasks {
		if !k.Open() {
			continue
		}
		d, live := x.head.Deadlines["task."+id]
		if !live {
			d = machine.Deadline{ID: "task." + id, Kind: "task", At: k.Due, Duty: true, Unit: k.Unit}
		}
		out = append(out, x.deadline(d))
	}
	slices.SortFunc(out, func(a, b ClockView) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// shown elsewhere, or only warnings of a clock that is shown.
var quiet = []string{"policy.half", "policy.yellow", "policy.red", "statutory", "statutory.countdown", "sign.half", "task", "stage", "stage.yellow"}

// deadlines shows whatever else the case waits for.
func (x explainer) deadlines() []ClockView {
	var out []ClockView
	for _, d := range x.head.Pending() {
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
	k := grievance.Clock{Start: d.Start, Limit: d.Limit, Due: d.At, Provisional: d.Provisional}
	if x.outlasts != nil && x.outlasts(d) && (d.Limit.Class().Working() || d.Limit.Class() == calendar.Seconds) {
		k.Pauses = x.outages
	}
	v := y.clock(k, d.ID, x.kindOf(d))
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
