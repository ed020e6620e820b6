package outage

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/internal/app"
	"huajie/internal/localstack"
	"huajie/internal/recovery"
)

// databases are backed up in this order: an engine that is a little older than its
// ledger catches up by itself, a ledger older than its engine would lack people.
var databases = []string{localstack.TemporalDatabase, localstack.TemporalVisibilityDatabase, localstack.ProductDatabase}

// TestABackupTakenWhileOfficersWork: the commands of docs/operations.md, taken one
// after the other while cases move, are restored on another machine. Everything
// that was acknowledged before the backup began is there and goes on.
func TestABackupTakenWhileOfficersWork(t *testing.T) {
	t.Parallel()
	before := newGround(t)
	o := officeAt(t, before.run(app.Parts{API: true, Worker: true}))
	var kept []receipt
	for range 5 {
		r, _, err := o.register(o.key(), "路灯不亮")
		require.NoError(t, err)
		o.triage(r.No)
		kept = append(kept, r)
	}
	goHome := o.work()
	dumps := before.backUp()
	goHome()
	before.stopTemporal()

	after := bareGround(t)
	after.restore(dumps, before.dir)
	after.startTemporal()
	after.prepare()
	desk, err := after.desk().Recovery()
	require.NoError(t, err)
	restored, err := desk.Restore(context.Background(), recovery.RestoreOptions{})
	require.NoError(t, err)
	require.Empty(t, restored.Problems)
	wishes := o.n.Load()
	o = officeAt(t, after.run(app.Parts{API: true, Worker: true}))
	o.n.Store(wishes) // new wishes have new keys
	eventually(t, "the worker listens", func() bool {
		return o.get("citysup.220400", "/api/v1/cases/"+kept[0].No+"?source=workflow", nil) == http.StatusOK
	})
	report, err := desk.Verify(context.Background(), recovery.Options{})
	require.NoError(t, err)
	require.Empty(t, report.Findings)
	require.GreaterOrEqual(t, report.Compared, len(kept))
	for _, r := range kept {
		require.Equal(t, http.StatusOK, o.get("", "/api/v1/public/cases/"+r.No+"?code="+r.QueryCode, nil), "the receipt still opens the case")
		started := 0
		for _, e := range o.timeline(r.No) {
			if e.Type == "triage_started" {
				started++
			}
		}
		require.Equal(t, 1, started)
		seen := len(fired(o.timeline(r.No)))
		eventually(t, "its limits go on passing", func() bool { return len(fired(o.timeline(r.No))) > seen })
	}
	_, _, err = o.register(o.key(), "恢复之后")
	require.NoError(t, err, "numbers go on where they were")
}

// triage takes the first step of a case.
func (o *office) triage(no string) {
	o.t.Helper()
	_, err := o.Do(context.Background(), "disp.220498", http.MethodPost, "/api/v1/cases/"+no+"/actions/start-triage", o.key(), map[string]any{})
	require.NoError(o.t, err)
}

// work has officers put cases in and move them until they are sent home. What
// they do then may or may not be in a backup.
func (o *office) work() (goHome func()) {
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for n := 0; n < 15 && ctx.Err() == nil; n++ { // what is registered goes on moving by itself
				a, err := o.Do(ctx, "win-general.220498", http.MethodPost, "/api/v1/grievances", o.key(), drillMatter("楼道堆物"))
				var r receipt
				if err = errors.Join(err, ctx.Err()); err == nil && a.Into(&r) == nil {
					_, _ = o.Do(ctx, "disp.220498", http.MethodPost, "/api/v1/cases/"+r.No+"/actions/start-triage", o.key(), map[string]any{})
				}
			}
		})
	}
	return func() { stop(); wg.Wait() }
}

// backUp dumps one database after the other and gives the directory.
func (g *ground) backUp() string {
	g.t.Helper()
	dir := g.t.TempDir()
	for _, name := range databases {
		g.program("pg_dump", "--format=custom", "--file="+filepath.Join(dir, name+".dump"), "--dbname="+g.url(name))
	}
	return dir
}

// restore fills the databases from their dumps and brings the key along.
func (g *ground) restore(dumps, other string) {
	g.t.Helper()
	require.NoError(g.t, localstack.CreateDatabases(context.Background(), g.postgres.DatabaseURL, databases...))
	for _, name := range databases {
		g.program("pg_restore", "--no-owner", "--exit-on-error", "--dbname="+g.url(name), filepath.Join(dumps, name+".dump"))
	}
	require.NoError(g.t, os.MkdirAll(filepath.Join(g.dir, "keys"), 0o700))
	for _, key := range []string{"payload.json", "keys/fields.json", "keys/master.json"} {
		b, err := os.ReadFile(filepath.Join(other, key))
		require.NoError(g.t, err)
		require.NoError(g.t, os.WriteFile(filepath.Join(g.dir, key), b, 0o600))
	}
}

func (g *ground) url(database string) string {
	g.t.Helper()
	u, err := g.postgres.DatabaseNamed(database)
	require.NoError(g.t, err)
	return u
}

// program runs one of the programs of PostgreSQL.
func (g *ground) program(name string, args ...string) {
	g.t.Helper()
	path, err := localstack.PostgresProgram(context.Background(), name)
	require.NoError(g.t, err)
	out, err := exec.Command(path, args...).CombinedOutput()
	require.NoError(g.t, err, "%s: %s", name, out)
}
