package whistle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/org"
	"huajie/domain/whistle"
	"huajie/internal/testkit/trial"
)

func TestW10NoResponseIsYellowThenRed(t *testing.T) {
	t.Parallel()
	b := blown(t)
	b.do("liaison."+urban, "respond", nil)
	b.expire("respond." + police)
	require.True(t, b.seat(police).RespondLate)
	require.Equal(t, []string{"yellow_card S01"}, b.cards(police))
	e := b.event("whistle_response_overdue")
	require.True(t, trial.Notified(e, "N21", org.RoleDeptLeader, police))
	require.True(t, trial.Notified(e, "N20", org.RoleSupervisor, county), "the county is told")
	b.expire("silence." + police)
	require.Equal(t, []string{"yellow_card S01", "red_card S07"}, b.cards(police))
	require.Equal(t, whistle.Coordinating, b.seat(police).State)
	require.NotContains(t, b.Case.Deadlines, "arrive."+police, "nothing more runs out on it while the centre decides")
	require.True(t, trial.Notified(b.event("whistle_not_reported"), "N20", org.RoleCountyLeader, county), "reported to the county government")
	require.Empty(t, b.cards(urban))
}

func TestW10ALateResponseStillCounts(t *testing.T) {
	t.Parallel()
	b := blown(t).expire("respond." + police)
	b.do("liaison."+police, "respond", nil)
	require.True(t, b.seat(police).RespondLate, "the mark stays")
	require.NotContains(t, b.Case.Deadlines, "silence."+police)
	b.expire("arrive." + police)
	require.Equal(t, []string{"yellow_card S01", "yellow_card S03", "red_card S03"}, b.cards(police), "the second yellow at one whistle is a red one")
	b.do("handler."+police, "arrive", onSite)
	require.True(t, b.seat(police).ArriveLate)
	require.NotContains(t, b.Case.Deadlines, "silence."+police)
}

func TestW10WorkThatIsNotFinished(t *testing.T) {
	t.Parallel()
	b := blown(t).comes(police, urban).finishes(urban).expire("work." + police)
	require.True(t, b.seat(police).WorkLate)
	require.Equal(t, []string{"yellow_card S03"}, b.cards(police))
	b.expire("silence." + police)
	require.Equal(t, whistle.Coordinating, b.seat(police).State)
	require.Equal(t, []string{"yellow_card S03", "red_card S03"}, b.cards(police))
	b.do(disp, "coordinate", form.Input{"unit": police, "outcome": whistle.Recalled, "due": "2026-12-10", "reason": "增派人手"})
	require.Equal(t, whistle.Working, b.seat(police).State, "it is on site and goes on")
	require.Equal(t, "2026-12-11 00:00", b.seat(police).WorkDue.Format("2006-01-02 15:04"))
	b.finishes(police)
	require.Equal(t, whistle.Completed, b.Case.State)
}

// TestW10ALateResponderStillHasAClock: who responds after the time to arrive has
// passed as well still has to come.
func TestW10ALateResponderStillHasAClock(t *testing.T) {
	t.Parallel()
	b := newBench(t, office, form.Input{"kind": whistle.Enforcement}).pass(trial.Monday.Add(13*time.Hour + 30*time.Minute)) // 22:30
	b.do(head, "approve-whistle", nil).expire("respond." + police)
	silence := b.Case.Deadlines["silence."+police].At
	b.expire("arrive."+police).do("liaison."+police, "respond", nil) // past midnight
	require.True(t, silence.Equal(b.Case.Deadlines["silence."+police].At), "it runs from the first limit that was missed")
	b.expire("silence." + police)
	require.Equal(t, whistle.Coordinating, b.seat(police).State)
}

func TestW10AVerticalUnitGetsNoCard(t *testing.T) {
	t.Parallel()
	var grid, tax string
	for _, u := range trial.Book.Org.Departments(county) {
		switch u.OrgKind {
		case org.OrgEnterprise:
			grid = u.ID
		case org.OrgVertical:
			tax = u.ID
		}
	}
	require.True(t, blown(t, form.Input{"units": []any{tax}}).seat(tax).External)
	b := blown(t, form.Input{"units": []any{grid}}).expire("respond." + grid)
	require.True(t, b.seat(grid).RespondLate)
	require.Empty(t, b.cards(grid))
	e := b.event("whistle_response_overdue")
	require.True(t, trial.Notified(e, "N20", org.RoleDeptLeader, grid))
	require.True(t, trial.Notified(e, "N20", org.RoleCountyLeader, county), "who takes it up with its superior")
	b.expire("silence." + grid)
	b.Refused("beyond_director", boss, "adjudicate-whistle", form.Input{"unit": grid, "ruling": whistle.IsExcused, "decision": "x"})
	b.do(theLead, "adjudicate-whistle", form.Input{"unit": grid, "ruling": whistle.IsExcused, "decision": "函告上级"})
	require.Equal(t, whistle.Adjudicated, b.Case.State)
}

// TestAfterAnOutageNobodyIsBlamed: §6 item 95.
func TestAfterAnOutageNobodyIsBlamed(t *testing.T) {
	t.Parallel()
	b := blown(t).do("liaison."+urban, "respond", nil)
	b.Jump(trial.Monday.AddDate(0, 0, 7))
	for _, u := range []string{police, urban} {
		require.Equal(t, whistle.Coordinating, b.seat(u).State, "what follows from the limits follows")
		require.Empty(t, b.cards(u))
		require.False(t, b.seat(u).RespondLate || b.seat(u).ArriveLate)
	}
	require.True(t, b.event("whistle_response_overdue").LateBySystem)
	require.Empty(t, b.Case.Supervision)
}

// TestW10TheSecondYellowGoesToTheGovernmentToo: a card is told to everybody it concerns, and the
// whistle goes on showing the worst one.
func TestW10TheSecondYellowGoesToTheGovernmentToo(t *testing.T) {
	t.Parallel()
	b := blown(t)
	b.do("liaison."+urban, "respond", nil)
	b.expire("respond." + police)
	require.Equal(t, whistle.YellowCard, b.Case.Supervision)
	b.do("liaison."+police, "respond", nil).do("handler."+urban, "arrive", onSite).expire("arrive." + police)
	e := b.event("whistle_second_yellow")
	require.True(t, trial.Notified(e, "N21", org.RoleDeptLeader, police))
	require.True(t, trial.Notified(e, "N20", org.RoleTownshipLeader, trial.Centre(t, township)))
	require.True(t, trial.Notified(e, "N20", org.RoleCountyLeader, county))
	require.Equal(t, whistle.RedCard, b.Case.Supervision)
	b.expire("work." + urban)
	require.Equal(t, []string{"yellow_card S03"}, b.cards(urban))
	require.Equal(t, whistle.RedCard, b.Case.Supervision)
}

// TestW10AnEmergencyHasMinutes: silence, coordination and ruling are as short as it is.
func TestW10AnEmergencyHasMinutes(t *testing.T) {
	t.Parallel()
	b := newBench(t, office, emergency).idles(police)
	require.True(t, trial.Monday.Add(20*time.Minute).Equal(b.Now), "10 min to respond, 10 of silence")
	require.True(t, b.Now.Add(15*time.Minute).Equal(b.seat(police).CoordinateDue))
	b.expire("coordinate." + police)
	require.True(t, b.Now.Add(15*time.Minute).Equal(b.Case.Deadlines["adjudicate."+police].At))
}

// TestW10EachMarkIsOfItsOwnLimit: who is late at one thing is marked late at nothing else.
func TestW10EachMarkIsOfItsOwnLimit(t *testing.T) {
	t.Parallel()
	marks := func(b *bench) [3]bool {
		s := b.seat(police)
		return [3]bool{s.RespondLate, s.ArriveLate, s.WorkLate}
	}
	require.Equal(t, [3]bool{true, false, false}, marks(blown(t).expire("respond."+police)))
	require.Equal(t, [3]bool{false, true, false}, marks(blown(t).do("liaison."+police, "respond", nil).expire("arrive."+police)))
	require.Equal(t, [3]bool{false, false, true}, marks(blown(t).comes(police).expire("work."+police)))
}

// TestAfterAnOutageTheNextLimitCountsAgain: what passed while the system was away is held
// against a unit neither then nor by its silence after; from its next call or step on it answers
// for itself.
func TestAfterAnOutageTheNextLimitCountsAgain(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	recall := form.Input{"unit": police, "outcome": whistle.Recalled, "reason": "x"}
	away := func(b *bench, id string) *bench { // over the moment of a deadline
		b.Jump(b.Case.Deadlines[id].At.Add(hour))
		return b
	}
	b := away(blown(t), "respond."+police).expire("silence." + police)
	require.Equal(t, whistle.Coordinating, b.seat(police).State)
	require.Empty(t, b.cards(police), "its silence began while the system was away")
	b.do(disp, "coordinate", recall).expire("respond." + police)
	require.Equal(t, []string{"yellow_card S01"}, b.cards(police), "called anew it answers for itself")

	b = away(blown(t).expire("respond."+police), "silence."+police)
	require.Equal(t, []string{"yellow_card S01"}, b.cards(police), "no red card for a silence that ended while the system was away")

	b = away(blown(t), "respond."+police).do("liaison."+police, "respond", nil).expire("arrive." + police)
	require.Equal(t, []string{"yellow_card S03"}, b.cards(police), "since it has responded")
	b = away(blown(t), "respond."+police).do("handler."+police, "arrive", onSite).expire("work." + police)
	require.Equal(t, []string{"yellow_card S03"}, b.cards(police), "since it has come")
	b = away(blown(t).comes(police), "work."+police).expire("silence."+police).do(disp, "coordinate", recall).expire("work." + police)
	require.Equal(t, []string{"yellow_card S03"}, b.cards(police), "since it was given more time")
}

// TestAfterAnOutageAMissedApprovalIsNobodys: as for the units.
func TestAfterAnOutageAMissedApprovalIsNobodys(t *testing.T) {
	t.Parallel()
	b := newBench(t, office, emergency).comes(police, urban)
	b.Jump(b.Case.Deadlines["approve"].At.Add(time.Hour))
	require.False(t, b.Case.ApproveMissed)
	b.event("whistle_approval_missed")
}
