package grievance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

var paused = form.Input{"pause_reason": "appraisal", "note": "委托鉴定"}

func TestExtend(t *testing.T) {
	t.Parallel()
	parallel(t, "extend moves the policy date once", func(t *testing.T) {
		p := handling(t)
		require.Equal(t, []string{"days", "legal_basis", "plan", "reason_code"}, p.faults(handlerUser, "extend", nil))
		p.refuse(domain.CodeForbidden, "not_your_office", clerkUser, "extend", extended)
		p.both(handlerUser, "extend", dutyUser, extended)
		sameTime(t, p.due("8wd"), p.c.Policy.Due)
		sameTime(t, p.due("8wd"), p.c.Deadlines["policy.red"].At)
		require.Equal(t, []string{"N19"}, p.notices())
		require.Nil(t, p.c.Statutory)
		p.refuse(domain.CodeConflict, "extend_used", handlerUser, "extend", extended, form.Input{"reason_code": "X01"})
		require.Contains(t, offers(p, handlerUser), "extend", "works could still be a ground")
		p.do(handlerUser, "extend", extended)
		p.refuse(domain.CodeForbidden, "not_your_office", dutyUser, "approve")
		p.do(directorUser, "approve")
		sameTime(t, p.due("11wd"), p.c.Policy.Due)
		p.refuse(domain.CodeConflict, "extend_used", handlerUser, "extend", extended)
		require.NotContains(t, offers(p, handlerUser), "extend")
	})
	parallel(t, "extend is asked for in time or not at all", func(t *testing.T) {
		p := handling(t)
		p.at("2026-03-06 17:30").refuse(domain.CodeConflict, "extend_too_late", handlerUser, "extend", extended)
		p.expire("policy.red").refuse(domain.CodeConflict, "extend_after_due", handlerUser, "extend", extended)
		asked := handling(t).do(handlerUser, "extend", extended).after("1wd")
		require.Equal(t, "request_lapsed", asked.last().Type, "who must sign has a day")
		require.Contains(t, asked.last().Notices, machine.Notice{N: "N10", To: machine.Recipient{User: handlerUser}, Facts: map[string]string{"action": "extend"}})
		asked.refuse(domain.CodeConflict, "wrong_state", dutyUser, "approve")
	})
	parallel(t, "extend never for an emergency or a red risk", func(t *testing.T) {
		p := handling(t, form.Input{"urgency": "emergency"})
		p.refuse(domain.CodeConflict, "extend_never", handlerUser, "extend", extended)
		red := joint(t).do(dispUser, "classify", why, form.Input{"risk": "red"})
		red.refuse(domain.CodeConflict, "extend_never", directorUser, "extend", extended)
	})
	parallel(t, "extend not beyond the original limit", func(t *testing.T) {
		handling(t).refuse(domain.CodeInvalid, "range", handlerUser, "extend", extended, form.Input{"days": 6})
		handling(t).refuse(domain.CodeInvalid, "range", handlerUser, "extend", extended, form.Input{"days": 0})
		handling(t, asPetition).refuse(domain.CodeInvalid, "range", handlerUser, "extend", extended, form.Input{"days": 31})
	})
	parallel(t, "extend of a petition: once, by the head of the unit, and it moves the statutory date", func(t *testing.T) {
		p := handling(t, asPetition)
		p.do(handlerUser, "extend", extended, form.Input{"days": 30})
		p.refuse(domain.CodeForbidden, "not_your_office", dutyUser, "approve")
		p.do(leaderUser, "approve")
		sameTime(t, p.rules.Calendar.Extend(p.due("60cd"), p.c.Statutory.Extensions[0].Limit).At, p.c.Statutory.Due)
		sameTime(t, p.c.Statutory.Due, p.c.Deadlines["statutory"].At)
		require.Equal(t, []string{"N19"}, p.notices())
		p.refuse(domain.CodeConflict, "extend_used", handlerUser, "extend", extended)
		statutory, due := p.c.Statutory.Due, p.c.Policy.Due
		p.do(dispUser, "escalate-l2", applied)
		require.True(t, p.c.Policy.Due.After(due), "an approved extension stays added at the next level")
		p.do(directorUser, "escalate-l3", lifted)
		sameTime(t, statutory, p.c.Policy.Due)
	})
}

func TestPause(t *testing.T) {
	t.Parallel()
	parallel(t, "a pause asked for in time and signed after the due date holds from the asking", func(t *testing.T) {
		p := handling(t)
		due := p.c.Policy.Due
		p.to(due.Add(-time.Hour)).do(handlerUser, "pause", paused)
		asked := p.now
		p.expire("policy.red").after("30wmin").do(dispUser, "approve")
		sameTime(t, asked, p.c.Policy.Pauses[0].From)
		require.NotContains(t, p.pending(), "policy.grace")
		p.after("1wd").do(handlerUser, "unpause", why)
		sameTime(t, p.due("1wh"), p.c.Policy.Due, "what was left at the asking is left now")
		handling(t).expire("policy.red").refuse(domain.CodeConflict, "pause_after_due", handlerUser, "pause", paused)
	})
	parallel(t, "a pause without an end of its own is looked at again and again", func(t *testing.T) {
		p := handling(t).both(handlerUser, "pause", dispUser, hearing)
		p.expire("pause.review")
		require.Equal(t, "pause_unreviewed", p.last().Type)
		p.expire("pause.review").do(handlerUser, "unpause", why)
		require.NotContains(t, p.pending(), "pause.review")
	})
	parallel(t, "every step with a second person has a limit for that person", func(t *testing.T) {
		for _, s := range grievance.Machine.Steps {
			require.Equal(t, s.Signature != machine.NoSignature, s.Within != nil, s.Action)
		}
	})
	parallel(t, "pause and unpause credit exactly what was counted", func(t *testing.T) {
		p := handling(t)
		p.at("2026-03-03 10:00").both(handlerUser, "pause", dispUser, paused)
		require.Zero(t, p.c.Policy.Due)
		require.NotContains(t, p.pending(), "policy.red")
		p.at("2026-03-05 10:00").do(handlerUser, "unpause", why)
		sameTime(t, moment("2026-03-11 17:00"), p.c.Policy.Due, "two working days later")
		sameTime(t, p.c.Policy.Due, p.c.Deadlines["policy.red"].At)
		require.NotContains(t, p.pending(), "pause.max")
		p.at("2026-03-06 17:00").both(handlerUser, "pause", dispUser, form.Input{"pause_reason": "hearing", "note": "听证"})
		p.at("2026-03-09 08:30").do(dispUser, "unpause", why)
		sameTime(t, moment("2026-03-11 17:00"), p.c.Policy.Due, "a weekend is not counted, so it is not credited")
	})
	parallel(t, "a pause is credited once and an extension stays added", func(t *testing.T) {
		p := handling(t).both(handlerUser, "extend", dutyUser, extended)
		sameTime(t, moment("2026-03-12 17:00"), p.c.Policy.Due)
		p.at("2026-03-03 10:00").both(handlerUser, "pause", dispUser, paused)
		p.at("2026-03-04 10:00").do(handlerUser, "unpause", why)
		sameTime(t, moment("2026-03-13 17:00"), p.c.Policy.Due)
	})
	parallel(t, "a least time that was given survives a pause", func(t *testing.T) {
		p := adjudicating(t, form.Input{"urgency": "urgent"}).at("2026-03-03 08:40").do(directorUser, "adjudicate", ruled)
		left := p.c.Policy.Due.Sub(p.now)
		p.do(liaisonUser, "sign-for").do(liaisonUser, "assign-handler", assigned).both(handlerUser, "pause", dispUser, paused)
		p.at("2026-03-05 08:40").do(handlerUser, "unpause", why)
		sameTime(t, p.now.Add(left), p.c.Policy.Due)
	})
	parallel(t, "a pause ends by itself at its longest", func(t *testing.T) {
		p := handling(t).both(handlerUser, "pause", dispUser, form.Input{"pause_reason": "supplement", "note": "补证"})
		sameTime(t, p.due("10cd"), p.c.Deadlines["pause.max"].At)
		p.expire("pause.max")
		require.Equal(t, "clock_resumed", p.last().Type)
		require.False(t, p.c.Policy.Due.IsZero())
		p.refuse(domain.CodeConflict, "pause_once", handlerUser, "pause", form.Input{"pause_reason": "supplement", "note": "补证"})
	})
	parallel(t, "pause guards", func(t *testing.T) {
		p := handling(t)
		p.refuse(domain.CodeConflict, "not_paused", handlerUser, "unpause", why)
		require.NotContains(t, offers(p, handlerUser), "unpause")
		p.refuse(domain.CodeInvalid, "not_a_pause", handlerUser, "pause", paused, form.Input{"pause_reason": "hang_up"})
		p.refuse(domain.CodeInvalid, "required", handlerUser, "pause", paused, form.Input{"pause_reason": "parallel_procedure"})
		require.Equal(t, []string{"note", "pause_reason"}, p.faults(handlerUser, "pause", nil))
		p.both(handlerUser, "pause", dispUser, paused)
		p.refuse(domain.CodeConflict, "already_paused", handlerUser, "pause", paused)
		p.refuse(domain.CodeConflict, "clock_paused", handlerUser, "extend", extended)
		late := handling(t).expire("policy.red")
		late.refuse(domain.CodeConflict, "pause_after_due", handlerUser, "pause", paused)
	})
	parallel(t, "the statutory clock never stops", func(t *testing.T) {
		p := handling(t, asPetition)
		statutory := p.c.Statutory.Due
		p.both(handlerUser, "pause", dispUser, paused)
		sameTime(t, statutory, p.c.Statutory.Due)
		require.Contains(t, p.pending(), "statutory")
		p.after("20cd").do(handlerUser, "unpause", why)
		sameTime(t, statutory, p.c.Statutory.Due)
		require.False(t, p.c.Policy.Due.After(statutory))
	})
}

func TestSuspend(t *testing.T) {
	t.Parallel()
	parallel(t, "a hang-up credits the policy clock and leaves the statutory one", func(t *testing.T) {
		p := handling(t, asPetition)
		statutory := p.c.Statutory.Due
		p.both(leaderUser, "suspend", directorUser, hungUp)
		require.Contains(t, p.pending(), "statutory")
		p.at("2026-03-12 09:00").do(leaderUser, "resume", why)
		sameTime(t, moment("2026-03-28 00:00"), p.c.Policy.Due, "nine days and a morning later, to the end of the day")
		sameTime(t, statutory, p.c.Statutory.Due)
	})
	parallel(t, "up to 90 days the director, longer the county leader, 180 at most", func(t *testing.T) {
		p := handling(t).do(leaderUser, "suspend", hungUp, form.Input{"until": "2026-06-20"})
		p.refuse(domain.CodeForbidden, "not_your_office", directorUser, "approve")
		p.do(county1, "approve")
		require.Equal(t, county1, p.c.Suspension.Approver)
		handling(t).both(leaderUser, "suspend", directorUser, hungUp, form.Input{"until": "2026-05-30"})
		handling(t).refuse(domain.CodeInvalid, "range", leaderUser, "suspend", hungUp, form.Input{"until": "2026-09-30"})
		handling(t).refuse(domain.CodeInvalid, "past", leaderUser, "suspend", hungUp, form.Input{"until": "2026-03-02"})
	})
	parallel(t, "what was hung up before counts towards the 180 days", func(t *testing.T) {
		p := handling(t).both(leaderUser, "suspend", directorUser, hungUp, form.Input{"until": "2026-03-31"})
		p.at("2026-03-25 09:00").do(leaderUser, "resume", why)
		p.refuse(domain.CodeInvalid, "range", leaderUser, "suspend", hungUp, form.Input{"until": "2026-09-15"})
		p.both(leaderUser, "suspend", county1, hungUp, form.Input{"until": "2026-08-20"})
	})
	parallel(t, "after the red light only a supervisor may ask", func(t *testing.T) {
		p := handling(t).expire("policy.red")
		p.refuse(domain.CodeConflict, "suspend_after_red", leaderUser, "suspend", hungUp)
		require.NotContains(t, offers(p, leaderUser), "suspend")
		p.both(supervisor1, "suspend", directorUser, hungUp)
		p.at("2026-03-20 09:00").do(leaderUser, "resume", why)
		require.Contains(t, p.pending(), "policy.red", "an overdue case is overdue again when it goes on")
		p.to(p.now)
		p.saw("overdue")
	})
	parallel(t, "a unit's quota", func(t *testing.T) {
		p := handling(t)
		p.hangUps.Suspended, p.hangUps.Due = 5, 100
		p.refuse(domain.CodeConflict, "hangup_quota", leaderUser, "suspend", hungUp)
		p.hangUps.Suspended, p.hangUps.Due = 0, 3
		p.do(leaderUser, "suspend", hungUp)
		over := handling(t)
		over.hangUps.Suspended, over.hangUps.Due = 5, 100
		over.do(supervisor1, "suspend", hungUp)
	})
	parallel(t, "a hang-up takes over from a pause", func(t *testing.T) {
		p := handling(t).both(handlerUser, "pause", dispUser, paused).both(leaderUser, "suspend", directorUser, hungUp)
		require.NotContains(t, p.pending(), "pause.max")
		open := 0
		for _, x := range p.c.Policy.Pauses {
			if x.To.IsZero() {
				open++
			}
		}
		require.Equal(t, 1, open)
		p.after("31cd")
		require.Equal(t, grievance.Handling, p.c.State)
		require.False(t, p.c.Policy.Due.IsZero())
	})
	parallel(t, "review keeps it, its interval starts again", func(t *testing.T) {
		p := suspended(t).at("2026-03-20 09:00")
		require.Equal(t, []string{"milestone_report"}, p.faults(leaderUser, "review-suspension", nil))
		p.do(leaderUser, "review-suspension", form.Input{"milestone_report": "按计划"})
		sameTime(t, p.due("30cd"), p.c.Suspension.ReviewBy)
	})
}
