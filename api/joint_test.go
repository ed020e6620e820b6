package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/joint"
	"huajie/domain/machine"
)

// convened puts a joint session under a case, as the case would have opened it.
func (h *house) convened(t *testing.T, caseNo string) string {
	t.Helper()
	no := caseNo + "-J1"
	chair, _ := h.book.Users.User(director)
	events, s, err := joint.Open(no, machine.Command{Key: "open", Action: "plan-session", Actor: domain.Actor{User: director, Grants: chair.Grants}, Input: form.Input{
		"case": caseNo, "county": "220402", "level": "L2", "chair": director, "chair_unit": chair.Grants[0].Unit, "purpose": "会商", "lead_unit": "220402-D08",
		"assist_units": []any{"220402-D01"}, "held_at": noon.Add(14 * 24 * time.Hour).Format(time.RFC3339), "room": "一号室"}}, h.holder.Rules("220402", "", h.now), h.now)
	require.NoError(t, err)
	h.sessions[no], h.events[no], h.running[no] = s, events, true
	return no
}

func TestSessions(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	caseNo := h.dispatched(t)
	no := h.convened(t, caseNo)
	path := "/api/v1/sessions/" + no
	get := func(as, suffix string) request {
		return request{as: as, method: http.MethodGet, path: path + suffix}
	}
	act := func(as, action, key, body string) request {
		return request{as: as, method: http.MethodPost, path: path + "/actions/" + action, body: body, header: map[string]string{"Idempotency-Key": key}}
	}
	h.play(t, []scenario{
		{name: "anonymous", request: get("", ""), status: 401},
		{name: "stranger", request: get(elsewhere, ""), status: 404},
		{name: "director", request: get(director, ""), status: 200, want: []string{`"state":"planned"`, `"state_zh":"已召集待通知"`, `"due_unit"`}},
		{name: "from the workflow", request: get(director, "?source=workflow"), status: 200, want: []string{`"state":"planned"`}},
		{name: "under the case", request: request{as: director, method: http.MethodGet, path: "/api/v1/cases/" + caseNo + "/sessions"}, status: 200, want: []string{no}},
		{name: "in the calendar", request: request{as: director, method: http.MethodGet, path: "/api/v1/sessions?from=2026-11-01T00:00:00%2B08:00&to=2026-12-31T00:00:00%2B08:00"}, status: 200, want: []string{no, `"more":false`}},
		{name: "not in that of another county", request: request{as: "director.220403", method: http.MethodGet, path: "/api/v1/sessions?from=2026-11-01T00:00:00%2B08:00&to=2026-12-31T00:00:00%2B08:00"}, status: 200, not: []string{no}},
		{name: "another month", request: request{as: director, method: http.MethodGet, path: "/api/v1/sessions?from=2026-01-01T00:00:00%2B08:00&to=2026-02-01T00:00:00%2B08:00"}, status: 200, not: []string{no}},
		{name: "a year at once", request: request{as: director, method: http.MethodGet, path: "/api/v1/sessions?from=2026-01-01T00:00:00%2B08:00&to=2027-01-01T00:00:00%2B08:00"}, status: 422, want: []string{`"to"`}},
		{name: "timeline", request: get(director, "/timeline"), status: 200, want: []string{`"session_opened"`}},
		{name: "actions", request: get(director, "/actions"), status: 200, want: []string{`"notify-units"`}},
		{name: "step of a stranger", request: act(elsewhere, "notify-units", "k", ""), status: 404},
		{name: "step of a wrong role", request: act(clerk, "notify-units", "k", ""), status: 403, updates: 1},
		{name: "too early", request: act(director, "conclude", "k", ""), status: 409, updates: 1, want: []string{`"state":"planned"`, `"notify-units"`}},
		{name: "no key", request: act(director, "notify-units", "", ""), status: 428},
		{name: "done", request: act(director, "notify-units", "k", ""), status: 200, updates: 1, want: []string{`"state":"notified"`}},
		{name: "again", request: act(director, "notify-units", "k", ""), status: 200, updates: 1, want: []string{`"state":"notified"`}},
		{name: "acknowledged by the lead unit", request: act(liaison, "acknowledge", "a", ""), status: 200, updates: 1},
	})
	assert.Equal(t, http.StatusNotModified, h.do(t, request{as: director, method: http.MethodGet, path: path, header: map[string]string{"If-None-Match": `"3"`}}).Code)
}
