package sso_test

import (
	"context"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/api"
	"huajie/config"
	"huajie/internal/app"
	"huajie/internal/testkit"
	"huajie/rulebook"
	"huajie/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const providerPassword = "a password at the provider"

// People: one with an account, one without, one who got the name of the first later, and
// one who supervises.
var (
	clerk      = known{"1001", "clerk@example.org", "win-general.220402", providerPassword, true}
	stranger   = known{"1002", "stranger@example.org", "nobody.220402", providerPassword, true}
	successor  = known{"1003", "successor@example.org", "win-general.220402", providerPassword, true}
	supervisor = known{"1004", "supervisor@example.org", "supervisor.220402", providerPassword, true}
)

// house is the door with a real ledger and a real provider.
type house struct {
	t      *testing.T
	store  *store.Store
	server *httptest.Server
}

func newHouse(t *testing.T, change ...func(*config.Config)) *house {
	t.Helper()
	h := &house{t: t, server: httptest.NewUnstartedServer(nil)}
	cfg := config.Default()
	cfg.PublicURL = "http://" + h.server.Listener.Addr().String()
	cfg.OIDCIssuer = startProvider(t, cfg.OIDCRedirect(), clerk, stranger, successor, supervisor)
	cfg.OIDCClientID, cfg.OIDCLanding = "huajie", "/console"
	for _, c := range change {
		c(&cfg)
	}
	require.NoError(t, cfg.Validate())
	h.open(cfg)
	return h
}

func (h *house) open(cfg config.Config) {
	h.t.Helper()
	book, err := rulebook.Default()
	require.NoError(h.t, err)
	h.store, err = store.New(h.t.Context(), testkit.MigratedDatabase(h.t, func(url string) error { return store.Migrate(context.Background(), url) }), store.WithFields(testkit.Fields()))
	require.NoError(h.t, err)
	h.t.Cleanup(h.store.Close)
	require.NoError(h.t, h.store.UpsertUsers(h.t.Context(), book.Users.Users(), ""))
	h.server.Config.Handler = api.New(api.Deps{Reader: h.store, Accounts: h.store, Audit: h.store, Engine: struct{ api.Engine }{}, Rules: rulebook.NewHolder(book),
		Log: slog.New(slog.DiscardHandler), SignIn: app.SignInRules(cfg), Door: app.DoorRules(cfg)})
	h.server.Start()
	h.t.Cleanup(h.server.Close)
}

// browser is somebody's, with its cookies.
type browser struct {
	*house
	http.Client
}

func (h *house) browser() *browser {
	h.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(h.t, err)
	b := &browser{house: h}
	b.Jar, b.CheckRedirect = jar, func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return b
}

type page struct {
	status   int
	location string
	body     []byte
}

func (p page) field(name string) any {
	m := map[string]any{}
	_ = json.Unmarshal(p.body, &m) // a page that is no JSON has no fields
	return m[name]
}

// do makes one request; form makes it a POST.
func (b *browser) do(at string, form url.Values) page {
	b.t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, at, strings.NewReader(body))
	require.NoError(b.t, err)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := b.Do(req)
	require.NoError(b.t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	out := page{status: res.StatusCode, body: raw}
	if to := res.Header.Get("Location"); to != "" {
		where, err := req.URL.Parse(to)
		require.NoError(b.t, err)
		out.location = where.String()
	}
	return out
}

func (b *browser) api(path string) page { return b.do(b.server.URL+"/api/v1"+path, nil) }

var (
	action  = regexp.MustCompile(`<form[^>]*action="([^"]*)"`)
	request = regexp.MustCompile(`name="id" value="([^"]*)"`)
)

// begin goes to the provider, signs in there, and gives where it sends the browser back to.
func (b *browser) begin(who known) (back string) {
	b.t.Helper()
	p := b.api("/session/oidc")
	require.Equal(b.t, http.StatusFound, p.status, "%s", p.body)
	at := p.location
	for range 12 {
		if strings.HasPrefix(at, b.server.URL) {
			return at
		}
		p = b.do(at, nil)
		if found := action.FindSubmatch(p.body); p.location == "" && found != nil {
			where, err := url.Parse(at)
			require.NoError(b.t, err)
			where, err = where.Parse(html.UnescapeString(string(found[1])))
			require.NoError(b.t, err)
			form := url.Values{"username": {who.Email}, "password": {who.Password}}
			if id := request.FindSubmatch(p.body); id != nil {
				form.Set("id", string(id[1]))
			}
			p = b.do(where.String(), form)
		}
		require.NotEmpty(b.t, p.location, "the provider answers %d: %s", p.status, p.body)
		at = p.location
	}
	b.t.Fatal("the provider sends the browser round and round")
	return ""
}

// TestSignInAtAProvider: there and back, and the account is open; the provider was asked
// with PKCE, state and nonce.
func TestSignInAtAProvider(t *testing.T) {
	t.Parallel()
	b := newHouse(t).browser()
	asked, err := url.Parse(b.api("/session/oidc").location)
	require.NoError(t, err)
	q := asked.Query()
	assert.Equal(t, []string{"S256", "code", "huajie"}, []string{q.Get("code_challenge_method"), q.Get("response_type"), q.Get("client_id")})
	for _, name := range []string{"code_challenge", "state", "nonce"} {
		assert.GreaterOrEqual(t, len(q.Get(name)), 43, name)
	}
	assert.Equal(t, http.StatusUnauthorized, b.api("/me").status)

	back := b.begin(clerk)
	p := b.do(back, nil)
	require.Equal(t, http.StatusFound, p.status, "%s", p.body)
	assert.Equal(t, b.server.URL+"/console", p.location)
	me := b.api("/me")
	assert.Equal(t, http.StatusOK, me.status)
	assert.Equal(t, clerk.Name, me.field("username"))

	again := b.do(back, nil)
	assert.Equal(t, http.StatusUnauthorized, again.status, "it is finished once")
	assert.Equal(t, "stale_sign_in", again.field("reason"))
}

// TestOnlyTheBrowserThatBeganFinishes: a link to somebody else's callback signs nobody in.
func TestOnlyTheBrowserThatBeganFinishes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	attacker, victim := h.browser(), h.browser()
	back := attacker.begin(clerk)
	assert.Equal(t, "stale_sign_in", victim.do(back, nil).field("reason"), "it has no state")
	require.Equal(t, http.StatusFound, victim.api("/session/oidc").status)
	assert.Equal(t, "stale_sign_in", victim.do(back, nil).field("reason"), "it has another one")
	assert.Equal(t, http.StatusUnauthorized, victim.api("/me").status)
}

// TestAStolenCodeIsOfNoUse: put into a sign-in of the thief's own it lacks the verifier.
func TestAStolenCodeIsOfNoUse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	victim, thief := h.browser(), h.browser()
	stolen, err := url.Parse(victim.begin(clerk))
	require.NoError(t, err)
	own, err := url.Parse(thief.begin(stranger))
	require.NoError(t, err)
	q := own.Query()
	q.Set("code", stolen.Query().Get("code"))
	own.RawQuery = q.Encode()
	p := thief.do(own.String(), nil)
	assert.Equal(t, http.StatusUnauthorized, p.status)
	assert.Equal(t, "provider_refused", p.field("reason"))
	assert.Equal(t, http.StatusUnauthorized, thief.api("/me").status)
}

// TestNoAccountIsMade: whom we do not know, or have closed the account of, stays outside.
func TestNoAccountIsMade(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	refused := func(who known) {
		t.Helper()
		b := h.browser()
		p := b.do(b.begin(who), nil)
		assert.Equal(t, http.StatusUnauthorized, p.status)
		assert.Equal(t, "no_account", p.field("reason"))
		assert.Equal(t, http.StatusUnauthorized, b.api("/me").status)
	}
	refused(stranger)
	require.NoError(t, h.store.SetActive(t.Context(), clerk.Name, false))
	refused(clerk)
}

// TestANameThatIsGivenAway: the account stays with the person it was opened for, until the
// operator lets go of it.
func TestANameThatIsGivenAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first, second := h.browser(), h.browser()
	require.Equal(t, http.StatusFound, first.do(first.begin(clerk), nil).status)
	assert.Equal(t, "no_account", second.do(second.begin(successor), nil).field("reason"))
	assert.Equal(t, http.StatusOK, first.api("/me").status)
	require.NoError(t, h.store.ForgetIdentity(t.Context(), clerk.Name))
	assert.Equal(t, http.StatusUnauthorized, first.api("/me").status)
	require.Equal(t, http.StatusFound, second.do(second.begin(successor), nil).status)
	assert.Equal(t, http.StatusOK, second.api("/me").status)
}

// TestTheSecondFactorAfterAProvider: it is asked for, unless the provider is trusted with it.
func TestTheSecondFactorAfterAProvider(t *testing.T) {
	t.Parallel()
	for _, trusted := range []bool{false, true} {
		h := newHouse(t, func(c *config.Config) { c.OIDCSecondFactor = trusted })
		b := h.browser()
		require.Equal(t, http.StatusFound, b.do(b.begin(supervisor), nil).status)
		if trusted {
			assert.Equal(t, http.StatusOK, b.api("/cases").status)
		} else {
			assert.Equal(t, "second_factor_must_enrol", b.api("/cases").field("reason"))
		}
		key, err := totp.Generate(totp.GenerateOpts{Issuer: "x", AccountName: "x"})
		require.NoError(t, err)
		require.NoError(t, h.store.EnrolFactor(t.Context(), supervisor.Name, key.Secret(), time.Now()))
		require.NoError(t, h.store.ConfirmFactor(t.Context(), supervisor.Name, 1, nil, time.Now(), 0))
		b = h.browser()
		require.Equal(t, http.StatusFound, b.do(b.begin(supervisor), nil).status)
		if trusted {
			assert.Equal(t, http.StatusOK, b.api("/cases").status)
		} else {
			assert.Equal(t, "second_factor_needed", b.api("/cases").field("reason"))
		}
	}
}

// TestAPersonWhoSaysNo comes back with an error and stays outside.
func TestAPersonWhoSaysNo(t *testing.T) {
	t.Parallel()
	b := newHouse(t).browser()
	asked, err := url.Parse(b.api("/session/oidc").location)
	require.NoError(t, err)
	p := b.api("/session/oidc/callback?error=access_denied&error_description=no&state=" + asked.Query().Get("state"))
	assert.Equal(t, http.StatusUnauthorized, p.status)
	assert.Equal(t, "provider_refused", p.field("reason"))
}

// TestAProviderThatIsAway: it is said so, and found when it comes.
func TestAProviderThatIsAway(t *testing.T) {
	t.Parallel()
	gone := newHouse(t, func(c *config.Config) { c.OIDCIssuer = "http://" + freeAddress(t) }).browser().api("/session/oidc")
	assert.Equal(t, http.StatusServiceUnavailable, gone.status)
	assert.Equal(t, "provider_away", gone.field("reason"))
	off := newHouse(t, func(c *config.Config) { c.OIDCIssuer = "" }).browser()
	assert.Equal(t, http.StatusNotFound, off.api("/session/oidc").status)
	assert.Equal(t, http.StatusNotFound, off.api("/session/oidc/callback?code=x&state=x").status)
}
