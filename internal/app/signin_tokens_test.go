package app_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/domain/account"
)

// administrator is a gate whose administrator is signed in, second factor and all.
func administrator(t *testing.T) (g *gate, token string) {
	t.Helper()
	g = newGate(t, func(c *config.Config) { c.SecondFactorRoles = "" })
	return g, g.in(sysAdmin, good)
}

// TestTokensForPrograms: an administrator makes one for an integrator; it opens what its
// scopes say, until it ends.
func TestTokensForPrograms(t *testing.T) {
	t.Parallel()
	g, admin := administrator(t)
	made := g.as(admin, 201, "POST", "/tokens", `{"username":"integrator.220400","label":"12345 hotline","scope":"intake read","days":30}`)
	token := made.text("token")
	assert.Regexp(t, `^hj_[A-Za-z0-9_-]{43}$`, token)
	assert.Equal(t, []any{"intake", "read"}, made.body["scopes"])
	assert.Equal(t, sysAdmin, made.text("made_by"))

	g.as(token, 200, "GET", "/cases", "")
	g.as(token, 200, "GET", "/me", "")
	g.as(token, 422, "POST", "/grievances", `{}`) // it is let in, and told what is missing
	for _, row := range [][2]string{{"POST", "/cases/x/actions/sign-for"}, {"POST", "/notices/receipts"}, {"GET", "/field/day"}} {
		assert.Equal(t, "token_scope", g.as(token, 403, row[0], row[1], "").text("reason"), row)
	}
	for _, row := range [][2]string{{"POST", "/me/password"}, {"GET", "/me/sessions"}, {"POST", "/me/second-factor"}, {"POST", "/tokens"}, {"GET", "/tokens"}} {
		assert.Equal(t, "person_needed", g.as(token, 403, row[0], row[1], "").text("reason"), row)
	}
	sync := `{"commands":[{"id":"offline-1","kind":"act","case":"x","action":"sign-for"},{"id":"offline-2","kind":"report"}]}`
	synced := g.as(g.token(integrator, account.Field, account.Intake), 200, "POST", "/field/sync", sync)
	assert.InDelta(t, 403, synced.body["results"].([]any)[0].(map[string]any)["status"], 0, "a batch is no way around")
	assert.InDelta(t, 422, synced.body["results"].([]any)[1].(map[string]any)["status"], 0)

	list := g.as(admin, 200, "GET", "/tokens?username=integrator.220400", "").body["items"].([]any)
	require.Len(t, list, 2)
	for _, x := range list {
		assert.NotContains(t, x, "token", "it is told once")
	}
	assert.Zero(t, g.number(`SELECT count(*) FROM tokens t WHERE strpos(t::text, $1) > 0`, token[3:]), "nor is it kept")
	g.as(admin, 204, "DELETE", fmt.Sprintf("/tokens/%.0f", made.body["id"]), "")
	g.as(token, 401, "GET", "/me", "")
	g.as(admin, 404, "DELETE", fmt.Sprintf("/tokens/%.0f", made.body["id"]), "")
}

// TestWhoGetsATokenAndFromWhom: no officer gets one, nobody but an administrator makes one,
// and it does not live for ever.
func TestWhoGetsATokenAndFromWhom(t *testing.T) {
	t.Parallel()
	g, admin := administrator(t)
	body := func(user, scope string, days int) string {
		return fmt.Sprintf(`{"username":%q,"label":"x","scope":%q,"days":%d}`, user, scope, days)
	}
	assert.Equal(t, "not_administrator", g.as(g.in(dispatch, good), 403, "POST", "/tokens", body(integrator, "read", 1)).text("reason"))
	for name, in := range map[string]string{"an officer": body(dispatch, "read", 1), "the administrator": body(sysAdmin, "read", 1), "nobody": body("nobody", "read", 1),
		"no such scope": body(integrator, "read own", 1), "admin": body(integrator, "admin", 1), "no scope": body(integrator, " ", 1), "too long": body(integrator, "read", 400)} {
		assert.Equal(t, 422, g.ask(ask{method: "POST", path: "/api/v1/tokens", body: in, token: admin}).StatusCode, name)
	}
	session := g.as(admin, 200, "GET", "/me/sessions", "").body["items"].([]any)[0].(map[string]any)["id"].(float64)
	g.as(admin, 404, "DELETE", fmt.Sprintf("/tokens/%.0f", session), "")
	g.as(admin, 200, "GET", "/me", "")
}

// TestATokenIsKnownToBeUsed: to about ten minutes.
func TestATokenIsKnownToBeUsed(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	token := g.token(integrator, account.Read)
	used := func() int { return g.number(`SELECT count(*) FROM tokens WHERE used_at IS NOT NULL`) }
	g.as(token, 200, "GET", "/cases", "")
	assert.Zero(t, used(), "it was made a moment ago")
	_ = g.number(`WITH x AS (UPDATE tokens SET created_at = now() - interval '1 hour' RETURNING 1) SELECT count(*) FROM x`)
	g.as(token, 200, "GET", "/cases", "")
	assert.Equal(t, 1, used())
}

// TestAnEndedTokenOpensNothing: nor does one of a closed account.
func TestAnEndedTokenOpensNothing(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	_, over, err := g.store.Issue(t.Context(), account.Opening{Username: integrator, Kind: account.Token, Scopes: []account.Scope{account.Read}, Until: time.Now().Add(-time.Second)})
	require.NoError(t, err)
	g.as(over, 401, "GET", "/cases", "")
	token := g.token(integrator, account.Read)
	require.NoError(t, g.store.SetActive(t.Context(), integrator, false))
	g.as(token, 401, "GET", "/cases", "")
	assert.Equal(t, http.StatusUnauthorized, g.signIn(integrator, good, home).StatusCode)
}
