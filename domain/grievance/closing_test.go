package grievance_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

func itoa(n int) string { return strconv.Itoa(n) }

func satisfied(t require.TestingT, in ...form.Input) *play { return replied(t, in...) }

// unhappy is a reply rated unsatisfied that nobody has judged yet.
func unhappy(t require.TestingT, in ...form.Input) *play {
	return replied(t, in...).do("petitioner", "evaluate", unsatisfied)
}

// TestClosing walks what follows the answer: G28–G36.
func TestClosing(t *testing.T) {
	t.Parallel()
	again := merge(answered, form.Input{"result": "已更换防水层", "new_measures": "更换防水层"})
	run(t, []transition{
		{name: "G28 evaluate satisfied", given: satisfied, by: petitionClerk, input: form.Input{"rating": "satisfied", "comment": "谢谢"},
			state: grievance.Closed, level: "L1", owner: housing, notices: []string{"N16"}, deadlines: map[string]string{"archive": "30cd"},
			gone: []string{"evaluation"}, stranger: leaderUser, elsewhere: "petition.220403", not: handling, missing: []string{"rating"},
			check: func(t *testing.T, p *play) { require.Equal(t, "resolved", p.c.ClosingType) }},
		{name: "G28 evaluate unsatisfied", given: satisfied, by: petitionClerk, input: unsatisfied, state: grievance.Replied, level: "L1", owner: housing,
			notices: []string{"N17"}, deadlines: map[string]string{"rework.decide": "1wd"}, gone: []string{"evaluation"}, stranger: leaderUser,
			not: closed, missing: []string{"rating"}},
		{name: "G29 rework", given: unhappy, by: supervisor1, input: form.Input{"ground": "not_done", "why_founded": "仍在漏水"}, state: grievance.Rework, level: "L1", owner: housing,
			notices: []string{"N17"}, deadlines: map[string]string{"policy.red": "3wd"}, gone: []string{"rework.decide", "evaluation"},
			stranger: leaderUser, elsewhere: "supervisor.220403", not: handling, missing: []string{"ground", "why_founded"},
			check: func(t *testing.T, p *play) { require.Equal(t, "founded", p.c.Evaluation.Founded) }},
		{name: "G30 issue-reply", given: reworked, by: handlerUser, second: leaderUser, input: again, event: "replied", state: grievance.Replied,
			level: "L1", owner: housing, notices: []string{"N11", "N16"}, deadlines: map[string]string{"evaluation": "7cd"}, gone: []string{"policy.red"},
			stranger: clerkUser, not: closed,
			missing: []string{"evidence", "legal_basis", "new_measures", "outcome_grade", "result", "service_date", "service_method"},
			check:   func(t *testing.T, p *play) { require.Nil(t, p.c.Evaluation, "the new answer is rated anew") }},
		{name: "G32 close-explained", given: unhappy, by: supervisor1, second: supervisor2, input: form.Input{"ground": "beyond_law_explained", "evidence": "解释笔录", "explanation": "已当面解释", "remedy": "可申请复查"},
			event: "closed_explained", state: grievance.Closed, level: "L1", owner: housing, notices: []string{"N16"}, gone: []string{"rework.decide"},
			stranger: dispUser, elsewhere: "supervisor.220403", not: closed, missing: []string{"evidence", "explanation", "ground", "remedy"},
			check: func(t *testing.T, p *play) {
				require.Equal(t, "unfounded", p.c.ClosingType)
				require.Equal(t, "unfounded", p.c.Evaluation.Founded)
			}},
		{name: "G33 withdraw", given: handling, by: dispUser, input: form.Input{"statement": "自愿撤回"}, state: grievance.Withdrawn, level: "L1", owner: housing,
			notices: []string{"N16"}, gone: []string{"policy.red", "contact"}, stranger: liaisonUser, elsewhere: "disp.220403", not: closed, missing: []string{"statement"}},
		{name: "G35 reopen", given: closed, by: dispUser, input: form.Input{"ground": "new_facts", "reason": "再次漏水"}, state: grievance.Handling, level: "L1", owner: housing,
			notices: []string{"N17"}, deadlines: map[string]string{"policy.red": "5wd"}, gone: []string{"archive"}, stranger: liaisonUser, elsewhere: "disp.220403",
			not: handling, missing: []string{"ground", "reason"},
			check: func(t *testing.T, p *play) {
				require.Zero(t, p.c.ClosedAt)
				require.Nil(t, p.c.Evaluation)
			}},
	})
}

func TestClosingGuards(t *testing.T) {
	t.Parallel()
	parallel(t, "G28 rated once, and not by who handled it", func(t *testing.T) {
		p := unhappy(t)
		p.refuse(domain.CodeConflict, "already_rated", "petitioner", "evaluate", unsatisfied)
		p = local(t).do(officeUser, "contact-petitioner", contacted).do(officeUser, "local-conclude", answered)
		p.refuse(domain.CodeForbidden, "not_your_case", officeUser, "evaluate", form.Input{"rating": "satisfied"})
		p.do(clerkUser, "evaluate", form.Input{"rating": "basic"})
	})
	parallel(t, "G28 only what is disposed of counts as resolved", func(t *testing.T) {
		for grade, closing := range map[string]string{"disposed": "resolved", "defused": "agreement", "explained": "explained", "clarified": "explained"} {
			p := handling(t).do(leaderUser, "issue-reply", answered, form.Input{"outcome_grade": grade}).do("petitioner", "evaluate", form.Input{"rating": "basic"})
			require.Equal(t, closing, p.c.ClosingType)
		}
	})
	parallel(t, "G30 the same answer again is none", func(t *testing.T) {
		p := reworked(t)
		p.refuse(domain.CodeInvalid, "unchanged", leaderUser, "issue-reply", answered, form.Input{"new_measures": "无", "result": " 已安排维修 "})
	})
	parallel(t, "G30 the level the case is on answers", func(t *testing.T) {
		p := met(t).do(directorUser, "joint-conclude", jointAnswer).do("petitioner", "evaluate", unsatisfied).do(supervisor1, "rework", form.Input{"ground": "not_done", "why_founded": "x"})
		require.Equal(t, grievance.Owner{Unit: centre}, p.c.Owner)
		p.refuse(domain.CodeConflict, "other_level", leaderUser, "issue-reply", answered, form.Input{"new_measures": "x", "result": "已换新管"})
		p.do(directorUser, "joint-conclude", jointAnswer, form.Input{"new_measures": "x", "result": "已换新管"})
		require.Equal(t, "G30", p.last().Rule)
		fresh := met(t).do(directorUser, "joint-conclude", jointAnswer)
		require.Equal(t, "G22", fresh.last().Rule, "the rule of another case's rework does not stick")
	})
	parallel(t, "G31 escalate-l2 at the second rework", func(t *testing.T) {
		p := reworked(t).do(leaderUser, "issue-reply", answered, form.Input{"new_measures": "x", "result": "再修"})
		p.do("petitioner", "evaluate", unsatisfied).do(supervisor1, "rework", form.Input{"ground": "not_done", "why_founded": "x"})
		require.Equal(t, grievance.JointResolving, p.c.State)
		require.Equal(t, "G31", p.last().Rule)
		require.Equal(t, "T05", p.last().Reason)
		require.Equal(t, []string{"N13", "N17", "N8"}, p.notices())
	})
	parallel(t, "G31 at L2 the second rework goes to the leader, at L3 the leader answers again", func(t *testing.T) {
		p := met(t).do(directorUser, "joint-conclude", jointAnswer)
		twice := func(answer func()) {
			p.do("petitioner", "evaluate", unsatisfied).do(supervisor1, "rework", form.Input{"ground": "not_done", "why_founded": "x"})
			answer()
			p.do("petitioner", "evaluate", unsatisfied).do(supervisor1, "rework", form.Input{"ground": "not_done", "why_founded": "x"})
		}
		twice(func() {
			p.do(directorUser, "joint-conclude", jointAnswer, form.Input{"new_measures": "x", "result": "已换新管"})
		})
		require.Equal(t, grievance.LeaderResolving, p.c.State)
		require.Equal(t, "G31", p.last().Rule)
		p.do(directorUser, "designate-leader", form.Input{"leader": county1}).do(county1, "leader-conclude", leaderAnswer, form.Input{"result": "结论一"})
		p.do("petitioner", "evaluate", unsatisfied).do(supervisor1, "rework", form.Input{"ground": "not_done", "why_founded": "x"})
		require.Equal(t, grievance.Rework, p.c.State)
		p.do(county1, "leader-conclude", leaderAnswer, form.Input{"result": "结论二", "new_measures": "x"})
	})
	parallel(t, "G32 only for an unsatisfied rating, by two", func(t *testing.T) {
		in := form.Input{"ground": "beyond_law_explained", "evidence": "c", "explanation": "a", "remedy": "b"}
		replied(t).refuse(domain.CodeConflict, "not_unsatisfied", supervisor1, "close-explained", in)
		p := unhappy(t).do(supervisor1, "close-explained", in)
		p.refuse(domain.CodeForbidden, "second_person", supervisor1, "approve")
	})
	parallel(t, "G33 what goes on ex officio", func(t *testing.T) {
		for _, in := range []form.Input{{"nature": "accusation"}, {"urgency": "emergency"}, {"risk": "red"}} {
			begin(t, in).refuse(domain.CodeConflict, "ex_officio", "petitioner", "withdraw", form.Input{"statement": "s"})
		}
		p := triaged(t).do("petitioner", "withdraw", form.Input{"statement": "s"})
		require.Equal(t, grievance.Withdrawn, p.c.State)
		require.Equal(t, "withdrawn", p.c.ClosingType)
		require.Empty(t, p.pending())
	})
	parallel(t, "§6 item 53 the township's window takes it, not of what its centre handles", func(t *testing.T) {
		in := form.Input{"statement": "s"}
		const window = "intake.220402001"
		dispatched(t).refuse(domain.CodeForbidden, "not_your_case", "intake.220402002", "withdraw", in)
		local(t).refuse(domain.CodeForbidden, "not_your_case", window, "withdraw", in)
		require.Equal(t, grievance.Withdrawn, dispatched(t).do(window, "withdraw", in).c.State)
		require.Equal(t, grievance.Closed, replied(t).do(window, "evaluate", form.Input{"rating": "basic"}).c.State)
	})
	parallel(t, "G33 not by the unit that handles it", func(t *testing.T) {
		triaged(t).do(officeUser, "dispatch", form.Input{"lead_unit": township}).
			refuse(domain.CodeForbidden, "not_your_office", officeUser, "withdraw", form.Input{"statement": "s"})
	})
	parallel(t, "G35 within thirty days", func(t *testing.T) {
		in := form.Input{"ground": "new_facts", "reason": "x"}
		p := closed(t, form.Input{"risk": "orange"})
		p.now = p.due("30cd")
		p.do(dispUser, "reopen", in)
		late := closed(t, form.Input{"risk": "orange"})
		late.now = late.due("30cd").Add(1)
		late.refuse(domain.CodeConflict, "reopen_window", dispUser, "reopen", in)
		closed(t).expire("archive").refuse(domain.CodeConflict, "wrong_state", dispUser, "reopen", in)
	})
	parallel(t, "G36 archive", func(t *testing.T) {
		p := closed(t).expire("archive")
		require.Equal(t, grievance.Archived, p.c.State)
		require.Equal(t, "G36", p.last().Rule)
		require.Empty(t, p.pending())
		require.True(t, grievance.Final(p.c))
		require.NotEmpty(t, p.last().Exempt, "nobody is told of it, and that is recorded (I9)")
	})
	parallel(t, "G36 a petition not before its review window is over", func(t *testing.T) {
		p := closed(t, asPetition, form.Input{})
		p2 := replied(t, asPetition).do(liaisonUser, "record-service", form.Input{"service_method": "mail", "service_date": "2026-03-20", "proof": "回执"})
		p2.do("petitioner", "evaluate", form.Input{"rating": "satisfied"})
		require.True(t, p2.c.Deadlines["archive"].At.After(p.c.Deadlines["archive"].At))
		sameTime(t, moment("2026-04-21 00:00"), p2.c.Deadlines["archive"].At)
	})
	parallel(t, "G36 follow-up visits of a red or orange matter come first", func(t *testing.T) {
		p := closed(t, form.Input{"risk": "orange"})
		require.Contains(t, p.pending(), "followup.30cd")
		p.after("40cd")
		require.Equal(t, grievance.Archived, p.c.State)
		p.saw("follow_up_due")
		p.saw("archive_waits")
	})
	parallel(t, "unreachable after three attempts on two days, at different hours and by two means", func(t *testing.T) {
		missed := form.Input{"method": "phone", "reached": false, "summary": "无人接听"}
		visited := merge(missed, form.Input{"method": "visit"})
		in := form.Input{"notice_posted": "已张贴"}
		p := handling(t).do(handlerUser, "contact-petitioner", missed).do(handlerUser, "contact-petitioner", missed).do(handlerUser, "contact-petitioner", missed)
		p.refuse(domain.CodeConflict, "too_few_attempts", dispUser, "close-unreachable", in)
		p.at("2026-03-03 15:00").do(handlerUser, "contact-petitioner", missed).refuse(domain.CodeConflict, "too_few_attempts", dispUser, "close-unreachable", in)
		p.do(handlerUser, "contact-petitioner", visited).do(dispUser, "close-unreachable", in)
		require.Equal(t, "unreachable", p.c.ClosingType)
		require.Equal(t, []string{"N16"}, p.notices())
		closed(t).refuse(domain.CodeInvalid, "not_a_ground", dispUser, "reopen", form.Input{"ground": "contact_made", "reason": "x"})
		p.do(dispUser, "reopen", form.Input{"ground": "contact_made", "reason": "诉求人来电"})
		require.Equal(t, grievance.Handling, p.c.State)
		p = handling(t).do(handlerUser, "contact-petitioner", contacted)
		p.refuse(domain.CodeConflict, "was_reached", dispUser, "close-unreachable", in)

		p = local(t).do(officeUser, "contact-petitioner", missed).do(officeUser, "contact-petitioner", missed).do(officeUser, "record-attempt", form.Input{"outcome": "progress", "measures": "m"})
		p.at("2026-03-03 15:00").do(officeUser, "contact-petitioner", visited).do(officeUser, "local-conclude", answered)
		p.refuse(domain.CodeForbidden, "not_your_case", "office.220402002", "close-unreachable", in)
		require.Equal(t, grievance.Closed, p.do(officeUser, "close-unreachable", in).c.State, "at L0 the township office (§2.2 case.close)")
		replied(t).refuse(domain.CodeForbidden, "not_your_case", officeUser, "close-unreachable", in)
	})
}

func TestMerge(t *testing.T) {
	t.Parallel()
	merged := func(t require.TestingT) *play {
		p := triaged(t)
		withMaster(p)
		return p.do(dispUser, "merge", why, form.Input{"master": masterNo})
	}
	parallel(t, "G6 guards", func(t *testing.T) {
		p := triaged(t)
		in := form.Input{"master": masterNo, "reason": "x"}
		p.refuse(domain.CodeInvalid, "unknown_case", dispUser, "merge", in)
		for reason, m := range map[string]machine.Related{
			"unknown_case": {No: masterNo, County: "220403", Open: true}, "merge_chain": {No: masterNo, County: county, Open: true, Master: "x"},
			"master_over": {No: masterNo, County: county}} {
			p.cases[masterNo] = m
			code := domain.CodeConflict
			if reason == "unknown_case" {
				code = domain.CodeInvalid
			}
			p.refuse(code, reason, dispUser, "merge", in)
		}
		withMaster(p)
		p.do("system", "follower-joined", form.Input{"follower": "F1"})
		p.refuse(domain.CodeConflict, "merge_chain", dispUser, "merge", in)
	})
	parallel(t, "unmerge within seven days", func(t *testing.T) {
		p := merged(t).after("2cd").do(dispUser, "unmerge", why)
		require.Equal(t, grievance.Triage, p.c.State)
		require.Zero(t, p.c.ClosedAt)
		require.Equal(t, []string{"triage.soft", "triage", "triage.decide"}, p.pending())
		require.Equal(t, "follower-left", p.last().Effects[0].Action)
		late := merged(t).after("7cd").after("1cd")
		late.refuse(domain.CodeConflict, "unmerge_window", dispUser, "unmerge", why)
		late.saw("merge_final")
	})
	parallel(t, "a follower is answered and rates with its master", func(t *testing.T) {
		p := merged(t)
		p.refuse(domain.CodeConflict, "not_answered", "petitioner", "evaluate", unsatisfied)
		p.do("system", "master-moved", form.Input{"state": "replied"}).do("petitioner", "evaluate", unsatisfied)
		require.Equal(t, grievance.Merged, p.c.State)
		p.do("system", "master-moved", form.Input{"state": "rework"})
		require.Nil(t, p.c.Evaluation)
		p.do("system", "master-moved", form.Input{"state": "closed"}).do("petitioner", "evaluate", form.Input{"rating": "basic"})
	})
	parallel(t, "a master tells its followers, and cannot end without them", func(t *testing.T) {
		p := triaged(t).do("system", "follower-joined", form.Input{"follower": "F1"}).do("system", "follower-joined", form.Input{"follower": "F1"})
		require.Equal(t, []string{"F1"}, p.c.Followers)
		p.refuse(domain.CodeConflict, "followers_remain", "petitioner", "withdraw", form.Input{"statement": "s"})
		p.refuse(domain.CodeConflict, "followers_remain", supervisor1, "void", why)
		p.do(directorUser, "guide-legal", guided)
		require.Equal(t, "F1", p.last().Effects[0].To)
		require.Equal(t, form.Input{"state": "guided"}, p.last().Effects[0].Input)
		require.Contains(t, p.last().Notices, machine.Notice{N: "N2", To: machine.Recipient{Petitioner: "F1"}})
		left := triaged(t).do("system", "follower-joined", form.Input{"follower": "F1"}).do("system", "follower-left", form.Input{"follower": "F1"})
		require.Empty(t, left.c.Followers)
	})
	parallel(t, "split makes a case of its own", func(t *testing.T) {
		p := handling(t)
		in := form.Input{"summary": "另一事项", "nature": "complaint", "reason": "两件事"}
		p.do(dispUser, "split", in)
		require.Equal(t, machine.EffectStartCase, p.last().Effects[0].Kind)
		require.Equal(t, p.newNo, p.last().Effects[0].To)
		require.Equal(t, grievance.Handling, p.c.State)
		p.newNo = ""
		p.refuse(domain.CodeConflict, "no_number", dispUser, "split", in)
	})
}
