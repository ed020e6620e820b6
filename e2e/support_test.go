package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/domain/calendar"
	"huajie/internal/app"
	"huajie/internal/demo"
	"huajie/internal/testkit"
	"huajie/rulebook"
	"huajie/store"
	"huajie/workflows"
)

// TestMain lets many plays run at a time, however few processors there are: most of
// them wait for time to pass.
func TestMain(m *testing.M) {
	flag.Parse()
	_ = flag.Set("test.parallel", "12") // the flag of package testing is there
	testkit.Main(m)
}

// stand is the product on a database and a task queue of its own.
type stand struct {
	*demo.Client
	app *app.App
	t   *testing.T
	*shared
	mine []string // cases of this play
}

// shared is what the tests of one product have in common.
type shared struct {
	n     atomic.Int64
	codes sync.Map // query codes of the receipts, by case
	judge *judge
	log   buffer
}

func migrated(url string) error { return store.Migrate(context.Background(), url) }

// newStand starts API and worker; both stop with the test.
func newStand(t *testing.T) *stand {
	t.Helper()
	s := newApp(t)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.app.Worker().Run(ctx) }()
	var making sync.WaitGroup
	making.Go(func() { s.app.Exporter().Run(ctx) })
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
		making.Wait()
	})
	return s
}

// with is the same product for another test. At its end the workflows of its
// cases must say what the ledger says.
func (s *stand) with(t *testing.T) *stand {
	own := &stand{Client: s.Client, app: s.app, t: t, shared: s.shared}
	t.Cleanup(func() {
		if !t.Failed() {
			own.agree()
		}
	})
	return own
}

// newApp starts the API alone.
func newApp(t *testing.T) *stand {
	t.Helper()
	// Workflow ids are case numbers, which begin anew in every database.
	address, namespace := testkit.OwnNamespace(t, workflows.SearchAttributes())
	cfg := config.Default()
	cfg.DataDir = t.TempDir()
	cfg.PayloadKeyFile = filepath.Join(cfg.DataDir, "payload.json")
	cfg.DatabaseURL = testkit.MigratedDatabase(t, migrated)
	cfg.TemporalAddress, cfg.TemporalNamespace = address, namespace
	cfg.Demo, cfg.Drill = true, true
	cfg.RateLimit = 0 // the same few officers are at every play at once
	cfg.RulebookDir = rulebookInHaste(t)
	common := &shared{}
	log := slog.New(slog.NewJSONHandler(&common.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	require.NoError(t, app.Seed(context.Background(), cfg, log))
	a, err := app.Open(context.Background(), cfg, log)
	require.NoError(t, err)
	a.TaskQueue = testkit.Name(t)
	srv := httptest.NewServer(a.Handler("test"))
	t.Cleanup(func() {
		srv.Close()
		a.Close()
	})
	document, err := fetchContract(srv.Client(), srv.URL)
	require.NoError(t, err)
	common.judge = newJudge(srv.Client().Transport, document)
	browser := &http.Client{Transport: patient{common.judge}, Timeout: 2 * soon}
	s := &stand{Client: &demo.Client{Base: srv.URL, Password: app.DemoPassword, HTTP: browser}, app: a, t: t, shared: common}
	require.NoError(t, s.SignIn(context.Background(), drillers...))
	return s
}

// drillers work where limits are seconds: signing in on a busy machine costs
// seconds of its own, so they are at their desks before the first play begins.
var drillers = []string{"win-general.220498", "disp.220498", "office.220498001", "director.220498",
	"liaison.220498-D11", "leader.220498-D11", "discipline.220498-D07", "cleader.220498"}

// patient asks again where the answer was 503, as every client is told that it may:
// a machine that is busy with other tests makes the engine late.
type patient struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (p patient) RoundTrip(req *http.Request) (*http.Response, error) {
	for end := time.Now().Add(soon); ; {
		res, err := p.next.RoundTrip(req)
		if err != nil || res.StatusCode != http.StatusServiceUnavailable || time.Now().After(end) {
			return res, err
		}
		_ = res.Body.Close()
		select {
		case <-req.Context().Done():
			return nil, req.Context().Err()
		case <-time.After(tick):
		}
		if req = req.Clone(req.Context()); req.GetBody != nil {
			if req.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
	}
}

// rulebookInHaste is the built-in rulebook, but a joint session in Longshan may be called
// at a second's notice, and a unit has seconds to respond to a routine whistle: tests cannot
// wait a working day.
func rulebookInHaste(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, rulebook.Data()))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "policy"), 0o755))
	layer := "scope: \"220402\"\nversion: \"e2e\"\neffective_from: 2020-01-01\nvalues:\n  joint.notice: 1s\n  whistle.respond.routine: 15s\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "policy", "e2e.yaml"), []byte(layer), 0o600))
	return dir
}

// key is an idempotency key nobody used.
func (s *stand) key() string { return fmt.Sprintf("e2e-%d", s.n.Add(1)) }

// register puts a matter in at the window of Longshan.
func (s *stand) register(more map[string]any) demo.View {
	s.t.Helper()
	body := map[string]any{"nature": "help", "summary": "楼上漏水,物业不管", "channel": "walk_in", "area": "220402008", "category": "0201",
		"petitioner": map[string]any{"name": "甲某某", "phone": "13812345678"}}
	maps.Copy(body, more)
	return s.registerAs("win-general.220402", body)
}

// registerAs puts a matter in at any desk.
func (s *stand) registerAs(user string, body map[string]any) demo.View {
	s.t.Helper()
	v, err := s.Register(context.Background(), user, s.key(), body)
	require.NoError(s.t, err)
	s.codes.Store(v.No, v.QueryCode)
	s.mine = append(s.mine, v.No)
	return v
}

// drill puts a matter in where limits are seconds.
func (s *stand) drill(more map[string]any) demo.View {
	s.t.Helper()
	body := map[string]any{"nature": "help", "summary": "演练街道路灯不亮", "channel": "walk_in", "area": "220498001", "category": "1104",
		"petitioner": map[string]any{"name": "演练诉求人", "phone": "13900001111"}}
	maps.Copy(body, more)
	return s.registerAs("win-general.220498", body)
}

// do takes a step that must succeed.
func (s *stand) do(user, no, action string, in map[string]any) demo.View {
	s.t.Helper()
	v, err := s.Act(context.Background(), user, no, action, s.key(), in)
	require.NoError(s.t, err, "%s %s", user, action)
	return v
}

// refused takes a step that must be refused and gives the problem.
func (s *stand) refused(user, no, action string, in map[string]any) *demo.APIError {
	s.t.Helper()
	_, err := s.Act(context.Background(), user, no, action, s.key(), in)
	var e *demo.APIError
	require.ErrorAs(s.t, err, &e, "%s %s should be refused", user, action)
	return e
}

// get reads into v and gives the status.
func (s *stand) get(user, path string, v any) int {
	s.t.Helper()
	a, err := s.Do(context.Background(), user, http.MethodGet, "/api/v1"+path, "", nil)
	var e *demo.APIError
	if errors.As(err, &e) {
		return e.Status
	}
	require.NoError(s.t, err)
	if v != nil {
		require.NoError(s.t, a.Into(v))
	}
	return a.Status
}

// until waits for a case to be where the test needs it.
func (s *stand) until(no string, there func(demo.View) bool) demo.View {
	s.t.Helper()
	var v demo.View
	require.Eventually(s.t, func() bool {
		var err error
		v, err = s.Case(context.Background(), "citysup.220400", no)
		return err == nil && there(v)
	}, 60*time.Second, 100*time.Millisecond, "case %s", no)
	return v
}

// toUnit brings a case to the housing bureau of Longshan.
func (s *stand) toUnit(more map[string]any) demo.View {
	s.t.Helper()
	v := s.register(more)
	s.do("disp.220402", v.No, "start-triage", nil)
	return s.do("disp.220402", v.No, "dispatch", map[string]any{"lead_unit": housing})
}

// housing is the housing and construction bureau of Longshan.
const housing = "220402-D11"

// today is the date in Liaoyuan some days from now.
func today(days int) string {
	return time.Now().In(calendar.Zone).AddDate(0, 0, days).Format(time.DateOnly)
}

// replyInput is an answer with everything it needs.
func replyInput(result string) map[string]any {
	return map[string]any{"result": result, "outcome_grade": "disposed", "evidence": "现场照片", "legal_basis": "《民法典》",
		"service_method": "in_person", "service_date": today(0)}
}

// inHand brings a case to a handler.
func (s *stand) inHand(more map[string]any) demo.View {
	s.t.Helper()
	v := s.toUnit(more)
	s.do("liaison."+housing, v.No, "sign-for", nil)
	return s.do("liaison."+housing, v.No, "assign-handler", map[string]any{"handlers": []string{"handler." + housing}, "recusal_declared": true})
}

func statusOf(err error) int {
	var e *demo.APIError
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &e):
		return e.Status
	}
	return 0
}

// countEvents counts the events of a type in the timeline.
func (s *stand) countEvents(no, typ string) int {
	s.t.Helper()
	var page struct {
		Items []struct {
			Type string `json:"type"`
		} `json:"items"`
	}
	require.Equal(s.t, http.StatusOK, s.get("citysup.220400", "/cases/"+no+"/timeline", &page))
	n := 0
	for _, e := range page.Items {
		if e.Type == typ {
			n++
		}
	}
	return n
}

// codeOf gives the query code of a case registered by this stand.
func (s *stand) codeOf(no string) string {
	s.t.Helper()
	code, ok := s.codes.Load(no)
	require.True(s.t, ok)
	return code.(string)
}
