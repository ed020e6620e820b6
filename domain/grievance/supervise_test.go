package grievance_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/supervision"
)

// TestSupervision is the ladder of §4.7 by hand: a reminder, a yellow card, a red one with a
// second person, and the answer of the unit in its time.
func TestSupervision(t *testing.T) {
	t.Parallel()
	urged := form.Input{"cause": "S03", "requirements": "三日内答复诉求人"}
	answer := form.Input{"statement": "材料已备齐,明日上门"}
	parallel(t, "a reminder is answered by the unit within a working day", func(t *testing.T) {
		p := handling(t).do(supervisor1, "remind", urged)
		o := p.c.Orders[0]
		sameTime(t, p.due("1wd"), o.Due)
		sameTime(t, p.now, o.At)
		o.Due, o.At = time.Time{}, time.Time{}
		require.Equal(t, supervision.Order{Mark: "reminded", Cause: "S03", Unit: housing, By: supervisor1, Event: p.last().Seq}, o)
		require.Equal(t, "reminded", p.c.Supervision)
		require.Equal(t, []machine.Notice{
			{N: "N20", To: machine.Recipient{Role: "dept_liaison", Unit: housing}, Facts: map[string]string{"cause": "S03", "unit": housing}},
			{N: "N21", To: machine.Recipient{Role: "dept_leader", Unit: housing}, Facts: map[string]string{"cause": "S03", "unit": housing}}}, p.last().Notices)
		p.refuse(domain.CodeConflict, "already_ordered", supervisor1, "remind", urged)
		require.NotContains(t, offers(p, supervisor1), "remind")
		require.Contains(t, offers(p, supervisor1), "yellow-card")
		require.NotContains(t, offers(p, handlerUser), "answer-supervision")
		p.do(liaisonUser, "answer-supervision", answer)
		require.Equal(t, liaisonUser, p.c.Orders[0].AnsweredBy)
		require.NotContains(t, p.pending(), "order.0")
		require.Equal(t, machine.Recipient{User: supervisor1}, p.last().Notices[0].To)
		p.refuse(domain.CodeForbidden, "not_your_case", liaisonUser, "answer-supervision", answer)
		p.do(supervisor1, "remind", urged) // and once more, now that it was answered
		require.Len(t, p.c.Orders, 2)
	})
	parallel(t, "a second yellow card is a red one, which the leader answers with a plan", func(t *testing.T) {
		p := handling(t).do(supervisor1, "yellow-card", urged)
		sameTime(t, p.due("2wd"), p.c.Deadlines["order.0"].At)
		p.do(leaderUser, "answer-supervision", answer)
		p.refuse(domain.CodeConflict, "second_yellow", supervisor1, "yellow-card", urged)
		p.both(supervisor1, "red-card", directorUser, urged)
		require.Equal(t, "red_card", p.c.Supervision)
		require.Equal(t, supervisor1, p.c.Orders[1].By, "who asked for it, not who signed")
		sameTime(t, p.due("1wd"), p.c.Deadlines["order.1"].At)
		p.refuse(domain.CodeConflict, "leader_answers", liaisonUser, "answer-supervision", answer)
		p.refuse(domain.CodeInvalid, "required", leaderUser, "answer-supervision", answer)
		p.do(leaderUser, "answer-supervision", answer, form.Input{"plan": "三日内完工"})
		require.False(t, p.c.Orders[1].Open())
		require.Equal(t, "red_card", p.c.Supervision, "an answer takes no card back")
	})
	parallel(t, "what is not answered is told to who supervises, and is still to be answered", func(t *testing.T) {
		p := handling(t).do(supervisor1, "yellow-card", urged).expire("order.0")
		e := p.saw("supervision_unanswered")
		require.Equal(t, []machine.Recipient{{Role: "centre_director", Unit: centre}, {Role: "supervisor", Unit: county}, {Role: "dept_leader", Unit: housing}},
			[]machine.Recipient{e.Notices[0].To, e.Notices[1].To, e.Notices[2].To})
		require.True(t, p.c.Orders[0].Missed)
		p.do(leaderUser, "answer-supervision", answer)
		require.False(t, p.c.Orders[0].Open())
	})
	parallel(t, "nobody is blamed for the system being away", func(t *testing.T) {
		p := handling(t).do(supervisor1, "remind", urged)
		p.outage(p.c.Deadlines["order.0"].At.Add(24 * time.Hour))
		require.False(t, p.c.Orders[0].Missed)
		require.True(t, p.c.Orders[0].Open())
	})
	parallel(t, "a unit that helps may be reminded, one that has no part may not", func(t *testing.T) {
		p := handling(t).do(dispUser, "add-assist", why, form.Input{"assist_unit": land})
		p.do(supervisor1, "remind", urged, form.Input{"unit": land})
		require.Equal(t, land, p.c.Orders[0].Unit)
		p.do("liaison.220402-D12", "answer-supervision", answer)
		p.refuse(domain.CodeInvalid, "unknown_code", supervisor1, "remind", urged, form.Input{"unit": farm})
	})
	parallel(t, "it follows a duty that goes to another unit, and ends with the case", func(t *testing.T) {
		p := handling(t).do(supervisor1, "remind", urged)
		p.do("system", "transfer-unit", form.Input{"from_unit": housing, "to_unit": land, "basis": "机构改革方案"})
		require.Equal(t, land, p.c.Orders[0].Unit)
		require.Equal(t, land, p.c.Deadlines["order.0"].Unit)
		p.do("petitioner", "withdraw", form.Input{"statement": "已自行解决"})
		require.NotContains(t, p.pending(), "order.0")
	})
	parallel(t, "an accusation is supervised by the discipline reception alone", func(t *testing.T) {
		p := begin(t, form.Input{"nature": "accusation", "respondent_unit": land})
		require.NotContains(t, offers(p, supervisor1), "remind")
		require.NotContains(t, offers(p, directorUser), "remind")
		require.Contains(t, offers(p, "discipline.220402-D07"), "remind")
	})
}
