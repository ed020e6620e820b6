package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestASensitiveMatterIsReadByFew: of a matter of class C2 its words, in whatever form, are for
// those named on it and for those who answer for a unit that takes part; everybody else in
// scope sees that it is there and when it is due (§2.3, decision 24).
func TestASensitiveMatterIsReadByFew(t *testing.T) {
	t.Parallel()
	const secret, more = "长期遭受家暴", "左臂骨折两次"
	const handler, other = "handler.220402-D08", "handler2.220402-D08"
	h := newHouse(t)
	no := h.matter(t, map[string]any{"confidentiality": "C2", "summary": secret, "facts": more, "request": "人身保护", "read_back": true})
	told := func(as string) string {
		all := ""
		for _, path := range []string{"", "/timeline", "/statement", "/notices", "/receipt?contents=true", "/actions", "/clocks", "/similar", "/sessions", "/files"} {
			res := h.do(t, request{as: as, method: http.MethodGet, path: "/api/v1/cases/" + no + path})
			require.Contains(t, []int{http.StatusOK, http.StatusForbidden}, res.Code, "%s %s %s", as, path, res.Body)
			all += res.Body.String()
		}
		return all + h.do(t, request{as: as, method: http.MethodGet, path: "/api/v1/cases"}).Body.String()
	}
	reads := func(as string) {
		t.Helper()
		all := told(as)
		assert.Contains(t, all, secret, as)
		assert.Contains(t, all, more, as)
		assert.Contains(t, all, `"withheld":false`, as)
	}
	doesNot := func(as string) {
		t.Helper()
		all := told(as)
		assert.NotContains(t, all, secret, as)
		assert.NotContains(t, all, more, as)
		assert.Contains(t, all, `"withheld":true`, as)
		assert.Contains(t, all, "content_sensitive", as)
		assert.Contains(t, all, no, "that it is there")
	}

	reads(clerk)                                                                     // took it in
	reads(dispatcher)                                                                // distributes what lies with the centre
	for _, as := range []string{"supervisor.220402", "cleader.220402", townLeader} { // look on
		doesNot(as)
	}
	h.act(t, dispatcher, no, "start-triage", "")
	h.act(t, dispatcher, no, "dispatch", dispatchJSON)
	reads(liaison)
	h.act(t, liaison, no, "sign-for", "")
	doesNot(handler)
	h.act(t, liaison, no, "assign-handler", `{"handlers":["`+handler+`"],"recusal_declared":true}`)
	reads(handler)
	reads("leader.220402-D08")
	doesNot(other)
	doesNot("supervisor.220402")
}

// TestWhatWasSaidIsThere: who handles a matter reads it in the petitioner's words, and of an
// accusation nobody is told which unit it is about.
func TestWhatWasSaidIsThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	said := map[string]any{"place": "19号楼门口", "facts": "连续三夜停水", "request": "恢复供水", "respondent": "某物业", "respondent_unit": "220402-D11"}
	get := func(as, no string) map[string]any {
		return bodyOf(t, h.do(t, request{as: as, method: http.MethodGet, path: "/api/v1/cases/" + no + "/statement"}))
	}
	body := get("supervisor.220402", h.matter(t, said))
	for name, want := range said {
		assert.Equal(t, want, body[name], name)
	}
	assert.NotEmpty(t, body["respondent_unit_zh"])
	said["nature"] = "accusation"
	body = get("discipline.220402-D07", h.matter(t, said))
	assert.Equal(t, "连续三夜停水", body["facts"])
	assert.NotContains(t, body, "respondent_unit")
	assert.NotContains(t, body, "respondent_unit_zh")
}

// TestWhatWaitsForASignature: a step that needs a second person is in the list of who may sign,
// until it is signed, and in nobody else's.
func TestWhatWaitsForASignature(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.matter(t, nil)
	h.act(t, dispatcher, no, "start-triage", "")
	h.act(t, dispatcher, no, "dispatch", dispatchJSON)
	waits := func(as string) bool {
		res := h.do(t, request{as: as, method: http.MethodGet, path: "/api/v1/cases?awaiting=me"})
		require.Equal(t, http.StatusOK, res.Code, res.Body.String())
		return strings.Contains(res.Body.String(), no)
	}
	require.False(t, waits("leader.220402-D08"))
	h.act(t, liaison, no, "request-return", `{"reason_code":"B01","legal_basis":"三定方案","suggested_unit":"220402-D12"}`)
	require.True(t, waits("leader.220402-D08"), "the head signs a return")
	require.False(t, waits(liaison))
	require.False(t, waits("leader.220402-D12"), "not the head of another unit")
	h.act(t, "leader.220402-D08", no, "approve", "")
	require.False(t, waits("leader.220402-D08"))
}
