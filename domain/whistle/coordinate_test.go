package whistle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/whistle"
	"huajie/internal/testkit/trial"
)

func disputed(t trial.T, ground string) *bench {
	t.Helper()
	return blown(t).do("leader."+police, "refuse-whistle", refusing(ground))
}

func TestW9Coordinate(t *testing.T) {
	t.Parallel()
	b := disputed(t, whistle.NotItsPower)
	require.True(t, trial.Notified(b.event("whistle_coordination_started"), "N9", org.RoleDispatcher, trial.Centre(t, county)))
	b.Refused("not_in_dispute", disp, "coordinate", form.Input{"unit": urban, "outcome": whistle.Recalled, "reason": "x"})
	b.Faults("replacement", "not_a_department", disp, "coordinate", form.Input{"unit": police, "outcome": whistle.Accepted, "replacement": urban, "reason": "x"})
	b.do(disp, "coordinate", form.Input{"unit": police, "outcome": whistle.Accepted, "replacement": health, "reason": "依法不属公安"})
	require.Equal(t, whistle.Refused, b.seat(police).State)
	require.Equal(t, whistle.Blown, b.seat(health).State)
	require.True(t, trial.Notified(b.event("whistle_coordinated"), "N7", org.RoleDeptLiaison, health))
	require.Equal(t, whistle.Blown, b.Case.State)

	again := disputed(t, whistle.NoCapacity).pass(trial.Monday.Add(2*time.Hour)).do(disp, "coordinate", form.Input{"unit": police, "outcome": whistle.Recalled, "reason": "抽调另一组"})
	require.Equal(t, whistle.Blown, again.seat(police).State)
	require.True(t, trial.Monday.Add(2*time.Hour).Equal(again.seat(police).CalledAt))
	again.comes(police)
}

func TestW9AdjudicationIsFinal(t *testing.T) {
	t.Parallel()
	b := disputed(t, whistle.Ungrounded)
	ruling := func(outcome string, more ...form.Input) form.Input {
		return with(form.Input{"unit": police, "ruling": outcome, "decision": "须到场"}, more...)
	}
	b.Refused("not_your_office", disp, "adjudicate-whistle", ruling(whistle.MustReport))
	b.Refused("director_first", theLead, "adjudicate-whistle", ruling(whistle.MustReport))
	b.Faults("replacement", "required", boss, "adjudicate-whistle", ruling(whistle.IsReplaced))
	b.do(boss, "adjudicate-whistle", ruling(whistle.MustReport))
	require.Equal(t, whistle.Blown, b.seat(police).State)
	b.Refused("ruled", "leader."+police, "refuse-whistle", refusing(whistle.NotItsPower))

	b.idles(police)
	require.Equal(t, whistle.Adjudicated, b.seat(police).State, "nothing is left but the county government")
	require.Contains(t, b.cards(police), "red_card S09")
	require.True(t, trial.Notified(b.event("whistle_ruling_defied"), "N20", org.RoleCountyLeader, county))

	excused := disputed(t, whistle.Ungrounded).do(boss, "adjudicate-whistle", ruling(whistle.IsExcused))
	require.Equal(t, whistle.Adjudicated, excused.seat(police).State)
	replaced := disputed(t, whistle.Ungrounded).do(boss, "adjudicate-whistle", ruling(whistle.IsReplaced, form.Input{"replacement": health}))
	require.Equal(t, whistle.Blown, replaced.seat(health).State)
}

func TestW9AWhistleNobodyHadToFollowIsAdjudicated(t *testing.T) {
	t.Parallel()
	b := blown(t, form.Input{"units": []any{police}, "case": caseNo}).do("leader."+police, "refuse-whistle", refusing(whistle.AlreadyDone))
	b.do(boss, "coordinate", form.Input{"unit": police, "outcome": whistle.Accepted, "reason": "已在办"})
	require.Equal(t, whistle.Adjudicated, b.Case.State)
	require.Equal(t, "whistle-ended adjudicated", b.told()[1])
	b.do("liaison."+police, "counter-evaluate", form.Input{"proper": false})
	require.True(t, whistle.Final(b.Case))
}

func TestW9WhatTheCentreLeavesLyingGoesUp(t *testing.T) {
	t.Parallel()
	b := disputed(t, whistle.NotItsPower).expire("coordinate." + police)
	require.True(t, trial.Notified(b.event("whistle_coordination_overdue"), "N20", org.RoleCentreDirector, trial.Centre(t, county)))
	b.expire("adjudicate." + police)
	require.True(t, trial.Notified(b.event("whistle_ruling_overdue"), "N20", org.RoleCountyLeader, county))
	b.do(theLead, "adjudicate-whistle", form.Input{"unit": police, "ruling": whistle.IsExcused, "decision": "x"})
	require.Equal(t, whistle.Adjudicated, b.seat(police).State)
}

// TestW9ADecisionSaysByWhen: the date of a decision holds for whoever comes by it, and is not
// taken where nobody does.
func TestW9ADecisionSaysByWhen(t *testing.T) {
	t.Parallel()
	decide := func(outcome, due string, more ...form.Input) form.Input {
		return with(form.Input{"unit": police, "outcome": outcome, "due": due, "reason": "x"}, more...)
	}
	b := disputed(t, whistle.NotItsPower)
	b.Faults("due", "range", disp, "coordinate", decide(whistle.Recalled, "2026-11-22"))
	b.Faults("due", "range", disp, "coordinate", decide(whistle.Recalled, "2026-12-15"))
	b.Faults("due", "not_needed", disp, "coordinate", decide(whistle.Accepted, "2026-12-08"))
	b.Faults("due", "not_needed", boss, "adjudicate-whistle", form.Input{"unit": police, "ruling": whistle.IsExcused, "due": "2026-12-08", "decision": "x"})
	b.do(disp, "coordinate", decide(whistle.Recalled, "2026-12-08")).comes(police)
	require.Equal(t, "2026-12-09 00:00", b.seat(police).WorkDue.Format("2006-01-02 15:04"), "not the plan's first of December")
	require.True(t, b.Case.Deadlines["work."+police].At.Equal(b.seat(police).WorkDue))

	b = disputed(t, whistle.NotItsPower).do(disp, "coordinate", decide(whistle.Accepted, "2026-12-08", form.Input{"replacement": health})).comes(health)
	require.Equal(t, "2026-12-09 00:00", b.seat(health).WorkDue.Format("2006-01-02 15:04"))
}

func TestW9WhoComesInstead(t *testing.T) {
	t.Parallel()
	instead := func(outcome, unit string) form.Input {
		return form.Input{"unit": police, "outcome": outcome, "replacement": unit, "reason": "x"}
	}
	b := disputed(t, whistle.NotItsPower)
	for _, u := range []string{trial.Centre(t, county), "220403-D05", urban} {
		b.Faults("replacement", "not_a_department", disp, "coordinate", instead(whistle.Accepted, u))
	}
	b.Faults("replacement", "not_needed", disp, "coordinate", instead(whistle.Recalled, health))
	b.Faults("replacement", "not_needed", boss, "adjudicate-whistle", form.Input{"unit": police, "ruling": whistle.MustReport, "replacement": health, "decision": "x"})
	b.do(disp, "coordinate", instead(whistle.Accepted, health))
	require.Equal(t, [3]string{whistle.Accepted, health, disp}, [3]string{b.seat(police).Ruling.Outcome, b.seat(police).Ruling.Replacement, b.seat(police).Ruling.By})
	e := b.event("whistle_coordinated")
	for _, told := range []struct {
		n    string
		role org.Role
		unit string
	}{{"N13", org.RoleDeptLiaison, police}, {"N13", org.RoleDeptLeader, police}, {"N13", org.RoleTownshipOffice, trial.Centre(t, township)},
		{"N7", org.RoleDeptLiaison, health}, {"N7", org.RoleDeptLeader, health}} {
		require.True(t, trial.Notified(e, told.n, told.role, told.unit), "%+v", told)
	}
}

// TestW9AUnitCalledAgainBeginsAnew: what it was asked before, and how it answered, is over.
func TestW9AUnitCalledAgainBeginsAnew(t *testing.T) {
	t.Parallel()
	recall := form.Input{"unit": police, "outcome": whistle.Recalled, "reason": "x"}
	b := disputed(t, whistle.NotItsPower).do(disp, "coordinate", recall)
	require.NotContains(t, b.Case.Deadlines, "coordinate."+police)
	require.Nil(t, b.seat(police).Refusal)
	b.idles(police) // it does not come: what it refused with once is no ground now
	b.Refused("no_ground", disp, "coordinate", form.Input{"unit": police, "outcome": whistle.Accepted, "reason": "x"})

	b = blown(t).do("liaison."+police, "respond", nil).idles(police).do(disp, "coordinate", recall)
	require.True(t, b.seat(police).RespondedAt.IsZero(), "it has to respond again")
	require.Empty(t, b.seat(police).RespondedBy)

	b = blown(t).comes(police).idles(police).do(disp, "coordinate", recall)
	require.NotContains(t, b.Case.Deadlines, "coordinate."+police)
	require.Equal(t, whistle.Working, b.seat(police).State)
}

// TestW9TheDirectorRulesBeforeTheCountyLeader: the leader's turn comes when the director's
// time is over as well.
func TestW9TheDirectorRulesBeforeTheCountyLeader(t *testing.T) {
	t.Parallel()
	ruling := form.Input{"unit": police, "ruling": whistle.IsExcused, "decision": "x"}
	b := disputed(t, whistle.NotItsPower).expire("coordinate." + police)
	b.pass(b.Now.Add(time.Minute))
	b.Refused("director_first", theLead, "adjudicate-whistle", ruling)
	b.expire("adjudicate."+police).do(theLead, "adjudicate-whistle", ruling)
}

// TestTheUnitFurthestBehindGivesTheState: of equals the one whose limit comes first has to move.
func TestTheUnitFurthestBehindGivesTheState(t *testing.T) {
	t.Parallel()
	stands := func(b *bench, s machine.State, owner string) {
		t.Helper()
		require.Equal(t, s, b.Case.State)
		require.Equal(t, owner, b.Case.Owner)
	}
	b := blown(t).comes(police)
	stands(b, whistle.Blown, urban)
	b.do("liaison."+urban, "respond", nil)
	stands(b, whistle.Responded, urban)
	b.do("handler."+urban, "arrive", onSite).do("handler."+police, "start-work", nil)
	stands(b, whistle.Arrived, urban)
	b.do("handler."+urban, "complete-work", done)
	stands(b, whistle.Working, police)

	b = disputed(t, whistle.NotItsPower)
	stands(b, whistle.Coordinating, trial.Centre(t, county))
	due, unit := whistle.DueOf(b.Case)
	require.True(t, due.Equal(b.seat(police).CoordinateDue))
	require.Equal(t, police, unit)
	b.pass(trial.Monday.Add(27*time.Hour)).do(disp, "coordinate", form.Input{"unit": police, "outcome": whistle.Recalled, "reason": "x"})
	stands(b, whistle.Blown, urban)
	due, unit = whistle.DueOf(b.Case)
	require.True(t, due.Equal(b.seat(urban).RespondDue) && due.Before(b.seat(police).RespondDue))
	require.Equal(t, urban, unit)

	b = blown(t).comes(police, urban).finishes(police, urban)
	due, unit = whistle.DueOf(b.Case)
	require.True(t, due.Equal(b.Case.EvaluateDue))
	require.Equal(t, trial.Centre(t, township), unit)
	due, _ = whistle.DueOf(b.rated(police, urban).Case)
	require.True(t, due.IsZero(), "nobody owes a step")
}

// TestW9WhoDecides: the centre of the county, and no other.
func TestW9WhoDecides(t *testing.T) {
	t.Parallel()
	recall := form.Input{"unit": police, "outcome": whistle.Recalled, "reason": "x"}
	b := disputed(t, whistle.NotItsPower)
	b.Refused("not_your_office", "supervisor.220402", "coordinate", recall)
	b.Refused("not_your_case", "disp.220403", "coordinate", recall)
	b.Refused("not_your_office", leader, "coordinate", recall)
}

// TestW10ARulingDefiedByTheOnlyUnitEndsTheWhistle: nobody is left to come.
func TestW10ARulingDefiedByTheOnlyUnitEndsTheWhistle(t *testing.T) {
	t.Parallel()
	b := blown(t, form.Input{"units": []any{police}, "case": caseNo}).do("leader."+police, "refuse-whistle", refusing(whistle.Ungrounded))
	b.do(boss, "adjudicate-whistle", form.Input{"unit": police, "ruling": whistle.MustReport, "decision": "x"}).idles(police)
	require.Equal(t, whistle.Adjudicated, b.Case.State)
	require.Equal(t, "whistle-ended adjudicated", b.told()[1])
	e := b.event("whistle_adjudicated")
	require.True(t, trial.Notified(e, "N16", org.RoleTownshipLeader, trial.Centre(t, township)))
	require.True(t, trial.Notified(e, "N16", org.RoleCentreDirector, trial.Centre(t, county)))
}
