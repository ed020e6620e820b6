package grievance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
)

var toTown = form.Input{"to_unit": township, "reason": "属地事项"}

// TestDuty walks the first-responder duty of §4.6.
func TestDuty(t *testing.T) {
	t.Parallel()
	run(t, []transition{
		{name: "FR2 hand-over", given: begin, by: clerkUser, input: toTown, state: grievance.Registered, owner: centre, notices: []string{"N7"},
			deadlines: map[string]string{"handover": "4wh"}, stranger: liaisonUser, elsewhere: "guide.220403", not: dispatched, missing: []string{"reason", "to_unit"},
			check: func(t *testing.T, p *play) {
				require.Equal(t, clerkUser, p.c.Owner.User, "the giver stays responsible until the other side confirms")
			}},
		{name: "FR6 confirm-hand-over", given: offered, by: officeUser, state: grievance.LocalResolving, level: "L0", owner: township, notices: []string{"N13"},
			gone: []string{"handover"}, stranger: leaderUser, elsewhere: "office.220402002", not: dispatched,
			check: func(t *testing.T, p *play) {
				require.Equal(t, officeUser, p.c.Owner.User)
				sameTime(t, p.now, p.c.ReleasedAt)
				require.Nil(t, p.c.Offer)
			}},
		{name: "FR6 decline-hand-over", given: offered, by: officeUser, input: why, state: grievance.Triage, owner: centre, notices: []string{"N13"},
			deadlines: map[string]string{"triage": "2wh"}, gone: []string{"handover", "policy.red", "policy.half", "policy.yellow"}, stranger: leaderUser,
			elsewhere: "office.220402002", not: dispatched, missing: []string{"reason"},
			check: func(t *testing.T, p *play) {
				require.Empty(t, p.c.LeadUnit)
				require.Empty(t, p.c.Stays)
				require.Nil(t, p.c.Policy)
				require.True(t, p.c.DispatchedAt.IsZero())
			}},
	})
	parallel(t, "FR1 register: whoever is asked registers and answers for it", func(t *testing.T) {
		for _, who := range []string{clerkUser, "guide.220402", "police.220402", "intake.220402001", "community.220402008901", petitionClerk, "gridlead.220402008901"} {
			p := newPlay(t, monday)
			p.register(who, form.Input{"nature": "help", "summary": "求助", "channel": "walk_in", "area": town})
			require.Equal(t, who, p.c.FirstResponder)
			require.NotEmpty(t, p.c.Owner.Unit)
		}
	})
	parallel(t, "FR3 dispatch tells the petitioner who has it now", func(t *testing.T) {
		p := dispatched(t)
		require.Contains(t, p.notices(), "N6")
		require.True(t, p.c.ReleasedAt.IsZero(), "until the unit has signed the first responder is not free")
	})
	parallel(t, "FR4 guide-legal at the first contact", func(t *testing.T) {
		require.Equal(t, grievance.Guided, triaged(t).do(directorUser, "guide-legal", guided).c.State)
	})
	parallel(t, "FR5 register with the complete list of what is missing", func(t *testing.T) {
		p := begin(t, form.Input{"missing_materials": "产权证明;照片"})
		require.Equal(t, "产权证明;照片", p.last().Input["missing_materials"])
	})
	parallel(t, "FR6 an offer nobody confirms falls back", func(t *testing.T) {
		p := offered(t).expire("handover")
		require.Equal(t, grievance.Triage, p.c.State)
		require.Equal(t, grievance.Owner{Unit: centre, User: clerkUser}, p.c.Owner)
		require.Equal(t, "hand_over_lapsed", p.last().Type)
		require.Equal(t, []string{"N20"}, p.notices())
		p.do(dispUser, "dispatch", attachMore)
		sameTime(t, p.due("5wd"), p.c.Policy.Due, "what was never taken over used nothing up")
	})
	parallel(t, "FR6 a hand-over at the desk falls back without losing ground", func(t *testing.T) {
		p := begin(t).do(clerkUser, "hand-over", toTown).do(dispUser, "start-triage").expire("handover")
		require.Equal(t, grievance.Triage, p.c.State, "triage that had begun goes on")
		require.Equal(t, clerkUser, p.c.Owner.User)
	})
	parallel(t, "FR6 working on it is confirming it", func(t *testing.T) {
		p := offered(t).do(officeUser, "contact-petitioner", contacted)
		require.Equal(t, township, p.c.Owner.Unit)
		p = begin(t).do(clerkUser, "hand-over", toTown).do(officeUser, "start-triage")
		require.Equal(t, grievance.Owner{Unit: township, User: officeUser}, p.c.Owner)
		p = offered(t).do("mediator.220402", "contact-petitioner", contacted).do("mediator.220402", "local-conclude", answered)
		require.Nil(t, p.c.Offer)
		require.NotContains(t, p.pending(), "handover")
	})
	parallel(t, "FR6 dispatch makes an open offer moot", func(t *testing.T) {
		p := triaged(t).do(clerkUser, "hand-over", toTown).do(dispUser, "dispatch", attachMore)
		require.Nil(t, p.c.Offer)
		require.NotContains(t, p.pending(), "handover")
	})
	parallel(t, "FR6 guards", func(t *testing.T) {
		p := begin(t)
		p.refuse(domain.CodeInvalid, "not_a_centre", clerkUser, "hand-over", why, form.Input{"to_unit": housing})
		p.refuse(domain.CodeInvalid, "not_of_unit", clerkUser, "hand-over", toTown, form.Input{"to_user": dispUser})
		p.refuse(domain.CodeInvalid, "same_person", clerkUser, "hand-over", why, form.Input{"to_unit": centre, "to_user": clerkUser})
		p.refuse(domain.CodeForbidden, "not_your_case", officeUser, "confirm-hand-over")
		p.do(clerkUser, "hand-over", toTown, form.Input{"to_user": officeUser})
		p.refuse(domain.CodeConflict, "offer_open", clerkUser, "hand-over", toTown)
		p.refuse(domain.CodeForbidden, "not_your_case", "intake.220402001", "confirm-hand-over")
		p.do(officeUser, "confirm-hand-over")
	})
	parallel(t, "FR7 the first unit leads until it is adjudicated otherwise", func(t *testing.T) {
		p := returnPending(t)
		require.Equal(t, housing, p.c.LeadUnit, "asking to return is not yet being rid of it")
		require.Equal(t, housing, p.c.Owner.Unit)
	})
	parallel(t, "FR9 the first responder gets the result", func(t *testing.T) {
		p := replied(t)
		require.Contains(t, encode(t, p.last().Notices), clerkUser)
		p.do("petitioner", "evaluate", form.Input{"rating": "satisfied"})
		require.Contains(t, encode(t, p.last().Notices), clerkUser)
		require.Equal(t, clerkUser, p.c.FirstResponder)
	})
	parallel(t, "another county: the desk that was asked hands over", func(t *testing.T) {
		p := newPlay(t, monday)
		p.register("guide.220403", form.Input{"nature": "help", "summary": "求助", "channel": "walk_in", "area": town})
		require.Equal(t, county, p.c.County)
		require.Equal(t, "220403-C", p.c.Owner.Unit)
		p.refuse(domain.CodeForbidden, "not_your_case", "guide.220403", "start-triage")
		p.do("guide.220403", "hand-over", why, form.Input{"to_unit": centre}).do(dispUser, "confirm-hand-over")
		require.Equal(t, centre, p.c.Owner.Unit)
		require.Equal(t, "guide.220403", p.c.FirstResponder)
	})
}

// TestFallsBackAndClimbs: what fell back to the desk climbs like any other matter.
func TestFallsBackAndClimbs(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]form.Input{"demand": nil, "petition": asPetition} {
		parallel(t, "FR6 "+name, func(t *testing.T) {
			p := offered(t, in).do(officeUser, "decline-hand-over", why)
			sameTime(t, p.due("1wd"), p.c.Deadlines["triage.decide"].At)
			p.expire("triage.decide").expire("unassigned")
			require.NotEqual(t, grievance.Triage, p.c.State)
		})
	}
}
