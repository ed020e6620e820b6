package app_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"huajie/internal/app"
	"huajie/internal/apptest"
	"huajie/internal/demo"
	"huajie/internal/telemetry"
	"huajie/internal/testkit"
	"huajie/workflows"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// TestOneStepIsOneTrace: from the request over the engine and the activity to
// the statement, and nothing personal in it.
func TestOneStepIsOneTrace(t *testing.T) {
	t.Parallel()
	spans := tracetest.NewInMemoryExporter()
	addr := apptest.New(t).Run(app.Parts{API: true, Worker: true}, telemetry.Options{Exporter: spans})
	people := &demo.Client{Base: "http://" + addr, Password: app.DemoPassword}
	v, err := people.Register(t.Context(), "win-general.220421", "r", map[string]any{"nature": "help", "summary": "楼上漏水", "channel": "walk_in", "area": "220421001",
		"category": "0201", "petitioner": map[string]any{"name": "甲某某", "phone": "13812345678"}})
	require.NoError(t, err)
	_, err = people.Act(t.Context(), "disp.220421", v.No, "start-triage", "s", nil)
	require.NoError(t, err)

	var chain []string
	require.Eventually(t, func() bool {
		chain = wayUp(spans.GetSpans(), "UPDATE cases")
		return slices.ContainsFunc(chain, func(n string) bool {
			return strings.HasPrefix(n, "POST ") && strings.HasSuffix(n, "/actions/start-triage")
		})
	}, 20*time.Second, 50*time.Millisecond, "the statement belongs to the request")
	for _, part := range []string{"RunActivity:" + workflows.CommitActivity, "HandleUpdate:" + workflows.ActUpdate, "UpdateWorkflow:" + workflows.ActUpdate} {
		require.Contains(t, chain, part)
	}
	for _, s := range spans.GetSpans() {
		for _, a := range s.Attributes {
			for _, personal := range []string{"甲某某", "13812345678", "楼上漏水", v.QueryCode, app.DemoPassword} {
				require.NotContains(t, a.Value.String(), personal, "%s %s", s.Name, a.Key)
			}
		}
	}
	res, err := http.Get(people.Base + "/metrics")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)
}

// wayUp names the spans from the latest one whose statement begins with words up to its root.
func wayUp(spans tracetest.SpanStubs, words string) []string {
	byID := map[string]tracetest.SpanStub{}
	var at tracetest.SpanStub
	for _, s := range spans {
		byID[s.SpanContext.SpanID().String()] = s
		for _, a := range s.Attributes {
			if strings.Contains(a.Value.String(), words) {
				at = s
			}
		}
	}
	var out []string
	for at.Name != "" {
		out = append(out, at.Name)
		at = byID[at.Parent.SpanID().String()]
	}
	return out
}
