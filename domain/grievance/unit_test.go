package grievance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
)

// TestUnit walks what happens at the unit that holds the authority: G10–G20.
func TestUnit(t *testing.T) {
	t.Parallel()
	run(t, []transition{
		{name: "G10 sign-for", given: dispatched, by: liaisonUser, state: grievance.Signed, level: "L1", owner: housing, notices: nil,
			deadlines: map[string]string{"assign": "4wh", "contact": "1wd"}, gone: []string{"sign", "sign.half"},
			stranger: clerkUser, elsewhere: "liaison.220402-D12", not: signed,
			check: func(t *testing.T, p *play) {
				require.Equal(t, liaisonUser, p.c.Owner.User)
				require.False(t, p.c.LateSign)
				sameTime(t, p.now, p.c.ReleasedAt, "the first responder is free once the unit has signed (FR6)")
			}},
		{name: "G11 assign-handler", given: signed, by: liaisonUser, input: assigned, state: grievance.Handling, level: "L1", owner: housing,
			notices: []string{"N7"}, gone: []string{"assign"}, stranger: clerkUser, elsewhere: "liaison.220402-D12", not: dispatched,
			missing: []string{"handlers", "recusal_declared"},
			check:   func(t *testing.T, p *play) { require.Equal(t, []string{handlerUser}, p.c.Handlers) }},
		{name: "G12 contact-petitioner", given: handling, by: handlerUser, input: contacted, state: grievance.Handling, level: "L1", owner: housing,
			gone: []string{"contact"}, stranger: clerkUser, elsewhere: "handler2.220402-D11", not: dispatched, missing: []string{"method", "reached", "summary"},
			check: func(t *testing.T, p *play) { require.Len(t, p.c.Contacts, 1) }},
		{name: "G13 request-return", given: dispatched, by: liaisonUser, second: leaderUser, input: returning, event: "return_requested",
			state: grievance.ReturnPending, level: "L1", owner: housing, notices: []string{"N9"},
			deadlines: map[string]string{"return.review": "4wh"}, gone: []string{"sign", "sign.half", "assign", "contact"},
			stranger: clerkUser, elsewhere: "liaison.220402-D12", not: handling, missing: []string{"legal_basis", "reason_code", "suggested_unit"},
			check: func(t *testing.T, p *play) { require.Equal(t, []string{housing}, p.c.Returned) }},
		{name: "G14 accept-return", given: returnPending, by: dispUser, input: form.Input{"lead_unit": land}, state: grievance.Dispatched,
			level: "L1", owner: land, notices: []string{"N7"}, deadlines: map[string]string{"sign": "4wh"}, gone: []string{"return.review"},
			stranger: liaisonUser, elsewhere: "disp.220403", not: dispatched, missing: []string{"lead_unit"},
			check: func(t *testing.T, p *play) {
				require.Equal(t, 1, p.c.ReassignCount)
				require.NotContains(t, p.c.AssistUnits, housing, "a unit whose return was accepted is out of it")
				sameTime(t, p.due("1wd"), p.c.ReturnUntil, "the new unit has a window of its own")
			}},
		{name: "G15 reject-return", given: returnPending, by: dispUser, input: why, state: grievance.Handling, level: "L1", owner: housing,
			notices: []string{"N10"}, deadlines: map[string]string{"assign": "4wh", "contact": "1wd"}, gone: []string{"return.review"},
			stranger: liaisonUser, elsewhere: "disp.220403", not: dispatched, missing: []string{"reason"}},
		{name: "G16 start-adjudication", given: returnPending, by: dispUser, input: form.Input{"parties": []any{housing, land}, "arguments": "各执一词"},
			state: grievance.Adjudicating, level: "L1", owner: centre, notices: []string{"N8"}, deadlines: map[string]string{"adjudicate": "2wd"},
			gone: []string{"return.review", "sign", "assign", "contact"}, stranger: liaisonUser, elsewhere: "disp.220403", not: signed,
			missing: []string{"arguments", "parties"},
			check: func(t *testing.T, p *play) {
				require.Empty(t, p.c.LeadUnit)
				require.Equal(t, centre, p.c.Deadlines["policy.red"].Unit, "the centre holds the clock meanwhile")
			}},
		{name: "G17 adjudicate", given: adjudicating, by: directorUser, input: ruled, state: grievance.Dispatched, level: "L1", owner: housing,
			notices: []string{"N7"}, deadlines: map[string]string{"sign": "4wh"}, gone: []string{"adjudicate"}, stranger: dispUser,
			elsewhere: "director.220403", not: dispatched, missing: []string{"decision", "lead_unit", "legal_basis"},
			check: func(t *testing.T, p *play) { require.Equal(t, []string{housing}, p.c.Designated) }},
		{name: "G18 issue-reply", given: handling, by: handlerUser, second: leaderUser, input: answered, event: "replied",
			state: grievance.Replied, level: "L1", owner: housing, notices: []string{"N11", "N16"}, deadlines: map[string]string{"evaluation": "7cd"},
			gone: []string{"policy.red", "policy.half", "policy.yellow", "contact"}, stranger: clerkUser, elsewhere: "handler2.220402-D11", not: signed,
			missing: []string{"evidence", "legal_basis", "outcome_grade", "result", "service_date", "service_method"},
			check: func(t *testing.T, p *play) {
				require.Equal(t, handlerUser, p.c.Reply.By)
				require.Equal(t, "disposed", p.c.Reply.OutcomeGrade)
				sameTime(t, moment("2026-03-02 00:00"), p.c.Reply.ServedAt)
				require.Equal(t, p.last().Seq, p.c.Reply.Event)
			}},
		{name: "G18 issue-reply of a petition", given: handling, with: asPetition, by: handlerUser, second: leaderUser, input: merge(answered, opinion),
			event: "replied", state: grievance.Replied, level: "L1", owner: housing, notices: []string{"N11", "N16"},
			deadlines: map[string]string{"evaluation": "30cd"}, gone: []string{"statutory", "statutory.15cd"}, stranger: clerkUser, not: signed,
			missing: []string{"evidence", "legal_basis", "opinion_result", "outcome_grade", "remedy", "remedy_organ", "result", "service_date", "service_method"}},
		{name: "G19 suspend", given: handling, by: leaderUser, second: directorUser, input: hungUp, event: "suspended",
			state: grievance.Suspended, level: "L1", owner: housing, notices: []string{"N12"}, deadlines: map[string]string{"hangup.review": "30cd"},
			gone: []string{"policy.red", "policy.half", "policy.yellow"}, stranger: clerkUser, elsewhere: "leader.220402-D12", not: signed,
			missing: []string{"interim_measures", "milestones", "reason_code", "until"},
			check: func(t *testing.T, p *play) {
				require.Zero(t, p.c.Policy.Due)
				sameTime(t, moment("2026-05-02 00:00"), p.c.Deadlines["hangup.until"].At)
			}},
		{name: "G20 resume", given: suspended, by: liaisonUser, input: why, state: grievance.Handling, level: "L1", owner: housing, notices: []string{"N12"},
			gone: []string{"hangup.review", "hangup.until"}, stranger: clerkUser, elsewhere: "liaison.220402-D12", not: handling, missing: []string{"reason"},
			check: func(t *testing.T, p *play) { require.Nil(t, p.c.Suspension) }},
	})
}

func TestReturnGuards(t *testing.T) {
	t.Parallel()
	parallel(t, "G13 blocked reasons and the own unit", func(t *testing.T) {
		p := dispatched(t)
		for _, blocked := range []string{"N01", "N02", "N03", "难办"} {
			p.refuse(domain.CodeInvalid, "unknown_code", liaisonUser, "request-return", returning, form.Input{"reason_code": blocked})
		}
		p.refuse(domain.CodeInvalid, "same_unit", liaisonUser, "request-return", returning, form.Input{"suggested_unit": housing})
	})
	parallel(t, "G13 Friday 16:58 is in time though signed on Monday", func(t *testing.T) {
		p := beginAt(t, moment("2026-03-05 15:00")).do(dispUser, "start-triage").at("2026-03-05 16:00").do(dispUser, "dispatch", attachMore)
		sameTime(t, moment("2026-03-06 17:00"), p.c.ReturnUntil)
		p.at("2026-03-06 16:58").do(liaisonUser, "request-return", returning)
		p.at("2026-03-09 09:00").do(leaderUser, "approve")
		require.Equal(t, grievance.ReturnPending, p.c.State)
		sameTime(t, moment("2026-03-09 15:00"), p.c.Deadlines["return.review"].At, "the review counts working hours")
	})
	parallel(t, "G13 the window closes", func(t *testing.T) {
		p := dispatched(t).after("1wd").after("1wh")
		p.refuse(domain.CodeConflict, "return_window_closed", liaisonUser, "request-return", returning)
		require.NotContains(t, offers(p, liaisonUser), "request-return")
		petition := dispatched(t, asPetition)
		sameTime(t, petition.due("5wd"), petition.c.ReturnUntil)
	})
	parallel(t, "G13 an emergency is made safe first", func(t *testing.T) {
		dispatched(t, form.Input{"urgency": "emergency"}).refuse(domain.CodeConflict, "make_safe_first", liaisonUser, "request-return", returning)
	})
	parallel(t, "G13 the leader alone is signature enough", func(t *testing.T) {
		require.Equal(t, grievance.ReturnPending, dispatched(t).do(leaderUser, "request-return", returning).c.State)
	})
	parallel(t, "G13 a rejected unit may not try again, nor get the case back", func(t *testing.T) {
		p := returnPending(t).do(dispUser, "accept-return", form.Input{"lead_unit": land})
		require.Equal(t, "policy.red", p.c.Deadlines["policy.red"].ID)
		p.both("liaison.220402-D12", "request-return", "leader.220402-D12", returning, form.Input{"suggested_unit": housing, "seal": true})
		p.refuse(domain.CodeConflict, "director_decides", dispUser, "accept-return", form.Input{"lead_unit": housing})
		p.refuse(domain.CodeConflict, "director_decides", dispUser, "reject-return", why)
		p.do(directorUser, "reject-return", why)
		require.Equal(t, grievance.Handling, p.c.State)
		require.Equal(t, 2, p.c.ReturnCount)
	})
	parallel(t, "G14 not to a unit that returned it", func(t *testing.T) {
		p := returnPending(t)
		p.refuse(domain.CodeConflict, "returned_before", dispUser, "accept-return", form.Input{"lead_unit": housing})
	})
	parallel(t, "G16 the second reassignment goes to adjudication, no third dispatch", func(t *testing.T) {
		p := returnPending(t).do(dispUser, "accept-return", form.Input{"lead_unit": land})
		p.both("liaison.220402-D12", "request-return", "leader.220402-D12", returning, form.Input{"suggested_unit": farm, "seal": true})
		p.do(directorUser, "accept-return", form.Input{"lead_unit": farm})
		require.Equal(t, grievance.Adjudicating, p.c.State)
		require.Equal(t, 2, p.c.ReassignCount)
		require.Equal(t, "T03", p.last().Reason)
		require.Equal(t, "G16", p.last().Rule)
		p.do(directorUser, "adjudicate", ruled, form.Input{"lead_unit": farm})
		p.refuse(domain.CodeConflict, "designated_no_return", "liaison.220402-D13", "request-return", returning)
		require.NotContains(t, offers(p, "liaison.220402-D13"), "request-return")
	})
	parallel(t, "G17 vertical units are the county leader's to rule on", func(t *testing.T) {
		p := adjudicating(t)
		p.refuse(domain.CodeConflict, "leader_decides", directorUser, "adjudicate", ruled, form.Input{"lead_unit": tax})
		p.refuse(domain.CodeInvalid, "not_a_unit", directorUser, "adjudicate", ruled, form.Input{"lead_unit": town})
		p.refuse(domain.CodeInvalid, "lead_twice", directorUser, "adjudicate", ruled, form.Input{"assist_units": []any{housing}})
		p.do(county1, "adjudicate", ruled, form.Input{"lead_unit": tax})
		require.Equal(t, tax, p.c.LeadUnit)
	})
}

func TestHandlingGuards(t *testing.T) {
	t.Parallel()
	parallel(t, "G11 handlers are of the lead unit and declare no interest", func(t *testing.T) {
		p := signed(t)
		p.refuse(domain.CodeInvalid, "not_of_unit", liaisonUser, "assign-handler", assigned, form.Input{"handlers": []any{"handler.220402-D12"}})
		p.refuse(domain.CodeInvalid, "not_of_unit", liaisonUser, "assign-handler", assigned, form.Input{"handlers": []any{"nobody"}})
		p.refuse(domain.CodeInvalid, "declaration", liaisonUser, "assign-handler", assigned, form.Input{"recusal_declared": false})
	})
	parallel(t, "G11 a later change of handler leaves the state", func(t *testing.T) {
		p := handling(t).do(leaderUser, "assign-handler", assigned, form.Input{"handlers": []any{"handler2.220402-D11"}})
		require.Equal(t, grievance.Handling, p.c.State)
		p.refuse(domain.CodeForbidden, "not_your_case", handlerUser, "contact-petitioner", contacted)
	})
	parallel(t, "G12 not in the future", func(t *testing.T) {
		handling(t).refuse(domain.CodeInvalid, "future", handlerUser, "contact-petitioner", contacted, form.Input{"at": "2026-03-03T09:00:00+08:00"})
	})
	parallel(t, "G18 nothing mandatory may be open", func(t *testing.T) {
		p := handling(t).do(dispUser, "add-assist", why, form.Input{"assist_unit": land})
		p.refuse(domain.CodeConflict, "task_open", handlerUser, "issue-reply", answered)
		require.NotContains(t, offers(p, handlerUser), "issue-reply")
		p.do("liaison.220402-D12", "complete-task", form.Input{"result": "已出具意见"})
		p.do(leaderUser, "issue-reply", answered)
		require.Equal(t, leaderUser, p.c.Reply.By, "the leader may answer alone")
		require.False(t, p.c.Tasks["T1"].Late)
	})
	parallel(t, "G18 no outcome grade, no reply; no remedy, no opinion (I4)", func(t *testing.T) {
		p := handling(t, asPetition)
		p.refuse(domain.CodeInvalid, "required", handlerUser, "issue-reply", answered, opinion, form.Input{"outcome_grade": ""})
		p.refuse(domain.CodeInvalid, "required", handlerUser, "issue-reply", answered, opinion, form.Input{"remedy": "  "})
		p.refuse(domain.CodeInvalid, "unknown_code", handlerUser, "issue-reply", answered, opinion, form.Input{"outcome_grade": "great"})
	})
	parallel(t, "G18 the date of service must be possible", func(t *testing.T) {
		p := handling(t)
		p.refuse(domain.CodeInvalid, "range", handlerUser, "issue-reply", answered, form.Input{"service_date": "2026-02-27"})
		p.refuse(domain.CodeInvalid, "range", handlerUser, "issue-reply", answered, form.Input{"service_date": "2027-01-01"})
	})
	parallel(t, "add-assist and complete-task", func(t *testing.T) {
		p := handling(t)
		p.refuse(domain.CodeInvalid, "lead_twice", dispUser, "add-assist", why, form.Input{"assist_unit": housing})
		p.refuse(domain.CodeInvalid, "other_county", dispUser, "add-assist", why, form.Input{"assist_unit": "220403-D11"})
		require.Equal(t, []string{"assist_unit"}, p.faults(dispUser, "add-assist", merge(why, form.Input{"assist_unit": town})))
		p.refuse(domain.CodeForbidden, "not_your_case", "liaison.220402-D12", "complete-task", form.Input{"result": "r"})
		p.do(leaderUser, "add-assist", why, form.Input{"assist_unit": land})
		p.refuse(domain.CodeInvalid, "unknown_task", "liaison.220402-D12", "complete-task", form.Input{"result": "r", "task": "T9"})
		p.expire("task.T1")
		require.Equal(t, "task_overdue", p.saw("task_overdue").Type)
		p.do("handler.220402-D12", "complete-task", form.Input{"result": "r", "task": "T1"})
		require.True(t, p.c.Tasks["T1"].Late)
	})
	parallel(t, "waive-task takes an overtaken task off the case", func(t *testing.T) {
		p := handling(t).do(leaderUser, "add-assist", why, form.Input{"assist_unit": land})
		p.refuse(domain.CodeConflict, "task_open", leaderUser, "issue-reply", answered)
		p.refuse(domain.CodeForbidden, "not_your_office", leaderUser, "waive-task", why, form.Input{"task": "T1"})
		p.refuse(domain.CodeInvalid, "unknown_task", directorUser, "waive-task", why, form.Input{"task": "T9"})
		p.do(directorUser, "waive-task", why, form.Input{"task": "T1"})
		require.Equal(t, []string{"N13"}, p.notices())
		require.NotContains(t, p.c.Deadlines, "task.T1")
		p.refuse(domain.CodeInvalid, "unknown_task", directorUser, "waive-task", why, form.Input{"task": "T1"})
		p.do(leaderUser, "issue-reply", answered)
		require.Equal(t, grievance.Replied, p.c.State)
	})
	parallel(t, "an assist unit of a paused case has a clock, too", func(t *testing.T) {
		p := handling(t).both(handlerUser, "pause", dispUser, form.Input{"pause_reason": "hearing", "note": "听证"})
		p.do(dispUser, "add-assist", why, form.Input{"assist_unit": land})
		sameTime(t, p.due("3wd"), p.c.Tasks["T1"].Due, "half of five working days, rounded up")
		require.Contains(t, p.pending(), "task.T1")
	})
	parallel(t, "record-service proves or corrects the date", func(t *testing.T) {
		served := form.Input{"service_method": "lien", "proof": "见证人签字"}
		replied(t).refuse(domain.CodeInvalid, "range", liaisonUser, "record-service", served, form.Input{"service_date": "2026-03-01"})
		p := replied(t).do(liaisonUser, "record-service", form.Input{"service_method": "lien", "service_date": "2026-03-06", "proof": "见证人签字"})
		sameTime(t, moment("2026-03-06 00:00"), p.c.Reply.ServedAt)
		require.Equal(t, "lien", p.c.Reply.Method)
		sameTime(t, moment("2026-03-14 00:00"), p.c.Deadlines["evaluation"].At, "the window runs from service")
		p = closed(t, asPetition).do(liaisonUser, "record-service", served, form.Input{"service_date": "2026-03-28"})
		review := p.rules.Calendar.Due(moment("2026-03-28 00:00"), p.rules.Policy.Limit("review.window")).At
		sameTime(t, review, p.c.Deadlines["archive"].At, "filed only after the window for review")
	})
}
