package gridevent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/gridevent"
	"huajie/domain/machine"
)

// TestTheOrganisationMovesOn: nobody who has left keeps an event, and an event follows a
// duty that has gone to another unit (§6 items 34, 37).
func TestTheOrganisationMovesOn(t *testing.T) {
	t.Parallel()
	left := func(who string) form.Input { return form.Input{"person": who} }
	t.Run("a handler", func(t *testing.T) {
		p := disposing(t)
		due := p.c.Due
		p.do("system", "handler-left", left(handler))
		require.Empty(t, p.c.Handlers)
		p.do("system", "handler-left", left(liaison))
		require.Equal(t, gridevent.Owner{Unit: housing}, p.c.Owner, "who signed for it has gone, the unit has not")
		require.Equal(t, []machine.Recipient{{Unit: housing, Role: "dept_liaison"}}, p.told("N20"))
		p.refuse("not_your_case", handler, "submit-disposal", form.Input{"result": "已更换", "after_photos": p.shots(3)})
		p.do(liaison, "start-disposal", form.Input{"handlers": []any{"handler2.220402-D11"}})
		require.True(t, due.Equal(p.c.Due), "its limits go on")
		before := p.c.Seq
		p.do("system", "handler-left", left(handler))
		require.Equal(t, before, p.c.Seq)
	})
	t.Run("whoever was to look: the next", func(t *testing.T) {
		p := fedBack(t)
		require.Equal(t, member, p.c.Verifier)
		p.do("system", "handler-left", left(member))
		require.Equal(t, second, p.c.Verifier)
		require.Contains(t, p.told("N23"), machine.Recipient{User: second})
		p.do("system", "handler-left", left(second)).do("system", "handler-left", left(leader))
		require.NotEmpty(t, p.c.Owner.Unit)
	})
	t.Run("a duty", func(t *testing.T) {
		p := disposing(t)
		due := p.c.Stages[0].Due
		p.do("system", "transfer-unit", form.Input{"from_unit": housing, "to_unit": "220402-D12", "basis": "机构改革"})
		require.Equal(t, "220402-D12", p.c.LeadUnit)
		require.Equal(t, "220402-D12", p.c.Owner.Unit)
		require.Equal(t, "220402-D12", p.c.Deadlines["stage"].Unit)
		require.True(t, due.Equal(p.c.Stages[0].Due))
		require.Zero(t, p.c.ReturnCount)
		before := p.c.Seq
		p.do("system", "transfer-unit", form.Input{"from_unit": housing, "to_unit": "220402-D12", "basis": "机构改革"})
		require.Equal(t, before, p.c.Seq)
	})
}
