package cli

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/org"
	"huajie/internal/app"
	"huajie/internal/notary"
	"huajie/internal/testkit"
	"huajie/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// openStore opens the ledger with the keys the commands of this test use.
func openStore(t *testing.T, url string) *store.Store {
	t.Helper()
	fields, err := app.Fields(config.Config{DataDir: os.Getenv("HUAJIE_DATA_DIR")})
	require.NoError(t, err)
	st, err := store.New(t.Context(), url, store.WithFields(fields))
	require.NoError(t, err)
	t.Cleanup(st.Close)
	return st
}

func migratedFor(t *testing.T) string {
	t.Helper()
	return testkit.MigratedDatabase(t, func(url string) error { return store.Migrate(context.Background(), url) })
}

// TestAuditVerify: the command proves the log against a copy of the heads and the published
// key, names what does not hold and fails; and leaves its own entry.
func TestAuditVerify(t *testing.T) {
	url := migratedFor(t)
	dir := t.TempDir()
	t.Setenv("HUAJIE_DATABASE_URL", url)
	t.Setenv("HUAJIE_DATA_DIR", dir)
	run := func(args ...string) (string, error) {
		var out bytes.Buffer
		cmd := (&state{}).root()
		cmd.SetArgs(args)
		cmd.SetOut(&out)
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	st := openStore(t, url)
	_, err := run("audit", "key")
	require.ErrorIs(t, err, fs.ErrNotExist, "it only reads")
	public, err := run("audit", "key", "--new")
	require.NoError(t, err)
	again, err := run("audit", "key", "--new")
	require.NoError(t, err)
	require.Equal(t, public, again)
	published := filepath.Join(dir, "audit.pub")
	require.NoError(t, os.WriteFile(published, []byte(public), 0o600))
	for range 3 {
		require.NoError(t, st.Audit(t.Context(), audit.Entry{Actor: "wang", Kind: audit.SignIn, Outcome: audit.OK}))
	}
	out, err := run("audit", "verify")
	require.Error(t, err, "no heads: nothing would show what was cut off")
	assert.Contains(t, out, "no signed heads")
	out, err = run("audit", "verify", "--heads", "none")
	require.NoError(t, err, out)

	key, err := notary.OpenKey(filepath.Join(dir, "keys", "audit.pem"))
	require.NoError(t, err)
	heads := filepath.Join(dir, "copy.jsonl")
	none := func() (audit.Head, error) { return audit.Head{}, nil }
	require.NoError(t, st.AuditHeads(t.Context(), none, func(ends store.Ends) error {
		_, err := key.AppendHeads(heads, notary.Tail{}, ends.Days, time.Now())
		return err
	}))
	out, err = run("audit", "verify", "--heads", heads, "--key", published)
	require.NoError(t, err, out)
	assert.Contains(t, out, "every link holds")
	out, err = run("audit", "verify", "--heads", heads, "--unsigned", "1ns")
	require.ErrorIs(t, err, errFindings, "the entry of the command before waits")
	assert.Contains(t, out, "a worker does not sign")
	rows, err := st.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	assert.Equal(t, audit.Verified, rows[len(rows)-1].Kind)

	db, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close(t.Context()) })
	_, err = db.Exec(t.Context(), `ALTER TABLE audit_log DISABLE TRIGGER USER; UPDATE audit_log SET actor = 'li' WHERE n = 2`)
	require.NoError(t, err)
	out, err = run("audit", "verify", "--heads", heads, "--key", published)
	require.ErrorIs(t, err, errFindings)
	assert.Contains(t, out, "row 2: ")
	assert.Contains(t, out, "contents do not give its hash")
}

// TestTokensAreRecorded: a token made on the command line is on record, itself not.
func TestTokensAreRecorded(t *testing.T) {
	url := migratedFor(t)
	t.Setenv("HUAJIE_DATABASE_URL", url)
	t.Setenv("HUAJIE_DATA_DIR", t.TempDir())
	st := openStore(t, url)
	var out bytes.Buffer
	cmd := (&state{}).root()
	cmd.SetOut(&out)
	cmd.SetArgs([]string{"token", "create", "--user", "nobody"})
	require.Error(t, cmd.ExecuteContext(t.Context()))
	rows, err := st.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	require.Len(t, rows, 2)
	assert.Equal(t, []string{"ok", "failed"}, []string{rows[0].Outcome, rows[1].Outcome}, "recorded before it is done, and that it was not")
	assert.Contains(t, rows[0].Actor, "operator:")
}

// TestAnAccountOpenedAgainIsRecorded: by whose account of this machine.
func TestAnAccountOpenedAgainIsRecorded(t *testing.T) {
	url := migratedFor(t)
	t.Setenv("HUAJIE_DATABASE_URL", url)
	t.Setenv("HUAJIE_DATA_DIR", t.TempDir())
	st := openStore(t, url)
	require.NoError(t, st.UpsertUsers(t.Context(), []org.User{{Username: "wang", ZH: "王", EN: "Wang"}}, ""))
	for _, args := range [][]string{{"user", "disable", "wang", "--by", "zhao", "--reason", "调离"}, {"user", "enable", "wang"}} {
		var out bytes.Buffer
		cmd := (&state{}).root()
		cmd.SetOut(&out)
		cmd.SetArgs(args)
		require.NoError(t, cmd.ExecuteContext(t.Context()), args)
	}
	rows, err := st.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	var got [][]string
	for _, r := range rows[1:] {
		got = append(got, []string{r.Actor, string(r.Kind), r.Object, r.Reason, r.Outcome})
	}
	me := "operator:" + operator()
	assert.Equal(t, [][]string{{me, "user_disabled", "wang", "zhao: 调离", "ok"}, {me, "user_enabled", "wang", "", "ok"}}, got)
}
