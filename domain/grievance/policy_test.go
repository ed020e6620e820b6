package grievance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/policy"
)

// under plays on under a policy that differs from the city's.
func (p *play) under(values map[string]any) *play {
	l := policy.Layer{Scope: county, Version: "test", EffectiveFrom: time.Date(2020, 8, 28, 0, 0, 0, 0, calendar.Zone), Values: map[string]policy.Value{}}
	for name, raw := range values {
		k, ok := policy.KeyNamed(name)
		require.True(p.t, ok, name)
		var err error
		switch raw := raw.(type) {
		case string:
			l.Values[name], err = policy.Parse(k, raw)
		case []string:
			l.Values[name], err = policy.ParseList(k, raw)
		}
		require.NoError(p.t, err, name)
	}
	book, err := policy.NewBook(p.book.Org.Root(), append(p.book.Policy.Layers(), l), p.book.Org.Path)
	require.NoError(p.t, err)
	p.rules.Policy = book.At(p.book.Org.Path(town), p.now)
	return p
}

// TestPolicyOfReturns: what §4.4 leaves to the policy changes what a unit may do.
func TestPolicyOfReturns(t *testing.T) {
	t.Parallel()
	again := func(t *testing.T) *play { // given to a second unit, which wants to return it too
		return returnPending(t).do(dispUser, "accept-return", form.Input{"lead_unit": land})
	}
	second := merge(returning, form.Input{"suggested_unit": housing})
	parallel(t, "a second return needs the seal", func(t *testing.T) {
		p := again(t)
		p.refuse(domain.CodeInvalid, "required", "liaison.220402-D12", "request-return", second)
		p.refuse(domain.CodeInvalid, "declaration", "liaison.220402-D12", "request-return", second, form.Input{"seal": false})
		p.both("liaison.220402-D12", "request-return", "leader.220402-D12", second, form.Input{"seal": true})
		require.Equal(t, 2, p.c.ReturnCount)
		dispatched(t).refuse(domain.CodeInvalid, "unknown_field", liaisonUser, "request-return", returning, form.Input{"seal": true})
		again(t).under(map[string]any{"return.second_seal": "false"}).both("liaison.220402-D12", "request-return", "leader.220402-D12", second)
	})
	parallel(t, "who signs a return", func(t *testing.T) {
		p := dispatched(t).under(map[string]any{"return.signature": []string{"dept_handler"}})
		p.do(liaisonUser, "request-return", returning).refuse(domain.CodeForbidden, "not_your_office", leaderUser, "approve")
		p.do(handlerUser, "approve")
		require.Equal(t, grievance.ReturnPending, p.c.State)
	})
	parallel(t, "how often a unit may return a case", func(t *testing.T) {
		twice := func(t *testing.T) *play {
			return returnPending(t).do(dispUser, "reject-return", why)
		}
		require.Equal(t, grievance.Handling, twice(t).c.State)
		p := returnPending(t)
		p.refuse(domain.CodeConflict, "returned_before", dispUser, "accept-return", form.Input{"lead_unit": housing})
		p.under(map[string]any{"return.max_per_unit": "2"}).do(dispUser, "accept-return", form.Input{"lead_unit": housing})
		p.both(liaisonUser, "request-return", leaderUser, returning, form.Input{"seal": true})
	})
}

// TestPolicyOfSigning: without deemed signing the unit is reminded until it signs.
func TestPolicyOfSigning(t *testing.T) {
	t.Parallel()
	p := dispatched(t).under(map[string]any{"sign.auto": "false"})
	due := p.c.Policy.Due
	p.expire("sign").expire("sign")
	require.Equal(t, grievance.Dispatched, p.c.State)
	require.Contains(t, p.c.Flags, "late_sign")
	require.Equal(t, "sign_overdue", p.last().Type)
	sameTime(t, due, p.c.Policy.Due, "not signing stops no clock (I10)")
	p.do(liaisonUser, "sign-for")
	require.Equal(t, grievance.Signed, p.c.State)
}

// TestPolicyOfExtensions: §4.5 leaves approvers and exceptions to the policy; a
// mediation is prolonged by both parties (§4.2).
func TestPolicyOfExtensions(t *testing.T) {
	t.Parallel()
	parallel(t, "approvers in their order", func(t *testing.T) {
		p := handling(t).under(map[string]any{"extend.approver": []string{"centre_director"}}).do(handlerUser, "extend", extended)
		p.refuse(domain.CodeForbidden, "not_your_office", dutyUser, "approve")
		p.do(directorUser, "approve")
		long := handling(t).under(map[string]any{"extend.director.over": "2wd"}).do(handlerUser, "extend", extended)
		long.refuse(domain.CodeForbidden, "not_your_office", dutyUser, "approve")
		petition := handling(t, asPetition).under(map[string]any{"extend.petition.approver": []string{"dept_liaison"}})
		petition.do(handlerUser, "extend", extended).do(liaisonUser, "approve")
	})
	parallel(t, "what is never extended", func(t *testing.T) {
		red := joint(t).do(dispUser, "classify", why, form.Input{"risk": "red"})
		red.under(map[string]any{"extend.never": []string{"emergency"}}).both(directorUser, "extend", dutyUser, extended)
	})
	parallel(t, "a mediation by thirty days, with both consents", func(t *testing.T) {
		dispute := form.Input{"nature": "dispute", "category": "0201"}
		in := merge(extended, form.Input{"days": 30})
		p := handling(t, dispute)
		p.refuse(domain.CodeInvalid, "required", handlerUser, "extend", in)
		due := p.c.Policy.Due
		p.both(handlerUser, "extend", dutyUser, in, form.Input{"parties_consent": true})
		sameTime(t, p.rules.Calendar.Extend(due, calendar.MustLimit("30cd")).At, p.c.Policy.Due)
		handling(t, dispute).refuse(domain.CodeInvalid, "range", handlerUser, "extend", in, form.Input{"days": 31, "parties_consent": true})
	})
}

// TestPolicyOfPausesAndHangUps: which reasons stop the policy clock, how often, and
// what must be promised meanwhile.
func TestPolicyOfPausesAndHangUps(t *testing.T) {
	t.Parallel()
	handling(t).under(map[string]any{"pause.reasons": []string{"supplement"}}).
		refuse(domain.CodeInvalid, "not_a_pause", handlerUser, "pause", hearing)
	supplement := form.Input{"pause_reason": "supplement", "note": "补证"}
	p := handling(t).under(map[string]any{"pause.supplement.max": "2", "pause.supplement": "1cd"})
	for range 2 {
		p.both(handlerUser, "pause", dispUser, supplement).expire("pause.max")
	}
	p.refuse(domain.CodeConflict, "pause_once", handlerUser, "pause", supplement)
	handling(t).under(map[string]any{"hangup.reasons": []string{"H02"}}).refuse(domain.CodeInvalid, "not_a_ground", leaderUser, "suspend", hungUp)
	bare := form.Input{"reason_code": "H01", "milestones": "五月开工", "until": "2026-05-01"}
	handling(t).refuse(domain.CodeInvalid, "required", leaderUser, "suspend", bare)
	handling(t).under(map[string]any{"hangup.interim": "false"}).both(leaderUser, "suspend", directorUser, bare)
}

// TestPolicyOfIntake: groups, names and complete lists at the front desk (§4.9, FR5).
func TestPolicyOfIntake(t *testing.T) {
	t.Parallel()
	told := func(in form.Input) bool {
		p := begin(t, in)
		for _, n := range p.last().Notices {
			if n.N == "N20" && n.To.Role == org.RoleCentreDutyLeader {
				return true
			}
		}
		return false
	}
	require.True(t, told(form.Input{"headcount": 6}), "the duty leader joins a group")
	require.False(t, told(form.Input{"headcount": 4}))
	require.False(t, told(form.Input{"headcount": 6, "channel": "letter"}), "nobody has come")

	p := begin(t).do(clerkUser, "request-supplement", form.Input{"missing_materials": "产权证"}).under(map[string]any{"fr.supplement_once": "false"})
	p.do(clerkUser, "request-supplement", form.Input{"missing_materials": "身份证"})
	require.NotContains(t, p.c.Flags, "supplement_repeated")

	anonymous := func(nature string) []string {
		_, c, err := grievance.Register(grievance.Registration{No: no, Anonymous: true, Input: form.Input{"nature": nature, "summary": "s", "channel": "web", "area": town}},
			machine.Command{Actor: p.actor(webUser)}, p.rules, monday)
		require.NoError(t, err, "no door is closed on a matter without a name")
		return c.Flags
	}
	require.Equal(t, []string{grievance.FlagNoWrittenRight}, anonymous("petition"))
	require.Equal(t, []string{grievance.FlagIdentityNeeded}, anonymous("dispute"))
	require.Empty(t, anonymous("suggestion"))
}

// TestPolicyOfTheReasonTest: §4.9 rework.reason_test, §6 item 54.
func TestPolicyOfTheReasonTest(t *testing.T) {
	t.Parallel()
	unhappy(t).under(map[string]any{"rework.founded": []string{"no_contact"}}).
		refuse(domain.CodeInvalid, "not_a_ground", supervisor1, "rework", form.Input{"ground": "not_done", "why_founded": "x"})
	in := form.Input{"ground": "beyond_law_explained", "evidence": "笔录", "explanation": "a", "remedy": "b"}
	full := unhappy(t)
	full.explained.Explained, full.explained.Closed = 5, 100
	full.refuse(domain.CodeConflict, "explained_quota", supervisor1, "close-explained", in)
	full.both(directorUser, "close-explained", supervisor1, in)
	require.Equal(t, "unfounded", full.c.ClosingType)
	few := unhappy(t)
	few.explained.Explained, few.explained.Closed = 0, 3
	few.both(supervisor1, "close-explained", supervisor2, in)
}

// TestUrgentPetitionIsAnsweredFirst: §4.2 gives the unit five working days for the
// first reply to an urgent petition; the statutory date is what it was.
func TestUrgentPetitionIsAnsweredFirst(t *testing.T) {
	t.Parallel()
	p := dispatched(t, asPetition, form.Input{"urgency": "urgent"})
	sameTime(t, p.due("5wd"), p.c.Policy.Due)
	sameTime(t, p.due("60cd"), p.c.Statutory.Due)
	p = dispatched(t, asPetition)
	sameTime(t, p.due("15cd"), p.c.Policy.Due)
}

// TestNobodyResponsible: §4.4 no_body, §6 item 32.
func TestNobodyResponsible(t *testing.T) {
	t.Parallel()
	parallel(t, "declare-no-body gives the township the matter and the centre the money", func(t *testing.T) {
		p := triaged(t)
		require.Equal(t, []string{"funding", "legal_basis", "reason"}, p.faults(dispUser, "declare-no-body", nil))
		p.refuse(domain.CodeForbidden, "not_your_office", liaisonUser, "declare-no-body", ownerless)
		p.refuse(domain.CodeForbidden, "not_your_case", "disp.220403", "declare-no-body", ownerless)
		p.do(dispUser, "declare-no-body", ownerless)
		require.Equal(t, grievance.Dispatched, p.c.State)
		require.Equal(t, township, p.c.LeadUnit)
		require.Equal(t, []string{centre}, p.c.AssistUnits)
		require.Contains(t, p.c.Flags, "no_body")
		require.Equal(t, []string{"N6", "N7"}, p.notices())
		sameTime(t, p.due("15wd"), p.c.Deadlines["no_body"].At)
		p.do(officeUser, "sign-for")
		require.NotContains(t, offers(p, officeUser), "request-return")
	})
	parallel(t, "what lasts longer than fifteen days is for the county leader", func(t *testing.T) {
		p := triaged(t, form.Input{"urgency": "complex"}).do(dispUser, "declare-no-body", ownerless).expire("no_body")
		require.Equal(t, grievance.LeaderResolving, p.c.State)
		require.Equal(t, "T12", p.last().Reason)
		done := triaged(t).do(dispUser, "declare-no-body", ownerless).do(officeUser, "sign-for")
		done.do(officeUser, "assign-handler", form.Input{"handlers": []any{officeUser}, "recusal_declared": true}).do(officeUser, "contact-petitioner", contacted)
		for id := range done.c.Tasks {
			done.do(directorUser, "waive-task", form.Input{"task": id, "reason": "经费已落实"})
		}
		done.both(officeUser, "issue-reply", townLead, answered)
		require.NotContains(t, done.pending(), "no_body")
	})
	parallel(t, "where the township is not to answer the centre does; accusations have somebody", func(t *testing.T) {
		p := triaged(t).under(map[string]any{"no_body.township_owns": "false"}).do(dispUser, "declare-no-body", ownerless)
		require.Equal(t, centre, p.c.LeadUnit)
		require.Empty(t, p.c.AssistUnits)
		sealed(t).refuse(domain.CodeForbidden, "not_your_case", dispUser, "declare-no-body", ownerless)
		own := form.Input{"nature": "accusation", "respondent_unit": discipline} // about the vault: others act
		triaged(t, own).refuse(domain.CodeConflict, "sealed_apart", dispUser, "declare-no-body", ownerless)
	})
}

// TestAdjudicationIsAPrecedent: §4.4 adjudicate.effect.
func TestAdjudicationIsAPrecedent(t *testing.T) {
	t.Parallel()
	require.Contains(t, adjudicating(t).do(directorUser, "adjudicate", ruled).c.Flags, grievance.Precedent)
	off := adjudicating(t).under(map[string]any{"adjudicate.precedent": "false"}).do(directorUser, "adjudicate", ruled)
	require.NotContains(t, off.c.Flags, grievance.Precedent)
	accused := sealed(t, form.Input{"respondent_unit": tax}).do(disciplineUser, "dispatch", attachMore).
		do(disciplineUser, "start-adjudication", form.Input{"parties": []any{housing, land}, "arguments": "x"}).do(disciplineUser, "adjudicate", ruled)
	require.NotContains(t, accused.c.Flags, grievance.Precedent, "an accusation is no example to others")
}

// TestEveryTwoPersonStepCanBeSigned: a township with one person in all its offices is
// not stuck (§6 item 38): countersigned steps may be taken alone by who may sign, and
// for two persons there is somebody at the county.
func TestEveryTwoPersonStepCanBeSigned(t *testing.T) {
	t.Parallel()
	for _, in := range []form.Input{nil, asPetition} {
		p := handling(t, in)
		turn := grievance.Machine.Begin(p.c, domain.SystemActor(), p.rules, machine.World{}, p.now, p.now)
		for _, s := range grievance.Machine.Steps {
			if s.Signature != machine.TwoPersons {
				continue
			}
			above := 0
			for _, w := range s.SignsFor(turn) {
				if w.Place == "county" {
					above++
				}
			}
			require.Positive(t, above, s.Action)
		}
	}
	alone := triaged(t).do(officeUser, "dispatch", form.Input{"lead_unit": township}).do(officeUser, "sign-for")
	alone.do(officeUser, "assign-handler", form.Input{"handlers": []any{officeUser}, "recusal_declared": true}).do(officeUser, "contact-petitioner", contacted)
	both := alone.actor(officeUser)
	both.Grants = append(both.Grants, org.Grant{Role: org.RoleTownshipLeader, Unit: township})
	in := alone.dated(answered)
	events, _, err := grievance.Machine.Decide(alone.c, machine.Command{Key: "K", Action: "issue-reply", Actor: both, Input: in}, alone.rules, machine.World{}, alone.now)
	require.NoError(t, err)
	require.Equal(t, "replied", events[len(events)-1].Type, "no second person is waited for")
}
