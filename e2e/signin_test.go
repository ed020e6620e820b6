package e2e

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"huajie/internal/demo"
)

// playOwnAccount: an analyst changes the password, takes a second factor, signs in in two
// steps, looks where they are signed in, and takes it away again. Nobody else plays with
// this account.
func playOwnAccount(t *testing.T, s *stand) {
	const user, later = "analyst.220422", "另一个足够长的密码"
	do := func(want int, method, path string, in any) map[string]any {
		t.Helper()
		out := map[string]any{}
		a, err := s.Do(context.Background(), user, method, "/api/v1"+path, "", in)
		if err == nil && len(a.Body) > 0 {
			require.NoError(t, a.Into(&out))
		}
		require.Equal(t, want, statusOr(a.Status, err), "%s %s: %v", method, path, err)
		return out
	}
	do(204, http.MethodPost, "/me/password", map[string]any{"old": s.Password, "new": later})
	do(422, http.MethodPost, "/me/password", map[string]any{"old": s.Password, "new": "yet another one"})

	secret := do(201, http.MethodPost, "/me/second-factor", nil)["secret"].(string)
	code := func(at time.Time) map[string]any {
		t.Helper()
		c, err := totp.GenerateCode(secret, at)
		require.NoError(t, err)
		return map[string]any{"code": c}
	}
	now := time.Now()
	codes := do(200, http.MethodPost, "/me/second-factor/confirmation", code(now))["recovery_codes"].([]any)
	require.Equal(t, true, do(200, http.MethodGet, "/me/second-factor", nil)["enrolled"])

	elsewhere := stranger(s)
	elsewhere.Password = later
	require.NoError(t, elsewhere.SignIn(context.Background(), user))
	second := func(method, path string, in any) int {
		a, err := elsewhere.Do(context.Background(), user, method, "/api/v1"+path, "", in)
		return statusOr(a.Status, err)
	}
	require.Equal(t, http.StatusForbidden, second(http.MethodGet, "/me", nil))
	require.Equal(t, http.StatusUnauthorized, second(http.MethodPost, "/session/second-factor", code(now)), "a code counts once")
	require.Equal(t, http.StatusOK, second(http.MethodPost, "/session/second-factor", map[string]any{"code": codes[0]}))
	require.Equal(t, http.StatusUnauthorized, second(http.MethodGet, "/me", nil), "the first half has ended")

	list := do(200, http.MethodGet, "/me/sessions", nil)["items"].([]any)
	require.Len(t, list, 2)
	do(204, http.MethodDelete, fmt.Sprintf("/me/sessions/%.0f", list[0].(map[string]any)["id"]), nil)
	do(204, http.MethodDelete, "/me/sessions", nil)
	do(204, http.MethodPost, "/me/second-factor/removal", map[string]any{"code": codes[1]})
	do(204, http.MethodDelete, "/session", nil)
}

// stranger is the client of somebody who has not signed in yet.
func stranger(s *stand) *demo.Client {
	return &demo.Client{Base: s.Base, Password: s.Password, HTTP: s.HTTP}
}

// statusOr is the status of an answer, refusals included.
func statusOr(status int, err error) int {
	if err != nil {
		return statusOf(err)
	}
	return status
}

// playTokenOfAProgram: the administrator makes a token for the hotline; it registers and
// reads, and takes no step.
func playTokenOfAProgram(t *testing.T, s *stand) {
	const admin = "admin.220400"
	ctx := context.Background()
	in := map[string]any{"username": "integrator.220400", "label": "12345", "scope": "intake", "days": 1}
	_, err := s.Do(ctx, "disp.220402", http.MethodPost, "/api/v1/tokens", "", in)
	require.Equal(t, http.StatusForbidden, statusOf(err))
	a, err := s.Do(ctx, admin, http.MethodPost, "/api/v1/tokens", "", in)
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, a.Status)
	var made struct {
		ID    int64  `json:"id"`
		Token string `json:"token"`
	}
	require.NoError(t, a.Into(&made))
	program := func(method, path string) int {
		req, err := http.NewRequestWithContext(ctx, method, s.Base+"/api/v1"+path, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+made.Token)
		res, err := s.HTTP.Do(req)
		require.NoError(t, err)
		_ = res.Body.Close()
		return res.StatusCode
	}
	require.Equal(t, http.StatusOK, program(http.MethodGet, "/grievances/form"))
	require.Equal(t, http.StatusForbidden, program(http.MethodGet, "/cases"))
	a, err = s.Do(ctx, admin, http.MethodGet, "/api/v1/tokens?username=integrator.220400", "", nil)
	require.NoError(t, err)
	require.NotContains(t, string(a.Body), made.Token)
	_, err = s.Do(ctx, admin, http.MethodDelete, fmt.Sprintf("/api/v1/tokens/%d", made.ID), "", nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, program(http.MethodGet, "/grievances/form"))
	require.Equal(t, http.StatusNotFound, program(http.MethodGet, "/session/oidc"), "there is no provider here")
	require.Equal(t, http.StatusNotFound, program(http.MethodGet, "/session/oidc/callback"))
}
