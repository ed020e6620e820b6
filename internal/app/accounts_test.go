package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/config"
	"huajie/domain/account"
	"huajie/domain/org"
	"huajie/rulebook"
	"huajie/store"
)

const because = `{"reason":"调离本单位"}`

func offices(list ...string) string {
	var out []map[string]string
	for i := 0; i+1 < len(list); i += 2 {
		out = append(out, map[string]string{"role": list[i], "unit": list[i+1]})
	}
	b, _ := json.Marshal(map[string]any{"offices": out, "reason": "岗位调整"})
	return string(b)
}

// newcomer has an administrator make an account, and gives its password for one sign-in.
func (g *gate) newcomer(admin, name string, list ...string) string {
	g.t.Helper()
	var in map[string]any
	require.NoError(g.t, json.Unmarshal([]byte(offices(list...)), &in))
	in["username"], in["zh"], in["en"] = name, "王伟", "Wang Wei"
	body, _ := json.Marshal(in)
	return g.as(admin, 201, "POST", "/accounts", string(body)).text("password")
}

// entered has somebody sign in with a password for one sign-in and choose their own.
func (g *gate) entered(name, once string) string {
	g.t.Helper()
	a := g.signIn(name, once, home)
	require.Equal(g.t, http.StatusOK, a.StatusCode)
	require.Equal(g.t, account.NextChange, a.text("next"))
	body, _ := json.Marshal(map[string]string{"old": once, "new": good})
	g.as(a.text("token"), 204, "POST", "/me/password", string(body))
	return a.text("token")
}

// entries are the entries of a kind on the audit log about an account, with how they ended.
func (g *gate) entries(kind, name, outcome string) int {
	return g.number(`SELECT count(*) FROM audit_log WHERE kind = $1 AND object = $2 AND outcome = $3`, kind, name, outcome)
}

// TestAnAccountFromBeginningToEnd: made with an office and a password for one sign-in; its owner
// chooses another before anything else is open; closed, it opens nothing.
func TestAnAccountFromBeginningToEnd(t *testing.T) {
	t.Parallel()
	g, admin := administrator(t)
	once := g.newcomer(admin, "wang.wei", "dispatcher", "220402-C")
	assert.Regexp(t, `^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$`, once)
	assert.Zero(t, g.number(`SELECT count(*) FROM users u WHERE strpos(u::text, $1) > 0`, once), "it is not kept")
	early := g.signIn("wang.wei", once, home).text("token")
	assert.Equal(t, "password_must_change", g.as(early, 403, "GET", "/cases", "").text("reason"))
	for _, path := range []string{"/audit", "/exports", "/account-requests"} {
		assert.Equal(t, "password_must_change", g.as(early, 403, "GET", path, "").text("reason"), path)
	}
	token := g.entered("wang.wei", once)
	g.as(token, 200, "GET", "/cases", "")
	assert.Equal(t, http.StatusUnauthorized, g.signIn("wang.wei", once, home).StatusCode)

	one := g.as(admin, 200, "GET", "/accounts/wang.wei", "")
	assert.Equal(t, true, one.body["open"])
	assert.NotEmpty(t, one.text("signed_in_at"))
	assert.Equal(t, true, one.body["administered"])
	assert.Equal(t, []any{}, one.body["carried"])
	assert.InDelta(t, 1, one.body["sessions"], 0)
	g.as(admin, 422, "POST", "/accounts", `{"username":"wang.wei","zh":"王","en":"W","offices":[{"role":"guide","unit":"220402-C"}],"reason":"重复"}`)

	g.as(admin, 200, "POST", "/accounts/wang.wei/closing", because)
	g.as(token, 401, "GET", "/me", "")
	assert.Equal(t, http.StatusUnauthorized, g.signIn("wang.wei", good, home).StatusCode)
	assert.Equal(t, "closed", g.as(admin, 409, "POST", "/accounts/wang.wei/closing", because).text("reason"))
	g.as(admin, 200, "POST", "/accounts/wang.wei/opening", because)
	g.as(token, 401, "GET", "/me", "")
	assert.Equal(t, http.StatusOK, g.signIn("wang.wei", good, home).StatusCode)
	for kind, n := range map[string]int{"user_changed": 1, "user_disabled": 1, "user_enabled": 1} {
		assert.Equal(t, n, g.entries(kind, "wang.wei", "ok"), kind)
	}
}

// TestOtherOfficesCountAtOnce: in sign-ins there are, without anybody signing in anew.
func TestOtherOfficesCountAtOnce(t *testing.T) {
	t.Parallel()
	g, admin := administrator(t)
	token := g.in(dispatch, good)
	roles := func() any { return g.as(token, 200, "GET", "/me", "").body["roles"] }
	require.Equal(t, []any{"dispatcher"}, roles())
	changed := g.as(admin, 200, "POST", "/accounts/"+dispatch+"/offices", offices("township_intake", "220402008-C"))
	assert.Equal(t, []any{"township_intake"}, roles())
	assert.Nil(t, changed.body["waiting"])
	assert.Equal(t, 1, g.number(`SELECT count(*) FROM errands WHERE action = 'handler-left' AND person = $1 AND unit = '220402-C'`, dispatch), "what it carried there goes back to the desk")
	g.as(admin, 200, "POST", "/accounts/"+dispatch+"/offices", offices("township_intake", "220402008-C", "township_office", "220402008-C"))
	assert.Equal(t, 1, g.number(`SELECT count(*) FROM errands WHERE person = $1`, dispatch), "nothing where an office stays")
}

// TestASecondPersonForSupervisingOffices: until somebody else agrees nothing has changed, be it
// given or taken; neither who asked nor whose offices they are is that person.
func TestASecondPersonForSupervisingOffices(t *testing.T) {
	t.Parallel()
	g, admin := administrator(t)
	city, second := g.in("citysup.220400", good), g.in("citysup2.220400", good)
	held := func(name string) int {
		return g.number(`SELECT count(*) FROM grants WHERE username = $1 AND role IN ('supervisor', 'sys_admin', 'auditor')`, name)
	}
	asked := g.as(admin, 200, "POST", "/accounts/"+dispatch+"/offices", offices("supervisor", "220402"))
	require.NotNil(t, asked.body["waiting"])
	assert.Zero(t, held(dispatch))
	id := asked.body["waiting"].(map[string]any)["id"]
	decide := func(token string, want int, body string) answer {
		return g.as(token, want, "POST", fmt.Sprintf("/account-requests/%.0f/decision", id), body)
	}
	assert.Equal(t, "request_waits", g.as(admin, 409, "POST", "/accounts/"+dispatch+"/offices", offices("guide", "220402-C")).text("reason"))
	assert.Equal(t, "second_person", decide(admin, 403, `{"approve":true}`).text("reason"))
	assert.Equal(t, "not_your_office", decide(g.in(clerk, good), 403, `{"approve":true}`).text("reason"))
	decide(city, 422, `{"approve":false}`)
	assert.Equal(t, "approved", decide(city, 200, `{"approve":true}`).text("state"))
	assert.Equal(t, 1, held(dispatch))
	decide(second, 409, `{"approve":true}`)

	taking := g.as(admin, 200, "POST", "/accounts/"+dispatch+"/offices", offices("guide", "220402-C"))
	require.NotNil(t, taking.body["waiting"], "to take one needs a second person, too")
	id = taking.body["waiting"].(map[string]any)["id"]
	assert.Equal(t, "withdrawn", decide(admin, 200, `{"approve":false}`).text("state"))
	assert.Equal(t, 1, held(dispatch))

	own := g.as(admin, 200, "POST", "/accounts/citysup.220400/offices", offices("analyst", "220400"))
	id = own.body["waiting"].(map[string]any)["id"]
	assert.Equal(t, "second_person", decide(city, 403, `{"approve":true}`).text("reason"), "whose offices they are has no say")
	assert.Equal(t, "declined", decide(second, 200, `{"approve":false,"note":"暂不调整"}`).text("state"))

	once := g.newcomer(admin, "zhao.min", "auditor", "220400")
	assert.Zero(t, g.number(`SELECT count(*) FROM grants WHERE username = 'zhao.min'`), "it has no office yet")
	assert.Equal(t, []any{}, g.as(g.entered("zhao.min", once), 200, "GET", "/me", "").body["roles"])
	list := g.as(city, 200, "GET", "/account-requests", "").body["items"].([]any)
	require.Len(t, list, 1)
	id = list[0].(map[string]any)["id"]
	decide(city, 200, `{"approve":true}`)
	assert.Equal(t, 1, held("zhao.min"))
	assert.Equal(t, 2, g.entries("offices_asked", dispatch, "ok"))
	assert.Equal(t, 2, g.entries("offices_decided", dispatch, "ok"))
}

// TestOneAloneGetsHoldOfNoSupervisor: a password, a second factor removed or an opening would.
func TestOneAloneGetsHoldOfNoSupervisor(t *testing.T) {
	t.Parallel()
	g, admin := administrator(t)
	token := g.in(overseer, good)
	for _, path := range []string{"/password", "/second-factor/removal"} {
		assert.Equal(t, "guarded_account", g.as(admin, 403, "POST", "/accounts/"+overseer+path, because).text("reason"), path)
	}
	g.as(token, 200, "GET", "/me", "")
	g.as(admin, 200, "POST", "/accounts/"+overseer+"/closing", because)
	g.as(token, 401, "GET", "/me", "")
	assert.Equal(t, "guarded_account", g.as(admin, 403, "POST", "/accounts/"+overseer+"/opening", because).text("reason"))
	assert.Equal(t, 3, g.entries("user_changed", overseer, "refused"))
}

// TestSomebodyIsLeftToAdminister: the last open administrator is neither closed nor moved, over
// the API or on the command line.
func TestSomebodyIsLeftToAdminister(t *testing.T) {
	t.Parallel()
	g, admin := administrator(t)
	g.newcomer(admin, "admin.two", "sys_admin", "220400")
	id := g.number(`SELECT id FROM office_requests WHERE username = 'admin.two'`)
	g.as(g.in("citysup.220400", good), 200, "POST", fmt.Sprintf("/account-requests/%d/decision", id), `{"approve":true}`)
	hash, err := store.HashPassword(good)
	require.NoError(t, err)
	require.NoError(t, g.store.SetPassword(t.Context(), "admin.two", hash))
	two := g.entered2("admin.two")
	g.as(two, 200, "POST", "/accounts/"+sysAdmin+"/closing", because)
	g.as(admin, 401, "GET", "/me", "")
	assert.Equal(t, "own_account", g.as(two, 403, "POST", "/accounts/admin.two/closing", because).text("reason"))
	_, err = g.store.DisableUser(t.Context(), "admin.two", "somebody", "words")
	assert.ErrorContains(t, err, "last_administrator")
}

// entered2 signs in with the password of everybody, and chooses another.
func (g *gate) entered2(name string) string {
	token := g.in(name, good)
	g.as(token, 204, "POST", "/me/password", `{"old":"`+good+`","new":"另一个很长的密码-88"}`)
	return token
}

// TestWhatIsDoneByHandStays: a list of accounts that is loaded again, as every start of the
// demonstration does, changes nothing an administrator has made or changed, and opens nothing.
func TestWhatIsDoneByHandStays(t *testing.T) {
	t.Parallel()
	g, admin := administrator(t)
	book, err := rulebook.Default()
	require.NoError(t, err)
	g.as(admin, 200, "POST", "/accounts/"+dispatch+"/names", `{"zh":"李静","en":"Li Jing"}`)
	g.as(admin, 200, "POST", "/accounts/"+dispatch+"/offices", offices("guide", "220402-C"))
	g.as(admin, 200, "POST", "/accounts/"+clerk+"/closing", because)
	once := g.as(admin, 200, "POST", "/accounts/disp2.220402/password", because).text("password")
	hash, err := store.HashPassword("another one altogether")
	require.NoError(t, err)
	require.NoError(t, g.store.UpsertUsers(t.Context(), book.Users.Users(), hash))
	u, err := g.store.UserNamed(t.Context(), dispatch)
	require.NoError(t, err)
	assert.Equal(t, org.User{Username: dispatch, ZH: "李静", EN: "Li Jing", Grants: []org.Grant{{Role: org.RoleGuide, Unit: "220402-C"}}}, u)
	assert.Equal(t, http.StatusUnauthorized, g.signIn(clerk, good, home).StatusCode, "closed stays closed")
	g.entered("disp2.220402", once)
}

// TestAccountsAreFound: by words, unit and below, office, state, and what is missing; page by
// page without one twice.
func TestAccountsAreFound(t *testing.T) {
	t.Parallel()
	g := newGate(t, func(c *config.Config) { c.SecondFactorRoles = "supervisor" })
	admin := g.in(sysAdmin, good)
	find := func(query string) (names []string, body map[string]any) {
		body = g.as(admin, 200, "GET", "/accounts?limit=200&total=true&"+query, "").body
		for _, x := range body["items"].([]any) {
			names = append(names, x.(map[string]any)["username"].(string))
		}
		return names, body
	}
	names, body := find("role=dispatcher&unit=220402")
	assert.ElementsMatch(t, []string{"disp.220402", "disp2.220402"}, names)
	assert.InDelta(t, 2, body["total"], 0)
	names, _ = find("q=DISP2.2204")
	assert.ElementsMatch(t, []string{"disp2.220402", "disp2.220403", "disp2.220421", "disp2.220422"}, names, "of any case; a dot is a dot")
	names, _ = find("q=%25")
	assert.Empty(t, names, "a percent sign is one")
	names, _ = find("factor_missing=true")
	assert.Contains(t, names, overseer)
	assert.NotContains(t, names, dispatch)
	names, _ = find("never_signed_in=true&role=sys_admin")
	assert.Empty(t, names)
	g.as(admin, 200, "POST", "/accounts/"+dispatch+"/closing", because)
	names, _ = find("open=false")
	assert.Equal(t, []string{dispatch}, names)

	var all []string
	path := "/accounts?unit=220402008&limit=3"
	for cursor := ""; ; {
		a := g.as(admin, 200, "GET", path+cursor, "")
		for _, x := range a.body["items"].([]any) {
			all = append(all, x.(map[string]any)["username"].(string))
		}
		if a.text("next_cursor") == "" {
			break
		}
		cursor = "&cursor=" + a.text("next_cursor")
		require.Equal(t, 400, g.ask(ask{method: "GET", path: "/api/v1/accounts?limit=3" + cursor, token: admin}).StatusCode, "a cursor is of its list")
	}
	slices.Sort(all)
	assert.Len(t, slices.Compact(slices.Clone(all)), g.number(`SELECT count(DISTINCT username) FROM grants WHERE unit LIKE '220402008%'`))
	assert.Len(t, all, len(slices.Compact(slices.Clone(all))))
}

// TestHelpForWhoCannotSignIn: a password for one sign-in, a second factor removed, sign-ins and
// tokens ended.
func TestHelpForWhoCannotSignIn(t *testing.T) {
	t.Parallel()
	g, admin := administrator(t)
	_, _, _ = g.enrolled(dispatch)
	assert.Equal(t, "no_second_factor", g.as(admin, 409, "POST", "/accounts/"+clerk+"/second-factor/removal", because).text("reason"))
	assert.Equal(t, true, g.as(admin, 200, "GET", "/accounts/"+dispatch, "").body["second_factor"])
	assert.Equal(t, false, g.as(admin, 200, "POST", "/accounts/"+dispatch+"/second-factor/removal", because).body["second_factor"])
	token := g.in(dispatch, good)
	g.as(admin, 204, "DELETE", "/accounts/"+dispatch+"/sessions", "")
	g.as(token, 401, "GET", "/me", "")
	program := g.token(integrator, account.Read)
	assert.InDelta(t, 1, g.as(admin, 200, "GET", "/accounts/"+integrator, "").body["tokens"], 0)
	g.as(admin, 204, "DELETE", "/accounts/"+integrator+"/tokens", "")
	g.as(program, 401, "GET", "/me", "")

	key := map[string]string{"Idempotency-Key": "once", "If-Match": g.as(admin, 200, "GET", "/accounts/"+clerk, "").Header.Get("ETag")}
	post := func() answer {
		return g.ask(ask{method: "POST", path: "/api/v1/accounts/" + clerk + "/password", body: because, token: admin, header: key})
	}
	first, again := post(), post()
	assert.NotEmpty(t, first.text("password"))
	assert.Equal(t, http.StatusOK, again.StatusCode)
	assert.Empty(t, again.text("password"), "it is told once")
	g.entered(clerk, first.text("password"))
	assert.Equal(t, 1, g.entries("password_changed", clerk, "ok")-1, "by the administrator, and by its owner")
	key["Idempotency-Key"] = "another"
	g.as(admin, 200, "POST", "/accounts/"+clerk+"/names", `{"zh":"赵敏","en":"Zhao Min"}`)
	assert.Equal(t, http.StatusPreconditionFailed, post().StatusCode, "somebody has changed it meanwhile")
}
