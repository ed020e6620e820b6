package deploy_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"huajie/internal/app"
	"huajie/internal/apptest"
	"huajie/internal/demo"
	"huajie/internal/telemetry"
	"huajie/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// expression is a PromQL expression of a file.
type expression struct{ file, name, promql string }

// panels are the expressions of a Grafana dashboard.
func panels(t *testing.T, file string) []expression {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	type panel struct {
		Title   string `json:"title"`
		Type    string `json:"type"`
		Targets []struct {
			Expr string `json:"expr"`
		} `json:"targets"`
	}
	var d struct {
		Title  string  `json:"title"`
		UID    string  `json:"uid"`
		Panels []panel `json:"panels"`
	}
	decoder := json.NewDecoder(bytes.NewReader(b))
	require.NoError(t, decoder.Decode(&d), file)
	require.NotEmpty(t, d.Title)
	require.NotEmpty(t, d.UID)
	var out []expression
	for _, p := range d.Panels {
		require.True(t, p.Type == "row" || len(p.Targets) > 0, "%s: panel %s shows nothing", file, p.Title)
		for _, target := range p.Targets {
			out = append(out, expression{file, p.Title, target.Expr})
		}
	}
	return out
}

// rules are the expressions of the alerts.
func rules(t *testing.T) []expression {
	t.Helper()
	b, err := os.ReadFile("alerts.yaml")
	require.NoError(t, err)
	var f struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []struct {
				Alert       string            `yaml:"alert"`
				Expr        string            `yaml:"expr"`
				For         time.Duration     `yaml:"for"`
				Labels      map[string]string `yaml:"labels"`
				Annotations map[string]string `yaml:"annotations"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(b))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(&f))
	var out []expression
	for _, g := range f.Groups {
		for _, r := range g.Rules {
			require.NotEmpty(t, r.Labels["severity"], r.Alert)
			require.Regexp(t, `\p{Han}`, r.Annotations["summary"], "%s is for Chinese readers first", r.Alert)
			require.NotEmpty(t, r.Annotations["description"], r.Alert)
			out = append(out, expression{"alerts.yaml", r.Alert, r.Expr})
		}
	}
	return out
}

var (
	quoted  = regexp.MustCompile(`"[^"]*"`)
	named   = regexp.MustCompile(`\b(?:huajie|temporal|go|process|promhttp)_[a-z0-9_]+\b`)
	labels  = regexp.MustCompile(`\{([^}]*)\}`)
	matcher = regexp.MustCompile(`\b([a-z_]+)\s*(?:=~|!~|!=|=)`)
	grouped = regexp.MustCompile(`\b(?:by|without|on|ignoring)\s*\(([^)]*)\)`)
)

// exposed reads the names of the metrics and of their labels.
func exposed(t *testing.T, text string) (metrics, names map[string]bool) {
	t.Helper()
	metrics, names = map[string]bool{}, map[string]bool{"job": true, "instance": true, "le": true} // those Prometheus adds
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, _, _ := strings.Cut(strings.FieldsFunc(line, func(r rune) bool { return r == '{' || r == ' ' })[0], " ")
		metrics[name] = true
		for _, l := range labels.FindAllStringSubmatch(line, 1) {
			for _, m := range matcher.FindAllStringSubmatch(quoted.ReplaceAllString(l[1], `""`), -1) {
				names[m[1]] = true
			}
		}
	}
	return metrics, names
}

// TestWhatIsWatchedExists: every metric and label a dashboard or an alert names
// is told by a running API or worker.
func TestWhatIsWatchedExists(t *testing.T) {
	t.Parallel()
	p := apptest.New(t)
	api := p.Run(app.Parts{API: true}, telemetry.Options{})
	worker := p.Run(app.Parts{Worker: true}, telemetry.Options{})
	people := &demo.Client{Base: "http://" + api, Password: app.DemoPassword}
	v, err := people.Register(t.Context(), "win-general.220422", "r", map[string]any{"nature": "help", "summary": "路灯不亮", "channel": "walk_in", "area": "220422100",
		"category": "0201", "petitioner": map[string]any{"anonymous": true}})
	require.NoError(t, err)
	_, err = people.Act(t.Context(), "disp.220422", v.No, "start-triage", "s", nil)
	require.NoError(t, err)

	all := rules(t)
	files, err := filepath.Glob("dashboards/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		all = append(all, panels(t, f)...)
	}
	var missing []string
	require.Eventually(t, func() bool {
		metrics, names := exposed(t, scrape(t, api)+scrape(t, worker))
		missing = lacking(all, metrics, names)
		return len(missing) == 0
	}, 30*time.Second, 200*time.Millisecond)
	require.Empty(t, missing)

	text := scrape(t, api) + scrape(t, worker)
	require.NotContains(t, text, v.No, "no label names a case")
	for _, person := range []string{"win-general", "disp.220422"} {
		require.NotContains(t, text, person, "no label names a person")
	}
}

// lacking lists what expressions name and nobody tells.
func lacking(all []expression, metrics, names map[string]bool) []string {
	var out []string
	for _, e := range all {
		bare := quoted.ReplaceAllString(e.promql, `""`)
		found := named.FindAllString(bare, -1)
		if len(found) == 0 && !strings.Contains(bare, "up{") {
			out = append(out, e.file+" "+e.name+": names no metric: "+e.promql)
		}
		for _, m := range found {
			if !metrics[m] {
				out = append(out, e.file+" "+e.name+": no metric "+m)
			}
		}
		var used []string
		for _, l := range labels.FindAllStringSubmatch(bare, -1) {
			for _, m := range matcher.FindAllStringSubmatch(l[1], -1) {
				used = append(used, m[1])
			}
		}
		for _, g := range grouped.FindAllStringSubmatch(bare, -1) {
			for l := range strings.SplitSeq(g[1], ",") {
				used = append(used, strings.TrimSpace(l))
			}
		}
		for _, l := range used {
			if !names[l] {
				out = append(out, e.file+" "+e.name+": no label "+l)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func scrape(t *testing.T, addr string) string {
	t.Helper()
	res, err := http.Get("http://" + addr + "/metrics")
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	require.Equal(t, http.StatusOK, res.StatusCode)
	b, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	if dump := os.Getenv("HUAJIE_DUMP_METRICS"); dump != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dump, strings.ReplaceAll(addr, ":", "-")+".txt"), b, 0o600))
	}
	return string(b)
}
