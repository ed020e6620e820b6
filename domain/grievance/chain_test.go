package grievance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
)

// TestChain proves the budgets of §3.2 and that they share one line of time.
func TestChain(t *testing.T) {
	t.Parallel()
	parallel(t, "general budgets add up, unused days flow on", func(t *testing.T) {
		p := local(t)
		sameTime(t, p.due("3wd"), p.c.Policy.Due)
		p.do(townLead, "report-up", form.Input{"reason": "超出权限", "tried": "x"})
		sameTime(t, p.due("8wd"), p.c.Policy.Due, "L1 has what L0 left")
		p.do(dispUser, "escalate-l2", applied)
		sameTime(t, p.due("23wd"), p.c.Policy.Due)
		p.do(directorUser, "escalate-l3", lifted)
		sameTime(t, p.due("43wd"), p.c.Policy.Due)
	})
	parallel(t, "late entry shrinks what follows", func(t *testing.T) {
		p := local(t)
		l0, l1, l2 := p.due("3wd"), p.due("8wd"), p.due("23wd")
		p.expire("policy.red")
		sameTime(t, l0, p.now)
		p.expire("policy.grace")
		require.Equal(t, grievance.Dispatched, p.c.State)
		sameTime(t, l1, p.c.Policy.Due, "the day of grace is not given back")
		sameTime(t, l1, p.c.Stays[1].Due)
		p.expire("policy.red").expire("policy.grace")
		sameTime(t, l2, p.c.Policy.Due)
	})
	parallel(t, "a level entered very late still has a day", func(t *testing.T) {
		p := handling(t, form.Input{"urgency": "urgent"})
		p.both(handlerUser, "pause", dispUser, form.Input{"pause_reason": "hearing", "note": "听证"})
		p.at("2026-05-11 09:00").do(dispUser, "escalate-l2", applied)
		require.False(t, p.c.Policy.Due.Before(p.due("1wd")))
	})
	parallel(t, "petition budgets are 10, 15, 15 and all that is left of the 60 days", func(t *testing.T) {
		p := local(t, asPetition)
		start := p.c.DispatchedAt
		sameTime(t, start, p.c.AcceptedAt)
		sameTime(t, p.due("60cd"), p.c.Statutory.Due)
		statutory := p.c.Statutory.Due
		sameTime(t, p.due("10cd"), p.c.Policy.Due)
		p.do(townLead, "report-up", form.Input{"reason": "x", "tried": "x"})
		sameTime(t, p.due("25cd"), p.c.Policy.Due)
		p.do(dispUser, "escalate-l2", applied)
		sameTime(t, p.due("40cd"), p.c.Policy.Due)
		p.do(directorUser, "escalate-l3", lifted)
		sameTime(t, statutory, p.c.Policy.Due)
		sameTime(t, statutory, p.c.Statutory.Due, "no escalation moves the statutory date")
	})
	parallel(t, "a petition that begins at L1 leaves the rest to L3", func(t *testing.T) {
		p := handling(t, asPetition)
		sameTime(t, p.due("15cd"), p.c.Policy.Due)
		statutory := p.c.Statutory.Due
		p.do(dispUser, "escalate-l2", applied).do(directorUser, "escalate-l3", lifted)
		sameTime(t, statutory, p.c.Policy.Due)
		require.True(t, p.due("50cd").Before(p.c.Policy.Due))
	})
	parallel(t, "a petition nobody touches climbs to the county leader within 60 days", func(t *testing.T) {
		p := triaged(t, asPetition).do(officeUser, "assign-local")
		statutory := p.c.Statutory.Due
		entered := map[grievance.Level]bool{}
		for p.c.Level != grievance.L3 {
			next, ok := p.c.Next()
			require.True(t, ok)
			require.True(t, next.At.Before(statutory), "still at %s when the law's date comes", p.c.Level)
			p.to(next.At)
			entered[p.c.Level] = true
		}
		require.Len(t, entered, 4)
		require.Equal(t, []grievance.Level{"L0", "L1", "L2", "L3"}, levels(p.c))
		sameTime(t, statutory, p.c.Statutory.Due)
		require.NotEmpty(t, p.c.Owner.Unit)
	})
	parallel(t, "limits by urgency (§4.2)", func(t *testing.T) {
		for urgency, limit := range map[string]string{"emergency": "2uh", "urgent": "24uh", "normal": "5wd", "complex": "15wd"} {
			p := dispatched(t, form.Input{"urgency": urgency})
			sameTime(t, p.due(limit), p.c.Policy.Due, urgency)
		}
		for nature, limit := range map[string]string{"consultation": "1wd", "suggestion": "5wd", "dispute": "30cd", "complaint": "5wd"} {
			p := dispatched(t, form.Input{"nature": nature})
			sameTime(t, p.due(limit), p.c.Policy.Due, nature)
		}
		p := local(t, form.Input{"nature": "dispute"})
		sameTime(t, p.due("30cd"), p.c.Policy.Due, "a mediation has thirty days (G26)")
	})
	parallel(t, "an urgent matter that goes up from L0 has its hours from then", func(t *testing.T) {
		p := local(t, form.Input{"urgency": "urgent"}).after("1wd").do(townLead, "report-up", form.Input{"reason": "x", "tried": "x"})
		sameTime(t, p.due("24uh"), p.c.Policy.Due)
	})
	parallel(t, "raising the urgency tightens the clock, the handler cannot loosen it", func(t *testing.T) {
		p := dispatched(t)
		p.at("2026-03-02 10:00").do(dispUser, "classify", why, form.Input{"urgency": "emergency"})
		sameTime(t, p.due("2uh"), p.c.Policy.Due)
		sameTime(t, p.due("15min"), p.c.Deadlines["sign"].At)
		p.do(dispUser, "classify", why, form.Input{"urgency": "complex"})
		sameTime(t, monday, p.c.Policy.Start)
		sameTime(t, moment("2026-03-23 17:00"), p.c.Policy.Due)
		own := triaged(t).do(officeUser, "dispatch", form.Input{"lead_unit": township})
		own.refuse(domain.CodeConflict, "self_declared", officeUser, "classify", why, form.Input{"urgency": "complex"})
	})
	parallel(t, "what is overdue is not reclassified away", func(t *testing.T) {
		p := handling(t).expire("policy.red")
		due := p.c.Policy.Due
		p.do(dispUser, "classify", why, form.Input{"urgency": "complex"})
		sameTime(t, due, p.c.Policy.Due)
	})
	parallel(t, "red risk goes to the centre at once, from anywhere below", func(t *testing.T) {
		for name, given := range map[string]func(require.TestingT, ...form.Input) *play{
			"local": local, "dispatched": dispatched, "signed": signed, "handling": handling, "return_pending": returnPending,
			"adjudicating": adjudicating, "suspended": suspended, "rework": reworked} {
			p := given(t).do(dispUser, "classify", why, form.Input{"risk": "red"})
			require.Equal(t, grievance.JointResolving, p.c.State, name)
			require.Equal(t, "T08", p.last().Reason)
			sameTime(t, p.due("24uh"), p.c.Deadlines["joint.convene"].At)
			for _, id := range []string{"sign", "assign", "contact", "return.review", "adjudicate", "hangup.until", "handover"} {
				require.NotContains(t, p.pending(), id, name)
			}
		}
		for _, action := range []string{"dispatch", "assign-local"} {
			in := form.Input{"risk": "red"}
			if action == "dispatch" {
				in["lead_unit"] = housing
			}
			p := triaged(t).do(dispUser, action, in)
			require.Equal(t, grievance.JointResolving, p.c.State)
			require.Len(t, p.events, 2)
		}
	})
	parallel(t, "a group matter is for the dispatcher to judge", func(t *testing.T) {
		p := dispatched(t, form.Input{"headcount": 6})
		require.Equal(t, "02", p.c.Scale)
		require.Equal(t, grievance.Dispatched, p.c.State)
	})
	parallel(t, "nobody assigns: the catalogue does, and the case climbs on", func(t *testing.T) {
		p := begin(t).expire("triage.decide").expire("unassigned")
		sameTime(t, moment("2026-03-04 17:00"), p.now, "one working day for the desk, one of grace")
		require.Equal(t, grievance.LocalResolving, p.c.State)
		require.Equal(t, "auto_assigned", p.last().Type)
		require.Equal(t, town+"-C", p.c.Owner.Unit)
		require.Contains(t, p.c.Flags, "unassigned")
		p.expire("policy.red").expire("policy.grace")
		require.Equal(t, grievance.L1, p.c.Level)

		wages := begin(t, form.Input{"category": "0701"}).expire("triage.decide").expire("unassigned")
		require.Equal(t, grievance.Dispatched, wages.c.State)
		require.Equal(t, "220402-D10", wages.c.LeadUnit)

		guide := begin(t, form.Input{"category": "1401"}).expire("triage.decide")
		require.NotContains(t, guide.c.Deadlines, "unassigned", "who is to be guided is not dispatched")
		sealed := begin(t, form.Input{"nature": "accusation"})
		require.NotContains(t, sealed.expire("triage.decide").c.Deadlines, "unassigned", "only a person opens that envelope")
		petition := begin(t, asPetition).expire("accept_notice").expire("unassigned")
		require.NotEqual(t, grievance.Registered, petition.c.State)
	})
	parallel(t, "a major mass matter goes to the centre at once", func(t *testing.T) {
		p := dispatched(t, form.Input{"headcount": 30})
		require.Equal(t, grievance.JointResolving, p.c.State)
		require.Equal(t, "T07", p.last().Reason)
		require.Equal(t, housing, p.c.LeadUnit)
	})
	parallel(t, "a new unit has at least a day (clock.on_return)", func(t *testing.T) {
		p := dispatched(t).do(liaisonUser, "sign-for")
		due := p.c.Policy.Due
		p.do(leaderUser, "request-return", returning).do(dispUser, "accept-return", form.Input{"lead_unit": land})
		sameTime(t, due, p.c.Policy.Due, "the case's own clock keeps running")
		late := adjudicating(t, form.Input{"urgency": "urgent"})
		late.at("2026-03-03 08:40").do(directorUser, "adjudicate", ruled)
		require.True(t, late.c.Policy.Due.After(moment("2026-03-03 09:00")), "never less than the least time")
		require.Equal(t, "reassigned", late.c.Policy.Extensions[0].Reason)
		require.Equal(t, housing, late.c.Policy.Extensions[0].By, "recorded against the unit that returned it")
	})
	parallel(t, "a reply stops both clocks", func(t *testing.T) {
		p := replied(t, asPetition)
		require.Equal(t, []string{"evaluation"}, p.pending())
	})
}
