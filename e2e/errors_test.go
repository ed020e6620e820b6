package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// The parts of a case that are read one by one.
var parts = []string{"", "/timeline", "/clocks", "/actions", "/sessions", "/petitioner", "?source=workflow"}

// playStrangers: nobody reads a case without signing in, and whom it does not
// concern cannot tell it from one that does not exist.
func playStrangers(t *testing.T, s *stand) {
	v := s.toUnit(nil)
	for _, part := range parts {
		path := "/cases/" + v.No + part
		require.Equal(t, http.StatusUnauthorized, s.get("", path, nil), part)
		require.Equal(t, http.StatusUnauthorized, s.ask(altered{header: map[string]string{"Authorization": "Bearer no-such-token"}}, "", http.MethodGet, path, nil).Status)
		for _, stranger := range []string{"leader." + farming, "office.220402003", "disp.220403", "director.220421", "supervisor.220422", "admin.220400", "petitioner.220402"} {
			hidden := s.ask(altered{}, stranger, http.MethodGet, path, nil)
			absent := s.ask(altered{}, stranger, http.MethodGet, "/cases/220402G2026010199999"+part, nil)
			require.Equal(t, http.StatusNotFound, hidden.Status, "%s %s", stranger, part)
			require.Equal(t, absent.problem, hidden.problem)
		}
	}
	// a stranger's step meets the same wall, whatever it is
	for _, action := range []string{"sign-for", "dispatch", "approve", "evaluate"} {
		no := s.try("leader."+farming, v.No, action, nil, s.keyed())
		require.Equal(t, http.StatusNotFound, no.Status)
		require.Empty(t, no.State)
	}
	require.Equal(t, http.StatusUnauthorized, s.ask(altered{header: s.keyed()}, "", http.MethodPost, "/cases/"+v.No+"/actions/sign-for", map[string]any{}).Status)
	require.Equal(t, http.StatusForbidden, s.ask(altered{}, "liaison."+housing, http.MethodPost, "/grievances", map[string]any{}).Status)
	require.Equal(t, 1, s.countEvents(v.No, "dispatched"))
	require.Equal(t, "dispatched", s.look("disp.220402", v.No).State)
}

// playWrongOffice: who may see a case may still not move it.
func playWrongOffice(t *testing.T, s *stand) {
	v := s.triaged(nil)
	v = s.do("disp.220402", v.No, "dispatch", map[string]any{"lead_unit": housing, "assist_units": []string{land}})
	for user, action := range map[string]string{
		"liaison." + land:       "sign-for",           // the right office of another unit on the case
		"leader." + housing:     "sign-for",           // the right unit, another office
		"disp.220402":           "escalate-l3",        // the director's
		"duty.220402":           "dispatch",           // an office that never may
		"supervisor.220402":     "adjudicate",         //
		"win-general.220402":    "plan-session",       //
		"citysup.220400":        "sign-for",           // sees everything, moves nothing
		streetDesk:              "dispatch",           // L0 only, and it is not its turn
		"discipline.220402-D07": "contact-petitioner", //
	} {
		no := s.try(user, v.No, action, nil, s.keyed())
		require.Contains(t, []int{http.StatusForbidden, http.StatusConflict}, no.Status, "%s %s %s", user, action, no.Body)
		if no.Status == http.StatusConflict {
			require.Equal(t, "wrong_state", no.Reason)
			require.NotContains(t, no.Allowed, action)
		}
	}
	require.Equal(t, "dispatched", s.look("disp.220402", v.No).State)
	require.Equal(t, 0, s.countEvents(v.No, "signed_for"))
}

// playWrongState: 409 tells where the case stands and what this caller may do.
func playWrongState(t *testing.T, s *stand) {
	v := s.toUnit(nil)
	no := s.try("disp.220402", v.No, "dispatch", map[string]any{"lead_unit": land}, s.keyed())
	require.Equal(t, http.StatusConflict, no.Status)
	require.Equal(t, "conflict", no.Code)
	require.Equal(t, "dispatched", no.State)
	require.Contains(t, no.Allowed, "start-adjudication")
	require.NotContains(t, no.Allowed, "dispatch")
	require.NotEmpty(t, no.ZH)
	require.NotEmpty(t, no.EN)
	var offered struct {
		Items []struct {
			Action string `json:"action"`
		} `json:"items"`
	}
	require.Equal(t, http.StatusOK, s.get("disp.220402", "/cases/"+v.No+"/actions", &offered))
	var names []string
	for _, o := range offered.Items {
		names = append(names, o.Action)
	}
	require.ElementsMatch(t, names, no.Allowed, "what /actions says")
	none := s.try("disp.220402", v.No, "approve", nil, s.keyed())
	require.Equal(t, http.StatusConflict, none.Status, "nothing waits to be signed")
}

// playInputsAllAtOnce: every fault in one answer, in both languages, and nothing
// of what was sent comes back.
func playInputsAllAtOnce(t *testing.T, s *stand) {
	const secret = "不应回显的内容XK77"
	v := s.triaged(nil)
	bad := s.try("disp.220402", v.No, "dispatch", map[string]any{"lead_unit": secret, "assist_units": []string{secret}, "urgency": secret, "headcount": secret,
		"confidentiality": secret, "extra_field": secret, "risk": 7}, s.keyed())
	require.Equal(t, http.StatusUnprocessableEntity, bad.Status)
	require.ElementsMatch(t, []string{"lead_unit", "assist_units", "urgency", "headcount", "confidentiality", "extra_field", "risk"}, bad.fields())
	require.NotContains(t, string(bad.Body), secret)
	empty := s.try("disp.220402", v.No, "dispatch", nil, s.keyed())
	require.Equal(t, []string{"lead_unit"}, empty.fields())
	other := s.try("disp.220402", v.No, "dispatch", map[string]any{"lead_unit": "220403-D11"}, s.keyed())
	require.Equal(t, []string{"lead_unit"}, other.fields(), "a unit of another county")

	bad = s.ask(altered{header: s.keyed()}, "win-general.220402", http.MethodPost, "/grievances", map[string]any{"nature": secret, "channel": 7,
		"area": secret, "petitioner": map[string]any{"kind": secret, "nickname": secret}})
	require.Equal(t, http.StatusUnprocessableEntity, bad.Status)
	require.ElementsMatch(t, []string{"nature", "channel", "area", "summary", "petitioner.kind", "petitioner.nickname"}, bad.fields())
	require.NotContains(t, string(bad.Body), secret)
	require.Equal(t, "triage", s.look("disp.220402", v.No).State)

	filter := s.ask(altered{}, "disp.220402", http.MethodGet, "/cases?state=nowhere&track=none&light=blue&limit=9999&sort=size", nil)
	require.Equal(t, http.StatusUnprocessableEntity, filter.Status)
	require.Subset(t, filter.fields(), []string{"light[0]", "limit", "sort"})
	filter = s.ask(altered{}, "disp.220402", http.MethodGet, "/cases?state=nowhere&track=none&unit=nobody", nil)
	require.ElementsMatch(t, []string{"state", "track", "unit"}, filter.fields())
}

// playPreconditions: a step needs a key, and depends on a version only when it
// says so, by strong comparison.
func playPreconditions(t *testing.T, s *stand) {
	v := s.register(nil)
	require.Equal(t, http.StatusPreconditionRequired, s.try("disp.220402", v.No, "start-triage", nil, nil).Status)
	tag := func(seq int) string { return fmt.Sprintf("%q", fmt.Sprint(seq)) }
	for _, stale := range []string{tag(v.Seq + 1), tag(v.Seq - 1), "W/" + tag(v.Seq), `"nonsense"`, `"8", "9"`} {
		no := s.try("disp.220402", v.No, "start-triage", nil, s.keyed("If-Match", stale))
		require.Equal(t, http.StatusPreconditionFailed, no.Status, stale)
		require.Equal(t, "registered", no.State)
	}
	require.Equal(t, http.StatusBadRequest, s.try("disp.220402", v.No, "start-triage", nil, s.keyed("If-Match", "1")).Status, "no entity tag at all")
	require.Equal(t, "registered", s.look("disp.220402", v.No).State)

	ok := s.try("disp.220402", v.No, "start-triage", nil, s.keyed("If-Match", `"99", `+tag(v.Seq)))
	require.Equal(t, http.StatusOK, ok.Status, string(ok.Body))
	require.Equal(t, tag(v.Seq+1), ok.Header.Get("ETag"))
	ok = s.try("disp.220402", v.No, "dispatch", map[string]any{"lead_unit": housing}, s.keyed("If-Match", "*"))
	require.Equal(t, http.StatusOK, ok.Status)
	late := s.try("liaison."+housing, v.No, "sign-for", nil, s.keyed("If-Match", tag(v.Seq)))
	require.Equal(t, http.StatusPreconditionFailed, late.Status)
	require.Equal(t, "dispatched", late.State)

	same := s.ask(altered{header: map[string]string{"If-None-Match": ok.Header.Get("ETag")}}, "disp.220402", http.MethodGet, "/cases/"+v.No, nil)
	require.Equal(t, http.StatusNotModified, same.Status)
	require.Empty(t, same.Body)
}

// playUnreadable: what is no step, no JSON or no object is told apart.
func playUnreadable(t *testing.T, s *stand) {
	v := s.register(nil)
	for _, action := range []string{"fly", "follower-joined", "master-moved", "session-moved", "START-TRIAGE"} {
		require.Equal(t, http.StatusNotFound, s.try("disp.220402", v.No, action, nil, s.keyed()).Status, action)
	}
	for _, body := range []string{`{"lead_unit":`, `[1]`, `"text"`, `{} {}`, `null`, "\x00"} {
		no := s.ask(altered{header: s.keyed(), body: &body}, "disp.220402", http.MethodPost, "/cases/"+v.No+"/actions/start-triage", map[string]any{})
		require.Equal(t, http.StatusBadRequest, no.Status, body)
		require.Equal(t, "malformed", no.Code)
	}
	require.Equal(t, http.StatusUnsupportedMediaType, s.try("disp.220402", v.No, "start-triage", nil, s.keyed("Content-Type", "text/plain")).Status)
	require.Equal(t, http.StatusBadRequest, s.ask(altered{}, "disp.220402", http.MethodGet, "/cases?cursor=forged", nil).Status)
	require.Equal(t, http.StatusMethodNotAllowed, s.ask(altered{}, "disp.220402", http.MethodDelete, "/cases/"+v.No, nil).Status)
	require.Equal(t, "registered", s.look("disp.220402", v.No).State)
}
