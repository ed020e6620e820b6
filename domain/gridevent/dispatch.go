package gridevent

import (
	"slices"
	"time"

	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// dispatchSteps bring the event to whoever puts it right: E8–E11.
func dispatchSteps() []step {
	return []step{
		{Action: "dispatch", Rule: "E8", ZH: "转办责任部门", EN: "Dispatch", From: []machine.State{Reported}, Who: machine.As(asJudge, admin),
			Fields: []form.Field{unit("lead_unit", "责任单位", "responsible unit").Need(), text("requirements", "处置要求", "requirements"),
				code("urgency", "紧急程度", "urgency", codes.TableUrgency)}, Guard: guardLead, Do: do(dispatch)},
		{Action: "sign-for", Rule: "E9", ZH: "签收", EN: "Sign for", From: []machine.State{Dispatched}, Who: machine.As(inLead, liaison, townOffice), Do: do(signFor)},
		{Action: "request-return", Rule: "E10", ZH: "申请退回", EN: "Request return", From: []machine.State{Dispatched, Signed},
			Who: machine.As(inLead, liaison, deptLeader, townOffice),
			Fields: []form.Field{code("reason_code", "退回理由", "reason", codes.TableReturnReason).Need(), reason,
				unit("suggested_unit", "建议承办单位", "suggested unit").Need()}, Guard: guardReturn, Do: do(requestReturn)},
		{Action: "accept-return", Rule: "E11", ZH: "同意退回并改派", EN: "Accept return", From: []machine.State{ReturnPending}, Who: machine.As(asJudge, admin),
			Fields: []form.Field{unit("lead_unit", "改派单位", "new unit").Need(), text("note", "说明", "note")}, Guard: guardLead, Do: do(acceptReturn)},
		{Action: "reject-return", Rule: "E11", ZH: "不同意退回", EN: "Reject return", From: []machine.State{ReturnPending}, Who: machine.As(onArea, admin),
			Fields: []form.Field{reason}, Do: do(func(t turn) error { return t.backToUnit("return_rejected") })},
	}
}

// guardLead: a department or centre of the county that has not returned it as often
// as it may.
func guardLead(t *machine.Turn[*Event]) error {
	lead := t.In.Text("lead_unit")
	if lead == "" {
		return nil
	}
	u, _ := t.Rules.Org.Unit(lead)
	switch {
	case u.Kind.Area():
		return fault("lead_unit", "not_a_unit", "责任单位应为部门或中心,而非区划", "the unit must be a department or a centre, not an area")
	case t.Rules.Org.CountyOf(lead) != t.Case.County:
		return fault("lead_unit", "other_county", "责任单位不在本县(区)", "the unit is of another county")
	case turn{t}.returnsBy(lead) >= t.Rules.Policy.Int("return.max_per_unit"):
		return refuse("returned_before", "§4.4 return.max_per_unit", "该单位已退回过此件", "this unit has returned the event before")
	}
	return nil
}

func (t turn) returnsBy(unit string) int {
	n := 0
	for _, u := range t.Case.Returned {
		if u == unit {
			n++
		}
	}
	return n
}

func dispatch(t turn) error {
	if u := codes.Urgency(t.In.Text("urgency")); u != "" && !t.Case.emergency() {
		t.Case.Urgency = u
	}
	t.Case.Requirements = t.In.Text("requirements")
	t.send(t.In.Text("lead_unit"), "dispatched", "E8")
	return nil
}

// send gives the event to a unit. The limits of all stages count from the first
// dispatch, whoever has it (I10); a new unit has what is left of them, and time
// to sign.
func (t turn) send(lead, event, rule string) *machine.Event {
	c, pol, cal := t.Case, t.Rules.Policy, t.Rules.Calendar
	t.Clear("review", "return.review")
	c.LeadUnit, c.Handlers, c.SignedAt, c.LateSign = lead, nil, time.Time{}, false
	c.owns(Owner{Unit: lead})
	if c.DispatchedAt.IsZero() {
		c.DispatchedAt, c.RulebookVersion = t.Now, t.Rules.Version
		t.plan()
	}
	c.UnitSince = t.Now
	c.ReturnUntil = cal.Due(t.Now, pol.ReturnWindow(codes.TrackGridEvent)).At
	t.To(Dispatched)
	t.awaitStages()
	t.Start("sign", pol.EventSign(c.Urgency), machine.Deadline{Duty: true, Unit: lead})
	e := t.Record(event, rule).Notify("N7", t.counter(lead)...)
	if c.emergency() {
		e.Notify("N7", t.head(lead)...)
	}
	return e
}

func signFor(t turn) error {
	t.sign(t.Actor.User, false)
	t.Record("signed_for", "E9")
	return nil
}

// sign is the taking-over itself, by a person or deemed at the limit.
func (t turn) sign(by string, late bool) {
	c := t.Case
	c.SignedAt, c.LateSign, c.Owner.User = t.Now, late, by
	t.Clear("sign")
	t.To(Signed)
}

// guardReturn: inside the window, once, and an emergency must be made safe first
// (E10, §4.4).
func guardReturn(t *machine.Turn[*Event]) error {
	c := t.Case
	safe := len(c.Stages) > 0 && !c.Stages[0].DoneAt.IsZero()
	switch {
	case c.emergency() && !safe:
		return refuse("make_safe_first", "E10", "特急事件须先行排险,之后方可申请退回", "an emergency must be made safe first")
	case turn{t}.returnsBy(c.LeadUnit) >= t.Rules.Policy.Int("return.max_per_unit"):
		return refuse("returned_once", "§4.4 return.max_per_unit", "该单位退回次数已用完", "the unit has used up its returns of this event")
	case t.Now.After(c.ReturnUntil) && !c.emergency():
		return refuse("return_window_closed", "§4.4 return.window", "退回期限已过", "the window for returning has closed")
	case t.In.Text("suggested_unit") == c.LeadUnit:
		return fault("suggested_unit", "same_unit", "不能建议本单位", "suggest another unit than your own")
	}
	return nil
}

// requestReturn asks the platform to take the event back. The clocks of the stages
// run on meanwhile.
func requestReturn(t turn) error {
	c := t.Case
	t.Clear("sign")
	c.Before = c.State
	t.To(ReturnPending)
	t.Start("return.review", t.Rules.Policy.Limit("event.return.review"), machine.Deadline{Duty: true, Unit: t.centre()})
	c.ReturnCount++
	c.Returned = append(c.Returned, c.LeadUnit)
	t.Record("return_requested", "E10").Notify("N9", t.desk()...)
	return nil
}

func acceptReturn(t turn) error {
	from := t.Case.LeadUnit
	t.send(t.In.Text("lead_unit"), "reassigned", "E11").Notify("N13", t.counter(from)...)
	return nil
}

// backToUnit leaves the event with its unit, which counts as having signed.
func (t turn) backToUnit(event string) error {
	c := t.Case
	t.Clear("return.review")
	if c.SignedAt.IsZero() {
		t.sign(c.Owner.User, false)
	}
	back := c.Before
	if !slices.Contains([]machine.State{Signed, Disposing}, back) {
		back = Signed
	}
	c.Before = ""
	t.To(back)
	t.Record(event, "E11").Notify("N10", t.counter(c.LeadUnit)...)
	return nil
}
