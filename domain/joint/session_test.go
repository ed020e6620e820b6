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
)

func TestJ1OpensWithASeatForEveryUnit(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	require.Equal(t, joint.Planned, b.s.State)
	require.Equal(t, no, b.s.No, "the number comes with the first event")
	require.Equal(t, []string{lead, second, third}, b.s.Units(), "the lead first")
	require.Equal(t, joint.RoleLead, b.s.Seats[lead].Role)
	require.Contains(t, b.s.Deadlines, "notify")
	require.True(t, notified(b.event("session_opened"), "N8", machine.Recipient{User: boss}))
}

func TestJ1RefusesFaultyInputsAllAtOnce(t *testing.T) {
	t.Parallel()
	in := opening()
	in["lead_unit"], in["level"] = "nowhere", "L1"
	delete(in, "room")
	_, _, err := joint.Open(no, machine.Command{Input: in}, book.RulesFor(county, monday), monday)
	var e *domain.Error
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Fields, 3)
}

func TestJ2NotifiesEveryUnitAndThePetitioner(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	require.Equal(t, joint.Notified, b.s.State)
	e := b.event("units_notified")
	for _, u := range []string{lead, second, third} {
		require.True(t, notified(e, "N8", atUnit(org.RoleDeptLiaison, u)))
		seat := b.s.Seats[u]
		require.Equal(t, time.Date(2026, 11, 23, 15, 0, 0, 0, monday.Location()).Unix(), seat.AckDue.Unix(), "4 working hours")
		require.Equal(t, seat.AckDue, b.s.Deadlines["ack."+u].At)
		require.Equal(t, seat.OpinionDue, b.s.Deadlines["opinion."+u].At)
	}
	require.True(t, notified(e, "N8", machine.Recipient{Petitioner: caseNo}))
	require.Equal(t, "notified", b.told()[0]["session_state"])
	require.Equal(t, "三项", b.s.Agenda)
}

func TestJ2NeedsAWorkingDayOfNotice(t *testing.T) {
	t.Parallel()
	b := newBench(t, form.Input{"held_at": monday.Add(5 * time.Hour).Format(time.RFC3339)})
	err := b.try(actor(t, "disp.220402"), "notify-units", nil)
	var e *domain.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "notice_too_short", e.Fields[0].Reason)
	require.Contains(t, e.Fields[0].ZH, "2026年11月24日09:00", "the refusal names the earliest time")
	require.Contains(t, e.Fields[0].EN, "2026-11-24 09:00")

	b.do("disp.220402", "notify-units", form.Input{"held_at": monday.AddDate(0, 0, 1).Format(time.RFC3339)})
	require.True(t, monday.AddDate(0, 0, 1).Equal(b.s.HeldAt))
}

func TestJ2NoticeAfterHoursCountsFromTheNextMorning(t *testing.T) {
	t.Parallel()
	b := newBench(t, form.Input{"held_at": monday.AddDate(0, 0, 2).Add(-20 * time.Minute).Format(time.RFC3339)}) // Wed 08:40
	b.pass(monday.Add(9 * time.Hour))                                                                            // Mon 18:00
	b.do("disp.220402", "notify-units", nil)                                                                     // counts from Tue 08:30
	require.Equal(t, joint.Notified, b.s.State)
}

func TestJ2RedRiskNeedsTwoHours(t *testing.T) {
	t.Parallel()
	b := newBench(t, form.Input{"risk": "red", "held_at": monday.Add(2 * time.Hour).Format(time.RFC3339)})
	b.notify()
	require.True(t, monday.Add(30*time.Minute).Equal(b.s.Seats[lead].AckDue))
	early := newBench(t, form.Input{"risk": "red", "held_at": monday.Add(119 * time.Minute).Format(time.RFC3339)})
	early.faults("held_at", "notice_too_short", boss, "notify-units", nil)
}

func TestJ2AckClosesTheSeatsClock(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.do("leader."+second, "acknowledge", nil)
	require.Equal(t, "leader."+second, b.s.Seats[second].AckedBy)
	require.NotContains(t, b.s.Deadlines, "ack."+second)
	require.Contains(t, b.s.Deadlines, "ack."+third, "the others' clocks go on")
	b.refused("already_acknowledged", "liaison."+second, "acknowledge", nil)
	b.refused("not_your_case", "liaison.220402-D13", "acknowledge", nil)
	b.refused("not_your_office", "guide.220402", "acknowledge", nil)
}

func TestJ2AckLateIsMarkedAndToldToLeaderAndDirector(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.do("liaison."+lead, "acknowledge", nil)
	b.pass(b.s.Seats[second].AckDue)
	require.False(t, b.s.Seats[lead].AckLate)
	require.True(t, b.s.Seats[second].AckLate)
	e := b.event("ack_overdue")
	require.True(t, notified(e, "N20", atUnit(org.RoleDeptLeader, second)))
	require.True(t, notified(e, "N20", atUnit(org.RoleCentreDirector, centreUnit())))
	b.do("liaison."+second, "acknowledge", nil) // late is better than never
	require.True(t, b.s.Seats[second].AckLate, "the mark stays")
}

func TestJ2NotNotifiedInTimeRaisesAlarm(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.pass(b.s.Deadlines["notify"].At)
	require.True(t, notified(b.event("notice_overdue"), "N20", atUnit(org.RoleDispatcher, centreUnit())))
	b.pass(b.s.HeldAt)
	require.True(t, notified(b.event("meeting_unrecorded"), "N20", atUnit(org.RoleSupervisor, county)))
}

func TestJ2NotifiedAgainEveryoneAcknowledgesAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.do("liaison."+lead, "acknowledge", nil)
	b.do(boss, "notify-units", form.Input{"held_at": monday.AddDate(0, 0, 3).Format(time.RFC3339), "room": "二楼"})
	require.True(t, b.s.Seats[lead].AckedAt.IsZero())
	require.Equal(t, "二楼", b.s.Room)
	require.Equal(t, 1, b.s.Round)
}

func TestJ3LeaveIsNoAbsence(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.do(boss, "excuse", form.Input{"unit": third, "reason": "防汛"})
	require.Equal(t, joint.Excused, b.s.Seats[third].Attendance)
	require.NotContains(t, b.s.Deadlines, "ack."+third)
	require.NotContains(t, b.s.Deadlines, "opinion."+third)
	b.refused("attendance_on_record", boss, "excuse", form.Input{"unit": third, "reason": "x"})
	b.faults("unit", "not_seated", boss, "excuse", form.Input{"unit": "220402-D13", "reason": "x"})
	b.refused("not_your_case", "director.220403", "excuse", form.Input{"unit": second, "reason": "x"})
	b.pass(b.s.HeldAt)
	b.faults("seats[0].attendance", "excused", boss, "record-attendance", attend([2]string{third, joint.Absent}))
}

func TestJ3AbsentWithoutLeaveIsToldToTheCase(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.pass(b.s.HeldAt)
	b.do("disp.220402", "record-attendance", attend([2]string{lead, joint.Attended}, [2]string{second, joint.Absent}, [2]string{third, joint.Proxy}))
	require.Equal(t, []any{second}, b.told()[0]["absent_units"])
	require.Equal(t, 1, b.s.Seats[second].Absences)
	require.NotContains(t, b.s.Deadlines, "opinion."+second)

	b.do("disp.220402", "record-attendance", attend([2]string{second, joint.Absent}))
	require.Empty(t, b.told(), "one absence, one yellow card")
	b.do("disp.220402", "record-attendance", attend([2]string{second, joint.Attended}))
	require.Zero(t, b.s.Seats[second].Absences, "a correction")
	require.Contains(t, b.s.Deadlines, "opinion."+second, "who came after all owes an opinion")
}

func TestJ3AttendanceIsCheckedAsAWhole(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.refused("before_meeting", boss, "record-attendance", attend([2]string{lead, joint.Attended}))
	b.pass(b.s.HeldAt)
	b.faults("seats[0].unit", "not_seated", boss, "record-attendance", attend([2]string{"220402-D13", joint.Attended}))
	b.faults("seats[1].unit", "unit_twice", boss, "record-attendance", attend([2]string{lead, joint.Attended}, [2]string{lead, joint.Absent}))
	noLetter := form.Input{"seats": []any{map[string]any{"unit": lead, "attendance": joint.Proxy, "attendee": "科员"}}}
	b.faults("seats[0].proxy_letter", "required", boss, "record-attendance", noLetter)
	nobody := form.Input{"seats": []any{map[string]any{"unit": lead, "attendance": joint.Attended}}}
	b.faults("seats[0].attendee", "required", boss, "record-attendance", nobody)
}

func TestJ4HoldNeedsAttendanceAndOpinions(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.pass(b.s.HeldAt)
	b.do(boss, "record-attendance", attend([2]string{lead, joint.Attended}, [2]string{second, joint.Attended}))
	b.refused("attendance_missing", boss, "hold", minutes)
	b.do(boss, "record-attendance", attend([2]string{third, joint.Absent}))
	b.do("handler."+lead, "give-opinion", opinion)
	b.refused("opinion_given", "liaison."+lead, "give-opinion", opinion)
	b.refused("opinion_missing", boss, "hold", minutes)
	b.refused("not_your_case", "disp.220402", "hold", minutes)

	b.pass(b.s.Seats[second].OpinionDue)
	require.True(t, b.s.Seats[second].OpinionLate)
	require.True(t, notified(b.event("opinion_overdue"), "N20", atUnit(org.RoleDeptLeader, second)))
	b.do(boss, "hold", minutes)
	require.Equal(t, joint.Held, b.s.State)
	require.Equal(t, "held", b.told()[0]["session_state"])
	require.Equal(t, b.s.Seq, b.s.Minutes.Event, "the minutes are found with their event")
	require.Equal(t, "房屋漏水属实", b.event("held").Input["facts_agreed"])
}

func TestJ4MinutesAreSignedByThoseWhoCameAndTheLead(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.pass(b.s.HeldAt)
	b.do(boss, "record-attendance", attend([2]string{lead, joint.Absent}, [2]string{second, joint.Attended}, [2]string{third, joint.Absent}))
	b.do("liaison."+second, "give-opinion", opinion)
	b.do(boss, "hold", minutes)
	require.Contains(t, b.s.Deadlines, "sign."+lead)
	require.Contains(t, b.s.Deadlines, "sign."+second)
	require.NotContains(t, b.s.Deadlines, "sign."+third)
	b.refused("not_present", "liaison."+third, "sign-minutes", nil)
	b.do("leader."+second, "sign-minutes", nil)
	b.refused("already_signed", "liaison."+second, "sign-minutes", nil)

	conclusion := form.Input{"lead_unit_final": lead, "joint_opinion": "由住建牵头"}
	b.refused("minutes_unsigned", boss, "conclude", conclusion)
	b.pass(b.s.Seats[lead].SignDue)
	require.True(t, b.s.Seats[lead].SignLate)
	require.True(t, notified(b.event("signature_overdue"), "N20", atUnit(org.RoleDeptLeader, lead)))
	b.do(boss, "conclude", conclusion)
	require.Equal(t, joint.Concluded, b.s.State)
}

func TestJ4MeetingNobodyRecordsRaisesAlarm(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.pass(b.s.Deadlines["meeting"].At)
	e := b.event("meeting_unrecorded")
	require.True(t, notified(e, "N20", atUnit(org.RoleCentreDirector, centreUnit())))
	require.True(t, notified(e, "N20", atUnit(org.RoleSupervisor, county)))

	recorded := newBench(t, nil).meet()
	recorded.pass(recorded.s.Deadlines["meeting"].At)
	require.Contains(t, recorded.types(), "minutes_due")
	recorded.pass(recorded.s.Deadlines["minutes"].At)
	recorded.event("minutes_overdue")
}

func TestJ5ConcludesWithLeadAndMeasures(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).sign()
	in := form.Input{"lead_unit_final": second, "joint_opinion": "由公安牵头", "measures": []any{
		map[string]any{"executor": lead, "what": "维修屋面", "due": "2026-12-10"},
		map[string]any{"executor": third, "what": "回访", "due": "2026-12-20", "optional": true},
	}}
	b.refused("not_your_case", "director.220403", "conclude", in)
	b.do(boss, "conclude", in)
	require.Equal(t, joint.Concluded, b.s.State)
	require.True(t, joint.Final(b.s), "no clock is left running")
	require.Equal(t, second, b.s.LeadUnitFinal)
	require.Len(t, b.s.Measures, 2)
	told := b.told()[0]
	require.Equal(t, "concluded", told["session_state"])
	require.Equal(t, second, told["lead_unit"])
	require.Equal(t, "维修屋面", told.Objects("measures")[0].Text("what"))
	require.True(t, notified(b.event("concluded"), "N7", atUnit(org.RoleDeptLiaison, third)))
	b.refused("wrong_state", boss, "conclude", in)
}

func TestJ5RefusesMeasuresNobodyCanExecute(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).sign()
	b.faults("lead_unit_final", "not_a_unit", boss, "conclude", form.Input{"lead_unit_final": county, "joint_opinion": "x"})
	b.faults("measures[0].executor", "not_a_unit", boss, "conclude", form.Input{"lead_unit_final": lead, "joint_opinion": "x",
		"measures": []any{map[string]any{"executor": "220403-D11", "what": "x", "due": "2026-12-10"}}})
	b.faults("measures[0].due", "past", boss, "conclude", form.Input{"lead_unit_final": lead, "joint_opinion": "x",
		"measures": []any{map[string]any{"executor": lead, "what": "x", "due": "2026-11-20"}}})
}

func TestJ5NobodyCameNothingIsConcluded(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.pass(b.s.HeldAt)
	b.do(boss, "record-attendance", attend([2]string{lead, joint.Absent}, [2]string{second, joint.Absent}, [2]string{third, joint.Absent}))
	b.do(boss, "hold", minutes)
	b.do("leader."+lead, "sign-minutes", nil)
	b.refused("nobody_attended", boss, "conclude", form.Input{"lead_unit_final": lead, "joint_opinion": "x"})
	b.do(boss, "fail", form.Input{"reasons": "无人到会", "next": "再次召集"})
}

func TestJ5ChairWhoDoesNotConcludeRaisesAlarm(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).sign()
	b.pass(b.s.Deadlines["conclude"].At)
	require.True(t, notified(b.event("conclusion_overdue"), "N20", atUnit(org.RoleSupervisor, county)))
}

func TestJ6FailsWithReasonsToldToTheCase(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).hold()
	b.do(boss, "fail", form.Input{"reasons": "责任争议未决", "next": "提请县领导"})
	require.Equal(t, joint.Failed, b.s.State)
	require.Equal(t, "failed", b.told()[0]["session_state"])
	require.Equal(t, "责任争议未决", b.told()[0]["reasons"])
	require.Empty(t, b.s.Deadlines)
}

func TestAdjournNotifiesAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).hold()
	b.faults("held_at", "notice_too_short", boss, "adjourn", form.Input{"held_at": b.now.Add(time.Hour).Format(time.RFC3339), "reason": "补证"})
	next := b.now.AddDate(0, 0, 5).Format(time.RFC3339)
	b.do(boss, "adjourn", form.Input{"held_at": next, "reason": "补证"})
	require.Equal(t, []string{"adjourned", "units_notified"}, b.types())
	require.Equal(t, joint.Adjourned, b.events[0].To)
	require.Equal(t, joint.Notified, b.s.State)
	require.Equal(t, 2, b.s.Round)
	require.Equal(t, "notified", b.told()[0]["session_state"])
	require.Nil(t, b.s.Minutes)
	for _, u := range b.s.Units() {
		seat := b.s.Seats[u]
		require.True(t, seat.AckedAt.IsZero() && seat.OpinionAt.IsZero() && seat.SignedAt.IsZero() && seat.Attendance == "")
		require.Contains(t, b.s.Deadlines, "ack."+u)
		require.Contains(t, b.s.Deadlines, "opinion."+u)
		require.NotContains(t, b.s.Deadlines, "sign."+u)
	}
}

func TestCancelByDirectorAndByTheCase(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	b.refused("not_your_office", "disp.220402", "cancel-session", form.Input{"reason": "x"})
	b.faults("reason", "required", boss, "cancel-session", nil)
	b.do(boss, "cancel-session", form.Input{"reason": "诉求人撤回"})
	require.Equal(t, joint.Cancelled, b.s.State)
	require.Equal(t, "cancelled", b.told()[0]["session_state"])
	require.True(t, notified(b.event("cancelled"), "N8", machine.Recipient{Petitioner: caseNo}))

	quiet := newBench(t, nil)
	require.NoError(t, quiet.try(domain.SystemActor(), "cancel-session", nil))
	require.Empty(t, quiet.told(), "the case that cancelled it need not be told")
	require.Empty(t, quiet.event("cancelled").Notices, "nobody had been asked to come")
	require.True(t, joint.Final(quiet.s))
}

func TestL3IsChairedByItsLeader(t *testing.T) {
	t.Parallel()
	b := newBench(t, form.Input{"level": "L3", "chair": theLead}).notify()
	b.refused("not_your_case", boss, "excuse", form.Input{"unit": third, "reason": "x"})
	b.refused("not_your_case", "cleader2.220402", "excuse", form.Input{"unit": third, "reason": "x"})
	b.do(theLead, "excuse", form.Input{"unit": third, "reason": "防汛"})

	b.refused("not_your_office", boss, "change-chair", form.Input{"chair": boss})
	require.NoError(t, b.try(domain.SystemActor(), "change-chair", form.Input{"chair": "cleader2.220402"}))
	require.True(t, notified(b.event("chair_changed"), "N8", machine.Recipient{User: "cleader2.220402"}))
	b.refused("not_your_case", theLead, "excuse", form.Input{"unit": second, "reason": "x"})
	b.do("cleader2.220402", "excuse", form.Input{"unit": second, "reason": "x"})
}

func TestOffersFollowTheOffice(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil).notify()
	actions := func(who string) []string {
		var out []string
		for _, o := range joint.Machine.Offers(b.s, actor(t, who), b.rules, b.now) {
			out = append(out, o.Action)
		}
		return out
	}
	require.Equal(t, []string{"acknowledge", "give-opinion"}, actions("liaison."+lead))
	require.Equal(t, []string{"notify-units", "excuse", "cancel-session"}, actions(boss))
	b.pass(b.s.HeldAt)
	require.Contains(t, actions(boss), "record-attendance")
	require.NotContains(t, actions(boss), "hold", "nobody is on record yet")
	held := newBench(t, nil).hold()
	b.s, b.now = held.s, held.now
	require.Equal(t, []string{"adjourn", "fail", "cancel-session"}, actions(boss))
	require.Empty(t, actions("liaison.220402-D13"))
}
