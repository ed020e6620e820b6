package grievance

import (
	"fmt"

	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
)

var extendFields = []form.Field{code("reason_code", "延期理由", "reason", "extension_reason").Need(), legalBasis,
	text("plan", "后续计划", "plan").Need(), {Name: "days", ZH: "延长天数", EN: "days", Type: form.Integer, Required: true, Min: 1, Max: 60}}

// extendFieldsFor asks for the consent of both parties where a mediation is
// prolonged (§4.2 dispute).
func extendFieldsFor(t *machine.Turn[*Case]) []form.Field {
	if t.Case.Track != codes.TrackDispute {
		return extendFields
	}
	return append(extendFields[:len(extendFields):len(extendFields)], form.Field{Name: "parties_consent", ZH: "双方当事人同意延长", EN: "both parties consent",
		Type: form.Boolean, Required: true, Yes: true})
}

// roles are the offices a list of the policy names.
func roles(names []string) []org.Role {
	out := make([]org.Role, len(names))
	for i, n := range names {
		out[i] = org.Role(n)
	}
	return out
}

// extendSigners: the petition track is for the head of the handling unit (XF §34);
// otherwise the approvers in their order, the last of them for a long one (§4.5
// extend.approver).
func extendSigners(t *machine.Turn[*Case]) []machine.Who {
	pol := t.Rules.Policy
	if t.Case.petition() {
		return append(machine.As(inLead, roles(pol.List("extend.petition.approver"))...), machine.As(inCounty, director)...)
	}
	approvers := roles(pol.List("extend.approver"))
	from := min(t.Case.ExtensionCount, len(approvers)-1)
	if extensionOf(t).Nominal() > pol.Limit("extend.director.over").Nominal() {
		from = len(approvers) - 1
	}
	return machine.As(inCounty, approvers[from:]...)
}

// engineering is the ground for which a second extension exists (SG).
const engineering = "X03"

// extensionOf is the extension asked for: calendar days for a petition and for a
// mediation, working days elsewhere.
func extensionOf(t *machine.Turn[*Case]) calendar.Limit {
	class := calendar.WorkingDays
	if t.Case.petition() || t.Case.Track == codes.TrackDispute {
		class = calendar.CalendarDays
	}
	return calendar.MustLimit(fmt.Sprintf("%d%s", max(1, t.In.Int("days")), class))
}

// extendNever tells whether the case is of a kind that is never extended (§4.5).
func (t turn) extendNever() bool {
	c, pol := t.Case, t.Rules.Policy
	return c.Urgency == codes.UrgencyEmergency && pol.Lists("extend.never", "emergency") ||
		c.Risk == string(codes.RiskRed) && pol.Lists("extend.never", "risk_red")
}

func guardExtend(t *machine.Turn[*Case]) error {
	c, pol, cal := t.Case, t.Rules.Policy, t.Rules.Calendar
	switch {
	case turn{t}.extendNever():
		return refuse("extend_never", "§4.5 extend.never", "特急和红色风险件不得延期", "emergencies and red risks are never extended")
	case c.Policy == nil || c.Policy.Due.IsZero():
		return refuse("clock_paused", "§4.5", "计时已暂停,无需延期", "the clock is paused")
	case !asked(t).Before(c.Policy.Due):
		return refuse("extend_after_due", "§4.5 extend.apply_before", "已超期,不得申请延期", "an overdue case cannot be extended")
	}
	before := pol.ExtendApplyBefore(c.Policy.Limit)
	if t.AskedAt.IsZero() && t.Now.After(cal.Before(c.Policy.Due, before)) {
		return refuse("extend_too_late", "§4.5 extend.apply_before", "须在到期前提前申请", "apply earlier before the due date")
	}
	limit := pol.ExtendMax(c.Track)
	if why := t.In.Text("reason_code"); (why == engineering || why == "") && !c.petition() {
		limit = pol.Int("extend.demand.engineering_max")
	}
	if c.ExtensionCount >= limit {
		return refuse("extend_used", "§4.5 extend.max", "延期次数已用完", "no further extension is allowed")
	}
	if most := pol.ExtendLength(c.Track, (turn{t}).budget(c.Level)); extensionOf(t).Nominal() > most.Nominal() {
		zh, en := most.Text()
		return fault("days", "range", "最多延长"+zh, "at most "+en)
	}
	return nil
}

// extend moves the due date once. On the petition track it is the one
// extension that moves the statutory date too, and takes effect with the
// notice to the petitioner (§6 item 46).
func extend(t turn) error {
	c, cal := t.Case, t.Rules.Calendar
	c.ExtensionCount++
	limit := extensionOf(t.Turn)
	why := t.In.Text("reason_code")
	if s := c.Statutory; s != nil {
		due := cal.Extend(s.Due, limit)
		s.Extensions = append(s.Extensions, calendar.Extension{From: s.Due, To: due.At, Limit: limit, By: t.Actor.User, Reason: why})
		s.Due, s.Provisional = due.At, due.Provisional
		t.armStatutory()
	}
	k := *c.Policy
	due := cal.Extend(k.Due, limit)
	k.Extensions = append(k.Extensions, calendar.Extension{From: k.Due, To: due.At, Limit: limit, By: t.Actor.User, Reason: why})
	k.Due, k.Provisional = due.At, due.Provisional
	c.Policy = &k
	t.armPolicy()
	t.Record("extended", "§4.5 extend").Notify("N19", t.petitioners()...)
	return nil
}
