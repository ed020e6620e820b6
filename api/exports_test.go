package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/audit"
	"huajie/domain/export"
)

const supervisor = "supervisor.220402"

func exporting(as, body string) request {
	return request{as: as, method: http.MethodPost, path: "/api/v1/exports", body: body}
}

// asked has a list taken out and gives its number.
func (h *house) asked(t *testing.T, as, body string) int64 {
	t.Helper()
	res := h.do(t, exporting(as, body))
	require.Equal(t, http.StatusAccepted, res.Code, res.Body.String())
	id := int64(bodyOf(t, res)["id"].(float64))
	require.Equal(t, fmt.Sprint("/api/v1/exports/", id), res.Header().Get("Location"))
	return id
}

func onExport(as string, id int64, action, body string) request {
	return request{as: as, method: http.MethodPost, path: fmt.Sprintf("/api/v1/exports/%d/actions/%s", id, action), body: body}
}

func ofExport(as string, id int64, more string) request {
	return request{as: as, method: http.MethodGet, path: fmt.Sprintf("/api/v1/exports/%d%s", id, more)}
}

func TestWhoMayTakeAListOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const plain = `{"list":"cases","format":"csv","reason":"季度督查通报"}`
	h.play(t, []scenario{
		{name: "anonymous", request: exporting("", plain), status: 401},
		{name: "a dispatcher", request: exporting(dispatcher, plain), status: 403, code: "forbidden"},
		{name: "a township", request: exporting(office, plain), status: 403},
		{name: "an administrator", request: exporting(admin, plain), status: 403},
		{name: "an auditor", request: exporting(auditor, plain), status: 403},
		{name: "a machine", request: exporting(machineUA, plain), status: 403},
		{name: "a supervisor", request: exporting(supervisor, plain), status: 202, want: []string{`"state":"queued"`, `"rows_done":0`, `"requested_by":"supervisor.220402"`}},
		{name: "a director", request: exporting(director, plain), status: 202},
		{name: "a director, with identities", request: exporting(director, `{"list":"cases","format":"csv","reason":"逐户电话回访","identities":true}`), status: 403, want: []string{`"identity_not_your_office"`}},
		{name: "no reason", request: exporting(supervisor, `{"list":"cases","format":"csv"}`), status: 422, want: []string{`"reason"`, `"required"`}},
		{name: "hardly a reason", request: exporting(supervisor, `{"list":"cases","format":"csv","reason":"督查 "}`), status: 422, want: []string{`"reason"`, `"range"`}},
		{name: "all faults at once", request: exporting(supervisor, `{"list":"cases","format":"pdf","reason":"季度督查通报","columns":["SECRETVALUE"],
			"query":{"state":"SECRETVALUE","level":["L9"],"due_before":"SECRETVALUE","limit":5,"SECRETVALUE":"x","area":"SECRETVALUE","total":true}}`),
			status: 422, not: []string{"SECRETVALUE"}, want: []string{`"format"`, `"columns"`, `"query.state"`, `"query.level"`, `"query.due_before"`, `"query.limit"`, `"query.area"`, `"query.total"`, `"query.?"`}},
		{name: "no such list", request: exporting(supervisor, `{"list":"notices","format":"csv","reason":"季度督查通报"}`), status: 422, want: []string{`"list"`}},
		{name: "overdue is overdue", request: exporting(supervisor, `{"list":"overdue","format":"csv","reason":"季度督查通报","query":{"overdue":false}}`), status: 422, want: []string{`"query.overdue"`}},
		{name: "a day to come", request: exporting(supervisor, `{"list":"stats_235","format":"csv","reason":"季度督查通报","query":{"to":"2027-01-01"}}`), status: 422, want: []string{`"query.to"`}},
		{name: "somebody else's members", request: exporting(supervisor, `{"list":"stats_235","format":"csv","reason":"季度督查通报","query":{"area":"220403"}}`), status: 422, want: []string{`"query.area"`}},
		{name: "nobody is named", request: exporting(supervisor, `{"list":"whistles","format":"csv","reason":"季度督查通报","identities":true}`), status: 422, want: []string{`"identities"`}},
		{name: "query is no list", request: exporting(supervisor, `{"list":"cases","format":"csv","reason":"季度督查通报","query":"state=x","columns":"no"}`), status: 422, want: []string{`"query"`, `"columns"`}},
		{name: "form", request: request{as: supervisor, method: "GET", path: "/api/v1/exports/form"}, status: 200, want: []string{`"may_ask":true`, `"may_ask_identities":true`, `"petitioner_phone"`, `"stats_235"`}},
		{name: "form for others", request: request{as: dispatcher, method: "GET", path: "/api/v1/exports/form"}, status: 200, want: []string{`"may_ask":false`}},
		{name: "form for a director", request: request{as: director, method: "GET", path: "/api/v1/exports/form"}, status: 200, want: []string{`"may_ask":true`, `"may_ask_identities":false`}},
	})
}

// TestWhoIsRefusedAListIsRecorded: that somebody wanted one, whatever else was wrong with the
// request, and of its words none.
func TestWhoIsRefusedAListIsRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.play(t, []scenario{
		{name: "no office", request: exporting(dispatcher, `{"list":"cases","format":"csv","reason":"季度督查通报"}`), status: 403, want: []string{`"not_your_office"`}},
		{name: "no office, people", request: exporting(dispatcher, `{"list":"overdue","format":"csv","reason":"逐户电话回访","identities":true}`), status: 403},
		{name: "no office, nothing to read", request: exporting(dispatcher, `{"list":["x"],"identities":"yes"}`), status: 403},
		{name: "no office, no form", request: exporting(dispatcher, `{`), status: 403},
		{name: "not the office for people", request: exporting(director, `{"list":"cases","format":"csv","reason":"逐户电话回访","identities":true}`), status: 403, want: []string{`"identity_not_your_office"`}},
		{name: "a fault is no refusal", request: exporting(director, `{"list":"cases","format":"pdf","reason":"逐户电话回访","identities":true}`), status: 422},
	})
	assert.Equal(t, []string{
		dispatcher + " export, cases: requested refused not_your_office",
		dispatcher + " export, overdue with identities: requested refused not_your_office",
		dispatcher + " export: requested refused not_your_office",
		dispatcher + " export: requested refused not_your_office",
		director + " export, cases with identities: requested refused identity_not_your_office",
	}, h.exportsAudited(t))
	h.unaudited = errAway
	h.play(t, []scenario{{name: "refused stays refused", request: exporting(dispatcher, `{"list":"cases","format":"csv","reason":"季度督查通报"}`), status: 403}})
}

// TestAListIsAskedForAsItIsRead: the parameters are those of the list, and what is kept is
// what they mean.
func TestAListIsAskedForAsItIsRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.asked(t, supervisor, `{"list":"overdue","format":"xlsx","reason":"季度督查通报","columns":["state","no"],
		"query":{"kind":["grievance","grid_event"],"level":"L0,L1","first_responder":"me","due_before":"2026-12-01T00:00:00+08:00","open":true,"sort":"-created_at","q":"停水"}}`)
	e := h.drawer.list[id-1]
	assert.Equal(t, []string{"no", "state"}, e.Columns)
	assert.Equal(t, []string{"220402"}, e.Areas)
	var q export.CaseQuery
	require.NoError(t, json.Unmarshal(e.Filter, &q))
	yes := true
	assert.Equal(t, &yes, q.Filter.Overdue)
	assert.Equal(t, &yes, q.Filter.Open)
	assert.Equal(t, []string{"grievance", "grid_event"}, q.Filter.Kinds)
	assert.Equal(t, []string{"L0", "L1"}, q.Filter.Levels)
	assert.Equal(t, supervisor, q.Filter.FirstResponder)
	assert.Equal(t, "停水", q.Filter.Query)
	assert.EqualValues(t, "-created_at", q.Sort)
	assert.True(t, q.Filter.DueBefore.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, noon.Location())))

	retry := exporting(director, `{"list":"whistles","format":"csv","reason":"季度督查通报","query":{"kind":"emergency"}}`)
	retry.header = map[string]string{"Idempotency-Key": "once"}
	first, second := h.do(t, retry), h.do(t, retry)
	assert.Equal(t, bodyOf(t, first)["id"], bodyOf(t, second)["id"])
	retry.body = `{"list":"whistles","format":"csv","reason":"季度督查通报"}`
	assert.Equal(t, "key_reused", problemOf(t, h.do(t, retry)).Code)
	h.asked(t, director, retry.body)
	h.asked(t, director, retry.body)
	assert.Equal(t, http.StatusTooManyRequests, h.do(t, exporting(director, retry.body)).Code, "one person has no more than three under way")
}

// TestIdentitiesNeedTwo (§2.2 data.export, §6 item 91).
func TestIdentitiesNeedTwo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const named = `{"list":"cases","format":"csv","reason":"逐户回访","identities":true}`
	h.play(t, []scenario{{name: "too short a reason", request: exporting(supervisor, named), status: 422}})
	body := `{"list":"cases","format":"csv","reason":"逐户电话回访","identities":true}`
	id := h.asked(t, supervisor, body)
	h.play(t, []scenario{
		{name: "it waits", request: ofExport(supervisor, id, ""), status: 200, want: []string{`"state":"waiting"`, `"may_decide":false`, `"petitioner_name"`}},
		{name: "who asked", request: onExport(supervisor, id, "approve", ""), status: 403, want: []string{`"same_person"`}},
		{name: "another supervisor", request: onExport("supervisor2.220402", id, "approve", ""), status: 404},
		{name: "another county", request: onExport("director.220403", id, "approve", ""), status: 404},
		{name: "a dispatcher", request: onExport(dispatcher, id, "approve", ""), status: 404},
		{name: "another county does not know of it", request: ofExport("director.220403", id, ""), status: 404},
		{name: "not for the director to take back", request: onExport(director, id, "withdraw", ""), status: 404},
		{name: "declined without a word", request: onExport(director, id, "decline", ""), status: 422, want: []string{`"note"`}},
		{name: "for the director to decide", request: request{as: director, method: "GET", path: "/api/v1/exports?waiting=true"}, status: 200, want: []string{`"may_decide":true`, `"逐户电话回访"`}},
		{name: "not for others", request: request{as: "director.220403", method: "GET", path: "/api/v1/exports?waiting=true"}, status: 200, want: []string{`"items":[]`}},
		{name: "approved", request: onExport(director, id, "approve", `{"note":"同意"}`), status: 200, want: []string{`"state":"queued"`, `"by":"director.220402"`}},
		{name: "twice is once", request: onExport(director, id, "approve", ""), status: 200, want: []string{`"state":"queued"`}},
		{name: "too late", request: onExport("cleader.220402", id, "decline", `{"note":"用途不明确"}`), status: 409},
	})
	second := h.asked(t, supervisor, body)
	h.play(t, []scenario{
		{name: "declined", request: onExport("citysup.220400", second, "decline", `{"note":"用途不明确"}`), status: 200, want: []string{`"state":"declined"`, `用途不明确`}},
		{name: "it stays so", request: onExport(director, second, "approve", ""), status: 409},
	})
	acts := ""
	for _, e := range h.drawer.list[id-1].Trail {
		acts += e.Act + " " + e.By + "; "
	}
	assert.Equal(t, "requested supervisor.220402; approved director.220402; ", acts)
	first, other := "export 1, cases with identities: ", "export 2, cases with identities: "
	assert.Equal(t, []string{
		supervisor + " " + first + "requested ok 逐户电话回访",
		supervisor + " " + first + "approved refused same_person",
		"supervisor2.220402 " + first + "approved refused not_found",
		"director.220403 " + first + "approved refused not_found",
		dispatcher + " " + first + "approved refused not_found",
		director + " " + first + "withdrawn refused not_found",
		director + " " + first + "approved ok 同意",
		"cleader.220402 " + first + "declined refused not_waiting",
		supervisor + " " + other + "requested ok 逐户电话回访",
		"citysup.220400 " + other + "declined ok 用途不明确",
		director + " " + other + "approved refused not_waiting",
	}, h.exportsAudited(t))

	third := h.asked(t, supervisor, body)
	h.play(t, []scenario{
		{name: "taken back", request: onExport(supervisor, third, "withdraw", ""), status: 200, want: []string{`"state":"withdrawn"`}},
		{name: "twice", request: onExport(supervisor, third, "withdraw", ""), status: 200, want: []string{`"state":"withdrawn"`}},
		{name: "too late to decide", request: onExport(director, third, "approve", ""), status: 409},
		{name: "what is approved", request: onExport(supervisor, id, "withdraw", ""), status: 409},
	})
}

// TestARequestHasItsTime: nobody answers one whose time is over, and it is in nobody's way,
// whether or not a worker has come by to note so.
func TestARequestHasItsTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := `{"list":"cases","format":"csv","reason":"逐户电话回访","identities":true}`
	id := h.asked(t, supervisor, body)
	h.asked(t, supervisor, body)
	h.asked(t, supervisor, body)
	assert.Equal(t, http.StatusTooManyRequests, h.do(t, exporting(supervisor, body)).Code)
	h.now = h.now.Add(export.Patience)
	h.play(t, []scenario{
		{name: "shown as it is", request: ofExport(supervisor, id, ""), status: 200, want: []string{`"state":"lapsed"`, `"may_decide":false`}},
		{name: "nothing to decide", request: request{as: director, method: "GET", path: "/api/v1/exports?waiting=true"}, status: 200, want: []string{`"items":[]`}},
		{name: "too late", request: onExport(director, id, "approve", ""), status: 409, want: []string{`"not_waiting"`}},
	})
	h.asked(t, supervisor, body)
}

// TestWhatCannotBeRecordedIsNotDone (docs/evidence.md).
func TestWhatCannotBeRecordedIsNotDone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := `{"list":"cases","format":"csv","reason":"逐户电话回访","identities":true}`
	id, made := h.asked(t, supervisor, body), h.asked(t, supervisor, `{"list":"cases","format":"csv","reason":"季度督查通报"}`)
	h.drawer.made(made, "x")
	h.unaudited = errAway
	h.play(t, []scenario{
		{name: "asked for", request: exporting(supervisor, body), status: 503},
		{name: "approved", request: onExport(director, id, "approve", ""), status: 503},
		{name: "fetched", request: ofExport(supervisor, made, "/file"), status: 503},
		{name: "refused stays refused", request: onExport(supervisor, id, "approve", ""), status: 403},
	})
	assert.Len(t, h.drawer.list, 2, "nothing is queued")
	assert.Equal(t, export.Waiting, h.drawer.list[id-1].State)
}

// exportsAudited is what the audit log says of exports, one line each.
func (h *house) exportsAudited(t *testing.T) (out []string) {
	t.Helper()
	for _, e := range h.audited {
		if e.Kind == audit.Export || e.Kind == audit.IdentityRead {
			require.NotEmpty(t, e.Via)
			require.NotEmpty(t, e.Request)
			out = append(out, strings.Join([]string{e.Actor, e.Object, string(e.Outcome), e.Reason}, " "))
		}
	}
	return out
}

// TestTheFileIsForWhoAsked, is saved and not shown, and every time it is fetched is recorded.
func TestTheFileIsForWhoAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	id := h.asked(t, supervisor, `{"list":"cases","format":"csv","reason":"季度督查通报"}`)
	assert.Equal(t, "not_ready", problemOf(t, h.do(t, ofExport(supervisor, id, "/file"))).Reason)
	h.drawer.made(id, "\uFEFF编号\r\n")
	res := h.do(t, ofExport(supervisor, id, "/file"))
	require.Equal(t, http.StatusOK, res.Code, res.Body.String())
	assert.Equal(t, "\uFEFF编号\r\n", res.Body.String())
	assert.Equal(t, `attachment; filename="huajie-cases-20261123-1000-1-supervisor.220402.csv"`, res.Header().Get("Content-Disposition"))
	assert.Equal(t, "nosniff", res.Header().Get("X-Content-Type-Options"))
	assert.Equal(t, "no-store", res.Header().Get("Cache-Control"))
	assert.Equal(t, "text/csv", res.Header().Get("Content-Type"))
	assert.Equal(t, fmt.Sprint(len("\uFEFF编号\r\n")), res.Header().Get("Content-Length"))
	h.play(t, []scenario{
		{name: "anonymous", request: ofExport("", id, "/file"), status: 401},
		{name: "the director", request: ofExport(director, id, "/file"), status: 404},
		{name: "another supervisor", request: ofExport("supervisor2.220402", id, "/file"), status: 404},
		{name: "no such export", request: ofExport(supervisor, 99, "/file"), status: 404},
		{name: "whose it is", request: ofExport(supervisor, id, ""), status: 200, want: []string{`"file":"/api/v1/exports/1/file"`}},
	})
	assert.Len(t, h.drawer.list[id-1].Trail, 1, "there is no end of it: it is on the audit log alone")
	assert.Equal(t, []string{
		supervisor + " export 1, cases: requested ok 季度督查通报",
		supervisor + " export 1, cases: downloaded ok 季度督查通报",
		director + " export 1, cases: downloaded refused not_found",
		"supervisor2.220402 export 1, cases: downloaded refused not_found",
	}, h.exportsAudited(t))
	named := h.asked(t, supervisor, `{"list":"cases","format":"csv","reason":"逐户电话回访","identities":true}`)
	h.drawer.made(named, "x")
	h.audited = nil
	require.Equal(t, http.StatusOK, h.do(t, ofExport(supervisor, named, "/file")).Code)
	assert.Equal(t, []string{supervisor + " export 2, cases with identities: downloaded ok 逐户电话回访", supervisor + " export 2, cases with identities, 1 rows ok 逐户电话回访"}, h.exportsAudited(t),
		"it is a read of identities, too")
	assert.Equal(t, audit.IdentityRead, h.audited[1].Kind)

	ready := h.now
	h.now = ready.Add(time.Hour)
	assert.Equal(t, "file_deleted", problemOf(t, h.do(t, ofExport(supervisor, id, "/file"))).Reason, "its time is over, whether or not it is deleted yet")
	v := h.do(t, ofExport(supervisor, id, "")).Body.String()
	assert.NotContains(t, v, `"file":`)
	assert.Contains(t, v, `"state":"expired"`)
	h.now = ready
	h.drawer.list[id-1].State = export.Expired
	assert.Equal(t, "file_deleted", problemOf(t, h.do(t, ofExport(supervisor, id, "/file"))).Reason)
	h.drawer.list[id-1].State = export.Done
	delete(h.drawer.files, id)
	assert.Equal(t, "file_deleted", problemOf(t, h.do(t, ofExport(supervisor, id, "/file"))).Reason)
}

func TestOnesOwnExports(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 3 {
		h.asked(t, supervisor, `{"list":"cases","format":"csv","reason":"季度督查通报"}`)
	}
	first := bodyOf(t, h.do(t, request{as: supervisor, method: "GET", path: "/api/v1/exports?limit=2"}))
	assert.Len(t, first["items"], 2)
	assert.EqualValues(t, 2, first["next_before"])
	second := bodyOf(t, h.do(t, request{as: supervisor, method: "GET", path: "/api/v1/exports?limit=2&before=2"}))
	assert.Len(t, second["items"], 1)
	assert.NotContains(t, second, "next_before")
	assert.Empty(t, bodyOf(t, h.do(t, request{as: director, method: "GET", path: "/api/v1/exports"}))["items"])
}

func figuresOf(county string) request {
	return request{method: http.MethodGet, path: "/api/v1/public/figures?county=" + county}
}

// TestPublicFigures: nobody signs in, nobody can be found, and nobody has it counted twice.
func TestPublicFigures(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.drawer.count, h.drawer.day = map[string]int{"grievance": 48, "grid_event": 3}, map[string]int{"grievance": 13, "grid_event": 3}
	res := h.do(t, figuresOf("220402"))
	require.Equal(t, http.StatusOK, res.Code, res.Body.String())
	assert.Equal(t, "public, max-age=60", res.Header().Get("Cache-Control"))
	got := bodyOf(t, res)
	month, day := got["month"].(map[string]any), got["today"].(map[string]any)
	assert.Equal(t, "2026-11-01", month["from"])
	assert.Equal(t, map[string]any{"shown": "50", "value": 50.0}, month["total"])
	assert.Equal(t, []any{
		map[string]any{"key": "grievance", "zh": "群众诉求", "en": "grievance", "shown": "45", "value": 45.0},
		map[string]any{"key": "grid_event", "zh": "网格事件", "en": "grid event", "shown": "<5", "value": nil}}, month["by_kind"])
	assert.Equal(t, map[string]any{"date": "2026-11-23", "total": map[string]any{"shown": "10", "value": 10.0}}, day, "as a whole, and nothing else")

	h.drawer.count = map[string]int{}
	assert.Equal(t, 2, h.drawer.asked)
	h.now = h.now.Add(59 * time.Second)
	res = h.do(t, figuresOf("220402"))
	assert.Contains(t, res.Body.String(), `"50"`)
	assert.Equal(t, "public, max-age=1", res.Header().Get("Cache-Control"), "nobody keeps it beyond its minute")
	assert.Equal(t, 2, h.drawer.asked)
	h.do(t, figuresOf("220403"))
	assert.Equal(t, 4, h.drawer.asked, "each county by itself")
	h.now = h.now.Add(time.Second)
	assert.NotContains(t, h.do(t, figuresOf("220402")).Body.String(), `"50"`)
	h.play(t, []scenario{
		{name: "no county", request: figuresOf(""), status: 422, want: []string{`"county"`}},
		{name: "the whole city", request: figuresOf("220400"), status: 404},
		{name: "a township", request: figuresOf("220402008"), status: 422},
		{name: "no such county", request: figuresOf("999999"), status: 404},
	})
	h.ledger = errAway
	h.now = h.now.Add(time.Hour)
	assert.Equal(t, http.StatusServiceUnavailable, h.do(t, figuresOf("220402")).Code)
}

// TestManyAskForTheSameCount: it is counted once for all who ask while it is counted.
func TestManyAskForTheSameCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.drawer.count, h.drawer.counting = map[string]int{"grievance": 48}, make(chan struct{})
		answers := make(chan string, 20)
		for range 20 {
			go func() { answers <- h.do(t, figuresOf("220402")).Body.String() }()
		}
		synctest.Wait() // all of them are there
		close(h.drawer.counting)
		for range 20 {
			assert.Contains(t, <-answers, `"45"`)
		}
		assert.Equal(t, 2, h.drawer.asked, "the month and the day")
	})
}
