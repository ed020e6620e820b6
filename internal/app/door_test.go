package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/domain/account"
)

func overTLS(c *config.Config) { c.PublicURL, c.HSTS = "https://huajie.example.org", 365*24*time.Hour }

// TestHeadersOfEveryAnswer: refusals, pages of others and routes that do not exist included.
func TestHeadersOfEveryAnswer(t *testing.T) {
	t.Parallel()
	plain, tls := newGate(t), newGate(t, overTLS)
	for _, a := range []ask{
		{method: "GET", path: "/api/v1/me"}, {method: "GET", path: "/nowhere"}, {method: "GET", path: "/livez"}, {method: "GET", path: "/openapi.json"},
		{method: "POST", path: "/api/v1/session", body: "{}"}, {method: "POST", path: "/api/v1/session", header: map[string]string{"Sec-Fetch-Site": "cross-site"}},
	} {
		for _, g := range []*gate{plain, tls} {
			a.door = g.door
			h := g.ask(a).Header
			assert.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'; frame-ancestors 'none'", a.path)
			assert.Equal(t, "DENY", h.Get("X-Frame-Options"), a.path)
			assert.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), a.path)
			assert.Equal(t, "no-referrer", h.Get("Referrer-Policy"), a.path)
			assert.Contains(t, h.Get("Permissions-Policy"), "geolocation=()", a.path)
			assert.Equal(t, g == tls, h.Get("Strict-Transport-Security") == "max-age=31536000; includeSubDomains", a.path)
		}
	}
}

// TestCookiesAreStrict: over HTTPS no neighbour of the domain can set or read one.
func TestCookiesAreStrict(t *testing.T) {
	t.Parallel()
	g := newGate(t, overTLS)
	a := g.signIn(clerk, good, home)
	require.Equal(t, http.StatusOK, a.StatusCode)
	for _, name := range []string{"__Host-huajie_session", "__Host-huajie_device"} {
		c := a.cookie(name)
		require.NotNil(t, c, name)
		assert.True(t, c.Secure && c.HttpOnly, name)
		assert.Equal(t, http.SameSiteLaxMode, c.SameSite, name)
		assert.Equal(t, "/", c.Path, name)
		assert.Empty(t, c.Domain, name)
	}
	session := a.cookie("__Host-huajie_session")
	me := func(name string) int {
		return g.ask(ask{method: "GET", path: "/api/v1/me", cookies: []*http.Cookie{{Name: name, Value: session.Value}}}).StatusCode
	}
	assert.Equal(t, http.StatusOK, me("__Host-huajie_session"))
	assert.Equal(t, http.StatusUnauthorized, me("huajie_session"), "one anybody in the domain may have set")
}

// TestAPageOfAnotherOriginWritesNothing: with a cookie or without, by what the browser says
// of it, or by its origin.
func TestAPageOfAnotherOriginWritesNothing(t *testing.T) {
	t.Parallel()
	g := newGate(t, overTLS)
	session := g.signIn(clerk, good, home).cookie("__Host-huajie_session")
	write := func(header ...string) int {
		a := ask{method: "POST", path: "/api/v1/me/phone", body: `{"phone":""}`, cookies: []*http.Cookie{session}, header: map[string]string{}}
		for i := 0; i < len(header); i += 2 {
			a.header[header[i]] = header[i+1]
		}
		return g.ask(a).StatusCode
	}
	assert.Equal(t, http.StatusForbidden, write("Sec-Fetch-Site", "cross-site"))
	assert.Equal(t, http.StatusForbidden, write("Sec-Fetch-Site", "same-site"))
	assert.Equal(t, http.StatusForbidden, write("Origin", "https://evil.example.net"))
	assert.Equal(t, http.StatusNoContent, write("Sec-Fetch-Site", "same-origin"))
	assert.Equal(t, http.StatusNoContent, write("Origin", "https://huajie.example.org"), "a proxy calls us by another name")
}

// TestEachCallerHasAQuota: counted by person, by token, else by address; told in every
// answer, and given back with time.
func TestEachCallerHasAQuota(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(c *config.Config) { c.RateLimit, c.RateWindow = 10, time.Minute })
	first, second := g.in(clerk, good), g.in(clerk, good)
	one, two := g.token(integrator, account.Read), g.token(integrator, account.Read)
	a := g.as(first, 200, "GET", "/me", "")
	assert.Equal(t, `"caller";q=10;w=60`, a.Header.Get("RateLimit-Policy"))
	assert.Equal(t, `"caller";r=9;t=6`, a.Header.Get("RateLimit"))
	for range 9 {
		g.as(second, 200, "GET", "/me", "")
	}
	refused := g.as(first, 429, "GET", "/me", "")
	assert.Equal(t, "rate_limited", refused.text("reason"))
	assert.Equal(t, "application/problem+json", refused.Header.Get("Content-Type"))
	assert.Equal(t, "6", refused.Header.Get("Retry-After"))
	assert.Equal(t, `"caller";r=0;t=6`, refused.Header.Get("RateLimit"))

	g.as(g.in(dispatch, good), 200, "GET", "/me", "")
	for range 10 {
		g.as(one, 200, "GET", "/me", "")
	}
	g.as(one, 429, "GET", "/me", "")
	g.as(two, 200, "GET", "/me", "")
	g.wait(6 * time.Second)
	g.as(first, 200, "GET", "/me", "")
	g.as(first, 429, "GET", "/me", "")

	stranger := func(from string) int {
		return g.ask(ask{method: "GET", path: "/api/v1/me", token: "hj_made_up", from: from}).StatusCode
	}
	for range 10 {
		require.Equal(t, http.StatusUnauthorized, stranger(attacker))
	}
	assert.Equal(t, http.StatusTooManyRequests, stranger(attacker))
	assert.Equal(t, http.StatusUnauthorized, stranger("192.0.2.9"))
	for range 30 { // whoever watches the process asks often
		require.Equal(t, http.StatusOK, g.ask(ask{method: "GET", path: "/livez", from: attacker}).StatusCode)
	}
}

// TestWhereARequestComesFrom: only a proxy that is trusted is believed, and only what it
// has added itself.
func TestWhereARequestComesFrom(t *testing.T) {
	t.Parallel()
	source := func(g *gate, forwarded string) string {
		token := g.ask(ask{method: "POST", path: "/api/v1/session", body: `{"username":"` + clerk + `","password":"` + good + `"}`, from: forwarded}).text("token")
		items := g.ask(ask{method: "GET", path: "/api/v1/me/sessions", token: token}).body["items"].([]any)
		return items[0].(map[string]any)["source"].(string)
	}
	behind := newGate(t, func(c *config.Config) { c.TrustedProxies = "127.0.0.0/8, 10.0.0.0/8" })
	for forwarded, want := range map[string]string{
		home: home, "": "127.0.0.1", "1.1.1.1, " + home: home, home + ", 10.1.2.3": home, "1.1.1.1," + home + ",10.1.2.3, 10.0.0.9": home,
		"nonsense": "127.0.0.1", home + ", nonsense": "127.0.0.1", "::ffff:" + home: home, "2001:db8::7": "2001:db8::7", "10.1.1.1": "127.0.0.1",
	} {
		assert.Equal(t, want, source(behind, forwarded), forwarded)
	}
	open := newGate(t, func(c *config.Config) { c.TrustedProxies = "" })
	assert.Equal(t, "127.0.0.1", source(open, home))
	assert.False(t, strings.Contains(open.door, "localhost"))
}
