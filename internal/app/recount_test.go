package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/publishing"
	"huajie/internal/app"
	"huajie/internal/apptest"
	"huajie/internal/demo"
	"huajie/internal/telemetry"
	"huajie/internal/testkit"
	"huajie/rulebook"
	"huajie/workflows"
)

// TestACalendarThatComesLate: a matter runs in a year nobody has entered; two people publish it,
// and the matter counts its limits by it, by itself (§4.1 calendar.recompute, §6 item 42).
func TestACalendarThatComesLate(t *testing.T) {
	t.Parallel()
	p := apptest.New(t)
	_, p.Config.TemporalNamespace = testkit.OwnNamespace(t, workflows.SearchAttributes())
	p.Config.RulebookDir = t.TempDir()
	require.NoError(t, os.CopyFS(p.Config.RulebookDir, rulebook.Data()))
	now := time.Now().In(calendar.Zone)
	for y := now.Year(); y <= now.Year()+1; y++ {
		_ = os.Remove(filepath.Join(p.Config.RulebookDir, "calendar", fmt.Sprintf("%d.yaml", y)))
	}
	c := &demo.Client{Base: "http://" + p.Run(app.Parts{API: true, Worker: true}, telemetry.Options{}), Password: app.DemoPassword}
	v, err := c.Register(t.Context(), "win-general.220421", "late-calendar", map[string]any{"nature": "help", "summary": "楼道积水", "channel": "walk_in", "area": "220421100",
		"category": "0402", "petitioner": map[string]any{"name": "乙某某", "phone": "13804370043"}})
	require.NoError(t, err)
	shown := func() (out struct {
		Provisional bool
		Seq         int
	}) {
		a, err := c.Do(t.Context(), "disp.220421", http.MethodGet, "/api/v1/cases/"+v.No, "", nil)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(a.Body, &out))
		return out
	}
	require.True(t, shown().Provisional, "its year is not known")

	admin, err := app.Open(context.Background(), p.Config, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(admin.Close)
	publishedHere(t, admin, func(d publishing.Draft) (publishing.Draft, error) {
		for y := now.Year(); y <= now.Year()+1; y++ {
			first := calendar.Date{Year: y, Month: 1, Day: 1}
			d, err = admin.Rules.SetYear(t.Context(), d.ID, d.Seq, ruleAdmin, calendar.Year{Year: y, Notice: "国办发明电〔2026〕9号", Verified: true,
				Holidays: []calendar.Span{{Name: "元旦", From: first, To: first}}}, audit.Entry{Actor: ruleAdmin.User})
			require.NoError(t, err)
		}
		return d, nil
	})
	eventually(t, "the matter counts by what was published", func() bool { return !shown().Provisional })

	var told struct{ Items []struct{ Type string } }
	a, err := c.Do(t.Context(), "disp.220421", http.MethodGet, "/api/v1/cases/"+v.No+"/timeline", "", nil)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(a.Body, &told))
	require.NotEmpty(t, told.Items)
	assert.Equal(t, "recounted", told.Items[len(told.Items)-1].Type)
}
