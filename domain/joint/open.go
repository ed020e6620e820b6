package joint

import (
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// OpenFields are the inputs a session is opened with; the case fills them in
// from its step plan-session (J1).
var OpenFields = []form.Field{
	{Name: "case", ZH: "办件", EN: "case", Type: form.Case, Required: true},
	unit("county", "县(区)", "county").Need(),
	form.Choice.Named("level", "层级", "level").Or(string(codes.LevelJoint), "中心牵头联合化解", "joint, led by the centre").Or(string(codes.LevelLeader), "县(区)领导牵头化解", "county-leader-led").Need(),
	line("risk", "风险等级", "risk"),
	{Name: "chair", ZH: "主持人", EN: "chair", Type: form.User, Required: true},
	unit("chair_unit", "主持单位", "unit of the chair").Need(),
	text("purpose", "会商目的", "purpose").Need(),
	unit("lead_unit", "牵头单位", "lead unit").Need(),
	{Name: "assist_units", ZH: "参加单位", EN: "assisting units", Type: form.Units, Required: true},
	moment("held_at", "召开时间", "time").Need(),
	line("room", "地点", "room").Need(),
	{Name: "petitioner_attends", ZH: "诉求人参加", EN: "petitioner attends", Type: form.Boolean},
	text("experts", "邀请专家", "experts"),
	text("agenda", "议程与材料", "agenda and materials"),
	unit("respondent_unit", "被反映单位", "respondent unit"), // of an accusation only; kept out of the record
}

// Open is the first turn of a session (J1). Who may plan one was judged by the
// case; here only the inputs are checked.
func Open(no string, opening machine.Command, rules *machine.Rules, now time.Time) ([]machine.Event, *Session, error) {
	t := turn{Machine.Begin(Fresh(), opening.Actor, rules, machine.World{}, now, now).Keyed(opening.Key)}
	clean, faults := form.Check(OpenFields, opening.Input, t.Lookup())
	if len(faults) > 0 {
		return nil, nil, domain.Invalid(faults...)
	}
	t.In, t.Unit = clean, clean.Text("chair_unit")
	t.describe(no)
	delete(t.In, "respondent_unit")
	for _, u := range t.Case.Units() {
		if t.barred(u) {
			return nil, nil, refuse("respondent_barred", "§6 item 13", "检举控告件不得交给被反映单位及其下属", "an accusation must not go to the unit it is about")
		}
	}
	t.To(Planned)
	t.awaitNotice()
	t.Record("session_opened", "J1").
		Notify("N8", user(t.Case.Chair)).
		Notify("N8", at(t.Case.ChairUnit, dispatcher)...)
	return t.Events(), t.Case, nil
}

func (t turn) describe(no string) {
	s, in := t.Case, t.In
	s.No, s.Kind, s.Case, s.County = no, Kind, in.Text("case"), in.Text("county")
	s.Level, s.Risk = codes.Level(in.Text("level")), in.Text("risk")
	s.Chair, s.ChairUnit = in.Text("chair"), in.Text("chair_unit")
	s.Purpose, s.Agenda, s.Experts, s.Room = in.Text("purpose"), in.Text("agenda"), in.Text("experts"), in.Text("room")
	s.PetitionerAttends = in.Bool("petitioner_attends")
	s.OpenedAt, s.HeldAt, s.Round = t.Now, in.Time("held_at", calendar.Zone), 1
	s.LeadUnit, s.Barred = in.Text("lead_unit"), in.Text("respondent_unit")
	s.Seats = map[string]Seat{}
	for _, u := range in.List("assist_units") {
		s.Seats[u] = Seat{Unit: u, Role: RoleAssist}
	}
	s.Seats[s.LeadUnit] = Seat{Unit: s.LeadUnit, Role: RoleLead}
}

// awaitNotice sets the last moment at which the units can still be notified in
// good time, and the time of the meeting itself.
func (t turn) awaitNotice() {
	notice := t.Rules.Policy.SessionNotice(t.Case.red())
	if last := t.Rules.Calendar.Before(t.Case.HeldAt, notice); last.After(t.Now) {
		t.Set(machine.Deadline{ID: "notify", At: last, Start: t.Now, Limit: notice, Duty: true, Unit: t.Case.ChairUnit})
	}
	t.Set(machine.Deadline{ID: "meeting", At: t.Case.HeldAt, Start: t.Now, Duty: true, Unit: t.Case.ChairUnit})
}

// earliest is when a meeting may begin of which the units are notified now. A
// notice sent while offices are closed counts from their opening.
func (t turn) earliest() time.Time {
	cal, notice := t.Rules.Calendar, t.Rules.Policy.SessionNotice(t.Case.red())
	if notice.Class() != calendar.WorkingDays {
		return cal.Due(t.Now, notice).At
	}
	from := cal.NextOpen(t.Now)
	today := calendar.DateOf(from)
	day, _ := cal.AddWorkdays(today, notice.Count())
	return from.Add(day.Start().Sub(today.Start()))
}

// inGoodTime refuses a meeting that its units would hear of too late (J2); the
// refusal names the earliest time, which may be given instead.
func (t turn) inGoodTime(meets time.Time) error {
	first := t.earliest()
	if !meets.Before(first) {
		return nil
	}
	local := first.In(calendar.Zone)
	return fault("held_at", "notice_too_short",
		"通知时间不足,最早可于"+local.Format("2006年1月2日15:04")+"召开",
		"the notice is too short: the earliest time is "+local.Format("2006-01-02 15:04"))
}

// meetsAt is the time of the meeting the step is about.
func (t turn) meetsAt() time.Time {
	if at := t.In.Time("held_at", calendar.Zone); !at.IsZero() {
		return at
	}
	return t.Case.HeldAt
}
