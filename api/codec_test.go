package api_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"

	"huajie/domain/audit"
)

// enginePages is where the pages of the engine are.
const enginePages = "http://127.0.0.1:8233"

const codecPath = "/api/v1/engine/codec/decode"

// opener stands in for the key of the engine.
type opener struct{}

func (opener) Show(list []*commonpb.Payload) ([]*commonpb.Payload, error) {
	for _, p := range list {
		if string(p.GetData()) == "foreign" {
			return nil, errors.New("another key")
		}
		p.Data = []byte("shown " + string(p.GetData()))
	}
	return list, nil
}

func payloads(data string) string {
	b64 := base64.StdEncoding.EncodeToString
	return `{"payloads":[{"metadata":{"encoding":"` + b64([]byte("binary/huajie-sealed")) + `"},"data":"` + b64([]byte(data)) + `"}],"more":1}`
}

// fromPage asks as a browser does for a page of some origin.
func (h *house) fromPage(t *testing.T, method, path, origin, body, token string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	req.Header.Set("Origin", origin)
	req.Header.Set("Sec-Fetch-Site", "same-site")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("X-Namespace", "huajie")
	if token != "" {
		req.AddCookie(&http.Cookie{Name: "huajie_session", Value: token})
	}
	res := httptest.NewRecorder()
	h.handler.ServeHTTP(res, req)
	return res
}

// TestThePagesOfTheEngineAreShownPayloads: to an administrator who is signed in, each time on
// record; to nobody else.
func TestThePagesOfTheEngineAreShownPayloads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	res := h.fromPage(t, http.MethodOptions, codecPath, enginePages, "", "")
	require.Equal(t, http.StatusNoContent, res.Code)
	require.Equal(t, enginePages, res.Header().Get("Access-Control-Allow-Origin"))
	require.Contains(t, res.Header().Get("Access-Control-Allow-Headers"), "X-Namespace")

	token := "test-" + admin
	res = h.fromPage(t, http.MethodPost, codecPath, enginePages, payloads("x"), token)
	require.Equal(t, http.StatusOK, res.Code, res.Body.String())
	require.Equal(t, "true", res.Header().Get("Access-Control-Allow-Credentials"))
	require.Equal(t, "application/json", res.Header().Get("Content-Type"))
	require.Equal(t, base64.StdEncoding.EncodeToString([]byte("shown x")), bodyOf(t, res)["payloads"].([]any)[0].(map[string]any)["data"])
	require.Len(t, h.audited, 1)
	require.Equal(t, audit.EngineRead, h.audited[0].Kind)
	require.Equal(t, admin, h.audited[0].Actor)
	require.Equal(t, "1 payloads", h.audited[0].Reason)

	for name, c := range map[string]struct {
		origin, body, token string
		code                int
	}{
		"nobody":            {enginePages, payloads("x"), "", http.StatusUnauthorized},
		"an officer":        {enginePages, payloads("x"), "test-" + clerk, http.StatusForbidden},
		"another page":      {"http://127.0.0.1:8234", payloads("x"), token, http.StatusForbidden},
		"another key":       {enginePages, payloads("foreign"), token, http.StatusUnprocessableEntity},
		"no payloads":       {enginePages, `[]`, token, http.StatusUnprocessableEntity},
		"the page, nothing": {enginePages, ``, token, http.StatusUnprocessableEntity},
	} {
		res := h.fromPage(t, http.MethodPost, codecPath, c.origin, c.body, c.token)
		assert.Equal(t, c.code, res.Code, "%s: %s", name, res.Body)
		assert.Equal(t, c.origin == enginePages, res.Header().Get("Access-Control-Allow-Origin") == enginePages, name)
	}

	h.unaudited = errAway
	res = h.fromPage(t, http.MethodPost, codecPath, enginePages, payloads("x"), token)
	require.NotEqual(t, http.StatusOK, res.Code, "what cannot be recorded is not shown")
	require.NotContains(t, res.Body.String(), "payloads\":[")
}

// TestThePagesOfTheEngineMayDoNothingElse: the cookie of whoever sits before them opens
// nothing but that to them.
// TestNoPayloadsAreNone: found by TestHostileRequests.
func TestNoPayloadsAreNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, body := range []string{`{}`, `{"payloads":[]}`} {
		res := h.do(t, request{as: admin, method: http.MethodPost, path: "/api/v1/engine/codec/decode", body: body})
		require.Equal(t, http.StatusOK, res.Code, res.Body)
		require.JSONEq(t, `{"payloads":[]}`, res.Body.String())
	}
}

func TestThePagesOfTheEngineMayDoNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token := "test-" + admin
	for _, path := range []string{"/api/v1/tokens", "/api/v1/me/password", "/api/v1/engine/codec", "/api/v1/engine/codec/decode/"} {
		res := h.fromPage(t, http.MethodPost, path, enginePages, `{}`, token)
		assert.Equal(t, http.StatusForbidden, res.Code, path)
		assert.Empty(t, res.Header().Get("Access-Control-Allow-Origin"), path)
	}
}
