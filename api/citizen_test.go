package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	citizen  = "petitioner.220402"
	neighbor = "petitioner.220403"
)

// TestTheContractOfARegistration posts the words of the specification.
func TestTheContractOfARegistration(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := bodyOf(t, h.do(t, request{as: clerk, method: http.MethodPost, path: "/api/v1/grievances", body: matterJSON}))
	for _, name := range []string{"no", "kind", "query_code", "state", "level", "owner", "first_responder", "lead_unit", "seq"} {
		assert.Contains(t, body, name)
	}
	assert.Equal(t, "", body["level"], "there is no level before triage")
	assert.Equal(t, clerk, body["first_responder"])

	online := bodyOf(t, h.do(t, request{as: machineUA, method: http.MethodPost, path: "/api/v1/grievances", body: matterJSON}))
	assert.Equal(t, "", online["first_responder"])
	row := bodyOf(t, h.do(t, request{as: dispatcher, method: http.MethodGet, path: "/api/v1/cases"}))["items"].([]any)[0].(map[string]any)
	for _, name := range []string{"no", "kind", "state", "level", "owner_unit", "owner_user", "first_responder", "lead_unit", "seq"} {
		assert.Contains(t, row, name)
	}
}

func TestACitizenRegistersAndFollowsAMatter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	res := h.do(t, request{as: citizen, method: http.MethodPost, path: "/api/v1/grievances", body: strings.Replace(matterJSON, "walk_in", "web", 1)})
	require.Equal(t, http.StatusCreated, res.Code, res.Body.String())
	body := bodyOf(t, res)
	no := body["no"].(string)
	assert.Equal(t, "", body["first_responder"])
	assert.NotEmpty(t, body["first_receiving_unit"])

	at := "/api/v1/cases/" + no
	h.play(t, []scenario{
		{name: "own case", request: request{as: citizen, method: http.MethodGet, path: at}, status: 200},
		{name: "in the list", request: request{as: citizen, method: http.MethodGet, path: "/api/v1/cases?total=true"}, status: 200, want: []string{`"total":1`}},
		{name: "somebody else's", request: request{as: neighbor, method: http.MethodGet, path: at}, status: 404},
		{name: "what may be done", request: request{as: citizen, method: http.MethodGet, path: at + "/actions"}, status: 200, want: []string{`"withdraw"`}},
		{name: "an officer's step", request: step(citizen, no, "start-triage", "k1", ""), status: 403, code: "forbidden", updates: 1},
		{name: "timeline without officers' words", request: request{as: citizen, method: http.MethodGet, path: at + "/timeline"}, status: 200, not: []string{`"input"`}},
		{name: "no way in for the neighbour", request: step(neighbor, no, "withdraw", "k2", `{"statement":"已解决"}`), status: 404},
	})
	form := bodyOf(t, h.do(t, request{as: citizen, method: http.MethodGet, path: at + "/actions"}))
	require.NotEmpty(t, form["items"])
	res = h.do(t, step(citizen, no, "withdraw", "k3", `{"statement":"已自行解决"}`))
	require.Equal(t, http.StatusOK, res.Code, res.Body.String())
	assert.NotEqual(t, "registered", bodyOf(t, res)["state"])
}

func TestAMatterIsRegisteredWithoutAnAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := request{method: http.MethodPost, path: "/api/v1/public/grievances", header: map[string]string{"Idempotency-Key": "one"},
		body: `{"nature":"help","summary":"路灯不亮","channel":"walk_in","area":"220402008","petitioner":{"name":"李四","phone":"13900001234"}}`}
	res := h.do(t, post)
	require.Equal(t, http.StatusCreated, res.Code, res.Body.String())
	receipt := bodyOf(t, res)
	no, code := receipt["no"].(string), receipt["query_code"].(string)
	assert.Equal(t, "web", h.cases[no].Channel, "whatever was said")
	assert.Empty(t, h.cases[no].FirstResponder)
	assert.Equal(t, receipt, bodyOf(t, h.do(t, post)), "a retry gets the same receipt")

	public := "/api/v1/public/cases/" + no
	h.play(t, []scenario{
		{name: "followed", request: request{method: http.MethodGet, path: public + "?code=" + code}, status: 200},
		{name: "told", request: request{method: http.MethodGet, path: public + "/notices?code=" + code}, status: 200, want: []string{`"n":"N1"`}, not: []string{"李四"}},
		{name: "told to nobody else", request: request{method: http.MethodGet, path: public + "/notices?code=WRONG"}, status: 404},
		{name: "faults at once", request: request{method: http.MethodPost, path: post.path, body: `{"nature":"help","batch":"trial-2020"}`}, status: 422,
			want: []string{`"batch"`, `"summary"`, `"area"`}},
	})
	for range 20 {
		res = h.do(t, request{method: http.MethodPost, path: post.path, body: `{}`})
	}
	assert.Equal(t, http.StatusTooManyRequests, res.Code)
}

func TestNoticesOfACaseAreRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	path := "/api/v1/cases/" + no + "/notices"
	h.play(t, []scenario{
		{name: "in scope", request: request{as: dispatcher, method: http.MethodGet, path: path}, status: 200, want: []string{`"n":"N1"`, `"petitioner":"` + no}, not: []string{"张三丰"}},
		{name: "out of scope", request: request{as: elsewhere, method: http.MethodGet, path: path}, status: 404},
		{name: "anonymous", request: request{method: http.MethodGet, path: path}, status: 401},
	})
}

// TestARetryOutlivesTheCallersSight classifies a case out of the caller's own
// sight: the retry gets the answer that was lost, others get nothing.
func TestARetryOutlivesTheCallersSight(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	h.act(t, dispatcher, no, "start-triage", "")
	classify := step(dispatcher, no, "classify", "once", `{"confidentiality":"C3","reason":"涉及举报"}`)
	first := h.do(t, classify)
	require.Equal(t, http.StatusOK, first.Code, first.Body.String())
	h.play(t, []scenario{{name: "out of sight", request: request{as: dispatcher, method: http.MethodGet, path: "/api/v1/cases/" + no}, status: 404}})

	again := h.do(t, classify)
	require.Equal(t, http.StatusOK, again.Code, again.Body.String())
	assert.JSONEq(t, first.Body.String(), again.Body.String())
	h.play(t, []scenario{
		{name: "another wish", request: step(dispatcher, no, "classify", "twice", `{"confidentiality":"C1","reason":"涉及举报"}`), status: 404},
		{name: "the key for another request", request: step(dispatcher, no, "classify", "once", `{"confidentiality":"C1","reason":"涉及举报"}`), status: 422, code: "key_reused"},
		{name: "somebody else's key", request: step("director.220402", no, "classify", "once", `{"confidentiality":"C3","reason":"涉及举报"}`), status: 404},
	})
}

func TestPatienceIsKeptForEachAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	var res int
	for i := range 21 {
		res = h.do(t, request{method: http.MethodGet, path: fmt.Sprintf("/api/v1/public/cases/%s?code=WRONG%d", no, i)}).Code
	}
	assert.Equal(t, http.StatusTooManyRequests, res)
	h.now = h.now.Add(failureWindowAndMore)
	assert.Equal(t, http.StatusNotFound, h.do(t, request{method: http.MethodGet, path: "/api/v1/public/cases/" + no + "?code=WRONG"}).Code)
}
