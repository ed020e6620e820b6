package app_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"huajie/api"
	"huajie/config"
	"huajie/domain/account"
	"huajie/internal/app"
	"huajie/internal/testkit"
	"huajie/rulebook"
	"huajie/store"
)

// gate is the door of the product as it is configured, on a real ledger. Requests say where
// they come from the way a trusted proxy does.
type gate struct {
	t      *testing.T
	cfg    config.Config
	url    string // of the database
	store  *store.Store
	door   string // of the API
	began  time.Time
	passed atomic.Int64
}

// Accounts of the gate, and their password.
const (
	clerk      = "win-general.220402"
	sysAdmin   = "admin.220400"
	overseer   = "supervisor.220402"
	dispatch   = "disp.220402" // an office that needs no second factor
	integrator = "integrator.220400"
	good       = "平安建设-tapir-77"
)

// The places requests come from.
const (
	home     = "198.51.100.7"
	attacker = "203.0.113.66"
)

// newGate opens the door outside of the demonstration; change alters the configuration.
func newGate(t *testing.T, change ...func(*config.Config)) *gate {
	t.Helper()
	cfg := config.Default()
	cfg.TrustedProxies = "127.0.0.1"
	for _, c := range change {
		c(&cfg)
	}
	require.NoError(t, cfg.Validate())
	g := &gate{t: t, cfg: cfg, began: time.Now(), url: testkit.MigratedDatabase(t, migrated)}
	book, err := rulebook.Default()
	require.NoError(t, err)
	g.store, err = store.New(t.Context(), g.url, store.WithFields(testkit.Fields()))
	require.NoError(t, err)
	t.Cleanup(g.store.Close)
	hash, err := store.HashPassword(good)
	require.NoError(t, err)
	require.NoError(t, g.store.UpsertUsers(t.Context(), book.Users.Users(), hash))
	g.door = g.process()
	return g
}

// process is one process of the API; there may be several on one ledger.
func (g *gate) process() string {
	g.t.Helper()
	book, err := rulebook.Default()
	require.NoError(g.t, err)
	srv := httptest.NewServer(api.New(api.Deps{Reader: g.store, Accounts: g.store, Administration: g.store, Audit: g.store, Field: g.store, Engine: struct{ api.Engine }{}, Rules: rulebook.NewHolder(book),
		Log: slog.New(slog.DiscardHandler), Now: g.now, SignIn: app.SignInRules(g.cfg), Door: app.DoorRules(g.cfg)}))
	g.t.Cleanup(srv.Close)
	return srv.URL
}

// now stands still until somebody waits.
func (g *gate) now() time.Time { return g.began.Add(time.Duration(g.passed.Load())) }

func (g *gate) wait(d time.Duration) { g.passed.Add(int64(d)) }

// number asks the ledger.
func (g *gate) number(sql string, args ...any) (n int) {
	g.t.Helper()
	conn, err := pgx.Connect(g.t.Context(), g.url)
	require.NoError(g.t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	require.NoError(g.t, conn.QueryRow(g.t.Context(), sql, args...).Scan(&n))
	return n
}

// ask is one request.
type ask struct {
	method, path, body string
	token, from        string
	cookies            []*http.Cookie
	header             map[string]string
	door               string // of another process
}

type answer struct {
	*http.Response
	body map[string]any
}

func (a answer) text(name string) string {
	s, _ := a.body[name].(string)
	return s
}

func (a answer) cookie(name string) *http.Cookie {
	for _, c := range a.Cookies() {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// ask makes a request and does not follow where it is sent.
func (g *gate) ask(a ask) answer {
	g.t.Helper()
	if a.door == "" {
		a.door = g.door
	}
	req, err := http.NewRequestWithContext(g.t.Context(), a.method, a.door+a.path, strings.NewReader(a.body))
	require.NoError(g.t, err)
	if a.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if a.token != "" {
		req.Header.Set("Authorization", "Bearer "+a.token)
	}
	if a.from != "" {
		req.Header.Set("X-Forwarded-For", a.from)
	}
	for name, value := range a.header {
		req.Header.Set(name, value)
	}
	for _, c := range a.cookies {
		req.AddCookie(c)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	require.NoError(g.t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(g.t, err)
	out := answer{Response: res}
	_ = json.Unmarshal(raw, &out.body)
	return out
}

// signIn tries a password from somewhere.
func (g *gate) signIn(user, password, from string, cookies ...*http.Cookie) answer {
	g.t.Helper()
	body, err := json.Marshal(map[string]string{"username": user, "password": password})
	require.NoError(g.t, err)
	return g.ask(ask{method: "POST", path: "/api/v1/session", body: string(body), from: from, cookies: cookies})
}

// in signs in and gives the token.
func (g *gate) in(user, password string) string {
	g.t.Helper()
	a := g.signIn(user, password, home)
	require.Equal(g.t, http.StatusOK, a.StatusCode, a.body)
	return a.text("token")
}

// as makes a request with a token and wants a status.
func (g *gate) as(token string, want int, method, path, body string) answer {
	g.t.Helper()
	a := g.ask(ask{method: method, path: "/api/v1" + path, body: body, token: token, from: home})
	require.Equal(g.t, want, a.StatusCode, "%s %s: %v", method, path, a.body)
	return a
}

// token makes a token of a program.
func (g *gate) token(user string, scopes ...account.Scope) string {
	g.t.Helper()
	_, token, err := g.store.Issue(g.t.Context(), account.Opening{Username: user, Kind: account.Token, Label: "test", Scopes: scopes, Until: g.now().Add(time.Hour)})
	require.NoError(g.t, err)
	return token
}
