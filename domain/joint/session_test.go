package joint_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/internal/testkit/trial"
)

func TestJ1OpensWithASeatForEveryUnit(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	require.Equal(t, joint.Planned, b.Case.State)
	require.Equal(t, no, b.Case.No, "the number comes with the first event")
	require.Equal(t, []string{lead, second, third}, b.Case.Units(), "the lead first")
	require.Equal(t, joint.RoleLead, b.Case.Seats[lead].Role)
	require.Contains(t, b.Case.Deadlines, "notify")
	require.True(t, trial.Told(b.event("session_opened"), "N8", machine.Recipient{User: boss}))
}

func TestJ1RefusesFaultyInputsAllAtOnce(t *testing.T) {
	t.Parallel()
	in := opening()
	in["lead_unit"], in["level"] = "nowhere", "L1"
	delete(in, "room")
	_, _, err := joint.Open(no, machine.Command{Input: in}, trial.Book.RulesFor(county, trial.Monday), trial.Monday)
	var e *domain.Error
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Fields, 3)
}

func TestJ2NotifiesEveryUnitAndThePetitioner(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	require.Equal(t, joint.Notified, b.Case.State)
	e := b.event("units_notified")
	for _, u := range []string{lead, second, third} {
		require.True(t, trial.Notified(e, "N8", org.RoleDeptLiaison, u))
		seat := b.Case.Seats[u]
		require.Equal(t, time.Date(2026, 11, 23, 15, 0, 0, 0, trial.Monday.Location()).Unix(), seat.AckDue.Unix(), "4 working hours")
		require.Equal(t, seat.AckDue, b.Case.Deadlines["ack."+u].At)
		require.Equal(t, seat.OpinionDue, b.Case.Deadlines["opinion."+u].At)
	}
	require.True(t, trial.Told(e, "N8", machine.Recipient{Petitioner: caseNo}))
	require.Equal(t, "notified", b.told()[0]["session_state"])
	require.Equal(t, "三项", b.Case.Agenda)
}

func TestJ2NeedsAWorkingDayOfNotice(t *testing.T) {
	t.Parallel()
	b := newBench(t, form.Input{"held_at": trial.Monday.Add(5 * time.Hour).Format(time.RFC3339)})
	err := b.Try("disp.220402", "notify-units", nil)
	var e *domain.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "notice_too_short", e.Fields[0].Reason)
	require.Contains(t, e.Fields[0].ZH, "2026年11月24日09:00", "the refusal names the earliest time")
	require.Contains(t, e.Fields[0].EN, "2026-11-24 09:00")

	b.Do("disp.220402", "notify-units", form.Input{"held_at": trial.Monday.AddDate(0, 0, 1).Format(time.RFC3339)})
	require.True(t, trial.Monday.AddDate(0, 0, 1).Equal(b.Case.HeldAt))
}

func TestJ2NoticeAfterHoursCountsFromTheNextMorning(t *testing.T) {
	t.Parallel()
	b := newBench(t, form.Input{"held_at": trial.Monday.AddDate(0, 0, 2).Add(-20 * time.Minute).Format(time.RFC3339)}) // Wed 08:40
	b.Jump(trial.Monday.Add(9 * time.Hour))                                                                            // Mon 18:00
	b.Do("disp.220402", "notify-units", nil)                                                                           // counts from Tue 08:30
	require.Equal(t, joint.Notified, b.Case.State)
}

func TestJ2RedRiskNeedsTwoHours(t *testing.T) {
	t.Parallel()
	b := newBench(t, form.Input{"risk": "red", "held_at": trial.Monday.Add(2 * time.Hour).Format(time.RFC3339)})
	b.notify()
	require.True(t, trial.Monday.Add(30*time.Minute).Equal(b.Case.Seats[lead].AckDue))
	early := newBench(t, form.Input{"risk": "red", "held_at": trial.Monday.Add(119 * time.Minute).Format(time.RFC3339)})
	early.Faults("held_at", "notice_too_short", boss, "notify-units", nil)
}

func TestJ2AckClosesTheSeatsClock(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.Do("leader."+second, "acknowledge", nil)
	require.Equal(t, "leader."+second, b.Case.Seats[second].AckedBy)
	require.NotContains(t, b.Case.Deadlines, "ack."+second)
	require.Contains(t, b.Case.Deadlines, "ack."+third, "the others' clocks go on")
	b.Refused("already_acknowledged", "liaison."+second, "acknowledge", nil)
	b.Refused("not_your_case", "liaison.220402-D13", "acknowledge", nil)
	b.Refused("not_your_office", "guide.220402", "acknowledge", nil)
}

func TestJ2AckLateIsMarkedAndToldToLeaderAndDirector(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.Do("liaison."+lead, "acknowledge", nil)
	b.Jump(b.Case.Seats[second].AckDue)
	require.False(t, b.Case.Seats[lead].AckLate)
	require.True(t, b.Case.Seats[second].AckLate)
	e := b.event("ack_overdue")
	require.True(t, trial.Notified(e, "N20", org.RoleDeptLeader, second))
	require.True(t, trial.Notified(e, "N20", org.RoleCentreDirector, trial.Centre(t, county)))
	b.Do("liaison."+second, "acknowledge", nil) // late is better than never
	require.True(t, b.Case.Seats[second].AckLate, "the mark stays")
}

func TestJ2NotNotifiedInTimeRaisesAlarm(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.Jump(b.Case.Deadlines["notify"].At)
	require.True(t, trial.Notified(b.event("notice_overdue"), "N20", org.RoleDispatcher, trial.Centre(t, county)))
	b.Jump(b.Case.HeldAt)
	require.True(t, trial.Notified(b.event("meeting_unrecorded"), "N20", org.RoleSupervisor, county))
}

func TestJ2NotifiedAgainEveryoneAcknowledgesAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.Do("liaison."+lead, "acknowledge", nil)
	b.Do(boss, "notify-units", form.Input{"held_at": trial.Monday.AddDate(0, 0, 3).Format(time.RFC3339), "room": "二楼"})
	require.True(t, b.Case.Seats[lead].AckedAt.IsZero())
	require.Equal(t, "二楼", b.Case.Room)
	require.Equal(t, 1, b.Case.Round)
}

func TestJ3LeaveIsNoAbsence(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.Do(boss, "excuse", form.Input{"unit": third, "reason": "防汛"})
	require.Equal(t, joint.Excused, b.Case.Seats[third].Attendance)
	require.NotContains(t, b.Case.Deadlines, "ack."+third)
	require.NotContains(t, b.Case.Deadlines, "opinion."+third)
	b.Refused("attendance_on_record", boss, "excuse", form.Input{"unit": third, "reason": "x"})
	b.Faults("unit", "not_seated", boss, "excuse", form.Input{"unit": "220402-D13", "reason": "x"})
	b.Refused("not_your_case", "director.220403", "excuse", form.Input{"unit": second, "reason": "x"})
	b.Jump(b.Case.HeldAt)
	b.Faults("seats[0].attendance", "excused", boss, "record-attendance", attend([2]string{third, joint.Absent}))
}

func TestJ3AbsentWithoutLeaveIsToldToTheCase(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.Jump(b.Case.HeldAt)
	b.Do("disp.220402", "record-attendance", attend([2]string{lead, joint.Attended}, [2]string{second, joint.Absent}, [2]string{third, joint.Proxy}))
	require.Equal(t, []any{second}, b.told()[0]["absent_units"])
	require.Equal(t, 1, b.Case.Seats[second].Absences)
	require.NotContains(t, b.Case.Deadlines, "opinion."+second)

	b.Do("disp.220402", "record-attendance", attend([2]string{second, joint.Absent}))
	require.Empty(t, b.told(), "one absence, one yellow card")
	b.Do("disp.220402", "record-attendance", attend([2]string{second, joint.Attended}))
	require.Zero(t, b.Case.Seats[second].Absences, "a correction")
	require.Contains(t, b.Case.Deadlines, "opinion."+second, "who came after all owes an opinion")
}

func TestJ3AttendanceIsCheckedAsAWhole(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.Refused("before_meeting", boss, "record-attendance", attend([2]string{lead, joint.Attended}))
	b.Jump(b.Case.HeldAt)
	b.Faults("seats[0].unit", "not_seated", boss, "record-attendance", attend([2]string{"220402-D13", joint.Attended}))
	b.Faults("seats[1].unit", "unit_twice", boss, "record-attendance", attend([2]string{lead, joint.Attended}, [2]string{lead, joint.Absent}))
	noLetter := form.Input{"seats": []any{map[string]any{"unit": lead, "attendance": joint.Proxy, "attendee": "科员"}}}
	b.Faults("seats[0].proxy_letter", "required", boss, "record-attendance", noLetter)
	nobody := form.Input{"seats": []any{map[string]any{"unit": lead, "attendance": joint.Attended}}}
	b.Faults("seats[0].attendee", "required", boss, "record-attendance", nobody)
}

func TestJ4HoldNeedsAttendanceAndOpinions(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.Jump(b.Case.HeldAt)
	b.Do(boss, "record-attendance", attend([2]string{lead, joint.Attended}, [2]string{second, joint.Attended}))
	b.Refused("attendance_missing", boss, "hold", minutes)
	b.Do(boss, "record-attendance", attend([2]string{third, joint.Absent}))
	b.Do("handler."+lead, "give-opinion", opinion)
	b.Refused("opinion_given", "liaison."+lead, "give-opinion", opinion)
	b.Refused("opinion_missing", boss, "hold", minutes)
	b.Refused("not_your_case", "disp.220402", "hold", minutes)

	b.Jump(b.Case.Seats[second].OpinionDue)
	require.True(t, b.Case.Seats[second].OpinionLate)
	require.True(t, trial.Notified(b.event("opinion_overdue"), "N20", org.RoleDeptLeader, second))
	b.Do(boss, "hold", minutes)
	require.Equal(t, joint.Held, b.Case.State)
	require.Equal(t, "held", b.told()[0]["session_state"])
	require.Equal(t, b.Case.Seq, b.Case.Minutes.Event, "the minutes are found with their event")
	require.Equal(t, "房屋漏水属实", b.event("held").Input["facts_agreed"])
}

func TestJ4MinutesAreSignedByThoseWhoCameAndTheLead(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.Jump(b.Case.HeldAt)
	b.Do(boss, "record-attendance", attend([2]string{lead, joint.Absent}, [2]string{second, joint.Attended}, [2]string{third, joint.Absent}))
	b.Do("liaison."+second, "give-opinion", opinion)
	b.Do(boss, "hold", minutes)
	require.Contains(t, b.Case.Deadlines, "sign."+lead)
	require.Contains(t, b.Case.Deadlines, "sign."+second)
	require.NotContains(t, b.Case.Deadlines, "sign."+third)
	b.Refused("not_present", "liaison."+third, "sign-minutes", nil)
	b.Do("leader."+second, "sign-minutes", nil)
	b.Refused("already_signed", "liaison."+second, "sign-minutes", nil)

	conclusion := form.Input{"lead_unit_final": lead, "joint_opinion": "由住建牵头"}
	b.Refused("minutes_unsigned", boss, "conclude", conclusion)
	b.Jump(b.Case.Seats[lead].SignDue)
	require.True(t, b.Case.Seats[lead].SignLate)
	require.True(t, trial.Notified(b.event("signature_overdue"), "N20", org.RoleDeptLeader, lead))
	b.Do(boss, "conclude", conclusion)
	require.Equal(t, joint.Concluded, b.Case.State)
}

func TestJ4MeetingNobodyRecordsRaisesAlarm(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.Jump(b.Case.Deadlines["meeting"].At)
	e := b.event("meeting_unrecorded")
	require.True(t, trial.Notified(e, "N20", org.RoleCentreDirector, trial.Centre(t, county)))
	require.True(t, trial.Notified(e, "N20", org.RoleSupervisor, county))

	recorded := newBench(t, nil).meet()
	recorded.Jump(recorded.Case.Deadlines["meeting"].At)
	require.Contains(t, recorded.types(), "minutes_due")
	recorded.Jump(recorded.Case.Deadlines["minutes"].At)
	recorded.event("minutes_overdue")
}

func TestJ5ConcludesWithLeadAndMeasures(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).sign()
	in := form.Input{"lead_unit_final": second, "joint_opinion": "由公安牵头", "measures": []any{
		map[string]any{"executor": lead, "what": "维修屋面", "due": "2026-12-10"},
		map[string]any{"executor": third, "what": "回访", "due": "2026-12-20", "optional": true},
	}}
	b.Refused("not_your_case", "director.220403", "conclude", in)
	b.Do(boss, "conclude", in)
	require.Equal(t, joint.Concluded, b.Case.State)
	require.True(t, joint.Final(b.Case), "no clock is left running")
	require.Equal(t, second, b.Case.LeadUnitFinal)
	require.Len(t, b.Case.Measures, 2)
	told := b.told()[0]
	require.Equal(t, "concluded", told["session_state"])
	require.Equal(t, second, told["lead_unit"])
	require.Equal(t, "维修屋面", told.Objects("measures")[0].Text("what"))
	require.True(t, trial.Notified(b.event("concluded"), "N7", org.RoleDeptLiaison, third))
	b.Refused("wrong_state", boss, "conclude", in)
}

func TestJ5RefusesMeasuresNobodyCanExecute(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).sign()
	b.Faults("lead_unit_final", "not_a_unit", boss, "conclude", form.Input{"lead_unit_final": county, "joint_opinion": "x"})
	b.Faults("measures[0].executor", "not_a_unit", boss, "conclude", form.Input{"lead_unit_final": lead, "joint_opinion": "x",
		"measures": []any{map[string]any{"executor": "220403-D11", "what": "x", "due": "2026-12-10"}}})
	b.Faults("measures[0].due", "past", boss, "conclude", form.Input{"lead_unit_final": lead, "joint_opinion": "x",
		"measures": []any{map[string]any{"executor": lead, "what": "x", "due": "2026-11-20"}}})
}

func TestJ5NobodyCameNothingIsConcluded(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.Jump(b.Case.HeldAt)
	b.Do(boss, "record-attendance", attend([2]string{lead, joint.Absent}, [2]string{second, joint.Absent}, [2]string{third, joint.Absent}))
	b.Do(boss, "hold", minutes)
	b.Do("leader."+lead, "sign-minutes", nil)
	b.Refused("nobody_attended", boss, "conclude", form.Input{"lead_unit_final": lead, "joint_opinion": "x"})
	b.Do(boss, "fail", form.Input{"reasons": "无人到会", "next": "再次召集"})
}

func TestJ5ChairWhoDoesNotConcludeRaisesAlarm(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).sign()
	b.Jump(b.Case.Deadlines["conclude"].At)
	require.True(t, trial.Notified(b.event("conclusion_overdue"), "N20", org.RoleSupervisor, county))
}

func TestJ6FailsWithReasonsToldToTheCase(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).hold()
	b.Do(boss, "fail", form.Input{"reasons": "责任争议未决", "next": "提请县领导"})
	require.Equal(t, joint.Failed, b.Case.State)
	require.Equal(t, "failed", b.told()[0]["session_state"])
	require.Equal(t, "责任争议未决", b.told()[0]["reasons"])
	require.Empty(t, b.Case.Deadlines)
}

func TestAdjournNotifiesAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).hold()
	b.Faults("held_at", "notice_too_short", boss, "adjourn", form.Input{"held_at": b.Now.Add(time.Hour).Format(time.RFC3339), "reason": "补证"})
	next := b.Now.AddDate(0, 0, 5).Format(time.RFC3339)
	b.Do(boss, "adjourn", form.Input{"held_at": next, "reason": "补证"})
	require.Equal(t, []string{"adjourned", "units_notified"}, b.types())
	require.Equal(t, joint.Adjourned, b.Events[0].To)
	require.Equal(t, joint.Notified, b.Case.State)
	require.Equal(t, 2, b.Case.Round)
	require.Equal(t, "notified", b.told()[0]["session_state"])
	require.Nil(t, b.Case.Minutes)
	for _, u := range b.Case.Units() {
		seat := b.Case.Seats[u]
		require.True(t, seat.AckedAt.IsZero() && seat.OpinionAt.IsZero() && seat.SignedAt.IsZero() && seat.Attendance == "")
		require.Contains(t, b.Case.Deadlines, "ack."+u)
		require.Contains(t, b.Case.Deadlines, "opinion."+u)
		require.NotContains(t, b.Case.Deadlines, "sign."+u)
	}
}

func TestCancelByDirectorAndByTheCase(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.Refused("not_your_office", "disp.220402", "cancel-session", form.Input{"reason": "x"})
	b.Faults("reason", "required", boss, "cancel-session", nil)
	b.Do(boss, "cancel-session", form.Input{"reason": "诉求人撤回"})
	require.Equal(t, joint.Cancelled, b.Case.State)
	require.Equal(t, "cancelled", b.told()[0]["session_state"])
	require.True(t, trial.Told(b.event("cancelled"), "N8", machine.Recipient{Petitioner: caseNo}))

	quiet := newBench(t, nil)
	require.NoError(t, quiet.Try(domain.System, "cancel-session", nil))
	require.Empty(t, quiet.told(), "the case that cancelled it need not be told")
	require.Empty(t, quiet.event("cancelled").Notices, "nobody had been asked to come")
	require.True(t, joint.Final(quiet.Case))
}

func TestL3IsChairedByItsLeader(t *testing.T) {
	t.Parallel()
	b := newBench(t, form.Input{"level": "L3", "chair": theLead}).notify()
	b.Refused("not_your_case", boss, "excuse", form.Input{"unit": third, "reason": "x"})
	b.Refused("not_your_case", "cleader2.220402", "excuse", form.Input{"unit": third, "reason": "x"})
	b.Do(theLead, "excuse", form.Input{"unit": third, "reason": "防汛"})

	b.Refused("not_your_office", boss, "change-chair", form.Input{"chair": boss})
	require.NoError(t, b.Try(domain.System, "change-chair", form.Input{"chair": "cleader2.220402"}))
	require.True(t, trial.Told(b.event("chair_changed"), "N8", machine.Recipient{User: "cleader2.220402"}))
	b.Refused("not_your_case", theLead, "excuse", form.Input{"unit": second, "reason": "x"})
	b.Do("cleader2.220402", "excuse", form.Input{"unit": second, "reason": "x"})
}

func TestOffersFollowTheOffice(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	actions := func(who string) []string {
		var out []string
		for _, o := range joint.Machine.Offers(b.Case, trial.Actor(t, who), b.Rules, b.Now) {
			out = append(out, o.Action)
		}
		return out
	}
	require.Equal(t, []string{"acknowledge", "give-opinion"}, actions("liaison."+lead))
	require.Equal(t, []string{"notify-units", "excuse", "cancel-session"}, actions(boss))
	b.Jump(b.Case.HeldAt)
	require.Contains(t, actions(boss), "record-attendance")
	require.NotContains(t, actions(boss), "hold", "nobody is on record yet")
	held := newBench(t, nil).hold()
	b.Case, b.Now = held.Case, held.Now
	require.Equal(t, []string{"adjourn", "fail", "cancel-session"}, actions(boss))
	require.Empty(t, actions("liaison.220402-D13"))
}
