package view_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/view"
)

// TestScopeOfAccusations: who works on an accusation sees it, who is accused never
// does, whatever office (§2.3, §6 item 13).
func TestScopeOfAccusations(t *testing.T) {
	t.Parallel()
	sees := func(who string, c *grievance.Case) bool { return view.ScopeOf(actor(t, who), book.Org).Sees(c.Card()) }
	c := register(t, form.Input{"nature": "accusation", "respondent_unit": lead}).c
	for who, want := range map[string]bool{"discipline.220402-D07": true, "leader.220402-D07": true, "liaison.220402-D07": true,
		clerk: true, disp: false, boss: false, liaison: false, leader: false, "handler.220402-D07": false, "discipline.220403-D07": false} {
		require.Equal(t, want, sees(who, c), who)
	}
	ordinary := register(t, nil).c
	require.False(t, sees("liaison.220402-D07", ordinary), "the vault opens no other matter of the county to its department")

	c.Offer = &grievance.Offer{Unit: "220402-C", User: disp}
	require.True(t, sees(disp, c), "whom it is offered to")
	c.Offer, c.Owner.User = nil, boss
	require.True(t, sees(boss, c), "who owns it")
	c.Owner.User, c.Handlers = "", []string{handler}
	require.False(t, sees(handler, c), "not even named on it: the unit is accused")
	c.RespondentUnit = "220402-D07"
	for _, who := range []string{"discipline.220402-D07", "leader.220402-D07"} {
		require.False(t, sees(who, c), "the vault is closed to %s, who is accused", who)
	}
	require.True(t, sees(handler, c))
	c.RespondentUnit = "220402-C"
	require.False(t, sees(clerk, c), "nor to who took it in, of the unit accused")
}
