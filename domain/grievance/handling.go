package grievance

import (
	"errors"
	"fmt"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// atWork are the states in which a level works on the case.
var atWork = []machine.State{LocalResolving, Signed, Handling, JointResolving, LeaderResolving, Rework}

// handlingSteps are what a unit does while it has the case: attempts, tasks,
// extension, pause and hang-up (G19, G20, §4.5).
func handlingSteps() []step {
	return []step{
		{Action: "record-attempt", Rule: "§3.2 L0", ZH: "记录化解尝试", EN: "Record attempt", From: []machine.State{LocalResolving},
			Who: machine.As(inTownship, townOffice, townLeader, mediator),
			Fields: []form.Field{form.Choice.Named("outcome", "结果", "outcome").Or("progress", "有进展", "progress").Or("failed", "未化解", "failed").Need(),
				text("measures", "所做工作", "what was tried").Need()}, Do: do(recordAttempt)},
		{Action: "add-assist", Rule: "§4.4 assist", ZH: "增加协办单位", EN: "Add assist unit", From: []machine.State{Dispatched, Signed, Handling, Rework},
			Who:    append(machine.As(inCounty, dispatcher), machine.As(inLead, deptLeader)...),
			Fields: []form.Field{unit("assist_unit", "协办单位", "assist unit").Need(), reason}, Guard: guardAssist, Do: do(addAssist)},
		{Action: "complete-task", Rule: "§4.4 assist", ZH: "完成任务", EN: "Complete task",
			From: append([]machine.State{Dispatched, Suspended, ReturnPending, Adjudicating}, atWork...), Who: machine.As(withTask, liaison, deptHandler, deptLeader, townOffice),
			Fields: []form.Field{line("task", "任务", "task"), text("result", "办理结果", "result").Need()}, Guard: guardTask, Do: do(completeTask)},
		{Action: "waive-task", Rule: "§3.5 J5", ZH: "免除任务", EN: "Waive task",
			From: append([]machine.State{Dispatched, Suspended, ReturnPending, Adjudicating}, atWork...), Who: append(machine.As(inCounty, director), machine.As(asLeader, countyLeader)...),
			Fields: []form.Field{line("task", "任务", "task").Need(), reason}, Guard: guardWaive, Do: do(waiveTask)},
		{Action: "extend", Rule: "§4.5 extend", ZH: "申请延期", EN: "Extend", From: []machine.State{Handling, JointResolving, LeaderResolving},
			Who:    append(append(machine.As(asHandler, deptHandler), machine.As(inLead, deptLeader)...), machine.As(inCounty, director)...),
			Fields: extendFields, FieldsFor: extendFieldsFor, Signature: machine.TwoPersons, SignsFor: extendSigners, Guard: guardExtend, Do: do(extend)},
		{Action: "pause", Rule: "§4.1 policy.pause_reasons", ZH: "暂停计时", EN: "Pause policy clock", From: []machine.State{Handling, JointResolving, LeaderResolving},
			Who: append(machine.As(asHandler, deptHandler), machine.As(inLead, deptLeader)...),
			Fields: []form.Field{code("pause_reason", "暂停理由", "reason", "pause_reason").Need(), text("note", "说明", "note").Need(),
				yes("petitioner_consents", "诉求人书面同意", "petitioner consents in writing")},
			Signature: machine.TwoPersons, Signs: machine.As(inCounty, dispatcher, director), Guard: guardPause, Do: do(pause)},
		{Action: "unpause", Rule: "§4.1 policy.pause_reasons", ZH: "恢复计时", EN: "Resume policy clock", From: []machine.State{Handling, JointResolving, LeaderResolving},
			Who:    append(machine.As(asHandler, deptHandler), append(machine.As(inLead, deptLeader), machine.As(inCounty, dispatcher, director)...)...),
			Fields: []form.Field{reason}, Guard: guardUnpause, Do: do(unpause)},
		{Action: "suspend", Rule: "G19", ZH: "申请挂账", EN: "Suspend", From: []machine.State{Handling},
			Who:    append(machine.As(inLead, deptLeader), machine.As(inCounty, supervisor)...),
			Fields: suspendFields, FieldsFor: suspendFieldsFor, Signature: machine.TwoPersons, SignsFor: suspendSigners, Guard: guardSuspend, Do: do(suspend)},
		{Action: "review-suspension", Rule: "§4.5 hangup.review", ZH: "挂账复核", EN: "Review suspension", From: []machine.State{Suspended},
			Who: machine.As(inLead, deptLeader, liaison), Fields: []form.Field{text("milestone_report", "节点进展", "milestone report").Need()}, Do: do(reviewSuspension)},
		{Action: "resume", Rule: "G20", ZH: "恢复办理", EN: "Resume", From: []machine.State{Suspended},
			Who: append(machine.As(inLead, deptLeader, liaison), machine.As(inCounty, dispatcher, director)...), Fields: []form.Field{reason}, Do: do(resume)},
	}
}

// recordAttempt keeps what was tried locally; two failed attempts send the
// case up (§3.2 L0).
func recordAttempt(t turn) error {
	c := t.Case
	c.Attempts++
	if t.In.Text("outcome") == "failed" {
		c.FailedAttempts++
	}
	t.confirmByActing()
	t.Record("attempt_recorded", "§3.2 L0")
	if c.FailedAttempts >= t.Rules.Policy.Int("local.attempts") {
		return reportUpNow(t, codes.TriggerFailedSessions, "")
	}
	return nil
}

func guardAssist(t *machine.Turn[*Case]) error {
	u := t.In.Text("assist_unit")
	if u == t.Case.LeadUnit {
		return fault("assist_unit", "lead_twice", "主办单位不能协办本件", "the lead unit cannot assist itself")
	}
	err := turn{t}.mayAssist([]string{u})
	if f := (*domain.Error)(nil); errors.As(err, &f) && len(f.Fields) > 0 {
		f.Fields[0].Field = "assist_unit"
	}
	return err
}

func addAssist(t turn) error {
	u := t.In.Text("assist_unit")
	t.assist(u)
	t.Record("assist_added", "§4.4 assist").Notify("N7", t.desk(u)...)
	return nil
}

// addTask gives a unit a task with a clock of its own.
func (t turn) addTask(k Task) {
	c := t.Case
	if c.Tasks == nil {
		c.Tasks = map[string]Task{}
	}
	k.ID = fmt.Sprintf("T%d", len(c.Tasks)+1)
	c.Tasks[k.ID] = k
	c.joins(k.Unit)
	t.Set(machine.Deadline{ID: "task." + k.ID, Kind: "task", At: k.Due, Start: t.Now, Duty: true, Unit: k.Unit, Ref: k.ID})
}

// myTask finds the task meant: the named one of the actor's unit, or its only open one.
func (t turn) myTask() (Task, bool) {
	var mine []Task
	for _, k := range t.Case.Tasks {
		if k.Open() && t.Actor.In(k.Unit) && (t.In.Text("task") == "" || t.In.Text("task") == k.ID) {
			mine = append(mine, k)
		}
	}
	if len(mine) != 1 {
		return Task{}, false
	}
	return mine[0], true
}

func guardTask(t *machine.Turn[*Case]) error {
	if _, ok := (turn{t}).myTask(); !ok {
		return fault("task", "unknown_task", "请指明本单位的一项未完成任务", "name one open task of your unit")
	}
	return nil
}

func completeTask(t turn) error {
	k, _ := t.myTask()
	k.DoneAt, k.Late = t.Now, k.Late || (!k.Spared && t.Now.After(k.Due))
	t.Case.Tasks[k.ID] = k
	t.Clear("task." + k.ID)
	t.Record("task_completed", "§4.4 assist").Notify("N13", t.desk(t.Case.LeadUnit)...).Fact("task", k.ID)
	return nil
}

func guardWaive(t *machine.Turn[*Case]) error {
	if k, ok := t.Case.Tasks[t.In.Text("task")]; len(t.In) > 0 && (!ok || !k.Open()) {
		return fault("task", "unknown_task", "没有这项未完成任务", "there is no such open task")
	}
	return nil
}

// waiveTask takes a task off a case: what a session decided may be overtaken,
// and a unit that never acts must not keep the petitioner from an answer. The
// reason stays on record, and the unit is told.
func waiveTask(t turn) error {
	k := t.Case.Tasks[t.In.Text("task")]
	k.Cancelled = true
	t.Case.Tasks[k.ID] = k
	t.Clear("task." + k.ID)
	t.Record("task_waived", "§3.5 J5").Notify("N13", t.desk(k.Unit)...).Fact("task", k.ID)
	return nil
}

func (c *Case) pausedSince() time.Time {
	if c.Policy == nil {
		return time.Time{}
	}
	for _, p := range c.Policy.Pauses {
		if p.To.IsZero() {
			return p.From
		}
	}
	return time.Time{}
}

func guardPause(t *machine.Turn[*Case]) error {
	c := t.Case
	why := t.In.Text("pause_reason")
	switch {
	case why == hangUp:
		return fault("pause_reason", "not_a_pause", "挂账须按挂账程序办理", "a hang-up is asked for as such")
	case why != "" && !t.Rules.Policy.Lists("pause.reasons", why):
		return fault("pause_reason", "not_a_pause", "该理由不能暂停计时", "this reason does not pause the clock")
	case c.Policy == nil || !c.pausedSince().IsZero():
		return refuse("already_paused", "§4.1", "计时已处于暂停状态", "the clock is already paused")
	case !asked(t).Before(c.Policy.Due):
		return refuse("pause_after_due", "§4.5", "已超期,不得暂停计时", "an overdue clock cannot be paused")
	case why == "parallel_procedure" && !t.In.Bool("petitioner_consents"):
		return fault("petitioner_consents", "required", "并行法定程序须诉求人书面同意", "a parallel procedure needs the petitioner's written consent")
	}
	if why == "supplement" && c.pausesFor(why) >= t.Rules.Policy.Int("pause.supplement.max") {
		return refuse("pause_once", "§4.1 policy.pause_reasons", "等待补充材料的暂停次数已用完", "the clock has been paused for supplements as often as it may")
	}
	return nil
}

func (c *Case) pausesFor(why string) int {
	n := 0
	for _, p := range c.Policy.Pauses {
		if p.Reason == why {
			n++
		}
	}
	return n
}

// pause stops the policy clock; the statutory one never stops (§0.4).
func pause(t turn) error {
	why := t.In.Text("pause_reason")
	t.openPause(why, t.Actor.User)
	if most, ends := t.Rules.Policy.PauseLimit(why); ends {
		t.Start("pause.max", most, machine.Deadline{})
	} else {
		t.awaitPauseReview()
	}
	t.Record("clock_paused", "§4.1 policy.pause_reasons")
	return nil
}

func (t turn) openPause(why, by string) {
	k, from := *t.Case.Policy, t.Now
	if !t.Now.Before(k.Due) { // asked for in time and signed after the due date: it holds from the asking
		if from = asked(t.Turn); !from.Before(k.Due) {
			from = t.Now
		}
	}
	k.Pauses = append(append([]calendar.Pause(nil), k.Pauses...), calendar.Pause{From: from, Reason: why, By: by})
	k.HeldDue, k.Due, k.YellowAt = k.Due, time.Time{}, time.Time{}
	t.Case.Policy = &k
	t.disarmPolicy()
}

// awaitPauseReview lets a pause without an end of its own be looked at like a
// hang-up, again and again.
func (t turn) awaitPauseReview() {
	t.Start("pause.review", t.Rules.Policy.Limit("hangup.review"), machine.Deadline{Duty: true, Unit: t.Case.LeadUnit})
}

func guardUnpause(t *machine.Turn[*Case]) error {
	if t.Case.pausedSince().IsZero() {
		return refuse("not_paused", "§4.1", "计时未暂停", "the clock is not paused")
	}
	return nil
}

func unpause(t turn) error {
	t.closePause()
	t.Record("clock_resumed", "§4.1 policy.pause_reasons")
	return nil
}

// closePause ends an open pause: the due date moves by exactly the counted time
// the pause covered, and approved extensions stay added.
func (t turn) closePause() {
	c := t.Case
	t.Clear("pause.max", "pause.review")
	if c.pausedSince().IsZero() {
		return
	}
	k := *c.Policy
	k.HeldDue = t.carried(k, c.pausedSince())
	k.Pauses = closePauses(&k, t.Now)
	t.runPolicy(k, calendar.Limit{})
}

// carried is the due date of a clock that had been given a least time when it
// was paused: what was left then is left now. Any other clock is computed from
// its start and needs no such help.
func (t turn) carried(k Clock, since time.Time) time.Time {
	if len(granted(k.Extensions)) == len(k.Extensions) || !k.HeldDue.After(since) {
		return time.Time{}
	}
	unit, class := "min", calendar.UrgentHours
	if k.Limit.Class().Working() {
		unit, class = "wmin", calendar.WorkingHours
	}
	left := t.Rules.Calendar.Counted(since, k.HeldDue, class)
	limit := calendar.MustLimit(fmt.Sprintf("%d%s", max(1, int((left+time.Minute-1)/time.Minute)), unit))
	return t.Rules.Calendar.Due(t.Now, limit).At
}
