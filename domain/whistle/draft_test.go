package whistle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/org"
	"huajie/domain/whistle"
	"huajie/internal/testkit/trial"
)

func TestW1TheOfficeDraftsAndTheLeaderIsAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t, office)
	require.Equal(t, whistle.Drafted, b.Case.State)
	require.Equal(t, no, b.Case.No)
	require.Equal(t, []string{police, urban}, b.Case.Units())
	require.Equal(t, trial.Centre(t, township), b.Case.Owner)
	require.True(t, trial.Monday.Add(time.Hour).Equal(b.Case.ApproveDue), "1 wh")
	require.True(t, trial.Notified(b.event("whistle_drafted"), "N9", org.RoleTownshipLeader, trial.Centre(t, township)))
	due, unit := whistle.DueOf(b.Case)
	require.True(t, due.Equal(b.Case.ApproveDue))
	require.Equal(t, trial.Centre(t, township), unit)
}

func TestW1FaultyInputsAreToldAllAtOnce(t *testing.T) {
	t.Parallel()
	draft := func(who string, more ...form.Input) error {
		_, _, err := draft(t, who, more...)
		return err
	}
	err := draft(office, form.Input{"kind": "loud", "units": []any{"nowhere"}, "place": " ", "why": nil})
	require.Len(t, domain.FieldsOf(err), 4)
	trial.HasFault(t, draft(office, form.Input{"units": []any{trial.Centre(t, county)}}), "units", "not_a_department")
	trial.HasFault(t, draft(office, form.Input{"units": []any{"220403-D05"}}), "units", "not_a_department")
	trial.HasFault(t, draft(office, form.Input{"due": nil}), "due", "required")
	trial.HasFault(t, draft(office, form.Input{"due": "2026-11-22"}), "due", "past")
	trial.HasFault(t, draft(office, form.Input{"due": "2026-12-15"}), "due", "too_far")
	require.NoError(t, draft(office, form.Input{"due": "2026-12-14"}), "15 wd")
	trial.HasFault(t, draft(office, form.Input{"kind": whistle.Emergency}), "due", "not_for_emergency")
	trial.HasFault(t, draft(office, form.Input{"township": county}), "township", "not_a_township")
	trial.HasFault(t, draft(office, form.Input{"point": map[string]any{"lat": 91.0, "lon": 0.0}}), "point", "range")
	for _, stranger := range []string{"office.220402007", "liaison." + police, disp, "win-general.220402"} {
		require.Equal(t, domain.CodeForbidden, domain.CodeOf(draft(stranger)), stranger)
	}
}

func TestW1ACommunityProposesAndTheOfficeTakesItUp(t *testing.T) {
	t.Parallel()
	community := ""
	for _, u := range trial.Book.Org.Children(township) {
		for _, x := range trial.Book.Users.Holding(org.RoleCommunityStaff, u.ID) {
			community = x.Username
		}
	}
	require.True(t, newBench(t, gridLeader, emergency).Case.Proposed, "so does a grid leader; not even an emergency is blown unseen")
	b := newBench(t, community)
	require.True(t, b.Case.Proposed)
	require.True(t, trial.Notified(b.event("whistle_proposed"), "N9", org.RoleTownshipOffice, trial.Centre(t, township)))
	b.Refused("only_proposed", leader, "approve-whistle", nil)
	b.Faults("units", "not_a_department", office, "revise-draft", form.Input{"units": []any{trial.Centre(t, county)}})
	b.do(office, "revise-draft", form.Input{"units": []any{urban}})
	require.False(t, b.Case.Proposed)
	require.Equal(t, []string{urban}, b.Case.Units())
	require.Equal(t, "2026-12-02 00:00", b.Case.PlanDue.Format("2006-01-02 15:04"), "what is not revised stays")
	require.Equal(t, 42.9, b.Case.Point.Lat)
	require.Contains(t, b.Case.Deadlines, "approve")
	b.do(leader, "approve-whistle", nil)
	require.Equal(t, whistle.Blown, b.Case.State)
}

func TestW1ACaseDraftsInTheNameOfItsOfficer(t *testing.T) {
	t.Parallel()
	b := newBench(t, domain.System, form.Input{"case": caseNo, "drafted_by": leader})
	require.Equal(t, leader, b.Case.DraftedBy)
	require.Empty(t, b.told(), "the case knows what it has asked for")
	b.Refused("second_person", leader, "approve-whistle", nil)
	b.do(head, "approve-whistle", nil)
	require.Equal(t, []string{"whistle-opened drafted"}, newBench(t, office, form.Input{"case": caseNo}).told())
}

func TestW1ADraftNobodyApprovesLapses(t *testing.T) {
	t.Parallel()
	b := newBench(t, office, form.Input{"case": caseNo}).expire("draft")
	require.Equal(t, whistle.Withdrawn, b.Case.State)
	require.True(t, whistle.Final(b.Case))
	require.Equal(t, []string{"whistle-opened drafted", "whistle-ended withdrawn"}, b.told())
}

func TestW2WhoApproves(t *testing.T) {
	t.Parallel()
	blown(t)
	for name, more := range map[string]form.Input{"joint enforcement": {"kind": whistle.Enforcement}, "three units": {"units": []any{police, urban, health}}} {
		b := newBench(t, office, more)
		require.True(t, trial.Notified(b.event("whistle_drafted"), "N9", org.RoleTownshipHead, trial.Centre(t, township)), name)
		b.Refused("principal_required", leader, "approve-whistle", nil)
		b.do(head, "approve-whistle", nil)
		require.Equal(t, whistle.Blown, b.Case.State, name)
	}
	b := newBench(t, office)
	b.Refused("not_your_office", office, "approve-whistle", nil)
	b.Refused("not_your_case", "tleader.220402007", "approve-whistle", nil)
	b.do(leader, "reject-whistle", form.Input{"reason": "本级可以解决"})
	require.Equal(t, whistle.Rejected, b.Case.State)
	require.True(t, whistle.Final(b.Case))
}

func TestW2AnApprovalThatTakesTooLongIsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t, office).expire("approve")
	require.Equal(t, whistle.Drafted, b.Case.State)
	require.True(t, trial.Notified(b.event("whistle_approval_overdue"), "N20", org.RoleTownshipHead, trial.Centre(t, township)))
	due, _ := whistle.DueOf(b.Case)
	require.False(t, due.After(b.Now), "it stays overdue")
	b.do(leader, "approve-whistle", nil)
	require.Equal(t, whistle.Blown, b.Case.State, "late is better than never")
}

func TestW2AnEmergencyIsBlownFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t, office, emergency)
	require.Equal(t, whistle.Blown, b.Case.State)
	require.True(t, b.Case.ApprovedAt.IsZero())
	require.True(t, trial.Monday.Add(2*time.Hour).Equal(b.Case.ApproveDue))
	b.comes(police, urban).finishes(police, urban)
	b.expire("approve")
	require.True(t, b.Case.ApproveMissed)
	e := b.event("whistle_approval_missed")
	require.True(t, trial.Notified(e, "N20", org.RoleTownshipLeader, trial.Centre(t, township)))
	require.True(t, trial.Notified(e, "N20", org.RoleCentreDirector, trial.Centre(t, county)))
	b.do(leader, "approve-whistle", nil)
	require.False(t, b.Case.ApprovedAt.IsZero())
	require.True(t, b.Case.ApproveMissed, "the mark stays")
	b.Refused("already_approved", leader, "approve-whistle", nil)
}

func TestW2AnEmergencyThatShouldNotHaveBeenIsCalledOff(t *testing.T) {
	t.Parallel()
	b := newBench(t, office, emergency).comes(police)
	b.do(leader, "reject-whistle", form.Input{"reason": "不属应急"})
	require.Equal(t, whistle.Rejected, b.Case.State)
	require.Equal(t, whistle.Excused, b.seat(urban).State)
	for unit, role := range map[string]org.Role{urban: org.RoleDeptLiaison, trial.Centre(t, county): org.RoleDispatcher, trial.Centre(t, township): org.RoleTownshipOffice} {
		require.True(t, trial.Notified(b.event("whistle_rejected"), "N10", role, unit), "who was called, or copied, is told: %s", unit)
	}
}

func TestW3EveryUnitIsCalledWithTheCountyInCopy(t *testing.T) {
	t.Parallel()
	b := blown(t)
	e := b.event("whistle_blown")
	require.Equal(t, "W3", e.Rule)
	for _, u := range []string{police, urban} {
		require.True(t, trial.Notified(e, "N7", org.RoleDeptLiaison, u))
		require.True(t, trial.Notified(e, "N7", org.RoleDeptLeader, u))
		require.Equal(t, "2026-11-24 17:00", b.seat(u).RespondDue.Format("2006-01-02 15:04"), "1 wd")
		require.Equal(t, "2026-11-26 17:00", b.seat(u).ArriveDue.Format("2006-01-02 15:04"), "3 wd")
	}
	require.True(t, trial.Notified(e, "N8", org.RoleDispatcher, trial.Centre(t, county)))
	require.Equal(t, police, b.Case.Owner, "the unit that has to move")
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	newBench(t, office).do(office, "withdraw-whistle", form.Input{"reason": "误填"})
	b := blown(t)
	b.Refused("leader_required", office, "withdraw-whistle", form.Input{"reason": "x"})
	b.comes(police)
	b.Refused("unit_on_site", leader, "withdraw-whistle", form.Input{"reason": "x"})
	b = blown(t).do(leader, "withdraw-whistle", form.Input{"reason": "已自行解决"})
	require.Empty(t, b.told(), "it grew out of no case")
	require.Equal(t, whistle.Withdrawn, b.Case.State)
	require.True(t, whistle.Final(b.Case))
}

// TestW2TheCentresChoiceDoesNotChangeWhoApproves: a unit that comes instead of another makes
// no whistle to many units.
func TestW2TheCentresChoiceDoesNotChangeWhoApproves(t *testing.T) {
	t.Parallel()
	b := newBench(t, office, emergency).do("leader."+police, "refuse-whistle", refusing(whistle.NotItsPower))
	b.do(disp, "coordinate", form.Input{"unit": police, "outcome": whistle.Accepted, "replacement": health, "reason": "x"})
	require.Len(t, b.Case.Seats, 3)
	b.do(leader, "approve-whistle", nil)
	require.Equal(t, leader, b.Case.ApprovedBy)
}

// TestW1ADraftThatTurnsOutAnEmergencyIsBlown: the plan it had counts no longer.
func TestW1ADraftThatTurnsOutAnEmergencyIsBlown(t *testing.T) {
	t.Parallel()
	b := newBench(t, office).do(office, "revise-draft", form.Input{"kind": whistle.Emergency})
	require.Equal(t, whistle.Blown, b.Case.State)
	require.True(t, b.Case.PlanDue.IsZero())
	require.True(t, trial.Monday.Add(2*time.Hour).Equal(b.Case.ApproveDue))
	b.comes(police)
	require.True(t, trial.Monday.Add(24*time.Hour).Equal(b.seat(police).WorkDue))
}
