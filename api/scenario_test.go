package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The people of the tests, all of the demo accounts.
const (
	clerk      = "win-general.220402"
	dispatcher = "disp.220402"
	director   = "director.220402"
	liaison    = "liaison.220402-D08"
	elsewhere  = "disp.220403"
	admin      = "admin.220400"
	auditor    = "auditor.220400"
	machineUA  = "integrator.220400"
	walker     = "grid.220402008901001"
	office     = "office.220402008"
)

// Times in answers; what people entered is theirs.
var (
	anyTime      = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"`)
	oneForm      = `^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+08:00"$`
	withoutWords = regexp.MustCompile(`"input":\{[^}]*\}|"content":"(?:[^"\\]|\\.)*"`)
)

// request is one call.
type request struct {
	as, method, path, body string
	header                 map[string]string
}

// do calls the handler and holds the answer against the document, and against
// what no answer may ever do.
func (h *house) do(t testing.TB, r request) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequest(r.method, r.path, strings.NewReader(r.body))
	if r.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.as != "" {
		req.Header.Set("Authorization", "Bearer test-"+r.as)
	}
	for k, v := range r.header {
		req.Header.Set(k, v)
	}
	return h.send(t, req)
}

func (h *house) send(t testing.TB, req *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	res := httptest.NewRecorder()
	h.handler.ServeHTTP(res, req)
	c, err := theContract()
	require.NoError(t, err)
	c.check(t, req.Method, req.URL.Path, res)
	assert.NotEmpty(t, res.Header().Get("X-Request-Id"))
	for _, at := range anyTime.FindAllString(withoutWords.ReplaceAllString(res.Body.String(), ""), -1) {
		assert.Regexp(t, oneForm, at, "every time has one form: %s %s", req.Method, req.URL.Path)
	}
	if res.Code >= 400 {
		assert.Equal(t, "application/problem+json", res.Header().Get("Content-Type"))
		var p problem
		require.NoError(t, json.Unmarshal(res.Body.Bytes(), &p))
		assert.Equal(t, res.Code, p.Status)
		assert.Equal(t, res.Header().Get("X-Request-Id"), p.RequestID)
		for _, text := range []string{p.Code, p.Reason, p.TitleZH, p.TitleEN, p.DetailZH, p.DetailEN, p.Title, p.Detail} {
			assert.NotEmpty(t, text, "every problem has a code and both languages: %s", res.Body)
		}
	}
	return res
}

type problem struct {
	Status    int      `json:"status"`
	Code      string   `json:"code"`
	Reason    string   `json:"reason"`
	Title     string   `json:"title"`
	Detail    string   `json:"detail"`
	TitleZH   string   `json:"title_zh"`
	TitleEN   string   `json:"title_en"`
	DetailZH  string   `json:"detail_zh"`
	DetailEN  string   `json:"detail_en"`
	State     string   `json:"state"`
	Allowed   []string `json:"allowed_actions"`
	RequestID string   `json:"request_id"`
	Errors    []struct {
		Field, Reason, ZH, EN string
	} `json:"errors"`
}

func problemOf(t *testing.T, res *httptest.ResponseRecorder) problem {
	t.Helper()
	var p problem
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &p))
	return p
}

func bodyOf(t testing.TB, res *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &m), res.Body.String())
	return m
}

const matterJSON = `{"nature":"help","summary":"井盖破损","channel":"walk_in","area":"220402008","headcount":1,
	"petitioner":{"name":"张三丰","phone":"13800005678"},"category":"0201","urgency":"normal"}`

// registered starts a case and gives its number.
func (h *house) registered(t testing.TB) string {
	t.Helper()
	res := h.do(t, request{as: clerk, method: http.MethodPost, path: "/api/v1/grievances", body: matterJSON})
	require.Equal(t, http.StatusCreated, res.Code, res.Body.String())
	return bodyOf(t, res)["no"].(string)
}

// act takes a step that must be possible.
func (h *house) act(t testing.TB, as, no, action, body string) *httptest.ResponseRecorder {
	t.Helper()
	res := h.do(t, step(as, no, action, "key-"+action, body))
	require.Equal(t, http.StatusOK, res.Code, res.Body.String())
	return res
}

func step(as, no, action, key, body string) request {
	return request{as: as, method: http.MethodPost, path: "/api/v1/cases/" + no + "/actions/" + action, body: body,
		header: map[string]string{"Idempotency-Key": key}}
}

const dispatchJSON = `{"lead_unit":"220402-D08","requirements":"限期修复"}`

// dispatched is a case that waits for its unit to sign.
func (h *house) dispatched(t testing.TB) string {
	t.Helper()
	no := h.registered(t)
	h.act(t, dispatcher, no, "start-triage", "")
	h.act(t, dispatcher, no, "dispatch", dispatchJSON)
	return no
}

// scenario is one row: a request, and what must come of it.
type scenario struct {
	name string
	request
	status  int
	code    string
	want    []string
	not     []string
	updates int // commands sent to the engine
}

func (h *house) play(t *testing.T, rows []scenario) {
	t.Helper()
	for _, row := range rows {
		before := h.updates
		res := h.do(t, row.request)
		if !assert.Equal(t, row.status, res.Code, "%s: %s", row.name, res.Body) {
			continue
		}
		if row.code != "" {
			assert.Equal(t, row.code, problemOf(t, res).Code, row.name)
		}
		for _, w := range row.want {
			assert.Contains(t, res.Body.String(), w, row.name)
		}
		for _, w := range row.not {
			assert.NotContains(t, res.Body.String(), w, row.name)
		}
		assert.Equal(t, row.updates, h.updates-before, "%s: commands sent to the engine", row.name)
	}
}

func TestReads(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	paths := []string{"", "/timeline", "/clocks", "/actions", "/petitioner", "/sessions", "/notices"}
	for _, suffix := range paths {
		path := "/api/v1/cases/" + no + suffix
		get := func(as string) request { return request{as: as, method: http.MethodGet, path: path} }
		h.play(t, []scenario{
			{name: path + " anonymous", request: get(""), status: 401, code: "sign_in", not: []string{no}},
			{name: path + " unknown token", request: get("nobody"), status: 401, code: "sign_in"},
			{name: path + " of another county", request: get(elsewhere), status: 404, code: "not_found"},
			{name: path + " system administrator", request: get(admin), status: 404, code: "not_found"},
			{name: path + " auditor", request: get(auditor), status: 404, code: "not_found"},
			{name: path + " dispatcher", request: get(dispatcher), status: 200, not: []string{"张三丰", "13800005678"}},
			{name: path + " lead unit", request: get(liaison), status: 200, not: []string{"张三丰"}},
		})
	}
	h.play(t, []scenario{
		{name: "unknown number", request: request{as: dispatcher, method: http.MethodGet, path: "/api/v1/cases/220402G2026112399999"}, status: 404, code: "not_found"},
		{name: "endless number", request: request{as: dispatcher, method: http.MethodGet, path: "/api/v1/cases/" + strings.Repeat("9", 500)}, status: 404, code: "not_found"},
		{name: "no such route", request: request{method: http.MethodGet, path: "/api/v1/nothing"}, status: 404, code: "not_found"},
		{name: "no such method", request: request{method: http.MethodPut, path: "/api/v1/cases"}, status: 405, code: "method_not_allowed"},
		{name: "masked person", request: request{as: dispatcher, method: http.MethodGet, path: "/api/v1/cases/" + no + "/petitioner"}, status: 200,
			want: []string{"张**", "138****5678", `"masked":true`, `"withheld":false`}},
	})
}

func TestAReadCanBeConditional(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	read := request{as: dispatcher, method: http.MethodGet, path: "/api/v1/cases/" + no}
	res := h.do(t, read)
	tag := res.Header().Get("ETag")
	require.Regexp(t, `^"\d+"$`, tag)

	for header, want := range map[string]int{tag: 304, "W/" + tag: 304, `"1", ` + tag: 304, "*": 304, `"1"`: 200, "nonsense": 200} {
		read.header = map[string]string{"If-None-Match": header}
		res := h.do(t, read)
		assert.Equal(t, want, res.Code, header)
		assert.Equal(t, tag, res.Header().Get("ETag"))
	}
}

func TestACaseCanBeReadFromItsWorkflow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	read := request{as: dispatcher, method: http.MethodGet, path: "/api/v1/cases/" + no + "?source=workflow"}
	assert.Equal(t, "dispatched", bodyOf(t, h.do(t, read))["state"])

	h.play(t, []scenario{{name: "stranger", request: request{as: elsewhere, method: http.MethodGet, path: read.path}, status: 404}})
	h.engine = errAway
	h.play(t, []scenario{{name: "engine away", request: read, status: 503, code: "unavailable"}})
	h.engine = nil
	delete(h.running, no)
	h.play(t, []scenario{{name: "not started yet", request: read, status: 503, code: "unavailable"}})
}

func TestListParameters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.dispatched(t)
	h.registered(t)
	list := func(as, query string) request {
		return request{as: as, method: http.MethodGet, path: "/api/v1/cases" + query}
	}
	h.play(t, []scenario{
		{name: "anonymous", request: list("", ""), status: 401, code: "sign_in"},
		{name: "stranger sees nothing", request: list(elsewhere, "?total=true"), status: 200, want: []string{`"items":[]`, `"total":0`}},
		{name: "administrator sees nothing", request: list(admin, ""), status: 200, want: []string{`"items":[]`}},
		{name: "all", request: list(dispatcher, "?total=true"), status: 200, want: []string{`"total":2`}},
		{name: "by state", request: list(dispatcher, "?state=dispatched&total=true"), status: 200, want: []string{`"total":1`}},
		{name: "given several times it is a list", request: list(dispatcher, "?state=registered&state=dispatched&total=true"), status: 200, want: []string{`"total":2`}},
		{name: "what is no list is given once", request: list(dispatcher, "?sort=due_at&sort=created_at"), status: 422, want: []string{`"sort"`}},
		{name: "several", request: list(dispatcher, "?state=dispatched,registered&level=L0,L1&light=red&sort=-created_at"), status: 200},
		{name: "paged", request: list(dispatcher, "?limit=1"), status: 200, want: []string{`"next_cursor":"next"`}},
		{name: "bad cursor", request: list(dispatcher, "?cursor=SECRETVALUE"), status: 400, code: "malformed", not: []string{"SECRETVALUE"}},
		{name: "too many", request: list(dispatcher, "?limit=201"), status: 422, code: "invalid", want: []string{`"field":"limit"`, `"range"`}},
		{name: "not a number", request: list(dispatcher, "?limit=SECRETVALUE"), status: 422, code: "invalid", not: []string{"SECRETVALUE"}},
		{name: "two faults at once", request: list(dispatcher, "?limit=0&sort=SECRETVALUE"), status: 422, want: []string{`"limit"`, `"sort"`}, not: []string{"SECRETVALUE"}},
		{name: "unknown codes", request: list(dispatcher, "?state=SECRETVALUE&urgency=SECRETVALUE&unit=SECRETVALUE&area=SECRETVALUE"), status: 422,
			want: []string{`"state"`, `"urgency"`, `"unit"`, `"area"`}, not: []string{"SECRETVALUE"}},
		{name: "unknown parameter", request: list(dispatcher, "?SECRETVALUE=1"), status: 422, want: []string{"unknown_field"}, not: []string{"SECRETVALUE"}},
		{name: "every fault of the address at once", request: list(dispatcher, "?statee=x&limit=0&state=SECRETVALUE&SECRETVALUE=1"), status: 422,
			want: []string{`"field":"statee"`, `"field":"?"`, `"field":"limit"`, `"field":"state"`}, not: []string{"SECRETVALUE"}},
		{name: "control characters", request: list(dispatcher, "?q=%00"), status: 400, code: "malformed"},
		{name: "not UTF-8", request: list(dispatcher, "?q=%ff"), status: 400, code: "malformed"},
	})
	res := h.do(t, list(dispatcher, "?limit=1&state=dispatched,registered"))
	assert.Equal(t, `</api/v1/cases?cursor=next&limit=1&state=dispatched%2Cregistered>; rel="next"`, res.Header().Get("Link"))
}

func TestCatalogues(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	get := func(path string) request {
		return request{as: clerk, method: http.MethodGet, path: "/api/v1" + path}
	}
	h.play(t, []scenario{
		{name: "anonymous", request: request{method: http.MethodGet, path: "/api/v1/org/units"}, status: 401},
		{name: "units", request: get("/org/units?within=220402&kind=department"), status: 200, want: []string{"220402-D08"}, not: []string{"220403-D08"}},
		{name: "unknown unit", request: get("/org/units?within=SECRETVALUE"), status: 422, not: []string{"SECRETVALUE"}},
		{name: "codes", request: get("/codes?table=nature"), status: 200, want: []string{`"name":"nature"`}, not: []string{`"name":"urgency"`}},
		{name: "all codes", request: get("/codes"), status: 200, want: []string{`"name":"urgency"`}},
		{name: "unknown table", request: get("/codes?table=SECRETVALUE"), status: 422, not: []string{"SECRETVALUE"}},
		{name: "duty", request: get("/duty/suggest?category=0201&area=220402008"), status: 200, want: []string{`"lead_unit":"220402`}},
		{name: "no duty", request: get("/duty/suggest?category=SECRETVALUE&area=220402008"), status: 404, not: []string{"SECRETVALUE"}},
		{name: "duty of nothing", request: get("/duty/suggest"), status: 422, want: []string{`"category"`, `"area"`, `"required"`}},
		{name: "form", request: get("/grievances/form"), status: 200, want: []string{`"walk_in"`, `"representatives"`}},
		{name: "notices", request: get("/notices"), status: 200, want: []string{`"items":[]`}},
		{name: "trial", request: get("/stats/trial"), status: 200, want: []string{`"persons_received":252`, `"resolution_rate":60.61`}},
		{name: "lateness", request: request{as: "supervisor.220402", method: http.MethodGet, path: "/api/v1/stats/escalations?from=2026-11-01T00:00:00Z"}, status: 200,
			want: []string{`"from":"2026-11-01T08:00:00+08:00"`, `"to":"2026-11-23T10:00:00+08:00"`, `"kind":"policy.red","zh":"红灯"`, `"fired":9`, `"late_by_system":1`,
				`"p50_seconds":0.12`, `"p99_seconds":2`, `"max_seconds":3600`, `"unfired":2`}},
		{name: "lateness of exercises", request: request{as: "supervisor.220402", method: http.MethodGet, path: "/api/v1/stats/escalations?drill=true"}, status: 200, want: []string{`"fired":0`, `"items":[]`}},
		{name: "lateness backwards", request: request{as: "supervisor.220402", method: http.MethodGet, path: "/api/v1/stats/escalations?from=2027-01-01T00:00:00Z"}, status: 422, want: []string{`"from"`, `"range"`}},
		{name: "outages", request: request{as: "supervisor.220402", method: http.MethodGet, path: "/api/v1/stats/outages"}, status: 200,
			want: []string{`"number":"O3"`, `"minutes":90`, `"code":"engine"`, `"流程引擎无应答"`, `"cases":9`, `"told":4`}},
		{name: "outages are for those who supervise", request: request{as: clerk, method: http.MethodGet, path: "/api/v1/stats/outages"}, status: 403, want: []string{`"not_your_office"`}},
		{name: "lateness is for those who supervise", request: request{as: clerk, method: http.MethodGet, path: "/api/v1/stats/escalations"}, status: 403, want: []string{`"not_your_office"`}},
		{name: "overdue", request: get("/overdue/summary"), status: 200, want: []string{`"total":9`,
			`"by_unit":[{"key":"220402-D08","zh":"龙山区`, `"overdue":5`, `"by_level":[{"key":"L2"`, `"overdue":7`, `"by_lateness":[{"key":">7d","zh":"超期7天以上"`}},
	})
}

func TestHealth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	live, ready := request{method: http.MethodGet, path: "/livez"}, request{method: http.MethodGet, path: "/readyz"}
	h.play(t, []scenario{{name: "live", request: live, status: 200}, {name: "ready", request: ready, status: 200}})
	h.engine = errAway
	h.play(t, []scenario{{name: "live", request: live, status: 200}})
	res := httptest.NewRecorder()
	h.handler.ServeHTTP(res, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	assert.Equal(t, http.StatusServiceUnavailable, res.Code)
	assert.JSONEq(t, `{"status":"unavailable","ledger":"ok","engine":"unavailable"}`, res.Body.String())
}
