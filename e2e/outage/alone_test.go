package outage

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"

	"huajie/internal/app"
	"huajie/workflows"
)

// TestNoCaseEndsForWantOfItsLedger: the ledger alone is away, longer than any one try
// may take, while the engine goes on. Limits pass and a step is asked for; no workflow
// fails over it, and all of it takes effect when the ledger is back (found by e2e/chaos: the
// commit gave up after ten seconds, and every case whose limit had passed lost its workflow).
func TestNoCaseEndsForWantOfItsLedger(t *testing.T) {
	t.Parallel()
	g := newGround(t)
	p := g.run(app.Parts{API: true, Worker: true})
	o, engine := officeAt(t, p), g.desk().Client
	r, _, err := o.register(o.key(), "台账停用")
	require.NoError(t, err)
	ctx := context.Background()
	first := ""
	eventually(t, "its workflow runs", func() bool {
		d, err := engine.DescribeWorkflowExecution(ctx, workflows.ID(r.No), "")
		if err == nil {
			first = d.GetWorkflowExecutionInfo().GetExecution().GetRunId()
		}
		return first != ""
	})
	g.openLedger(false)
	shut := time.Now()
	eventually(t, "it stays away for two tries", func() bool { return time.Since(shut) > 21*time.Second })
	g.openLedger(true)
	eventually(t, "what has passed takes effect", func() bool {
		return o.get("citysup.220400", "/api/v1/cases/"+r.No, nil) == http.StatusOK && hasFired(fired(o.timeline(r.No)), "triage")
	})
	d, err := engine.DescribeWorkflowExecution(ctx, workflows.ID(r.No), first)
	require.NoError(t, err)
	require.Equal(t, enums.WORKFLOW_EXECUTION_STATUS_RUNNING, d.GetWorkflowExecutionInfo().GetStatus(), "the first run goes on")
}

// openLedger lets nobody into the product's database, or everybody again. The databases of
// the engine, on the same server, stay open.
func (g *ground) openLedger(open bool) {
	g.t.Helper()
	u, err := url.Parse(g.config.DatabaseURL)
	require.NoError(g.t, err)
	u.Path = "/postgres"
	ctx := context.Background()
	c, err := pgx.Connect(ctx, u.String())
	require.NoError(g.t, err)
	defer func() { _ = c.Close(ctx) }()
	if open {
		_, err = c.Exec(ctx, `ALTER DATABASE huajie WITH ALLOW_CONNECTIONS true`)
		require.NoError(g.t, err)
		return
	}
	_, err = c.Exec(ctx, `ALTER DATABASE huajie WITH ALLOW_CONNECTIONS false`)
	require.NoError(g.t, err)
	_, err = c.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'huajie'`)
	require.NoError(g.t, err)
}
