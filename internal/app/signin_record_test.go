package app_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/domain/audit"
	"huajie/domain/calendar"
)

// record is the audit log, a line for each row: what, by whom, by what, to what, how it ended.
func (g *gate) record() []string {
	g.t.Helper()
	conn, err := pgx.Connect(g.t.Context(), g.url)
	require.NoError(g.t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	rows, err := conn.Query(g.t.Context(), `SELECT kind || ' ' || actor || ' ' || regexp_replace(via, '^token .*', 'token') || ' ' || object || ' ' || outcome
		FROM audit_log WHERE kind <> 'user_changed' ORDER BY day, n`)
	require.NoError(g.t, err)
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(g.t, err)
	return lines
}

// TestEveryStepOfSigningInIsOnRecord: who came in, by which step, and who was turned away.
func TestEveryStepOfSigningInIsOnRecord(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.fail(1, overseer, home)
	g.fail(1, "my password by mistake", home)
	token := g.in(overseer, good)
	secret := g.as(token, 201, "POST", "/me/second-factor", "").text("secret")
	g.as(token, 200, "POST", "/me/second-factor/confirmation", coded(g.code(secret)))
	g.wait(30 * time.Second)
	half := g.half(overseer)
	g.as(half, 401, "POST", "/session/second-factor", coded("000000"))
	whole := g.as(half, 200, "POST", "/session/second-factor", coded(g.code(secret))).text("token")
	g.wait(30 * time.Second)
	g.as(whole, 204, "POST", "/me/second-factor/removal", coded(g.code(secret)))
	g.as(whole, 204, "DELETE", "/session", "")
	assert.Equal(t, []string{
		"sign_in supervisor.220402 password  refused",
		"sign_in unknown password  refused",
		"sign_in supervisor.220402 password  ok",
		"factor_added supervisor.220402 token supervisor.220402 ok",
		"sign_in supervisor.220402 password  ok",
		"sign_in supervisor.220402 second factor  refused",
		"sign_in supervisor.220402 second factor  ok",
		"factor_removed supervisor.220402 token supervisor.220402 ok",
		"sign_out supervisor.220402 token  ok",
	}, g.record())
}

// TestChangesOfAccountsAreOnRecord: of the own one, and of what programs may do; neither a
// number nor a password is in it.
func TestChangesOfAccountsAreOnRecord(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(c *config.Config) { c.SecondFactorRoles = "" })
	token := g.in(sysAdmin, good)
	g.as(token, 204, "POST", "/me/phone", `{"phone":"13904370001"}`)
	g.as(token, 204, "POST", "/me/password", `{"old":"`+good+`","new":"垂直-heron-4412-**"}`)
	made := g.as(token, 201, "POST", "/tokens", `{"username":"integrator.220400","label":"12345 hotline","scope":"intake","days":3}`).body["id"]
	g.as(token, 204, "DELETE", fmt.Sprintf("/tokens/%.0f", made), "")
	g.as(token, 404, "DELETE", fmt.Sprintf("/tokens/%.0f", made), "")
	g.as(token, 204, "DELETE", "/me/sessions", "")
	assert.Equal(t, []string{
		"sign_in admin.220400 password  ok",
		"phone_changed admin.220400 token admin.220400 ok",
		"password_changed admin.220400 token admin.220400 ok",
		"token_made admin.220400 token integrator.220400 ok",
		fmt.Sprintf("token_revoked admin.220400 token %.0f ok", made),
		fmt.Sprintf("token_revoked admin.220400 token %.0f ok", made),
		fmt.Sprintf("token_revoked admin.220400 token %.0f failed", made),
		"sign_out admin.220400 token every other session ok",
	}, g.record())
	assert.Zero(t, g.number(`SELECT count(*) FROM audit_log a WHERE a::text ~ '13904370001|heron|tapir'`))
	assert.Zero(t, g.number(`SELECT count(*) FROM audit_log WHERE reason LIKE '%hotline%'`), "it is sealed")
	rows, err := g.store.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	assert.True(t, slices.ContainsFunc(rows, func(r audit.Row) bool { return r.Reason == "12345 hotline [intake] 3 d" }))
}
