package account_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/org"
)

func held(list ...string) (out []org.Grant) {
	for i := 0; i+1 < len(list); i += 2 {
		out = append(out, org.Grant{Role: org.Role(list[i]), Unit: list[i+1]})
	}
	return out
}

// TestWhatNeedsASecondPerson: to give or take what supervises or administers, wherever it is
// held; not to leave it as it is beside something else.
func TestWhatNeedsASecondPerson(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		before, after []org.Grant
		want          bool
	}{
		"ordinary":              {held("guide", "a"), held("dispatcher", "a"), false},
		"given":                 {held("guide", "a"), held("guide", "a", "supervisor", "b"), true},
		"taken":                 {held("guide", "a", "supervisor", "b"), held("guide", "a"), true},
		"moved":                 {held("supervisor", "b"), held("supervisor", "c"), true},
		"stays":                 {held("supervisor", "b"), held("supervisor", "b", "guide", "a"), false},
		"a new one":             {nil, held("centre_director", "a"), true},
		"a new ordinary one":    {nil, held("dept_handler", "a"), false},
		"in another order":      {held("guide", "a", "auditor", "b"), held("auditor", "b", "guide", "a"), false},
		"the discipline vault":  {held("dept_leader", "a"), held("discipline_officer", "a"), true},
		"the city's supervisor": {held("city_supervisor", "a"), nil, true},
	} {
		assert.Equal(t, row.want, account.NeedsSecond(row.before, row.after), name)
	}
	guarded := 0
	for _, r := range org.Roles() {
		require.NotEmpty(t, account.Seats(r.Role), "%s is held nowhere", r.Role)
		if account.Guarded(r.Role) {
			guarded++
		}
	}
	assert.Equal(t, 6, guarded)
}

// TestWhoIsTheSecondPerson: neither who asked nor whose offices they are, of two offices alone.
func TestWhoIsTheSecondPerson(t *testing.T) {
	t.Parallel()
	r := account.Request{Username: "about", By: "asker"}
	for user, row := range map[string]struct {
		role string
		want bool
	}{"asker": {"sys_admin", false}, "about": {"city_supervisor", false}, "other": {"sys_admin", true}, "city": {"city_supervisor", true}, "clerk": {"supervisor", false}, "log": {"auditor", false}} {
		assert.Equal(t, row.want, r.MayDecide(domain.Actor{User: user, Grants: held(row.role, "220400")}), user)
	}
}

func TestNamesOfAccounts(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"wang.wei": "", "win-general.220402": "", "a": "", "disp2": "", "": "format", "Wang": "format", "wang wei": "format", "王伟": "format", "1a": "format", ".a": "format", "a..b": "format", "a/b": "format",
		"system": "taken", "petitioner": "taken",
	} {
		reason := ""
		if faults := account.CheckName("username", name); len(faults) > 0 {
			reason = faults[0].Reason
		}
		assert.Equal(t, want, reason, name)
	}
}
