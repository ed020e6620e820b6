package grievance

import (
	"slices"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// dispatchSteps bring the case to whoever holds the authority: G7–G12.
func dispatchSteps() []step {
	return []step{
		{Action: "assign-local", Rule: "G7", ZH: "交乡街就地化解", EN: "Assign to township", From: []machine.State{Triage},
			Who:    append(machine.As(inCounty, dispatcher), machine.As(inTownship, townOffice)...),
			Fields: append([]form.Field{text("requirements", "办理要求", "requirements")}, attributeFields...), Guard: guardLocalUnit, Do: do(assignLocal)},
		{Action: "dispatch", Rule: "G8", ZH: "交办责任单位", EN: "Dispatch to unit", From: []machine.State{Triage},
			Who: append(machine.As(inCounty, dispatcher), machine.As(inTownship, townOffice)...),
			Fields: append([]form.Field{unit("lead_unit", "主办单位", "lead unit").Need(), units("assist_units", "协办单位", "assist units"),
				text("requirements", "办理要求", "requirements"), text("legal_basis", "法律依据", "legal basis")}, attributeFields...),
			Guard: guardDispatch, Do: do(dispatch)},
		{Action: "sign-for", Rule: "G10", ZH: "签收", EN: "Sign for", From: []machine.State{Dispatched},
			Who: machine.As(inLead, liaison, townOffice), Do: do(signFor)},
		{Action: "assign-handler", Rule: "G11", ZH: "指定承办人", EN: "Assign handler", From: []machine.State{Signed, Handling, Rework},
			Who: machine.As(inLead, liaison, deptLeader, townOffice),
			Fields: []form.Field{{Name: "handlers", ZH: "承办人", EN: "handlers", Type: form.Users, Required: true},
				{Name: "recusal_declared", ZH: "已声明与当事人无利害关系", EN: "no interest in the matter declared", Type: form.Boolean, Required: true, Yes: true}},
			Guard: guardHandlers, Do: do(assignHandler)},
		{Action: "contact-petitioner", Rule: "G12", ZH: "联系诉求人", EN: "Contact petitioner",
			From: []machine.State{LocalResolving, Signed, Handling, Rework, JointResolving, LeaderResolving, Suspended},
			Who: append(append(append(machine.As(asHandler, deptHandler), machine.As(inOwner, townOffice, townLeader, mediator, director, dispatcher)...), machine.As(asOffered, townOffice, townLeader, mediator)...),
				append(machine.As(asLeader, countyLeader), machine.As(inCounty, director, dispatcher)...)...),
			Fields: []form.Field{{Name: "at", ZH: "联系时间", EN: "time", Type: form.Moment},
				contactMethod("phone", "visit", "interview", "video", "message", "letter"),
				yes("reached", "是否联系上", "reached").Need(), text("summary", "沟通情况", "summary").Need()},
			Guard: guardContact, Do: do(contact)},
	}
}

// accept is the acceptance of the matter; on the petition track it starts the
// statutory clock (XF §34: from the date of acceptance).
func (t turn) accept() {
	c := t.Case
	t.Clear("pickup", "triage", "triage.soft", "triage.decide", "accept_notice", "handover", "unassigned")
	c.DeskDue = time.Time{}
	if c.AcceptedAt.IsZero() {
		c.AcceptedAt = t.Now
		t.runStatutory(t.Now)
	}
	if c.DispatchedAt.IsZero() {
		c.DispatchedAt = t.Now              // I10: the policy clock starts here, not at sign-for
		c.RulebookVersion = t.Rules.Version // a case keeps the rules of its dispatch
	}
}

func guardLocalUnit(t *machine.Turn[*Case]) error {
	if (turn{t}).barred(turn{t}.townshipCentre()) {
		return refuse("respondent_barred", "§6 item 13", "检举控告件不得交给被反映单位及其下属", "an accusation must not go to the unit it is about")
	}
	return turn{t}.keepsSeal()
}

// assignLocal gives the case to the township centre of the place (G7). When
// that is another unit than the present owner it is an offer: the first
// responder stays responsible until the centre confirms (FR6).
func assignLocal(t turn) error {
	c := t.Case
	t.applyAttributes()
	t.accept()
	to := t.townshipCentre()
	from := c.Owner
	c.LeadUnit = to
	t.climb(L0, Owner{Unit: to}, "")
	t.To(LocalResolving)
	if to == from.Unit || t.Unit == to {
		c.Owner.User = t.Actor.User
		t.release()
	} else {
		t.offer(Owner{Unit: to}, from, Triage)
	}
	t.Record("assigned_local", "G7").
		Notify("N6", t.petitioners()...).
		Notify("N7", t.desk(to)...)
	return t.liftAtOnce()
}

func guardDispatch(t *machine.Turn[*Case]) error {
	if err := (turn{t}).keepsSeal(); err != nil {
		return err
	}
	return turn{t}.mayLead(t.In.Text("lead_unit"), t.In.List("assist_units"))
}

// mayLead checks a lead unit and its assist units against §4.4 and C3.
func (t turn) mayLead(lead string, assist []string) error {
	c, tree := t.Case, t.Rules.Org
	u, _ := tree.Unit(lead)
	switch {
	case u.Kind.Area():
		return fault("lead_unit", "not_a_unit", "主办单位应为部门或中心,而非区划", "the lead unit must be a department or a centre, not an area")
	case tree.CountyOf(lead) != c.County:
		return fault("lead_unit", "other_county", "主办单位不在本县(区)", "the lead unit is of another county")
	case t.By.Role == townOffice && !tree.Within(lead, c.Area):
		return refuse("beyond_township", "G8", "乡街只能向本辖区派单,其他请提请县级中心交办", "a township dispatches within its own area only")
	case t.barred(lead):
		return refuse("respondent_barred", "§6 item 13", "检举控告件不得交给被反映单位及其下属", "an accusation must not go to the unit it is about")
	case contains(assist, lead):
		return fault("assist_units", "lead_twice", "协办单位不能与主办单位相同", "the lead unit cannot assist itself")
	case t.mayReturnNoMore(lead):
		return refuse("returned_before", "§4.4 return.max_per_unit", "该单位已退回过此件", "this unit has returned the case before")
	}
	return t.mayAssist(assist)
}

// mayAssist checks units that are to help.
func (t turn) mayAssist(units []string) error {
	for _, a := range units {
		u, _ := t.Rules.Org.Unit(a)
		switch {
		case u.Kind.Area():
			return fault("assist_units", "not_a_unit", "协办单位应为部门或中心", "an assist unit must be a department or a centre")
		case u.County != t.Case.County:
			return fault("assist_units", "other_county", "协办单位不在本县(区)", "an assist unit is of another county")
		case t.barred(a):
			return refuse("respondent_barred", "§6 item 13", "检举控告件不得交给被反映单位及其下属", "an accusation must not go to the unit it is about")
		}
	}
	return nil
}

// barred tells whether the unit is the one an accusation is about, or under it.
func (t turn) barred(u string) bool {
	c := t.Case
	accusation := c.Confidentiality == codes.ConfidentialityAccusation || t.In.Text("confidentiality") == codes.ConfidentialityAccusation
	return accusation && c.RespondentUnit != "" && t.Rules.Org.Within(u, c.RespondentUnit)
}

// dispatch gives the case to the unit that holds the authority (G8). The policy
// clock starts now, whether or not anybody signs.
func dispatch(t turn) error {
	t.applyAttributes()
	t.accept()
	t.toUnit(t.In.Text("lead_unit"), t.In.List("assist_units"), "")
	t.awaitInforming()
	e := t.Record("dispatched", "G8").Notify("N6", t.petitioners()...)
	t.tellUnits(e)
	return t.liftAtOnce()
}

// toUnit puts the case before a lead unit at L1: level, owner, sign-for limit,
// return window and the tasks of assist units.
func (t turn) toUnit(lead string, assist []string, trigger string) {
	c := t.Case
	c.LeadUnit, c.Handlers, c.SignedAt, c.LateSign = lead, nil, time.Time{}, false
	c.UnitSince = t.Now
	if c.Level == L1 {
		c.owns(Owner{Unit: lead})
		t.renewUnitClock()
	} else {
		t.climb(L1, Owner{Unit: lead}, trigger)
	}
	t.Clear("assign", "contact")
	for _, a := range assist {
		t.assist(a)
	}
	t.To(Dispatched)
	pol := t.Rules.Policy
	sign := t.Start("sign", pol.SignLimit(c.Urgency), machine.Deadline{Duty: true, Unit: lead})
	t.remindToSign(sign)
	c.ReturnUntil = t.Rules.Calendar.Due(t.Now, pol.ReturnWindow(c.Track)).At
}

// remindToSign sets the reminder before the limit of signing.
func (t turn) remindToSign(sign machine.Deadline) {
	half := t.Rules.Calendar.Fraction(sign.Start, sign.At, sign.Limit.Class(), t.Rules.Policy.Percent("sign.remind"), 100)
	if half.After(t.Now) && half.Before(sign.At) {
		t.Set(machine.Deadline{ID: "sign.half", At: half, Unit: sign.Unit})
	}
}

// renewUnitClock gives a new unit at the same level its full limit but never
// beyond the case's due date, and never less than the minimum (§4.4
// clock.on_return).
func (t turn) renewUnitClock() {
	k := *t.Case.Policy
	full := t.budget(L1)
	due, minimum := k.Due, t.Rules.Calendar.Due(t.Now, t.least(full)).At
	if due.Before(minimum) {
		against := t.Actor.User
		if n := len(t.Case.Returned); n > 0 {
			against = t.Case.Returned[n-1]
		}
		k.Extensions = append(k.Extensions, calendar.Extension{At: t.Now, From: k.Due, To: minimum, By: against, Reason: "reassigned"})
		k.Due = minimum
	}
	t.Case.Policy = &k
	t.armPolicy()
}

func (t turn) tellUnits(e *machine.Event) {
	e.Notify("N7", t.desk(t.Case.LeadUnit)...)
	for _, a := range t.Case.AssistUnits {
		if t.Case.owes(a) {
			e.Notify("N7", t.desk(a)...)
		}
	}
}

// assist gives a unit its own task with half of the lead's time (§4.4 assist.limit).
func (t turn) assist(u string) {
	c := t.Case
	if !contains(c.AssistUnits, u) {
		c.AssistUnits = append(c.AssistUnits, u)
	}
	c.joins(u)
	if c.owes(u) {
		return
	}
	pol, cal := t.Rules.Policy, t.Rules.Calendar
	due := cal.Due(t.Now, pol.AssistLimit(t.budget(c.Level))).At
	if lead := c.Policy.Due; lead.After(t.Now) { // the lead's clock runs: half of what it has left
		due = cal.Fraction(t.Now, lead, c.Policy.Limit.Class(), pol.Percent("assist.percent"), 100)
	}
	t.addTask(Task{Kind: TaskAssist, Unit: u, Due: due, Mandatory: true})
}

// signFor takes the case over (G10). It ends the first responder's duty.
func signFor(t turn) error {
	t.sign(t.Actor.User, false)
	t.Record("signed_for", "G10")
	return nil
}

// sign is the taking-over itself, by a person or deemed at the limit.
func (t turn) sign(by string, late bool) {
	c := t.Case
	c.SignedAt, c.LateSign, c.Owner.User = t.Now, late, by
	t.Clear("sign", "sign.half")
	t.release()
	t.To(Signed)
	t.Start("assign", t.Rules.Policy.Limit("assign.limit"), machine.Deadline{Duty: true, Unit: c.LeadUnit})
	t.Start("contact", t.Rules.Policy.ContactLimit(c.Urgency), machine.Deadline{Duty: true, Unit: c.LeadUnit})
}

func holdsAny(p org.User, unit string, roles ...org.Role) bool {
	return slices.ContainsFunc(roles, func(r org.Role) bool { return p.HoldsAt(r, unit) })
}

func guardHandlers(t *machine.Turn[*Case]) error {
	for _, h := range t.In.List("handlers") {
		p, ok := t.World.People[h]
		if !ok || !holdsAny(p, t.Case.LeadUnit, deptHandler, townOffice, mediator) {
			return fault("handlers", "not_of_unit", "承办人应为主办单位的承办人员", "handlers must hold that office in the lead unit")
		}
	}
	return nil
}

// assignHandler names who handles the case (G11); a later change of handler
// leaves the state as it is.
func assignHandler(t turn) error {
	c := t.Case
	c.Handlers = t.In.List("handlers")
	t.Clear("assign")
	if c.State == Signed {
		t.To(Handling)
	}
	t.Record("handler_assigned", "G11").Notify("N7", t.handlers()...)
	return nil
}

func guardContact(t *machine.Turn[*Case]) error {
	if at := t.In.Time("at", t.Now.Location()); at.After(t.Now) {
		return fault("at", "future", "联系时间不能晚于现在", "the contact cannot lie in the future")
	}
	return nil
}

// contact records one attempt to reach the petitioner (G12).
func contact(t turn) error {
	c := t.Case
	when := t.In.Time("at", t.Now.Location())
	if when.IsZero() {
		when = t.Now
	}
	c.Contacts = append(c.Contacts, Contact{At: when, Method: t.In.Text("method"), Reached: t.In.Bool("reached"), By: t.Actor.User, Level: c.Level})
	t.Clear("contact")
	if t.In.Bool("reached") {
		t.Clear("inform") // the unit itself has told where the matter is
	}
	if c.State == LeaderResolving && t.In.Bool("reached") {
		t.Clear("leader.meet")
	}
	t.confirmByActing()
	t.Record("petitioner_contacted", "G12")
	return nil
}
