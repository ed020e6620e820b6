package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/api"
)

// TestAStepTellsItsLimitsBeforeItIsTaken: the same judgement as the step, and nothing is changed.
func TestAStepTellsItsLimitsBeforeItIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := bodyOf(t, h.do(t, request{as: clerk, method: http.MethodPost, path: "/api/v1/grievances", body: matterJSON}))["no"].(string)
	step := func(as, action, body string) {
		r := h.do(t, request{as: as, method: http.MethodPost, path: "/api/v1/cases/" + no + "/actions/" + action, body: body, header: map[string]string{"Idempotency-Key": action}})
		require.Equal(t, http.StatusOK, r.Code, r.Body.String())
	}
	ask := func(as, action, body string) (int, api.Preview) {
		r := h.do(t, request{as: as, method: http.MethodPost, path: "/api/v1/cases/" + no + "/preview/" + action, body: body})
		var p api.Preview
		require.NoError(t, json.Unmarshal(r.Body.Bytes(), &p))
		return r.Code, p
	}
	step(dispatcher, "start-triage", `{}`)
	before := h.cases[no].Seq

	status, p := ask(dispatcher, "dispatch", `{"lead_unit":"220402-D08"}`)
	require.Equal(t, http.StatusOK, status)
	assert.Equal(t, "已交办待签收", p.StateLabel.ZH)
	assert.False(t, p.Waits)
	dues := map[string]string{}
	for _, k := range p.Clocks {
		dues[k.Name] = k.Due.Format("2006-01-02 15:04")
		assert.NotEmpty(t, k.Label.ZH, k.Name)
	}
	assert.Contains(t, dues, "sign")
	assert.Contains(t, dues, "policy")
	assert.Equal(t, before, h.cases[no].Seq, "nothing has happened")

	step(dispatcher, "dispatch", `{"lead_unit":"220402-D08"}`)
	assert.Equal(t, dues["sign"], h.cases[no].Deadlines["sign"].At.In(noon.Location()).Format("2006-01-02 15:04"), "and the step sets what was told")

	status, p = ask(overseer, "red-card", `{"cause":"S03","requirements":"限期办结"}`)
	require.Equal(t, http.StatusOK, status)
	assert.True(t, p.Waits, "a second person decides")

	status, p = ask(dispatcher, "dispatch", `{"lead_unit":"220402-D08"}`)
	require.Equal(t, http.StatusOK, status)
	require.NotNil(t, p.Refused)
	assert.Equal(t, "wrong_state", p.Refused.Reason)
	assert.Empty(t, p.Clocks)
	status, p = ask(liaison, "request-return", `{}`)
	require.Equal(t, http.StatusOK, status)
	assert.Len(t, p.Refused.Fields, 3)

	_, p = ask(clerk, "sign-for", `{}`)
	assert.Equal(t, "not_your_office", p.Refused.Reason)

	for _, refused := range []struct {
		as, action, body string
		status           int
	}{
		{liaison, "no-such-step", `{}`, http.StatusNotFound},
		{elsewhere, "sign-for", `{}`, http.StatusNotFound},
		{"", "sign-for", `{}`, http.StatusUnauthorized},
	} {
		status, _ := ask(refused.as, refused.action, refused.body)
		assert.Equal(t, refused.status, status, "%s by %s", refused.action, refused.as)
	}
	assert.Equal(t, before+1, h.cases[no].Seq)
}
