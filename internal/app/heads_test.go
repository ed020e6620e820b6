package app_test

import (
	"context"
	"log/slog"
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
	"huajie/internal/app"
	"huajie/internal/notary"
	"huajie/internal/testkit"
)

// signer is a product with a log of one row of today.
func signer(t *testing.T) (*app.App, *pgx.Conn) {
	t.Helper()
	cfg := config.Default()
	cfg.DataDir = t.TempDir()
	cfg.DatabaseURL = testkit.MigratedDatabase(t, migrated)
	cfg.TemporalAddress = "127.0.0.1:1" // nobody is asked
	a, err := app.Open(t.Context(), cfg, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(a.Close)
	require.NoError(t, a.Store.Audit(t.Context(), audit.Entry{Actor: "wang", Kind: audit.SignIn, Outcome: audit.OK}))
	db, err := pgx.Connect(t.Context(), cfg.DatabaseURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close(context.Background()) })
	_, err = db.Exec(t.Context(), `ALTER TABLE audit_log DISABLE TRIGGER USER`)
	require.NoError(t, err)
	return a, db
}

// TestAKeyDoesNotComeOutOfNothing: where something was signed, a missing key is not replaced.
func TestAKeyDoesNotComeOutOfNothing(t *testing.T) {
	t.Parallel()
	a, _ := signer(t)
	require.NoError(t, a.SignHeads(t.Context()))
	kept := app.AuditKey(a.Config)
	require.NoError(t, os.Rename(kept, kept+".away"))
	_, err := app.Open(t.Context(), a.Config, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "put it back")
	require.NoFileExists(t, kept)
	require.NoError(t, os.Rename(kept+".away", kept))
	again, err := app.Open(t.Context(), a.Config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	again.Close()
	assert.Equal(t, a.Notary.ID(), again.Notary.ID())
}

// TestSigningTellsWhatTheLogHasLost: what was signed and is not there any more is an error at
// the next signing, and what was written since is signed all the same.
func TestSigningTellsWhatTheLogHasLost(t *testing.T) {
	t.Parallel()
	a, db := signer(t)
	require.NoError(t, a.SignHeads(t.Context()))
	require.NoError(t, a.SignHeads(t.Context()), "nothing new")
	_, err := db.Exec(t.Context(), `DELETE FROM audit_log`)
	require.NoError(t, err)
	require.ErrorContains(t, a.SignHeads(t.Context()), "is not what was signed")
	for range 2 {
		require.NoError(t, a.Store.Audit(t.Context(), audit.Entry{Actor: "li", Kind: audit.SignIn, Outcome: audit.OK}))
	}
	require.ErrorContains(t, a.SignHeads(t.Context()), "is not what was signed")
	tail, err := notary.LastHead(app.AuditHeads(a.Config))
	require.NoError(t, err)
	assert.Equal(t, 2, tail.Head.Rows)
	require.NoError(t, a.SignHeads(t.Context()), "told once: verifying goes on telling")
}

// TestTheDoctorSeesThatNobodySigns: rows that wait for a head, and a file that is damaged.
func TestTheDoctorSeesThatNobodySigns(t *testing.T) {
	t.Parallel()
	a, db := signer(t)
	look := func() (bool, string) {
		for _, f := range app.Doctor(t.Context(), a.Config) {
			if f.What == "audit log" {
				return f.OK, f.Detail
			}
		}
		return false, "not looked at"
	}
	ok, detail := look()
	assert.True(t, ok, detail)
	require.NoError(t, a.SignHeads(t.Context()))
	ok, detail = look()
	assert.True(t, ok, detail)
	assert.Contains(t, detail, "signed up to row 1")
	today := calendar.DateOf(time.Now())
	_, err := db.Exec(t.Context(), `INSERT INTO audit_log (day, n, at, actor, via, kind, object, purpose, reason, outcome, request, prev_hash, hash)
		SELECT day, n + 1, at - interval '2 hours', actor, via, kind, object, purpose, reason, outcome, request, hash, hash FROM audit_log WHERE day = $1::text::date`, today.String())
	require.NoError(t, err)
	ok, detail = look()
	assert.False(t, ok)
	assert.Contains(t, detail, "2h0m0s")
	require.NoError(t, os.WriteFile(filepath.Clean(app.AuditHeads(a.Config)), []byte("x\n"), 0o600))
	ok, detail = look()
	assert.False(t, ok)
	assert.Contains(t, detail, "is no head")
}
