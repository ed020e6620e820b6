package gridevent

import (
	"slices"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/catalogue"
	"huajie/domain/codes"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// disposalSteps put it right: E12–E14, E17, E19.
func disposalSteps() []step {
	work := append(machine.As(asHandler, deptHandler, townOffice), machine.As(inLead, liaison, townOffice)...)
	result := []form.Field{text("result", "处置结果", "result").Need(), text("legal_basis", "处置依据", "basis"),
		{Name: "after_photos", ZH: "处置后照片", EN: "photos after", Type: form.Files, Required: true}, position}
	return []step{
		{Action: "start-disposal", Rule: "E12", ZH: "指派处置人员", EN: "Start disposal", From: []machine.State{Signed, Disposing, Rework},
			Who:    machine.As(inLead, liaison, deptLeader, townOffice),
			Fields: []form.Field{{Name: "handlers", ZH: "处置人员", EN: "handlers", Type: form.Users, Required: true}}, Guard: guardHandlers, Do: do(startDisposal)},
		{Action: "stage-done", Rule: "E13", ZH: "完成阶段", EN: "Stage done", From: []machine.State{Disposing}, Who: work,
			Fields: []form.Field{form.Choice.Named("stage", "阶段", "stage").Or(string(catalogue.MakeSafe), "消除危险", "make safe").Or(string(catalogue.Repair), "修复处理", "repair").Or(string(catalogue.Restore), "恢复原状", "restore").Need(),
				text("result", "完成情况", "what was done").Need(), photos.Need(), position}, Guard: guardStage, Do: do(stageDone)},
		{Action: "submit-disposal", Rule: "E14", ZH: "反馈处置结果", EN: "Submit disposal", From: []machine.State{Disposing, Rework}, Who: work,
			Fields: result, Guard: guardSubmit, Do: do(submit)},
		{Action: "suspend", Rule: "E19", ZH: "申请挂账", EN: "Suspend", From: []machine.State{Disposing}, Who: machine.As(inLead, deptLeader, townLeader),
			Fields: []form.Field{code("reason_code", "挂账理由", "reason", codes.TableHangupReason).Need(), {Name: "until", ZH: "挂账至", EN: "until", Type: form.Date, Required: true},
				text("milestones", "节点计划", "milestones").Need(), text("interim_measures", "过渡安全措施", "interim safety measures").Need()},
			Signature: machine.TwoPersons, Signs: machine.As(inCounty, director), Guard: guardSuspend, Do: do(suspend)},
		{Action: "review-suspension", Rule: "E19", ZH: "挂账复核", EN: "Review suspension", From: []machine.State{Suspended},
			Who: machine.As(inLead, deptLeader, liaison, townOffice), Fields: []form.Field{text("milestone_report", "节点进展", "milestone report").Need()}, Do: do(reviewSuspension)},
		{Action: "resume", Rule: "E19", ZH: "恢复处置", EN: "Resume", From: []machine.State{Suspended},
			Who: append(machine.As(inLead, deptLeader, liaison, townOffice), machine.As(inCounty, admin, director)...), Fields: []form.Field{reason}, Do: do(func(t turn) error {
				t.resumeNow()
				return nil
			})},
	}
}

// plan makes the stages of the kind, each with its limit from dispatch (§8.6). What
// is complex has the time of §4.2 for its last stage where that is longer.
func (t turn) plan() {
	c := t.Case
	kind, _ := t.Rules.Events.Type(c.Category)
	c.Stages = nil
	for i, s := range kind.Stages {
		limit := s.Limit
		if long, ok := t.Rules.Policy.HandleLimit(codes.TrackGridEvent, c.Urgency); ok && i == len(kind.Stages)-1 &&
			t.dueFrom(long).At.After(t.dueFrom(limit).At) {
			limit = long
		}
		if most := t.Rules.Policy.Limit("event.stage.most"); !most.IsZero() && t.dueFrom(most).At.Before(t.dueFrom(limit).At) {
			limit = most
		}
		due := t.dueFrom(limit)
		c.Stages = append(c.Stages, Stage{ID: s.ID, ZH: s.ZH, EN: s.EN, Limit: limit, Due: due.At, Provisional: due.Provisional})
	}
}

// dueFrom counts a limit from dispatch, less the time the clocks stood.
func (t turn) dueFrom(l calendar.Limit) calendar.Due {
	due, _ := t.Rules.Calendar.DuePaused(t.Case.DispatchedAt, l, t.Case.PausesOf(l))
	return due
}

// PausesOf are the pauses a limit is counted with: an emergency goes on, system or not.
func (c *Event) PausesOf(l calendar.Limit) []calendar.Pause {
	if l.Class() != calendar.UrgentHours {
		return c.Pauses
	}
	return slices.DeleteFunc(slices.Clone(c.Pauses), func(p calendar.Pause) bool { return p.Reason == machine.OutageReason })
}

// awaitStages lets the stage that is next pass at its time: red for that stage, and
// with half as much again a whistle is called for (E14).
func (t turn) awaitStages() {
	c := t.Case
	for _, s := range []string{"stage", "stage.yellow", "whistle", "card.yellow", "card.red"} {
		t.Clear(s)
	}
	s := c.stage()
	if s == nil {
		t.idle()
		return
	}
	d := machine.Deadline{ID: "stage", At: s.Due, Start: c.DispatchedAt, Limit: s.Limit, Provisional: s.Provisional, Duty: true, Unit: c.LeadUnit, Ref: string(s.ID)}
	t.judgedBy(d)
	switch {
	case s.Due.After(t.Now):
	case s.Late || s.Spared: // passed before, and told so: the cards go on
		t.Start("card.red", t.Rules.Policy.Limit("escalate.fail"), machine.Deadline{Unit: c.LeadUnit, Ref: "again"})
		return
	default: // passed while the stage before it was late
		d.At = t.Now
	}
	t.Set(d)
	if c.YellowAt.After(t.Now) && c.YellowAt.Before(s.Due) {
		t.Set(machine.Deadline{ID: "stage.yellow", At: c.YellowAt, Unit: c.LeadUnit, Ref: string(s.ID)})
	}
}

func guardHandlers(t *machine.Turn[*Event]) error {
	for _, h := range t.In.List("handlers") {
		p, ok := t.World.People[h]
		if !ok || !slices.ContainsFunc([]org.Role{deptHandler, townOffice, liaison}, func(r org.Role) bool { return p.HoldsAt(r, t.Case.LeadUnit) }) {
			return fault("handlers", "not_of_unit", "处置人员应为责任单位的工作人员", "handlers must hold that office in the unit")
		}
	}
	return nil
}

func startDisposal(t turn) error {
	c := t.Case
	c.Handlers = t.In.List("handlers")
	for _, h := range c.Handlers {
		c.disposedBy(h)
	}
	if c.State == Signed {
		t.To(Disposing)
	}
	t.Record("disposal_started", "E12").Notify("N7", t.handlers()...)
	return nil
}

// guardStage: stages are done in their order, the last with the result.
func guardStage(t *machine.Turn[*Event]) error {
	c := t.Case
	next := c.stage()
	if next == nil || next.ID == c.Stages[len(c.Stages)-1].ID {
		return refuse("last_stage", "E13", "最后阶段完成后请反馈处置结果", "the last stage is done by feeding the result back")
	}
	if s := t.In.Text("stage"); s != "" && s != string(next.ID) {
		return fault("stage", "not_next", "请按顺序完成:下一阶段为"+next.ZH, "stages are done in their order: "+next.EN+" is next")
	}
	return nil
}

func stageDone(t turn) error {
	if err := t.mustShow("photos", evidence.After, 1); err != nil {
		return err
	}
	t.done(t.Case.stage())
	t.awaitStages()
	t.Record("stage_done", "E13").Notify("N23", t.reporter()).Fact("stage", t.In.Text("stage"))
	return nil
}

func (t turn) done(s *Stage) {
	s.DoneAt, s.By = t.Now, t.Actor.User
	s.Late = s.Late || !s.Spared && t.Now.After(s.Due)
	t.Case.disposedBy(t.Actor.User)
}

// guardSubmit: all stages but the last are done, and what was done is shown.
func guardSubmit(t *machine.Turn[*Event]) error {
	c := t.Case
	if next := c.stage(); c.State == Disposing && next != nil && next.ID != c.Stages[len(c.Stages)-1].ID {
		return refuse("stages_left", "E13", "还有未完成的阶段:"+next.ZH, "a stage is still to be done: "+next.EN)
	}
	return nil
}

// submit feeds the result back (E14) and sends somebody to look.
func submit(t turn) error {
	c := t.Case
	if err := t.mustShow("after_photos", evidence.After, t.Rules.Policy.Int("event.photos.after")); err != nil {
		return err
	}
	if s := c.stage(); s != nil {
		t.done(s)
	}
	c.disposedBy(t.Actor.User)
	again := c.State == Rework
	for _, id := range []string{"stage", "stage.yellow", "whistle", "card.yellow", "card.red", "rework"} {
		t.Clear(id)
	}
	c.ReworkLimit = time.Time{}
	t.To(Feedback)
	t.sendVerifier()
	event := "disposal_submitted"
	if again {
		event = "disposal_submitted_again"
	}
	c.Disposal = t.disposal()
	t.tellVerifier(t.Record(event, "E14").Notify("N23", t.reporter()))
	return nil
}

// guardSuspend keeps a hang-up from hiding lateness (§4.5, §6 item 51).
func guardSuspend(t *machine.Turn[*Event]) error {
	c, pol := t.Case, t.Rules.Policy
	until := hangUpUntil(t)
	switch why := t.In.Text("reason_code"); {
	case why != "" && !pol.Lists("hangup.reasons", why):
		return fault("reason_code", "not_a_ground", "该理由不能挂账", "this is no ground to hang an event up")
	case c.stage() != nil && !t.Now.Before(c.stage().Due) && t.AskedAt.IsZero():
		return refuse("suspend_after_red", "§6 item 51", "超期后不能挂账", "an event that is late cannot be hung up")
	case c.emergency() && len(c.Stages) > 1 && c.Stages[0].DoneAt.IsZero():
		return refuse("make_safe_first", "§4.5 extend.never", "特急事件须先行排险", "an emergency must be made safe first")
	case t.In.Has("until") && !until.After(t.Now):
		return fault("until", "past", "挂账期限应晚于今天", "must lie after today")
	case t.In.Has("until") && until.After(t.Rules.Calendar.Due(t.Now, pol.Limit("hangup.max.director")).At.AddDate(0, 0, 1)):
		return fault("until", "range", "挂账期限超过最长期限", "is beyond the longest hang-up allowed")
	}
	return nil
}

func hangUpUntil(t *machine.Turn[*Event]) time.Time {
	return t.In.Time("until", calendar.Zone).AddDate(0, 0, 1)
}

// suspend stops the clocks of the stages for a season or for works (E19).
func suspend(t turn) error {
	c := t.Case
	c.Pauses = append(slices.Clone(c.Pauses), calendar.Pause{From: t.Now, Reason: "hang_up", By: t.Actor.User})
	c.Suspension = &Suspension{Since: t.Now, Until: hangUpUntil(t.Turn), Reason: t.In.Text("reason_code")}
	for _, id := range []string{"stage", "stage.yellow", "whistle", "card.yellow", "card.red"} {
		t.Clear(id)
	}
	t.idle()
	t.awaitReview()
	t.Set(machine.Deadline{ID: "hangup.until", At: c.Suspension.Until, Start: t.Now, Unit: c.LeadUnit})
	t.To(Suspended)
	t.Record("suspended", "E19").Notify("N12", t.reporter())
	return nil
}

func (t turn) awaitReview() {
	d := t.Start("hangup.review", t.Rules.Policy.Limit("hangup.review"), machine.Deadline{Duty: true, Unit: t.Case.LeadUnit})
	if !d.At.Before(t.Case.Suspension.Until) {
		t.Clear("hangup.review")
	}
}

func reviewSuspension(t turn) error {
	t.awaitReview()
	t.Record("suspension_reviewed", "E19").Notify("N13", t.desk()...)
	return nil
}

// resumeNow lets the clocks go on: each stage is due later by what the pause took.
func (t turn) resumeNow() *machine.Event {
	c := t.Case
	t.Clear("hangup.review", "hangup.until")
	c.Suspension = nil
	c.Pauses = slices.Clone(c.Pauses)
	for i := range c.Pauses {
		if c.Pauses[i].To.IsZero() {
			c.Pauses[i].To = t.Now
		}
	}
	for i := range c.Stages {
		if s := &c.Stages[i]; s.DoneAt.IsZero() {
			due := t.dueFrom(s.Limit)
			s.Due, s.Provisional = due.At, due.Provisional
		}
	}
	t.To(Disposing)
	t.awaitStages()
	return t.Record("resumed", "E19").Notify("N12", t.reporter()).Notify("N20", t.counter(c.LeadUnit)...)
}
