package api_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/grievance"
)

func TestRegistration(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := func(as, body string) request {
		return request{as: as, method: http.MethodPost, path: "/api/v1/grievances", body: body}
	}
	const least = `{"nature":"help","summary":"路灯不亮","channel":"walk_in","area":"220402008"}`
	h.play(t, []scenario{
		{name: "anonymous", request: post("", matterJSON), status: 401, code: "sign_in"},
		{name: "wrong role", request: post(liaison, matterJSON), status: 403, code: "forbidden"},
		{name: "administrator", request: post(admin, matterJSON), status: 403, code: "forbidden"},
		{name: "clerk", request: post(clerk, matterJSON), status: 201, not: []string{"张三丰", "13800005678"},
			want: []string{`"no":"220402G`, `"query_code":"CODE`, `"state":"registered"`, `"first_responder":"win-general.220402"`, `"seq":1`, `"owner":{"unit":"220402-C"`}},
		{name: "another office", request: post(elsewhere, least), status: 201},
		{name: "integrator", request: post(machineUA, least), status: 201, not: []string{`"first_responder":"integrator`}},
		{name: "an anonymous petitioner", request: post(clerk, `{"nature":"help","summary":"路灯不亮","channel":"walk_in","area":"220402008","petitioner":{"anonymous":true}}`), status: 201, want: []string{`"anonymous":true`}},
		{name: "not JSON", request: post(clerk, `{"nature":`), status: 400, code: "malformed"},
		{name: "not an object", request: post(clerk, `[1]`), status: 400, code: "malformed"},
		{name: "nothing", request: post(clerk, ``), status: 422, code: "invalid", want: []string{`"nature"`, `"summary"`, `"channel"`, `"area"`}},
		{name: "everything wrong at once", status: 422, code: "invalid",
			request: post(clerk, `{"nature":"SECRETVALUE","channel":7,"area":"SECRETVALUE","headcount":"SECRETVALUE","petitioner":{"kind":"SECRETVALUE","nickname":"SECRETVALUE"},"extra":"SECRETVALUE"}`),
			want:    []string{`"summary"`, `"nature"`, `"channel"`, `"area"`, `"headcount"`, `"petitioner.kind"`, `"petitioner.nickname"`, `"extra"`}, not: []string{"SECRETVALUE"}},
		{name: "a petitioner who is no object", request: post(clerk, `{"nature":"help","summary":"a","channel":"walk_in","area":"220402008","petitioner":"SECRETVALUE"}`), status: 422, want: []string{`"petitioner"`}, not: []string{"SECRETVALUE"}},
		{name: "six representatives", status: 422, want: []string{`"representatives"`},
			request: post(clerk, `{"nature":"help","summary":"a","channel":"walk_in","area":"220402008","representatives":[{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"},{"name":"e"},{"name":"f"}]}`)},
		{name: "wrong media type", status: 415, code: "media_type",
			request: request{as: clerk, method: http.MethodPost, path: "/api/v1/grievances", body: "a=b", header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}},
	})
	res := h.do(t, post(clerk, matterJSON))
	no := bodyOf(t, res)["no"].(string)
	assert.Equal(t, "/api/v1/cases/"+no, res.Header().Get("Location"))
	assert.Equal(t, `"1"`, res.Header().Get("ETag"))
	assert.True(t, h.started[no])
}

func TestRegistrationIsTakenWhileTheEngineIsAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.engine = errAway
	res := h.do(t, request{as: clerk, method: http.MethodPost, path: "/api/v1/grievances", body: matterJSON})
	require.Equal(t, http.StatusAccepted, res.Code, res.Body.String())
	no := bodyOf(t, res)["no"].(string)
	assert.NotEmpty(t, bodyOf(t, res)["query_code"])
	assert.False(t, h.started[no], "left to the sweeper")

	h.play(t, []scenario{
		{name: "it can be read", request: request{as: clerk, method: http.MethodGet, path: "/api/v1/cases/" + no}, status: 200},
		{name: "but not moved", request: step(dispatcher, no, "start-triage", "k", ""), status: 503, code: "unavailable", updates: 1},
	})
	h.engine = nil
	res = h.do(t, step(dispatcher, no, "start-triage", "k", ""))
	require.Equal(t, http.StatusOK, res.Code, "the workflow is started by the first step that needs it: %s", res.Body)
	assert.True(t, h.started[no])

	h.ledger = errAway
	h.play(t, []scenario{{name: "without the ledger nothing is taken", status: 503, code: "unavailable",
		request: request{as: clerk, method: http.MethodPost, path: "/api/v1/grievances", body: matterJSON}}})
}

func TestRegistrationWithAKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	post := func(as, body string) request {
		return request{as: as, method: http.MethodPost, path: "/api/v1/grievances", body: body, header: map[string]string{"Idempotency-Key": "k"}}
	}
	first, second := h.do(t, post(clerk, matterJSON)), h.do(t, post(clerk, matterJSON))
	assert.Equal(t, first.Body.String(), second.Body.String())
	assert.Len(t, h.cases, 1)
	h.play(t, []scenario{
		{name: "the key for another matter", status: 422, code: "key_reused", request: post(clerk, `{"nature":"help","summary":"另一件","channel":"walk_in","area":"220402008"}`)},
		{name: "the same key of another clerk", status: 201, request: post(dispatcher, matterJSON)},
	})
	assert.Len(t, h.cases, 2)
}

func TestStepsAreGuarded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	h.play(t, []scenario{
		{name: "anonymous", request: step("", no, "sign-for", "k", ""), status: 401, code: "sign_in"},
		{name: "stranger", request: step(elsewhere, no, "sign-for", "k", ""), status: 404, code: "not_found"},
		{name: "administrator", request: step(admin, no, "sign-for", "k", ""), status: 404, code: "not_found"},
		{name: "wrong role", request: step(director, no, "sign-for", "k", ""), status: 403, code: "forbidden", updates: 1},
		{name: "no key", request: step(liaison, no, "sign-for", "", ""), status: 428, code: "precondition"},
		{name: "a key that cannot be one", request: step(liaison, no, "sign-for", "键", ""), status: 400, code: "malformed"},
		{name: "no such step", request: step(liaison, no, "fly-away", "k", ""), status: 404, code: "not_found"},
		{name: "a step of time", request: step(liaison, no, "follower-joined", "k", ""), status: 404, code: "not_found"},
		{name: "wrong state", request: step(dispatcher, no, "start-triage", "k", ""), status: 409, code: "conflict", updates: 1,
			want: []string{`"reason":"wrong_state"`, `"state":"dispatched"`, `"allowed_actions":[`, `"classify"`}},
		{name: "not JSON", request: step(liaison, no, "sign-for", "k", "{"), status: 400, code: "malformed"},
		{name: "all faults at once", status: 422, code: "invalid", updates: 1, not: []string{"SECRETVALUE"},
			request: step(dispatcher, no, "start-adjudication", "k", `{"parties":"SECRETVALUE","SECRETVALUE":1}`), want: []string{`"parties"`, `"arguments"`}},
		{name: "done", request: step(liaison, no, "sign-for", "k", ""), status: 200, want: []string{`"state":"signed"`}, updates: 1},
	})
}

func TestARetryGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	wish := step(liaison, no, "sign-for", "k", "")
	first := h.do(t, wish)
	require.Equal(t, http.StatusOK, first.Code)

	h.now = noon.Add(time.Hour)
	h.act(t, liaison, no, "assign-handler", `{"handlers":["handler.220402-D08"],"recusal_declared":true}`)
	again := h.do(t, wish)
	assert.Equal(t, http.StatusOK, again.Code)
	assert.Equal(t, first.Body.String(), again.Body.String(), "the answer does not depend on what has happened since")
	assert.Equal(t, first.Header().Get("ETag"), again.Header().Get("ETag"))

	wish.header["If-Match"] = first.Header().Get("ETag")
	assert.Equal(t, http.StatusOK, h.do(t, wish).Code, "a wish that was carried out is not stale")
	h.engine = errAway
	assert.Equal(t, first.Body.String(), h.do(t, wish).Body.String(), "the ledger knows it while the engine is away")
	other := h.do(t, step(liaison, no, "assign-handler", "k", `{"handlers":[]}`))
	assert.Equal(t, "key_reused", problemOf(t, other).Code, "and it knows that another request is another one")
	h.engine = nil

	h.play(t, []scenario{
		{name: "another request with the key", request: step(liaison, no, "assign-handler", "k", `{"handlers":["handler.220402-D08"],"recusal_declared":true}`), status: 422, code: "key_reused", updates: 1},
		{name: "the key of another user", request: step(dispatcher, no, "start-triage", "k", ""), status: 409, code: "conflict", updates: 1},
	})
}

func TestIfMatch(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]int{
		`*`: 200, `"3"`: 200, `"2", "3"`: 200, `"3","9"`: 200, ``: 200,
		`"2"`: 412, `W/"3"`: 412, `"abc"`: 412, `""`: 412, `3`: 400, `"3`: 400, `"3" "4"`: 400,
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			no := h.dispatched(t)
			require.Equal(t, 3, h.cases[no].Seq)
			wish := step(liaison, no, "sign-for", "k", "")
			wish.header["If-Match"] = header
			res := h.do(t, wish)
			require.Equal(t, want, res.Code, res.Body.String())
			if want == 412 {
				p := problemOf(t, res)
				assert.Equal(t, "stale", p.Code)
				assert.Equal(t, "dispatched", p.State)
				assert.Contains(t, p.Allowed, "sign-for")
			}
			assert.Equal(t, want == 200, h.cases[no].SignedAt.Equal(h.now), "nothing happens unless it matches")
		})
	}
}

func TestACaseThatIsOverRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	h.mu.Lock()
	c := *h.cases[no]
	c.State, c.Deadlines = grievance.Archived, nil
	h.cases[no] = &c
	delete(h.running, no)
	h.mu.Unlock()
	h.play(t, []scenario{
		{name: "too late", request: step(liaison, no, "sign-for", "k", ""), status: 409, code: "conflict", updates: 1, want: []string{`"state":"archived"`}},
		{name: "and never yours", request: step(director, no, "sign-for", "k", ""), status: 403, code: "forbidden", updates: 1},
		{name: "a signature", request: step(director, no, "approve", "k", ""), status: 409, code: "conflict", updates: 1, want: []string{`"state":"archived"`}},
		{name: "the workflow is gone", request: request{as: dispatcher, method: http.MethodGet, path: "/api/v1/cases/" + no + "?source=workflow"}, status: 404, want: []string{"workflow_ended"}},
	})
	assert.Empty(t, h.running, "nothing is started again")
}

func TestActionsTellWhatThisCallerMayDo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	h.act(t, dispatcher, no, "start-triage", "")
	path := "/api/v1/cases/" + no + "/actions"
	res := h.do(t, request{as: dispatcher, method: http.MethodGet, path: path})
	lead := field(t, bodyOf(t, res), "dispatch", "lead_unit")
	assert.Equal(t, true, lead["required"])
	assert.Equal(t, "主办单位", lead["label"])
	assert.Contains(t, lead["options"], "220402-D08")
	assert.Contains(t, lead["options"], lead["default"], "the duty catalogue suggests one of the units offered")
	urgency := field(t, bodyOf(t, res), "dispatch", "urgency")
	assert.Contains(t, urgency["options"], "normal")

	res = h.do(t, request{as: dispatcher, method: http.MethodGet, path: path, header: map[string]string{"Accept-Language": "en"}})
	assert.Equal(t, "lead unit", field(t, bodyOf(t, res), "dispatch", "lead_unit")["label"])

	h.act(t, dispatcher, no, "dispatch", dispatchJSON)
	h.act(t, liaison, no, "sign-for", "")
	res = h.do(t, request{as: liaison, method: http.MethodGet, path: path})
	handlers := field(t, bodyOf(t, res), "assign-handler", "handlers")
	assert.Contains(t, handlers["options"], "handler.220402-D08")
	assert.Equal(t, fmt.Sprintf(`"%d"`, h.cases[no].Seq), res.Header().Get("ETag"))

	res = h.do(t, request{as: director, method: http.MethodGet, path: path})
	assert.NotContains(t, res.Body.String(), `"assign-handler"`)
}

func field(t *testing.T, actions map[string]any, action, name string) map[string]any {
	t.Helper()
	for _, a := range actions["items"].([]any) {
		if a.(map[string]any)["action"] != action {
			continue
		}
		for _, f := range a.(map[string]any)["fields"].([]any) {
			if f.(map[string]any)["name"] == name {
				return f.(map[string]any)
			}
		}
	}
	t.Fatalf("no field %s of %s", name, action)
	return nil
}

func TestThePetitionerHasAWayIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	path := "/api/v1/public/cases/" + no
	withdraw := request{method: http.MethodPost, path: path + "/actions/withdraw?code=" + codeOf(no), body: `{"statement":"不再反映"}`, header: map[string]string{"Idempotency-Key": "k"}}
	h.play(t, []scenario{
		{name: "no code", request: request{method: http.MethodGet, path: path}, status: 404, code: "not_found"},
		{name: "wrong code", request: request{method: http.MethodGet, path: path + "?code=SECRETVALUE"}, status: 404, code: "not_found", not: []string{"SECRETVALUE"}},
		{name: "code", request: request{method: http.MethodGet, path: path + "?code=" + codeOf(no)}, status: 200,
			want: []string{`"state":"dispatched"`, `"withdraw"`, "已交办待签收"}, not: []string{"disp.220402", "win-general", "井盖", "限期修复", "张三丰"}},
		{name: "a step of officers", request: request{method: http.MethodPost, path: path + "/actions/sign-for?code=" + codeOf(no)}, status: 404},
		{name: "not yet", status: 409, code: "conflict", updates: 1,
			request: request{method: http.MethodPost, path: path + "/actions/evaluate?code=" + codeOf(no), body: `{"rating":"satisfied"}`, header: map[string]string{"Idempotency-Key": "e"}}},
		{name: "without a key", request: request{method: http.MethodPost, path: path + "/actions/withdraw?code=" + codeOf(no)}, status: 428},
		{name: "withdraw", request: withdraw, status: 200, want: []string{`"state":"withdrawn"`}, updates: 1},
		{name: "again", request: withdraw, status: 200, want: []string{`"state":"withdrawn"`}, updates: 1},
	})
}

func TestGuessingIsTiresome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	guess := request{method: http.MethodGet, path: "/api/v1/public/cases/" + no + "?code=WRONG"}
	for range 20 {
		require.Equal(t, http.StatusNotFound, h.do(t, guess).Code)
	}
	res := h.do(t, guess)
	assert.Equal(t, http.StatusTooManyRequests, res.Code)
	assert.NotEmpty(t, res.Header().Get("Retry-After"))
	h.now = h.now.Add(6 * time.Minute)
	assert.Equal(t, http.StatusNotFound, h.do(t, guess).Code)
}
