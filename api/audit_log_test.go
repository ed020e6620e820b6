package api_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/audit"
)

// TestOnlyAnAuditorReadsTheLog, page by page and filtered, and leaves a trace of it.
func TestOnlyAnAuditorReadsTheLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	for range 3 {
		h.do(t, unmasking(dispatcher, no, whyJSON))
	}
	before := len(h.audited)
	read := func(query string) (page struct {
		Items []struct {
			N                     int
			Actor, Kind, Object   string
			KindZH                string `json:"kind_zh"`
			Outcome, Via, Request string
		}
		Next int
	}) {
		res := h.do(t, request{as: auditor, method: http.MethodGet, path: "/api/v1/audit" + query})
		require.Equal(t, http.StatusOK, res.Code, res.Body.String())
		require.NoError(t, json.Unmarshal(res.Body.Bytes(), &page))
		return page
	}
	page := read("?kind=identity_read&actor=" + dispatcher + "&object=" + no + "&limit=2")
	require.Len(t, page.Items, 2)
	assert.Equal(t, []string{dispatcher, no, "查看身份", "refused"}, []string{page.Items[0].Actor, page.Items[0].Object, page.Items[0].KindZH, page.Items[0].Outcome})
	page = read("?kind=identity_read&limit=2&after=2")
	assert.Len(t, page.Items, 1)
	assert.Zero(t, page.Next)
	require.Len(t, h.audited, before+2)
	e := h.audited[before]
	assert.Equal(t, []string{auditor, string(audit.Read), "kind=identity_read after=2"}, []string{e.Actor, string(e.Kind), h.audited[before+1].Reason})
	h.play(t, []scenario{
		{name: "a dispatcher", request: request{as: dispatcher, method: http.MethodGet, path: "/api/v1/audit"}, status: 403},
		{name: "an administrator", request: request{as: admin, method: http.MethodGet, path: "/api/v1/audit"}, status: 403},
		{name: "nobody", request: request{method: http.MethodGet, path: "/api/v1/audit"}, status: 401},
		{name: "no such kind", request: request{as: auditor, method: http.MethodGet, path: "/api/v1/audit?kind=identity_reads"}, status: 422, want: []string{`"kind"`}},
		{name: "the engine was read", request: request{as: auditor, method: http.MethodGet, path: "/api/v1/audit?kind=engine_read"}, status: 200},
		{name: "no day", request: request{as: auditor, method: http.MethodGet, path: "/api/v1/audit?day=yesterday"}, status: 422},
		{name: "before there was a log", request: request{as: auditor, method: http.MethodGet, path: "/api/v1/audit?day=0000-01-01"}, status: 422},
		{name: "to come", request: request{as: auditor, method: http.MethodGet, path: "/api/v1/audit?day=2099-01-01"}, status: 422},
		{name: "not on the calendar", request: request{as: auditor, method: http.MethodGet, path: "/api/v1/audit?day=2026-02-30"}, status: 422},
	})
	h.unaudited = errors.New("away")
	assert.Equal(t, http.StatusInternalServerError, h.do(t, request{as: auditor, method: http.MethodGet, path: "/api/v1/audit"}).Code, "what is not recorded is not shown")
}

// TestNoNumbersOnTheLog: what is entered and becomes the reason of an entry holds no telephone
// and no document number, wherever it is entered, and is not told back.
func TestNoNumbersOnTheLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	id := h.asked(t, supervisor, `{"list":"cases","format":"csv","reason":"逐户电话回访","identities":true}`)
	before := len(h.audited)
	for name, r := range map[string]request{
		"to see an identity":  unmasking(clerk, no, `{"purpose":"contact","reason":"请回电13800005678约定时间"}`),
		"to take a list out":  exporting(supervisor, `{"list":"cases","format":"csv","reason":"核对13800005678"}`),
		"with names":          exporting(supervisor, `{"list":"cases","format":"csv","reason":"核对220402199001011234","identities":true}`),
		"to agree":            onExport(director, id, "approve", `{"note":"已与13800005678核实"}`),
		"to decline":          onExport(director, id, "decline", `{"note":"已与138 0000 5678核实"}`),
		"to make a token for": {as: admin, method: http.MethodPost, path: "/api/v1/tokens", body: `{"username":"x","label":"联系13800005678","scope":"read","days":3}`},
	} {
		res := h.do(t, r)
		assert.Equal(t, http.StatusUnprocessableEntity, res.Code, name)
		assert.Contains(t, res.Body.String(), `"number"`, name)
		assert.NotContains(t, res.Body.String(), "5678", name)
	}
	assert.Len(t, h.audited, before)
}
