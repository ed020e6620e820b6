package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/domain/account"
)

// code is what an authenticator app shows now.
func (g *gate) code(secret string) string {
	g.t.Helper()
	code, err := totp.GenerateCode(secret, g.now())
	require.NoError(g.t, err)
	return code
}

func coded(code string) string { return `{"code":"` + code + `"}` }

// enrolled gives somebody a second factor, and a later half minute.
func (g *gate) enrolled(user string) (token, secret string, recovery []string) {
	g.t.Helper()
	token = g.in(user, good)
	secret = g.as(token, 201, "POST", "/me/second-factor", "").text("secret")
	out := g.as(token, 200, "POST", "/me/second-factor/confirmation", coded(g.code(secret)))
	for _, c := range out.body["recovery_codes"].([]any) {
		recovery = append(recovery, c.(string))
	}
	g.wait(30 * time.Second)
	return token, secret, recovery
}

// half gives the right password and wants to be asked for more.
func (g *gate) half(user string) string {
	g.t.Helper()
	a := g.signIn(user, good, home)
	require.Equal(g.t, http.StatusOK, a.StatusCode)
	require.Equal(g.t, account.NextFactor, a.text("next"))
	return a.text("token")
}

// TestSupervisorsNeedASecondFactor: before they have one nothing else is open; then each
// sign-in asks for it.
func TestSupervisorsNeedASecondFactor(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	a := g.signIn(overseer, good, home)
	require.Equal(t, account.NextEnrol, a.text("next"))
	early, parked := a.text("token"), g.in(overseer, good)
	assert.Equal(t, "second_factor_must_enrol", g.as(early, 403, "GET", "/cases", "").text("reason"))
	assert.Equal(t, []any{false, true}, factorOf(g, early))

	enrolling := g.as(early, 201, "POST", "/me/second-factor", "")
	secret := enrolling.text("secret")
	assert.Contains(t, enrolling.text("uri"), "otpauth://totp/Huajie:"+overseer)
	g.as(early, 422, "POST", "/me/second-factor/confirmation", coded("000000"))
	out := g.as(early, 200, "POST", "/me/second-factor/confirmation", coded(g.code(secret)))
	assert.Len(t, out.body["recovery_codes"], 10)
	g.as(early, 200, "GET", "/cases", "")
	g.as(parked, 401, "GET", "/me", "")

	token := g.half(overseer)
	for _, path := range []string{"/cases", "/me", "/me/sessions", "/me/second-factor"} {
		assert.Equal(t, "second_factor_needed", g.as(token, 403, "GET", path, "").text("reason"), path)
	}
	assert.Equal(t, "wrong_code", g.as(token, 401, "POST", "/session/second-factor", coded(g.code(secret))).text("reason"), "it was used to confirm")
	g.wait(30 * time.Second)
	whole := g.as(token, 200, "POST", "/session/second-factor", coded(g.code(secret)))
	assert.Empty(t, whole.text("next"))
	g.as(token, 401, "POST", "/session/second-factor", coded(g.code(secret)))
	g.as(whole.text("token"), 200, "GET", "/cases", "")
	assert.NotEqual(t, token, whole.text("token"))
	assert.Equal(t, "second_factor_done", g.as(whole.text("token"), 403, "POST", "/session/second-factor", coded("123456")).text("reason"))
}

func factorOf(g *gate, token string) []any {
	b := g.as(token, 200, "GET", "/me/second-factor", "").body
	return []any{b["enrolled"], b["required"]}
}

// TestACodeCountsOnce: whoever looks over a shoulder cannot use what was used, nor an
// earlier one.
func TestACodeCountsOnce(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	_, secret, _ := g.enrolled(overseer)
	early := g.code(secret)
	g.wait(30 * time.Second)
	code := g.code(secret)
	first, second := g.half(overseer), g.half(overseer)
	g.as(first, 200, "POST", "/session/second-factor", coded(code))
	g.as(second, 401, "POST", "/session/second-factor", coded(code))
	g.as(second, 401, "POST", "/session/second-factor", coded(early))
	g.wait(30 * time.Second)
	g.as(second, 200, "POST", "/session/second-factor", coded(g.code(secret)))
}

// TestAPhoneMayBeAHalfMinuteWrong: and no more.
func TestAPhoneMayBeAHalfMinuteWrong(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	_, secret, _ := g.enrolled(overseer)
	late := g.code(secret)
	g.wait(60 * time.Second)
	token := g.half(overseer)
	g.as(token, 401, "POST", "/session/second-factor", coded(late))
	late = g.code(secret)
	g.wait(30 * time.Second)
	g.as(token, 200, "POST", "/session/second-factor", coded(late))
}

// TestGuessingCodesGetsSlower: six digits are few; failures count for the account wherever
// they come from, for the password was right already.
func TestGuessingCodesGetsSlower(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	_, secret, _ := g.enrolled(overseer)
	for i := range g.cfg.SignInFree + 1 {
		g.ask(ask{method: "POST", path: "/api/v1/session/second-factor", token: g.half(overseer), from: "192.0.2." + string(rune('1'+i)), body: coded("000000")})
	}
	token := g.half(overseer)
	g.as(token, 429, "POST", "/session/second-factor", coded(g.code(secret)))
	g.wait(g.cfg.SignInDelayMax)
	token = g.half(overseer)
	g.as(token, 200, "POST", "/session/second-factor", coded(g.code(secret)))
}

// TestRecoveryCodes: each opens the account once, however it is typed.
func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	_, secret, codes := g.enrolled(overseer)
	g.as(g.half(overseer), 401, "POST", "/session/second-factor", coded("AAAA-AAAA-AAAA-AAAA"))
	whole := g.as(g.half(overseer), 200, "POST", "/session/second-factor", coded(strings.ToLower(codes[3]))).text("token")
	g.as(g.half(overseer), 401, "POST", "/session/second-factor", coded(codes[3]))
	assert.InDelta(t, 9, g.as(whole, 200, "GET", "/me/second-factor", "").body["recovery_codes_left"], 0)
	g.as(g.half(overseer), 200, "POST", "/session/second-factor", coded(strings.ReplaceAll(codes[4], "-", "")))
	for _, word := range []string{secret, codes[5], strings.ReplaceAll(codes[5], "-", "")} {
		assert.Zero(t, g.number(`SELECT (SELECT count(*) FROM second_factors f WHERE strpos(encode(f.secret, 'escape'), $1) > 0)
			+ (SELECT count(*) FROM recovery_codes r WHERE strpos(encode(r.hash, 'escape'), $1) > 0)`, word), "neither is kept readable")
	}
}

// TestASecondFactorIsRemovedWithACode: and whoever needs one enrols another at once.
func TestASecondFactorIsRemovedWithACode(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	token, secret, _ := g.enrolled(overseer)
	assert.Equal(t, "second_factor_exists", g.as(token, 409, "POST", "/me/second-factor", "").text("reason"))
	g.as(token, 422, "POST", "/me/second-factor/removal", coded("000000"))
	g.as(token, 204, "POST", "/me/second-factor/removal", coded(g.code(secret)))
	g.as(token, 403, "GET", "/cases", "")
	assert.Equal(t, account.NextEnrol, g.signIn(overseer, good, home).text("next"))

	_, _, _ = g.enrolled(dispatch)
	require.NoError(t, g.store.ResetFactor(t.Context(), dispatch))
	assert.Empty(t, g.signIn(dispatch, good, home).text("next"), "nobody else has to")
}

// TestAnOldSessionCannotEnrol: a screen that was left open must not get a second factor of
// somebody else.
func TestAnOldSessionCannotEnrol(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	token := g.in(dispatch, good)
	_ = g.number(`WITH x AS (UPDATE tokens SET created_at = now() - interval '20 minutes' RETURNING 1) SELECT count(*) FROM x`)
	assert.Equal(t, "sign_in_again", g.as(token, 403, "POST", "/me/second-factor", "").text("reason"))
}

// TestTheDemonstrationDoesWithout: its accounts are everybody's.
func TestTheDemonstrationDoesWithout(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(c *config.Config) { c.Demo = true })
	for _, user := range []string{overseer, sysAdmin} {
		assert.Empty(t, g.signIn(user, good, home).text("next"))
	}
}
