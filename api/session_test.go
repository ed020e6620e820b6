package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
)

func TestSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	signIn := func(body string) request {
		return request{method: http.MethodPost, path: "/api/v1/session", body: body}
	}
	h.play(t, []scenario{
		{name: "wrong password", request: signIn(`{"username":"disp.220402","password":"SECRETVALUE"}`), status: 401, code: "sign_in", not: []string{"SECRETVALUE"}},
		{name: "a password that looks like a mask is one", request: signIn(`{"username":"disp.220402","password":"Huajie2026**"}`), status: 401, code: "sign_in"},
		{name: "unknown user", request: signIn(`{"username":"SECRETVALUE","password":"x"}`), status: 401, code: "sign_in", not: []string{"SECRETVALUE"}},
		{name: "nothing", request: signIn(``), status: 422, want: []string{`"username"`, `"password"`}},
		{name: "wrong types", request: signIn(`{"username":1,"password":["SECRETVALUE"]}`), status: 422, not: []string{"SECRETVALUE"}},
	})
	res := h.do(t, signIn(`{"username":"disp.220402","password":"demo-password"}`))
	require.Equal(t, http.StatusOK, res.Code, res.Body.String())
	token := bodyOf(t, res)["token"].(string)
	cookies := res.Result().Cookies()
	require.Len(t, cookies, 2, "the session, and the browser that had it")
	assert.True(t, cookies[0].HttpOnly)
	assert.Equal(t, http.SameSiteLaxMode, cookies[0].SameSite)
	assert.Equal(t, token, cookies[0].Value)

	me := func() *http.Request { return httptest.NewRequest(http.MethodGet, "/api/v1/me", nil) }
	byToken, byCookie := me(), me()
	byToken.Header.Set("Authorization", "bearer "+token)
	byCookie.AddCookie(cookies[0])
	for _, req := range []*http.Request{byToken, byCookie} {
		res := h.send(t, req)
		require.Equal(t, http.StatusOK, res.Code)
		assert.Equal(t, "disp.220402", bodyOf(t, res)["username"])
		assert.Equal(t, []any{"dispatcher"}, bodyOf(t, res)["roles"])
	}

	out := httptest.NewRequest(http.MethodDelete, "/api/v1/session", nil)
	out.AddCookie(cookies[0])
	ended := h.send(t, out)
	assert.Equal(t, http.StatusNoContent, ended.Code)
	assert.Negative(t, ended.Result().Cookies()[0].MaxAge)
	again := me()
	again.AddCookie(cookies[0])
	assert.Equal(t, http.StatusUnauthorized, h.send(t, again).Code)

	var got [][]string
	for _, e := range h.audited {
		got = append(got, []string{e.Actor, string(e.Kind), e.Outcome})
		assert.NotContains(t, e.Via, token)
	}
	assert.Equal(t, [][]string{{"disp.220402", "sign_in", "refused"}, {"disp.220402", "sign_in", "refused"}, {"unknown", "sign_in", "refused"}, {"disp.220402", "sign_in", "ok"}, {"disp.220402", "sign_out", "ok"}}, got)
}

func TestNobodySignsInUnrecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.unaudited = &domain.Error{Code: domain.CodeUnavailable, Reason: "database_away"}
	h.play(t, []scenario{
		{name: "right", request: request{method: http.MethodPost, path: "/api/v1/session", body: `{"username":"disp.220402","password":"demo-password"}`}, status: 503},
		{name: "wrong", request: request{method: http.MethodPost, path: "/api/v1/session", body: `{"username":"disp.220402","password":"x"}`}, status: 401},
	})
	assert.Empty(t, h.tokens)
}

func TestAPageOfAnotherSiteCannotUseTheCookie(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := httptest.NewRequest(http.MethodPost, "/api/v1/grievances", strings.NewReader(matterJSON))
	post.Header.Set("Sec-Fetch-Site", "cross-site")
	post.AddCookie(&http.Cookie{Name: "huajie_session", Value: "test-" + clerk})
	res := h.send(t, post)
	assert.Equal(t, http.StatusForbidden, res.Code)
	assert.Empty(t, h.cases)
}

func TestLanguageOfAProblem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for header, want := range map[string]string{
		"": "请先登录", "zh-CN": "请先登录", "en-GB": "Sign in first", "en;q=0.5, zh;q=0.9": "请先登录", "zh;q=0.1,en;q=0.2": "Sign in first",
		"fr": "请先登录", "en;q=": "请先登录", ";;;,,": "请先登录",
	} {
		res := h.do(t, request{method: http.MethodGet, path: "/api/v1/me", header: map[string]string{"Accept-Language": header}})
		assert.Equal(t, want, problemOf(t, res).Title, header)
	}
}

func TestNoFaultTellsWhatItKnows(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	h.panics = true
	res := h.do(t, request{as: dispatcher, method: http.MethodGet, path: "/api/v1/cases/" + no})
	assert.Equal(t, http.StatusInternalServerError, res.Code)
	assert.Equal(t, "internal", problemOf(t, res).Code)
	h.panics = false
	h.do(t, request{as: dispatcher, method: http.MethodGet, path: "/api/v1/cases?q=SECRETVALUE"})

	log := h.log.String()
	assert.Contains(t, log, "panic of type string")
	assert.Contains(t, log, res.Header().Get("X-Request-Id"))
	for _, secret := range []string{"words of a petitioner", "SECRETVALUE", "张三丰", "13800005678", "井盖", no, "Bearer"} {
		assert.NotContains(t, log, secret)
	}
}

func TestALargeBodyIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	res := h.do(t, request{as: clerk, method: http.MethodPost, path: "/api/v1/grievances", body: `{"summary":"` + strings.Repeat("长", 1<<19) + `"}`})
	assert.Equal(t, http.StatusRequestEntityTooLarge, res.Code)
	assert.Equal(t, "too_large", problemOf(t, res).Code)
}

// Some of these make the negotiation of huma panic.
func TestAnyAcceptHeaderIsAnswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, accept := range []string{";", ";,", "';丽,", "text/html", "application/json;q=", "*/*", ",,;;q"} {
		res := h.do(t, request{as: clerk, method: http.MethodGet, path: "/api/v1/me", header: map[string]string{"Accept": accept}})
		assert.Equal(t, http.StatusOK, res.Code, accept)
	}
}

// What offices open, so that pages offer nothing that can only be empty.
func TestMeTellsWhatOfficesOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for who, want := range map[string]string{admin: "nothing", "auditor.220400": "nothing", "analyst.220402": "counts", clerk: "cases", citizen: "cases", "handler.220402-D07": "cases"} {
		res := h.do(t, request{as: who, method: http.MethodGet, path: "/api/v1/me"})
		require.Equal(t, http.StatusOK, res.Code, res.Body)
		assert.Equal(t, want, bodyOf(t, res)["sees"], who)
	}
}
