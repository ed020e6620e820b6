package recovery_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/domain/calendar"
	"huajie/internal/app"
	"huajie/internal/demo"
	"huajie/internal/recovery"
	"huajie/internal/testkit"
	"huajie/rulebook"
	"huajie/store"
	"huajie/workflows"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func migrated(url string) error { return store.Migrate(context.Background(), url) }

// The units of Longshan the tests work with.
const (
	housing = "220402-D11"
	urban   = "220402-D23"
)

// stand is the product on a database and a namespace of its own, so that a test
// may lose either.
type stand struct {
	*demo.Client
	*recovery.Desk
	t    *testing.T
	cfg  config.Config
	app  *app.App
	keys *atomic.Int64
	halt func() // stops the workers
}

func newStand(t *testing.T) *stand { return newStandWith(t, "") }

// newStandWith is one whose county has more values of its own.
func newStandWith(t *testing.T, policy string) *stand {
	t.Helper()
	cfg := config.Default()
	cfg.DataDir = t.TempDir()
	cfg.PayloadKeyFile = filepath.Join(cfg.DataDir, "payload.json")
	cfg.DatabaseURL = testkit.MigratedDatabase(t, migrated)
	cfg.TemporalAddress, cfg.TemporalNamespace = testkit.OwnNamespace(t, workflows.SearchAttributes())
	cfg.Demo, cfg.Drill = true, true
	cfg.RulebookDir = rulebookInHaste(t, policy)
	require.NoError(t, app.Seed(context.Background(), cfg, slog.New(slog.DiscardHandler)))
	return open(t, cfg, &atomic.Int64{})
}

// open starts API and workers on what the configuration names.
func open(t *testing.T, cfg config.Config, keys *atomic.Int64) *stand {
	t.Helper()
	a, err := app.Open(context.Background(), cfg, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	d, err := a.Recovery()
	require.NoError(t, err)
	srv := httptest.NewServer(a.Handler("test"))
	s := &stand{Client: &demo.Client{Base: srv.URL, Password: app.DemoPassword, HTTP: srv.Client()}, Desk: d, t: t, cfg: cfg, app: a, keys: keys}
	t.Cleanup(func() {
		srv.Close()
		a.Close()
	})
	s.work()
	return s
}

// work starts the workers until halt, or the end of the test.
func (s *stand) work() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.app.Worker().Run(ctx) }()
	stopped := false
	s.halt = func() {
		if !stopped {
			stopped = true
			cancel()
			require.NoError(s.t, <-done)
		}
	}
	s.t.Cleanup(s.halt)
}

// elsewhere is the same product with an empty engine, as after its databases
// were lost.
func (s *stand) elsewhere() *stand {
	s.t.Helper()
	s.halt()
	cfg := s.cfg
	_, cfg.TemporalNamespace = testkit.OwnNamespace(s.t, workflows.SearchAttributes())
	return open(s.t, cfg, s.keys)
}

// rulebookInHaste is the built-in rulebook, but a joint session may be called at
// a second's notice.
func rulebookInHaste(t *testing.T, more string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, rulebook.Data()))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "policy"), 0o755))
	layer := "scope: \"220402\"\nversion: \"recovery\"\neffective_from: 2020-01-01\nvalues:\n  joint.notice: 1s\n" + more
	require.NoError(t, os.WriteFile(filepath.Join(dir, "policy", "recovery.yaml"), []byte(layer), 0o600))
	return dir
}

func (s *stand) key() string { return fmt.Sprintf("recovery-%d", s.keys.Add(1)) }

func (s *stand) register(clerk, area string) demo.View {
	s.t.Helper()
	v, err := s.Register(context.Background(), clerk, s.key(), map[string]any{"nature": "help", "summary": "楼上漏水,物业不管", "channel": "walk_in",
		"area": area, "category": "0201", "petitioner": map[string]any{"name": "甲某某", "phone": "13812345678"}})
	require.NoError(s.t, err)
	return v
}

// report has a citizen report a grid event, for which no photos are asked.
func (s *stand) report() string {
	s.t.Helper()
	a, err := s.Do(context.Background(), "petitioner.220402", http.MethodPost, "/api/v1/grid-events", s.key(), map[string]any{
		"category": "E0102", "description": "小区门口路灯整排不亮,夜间出行不便", "grid": "220402008901001", "location": map[string]any{"lat": 42.9027, "lon": 125.1456}})
	require.NoError(s.t, err)
	var v demo.View
	require.NoError(s.t, a.Into(&v))
	return v.No
}

// photographed has photos attached to an event, in several steps, and to a whistle that was
// blown.
func (s *stand) photographed(whistle string) {
	s.t.Helper()
	const member, platform = "grid.220402008901001", "platform.220402"
	at := demo.Spot{Lat: 42.9190, Lon: 125.1699}
	shots := func(user, name string, at demo.Spot, n int) []string {
		ids, err := s.Photos(context.Background(), user, name, at, n)
		require.NoError(s.t, err)
		return ids
	}
	before := shots(member, "before", at, 3)
	v, err := s.Report(context.Background(), member, s.key(), map[string]any{"category": "E0108",
		"description": "健身器材损坏,有人受伤的危险", "location": at, "photos": before})
	require.NoError(s.t, err)
	s.do(platform, v.No, "withhold-photos", map[string]any{"photos": before[:2], "ground": "person"})
	s.do(platform, v.No, "restore-photos", map[string]any{"withheld": before[:1], "reason": "无人像"})
	s.do(platform, v.No, "review-supplement", map[string]any{"missing": "请补拍铭牌"})
	s.do(member, v.No, "supplement", map[string]any{"note": "已补拍", "photos": shots(member, "more", at, 1)})
	s.do(platform, v.No, "dispatch", map[string]any{"lead_unit": housing})
	s.do("liaison."+housing, v.No, "sign-for", nil)
	s.do("liaison."+housing, v.No, "start-disposal", map[string]any{"handlers": []string{"handler." + housing}})
	s.do("handler."+housing, v.No, "submit-disposal", map[string]any{"result": "已更换", "after_photos": shots("handler."+housing, "after", at, 1)})

	site := demo.Spot{Lat: 42.9002, Lon: 125.1402}
	s.blow("liaison."+urban, whistle, "respond", map[string]any{"led_by": "副大队长"})
	s.blow("handler."+urban, whistle, "arrive", map[string]any{"point": site})
	s.blow("handler."+urban, whistle, "complete-work", map[string]any{"result": "已清理并劝离", "photos": shots("handler."+urban, "site", site, 2)})
}

func (s *stand) do(user, no, action string, in map[string]any) demo.View {
	s.t.Helper()
	v, err := s.Act(context.Background(), user, no, action, s.key(), in)
	require.NoError(s.t, err, "%s %s", user, action)
	return v
}

// sit takes a step on a joint session, blow one on a whistle.
func (s *stand) sit(user, no, action string, in map[string]any) {
	s.t.Helper()
	s.beside("sessions", user, no, action, in)
}

func (s *stand) blow(user, no, action string, in map[string]any) {
	s.t.Helper()
	s.beside("whistles", user, no, action, in)
}

func (s *stand) beside(path, user, no, action string, in map[string]any) {
	s.t.Helper()
	if in == nil {
		in = map[string]any{}
	}
	_, err := s.Do(context.Background(), user, http.MethodPost, "/api/v1/"+path+"/"+no+"/actions/"+action, s.key(), in)
	require.NoError(s.t, err, "%s %s", user, action)
}

// whistle drafts a whistle to one department and has it blown.
func (s *stand) whistle() string {
	s.t.Helper()
	in := map[string]any{"township": "220402008", "kind": "routine", "place": "永安路12号", "point": map[string]any{"lat": 42.9, "lon": 125.14}, "matter": "占道经营", "why": "无执法权",
		"units": []string{urban}, "due": time.Now().In(calendar.Zone).AddDate(0, 0, 3).Format(time.DateOnly)}
	a, err := s.Do(context.Background(), "office.220402008", http.MethodPost, "/api/v1/whistles", s.key(), in)
	require.NoError(s.t, err)
	var v struct {
		No string `json:"no"`
	}
	require.NoError(s.t, a.Into(&v))
	s.blow("tleader.220402008", v.No, "approve-whistle", nil)
	return v.No
}

func (s *stand) toUnit() string {
	s.t.Helper()
	v := s.register("win-general.220402", "220402008")
	s.do("disp.220402", v.No, "start-triage", nil)
	s.do("disp.220402", v.No, "dispatch", map[string]any{"lead_unit": housing})
	return v.No
}

// inHand brings a case to a handler.
func (s *stand) inHand() string {
	s.t.Helper()
	no := s.toUnit()
	s.do("liaison."+housing, no, "sign-for", nil)
	s.do("liaison."+housing, no, "assign-handler", map[string]any{"handlers": []string{"handler." + housing}, "recusal_declared": true})
	return no
}

// drill registers a case whose limits are seconds and leaves it at the township.
func (s *stand) drill() string {
	s.t.Helper()
	v := s.register("win-general.220498", "220498001")
	s.do("disp.220498", v.No, "start-triage", nil)
	s.do("office.220498001", v.No, "assign-local", nil)
	return v.No
}

// session brings a case to L2 and opens a joint session under it.
func (s *stand) session() (caseNo, sessionNo string) {
	s.t.Helper()
	v := s.register("win-general.220402", "220402008")
	s.do("disp.220402", v.No, "start-triage", nil)
	s.do("director.220402", v.No, "start-joint", map[string]any{"trigger": "T02", "reason": "两家以上单位无法牵头"})
	s.do("director.220402", v.No, "plan-session", map[string]any{"purpose": "厘清责任", "lead_unit": housing, "assist_units": []string{urban},
		"held_at": time.Now().Add(time.Hour).Format(time.RFC3339), "room": "会商室", "agenda": "电梯停运"})
	no := v.No + "-J1"
	s.eventually(func() bool {
		_, err := s.app.Store.StoredSession(context.Background(), no)
		return err == nil
	}, "the session opens")
	s.sit("disp.220402", no, "notify-units", map[string]any{"agenda": "电梯停运"})
	return v.No, no
}

// closed is a case answered and rated, waiting only for its archive.
func (s *stand) closed() string {
	s.t.Helper()
	no := s.inHand()
	s.do("leader."+housing, no, "issue-reply", map[string]any{"result": "已修好", "outcome_grade": "disposed", "evidence": "现场照片", "legal_basis": "《民法典》",
		"service_method": "in_person", "service_date": time.Now().In(calendar.Zone).Format(time.DateOnly)})
	s.do("supervisor.220402", no, "evaluate", map[string]any{"rating": "satisfied"})
	return no
}

func (s *stand) eventually(holds func() bool, what string, args ...any) {
	s.t.Helper()
	require.Eventually(s.t, holds, 60*time.Second, 100*time.Millisecond, append([]any{what}, args...)...)
}

// has tells whether a case has an event of a type.
func (s *stand) has(no, typ string) bool {
	list, err := s.app.Store.Events(context.Background(), no)
	require.NoError(s.t, err)
	for _, e := range list {
		if e.Type == typ {
			return true
		}
	}
	return false
}

// verify is Verify that must come to an end.
func (s *stand) verify() recovery.Report {
	s.t.Helper()
	r, err := s.Verify(context.Background(), recovery.Options{})
	require.NoError(s.t, err)
	return r
}

func (s *stand) whole() recovery.Report {
	s.t.Helper()
	r := s.verify()
	require.Empty(s.t, r.Findings)
	require.Equal(s.t, r.Open, r.Compared, "every open stream was compared with its workflow")
	return r
}

// codes lists what was found about a stream.
func codes(r recovery.Report, no string) []string {
	var out []string
	for _, f := range r.Findings {
		if f.No == no {
			out = append(out, f.Code)
		}
	}
	return out
}

// sql runs statements as the owner of the database, past the append-only trigger.
func (s *stand) sql(statements ...string) {
	s.t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.cfg.DatabaseURL)
	require.NoError(s.t, err)
	defer func() { require.NoError(s.t, conn.Close(ctx)) }()
	_, err = conn.Exec(ctx, "SET session_replication_role = replica")
	require.NoError(s.t, err)
	for _, x := range statements {
		_, err := conn.Exec(ctx, x)
		require.NoError(s.t, err, x)
	}
}

// dump reads what a query gives, for comparing before and after.
func (s *stand) dump(query string) []string {
	s.t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.cfg.DatabaseURL)
	require.NoError(s.t, err)
	defer func() { require.NoError(s.t, conn.Close(ctx)) }()
	rows, err := conn.Query(ctx, query)
	require.NoError(s.t, err)
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(s.t, err)
	return out
}
