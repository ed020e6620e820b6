package grievance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// expiry is what the passing of one deadline must bring about.
type expiry struct {
	name     string
	given    func(require.TestingT, ...form.Input) *play
	with     form.Input
	deadline string
	state    machine.State
	event    string
	rule     string
	notices  []string
	check    func(*testing.T, *play)
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	for _, row := range []expiry{
		{name: "triage target", given: begin, deadline: "triage.soft", state: grievance.Registered, event: "triage_slow", rule: "G2", notices: []string{"N20"}},
		{name: "triage at the latest", given: begin, deadline: "triage", state: grievance.Registered, event: "triage_overdue", rule: "G2", notices: []string{"N20"},
			check: func(t *testing.T, p *play) {
				sameTime(t, p.now, p.c.DeskDue, "the desk stays late until it has acted")
				require.Equal(t, housing, p.last().Notices[0].Facts["suggested_unit"], "the duty leader gets a proposal (G8)")
			}},
		{name: "written notice", given: triaged, deadline: "triage.decide", state: grievance.Triage, event: "decision_overdue", rule: "G3", notices: []string{"N20"}},
		{name: "deemed accepted on day 15", given: begin, with: asPetition, deadline: "accept_notice", state: grievance.Registered, event: "deemed_accepted",
			notices: []string{"N20", "N6"}, check: func(t *testing.T, p *play) {
				sameTime(t, moment("2026-03-18 00:00"), p.now, "24:00 of the fifteenth day")
				require.True(t, p.c.AcceptedDeemed)
				require.Contains(t, p.c.Flags, "deemed_accepted")
				sameTime(t, p.due("60cd"), p.c.Statutory.Due)
			}},
		{name: "sign-for reminder", given: dispatched, deadline: "sign.half", state: grievance.Dispatched, event: "sign_reminded", rule: "G10", notices: []string{"N20"}},
		{name: "deemed signed", given: dispatched, deadline: "sign", state: grievance.Signed, event: "auto_signed", rule: "G10", notices: []string{"N20"},
			check: func(t *testing.T, p *play) {
				require.True(t, p.c.LateSign)
				require.Contains(t, p.c.Flags, "late_sign")
				require.Equal(t, "S01", p.last().Reason)
				sameTime(t, monday, p.c.Policy.Start, "the clock has run from dispatch all along")
				sameTime(t, p.due("4wh"), p.c.Deadlines["assign"].At)
			}},
		{name: "handler not named", given: signed, deadline: "assign", state: grievance.Signed, event: "assign_overdue", rule: "G11", notices: []string{"N20"}},
		{name: "petitioner not contacted", given: handling, deadline: "contact", state: grievance.Handling, event: "contact_missed", rule: "G12", notices: []string{"N21"},
			check: func(t *testing.T, p *play) {
				require.Equal(t, "yellow_card", p.c.Supervision)
				require.Contains(t, p.c.Flags, "contact_missed")
			}},
		{name: "return not decided is rejected", given: returnPending, deadline: "return.review", state: grievance.Handling, event: "return_lapsed", rule: "G15", notices: []string{"N10"},
			check: func(t *testing.T, p *play) {
				require.Equal(t, housing, p.c.LeadUnit)
				require.Contains(t, p.pending(), "assign")
			}},
		{name: "half of the limit used", given: handling, deadline: "policy.half", state: grievance.Handling, event: "half_used", notices: []string{"N20", "N21"}},
		{name: "yellow light", given: handling, deadline: "policy.yellow", state: grievance.Handling, event: "light_yellow", notices: []string{"N20", "N21"}},
		{name: "red light", given: handling, deadline: "policy.red", state: grievance.Handling, event: "overdue", notices: []string{"N20", "N21"},
			check: func(t *testing.T, p *play) {
				sameTime(t, p.due("1wd"), p.c.Deadlines["policy.grace"].At)
				sameTime(t, p.due("3wd"), p.c.Deadlines["policy.fail"].At)
			}},
		{name: "evaluation window", given: replied, deadline: "evaluation", state: grievance.Closed, event: "evaluation_lapsed", rule: "G28", notices: []string{"N16"},
			check: func(t *testing.T, p *play) {
				require.Equal(t, "unrated", p.c.ClosingType)
				require.Equal(t, "unrated", p.c.Evaluation.Rating)
			}},
		{name: "dissatisfaction not judged is founded", given: unhappy, deadline: "rework.decide", state: grievance.Rework, event: "rework_ordered", rule: "G29", notices: []string{"N17"}},
		{name: "hang-up not reviewed", given: suspended, deadline: "hangup.review", state: grievance.Handling, event: "review_missed", rule: "G20", notices: []string{"N12", "N21"},
			check: func(t *testing.T, p *play) { require.Equal(t, "yellow_card", p.c.Supervision) }},
		{name: "session not called", given: joint, deadline: "joint.convene", state: grievance.JointResolving, event: "session_overdue", rule: "J1", notices: []string{"N20"}},
		{name: "leader by rota", given: unled, deadline: "leader.designate", state: grievance.LeaderResolving, event: "leader_by_rota", notices: []string{"N14"},
			check: func(t *testing.T, p *play) {
				want, _ := p.book.Org.LeaderOnRota(county, p.now)
				require.Equal(t, want, p.c.OwningLeader)
				require.Equal(t, want, p.c.Owner.User)
			}},
		{name: "leader has not met the petitioner", given: leaderLevel, deadline: "leader.meet", state: grievance.LeaderResolving, event: "meeting_overdue", notices: []string{"N20"}},
	} {
		parallel(t, row.name, func(t *testing.T) {
			p := row.given(t, row.with)
			if row.deadline != "inform" {
				delete(p.c.Deadlines, "inform") // the first responder's own limit is no part of this one
			}
			due := p.c.Deadlines[row.deadline].At
			p.expire(row.deadline)
			e := p.saw(row.event)
			sameTime(t, due, e.At)
			require.Equal(t, row.deadline, e.Deadline)
			require.Equal(t, "system", e.By)
			require.Equal(t, row.state, p.c.State)
			require.Equal(t, row.notices, p.notices())
			if row.rule != "" {
				require.Equal(t, row.rule, e.Rule)
			}
			require.NotContains(t, p.pending(), row.deadline)
			if row.check != nil {
				row.check(t, p)
			}
		})
	}
}

// unled is a case at L3 whose leader nobody has named yet.
func unled(t require.TestingT, in ...form.Input) *play {
	return joint(t, in...).do(directorUser, "escalate-l3", lifted)
}

func TestExpiryOfLevels(t *testing.T) {
	t.Parallel()
	parallel(t, "adjudication: director 2 wd, county leader 1 wd, then L2", func(t *testing.T) {
		p := adjudicating(t)
		at := p.due("2wd")
		p.expire("adjudicate")
		sameTime(t, at, p.now)
		require.Equal(t, grievance.Adjudicating, p.c.State)
		require.Contains(t, p.notices(), "N8")
		p.refuse("conflict", "leader_decides", directorUser, "adjudicate", ruled)
		at = p.due("1wd")
		p.expire("adjudicate")
		sameTime(t, at, p.now)
		require.Equal(t, grievance.JointResolving, p.c.State)
		require.Equal(t, "T02", p.last().Reason)
		require.Equal(t, centre, p.c.LeadUnit)
	})
	parallel(t, "L1 red and grace lift to L2, L2 to L3, L3 stays and the city is told", func(t *testing.T) {
		p := handling(t).expire("policy.red").expire("policy.grace")
		require.Equal(t, grievance.JointResolving, p.c.State)
		require.Equal(t, "G21", p.last().Rule)
		require.Equal(t, "T01", p.last().Reason)
		p.expire("policy.red").expire("policy.grace")
		require.Equal(t, grievance.LeaderResolving, p.c.State)
		require.Equal(t, "G23", p.last().Rule)
		p.expire("policy.red")
		require.Equal(t, "red_card", p.c.Supervision)
		require.Contains(t, encode(t, p.saw("overdue").Notices), "city_supervisor")
		require.NotContains(t, p.pending(), "policy.grace", "there is nothing above the county leader")
		p.expire("policy.fail")
		require.Equal(t, "red_card", p.last().Type)
		require.Equal(t, grievance.LeaderResolving, p.c.State)
	})
	parallel(t, "an emergency knows no grace", func(t *testing.T) {
		p := dispatched(t, form.Input{"urgency": "emergency"})
		sameTime(t, p.due("2uh"), p.c.Policy.Due)
		sameTime(t, p.due("15min"), p.c.Deadlines["sign"].At)
		p.expire("policy.red")
		require.Equal(t, grievance.JointResolving, p.c.State)
		sameTime(t, p.now, p.last().At)
	})
	parallel(t, "a return or a rework does not stop the case from climbing", func(t *testing.T) {
		p := handling(t, form.Input{"urgency": "urgent"})
		require.Equal(t, "24uh", p.c.Policy.Limit.String())
		p = reworked(t).expire("policy.red").expire("policy.grace")
		require.Equal(t, grievance.JointResolving, p.c.State)
		require.Equal(t, "G31", p.last().Rule)
	})
	parallel(t, "a hang-up ends on its day; one that used all its time goes to the centre", func(t *testing.T) {
		p := suspended(t)
		p.at("2026-03-30 09:00").do(leaderUser, "review-suspension", form.Input{"milestone_report": "按计划"})
		p.at("2026-04-28 09:00").do(leaderUser, "review-suspension", form.Input{"milestone_report": "按计划"})
		require.NotContains(t, p.pending(), "hangup.review", "no review is due beyond the end")
		p.expire("hangup.until")
		require.Equal(t, grievance.Handling, p.c.State)
		sameTime(t, moment("2026-05-02 00:00"), p.now)

		whole := handling(t).both(leaderUser, "suspend", county1, hungUp, form.Input{"until": "2026-08-29"})
		for whole.c.State == grievance.Suspended {
			if _, ok := whole.c.Deadlines["hangup.review"]; !ok {
				break
			}
			whole.to(whole.c.Suspension.ReviewBy.Add(-1)).do(leaderUser, "review-suspension", form.Input{"milestone_report": "按计划"})
		}
		whole.expire("hangup.until")
		require.Equal(t, grievance.JointResolving, whole.c.State)
		require.Equal(t, "T01", whole.last().Reason)
	})
	parallel(t, "the statutory countdown and the day itself", func(t *testing.T) {
		p := handling(t, asPetition)
		p.to(p.c.Statutory.Due)
		for _, id := range []string{"statutory.15cd", "statutory.7cd", "statutory.3cd", "statutory.1cd"} {
			require.NotContains(t, p.pending(), id)
		}
		require.Contains(t, p.c.Flags, "statutory_overdue")
		require.Contains(t, encode(t, p.saw("statutory_overdue").Notices), "city_supervisor")
		require.Len(t, only(p.history, "statutory_countdown"), 4)
	})
	parallel(t, "a long outage: every limit takes effect in due order, at its own moment", func(t *testing.T) {
		p := dispatched(t)
		p.outage(p.due("60cd"))
		require.Equal(t, grievance.LeaderResolving, p.c.State)
		before := monday
		for _, e := range p.events {
			require.False(t, e.At.Before(before), "%s goes back in time", e.Type)
			before = e.At
			sameTime(t, p.now, e.RecordedAt)
		}
		require.Equal(t, grievance.Signed, p.saw("auto_signed").To)
	})
	parallel(t, "a county without a rota keeps asking for a leader", func(t *testing.T) {
		p := unled(t)
		tree := *p.rules.Org
		p.rules = &machine.Rules{Version: p.rules.Version, Org: &tree, Codes: p.rules.Codes, Calendar: p.rules.Calendar, Policy: p.rules.Policy, Suggest: p.rules.Suggest}
		p.c.County = "220499"
		require.Equal(t, "", p.rules.Org.CountyOf("220499"))
		p.expire("leader.designate")
		p.saw("leader_missing")
		require.Contains(t, p.pending(), "leader.designate")
	})
}

func only(events []machine.Event, typ string) []machine.Event {
	var out []machine.Event
	for _, e := range events {
		if e.Type == typ {
			out = append(out, e)
		}
	}
	return out
}
