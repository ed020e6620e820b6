package grievance_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
)

// today stands for the day a step is taken on.
const today = "today"

// dated puts in the day.
func (p *play) dated(in form.Input) form.Input {
	if in["service_date"] == today {
		in = merge(in, form.Input{"service_date": p.now.Format(time.DateOnly)})
	}
	return in
}

// Inputs the tests enter where their words do not matter.
var (
	why         = form.Input{"reason": "情况属实"}
	attachMore  = form.Input{"lead_unit": housing, "requirements": "限期答复"}
	assigned    = form.Input{"handlers": []any{handlerUser}, "recusal_declared": true}
	contacted   = form.Input{"method": "phone", "reached": true, "summary": "已电话沟通"}
	answered    = form.Input{"result": "已安排维修", "outcome_grade": "disposed", "evidence": "现场照片", "legal_basis": "物业管理条例", "service_method": "in_person", "service_date": today}
	opinion     = form.Input{"opinion_result": "support", "remedy_organ": "市住建局", "remedy": "三十日内可申请复查"}
	executing   = form.Input{"executing_unit": housing, "executing_date": "2026-04-01"}
	returning   = form.Input{"reason_code": "B01", "legal_basis": "三定方案", "suggested_unit": land}
	ruled       = form.Input{"lead_unit": housing, "decision": "由住建局承办", "legal_basis": "三定方案"}
	applied     = form.Input{"trigger": "T04", "summary": "两次协调未果", "measures": "已组织现场协调"}
	lifted      = form.Input{"trigger": "T12", "summary": "需资金决策"}
	hungUp      = form.Input{"reason_code": "H01", "milestones": "五月开工", "until": "2026-05-01", "interim_measures": "临时抢修"}
	extended    = form.Input{"reason_code": "X03", "legal_basis": "条例第十条", "plan": "分两段施工", "days": 3}
	unsatisfied = form.Input{"rating": "unsatisfied"}
	planned     = form.Input{"purpose": "明确责任", "lead_unit": housing, "assist_units": []any{land}, "held_at": "2026-03-06T09:00:00+08:00", "room": "指挥研判中心"}
	ownerless   = form.Input{"reason": "开发商已注销", "legal_basis": "属地管理", "funding": "维修资金"}
	hearing     = form.Input{"pause_reason": "hearing", "note": "听证"}
	guided      = form.Input{"legal_route": "1", "organ": "龙山区法院", "address": "龙山大街1号", "channel_limit": "三年"}
)

// asPetition makes the matter a petition.
var asPetition = form.Input{"nature": "petition"}

func triaged(t require.TestingT, in ...form.Input) *play {
	return begin(t, in...).do(dispUser, "start-triage")
}

// local is a case the township has taken over at L0.
func local(t require.TestingT, in ...form.Input) *play {
	return offered(t, in...).do(officeUser, "confirm-hand-over")
}

// offered is a case offered to the township, which has not confirmed yet.
func offered(t require.TestingT, in ...form.Input) *play {
	return triaged(t, in...).do(dispUser, "assign-local")
}

func dispatched(t require.TestingT, in ...form.Input) *play {
	return triaged(t, in...).do(dispUser, "dispatch", attachMore)
}

func signed(t require.TestingT, in ...form.Input) *play {
	return dispatched(t, in...).do(liaisonUser, "sign-for")
}

func handling(t require.TestingT, in ...form.Input) *play {
	return signed(t, in...).do(liaisonUser, "assign-handler", assigned)
}

func returnPending(t require.TestingT, in ...form.Input) *play {
	return dispatched(t, in...).both(liaisonUser, "request-return", leaderUser, returning)
}

func adjudicating(t require.TestingT, in ...form.Input) *play {
	return returnPending(t, in...).do(dispUser, "start-adjudication", form.Input{"parties": []any{housing, land}, "arguments": "各执一词"})
}

func joint(t require.TestingT, in ...form.Input) *play {
	return handling(t, in...).do(dispUser, "escalate-l2", applied)
}

func leaderLevel(t require.TestingT, in ...form.Input) *play {
	return joint(t, in...).do(directorUser, "escalate-l3", lifted, form.Input{"proposed_leader": county1})
}

func suspended(t require.TestingT, in ...form.Input) *play {
	return handling(t, in...).both(leaderUser, "suspend", directorUser, hungUp)
}

func replied(t require.TestingT, in ...form.Input) *play {
	p := handling(t, in...).do(handlerUser, "contact-petitioner", contacted)
	return p.both(handlerUser, "issue-reply", leaderUser, answered, p.opinionIfNeeded())
}

// opinionIfNeeded is what a petition's answer has to say besides.
func (p *play) opinionIfNeeded() form.Input {
	if p.c.Track == "petition" {
		return opinion
	}
	return nil
}

func reworked(t require.TestingT, in ...form.Input) *play {
	return replied(t, in...).do("petitioner", "evaluate", unsatisfied).do(supervisor1, "rework", form.Input{"ground": "not_done", "why_founded": "仍在漏水"})
}

func closed(t require.TestingT, in ...form.Input) *play {
	return replied(t, in...).do("petitioner", "evaluate", form.Input{"rating": "satisfied"})
}

// concluded is a joint session that has met and decided.
func (p *play) concluded() *play {
	p.do(directorUser, "plan-session", planned)
	return p.do("system", "session-moved", form.Input{"session": p.session(), "session_state": "concluded", "lead_unit": housing})
}

// session is the number of the session planned last.
func (p *play) session() string {
	for no, s := range p.c.Sessions {
		if s.State == "planned" || s.State == "notified" || s.State == "held" {
			return no
		}
	}
	require.Fail(p.t, "no session is open")
	return ""
}
