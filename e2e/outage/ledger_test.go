package outage

import (
	"context"
	"net/http"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"huajie/internal/app"
	"huajie/internal/demo"
)

// TestTheLedgerAway: without PostgreSQL nothing is taken in, everything says so
// and when to come back, nothing is half done, and afterwards it all works.
func TestTheLedgerAway(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	api := g.run(app.Parts{API: true, Worker: true})
	o := officeAt(t, api)
	first, answer, err := o.register(o.key(), "楼上漏水")
	require.NoError(t, err)
	require.Contains(t, []int{http.StatusCreated, http.StatusAccepted}, answer.Status)
	eventually(t, "the dispatcher has signed in", func() bool { return o.get("disp.220498", "/api/v1/me", nil) == http.StatusOK })
	before := g.rows()

	g.stopPostgres()
	for _, ask := range []func() (demo.Answer, error){
		func() (demo.Answer, error) { _, a, err := o.register("lost", "井盖缺失"); return a, err },
		func() (demo.Answer, error) {
			return o.Do(context.Background(), "disp.220498", http.MethodPost, "/api/v1/cases/"+first.No+"/actions/start-triage", "step", map[string]any{})
		},
		func() (demo.Answer, error) {
			return o.Do(context.Background(), "disp.220498", http.MethodGet, "/api/v1/cases", "", nil)
		},
		func() (demo.Answer, error) {
			return o.Do(context.Background(), "", http.MethodGet, "/api/v1/public/cases/"+first.No+"?code="+first.QueryCode, "", nil)
		},
	} {
		a, err := ask()
		require.Equal(t, http.StatusServiceUnavailable, refusal(t, err).Status)
		require.Equal(t, "unavailable", refusal(t, err).Code)
		require.Equal(t, "application/problem+json", a.Header.Get("Content-Type"))
		require.NotEmpty(t, a.Header.Get("Retry-After"))
	}
	status, health := probe(api.addr, "/readyz?intake=true")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "unavailable", health["ledger"])
	status, _ = probe(api.addr, "/livez")
	require.Equal(t, http.StatusOK, status, "a process is not restarted for want of a database")

	g.startPostgres()
	eventually(t, "the ledger answers again", func() bool { s, _ := probe(api.addr, "/readyz"); return s == http.StatusOK })
	require.Equal(t, before["cases"], g.rows()["cases"], "nothing was half done")
	require.Equal(t, before["numbers"], g.rows()["numbers"], "no number was drawn")
	var second receipt
	eventually(t, "the same wish is carried out now", func() bool {
		second, answer, err = o.register("lost", "井盖缺失")
		return err == nil
	})
	require.NotEqual(t, first.No, second.No)
	eventually(t, "the step is carried out", func() bool {
		_, err := o.Do(context.Background(), "disp.220498", http.MethodPost, "/api/v1/cases/"+first.No+"/actions/start-triage", "step", map[string]any{})
		return err == nil
	})
	started := 0
	for _, e := range o.timeline(first.No) {
		if e.Type == "triage_started" {
			started++
		}
	}
	require.Equal(t, 1, started, "once, however often it was asked for")
	for _, no := range []string{first.No, second.No} {
		require.NoError(t, g.desk().Store.VerifyChain(context.Background(), no))
	}
}

// rows counts what a registration writes.
func (g *ground) rows() map[string]int {
	g.t.Helper()
	c, err := pgx.Connect(context.Background(), g.postgres.DatabaseURL)
	require.NoError(g.t, err)
	defer func() { _ = c.Close(context.Background()) }()
	out := map[string]int{}
	for name, question := range map[string]string{"cases": `SELECT count(*) FROM cases`, "numbers": `SELECT coalesce(sum(last), 0) FROM numbers`} {
		n := 0
		require.NoError(g.t, c.QueryRow(context.Background(), question).Scan(&n))
		out[name] = n
	}
	return out
}
