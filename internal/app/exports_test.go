package app_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huajie/api"
	"huajie/domain/org"
	"huajie/internal/blobs"
	"huajie/internal/exporter"
	"huajie/internal/patrols"
	"huajie/rulebook"
)

// bureau is the square with what exports need: a folder for files, and a worker that
// works when it is told to.
type bureau struct {
	*square
	maker *exporter.Maker
	dir   string
}

func newBureau(t *testing.T) *bureau {
	t.Helper()
	q := newSquare(t)
	b := &bureau{square: q, dir: t.TempDir()}
	at, err := blobs.FolderURL(filepath.Join(b.dir, "files"))
	require.NoError(t, err)
	kept, err := blobs.New(at)
	require.NoError(t, err)
	t.Cleanup(func() { _ = kept.Close() })
	book, err := rulebook.Default()
	require.NoError(t, err)
	holder := rulebook.NewHolder(book)
	b.maker = &exporter.Maker{Jobs: q.store, Lists: q.store, Members: patrols.Book{Facts: q.store, Rules: holder, Now: q.clock}, People: q.store, Files: kept, Rules: holder,
		Log: slog.New(slog.DiscardHandler), Now: q.clock, Dir: filepath.Join(b.dir, "work"), Most: 100, KeepFor: time.Hour}
	q.serve(api.Deps{Reader: q.store, Accounts: q.store, Audit: q.store, Field: q.store, Engine: struct{ api.Engine }{}, Rules: holder, Log: slog.New(slog.DiscardHandler), Now: q.clock,
		Exports: q.store, ExportFiles: exporter.Shelf{Files: kept}, Figures: q.store})
	return b
}

func (b *bureau) ask(user, body string) string {
	b.t.Helper()
	return fmt.Sprint(b.as(user, http.StatusAccepted, "POST", "/exports", body)["id"])
}

func (b *bureau) state(user, id string) map[string]any {
	b.t.Helper()
	return b.as(user, 200, "GET", "/exports/"+id, "")
}

// fetch gives the bytes of a file.
func (b *bureau) fetch(user, id string) []byte {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), "GET", b.server.URL+"/api/v1/exports/"+id+"/file", http.NoBody)
	require.NoError(b.t, err)
	req.Header.Set("Authorization", "Bearer "+b.tokens[user])
	res, err := http.DefaultClient.Do(req)
	require.NoError(b.t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	require.Equal(b.t, 200, res.StatusCode, string(raw))
	require.EqualValues(b.t, len(raw), res.ContentLength)
	return raw
}

const membersBody = `{"list":"stats_235","format":"csv","reason":"月度考核通报","query":{"from":"2026-11-23"}}`

// TestTheTableOfMembersLeavesTheHouse: what is asked for is made by the worker, fetched by
// who asked, and deleted when its time is over; the record tells all of it.
func TestTheTableOfMembersLeavesTheHouse(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	b.duty(true, nine, "d1")
	b.at(nine.Add(time.Hour))
	id := b.ask(county, membersBody)
	assert.Equal(t, "queued", b.state(county, id)["state"])
	b.maker.Round(t.Context())
	v := b.state(county, id)
	require.Equal(t, "done", v["state"], v)
	raw := string(b.fetch(county, id))
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(raw, "\uFEFF"))).ReadAll()
	require.NoError(t, err)
	assert.EqualValues(t, len(rows)-2, v["rows_done"])
	assert.Contains(t, raw, "\r\n"+walker+",")
	assert.NotContains(t, raw, neighbour)
	assert.Contains(t, rows[len(rows)-1][0], "月度考核通报")
	assert.Contains(t, rows[len(rows)-1][0], fmt.Sprint(v["rows_sha256"]))
	work, err := os.ReadDir(b.maker.Dir)
	require.NoError(t, err)
	assert.Empty(t, work, "nothing is left where it was made")

	book := b.ask(county, strings.Replace(membersBody, "csv", "xlsx", 1))
	b.maker.Round(t.Context())
	x, err := excelize.OpenReader(bytes.NewReader(b.fetch(county, book)))
	require.NoError(t, err)
	defer func() { _ = x.Close() }()
	same, err := x.GetRows("数据")
	require.NoError(t, err)
	assert.Len(t, same, len(rows)-1)

	require.NoError(t, os.Remove(filepath.Join(b.dir, "files", "exports", book+"-1.xlsx")))
	assert.Equal(t, "file_deleted", b.as(county, 409, "GET", "/exports/"+book+"/file", "")["reason"], "somebody has deleted it by hand")
	assert.Equal(t, 2, b.count(`SELECT count(*) FROM audit_log WHERE kind = 'export' AND object LIKE '%: downloaded' AND outcome = 'ok' AND actor = '`+county+`'`))

	b.at(nine.Add(3 * time.Hour))
	b.maker.Tidy(t.Context())
	v = b.state(county, id)
	assert.Equal(t, "expired", v["state"])
	assert.Equal(t, "file_deleted", b.as(county, 409, "GET", "/exports/"+id+"/file", "")["reason"])
	var acts []string
	for _, e := range v["trail"].([]any) {
		acts = append(acts, e.(map[string]any)["act"].(string))
	}
	assert.Equal(t, []string{"requested", "made", "deleted"}, acts)
	left, err := filepath.Glob(filepath.Join(b.dir, "files", "exports", "*"))
	require.NoError(t, err)
	assert.Empty(t, left)
}

// TestTheRightsOfTheMomentDecide: who asked and has left, or holds another office, gets
// nothing, and too much is refused.
func TestTheRightsOfTheMomentDecide(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	left, moved, many := b.ask("cleader.220402", membersBody), b.ask("cleader2.220402", membersBody), b.ask("citysup.220400", membersBody)
	require.NoError(t, b.store.SetActive(t.Context(), "cleader.220402", false))
	u, err := b.store.UserNamed(t.Context(), "cleader2.220402")
	require.NoError(t, err)
	u.Grants = []org.Grant{{Role: org.RoleDispatcher, Unit: u.Grants[0].Unit}}
	require.NoError(t, b.store.UpsertUsers(t.Context(), []org.User{u}, ""))
	b.maker.Most = 3
	b.maker.Round(t.Context())
	for id, want := range map[string]string{left: "account_closed", moved: "office_lost", many: "too_many_rows"} {
		assert.Equal(t, 1, b.count(`SELECT count(*) FROM exports WHERE id = `+id+` AND state = 'failed' AND refusal->>'reason' = '`+want+`'`), want)
	}
	assert.Equal(t, "office_lost", b.as("cleader2.220402", 403, "GET", "/exports/"+moved+"/file", "")["reason"])
	left2, err := filepath.Glob(filepath.Join(b.dir, "files", "exports", "*"))
	require.NoError(t, err)
	assert.Empty(t, left2)
}

// TestAWorkerThatDied: another makes the file from its beginning, and what it was writing
// is cleared away.
func TestAWorkerThatDied(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	id := b.ask(county, membersBody)
	e, ok, err := b.store.ClaimExport(t.Context(), nine, time.Minute)
	require.NoError(t, err)
	require.True(t, ok)
	require.NoError(t, os.MkdirAll(b.maker.Dir, 0o700))
	torn := filepath.Join(b.maker.Dir, "huajie-export-torn")
	require.NoError(t, os.WriteFile(torn, []byte("half"), 0o600))
	old := nine.Add(-2 * time.Hour)
	require.NoError(t, os.Chtimes(torn, old, old))

	b.maker.Round(t.Context())
	assert.Equal(t, "running", b.state(county, id)["state"], "it is not known yet that it died")
	b.at(nine.Add(2 * time.Minute))
	b.maker.Round(t.Context())
	assert.Equal(t, "done", b.state(county, id)["state"])
	require.Error(t, b.store.FinishExport(t.Context(), e), "it comes back and has nothing to say")
	b.maker.Tidy(t.Context())
	assert.NoFileExists(t, torn)

	broken := b.ask(county, membersBody)
	b.maker.Files = full{}
	for i := range 5 {
		b.at(nine.Add(time.Duration(2*i+2) * time.Hour))
		b.maker.Round(t.Context())
	}
	v := b.state(county, broken)
	assert.Equal(t, "failed", v["state"])
	assert.Equal(t, "given_up", v["refusal"].(map[string]any)["reason"])
}

// full is a storage without room.
type full struct{}

func (full) Keep(context.Context, string, io.Reader, string) error {
	return errors.New("no space left")
}
func (full) Drop(context.Context, string) error             { return nil }
func (full) Clear(context.Context, string, time.Time) error { return nil }
