package grievance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

var (
	jointAnswer  = merge(answered, executing, form.Input{"joint_opinion": "由住建局牵头维修"})
	leaderAnswer = merge(answered, executing, form.Input{"plan": "分步实施", "minutes": "见纪要", "decision": "列支专项资金"})
)

// met is a case at L2 whose session has concluded.
func met(t require.TestingT, in ...form.Input) *play { return joint(t, in...).concluded() }

func readyLocal(t require.TestingT, in ...form.Input) *play {
	return local(t, in...).do(officeUser, "contact-petitioner", contacted)
}

// TestUpper walks L0, L2 and L3: G21–G27, G39 and the sessions.
func TestUpper(t *testing.T) {
	t.Parallel()
	run(t, []transition{
		{name: "G21 escalate-l2", given: handling, by: dispUser, input: applied, state: grievance.JointResolving, level: "L2", owner: centre,
			notices: []string{"N13", "N8"}, deadlines: map[string]string{"joint.convene": "3wd", "policy.red": "20wd"},
			gone: []string{"contact", "assign", "sign"}, stranger: clerkUser, elsewhere: "disp.220403", not: returnPending, missing: []string{"summary", "trigger"},
			check: func(t *testing.T, p *play) {
				require.Equal(t, "T04", p.last().Reason)
				require.Equal(t, housing, p.c.LeadUnit, "the unit below stays in it")
				require.Equal(t, []grievance.Level{"L1", "L2"}, levels(p.c))
			}},
		{name: "G22 joint-conclude", given: met, by: directorUser, input: jointAnswer, state: grievance.Replied, level: "L2", owner: centre,
			notices: []string{"N11", "N16"}, deadlines: map[string]string{"evaluation": "7cd"}, gone: []string{"joint.convene", "policy.red"},
			stranger: dispUser, elsewhere: "director.220403", not: handling,
			missing: []string{"evidence", "executing_date", "executing_unit", "joint_opinion", "legal_basis", "outcome_grade", "result", "service_date", "service_method"}},
		{name: "G23 escalate-l3", given: joint, by: directorUser, input: lifted, state: grievance.LeaderResolving, level: "L3", owner: centre,
			notices: []string{"N13"}, deadlines: map[string]string{"leader.designate": "1wd", "leader.meet": "5wd", "policy.red": "40wd"}, gone: []string{"joint.convene"},
			stranger: dispUser, elsewhere: "director.220403", not: handling, missing: []string{"summary", "trigger"}},
		{name: "G23 escalate-l3 with a leader proposed", given: joint, by: directorUser, input: merge(lifted, form.Input{"proposed_leader": county1}),
			state: grievance.LeaderResolving, level: "L3", owner: centre, notices: []string{"N13", "N14"}, gone: []string{"leader.designate"},
			stranger: dispUser, not: handling, missing: []string{"summary", "trigger"},
			check: func(t *testing.T, p *play) { require.Equal(t, county1, p.c.Owner.User) }},
		{name: "G24 leader-conclude", given: leaderLevel, by: county1, input: leaderAnswer, state: grievance.Replied, level: "L3", owner: centre,
			notices: []string{"N11", "N16"}, gone: []string{"leader.meet", "policy.red"}, stranger: directorUser, elsewhere: county2, not: joint,
			missing: []string{"decision", "evidence", "executing_date", "executing_unit", "legal_basis", "minutes", "outcome_grade", "plan", "result", "service_date", "service_method"}},
		{name: "G25 guide-legal from L2", given: joint, by: directorUser, input: merge(guided, form.Input{"failed_record": "双方拒绝"}),
			state: grievance.Guided, level: "L2", owner: centre, notices: []string{"N15", "N16", "N2"}, gone: []string{"joint.convene", "policy.red"},
			stranger: liaisonUser, elsewhere: "director.220403", not: handling, missing: []string{"address", "channel_limit", "legal_route", "organ"}},
		{name: "G25 guide-legal from L3", given: leaderLevel, by: county1, input: merge(guided, form.Input{"failed_record": "双方拒绝"}),
			state: grievance.Guided, level: "L3", owner: centre, notices: []string{"N15", "N16", "N2"}, stranger: liaisonUser, elsewhere: county2,
			not: handling, missing: []string{"address", "channel_limit", "legal_route", "organ"}},
		{name: "G26 local-conclude", given: readyLocal, by: officeUser, input: answered, state: grievance.Replied, level: "L0", owner: township,
			notices: []string{"N11", "N16"}, deadlines: map[string]string{"evaluation": "7cd"}, gone: []string{"policy.red"},
			stranger: clerkUser, elsewhere: "office.220402002", not: handling,
			missing: []string{"evidence", "legal_basis", "outcome_grade", "result", "service_date", "service_method"}},
		{name: "G27 report-up", given: local, by: townLead, input: form.Input{"reason": "超出权限", "tried": "上门两次"}, state: grievance.Dispatched,
			level: "L1", owner: housing, notices: []string{"N13", "N7"}, deadlines: map[string]string{"sign": "4wh", "policy.red": "8wd"},
			stranger: clerkUser, elsewhere: "tleader.220402002", not: handling, missing: []string{"reason", "tried"},
			check: func(t *testing.T, p *play) {
				require.Equal(t, []string{township}, p.c.AssistUnits, "the previous owner stays as assisting unit (§3.2 c)")
			}},
		{name: "G39 start-leader", given: handling, with: form.Input{"urgency": "emergency"}, by: directorUser,
			input: form.Input{"trigger": "T09", "reason": "批示", "proposed_leader": county2}, state: grievance.LeaderResolving, level: "L3", owner: centre,
			notices: []string{"N13", "N14"}, stranger: dispUser, elsewhere: "director.220403", not: signed, missing: []string{"reason", "trigger"}},
		{name: "G39 start-leader from triage", given: triaged, by: directorUser, input: form.Input{"trigger": "T09", "reason": "批示"},
			state: grievance.LeaderResolving, level: "L3", owner: centre, notices: []string{"N13", "N6"},
			deadlines: map[string]string{"leader.designate": "1wd", "policy.red": "20wd"}, stranger: dispUser, not: signed, missing: []string{"reason", "trigger"}},
		{name: "J1 plan-session", given: joint, by: directorUser, input: planned, state: grievance.JointResolving, level: "L2", owner: centre,
			deadlines: map[string]string{"joint.convene": "3wd"}, stranger: clerkUser, elsewhere: "director.220403", not: handling,
			missing: []string{"assist_units", "held_at", "lead_unit", "purpose", "room"},
			check: func(t *testing.T, p *play) {
				require.Equal(t, machine.EffectStartSession, p.last().Effects[0].Kind)
				require.Equal(t, no+"-J1", p.last().Effects[0].To)
			}},
	})
}

func levels(c *grievance.Case) []grievance.Level {
	var out []grievance.Level
	for _, s := range c.Stays {
		out = append(out, s.Level)
	}
	return out
}

func TestUpperGuards(t *testing.T) {
	t.Parallel()
	parallel(t, "G21 a unit applies, the centre decides", func(t *testing.T) {
		p := handling(t)
		p.refuse(domain.CodeInvalid, "required", leaderUser, "escalate-l2", form.Input{"trigger": "T04", "summary": "难以推进"})
		p.do(leaderUser, "escalate-l2", applied)
		require.Equal(t, grievance.Handling, p.c.State)
		request := p.c.Requests["R"+itoa(p.c.Seq)]
		sameTime(t, p.due("1wd"), p.c.Deadlines["request."+request.ID].At)
		p.do(directorUser, "approve", form.Input{"request": request.ID, "note": "同意提级"})
		require.Equal(t, grievance.JointResolving, p.c.State)
		require.Equal(t, "同意提级", p.last().Input["approval_note"])
		require.Equal(t, directorUser, p.last().By)
	})
	parallel(t, "G21 silence is consent", func(t *testing.T) {
		p := handling(t).do(leaderUser, "escalate-l2", applied)
		p.after("1wd")
		require.Equal(t, grievance.JointResolving, p.c.State)
		require.Equal(t, "system", p.saw("escalated_l2").By)
	})
	parallel(t, "G22 a session must have concluded", func(t *testing.T) {
		p := joint(t)
		p.refuse(domain.CodeConflict, "session_required", directorUser, "joint-conclude", jointAnswer)
		p.do(directorUser, "plan-session", planned)
		p.refuse(domain.CodeConflict, "session_open", directorUser, "joint-conclude", jointAnswer)
		p.refuse(domain.CodeConflict, "session_open", directorUser, "plan-session", planned)
	})
	parallel(t, "J1 who takes part and when", func(t *testing.T) {
		p := joint(t)
		p.refuse(domain.CodeInvalid, "lead_twice", directorUser, "plan-session", planned, form.Input{"assist_units": []any{housing}})
		p.refuse(domain.CodeInvalid, "other_county", directorUser, "plan-session", planned, form.Input{"assist_units": []any{"220403-D11"}})
		p.refuse(domain.CodeInvalid, "past", directorUser, "plan-session", planned, form.Input{"held_at": "2026-03-01T09:00:00+08:00"})
	})
	parallel(t, "J5 measures become tasks that must be done", func(t *testing.T) {
		p := joint(t).do(directorUser, "plan-session", planned)
		s := p.session()
		p.do("system", "session-moved", form.Input{"session": s, "session_state": "concluded", "lead_unit": land, "measures": []any{
			map[string]any{"executor": housing, "what": "维修", "due": "2026-03-20"},
			map[string]any{"executor": land, "what": "备案", "due": "2026-03-20", "optional": true}}})
		require.Equal(t, land, p.c.LeadUnit)
		require.Contains(t, p.c.AssistUnits, housing)
		sameTime(t, moment("2026-03-21 00:00"), p.c.Deadlines["task.T1"].At)
		p.refuse(domain.CodeConflict, "task_open", directorUser, "joint-conclude", jointAnswer)
		p.refuse(domain.CodeConflict, "session_over", "system", "session-moved", form.Input{"session": s, "session_state": "failed"})
		p.refuse(domain.CodeConflict, "unknown_session", "system", "session-moved", form.Input{"session": "x", "session_state": "failed"})
		p.do(handlerUser, "complete-task", form.Input{"result": "已修好"}).do(directorUser, "joint-conclude", jointAnswer)
		p.do("petitioner", "evaluate", form.Input{"rating": "basic"})
		require.True(t, p.c.Tasks["T2"].Cancelled, "what is still open lapses with the case")
	})
	parallel(t, "J3 absent without leave", func(t *testing.T) {
		p := joint(t).do(directorUser, "plan-session", planned)
		p.do("system", "session-moved", form.Input{"session": p.session(), "session_state": "held", "absent_units": []any{land}})
		require.Equal(t, "S08", p.last().Notices[0].Facts["cause"])
	})
	parallel(t, "J1 a session called off leaves the limit running, one that met ends it", func(t *testing.T) {
		moved := func(p *play, state string) *play {
			return p.do("system", "session-moved", form.Input{"session": p.session(), "session_state": state})
		}
		p := joint(t)
		due := p.c.Deadlines["joint.convene"].At
		moved(p.do(directorUser, "plan-session", planned), "cancelled")
		sameTime(t, due, p.c.Deadlines["joint.convene"].At)
		p.do(directorUser, "plan-session", planned).expire("joint.convene")
		moved(p, "cancelled")
		sameTime(t, p.due("3wd"), p.c.Deadlines["joint.convene"].At, "the limit passed: there is a new one")
		met := moved(joint(t).do(directorUser, "plan-session", planned), "held")
		require.NotContains(t, met.pending(), "joint.convene")
		for _, end := range []string{"cancelled", "failed"} {
			l3 := moved(leaderLevel(t).do(directorUser, "plan-session", planned), end)
			require.Contains(t, l3.pending(), "joint.convene", end)
		}
	})
	parallel(t, "J6 G23 two failed sessions lift the case to the leader", func(t *testing.T) {
		p := joint(t).do(directorUser, "plan-session", planned)
		p.do("system", "session-moved", form.Input{"session": p.session(), "session_state": "failed", "reasons": "分歧"})
		require.Equal(t, grievance.JointResolving, p.c.State)
		require.Contains(t, p.pending(), "joint.convene", "another session must be called")
		p.do(directorUser, "plan-session", planned)
		p.do("system", "session-moved", form.Input{"session": p.session(), "session_state": "failed", "reasons": "分歧"})
		require.Equal(t, grievance.LeaderResolving, p.c.State)
		require.Equal(t, "T10", p.last().Reason)
		require.Equal(t, "G23", p.last().Rule)
	})
	parallel(t, "G23 leaders must be leaders of the county", func(t *testing.T) {
		p := joint(t)
		p.refuse(domain.CodeInvalid, "not_a_leader", directorUser, "escalate-l3", lifted, form.Input{"proposed_leader": dispUser})
		p.refuse(domain.CodeInvalid, "not_a_leader", directorUser, "escalate-l3", lifted, form.Input{"proposed_leader": "cleader.220403"})
		p.do(directorUser, "escalate-l3", lifted)
		p.refuse(domain.CodeInvalid, "not_a_leader", directorUser, "designate-leader", form.Input{"leader": dispUser})
		p.do(directorUser, "designate-leader", form.Input{"leader": county2})
		require.Equal(t, grievance.Owner{Unit: centre, User: county2}, p.c.Owner)
		require.Equal(t, []string{"N14"}, p.notices())
		require.NotContains(t, p.pending(), "leader.designate")
		p.do(county2, "contact-petitioner", contacted)
		require.NotContains(t, p.pending(), "leader.meet", "the leader has met the petitioner")
	})
	parallel(t, "G25 the failed mediation is on record", func(t *testing.T) {
		joint(t).refuse(domain.CodeInvalid, "required", directorUser, "guide-legal", guided)
	})
	parallel(t, "G26 the petitioner was contacted", func(t *testing.T) {
		p := local(t)
		p.refuse(domain.CodeConflict, "contact_required", officeUser, "local-conclude", answered)
		p.do(officeUser, "contact-petitioner", contacted).do(officeUser, "local-conclude", answered)
		require.Equal(t, 1, p.c.Attempts)
	})
	parallel(t, "G27 two failed attempts go up by themselves", func(t *testing.T) {
		p := local(t).do(officeUser, "record-attempt", form.Input{"outcome": "failed", "measures": "调解"})
		require.Equal(t, grievance.LocalResolving, p.c.State)
		p.do(officeUser, "record-attempt", form.Input{"outcome": "failed", "measures": "再调解"})
		require.Equal(t, grievance.Dispatched, p.c.State)
		require.Equal(t, housing, p.c.LeadUnit, "the department the duty catalogue names for L1")
		require.Equal(t, "G27", p.last().Rule)
	})
	parallel(t, "G39 nobody skips a level without cause", func(t *testing.T) {
		p := handling(t)
		p.refuse(domain.CodeConflict, "no_skipping", directorUser, "start-leader", why, form.Input{"trigger": "T01"})
		require.Contains(t, offers(p, directorUser), "start-leader", "an instruction would be cause enough")
		p.do(directorUser, "start-leader", why, form.Input{"trigger": "T09"})
		require.Equal(t, grievance.LeaderResolving, p.c.State)
	})
	parallel(t, "a case that leaves its level cancels what is planned there", func(t *testing.T) {
		p := joint(t).do(directorUser, "plan-session", planned).do(directorUser, "escalate-l3", lifted)
		require.Equal(t, []machine.Effect{{Kind: machine.EffectTell, To: no + "-J1", Action: "cancel-session"}}, p.last().Effects)
	})
}
