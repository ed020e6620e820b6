package gridevent

import (
	"slices"
	"time"

	"huajie/domain/form"
	"huajie/domain/machine"
)

// laterSteps are what happens beside the loop and after it: E18, E20, ratings, and
// what keeps coming back.
func laterSteps() []step {
	return []step{
		{Action: "convert", Rule: "E18", ZH: "转诉求(县级中心联合化解)", EN: "Convert to a grievance at L2",
			From: convertible, Who: machine.As(onArea, admin), Fields: append(slices.Clip(convertFields), withholdField), FieldsFor: askToConvert,
			Guard: guardConvert, Do: do(convertByDecision)},
		{Action: "reopen", Rule: "E20", ZH: "复发重开", EN: "Reopen on recurrence", From: []machine.State{Closed}, Who: machine.As(onArea, admin),
			Fields: []form.Field{reason}, Guard: guardReopen, Do: do(reopen)},
		{Action: "rate", Rule: "R71", ZH: "评价", EN: "Rate the answer", From: []machine.State{Closed, Merged, Converted},
			Who: append(machine.As(asReporter, field...), machine.As(asReporter, citizen)...), Petitioner: true,
			Fields: []form.Field{{Name: "score", ZH: "评分(1–5)", EN: "score", Type: form.Integer, Required: true, Min: 1, Max: 5}, text("comment", "意见", "comment")},
			Guard:  guardRate, Do: do(rate)},
		{Action: "answer-root-cause", Rule: "§6 item 81", ZH: "答复根源治理任务", EN: "Answer the root-cause task",
			From: slices.Concat(active, []machine.State{Closed, Converted}), Who: machine.As(inCounty, director, dispatcher),
			Fields: []form.Field{text("finding", "原因分析", "what makes it come back").Need(), text("measures", "根治措施", "what is done about it").Need()},
			Guard:  guardRootCause, Do: do(answerRootCause)},
	}
}

// convertible are the states in which it is not too late, nor anybody else's turn, to
// make something else of an event (E18).
var convertible = []machine.State{Reported, Signed, Disposing, Rework}

// convert makes it a matter of the centre: a grievance at L2 under a number of its
// own (E18). Whoever reported follows it there.
func (t turn) convert(rule, why string) error {
	c, no := t.Case, t.World.NewNo
	t.Cause(machine.Effect{Kind: machine.EffectStartCase, To: no, Input: input{
		"nature": "complaint", "channel": "grid_member", "area": t.where(), "summary": c.Summary, "urgency": string(c.Urgency)}})
	t.becomes(no, "converted", rule, why)
	return nil
}

// becomes ends the loop of the event: what it became goes on under another number.
func (t turn) becomes(no, event, rule, why string) {
	c := t.Case
	c.Converted = no
	t.end(Converted)
	e := t.Record(event, rule).Notify("N13", t.reporter()).Notify("N13", at(t.township(), townOffice)...).
		Notify("N13", t.county(dispatcher)...).Fact("why", why).Fact("case", no)
	if c.LeadUnit != "" {
		e.Notify("N13", t.counter(c.LeadUnit)...)
	}
	t.tellFollowers(e)
}

// where is the closest place known.
func (t turn) where() string {
	if t.Case.Grid != "" {
		return t.Case.Grid
	}
	return t.Case.Area
}

func guardReopen(t *machine.Turn[*Event]) error {
	c := t.Case
	_, open := c.Deadlines["reopen"]
	switch {
	case !open:
		return refuse("reopen_window", "E20", "已过复发重开期限,请另行上报", "the window to reopen has closed; report it anew")
	case c.LeadUnit == "":
		return refuse("never_dispatched", "E20", "该事件未经转办,请另行上报", "it was never dispatched; report it anew")
	}
	return nil
}

// reopen has it done once more: the same unit, with the limits of the kind from now.
func reopen(t turn) error {
	c := t.Case
	t.Clear("reopen")
	t.reopened(Disposing)
	c.Pauses, c.Disposal, c.ClosingType, c.Rating = nil, nil, "", nil
	c.flag("recurred")
	c.owns(Owner{Unit: c.LeadUnit})
	c.DispatchedAt = t.Now
	t.plan()
	t.awaitStages()
	e := t.Record("reopened", "E20").Notify("N7", t.counter(c.LeadUnit)...).Notify("N23", t.reporter())
	t.tellFollowers(e)
	return nil
}

// reopened brings an event that was over back to a state.
func (t turn) reopened(to machine.State) {
	c := t.Case
	c.ClosedAt = time.Time{}
	t.To(to)
}

func guardRate(t *machine.Turn[*Event]) error {
	c := t.Case
	switch {
	case c.Rating != nil:
		return refuse("already_rated", "R71", "已经评价过", "it has been rated already")
	case c.State == Merged && !c.MasterOver:
		return refuse("not_answered", "R71", "主办事件尚未办结,暂不能评价", "the master event is not closed yet")
	case c.State == Converted && !c.whistled():
		return refuse("not_answered", "R71", "事件已转出,暂不能在此评价", "it became something else, which answers it")
	}
	return nil
}

func rate(t turn) error {
	t.Case.Rating = &Rating{At: t.Now, Score: t.In.Int("score")}
	t.Record("rated", "R71")
	return nil
}

// recur opens the question why, when the same comes back at the same spot for the
// third time (§6 item 81). Reports of one event, merged or at the same time, count
// once.
func (t turn) recur() {
	c, pol := t.Case, t.Rules.Policy
	var earlier []string
	last := c.ReportedAt
	for _, r := range t.World.Nearby { // newest first
		if r.Master == "" && r.State != Rejected && r.State != Voided && r.CreatedAt.Before(last) && !Duplicates(t.Rules, r, c.related()) {
			earlier, last = append(earlier, r.No), r.CreatedAt
		}
	}
	if len(earlier)+1 < pol.Int("event.recur.count") {
		return
	}
	unit := t.centre()
	d := t.Start("root_cause", pol.Limit("event.recur.answer"), machine.Deadline{Duty: true, Unit: unit})
	c.RootCause = &RootCause{Unit: unit, Earlier: earlier, OpenedAt: t.Now, Due: d.At}
	t.Record("root_cause_asked", "§6 item 81").Notify("N20", t.county(director, dispatcher)...)
}

func guardRootCause(t *machine.Turn[*Event]) error {
	if r := t.Case.RootCause; r == nil || !r.DoneAt.IsZero() {
		return refuse("no_root_cause", "§6 item 81", "没有待答复的根源治理任务", "no root-cause task waits for an answer")
	}
	return nil
}

func answerRootCause(t turn) error {
	t.Clear("root_cause")
	t.Case.RootCause.DoneAt = t.Now
	t.Record("root_cause_answered", "§6 item 81").Notify("N23", t.reporter())
	return nil
}

// reworkDue is half of the whole limit from now, and not less than the least (E17).
func (t turn) reworkDue() time.Time {
	c, cal, pol := t.Case, t.Rules.Calendar, t.Rules.Policy
	least := cal.Due(t.Now, pol.Limit("event.rework.least")).At
	whole := pol.Limit("event.rework.least")
	if n := len(c.Stages); n > 0 {
		whole = c.Stages[n-1].Limit
	}
	half := cal.Fraction(t.Now, cal.Due(t.Now, whole).At, whole.Class(), pol.Percent("event.rework.percent"), 100)
	if half.Before(least) {
		return least
	}
	return half
}
