package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The people and departments of the whistles.
const (
	townOffice = "office.220402008"
	townLeader = "tleader.220402008"
	policeUnit = "220402-D05"
)

const draft = `{"township":"220402008","kind":"routine","place":"永安路12号","point":{"lat":42.9,"lon":125.14},"matter":"占道经营","why":"无执法权","units":["220402-D05","220402-D23"],"due":"2026-12-01"}`

func TestDraftingAWhistle(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	caseNo := h.dispatched(t)
	post := func(as, key, body string) request {
		return request{as: as, method: http.MethodPost, path: "/api/v1/whistles", body: body, header: map[string]string{"Idempotency-Key": key}}
	}
	with := func(more string) string { return strings.TrimSuffix(draft, "}") + "," + more + "}" }
	h.play(t, []scenario{
		{name: "anonymous", request: post("", "", draft), status: 401},
		{name: "not their office", request: post(clerk, "", draft), status: 403},
		{name: "another township", request: post("office.220402007", "", draft), status: 403},
		{name: "all faults at once", request: post(townOffice, "", `{"township":"220402008","kind":"loud","why":"x","units":[]}`), status: 422,
			want: []string{`"field":"kind"`, `"field":"matter"`, `"field":"place"`, `"field":"units"`}, not: []string{"loud"}},
		{name: "what the house fills in", request: post(townOffice, "", with(`"drafted_by":"tleader.220402008"`)), status: 422, want: []string{`"unknown_field"`}},
		{name: "a case nobody knows", request: post(townOffice, "", with(`"case":"220402G2099010100001"`)), status: 422, want: []string{`"unknown_case"`}},
		{name: "drafted", request: post(townOffice, "k", with(`"case":"`+caseNo+`"`)), status: 201, want: []string{`"state":"drafted"`, `"kind_zh":"日常哨"`, `"due_unit"`}},
		{name: "again", request: post(townOffice, "k", with(`"case":"`+caseNo+`"`)), status: 201, want: []string{"220402W2026112300001"}},
		{name: "the key for another", request: post(townOffice, "k", draft), status: 422, want: []string{`"key_reused"`}},
		{name: "the form", request: request{as: townOffice, method: http.MethodGet, path: "/api/v1/whistles/form"}, status: 200, want: []string{`"220402008"`, `"point"`}, not: []string{"drafted_by"}},
	})
	h.engine = errAway
	res := h.do(t, post(townOffice, "", draft))
	require.Equal(t, http.StatusAccepted, res.Code, "the ledger has it")
	require.Equal(t, "/api/v1/whistles/220402W2026112300002", res.Header().Get("Location"))
}

func TestWhistles(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	require.Equal(t, http.StatusCreated, h.do(t, request{as: townOffice, method: http.MethodPost, path: "/api/v1/whistles", body: draft}).Code)
	path := "/api/v1/whistles/220402W2026112300001"
	get := func(as, suffix string) request {
		return request{as: as, method: http.MethodGet, path: path + suffix}
	}
	act := func(as, action, key, body string) request {
		return request{as: as, method: http.MethodPost, path: path + "/actions/" + action, body: body, header: map[string]string{"Idempotency-Key": key}}
	}
	handler, police := "handler."+policeUnit, "liaison."+policeUnit
	h.play(t, []scenario{
		{name: "anonymous", request: get("", ""), status: 401},
		{name: "another county", request: get(elsewhere, ""), status: 404},
		{name: "a unit before it is blown", request: get(police, ""), status: 404},
		{name: "a department that is not called", request: get(liaison, ""), status: 404},
		{name: "its township", request: get(townLeader, ""), status: 200, want: []string{`"state":"drafted"`}},
		{name: "the county", request: get(director, ""), status: 200},
		{name: "from the workflow", request: get(townLeader, "?source=workflow"), status: 200},
		{name: "actions", request: get(townLeader, "/actions"), status: 200, want: []string{`"approve-whistle"`}, not: []string{`"arrive"`}},
		{name: "no key", request: act(townLeader, "approve-whistle", "", ""), status: 428},
		{name: "a wrong role", request: act(clerk, "approve-whistle", "k", ""), status: 403, updates: 1},
		{name: "approved", request: act(townLeader, "approve-whistle", "k", ""), status: 200, updates: 1, want: []string{`"state":"blown"`}},
		{name: "again", request: act(townLeader, "approve-whistle", "k", ""), status: 200, updates: 1, want: []string{`"state":"blown"`}},
		{name: "a unit that is called", request: get(police, ""), status: 200},
		{name: "one that is not", request: get(liaison, ""), status: 404},
		{name: "timeline", request: get(police, "/timeline"), status: 200, want: []string{`"whistle_blown"`, `"label_zh":"已吹哨"`, `"to_zh":"已吹哨待应哨"`, `"by_en":`}},
		{name: "the code, for the unit", request: get(police, "/qr"), status: 403},
		{name: "the code, for the township", request: get(townOffice, "/qr"), status: 200, want: []string{`"CODE0001"`, `huajie:whistle:220402W2026112300001:CODE0001`}},
		{name: "form of a check-in", request: get(handler, "/actions"), status: 200, want: []string{`"arrive"`, `"point"`}, not: []string{"code_verified"}},
		{name: "verified by the caller", request: act(handler, "arrive", "v", `{"code":"x","code_verified":true}`), status: 422, want: []string{`"unknown_field"`}},
		{name: "a wrong code", request: act(handler, "arrive", "w", `{"code":"x"}`), status: 422, updates: 1, want: []string{`"wrong_code"`}},
		{name: "too far", request: act(handler, "arrive", "f", `{"point":{"lat":43,"lon":125.14}}`), status: 422, updates: 1, want: []string{`"too_far"`}, not: []string{"125.14"}},
		{name: "the code on site", request: act(handler, "arrive", "a", `{"code":"CODE0001"}`), status: 200, updates: 1, want: []string{`"arrived_how":"code"`}},
		{name: "the list", request: request{as: police, method: http.MethodGet, path: "/api/v1/whistles?state=blown&overdue=false"}, status: 200, want: []string{"220402W2026112300001"}},
		{name: "the list, elsewhere", request: request{as: elsewhere, method: http.MethodGet, path: "/api/v1/whistles"}, status: 200, want: []string{`"items":[]`}},
		{name: "a state there is not", request: request{as: police, method: http.MethodGet, path: "/api/v1/whistles?state=loud"}, status: 422},
		{name: "a stranger's step", request: act(liaison, "respond", "r", ""), status: 404},
	})
	assert.Equal(t, http.StatusNotModified, h.do(t, request{as: townLeader, method: http.MethodGet, path: path, header: map[string]string{"If-None-Match": `"4"`}}).Code)
	assert.NotContains(t, h.log.String(), "125.14", "no position in the log")
}
