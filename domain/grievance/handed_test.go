package grievance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// TestHandlerLeft: a task whose handler has left is back with the liaison, with the time
// to name another (§6 item 37).
func TestHandlerLeft(t *testing.T) {
	t.Parallel()
	left := form.Input{"person": handlerUser}
	parallel(t, "the only handler", func(t *testing.T) {
		p := handling(t)
		due := p.c.Policy.Due
		p.at("2026-03-03 09:00").do("system", "handler-left", left)
		require.Empty(t, p.c.Handlers)
		require.Equal(t, grievance.Handling, p.c.State)
		sameTime(t, p.due("4wh"), p.c.Deadlines["assign"].At)
		sameTime(t, due, p.c.Policy.Due, "the clock goes on")
		require.Equal(t, []machine.Notice{{N: "N20", To: machine.Recipient{Role: "dept_liaison", Unit: housing}}}, p.last().Notices)
		p.quiet("handler-left", left)
		p.do(liaisonUser, "assign-handler", form.Input{"handlers": []any{"handler2.220402-D11"}, "recusal_declared": true})
		require.NotContains(t, p.pending(), "assign")
	})
	parallel(t, "one of two", func(t *testing.T) {
		p := signed(t).do(liaisonUser, "assign-handler", form.Input{"handlers": []any{handlerUser, "handler2.220402-D11"}, "recusal_declared": true})
		p.do("system", "handler-left", left)
		require.Equal(t, []string{"handler2.220402-D11"}, p.c.Handlers)
		require.NotContains(t, p.pending(), "assign")
	})
	parallel(t, "while it is hung up: asked for when it goes on", func(t *testing.T) {
		p := suspended(t).do("system", "handler-left", left)
		require.NotContains(t, p.pending(), "assign")
		p.do(leaderUser, "resume", why)
		require.Contains(t, p.pending(), "assign")
	})
	parallel(t, "who owned it at a desk", func(t *testing.T) {
		p := triaged(t)
		who := p.c.Owner.User
		require.NotEmpty(t, who)
		p.do("system", "handler-left", form.Input{"person": who})
		require.Empty(t, p.c.Owner.User)
		require.Equal(t, centre, p.c.Owner.Unit, "the desk has it")
		p.quiet("handler-left", form.Input{"person": "nobody"})
	})
}

// TestTransferUnit: a duty that has moved takes its open cases along, with clocks,
// counts and rights as they were (§6 item 34).
func TestTransferUnit(t *testing.T) {
	t.Parallel()
	moved := form.Input{"from_unit": housing, "to_unit": land, "basis": "机构改革方案"}
	parallel(t, "the lead", func(t *testing.T) {
		p := handling(t).do(leaderUser, "add-assist", why, form.Input{"assist_unit": farm})
		due, signedAt := p.c.Policy.Due, p.c.SignedAt
		p.do("system", "transfer-unit", moved)
		require.Equal(t, land, p.c.LeadUnit)
		require.Equal(t, grievance.Owner{Unit: land}, p.c.Owner)
		require.Empty(t, p.c.Handlers)
		require.Equal(t, land, p.c.Deadlines["policy.red"].Unit)
		require.Equal(t, land, p.c.Deadlines["assign"].Unit)
		require.Equal(t, farm, p.c.Deadlines["task.T1"].Unit)
		sameTime(t, due, p.c.Policy.Due)
		sameTime(t, signedAt, p.c.SignedAt)
		require.Zero(t, p.c.ReturnCount+p.c.ReassignCount)
		require.Contains(t, p.c.Units, housing, "who had it still sees it")
		require.Equal(t, []string{"N13", "N7"}, p.notices())
		p.quiet("transfer-unit", moved)
	})
	parallel(t, "not signed for yet", func(t *testing.T) {
		p := dispatched(t)
		sign := p.c.Deadlines["sign"].At
		p.do("system", "transfer-unit", moved)
		sameTime(t, sign, p.c.Deadlines["sign"].At)
		p.do("liaison.220402-D12", "sign-for")
	})
	parallel(t, "an assisting unit, and one that was designated", func(t *testing.T) {
		p := handling(t).do(leaderUser, "add-assist", why, form.Input{"assist_unit": land})
		p.do("system", "transfer-unit", form.Input{"from_unit": land, "to_unit": farm, "basis": "机构改革方案"})
		require.Equal(t, housing, p.c.LeadUnit)
		require.Equal(t, []string{farm}, p.c.AssistUnits)
		require.Equal(t, farm, p.c.Tasks["T1"].Unit)
		ruledCase := adjudicating(t).do(directorUser, "adjudicate", ruled).do("system", "transfer-unit", moved)
		require.Equal(t, []string{land}, ruledCase.c.Designated, "the successor may not return it either")
	})
	parallel(t, "never to whom an accusation is about", func(t *testing.T) {
		p := handling(t)
		p.c.Confidentiality, p.c.RespondentUnit = "C3", land
		p.do("system", "transfer-unit", moved)
		require.Equal(t, housing, p.c.LeadUnit)
		require.Equal(t, "transfer_barred", p.last().Type)
	})
}
