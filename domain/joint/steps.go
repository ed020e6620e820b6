package joint

import (
	"huajie/domain"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// Machine is the machine of the joint session: every step of §3.5 after the
// planning, which is a step of the case, and what each deadline does.
var Machine = newMachine()

func newMachine() *machine.Machine[*Session] {
	m := &machine.Machine[*Session]{Name: "joint", Types: types, Fresh: Fresh, Stands: stands}
	m.Steps = append(append(summonSteps(), meetingSteps()...), outcomeSteps()...)
	m.Expire = expiries()
	return m
}

// step is one row of the table.
type step = machine.Step[*Session]

// turn is the deciding of one command on a session.
type turn struct{ *machine.Turn[*Session] }

// input is a shorthand for what a person entered.
type input = form.Input

// do adapts a rule written against turn to the table.
func do(f func(turn) error) func(*machine.Turn[*Session]) error {
	return func(t *machine.Turn[*Session]) error { return f(turn{t}) }
}

// The places a step may ask an office to be in.
const (
	inCounty machine.Place = "county" // covers the county of the case
	inSeat   machine.Place = "seat"   // a unit with a seat
	asChair  machine.Place = "chair"  // who chairs the session
)

// Short names for the offices of §2.1 that appear in the table of steps.
const (
	dispatcher   = org.RoleDispatcher
	director     = org.RoleCentreDirector
	countyLeader = org.RoleCountyLeader
	supervisor   = org.RoleSupervisor
	liaison      = org.RoleDeptLiaison
	deptLeader   = org.RoleDeptLeader
	deptHandler  = org.RoleDeptHandler
	townOffice   = org.RoleTownshipOffice
	townLeader   = org.RoleTownshipLeader

	disciplineOfficer = org.RoleDisciplineOfficer
)

// The circles of offices.
var (
	// chair is the centre director at L2 and the named county leader at L3; a
	// dispatcher chairs what the dispatcher has planned, the discipline reception what
	// it has planned about an accusation.
	chair = machine.As(asChair, director, countyLeader, dispatcher, disciplineOfficer)
	// envoys speak for a unit with a seat; a centre is spoken for by its own offices.
	envoys = machine.As(inSeat, liaison, deptLeader, townOffice, townLeader, director, dispatcher)
	// speakers may also be the handlers who sat in the meeting.
	speakers = append(machine.As(inSeat, deptHandler), envoys...)
	centre   = machine.As(inCounty, dispatcher, director)
)

// stands judges how an office stands to the session.
func stands(t *machine.Turn[*Session], g org.Grant, place machine.Place) bool {
	s := t.Case
	switch place {
	case inCounty:
		return t.Rules.Org.Reaches(g.Unit, s.County)
	case inSeat:
		_, seated := s.Seats[g.Unit]
		return seated
	case asChair:
		if t.Actor.User == s.Chair {
			return true
		}
		return s.Level == codes.LevelJoint && g.Role == director && t.Rules.Org.Reaches(g.Unit, s.County)
	}
	return false
}

// summonSteps bring the units to the table: J2, J3.
func summonSteps() []step {
	return []step{
		{Action: "notify-units", Rule: "J2", ZH: "通知参会单位", EN: "Notify units", From: []machine.State{Planned, Notified},
			Who: append(append([]machine.Who(nil), centre...), chair...),
			Fields: []form.Field{text("agenda", "议程", "agenda"), text("materials", "会议材料", "materials"),
				moment("held_at", "改定召开时间", "new time of the meeting"), line("room", "改定地点", "new room")},
			Guard: func(t *machine.Turn[*Session]) error { return turn{t}.inGoodTime(turn{t}.meetsAt()) }, Do: do(notifyUnits)},
		{Action: "acknowledge", Rule: "J2", ZH: "确认收到", EN: "Acknowledge", From: []machine.State{Notified},
			Who: envoys, Fields: []form.Field{line("attendee", "拟参会人员", "who will attend")}, Guard: guardAck, Do: do(acknowledge)},
		{Action: "excuse", Rule: "J3", ZH: "准假", EN: "Grant leave", From: []machine.State{Notified},
			Who: chair, Fields: []form.Field{unit("unit", "请假单位", "unit").Need(), reason}, Guard: guardExcuse, Do: do(excuse)},
		{Action: "change-chair", Rule: "§3.2 L3", SystemOnly: true, From: open,
			Fields: []form.Field{{Name: "chair", ZH: "主持人", EN: "chair", Type: form.User, Required: true}}, Do: do(changeChair)},
	}
}

// meetingSteps are the meeting itself: J3, J4.
func meetingSteps() []step {
	return []step{
		{Action: "record-attendance", Rule: "J3", ZH: "登记到会", EN: "Record attendance", From: []machine.State{Notified},
			Who:    append(append([]machine.Who(nil), chair...), centre...),
			Fields: []form.Field{{Name: "seats", ZH: "各单位到会情况", EN: "attendance of the units", Type: form.Objects, Required: true, Of: attendanceFields}},
			Guard:  guardAttendance, Do: do(recordAttendance)},
		{Action: "give-opinion", Rule: "J4", ZH: "提出意见", EN: "Give opinion", From: []machine.State{Notified, Held}, Who: speakers,
			Fields: []form.Field{text("position", "本单位意见", "position").Need(), text("legal_basis", "法律依据", "legal basis").Need(),
				text("undertaking", "拟采取的措施", "what the unit will do").Need()},
			Guard: guardOpinion, Do: do(giveOpinion)},
		{Action: "hold", Rule: "J4", ZH: "形成会议纪要", EN: "Hold and minute", From: []machine.State{Notified}, Who: chair,
			Fields: []form.Field{text("facts_agreed", "无争议事实", "facts agreed").Need(), text("facts_disputed", "争议事实", "facts disputed"),
				text("legal_basis", "法律依据", "legal basis").Need(), text("proposed_measures", "拟定措施", "measures proposed"),
				text("cost_source", "经费来源", "source of the money")},
			Guard: guardHold, Do: do(hold)},
		{Action: "sign-minutes", Rule: "J4", ZH: "签署纪要", EN: "Sign minutes", From: []machine.State{Held}, Who: speakers,
			Fields: []form.Field{text("reservation", "保留意见", "reservation")}, Guard: guardSign, Do: do(signMinutes)},
	}
}

var attendanceFields = []form.Field{
	unit("unit", "单位", "unit").Need(),
	form.Choice.Named("attendance", "到会情况", "attendance").Or(Attended, "到会", "attended").Or(Proxy, "委托代为参会", "by proxy").Or(Absent, "未到会", "absent").Need(),
	line("attendee", "参会人员", "who attended"),
	line("proxy_letter", "委托书", "letter of proxy"),
}

// outcomeSteps end the session or take it to another meeting: J5, J6.
func outcomeSteps() []step {
	return []step{
		{Action: "conclude", Rule: "J5", ZH: "形成结论", EN: "Conclude", From: []machine.State{Held}, Who: chair,
			Fields: []form.Field{unit("lead_unit_final", "牵头单位", "final lead unit").Need(), text("joint_opinion", "联合意见", "joint opinion").Need(),
				{Name: "measures", ZH: "措施", EN: "measures", Type: form.Objects, Of: grievance.MeasureFields}},
			Guard: guardConclude, Do: do(conclude)},
		{Action: "adjourn", Rule: "§3.5", ZH: "休会改期", EN: "Adjourn", From: []machine.State{Held}, Who: chair,
			Fields: []form.Field{moment("held_at", "下次召开时间", "next meeting").Need(), line("room", "地点", "room"), reason},
			Guard:  func(t *machine.Turn[*Session]) error { return turn{t}.inGoodTime(turn{t}.meetsAt()) }, Do: do(adjourn)},
		{Action: "fail", Rule: "J6", ZH: "未形成结论", EN: "Record failure", From: []machine.State{Held}, Who: chair,
			Fields: []form.Field{text("reasons", "未成原因", "reasons").Need(), text("next", "下一步", "what is next").Need()}, Do: do(fail)},
		{Action: "cancel-session", Rule: "§3.5", ZH: "取消会商", EN: "Cancel session", From: open, Who: append(machine.As(inCounty, director), machine.As(asChair, disciplineOfficer)...),
			FieldsFor: cancelFields, Do: do(cancel)},
	}
}

// cancelFields: a person gives a reason, a case that has moved on has none to give.
func cancelFields(t *machine.Turn[*Session]) []form.Field {
	why := reason
	why.Required = !t.Actor.IsSystem()
	return []form.Field{why}
}

// The fields most inputs are made of.
var (
	text   = form.Text.Named
	line   = form.Line.Named
	unit   = form.Unit.Named
	moment = form.Moment.Named
)

var reason = form.Field{Name: "reason", ZH: "理由", EN: "reason", Type: form.Text, Required: true}

// refuse is a conflict with a rule, fault one faulty input found by a guard.
var refuse, fault = domain.Refuse, domain.Faulty

// Who is told, and how the case hears of it.

func at(unit string, roles ...org.Role) []machine.Recipient {
	var out []machine.Recipient
	for _, r := range roles {
		out = append(out, machine.Recipient{Role: r, Unit: unit})
	}
	return out
}

func user(name string) machine.Recipient { return machine.Recipient{User: name} }

// desk is who takes the mail of a unit, head who answers for it.
func (t turn) desk(unit string) []machine.Recipient { return at(unit, t.offices(unit)[0]) }
func (t turn) head(unit string) []machine.Recipient { return at(unit, t.offices(unit)[1]) }

func (t turn) offices(unit string) [2]org.Role {
	u, _ := t.Rules.Org.Unit(unit)
	switch u.Kind {
	case org.KindCentreTownship:
		return [2]org.Role{townOffice, townLeader}
	case org.KindCentreCounty:
		return [2]org.Role{dispatcher, director}
	}
	return [2]org.Role{liaison, deptLeader}
}

// watch are those who look after a session that does not move.
func (t turn) watch() []machine.Recipient {
	return append(at(t.Case.ChairUnit, director), at(t.Case.County, supervisor)...)
}

// everyone are all who were asked to come, with the petitioner if invited.
func (t turn) everyone() []machine.Recipient {
	var out []machine.Recipient
	for _, u := range t.Case.Units() {
		out = append(out, t.desk(u)...)
	}
	if t.Case.PetitionerAttends {
		out = append(out, machine.Recipient{Petitioner: t.Case.Case})
	}
	return out
}

// tell lets the case know where the session stands.
func (t turn) tell(e *machine.Event, more input) {
	in := input{"session": t.Case.No, "session_state": string(t.Case.State)}
	for k, v := range more {
		in[k] = v
	}
	e.Cause(machine.Effect{Kind: machine.EffectTell, To: t.Case.Case, Action: "session-moved", Input: in})
}
