package app_test

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/org"
	"huajie/domain/publishing"
	"huajie/internal/app"
	"huajie/internal/testkit"
	"huajie/rulebook"
)

var (
	ruleAdmin  = domain.Actor{User: "admin.220400", Grants: []org.Grant{{Role: org.RoleSysAdmin, Unit: "220400"}}}
	ruleSecond = domain.Actor{User: "citysup.220400", Grants: []org.Grant{{Role: org.RoleCitySupervisor, Unit: "220400"}}}
	year2027   = calendar.Year{Year: 2027, Notice: "国办发明电〔2026〕9号", Verified: true, Holidays: []calendar.Span{
		{Name: "元旦", From: calendar.Date{Year: 2027, Month: 1, Day: 1}, To: calendar.Date{Year: 2027, Month: 1, Day: 3}}}}
)

// published drafts and publishes a change of the rulebook, and gives the version.
func publishedHere(t *testing.T, a *app.App, edit func(publishing.Draft) (publishing.Draft, error)) string {
	t.Helper()
	ctx := t.Context()
	d, err := a.Rules.Open(ctx, ruleAdmin, "调整", 0, "", "", audit.Entry{Actor: ruleAdmin.User})
	require.NoError(t, err)
	d, err = edit(d)
	require.NoError(t, err)
	_, err = a.Rules.Act(ctx, d.ID, publishing.Submit, ruleAdmin, "", audit.Entry{Actor: ruleAdmin.User})
	require.NoError(t, err)
	d, err = a.Rules.Act(ctx, d.ID, publishing.Approved, ruleSecond, "", audit.Entry{Actor: ruleSecond.User})
	require.NoError(t, err)
	return d.Version
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, 30*time.Second, 50*time.Millisecond, what)
}

// TestEveryProcessTakesWhatIsPublished: one that runs, one that starts later, and one with another drill area; a folder that
// is read again does not go before it, until it is taken back.
func TestEveryProcessTakesWhatIsPublished(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, rulebook.Data()))
	cfg := config.Default()
	cfg.DataDir, cfg.RulebookDir = t.TempDir(), folder
	cfg.DatabaseURL = testkit.MigratedDatabase(t, migrated)
	cfg.TemporalAddress = "127.0.0.1:1" // nobody is asked
	process := func(drill bool) *app.App {
		cfg := cfg
		cfg.Drill = drill
		a, err := app.Open(context.Background(), cfg, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		t.Cleanup(a.Close)
		return a
	}
	first, second, drill := process(false), process(false), process(true)
	began := first.Book.Current().Version
	require.NotEqual(t, began, drill.Book.Current().Version)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{}, 2)
	for _, a := range []*app.App{second, drill} {
		go func() { a.Rules.Follow(ctx); done <- struct{}{} }()
	}
	t.Cleanup(func() { stop(); <-done; <-done })

	version := publishedHere(t, first, func(d publishing.Draft) (publishing.Draft, error) {
		return first.Rules.SetYear(t.Context(), d.ID, d.Seq, ruleAdmin, year2027, audit.Entry{Actor: ruleAdmin.User})
	})
	require.NotEqual(t, began, version)
	assert.Equal(t, version, first.Book.Current().Version, "in force where it was published")
	eventually(t, "another process takes it", func() bool { return second.Book.Current().Version == version })
	assert.Equal(t, version, process(false).Book.Current().Version, "a process that starts later begins with it")
	assert.NotNil(t, second.Book.Current().Calendar)
	assert.True(t, second.Book.Current().Calendar.Covers(2027))
	_, kept := second.Book.Version(began)
	assert.True(t, kept, "cases of before keep theirs")

	// Two since a process last looked: what was in force for a moment only is known too, since a case may have been
	// dispatched under it.
	asleep, passing := process(false), ""
	for _, notice := range []string{"更正一", "更正二"} {
		y := year2027
		y.Notice, passing = notice, version
		version = publishedHere(t, first, func(d publishing.Draft) (publishing.Draft, error) {
			return first.Rules.SetYear(t.Context(), d.ID, d.Seq, ruleAdmin, y, audit.Entry{Actor: ruleAdmin.User})
		})
	}
	require.NoError(t, asleep.Rules.Take(t.Context()))
	assert.Equal(t, version, asleep.Book.Current().Version)
	_, kept = asleep.Book.Version(passing)
	assert.True(t, kept)
	eventually(t, "the last of them", func() bool { return second.Book.Current().Version == version })

	// The drill area is an option of the process: its version is another, and kept for whoever judges by it.
	eventually(t, "with the drill area, too", func() bool { return drill.Book.Current().Calendar.Covers(2027) })
	_, there := drill.Book.Current().Org.Unit("220498")
	assert.True(t, there)
	_, there = first.Book.Current().Org.Unit("220498")
	assert.False(t, there)
	eventually(t, "kept", func() bool {
		_, err := first.Store.Rulebook(t.Context(), drill.Book.Current().Version)
		return err == nil
	})

	// A folder read again stays behind what was published, and comes back when that is taken back.
	policy := filepath.Join(folder, "policy.yaml")
	text, err := os.ReadFile(policy)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(policy, []byte(strings.Replace(string(text), "rework.max: 2", "rework.max: 3", 1)), 0o600))
	assert.False(t, second.Reload(t.Context()))
	assert.Equal(t, version, second.Book.Current().Version)
	require.NoError(t, first.Store.ReleaseRulebook(t.Context(), "王", "改用目录"))
	eventually(t, "the folder again, as it was last read", func() bool {
		b := second.Book.Current()
		return !b.Calendar.Covers(2027) && b.PolicyAt(b.Org.Root(), time.Now()).Int("rework.max") == 3
	})
	book, err := app.RulebookInForce(t.Context(), cfg, first.Store)
	require.NoError(t, err)
	assert.Equal(t, second.Book.Current().Version, book.Version, "a command goes by the same")
}
