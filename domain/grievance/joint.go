package grievance

import (
	"fmt"
	"maps"
	"slices"

	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// jointSteps are the case's side of joint handling (§3.5): it plans a session
// and hears from it; the session itself is a machine of its own.
func jointSteps() []step {
	return []step{
		{Action: "plan-session", Rule: "J1", ZH: "召集联合会商", EN: "Plan joint session", From: []machine.State{JointResolving, LeaderResolving},
			Who: append(machine.As(inCounty, dispatcher, director), machine.As(asLeader, countyLeader)...),
			Fields: []form.Field{text("purpose", "会商目的", "purpose").Need(), unit("lead_unit", "牵头单位", "lead unit").Need(), units("assist_units", "参加单位", "assisting units").Need(),
				{Name: "held_at", ZH: "召开时间", EN: "time", Type: form.Moment, Required: true}, line("room", "地点", "room").Need(),
				yes("petitioner_attends", "诉求人参加", "petitioner attends"), text("experts", "邀请专家", "experts"), text("agenda", "议程与材料", "agenda and materials")},
			Guard: guardPlan, Do: do(planSession)},
		{Action: "session-moved", SystemOnly: true, From: append([]machine.State{Replied, Closed}, active...),
			Fields: []form.Field{line("session", "会商", "session").Need(), line("session_state", "状态", "state").Need(), unit("lead_unit", "牵头单位", "final lead unit"),
				units("absent_units", "缺席单位", "units absent without leave"), text("reasons", "未成原因", "reasons"),
				{Name: "measures", ZH: "措施", EN: "measures", Type: form.Objects, Of: MeasureFields}},
			Do: do(sessionMoved)},
	}
}

// MeasureFields describe one measure a session decides (J5).
var MeasureFields = []form.Field{
	unit("executor", "执行单位", "executing unit").Need(),
	text("what", "措施", "measure").Need(),
	date("due", "完成期限", "due").Need(),
	yes("optional", "不影响答复", "need not be finished before the reply"),
}

func sessionOpen(state string) bool {
	return state != "concluded" && state != "failed" && state != "cancelled"
}

func guardPlan(t *machine.Turn[*Case]) error {
	c := t.Case
	for _, s := range c.Sessions {
		if sessionOpen(s.State) {
			return refuse("session_open", "J1", "上一次会商尚未结束", "an earlier session is still open")
		}
	}
	lead, assist := t.In.Text("lead_unit"), t.In.List("assist_units")
	if contains(assist, lead) {
		return fault("assist_units", "lead_twice", "牵头单位不能同时为参加单位", "the lead unit is not to be listed again")
	}
	for _, u := range append([]string{lead}, assist...) {
		if x, _ := t.Rules.Org.Unit(u); x.Kind.Area() {
			return fault("assist_units", "not_a_unit", "参加单位应为部门或中心,而非区划", "a seat belongs to a department or a centre, not to an area")
		}
		if t.Rules.Org.CountyOf(u) != c.County {
			return fault("assist_units", "other_county", "参加单位不在本县(区)", "a unit is of another county")
		}
		if (turn{t}).barred(u) {
			return refuse("respondent_barred", "§6 item 13", "检举控告件不得交给被反映单位及其下属", "an accusation must not go to the unit it is about")
		}
	}
	if !t.In.Time("held_at", calendar.Zone).After(t.Now) {
		return fault("held_at", "past", "召开时间应晚于现在", "must lie in the future")
	}
	return nil
}

// planSession opens a session under the case (J1).
func planSession(t turn) error {
	c := t.Case
	no := fmt.Sprintf("%s-J%d", c.No, len(c.Sessions)+1)
	if c.Sessions == nil {
		c.Sessions = map[string]SessionRef{}
	}
	c.Sessions[no] = SessionRef{No: no, Level: c.Level, State: "planned"}
	c.joins(append([]string{t.In.Text("lead_unit")}, t.In.List("assist_units")...)...)
	chair := t.Actor.User
	if c.Level == L3 && c.OwningLeader != "" { // whoever planned it, the named leader chairs
		chair = c.OwningLeader
	}
	opening := input{"case": c.No, "county": c.County, "level": string(c.Level), "risk": c.Risk, "chair": chair, "chair_unit": t.centre()}
	for k, v := range t.In {
		opening[k] = v
	}
	if c.sealed() && c.RespondentUnit != "" {
		opening["respondent_unit"] = c.RespondentUnit
	}
	t.Record("session_planned", "J1").
		Cause(machine.Effect{Kind: machine.EffectStartSession, To: no, Input: opening})
	return nil
}

// sessionMoved is what the session tells its case: where it stands, who stayed
// away, what was decided. Measures become tasks (J5); a second failed session
// lifts the case (J6).
func sessionMoved(t turn) error {
	c := t.Case
	ref, ok := c.Sessions[t.In.Text("session")]
	if !ok {
		return refuse("unknown_session", "§3.5", "没有这次会商", "the case has no such session")
	}
	if !sessionOpen(ref.State) {
		return refuse("session_over", "§3.5", "该次会商已结束", "that session is over")
	}
	ref.State = t.In.Text("session_state")
	c.Sessions[ref.No] = ref
	if ref.State == "held" || ref.State == "concluded" { // it has met; a plan alone convenes nobody
		t.Clear("joint.convene")
	}
	switch ref.State {
	case "concluded":
		t.takeMeasures(ref.No)
		t.Record("session_concluded", "J5")
	case "failed":
		c.FailedSessions++
		t.Record("session_failed", "J6")
		return t.afterFailure()
	case "cancelled":
		t.reconvene()
		t.Record("session_cancelled", "§3.5")
	default:
		e := t.Record("session_moved", "§3.5")
		for _, u := range t.In.List("absent_units") { // J3: absent without leave
			e.Notify("N21", t.head(u)...).Fact("cause", "S08")
		}
	}
	return nil
}

// takeMeasures turns what a session decided into tasks with clocks.
func (t turn) takeMeasures(session string) {
	c := t.Case
	if lead := t.In.Text("lead_unit"); lead != "" && !t.barred(lead) && (c.State == JointResolving || c.State == LeaderResolving) {
		before := c.LeadUnit
		c.LeadUnit = lead
		c.joins(lead)
		c.keeps(before)
	}
	for _, m := range t.In.Objects("measures") {
		if t.barred(m.Text("executor")) {
			continue
		}
		t.addTask(Task{Kind: TaskMeasure, Unit: m.Text("executor"), What: m.Text("what"), Session: session,
			Due: m.Time("due", calendar.Zone).AddDate(0, 0, 1), Mandatory: !m.Bool("optional")})
	}
}

// afterFailure: the second failed session at L2 lifts the case to the county
// leader; otherwise another session must be convened.
func (t turn) afterFailure() error {
	c := t.Case
	if c.State == JointResolving && c.FailedSessions >= t.Rules.Policy.Int("joint.sessions.max") {
		return escalateL3(t, "T10", "", "G23")
	}
	t.Clear("joint.convene")
	if t.reconvene() {
		t.Record("session_due", "J1").Notify("N8", t.county(director, dispatcher)...).Notify("N8", user(c.OwningLeader))
	}
	return nil
}

// reconvene asks for another session where one came to nothing: within what is
// left of the limit, or within a new one. It tells whether the case still needs one.
func (t turn) reconvene() bool {
	c := t.Case
	if c.State != JointResolving && c.State != LeaderResolving {
		return false
	}
	if _, running := c.Deadlines["joint.convene"]; !running {
		t.Start("joint.convene", t.Rules.Policy.ConveneLimit(c.Level, c.Risk == "red"), machine.Deadline{Duty: true, Unit: t.centre()})
	}
	return true
}

// cancelSessions ends open sessions of a case that moved on without them.
func (t turn) cancelSessions() {
	for _, no := range slices.Sorted(maps.Keys(t.Case.Sessions)) {
		if s := t.Case.Sessions[no]; sessionOpen(s.State) {
			s.State = "cancelled"
			t.Case.Sessions[no] = s
			t.Cause(machine.Effect{Kind: machine.EffectTell, To: no, Action: "cancel-session"})
		}
	}
}

// chairSessions gives open sessions of the case its new leader as chair (§6 item 65).
func (t turn) chairSessions(leader string) {
	for _, no := range slices.Sorted(maps.Keys(t.Case.Sessions)) {
		if sessionOpen(t.Case.Sessions[no].State) {
			t.Cause(machine.Effect{Kind: machine.EffectTell, To: no, Action: "change-chair", Input: input{"chair": leader}})
		}
	}
}

// guardJointConclude: the centre answers only after its units have met and
// concluded (§3.2 L2: at least one session, minutes).
func guardJointConclude(t *machine.Turn[*Case]) error {
	for _, s := range t.Case.Sessions {
		if s.State == "concluded" {
			return nil
		}
	}
	return refuse("session_required", "§3.2 L2", "须先召开联合会商并形成结论", "a joint session must have concluded first")
}
