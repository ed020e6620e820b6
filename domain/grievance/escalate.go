package grievance

import (
	"slices"

	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// escalationSteps lift the case along the chain: G9, G21, G23, G27, G39.
func escalationSteps() []step {
	trigger := code("trigger", "升级情形", "trigger", "escalation_trigger").Need()
	proposed := form.Field{Name: "proposed_leader", ZH: "拟包案领导", EN: "proposed leader", Type: form.User}
	return []step{
		{Action: "report-up", Rule: "G27", ZH: "上报县级", EN: "Report up", From: []machine.State{LocalResolving}, Who: machine.As(inTownship, townLeader),
			Fields: []form.Field{reason, text("tried", "已做工作", "what was tried").Need(), unit("lead_unit", "建议主办单位", "proposed lead unit")},
			Guard:  guardReportUp, Do: do(func(t turn) error { return reportUpNow(t, "T04", t.In.Text("lead_unit")) })},
		{Action: "start-joint", Rule: "G9", ZH: "启动联合化解", EN: "Start joint resolution", From: []machine.State{Triage}, Who: machine.As(inCounty, director),
			Fields: []form.Field{trigger, reason}, Do: do(startJoint)},
		{Action: "escalate-l2", Rule: "G21", ZH: "提级至中心联合化解", EN: "Escalate to L2", From: []machine.State{Dispatched, Signed, Handling, Adjudicating},
			Who:    append(machine.As(inCounty, dispatcher, director), machine.As(inLead, deptLeader)...),
			Fields: []form.Field{trigger, text("summary", "事权单位办理情况", "summary of L1").Need(), text("measures", "已采取措施", "measures taken")},
			// a unit applies; the centre decides within a day, silence is consent (G21)
			Signature: machine.Countersign, Signs: machine.As(inCounty, dispatcher, director), Within: func(*machine.Turn[*Case]) string { return "escalate.apply.decide" },
			Lapse: machine.LapseApproves, Guard: guardEscalate, Do: do(func(t turn) error { return escalateL2(t, t.In.Text("trigger")) })},
		{Action: "escalate-l3", Rule: "G23", ZH: "提级至县(区)领导", EN: "Escalate to L3", From: []machine.State{JointResolving}, Who: machine.As(inCounty, director),
			Fields: []form.Field{trigger, text("summary", "联合化解情况", "summary of L2").Need(), proposed},
			Guard:  guardProposed, Do: do(func(t turn) error { return escalateL3(t, t.In.Text("trigger"), t.In.Text("proposed_leader"), "G23") })},
		{Action: "start-leader", Rule: "G39", ZH: "直接由领导牵头", EN: "Start at leader level", From: []machine.State{Triage, Handling}, Who: machine.As(inCounty, director),
			Fields: []form.Field{trigger, proposed, reason}, Guard: guardStartLeader,
			Do: do(func(t turn) error { return escalateL3(t, t.In.Text("trigger"), t.In.Text("proposed_leader"), "G39") })},
		{Action: "designate-leader", Rule: "§3.2 L3", ZH: "指定包案领导", EN: "Designate leader", From: []machine.State{LeaderResolving},
			Who: append(machine.As(inCounty, director), machine.As(inCounty, countyLeader)...), Fields: []form.Field{{Name: "leader", ZH: "包案领导", EN: "leader", Type: form.User, Required: true}},
			Guard: guardDesignate, Do: do(designateLeader)},
	}
}

func guardReportUp(t *machine.Turn[*Case]) error {
	if lead := t.In.Text("lead_unit"); lead != "" {
		return turn{t}.mayLead(lead, nil)
	}
	return nil
}

// reportUpNow lifts a local case to the unit that holds the authority (G27):
// the one named, or the one the duty catalogue proposes.
func reportUpNow(t turn, trigger, lead string) error {
	assist := []string(nil)
	if lead == "" {
		lead, assist = t.suggested()
	}
	t.Clear("handover", "contact")
	t.release()
	t.toUnit(lead, assist, trigger)
	e := t.Record("reported_up", "G27").Because(trigger).Notify("N13", t.petitioners()...)
	t.tellUnits(e)
	return nil
}

// suggested is the lead unit by the duty catalogue (R21); the petition office
// where the catalogue has no county unit for the matter.
func (t turn) suggested() (lead string, assist []string) {
	c := t.Case
	if s, ok := t.Rules.Suggest(c.Category, c.Area); ok {
		for _, lead := range []string{s.NextLead, s.Lead} { // at L0 the township leads first, the department next
			if u, known := t.Rules.Org.Unit(lead); known && u.Kind == org.KindDepartment && !contains(c.Returned, lead) && !t.barred(lead) {
				return lead, slices.DeleteFunc(slices.Clone(s.Assist), func(u string) bool { return u == lead || t.barred(u) })
			}
		}
	}
	u, ok := t.Rules.Org.DepartmentNamed(c.County, "petition")
	if !ok || t.barred(u.ID) {
		return t.centre(), nil
	}
	return u.ID, nil
}

// guardEscalate: a unit that applies must have done something first (§3.2 L1).
func guardEscalate(t *machine.Turn[*Case]) error {
	if t.By.Role == deptLeader && t.AskedAt.IsZero() && !t.In.Has("measures") {
		return fault("measures", "required", "申请提级须写明已采取的措施", "an application must name at least one real measure")
	}
	return nil
}

// startJoint begins at the centre (G9): no single unit could lead.
func startJoint(t turn) error {
	t.accept()
	return t.joint(t.In.Text("trigger"), "G9", "joint_started")
}

// escalateL2 lifts the case to the centre (G21, G31).
func escalateL2(t turn, trigger string) error {
	rule := "G21"
	if t.Case.State == Rework {
		rule = "G31"
	}
	return t.joint(trigger, rule, "escalated_l2")
}

func (t turn) joint(trigger, rule, event string) error {
	c := t.Case
	t.DropRequests()
	t.closePause()
	t.Clear(belowL2...)
	fromDesk := c.Level == ""
	if c.LeadUnit == "" {
		c.LeadUnit = t.centre()
	}
	t.climb(L2, Owner{Unit: t.centre()}, trigger)
	t.release()
	t.To(JointResolving)
	t.Start("joint.convene", t.Rules.Policy.ConveneLimit(L2, c.Risk == "red"), machine.Deadline{Duty: true, Unit: t.centre()})
	e := t.Record(event, rule).Because(trigger).Notify("N8", t.county(director, dispatcher)...)
	t.tellLifted(e, fromDesk)
	return nil
}

// belowL2 are the limits that lose their meaning when a case leaves a unit for
// the centre or the leader.
var belowL2 = []string{"sign", "sign.half", "assign", "contact", "return.review", "adjudicate", "rework.decide", "handover", "pause.max"}

// tellLifted tells the petitioner of the new level, or of the acceptance where
// it is the first, and the unit that had the case or leads it (N6, N13).
func (t turn) tellLifted(e *machine.Event, fromDesk bool) {
	n := "N13"
	if fromDesk {
		n = "N6"
	}
	e.Notify(n, t.petitioners()...)
	if u := t.Case.LeadUnit; u != t.centre() {
		e.Notify("N13", t.deskAndHead(u)...)
	}
}

func guardProposed(t *machine.Turn[*Case]) error {
	if name := t.In.Text("proposed_leader"); name != "" && !(turn{t}).isLeader(name) {
		return fault("proposed_leader", "not_a_leader", "应为本县(区)包案领导", "must be a county leader of this county")
	}
	return nil
}

func guardDesignate(t *machine.Turn[*Case]) error {
	if !(turn{t}).isLeader(t.In.Text("leader")) {
		return fault("leader", "not_a_leader", "应为本县(区)包案领导", "must be a county leader of this county")
	}
	return nil
}

func (t turn) isLeader(name string) bool {
	for _, g := range t.World.People[name].Grants {
		if g.Role == countyLeader && t.Rules.Org.Serves(g.Unit, t.Case.County) {
			return true
		}
	}
	return false
}

// guardStartLeader: levels are skipped only for an emergency, a red risk, a
// mass event or a leader's instruction (§3.2 b).
func guardStartLeader(t *machine.Turn[*Case]) error {
	c := t.Case
	trigger := t.In.Text("trigger")
	if c.Urgency != codes.UrgencyEmergency && c.Risk != "red" && c.Scale != string(codes.ScaleMajor) && trigger != "" && trigger != codes.TriggerInstruction {
		return refuse("no_skipping", "§3.2 b", "只有特急、红色风险、重大群体性事件或领导批示可以越级", "only an emergency, red risk, mass event or leader's instruction may skip a level")
	}
	return guardProposed(t)
}

// escalateL3 lifts the case to the county leader (G23, G39). The centre director
// holds it until the leader is named, within a day (§3.2 L3).
func escalateL3(t turn, trigger, proposed, rule string) error {
	c := t.Case
	fromDesk := c.Level == ""
	t.accept()
	t.DropRequests()
	t.closePause()
	t.Clear(belowL2...)
	t.Clear("joint.convene", "no_body")
	t.cancelSessions()
	if c.LeadUnit == "" {
		c.LeadUnit = t.centre()
	}
	c.OwningLeader = proposed
	t.climb(L3, Owner{Unit: t.centre(), User: proposed}, trigger)
	t.release()
	t.To(LeaderResolving)
	pol := t.Rules.Policy
	if proposed == "" {
		t.Start("leader.designate", pol.DesignateLimit(c.Risk == "red"), machine.Deadline{Duty: true, Unit: t.centre()})
	}
	t.Start("leader.meet", pol.Limit("leader.meet"), machine.Deadline{Duty: true, Unit: t.centre()})
	e := t.Record("escalated_l3", rule).Because(trigger).Notify("N13", t.county(director)...)
	t.tellLifted(e, fromDesk)
	if proposed != "" {
		e.Notify("N14", t.petitioners()...).Notify("N14", user(proposed))
	}
	return nil
}

func designateLeader(t turn) error {
	t.nameLeader(t.In.Text("leader"), "leader_designated")
	return nil
}

func (t turn) nameLeader(name, event string) {
	c := t.Case
	c.OwningLeader, c.Owner.User = name, name
	if s := c.stay(); s != nil {
		s.Owner = c.Owner
	}
	t.Clear("leader.designate")
	t.chairSessions(name)
	t.Record(event, "§3.2 L3").Notify("N14", t.petitioners()...).Notify("N14", user(name))
}
