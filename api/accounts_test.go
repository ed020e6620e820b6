package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"huajie/domain/audit"
)

const (
	newClerk  = `{"username":"wang.wei","zh":"王伟","en":"Wang Wei","offices":[{"role":"window_clerk","unit":"220402-C","point":"win_general"}],"reason":"新入职"}`
	toIntake  = `{"offices":[{"role":"township_intake","unit":"220402008-C"}],"reason":"轮岗"}`
	justWords = `{"reason":"调离本单位"}`
)

// TestAccountsAtTheDoor: who is let in, what is told of an account, and every fault of a form
// at its field. What the ledger does with it is tested on the ledger.
func TestAccountsAtTheDoor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ask := func(as, method, path, body string) request {
		return request{as: as, method: method, path: "/api/v1" + path, body: body}
	}
	h.play(t, []scenario{
		{name: "nobody", request: ask("", "GET", "/accounts", ""), status: 401},
		{name: "an officer", request: ask(dispatcher, "GET", "/accounts", ""), status: 403, want: []string{"not_administrator"}},
		{name: "an auditor reads the log and no accounts", request: ask(auditor, "GET", "/accounts", ""), status: 403},
		{name: "a supervisor decides nothing here", request: ask(overseer, "GET", "/account-requests", ""), status: 403},
		{name: "the list", request: ask(admin, "GET", "/accounts?role=dispatcher&unit=220402&open=true&total=true", ""), status: 200,
			want: []string{dispatcher, `"total":2`, "调度员", `"own":false`}, not: []string{"disp.220403", clerk, `"carried"`}},
		{name: "what nobody knows", request: ask(admin, "GET", "/accounts?role=mayor&unit=nowhere", ""), status: 422, want: []string{`"role"`}},
		{name: "no such unit", request: ask(admin, "GET", "/accounts?unit=nowhere", ""), status: 422, want: []string{`"unit"`}, not: []string{"nowhere"}},
		{name: "one", request: ask(admin, "GET", "/accounts/"+dispatcher, ""), status: 200, want: []string{`"carried":[{"unit":"220402-D08"`, `"cases":2`, `"first_responder_of":1`}},
		{name: "none", request: ask(admin, "GET", "/accounts/nobody", ""), status: 404},
		{name: "made", request: ask(admin, "POST", "/accounts", newClerk), status: 201, want: []string{`"password":"`, `"must_change_password":true`, "窗口受理员"}},
		{name: "every fault at once", request: ask(admin, "POST", "/accounts", `{"username":"Wang Wei","zh":"","offices":[],"reason":"x"}`), status: 422,
			want: []string{`"zh"`, `"en"`, `"reason"`}},
		{name: "offices that are none", request: ask(admin, "POST", "/accounts", `{"username":"Wang","zh":"王","en":"W","reason":"新入职","offices":[
			{"role":"mayor","unit":"220402"},{"role":"dispatcher","unit":"220402008"},{"role":"window_clerk","unit":"220402-C","point":"door"},{"role":"sys_admin","unit":"220400"},{"role":"discipline_officer","unit":"220402-D08"}]}`), status: 422,
			want: []string{`"username"`, "offices[0].role", "offices[1].unit", "not_its_seat", "offices[2].point", "offices[3].role", "held_alone", "offices[4].unit"}},
		{name: "offices", request: ask(admin, "POST", "/accounts/"+clerk+"/offices", toIntake), status: 200, want: []string{"township_intake"}},
		{name: "nobody their own offices", request: ask(admin, "POST", "/accounts/"+admin+"/offices", toIntake), status: 403, want: []string{"own_account"}},
		{name: "nor their own account", request: ask(admin, "POST", "/accounts/"+admin+"/closing", justWords), status: 403, want: []string{"own_account"}},
		{name: "nor their own sign-ins here", request: ask(admin, "DELETE", "/accounts/"+admin+"/sessions", ""), status: 403, want: []string{"own_account"}},
		{name: "a telephone number is no reason", request: ask(admin, "POST", "/accounts/"+clerk+"/closing", `{"reason":"电话13800005678"}`), status: 422, want: []string{`"reason"`}, not: []string{"13800005678"}},
		{name: "closed", request: ask(admin, "POST", "/accounts/"+clerk+"/closing", justWords), status: 200, want: []string{`"open":false`, `"returned":2`}},
		{name: "a password once", request: ask(admin, "POST", "/accounts/"+dispatcher+"/password", justWords), status: 200, want: []string{`"password":"`}},
		{name: "offices there are", request: ask(admin, "GET", "/account-offices", ""), status: 200, want: []string{`"guarded":true`, `"alone":true`, `"department":"discipline"`}},
		{name: "what waits", request: ask("citysup.220400", "GET", "/account-requests", ""), status: 200, want: []string{`"may_decide":true`, "督办员"}},
		{name: "to decline needs words", request: ask("citysup.220400", "POST", "/account-requests/1/decision", `{"approve":false}`), status: 422, want: []string{`"note"`}},
		{name: "agreed", request: ask("citysup.220400", "POST", "/account-requests/1/decision", `{"approve":true}`), status: 200, want: []string{`"state":"approved"`}},
		{name: "once", request: ask("citysup.220400", "POST", "/account-requests/1/decision", `{"approve":true}`), status: 409, want: []string{"not_waiting"}},
	})
	refused := 0
	for _, e := range h.audited {
		if e.Kind == audit.UserChanged && e.Outcome == audit.Refused && e.Object == admin {
			refused++
		}
	}
	assert.Equal(t, 3, refused, "what somebody tried with their own account stands on the log")
}

// TestTwoEditorsOfAnAccount: the second, who has seen the account as it was before, is told so;
// a request that is sent again is done once, and tells no password again.
func TestTwoEditorsOfAnAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := func(path, key, match string) *httptest.ResponseRecorder {
		return h.do(t, request{as: admin, method: http.MethodPost, path: "/api/v1/accounts/" + dispatcher + path, body: justWords, header: map[string]string{"Idempotency-Key": key, "If-Match": match}})
	}
	first := post("/password", "k1", `"1"`)
	assert.Equal(t, 200, first.Code, first.Body)
	assert.Equal(t, `"2"`, first.Header().Get("ETag"))
	assert.Contains(t, first.Body.String(), `"password":"`)
	again := post("/password", "k1", `"1"`)
	assert.Equal(t, 200, again.Code)
	assert.NotContains(t, again.Body.String(), `"password":"`)
	assert.Equal(t, `"2"`, again.Header().Get("ETag"), "nothing is done twice")
	assert.Equal(t, 412, post("/closing", "k2", `"1"`).Code)
	assert.Equal(t, 412, post("/closing", "k3", `W/"2"`).Code)
	assert.Equal(t, 200, post("/closing", "k4", `"2"`).Code)
	assert.Contains(t, post("/opening", "k4", "").Body.String(), "key_reused")
}
