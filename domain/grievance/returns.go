package grievance

import (
	"slices"

	"huajie/domain/form"
	"huajie/domain/machine"
)

// returnSteps settle whose duty it is: G13–G17.
func returnSteps() []step {
	return []step{
		{Action: "request-return", Rule: "G13", ZH: "申请退回", EN: "Request return", From: []machine.State{Dispatched, Signed},
			Who:    machine.As(inLead, liaison, deptLeader),
			Fields: returnFields, FieldsFor: returnFieldsFor,
			Signature: machine.Countersign, SignsFor: returnSigners, Guard: guardReturn, Do: do(requestReturn)},
		{Action: "accept-return", Rule: "G14", ZH: "同意退回并改派", EN: "Accept return", From: []machine.State{ReturnPending},
			Who:    machine.As(inCounty, dispatcher, director),
			Fields: []form.Field{unit("lead_unit", "改派单位", "new lead unit"), units("assist_units", "协办单位", "assist units"), text("note", "说明", "note")},
			Guard:  guardAcceptReturn, Do: do(acceptReturn)},
		{Action: "reject-return", Rule: "G15", ZH: "不同意退回", EN: "Reject return", From: []machine.State{ReturnPending},
			Who: machine.As(inCounty, dispatcher, director), Fields: []form.Field{reason}, Guard: guardReturnJudge, Do: do(rejectReturn)},
		{Action: "start-adjudication", Rule: "G16", ZH: "提请职责裁定", EN: "Start adjudication", From: []machine.State{ReturnPending, Dispatched},
			Who:    machine.As(inCounty, dispatcher, director),
			Fields: []form.Field{units("parties", "争议单位", "parties").Need(), text("arguments", "各方理由", "arguments").Need()}, Do: do(startAdjudication)},
		{Action: "adjudicate", Rule: "G17", ZH: "职责裁定", EN: "Adjudicate", From: []machine.State{Adjudicating},
			Who: append(machine.As(inCounty, director), machine.As(inCounty, countyLeader)...),
			Fields: []form.Field{unit("lead_unit", "裁定承办单位", "designated unit").Need(), units("assist_units", "协办单位", "assist units"),
				text("decision", "裁定意见", "decision").Need(), legalBasis},
			Guard: guardAdjudicate, Do: do(adjudicate)},
	}
}

var returnFields = []form.Field{code("reason_code", "退回理由", "reason", "return_reason").Need(), legalBasis,
	unit("suggested_unit", "建议承办单位", "suggested unit").Need(), text("note", "说明", "note")}

// returnFieldsFor asks for the seal of the unit when the case has been returned
// before (§4.4 return.signature).
func returnFieldsFor(t *machine.Turn[*Case]) []form.Field {
	c, pol := t.Case, t.Rules.Policy
	if c.ReturnCount == 0 || contains(c.Designated, c.LeadUnit) || pol.Known() && !pol.Bool("return.second_seal") {
		return returnFields
	}
	seal := form.Field{Name: "seal", ZH: "已加盖单位公章(同件第二次退回)", EN: "seal of the unit affixed (second return of the case)",
		Type: form.Boolean, Required: true, Yes: true}
	return append(slices.Clip(returnFields), seal)
}

// returnSigners are who must sign a return in the unit (§4.4 return.signature).
func returnSigners(t *machine.Turn[*Case]) []machine.Who {
	return machine.As(inLead, roles(t.Rules.Policy.List("return.signature"))...)
}

// returnsBy counts how often a unit has returned the case.
func (c *Case) returnsBy(unit string) int {
	n := 0
	for _, u := range c.Returned {
		if u == unit {
			n++
		}
	}
	return n
}

// mayReturnNoMore tells whether a unit has used up its returns.
func (t turn) mayReturnNoMore(unit string) bool {
	return t.Case.returnsBy(unit) >= t.Rules.Policy.Int("return.max_per_unit")
}

// guardReturn holds the rules of §4.4: inside the window, once, with a ground that
// is allowed, and never by a unit that was designated.
func guardReturn(t *machine.Turn[*Case]) error {
	c := t.Case
	switch {
	case contains(c.Designated, c.LeadUnit):
		return refuse("designated_no_return", "WF §22", "裁定指定的单位不得退回", "a unit designated by adjudication may not return the case")
	case turn{t}.mayReturnNoMore(c.LeadUnit):
		return refuse("returned_once", "§4.4 return.max_per_unit", "该单位退回次数已用完", "the unit has used up its returns of this case")
	case c.Urgency == "emergency":
		return refuse("make_safe_first", "§4.4 return.forbidden", "特急件须先行处置,不得退回", "an emergency must be made safe first")
	case asked(t).After(c.ReturnUntil):
		return refuse("return_window_closed", "§4.4 return.window", "退回期限已过", "the window for returning has closed")
	}
	if s := t.In.Text("suggested_unit"); s == c.LeadUnit {
		return fault("suggested_unit", "same_unit", "不能建议本单位", "suggest another unit than your own")
	}
	return nil
}

// requestReturn asks the dispatcher to take the case back (G13): a return is a
// request, never a fact.
func requestReturn(t turn) error {
	c := t.Case
	t.Clear("sign", "sign.half", "assign", "contact")
	t.To(ReturnPending)
	t.Start("return.review", t.Rules.Policy.Limit("return.review"), machine.Deadline{Duty: true, Unit: t.centre()})
	c.ReturnCount++
	c.Returned = append(c.Returned, c.LeadUnit)
	t.Record("return_requested", "G13").Notify("N9", t.county(dispatcher)...)
	return nil
}

// guardReturnJudge: the first return is the dispatcher's to decide, a second in
// the same case the director's (§2.2 task.return_decide).
func guardReturnJudge(t *machine.Turn[*Case]) error {
	if t.Case.ReturnCount >= 2 && t.By.Role != director {
		return refuse("director_decides", "§2.2", "第二次退回须由中心主任决定", "a second return is decided by the centre director")
	}
	return nil
}

func guardAcceptReturn(t *machine.Turn[*Case]) error {
	if err := guardReturnJudge(t); err != nil {
		return err
	}
	if (turn{t}).pingPong() {
		return nil // goes to adjudication; no unit is needed
	}
	if !t.In.Has("lead_unit") {
		return fault("lead_unit", "required", "改派单位:必填", "the new lead unit is required")
	}
	return turn{t}.mayLead(t.In.Text("lead_unit"), t.In.List("assist_units"))
}

// pingPong tells whether one more reassignment would exceed the limit, so that
// adjudication must decide instead (§4.4 reassign.max, §6 item 28).
func (t turn) pingPong() bool {
	return t.Case.ReassignCount+1 >= t.Rules.Policy.Int("reassign.max")
}

// acceptReturn gives the case to another unit (G14), or, at the second time, to
// adjudication (G16): no third dispatch.
func acceptReturn(t turn) error {
	c := t.Case
	forced := t.pingPong()
	c.ReassignCount++
	t.Clear("return.review")
	if forced {
		t.adjudication()
		e := t.Record("adjudication_started", "G16").Because("T03")
		e.Notify("N8", t.county(director)...)
		return nil
	}
	t.toUnit(t.In.Text("lead_unit"), t.In.List("assist_units"), "")
	t.tellUnits(t.Record("reassigned", "G14"))
	return nil
}

// adjudication leaves the case without a unit until the director has decided;
// the centre owns it meanwhile.
func (t turn) adjudication() {
	c := t.Case
	t.Clear("return.review", "sign", "sign.half", "assign", "contact")
	c.owns(Owner{Unit: t.centre()})
	c.LeadUnit, c.Handlers, c.AdjudicateByLeader = "", nil, false
	t.To(Adjudicating)
	if c.Policy.Due.After(t.Now) {
		t.armPolicy() // the centre holds the clock now
	}
	t.Start("adjudicate", t.Rules.Policy.Limit("adjudicate.limit"), machine.Deadline{Duty: true, Unit: t.centre()})
}

// rejectReturn sends the unit back to work (G15).
func rejectReturn(t turn) error {
	return t.backToWork("return_rejected")
}

// backToWork is what follows a return that was not granted: the unit handles.
func (t turn) backToWork(event string) error {
	c := t.Case
	t.Clear("return.review")
	before := c.SignedAt
	t.sign(c.Owner.User, c.LateSign)
	if !before.IsZero() {
		c.SignedAt = before
	}
	t.To(Handling)
	t.Record(event, "G15").Notify("N10", t.deskAndHead(c.LeadUnit)...)
	return nil
}

// startAdjudication lets the dispatcher ask for a ruling (G16).
func startAdjudication(t turn) error {
	t.adjudication()
	e := t.Record("adjudication_started", "G16").Notify("N8", t.county(director)...)
	for _, p := range t.In.List("parties") {
		e.Notify("N8", t.desk(p)...)
	}
	return nil
}

// guardAdjudicate keeps the director to the units in reach: vertical units, and
// cases the director left undecided, are the county leader's (G17).
func guardAdjudicate(t *machine.Turn[*Case]) error {
	u, _ := t.Rules.Org.Unit(t.In.Text("lead_unit"))
	if t.By.Role == director && (t.Case.AdjudicateByLeader || u.OrgKind == "vertical") {
		return refuse("leader_decides", "G17", "应由县(区)领导裁定", "this is for the county leader to decide")
	}
	switch assist := t.In.List("assist_units"); {
	case u.Kind.Area() || u.County != t.Case.County:
		return fault("lead_unit", "not_a_unit", "应为本县(区)的部门或中心", "must be a department or centre of the county")
	case turn{t}.barred(u.ID):
		return refuse("respondent_barred", "§6 item 13", "检举控告件不得交给被反映单位及其下属", "an accusation must not go to the unit it is about")
	case contains(assist, u.ID):
		return fault("assist_units", "lead_twice", "协办单位不能与主办单位相同", "the lead unit cannot assist itself")
	default:
		return turn{t}.mayAssist(assist)
	}
}

// Precedent marks a case whose adjudication stands beside the duty catalogue for
// matters of its category (§4.4 adjudicate.effect).
const Precedent = "precedent"

// adjudicate designates the unit (G17). It may not return the case, and the
// decision is remembered for matters like it; an accusation is no example to others.
func adjudicate(t turn) error {
	c := t.Case
	lead := t.In.Text("lead_unit")
	t.Clear("adjudicate")
	c.Designated = append(c.Designated, lead)
	c.AdjudicateByLeader = false
	if c.Category != "" && !c.sealed() && t.Rules.Policy.Bool("adjudicate.precedent") {
		c.flag(Precedent)
	}
	t.toUnit(lead, t.In.List("assist_units"), "")
	e := t.Record("adjudicated", "G17")
	t.tellUnits(e)
	return nil
}
