package activitiestest

import (
	"time"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/whistle"
)

// Day is when the matters of these tests happen: 23 November 2026, nine o'clock
// in Liaoyuan.
var Day = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

// Clerk registers and works on the matters of these tests.
var Clerk = org.User{Username: "wang.clerk", ZH: "王受理", EN: "Wang (clerk)", Grants: []org.Grant{
	{Role: org.RoleWindowClerk, Unit: "220402-C", Point: "W1"}, {Role: org.RoleGuide, Unit: "220402-C"},
}}

var actor = domain.Actor{User: Clerk.Username, Grants: Clerk.Grants}

// Opening decides the smallest case a ledger can hold: registered, owned, with
// one deadline and one notice. It may be changed before it is recorded.
func Opening(at time.Time, change ...func(*grievance.Case)) func(no string) (activities.Decision, error) {
	return func(no string) (activities.Decision, error) {
		c := grievance.Fresh()
		c.No = no
		t := grievance.Machine.Begin(c, actor, &machine.Rules{Version: "test"}, machine.World{}, at, at)
		c = t.Case
		c.Kind, c.Nature, c.Track, c.Channel, c.Urgency = "grievance", "help", "demand", "walk_in", "normal"
		c.Confidentiality, c.Summary, c.Headcount = "C1", "小区门口井盖缺失", 1
		c.County, c.Area = "220402", "220402008"
		c.FirstUnit, c.FirstResponder = "220402-C", Clerk.Username
		c.Owner = grievance.Owner{Unit: "220402-C", User: Clerk.Username}
		c.Units = []string{"220402-C"}
		c.ReceivedAt, c.RegisteredAt = at, at
		t.To(grievance.Registered)
		t.Set(machine.Deadline{ID: "triage", At: at.Add(4 * time.Hour), Duty: true, Unit: "220402-C"})
		for _, f := range change {
			f(c)
		}
		t.Record("registered", "G1").Notify("N1", machine.Recipient{Petitioner: no})
		return decision(t.Events(), t.Case), nil
	}
}

// decision adds a plain notice to each that the events ask for.
func decision(events []machine.Event, state machine.Subject) activities.Decision {
	d := activities.Decision{Events: events, State: state}
	for _, e := range events {
		for _, n := range e.Notices {
			d.Notices = append(d.Notices, notice.Message{N: n.N, No: e.No, Seq: e.Seq, To: n.To, TitleZH: "通知", TitleEN: "Notice", BodyZH: "已办理", BodyEN: "Done"})
		}
	}
	return d
}

// Step decides one event of a type on whatever state the case, of whatever kind, is in.
func Step(typ string, at time.Time, change ...func(*grievance.Case)) func(activities.Current) (activities.Decision, error) {
	return func(cur activities.Current) (activities.Decision, error) {
		var of machine.Head
		if err := cur.State(&of); err != nil {
			return activities.Decision{}, err
		}
		if kind, _ := casefile.KindOf(of.No); kind == activities.KindGridEvent {
			return eventStep(cur, typ, at)
		}
		c := grievance.Fresh()
		if err := cur.State(c); err != nil {
			return activities.Decision{}, err
		}
		t := grievance.Machine.Begin(c, actor, &machine.Rules{Version: "test"}, machine.World{}, at, at)
		t.Case.Attempts++
		for _, f := range change {
			f(t.Case)
		}
		t.Record(typ, "G0").Notify("N13", machine.Recipient{Role: org.RoleDispatcher, Unit: "220402-C"})
		return decision(t.Events(), t.Case), nil
	}
}

// Meeting decides the first event of a joint session.
func Meeting(caseNo string, at time.Time) func(no string) (activities.Decision, error) {
	return func(no string) (activities.Decision, error) {
		s := joint.Fresh()
		s.No = no
		t := joint.Machine.Begin(s, actor, &machine.Rules{Version: "test"}, machine.World{}, at, at)
		t.Case.Case, t.Case.County, t.Case.Level, t.Case.OpenedAt, t.Case.HeldAt = caseNo, "220402", "L2", at, at.AddDate(0, 0, 3)
		t.To("planned")
		t.Record("session_opened", "J1").Notify("N8", machine.Recipient{User: Clerk.Username})
		return decision(t.Events(), t.Case), nil
	}
}

// Blowing decides the first event of a whistle.
func Blowing(at time.Time) func(no string) (activities.Decision, error) {
	return func(no string) (activities.Decision, error) {
		w := whistle.Fresh()
		w.No = no
		t := whistle.Machine.Begin(w, actor, &machine.Rules{Version: "test"}, machine.World{}, at, at)
		t.Case.Kind, t.Case.County, t.Case.Township, t.Case.Owner, t.Case.DraftedAt = whistle.Routine, "220402", "220402008", "220402-C", at
		t.Case.Seats = map[string]whistle.Seat{"220402-D05": {Unit: "220402-D05", State: whistle.Drafted}}
		t.To(whistle.Drafted)
		t.Record("whistle_drafted", "W1").Notify("N9", machine.Recipient{User: Clerk.Username})
		return decision(t.Events(), t.Case), nil
	}
}

// Refusing decides nothing, for a reason.
func Refusing(activities.Current) (activities.Decision, error) {
	return activities.Decision{}, domain.Refuse("not_today", "G0", "今天不行", "not today")
}
