package app_test

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/domain/account"
	"huajie/store"
)

// fail guesses wrongly so many times, which are free.
func (g *gate) fail(n int, user, from string, cookies ...*http.Cookie) {
	g.t.Helper()
	for range n {
		require.Equal(g.t, http.StatusUnauthorized, g.signIn(user, "not it", from, cookies...).StatusCode)
	}
}

// waitOf is how long an answer says to wait.
func waitOf(t *testing.T, a answer) time.Duration {
	t.Helper()
	n, err := strconv.Atoi(a.Header.Get("Retry-After"))
	require.NoError(t, err)
	return time.Duration(n) * time.Second
}

// TestGuessingGetsSlower: after the free failures each one doubles the wait, up to a limit;
// within a wait even the right password is not looked at; whoever waits gets in, and begins
// anew.
func TestGuessingGetsSlower(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.fail(g.cfg.SignInFree+1, clerk, home)
	for want := g.cfg.SignInDelay; want <= 64*time.Second; want *= 2 {
		refused := g.signIn(clerk, good, home)
		require.Equal(t, http.StatusTooManyRequests, refused.StatusCode)
		assert.Equal(t, "too_many_failures", refused.text("reason"))
		assert.Equal(t, want, waitOf(t, refused))
		g.wait(want)
		g.fail(1, clerk, home)
	}
	for range 10 {
		g.wait(g.cfg.SignInDelayMax)
		g.fail(1, clerk, home)
	}
	assert.LessOrEqual(t, waitOf(t, g.signIn(clerk, good, home)), g.cfg.SignInDelayMax)
	g.wait(g.cfg.SignInDelayMax)
	require.Equal(t, http.StatusOK, g.signIn(clerk, good, home).StatusCode, "nobody is ever locked out for good")
	g.fail(g.cfg.SignInFree, clerk, home)
	assert.Equal(t, http.StatusOK, g.signIn(clerk, good, home).StatusCode, "what was before is forgotten")
}

// TestQuietIsForgotten: old failures cost nothing.
func TestQuietIsForgotten(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.fail(g.cfg.SignInFree+1, clerk, home)
	g.wait(g.cfg.SignInForget)
	g.fail(g.cfg.SignInFree, clerk, home)
	assert.Equal(t, http.StatusOK, g.signIn(clerk, good, home).StatusCode)
}

// TestNobodyIsLockedOutFromElsewhere: the owner is slowed neither where nobody has failed,
// nor in a place whose guesses at everything have made it slow, nor, with a browser that is
// known, by failures in the same room.
func TestNobodyIsLockedOutFromElsewhere(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(c *config.Config) { c.SignInSourceFree = 8 })
	browser := g.signIn(clerk, good, home).cookie("huajie_device")
	require.NotNil(t, browser)

	g.fail(g.cfg.SignInFree+1, clerk, attacker)
	assert.Equal(t, http.StatusTooManyRequests, g.signIn(clerk, good, attacker).StatusCode)
	assert.Equal(t, http.StatusOK, g.signIn(clerk, good, home).StatusCode, "at home nobody has failed")
	assert.Equal(t, http.StatusOK, g.signIn(clerk, good, "192.0.2.1").StatusCode, "nor where the owner was never before")

	for i := range 9 { // somebody at the same address as the owner guesses at everybody
		g.fail(1, fmt.Sprintf("liaison.220402-D%02d", i+1), home)
	}
	assert.Equal(t, http.StatusTooManyRequests, g.signIn(overseer, good, home).StatusCode, "the place is slow for strangers")
	assert.Equal(t, http.StatusOK, g.signIn(clerk, good, home).StatusCode, "but not for who has been there before")

	g.fail(g.cfg.SignInFree+1, clerk, home)
	assert.Equal(t, http.StatusTooManyRequests, g.signIn(clerk, good, home).StatusCode)
	assert.Equal(t, http.StatusTooManyRequests, g.signIn(clerk, good, home, &http.Cookie{Name: "huajie_device", Value: "made up"}).StatusCode)
	assert.Equal(t, http.StatusOK, g.signIn(clerk, good, home, browser).StatusCode, "the known browser is counted by itself")
	g.fail(g.cfg.SignInFree+1, clerk, attacker, browser)
	assert.Equal(t, http.StatusTooManyRequests, g.signIn(clerk, good, "192.0.2.2", browser).StatusCode, "a stolen one is slowed wherever it is")
	g.fail(1, overseer, "192.0.2.3", browser)
	assert.Equal(t, http.StatusOK, g.signIn(overseer, good, "192.0.2.3", browser).StatusCode, "it is known to its accounts only")
}

// TestAPlaceThatGuessesAtManyIsSlow: one guess at each of many accounts is guessing, too.
func TestAPlaceThatGuessesAtManyIsSlow(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(c *config.Config) { c.SignInSourceFree = 20 })
	for i := range 21 {
		g.fail(1, fmt.Sprintf("somebody-%d", i), "2001:db8::"+strconv.Itoa(i))
	}
	refused := g.signIn("somebody-else", "not it", "2001:db8::beef")
	require.Equal(t, http.StatusTooManyRequests, refused.StatusCode, "a network of one subscriber is one place")
	g.fail(1, "somebody-else", "2001:db8:0:1::1")
}

// TestAnswersDoNotTellWhoExists: whatever is tried, an account that is there and one that
// is not are answered alike.
func TestAnswersDoNotTellWhoExists(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	seen := map[string][]string{}
	for range g.cfg.SignInFree + 3 {
		for _, user := range []string{clerk, "nobody.at.all"} {
			a := g.signIn(user, "not it", attacker)
			seen[user] = append(seen[user], fmt.Sprint(a.StatusCode, a.text("code"), a.text("reason"), a.text("detail"), a.Header.Get("Retry-After")))
		}
	}
	assert.Equal(t, seen[clerk], seen["nobody.at.all"])
}

// TestManyGuessesAtOnceAreNoWayAround: each is counted before it is checked, by whichever
// process it comes to.
func TestManyGuessesAtOnceAreNoWayAround(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	doors := []string{g.door, g.process()}
	statuses := make([]int, 30)
	var all sync.WaitGroup
	for i := range statuses {
		all.Go(func() {
			statuses[i] = g.ask(ask{method: "POST", path: "/api/v1/session", from: attacker, door: doors[i%2],
				body: `{"username":"` + clerk + `","password":"guess ` + strconv.Itoa(i) + `"}`}).StatusCode
		})
	}
	all.Wait()
	checked := 0
	for _, s := range statuses {
		if s == http.StatusUnauthorized {
			checked++
		}
	}
	assert.LessOrEqual(t, checked, g.cfg.SignInFree+1)
	assert.Positive(t, checked)
}

// TestTheLedgerHoldsNoNameThatWasTyped: people type their password where the name goes.
func TestTheLedgerHoldsNoNameThatWasTyped(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	g.fail(1, "my-secret-password", home)
	assert.Equal(t, 2, g.number(`SELECT count(*) FROM sign_in_failures`), "of the account and of the place")
	assert.Zero(t, g.number(`SELECT count(*) FROM sign_in_failures f WHERE strpos(f::text, 'my-secret-password') > 0`))
}

// TestChangeOfPassword: the old one is needed, weak ones are not taken, and every other
// sign-in ends; what programs have goes on.
func TestChangeOfPassword(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	here, there, program := g.in(clerk, good), g.in(clerk, good), g.token(clerk, account.Read)
	change := func(want int, from, to string) answer {
		t.Helper()
		return g.as(here, want, "POST", "/me/password", fmt.Sprintf(`{"old":%q,"new":%q}`, from, to))
	}
	reasons := func(a answer) (out []string) {
		for _, e := range a.body["errors"].([]any) {
			out = append(out, e.(map[string]any)["field"].(string)+" "+e.(map[string]any)["reason"].(string))
		}
		return out
	}
	for to, want := range map[string]string{"short": "new too_short", clerk + "-2026": "new user_name", "WIN-GENERAL.220402!": "new user_name",
		"Password1234": "new too_common", "abcabcabcabc": "new too_common", account.DemoPassword: "new too_common", good: "new unchanged"} {
		assert.Equal(t, []string{want}, reasons(change(422, good, to)), to)
	}
	assert.Equal(t, []string{"old wrong"}, reasons(change(422, "not it", "a new one, long enough")))
	g.as(there, 200, "GET", "/me", "")

	change(204, good, "a new one, long enough")
	g.as(here, 200, "GET", "/me", "")
	g.as(there, 401, "GET", "/me", "")
	g.as(program, 200, "GET", "/me", "")
	assert.Equal(t, http.StatusUnauthorized, g.signIn(clerk, good, home).StatusCode)
	g.in(clerk, "a new one, long enough")
}

// TestAnUnguardedScreenIsNotEnough: whoever sits down at it cannot try out the old password.
func TestAnUnguardedScreenIsNotEnough(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	here := g.in(clerk, good)
	guess := `{"old":"not it","new":"a new one, long enough"}`
	for range g.cfg.SignInFree + 1 {
		g.as(here, 422, "POST", "/me/password", guess)
	}
	g.as(here, 429, "POST", "/me/password", guess)
	g.in(clerk, good)
}

// TestAPasswordSomebodyElseHasSetIsChangedFirst: nothing else is open before.
func TestAPasswordSomebodyElseHasSetIsChangedFirst(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	before := g.in(clerk, good)
	hash, err := store.HashPassword("told over the phone")
	require.NoError(t, err)
	require.NoError(t, g.store.SetPassword(t.Context(), clerk, hash))
	g.as(before, 401, "GET", "/me", "")

	a := g.signIn(clerk, "told over the phone", home)
	require.Equal(t, http.StatusOK, a.StatusCode)
	assert.Equal(t, account.NextChange, a.text("next"))
	here := a.text("token")
	refused := g.as(here, 403, "GET", "/cases", "")
	assert.Equal(t, "password_must_change", refused.text("reason"))
	assert.Equal(t, account.NextChange, g.as(here, 200, "GET", "/me", "").text("next"))
	g.as(here, 204, "POST", "/me/password", `{"old":"told over the phone","new":"my own, nobody else's"}`)
	g.as(here, 200, "GET", "/cases", "")
	assert.Empty(t, g.as(here, 200, "GET", "/me", "").text("next"))
}

// TestTheDemonstrationPasswordOpensNothingElsewhere: it is in the documentation.
func TestTheDemonstrationPasswordOpensNothingElsewhere(t *testing.T) {
	t.Parallel()
	for _, demo := range []bool{true, false} {
		g := newGate(t, func(c *config.Config) { c.Demo = demo })
		hash, err := store.HashPassword(account.DemoPassword)
		require.NoError(t, err)
		require.NoError(t, g.store.SetPassword(t.Context(), clerk, hash))
		a, b := g.signIn(clerk, account.DemoPassword, home), g.signIn(clerk, "not it", home)
		if demo {
			assert.Equal(t, http.StatusOK, a.StatusCode)
			continue
		}
		assert.Equal(t, http.StatusUnauthorized, a.StatusCode)
		assert.Equal(t, b.text("reason"), a.text("reason"), "it is not told that it fits")
	}
}

// TestOwnSessions: one sees where one is signed in, and ends what one did not open.
func TestOwnSessions(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	here, there, third, other := g.in(clerk, good), g.in(clerk, good), g.in(clerk, good), g.in(dispatch, good)
	list := func() (ids []int64, current int64) {
		for _, x := range g.as(here, 200, "GET", "/me/sessions", "").body["items"].([]any) {
			m := x.(map[string]any)
			assert.Equal(t, home, m["source"])
			assert.Contains(t, m["agent"], "Go-http-client")
			ids = append(ids, int64(m["id"].(float64)))
			if m["current"].(bool) {
				current = ids[len(ids)-1]
			}
		}
		return ids, current
	}
	ids, current := list()
	require.Len(t, ids, 3, "the latest first, and nobody else's")
	assert.Equal(t, ids[2], current)
	g.as(other, 404, "DELETE", fmt.Sprintf("/me/sessions/%d", ids[1]), "")
	g.as(here, 204, "DELETE", fmt.Sprintf("/me/sessions/%d", ids[1]), "")
	g.as(there, 401, "GET", "/me", "")
	g.as(third, 200, "GET", "/me", "")
	g.as(here, 204, "DELETE", "/me/sessions", "")
	g.as(third, 401, "GET", "/me", "")
	g.as(other, 200, "GET", "/me", "")
	ids, _ = list()
	assert.Equal(t, []int64{current}, ids)
}
