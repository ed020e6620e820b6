package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/form"
)

// secondCase is a step asked for, so that somebody else decides it.
type secondCase struct {
	of, do, stage string
	as            string // who asks
	in            form.Input
	by            places // who may decide here, where it is not what the row says for every case
}

var secondCases = []secondCase{
	{of: "grievance", do: "reject-case", stage: "triage", as: dispatcher, in: form.Input{"reason_code": "R06", "legal_basis": "b", "remedy": "r", "reason": "w"}},
	{of: "grievance", do: "no-longer-accept", stage: "triage", as: "petition.220402", in: form.Input{"ground": "in_progress", "reason": "w"}},
	{of: "grievance", do: "guide-legal", stage: "triage", as: dispatcher, in: theGuidance},
	{of: "grievance", do: "guide-legal", stage: "led", as: director, in: with(theGuidance, form.Input{"failed_record": "未成"}), by: places{"leader": {"county_leader"}}},
	{of: "grievance", do: "void", stage: "triage", as: overseer, in: theWhy},
	{of: "grievance", do: "request-return", stage: "dispatched", as: liaison, in: theReturn},
	{of: "grievance", do: "extend", stage: "in hand", as: handlerD08, in: theExtension},
	{of: "grievance", do: "pause", stage: "in hand", as: handlerD08, in: form.Input{"pause_reason": "hearing", "note": "听证"}},
	{of: "grievance", do: "suspend", stage: "in hand", as: leaderD08, in: theHangUp},
	{of: "grievance", do: "suspend", stage: "in hand", as: leaderD08, in: with(theHangUp, form.Input{"until": "2027-04-15"}), by: places{"county": {"county_leader"}}},
	{of: "grievance", do: "issue-reply", stage: "contacted", as: handlerD08, in: theAnswer},
	{of: "grievance", do: "escalate-l2", stage: "in hand", as: leaderD08, in: theRaise},
	{of: "grievance", do: "close-explained", stage: "not satisfied", as: overseer, in: form.Input{"ground": "beyond_law_explained", "explanation": "已解释", "evidence": "记录", "remedy": "已告知"}},
	{of: "grievance", do: "red-card", stage: "in hand", as: overseer, in: theOrder},
	{of: "grid_event", do: "red-card", stage: "disposing", as: overseer, in: theOrder},
	{of: "grid_event", do: "suspend", stage: "disposing", as: leaderD08, in: theHangUp},
	{of: "whistle", do: "refuse-whistle", stage: "blown", as: "liaison." + policeUnit, in: form.Input{"ground": "not_its_power", "reason": "非职权", "legal_basis": "条例"}},
	// in the vault the discipline reception asks, and it or the head of its department decides
	{of: "grievance", do: "reject-case", stage: "accusation in triage", as: vaultOfficer, in: form.Input{"reason_code": "R06", "legal_basis": "b", "remedy": "r", "reason": "w"},
		by: places{"vault": {"discipline_officer", "dept_leader"}}},
}

var (
	theGuidance  = form.Input{"legal_route": "1", "organ": "龙山区法院", "address": "龙山大街1号", "channel_limit": "三年"}
	theExtension = form.Input{"reason_code": "X03", "legal_basis": "条例第十条", "plan": "分两段施工", "days": 3}
)

// TestMatrixSecondPersons: what waits for a second person is decided by those the matrix
// names, by nobody else, and never by who asked for it.
func TestMatrixSecondPersons(t *testing.T) {
	t.Parallel()
	w := newWalk(t).build()
	asked := map[string]bool{}
	t.Run("requests", func(t *testing.T) {
		for _, c := range secondCases {
			asked[c.of+" "+c.do] = true
			t.Run(c.do+" "+c.stage, func(t *testing.T) { w.trySecond(t, c) })
		}
	})
	for _, r := range w.m.Actions {
		for _, s := range r.Steps {
			assert.True(t, s.Second == nil || asked[s.Of+" "+s.Do], "nobody has asked for %s %s", s.Of, s.Do)
		}
	}
}

func (w *walk) trySecond(t *testing.T, c secondCase) {
	i := slices.IndexFunc(w.stages, func(s stage) bool { return s.of == c.of && s.name == c.stage })
	require.GreaterOrEqual(t, i, 0, "no stage %s", c.stage)
	s := w.stages[i]
	start := w.moment(s.of, s.no)
	defer w.back(s.of, s.no, start)
	body, _ := json.Marshal(c.in)
	got := w.ask(c.as, http.MethodPost, at(s.of, s.no)+"/actions/"+c.do, string(body))
	require.Equal(t, http.StatusOK, got.status, string(got.body))
	waiting := w.moment(s.of, s.no)
	require.Len(t, waiting.subject.GetHead().Requests, 1, "it waits for a second person")
	require.Equal(t, start.subject.GetHead().State, waiting.subject.GetHead().State, "until then nothing has happened")
	s.scene = w.sceneFor(s.of, s.no)

	row, _ := w.m.step(c.of, c.do)
	by := row.Second.By
	if c.by != nil {
		by = c.by
	}
	decided := map[string]bool{}
	for _, p := range w.cast(nil) {
		want := w.expectSecond(s, by.offices(), p, c.as)
		for _, answer := range []string{"decline", "approve"} {
			got := w.ask(p.user, http.MethodPost, at(s.of, s.no)+"/actions/"+answer, map[string]string{"approve": "{}", "decline": `{"reason":"不同意"}`}[answer])
			if got.status != want {
				assert.Fail(t, "the matrix says otherwise", "%s of %s by %s: got %d %s, want %d", answer, c.do, p.user, got.status, got.reason, want)
			}
			after := w.moment(s.of, s.no)
			if (got.status == http.StatusOK) != (len(after.events) > len(waiting.events)) {
				assert.Fail(t, "only a decision changes something", "%s by %s", answer, p.user)
			}
			if got.status == http.StatusOK {
				decided[answer] = true
				assert.Empty(t, after.subject.GetHead().Requests)
			}
			w.back(s.of, s.no, waiting)
		}
	}
	assert.True(t, decided["approve"] && decided["decline"], "somebody must be able to decide")
}

func (w *walk) expectSecond(s stage, by []officeAt, p person, asker string) int {
	ok, _ := s.scene.may(by, p)
	switch {
	case !w.m.sees(s.scene, p):
		return http.StatusNotFound
	case !ok, p.user == asker:
		return http.StatusForbidden
	}
	return http.StatusOK
}

// TestMatrixGuards: the guards of §2.2 about persons, each once each way.
func TestMatrixGuards(t *testing.T) {
	t.Parallel()
	w := newWalk(t).build()
	for _, c := range []struct {
		name, stage, of, as, do string
		in                      form.Input
		status                  int
		reason                  string
	}{
		{"recusal declared", "signed", "grievance", liaison, "assign-handler", theHandlers, 200, ""},
		{"recusal not declared", "signed", "grievance", liaison, "assign-handler", with(theHandlers, form.Input{"recusal_declared": false}), 422, ""},
		{"a handler of another unit", "signed", "grievance", liaison, "assign-handler", with(theHandlers, form.Input{"handlers": []any{"handler.220402-D12"}}), 422, ""},
		{"an accused unit does not lead", "accusation in triage", "grievance", vaultOfficer, "dispatch", form.Input{"lead_unit": "220402-D12"}, 409, "respondent_barred"},
		{"another does", "accusation in triage", "grievance", vaultOfficer, "dispatch", form.Input{"lead_unit": "220402-D07"}, 200, ""},
		{"own report", "reported by who reviews", "grid_event", both, "dispatch", form.Input{"lead_unit": "220402-D08"}, 403, "not_your_case"},
		{"somebody else's report", "reported", "grid_event", both, "dispatch", form.Input{"lead_unit": "220402-D08"}, 200, ""},
		{"own draft", "drafted", "whistle", townLeader, "approve-whistle", nil, 200, ""},
		{"who handled it does not call back", "replied", "grievance", handlerD08, "evaluate", form.Input{"rating": "satisfied"}, 403, "not_your_office"},
	} {
		i := slices.IndexFunc(w.stages, func(s stage) bool { return s.of == c.of && s.name == c.stage })
		require.GreaterOrEqual(t, i, 0, c.stage)
		s := w.stages[i]
		before := w.moment(s.of, s.no)
		body, _ := json.Marshal(with(form.Input{}, c.in))
		got := w.ask(c.as, http.MethodPost, at(s.of, s.no)+"/actions/"+c.do, string(body))
		assert.Equal(t, c.status, got.status, "%s: %s", c.name, got.body)
		if c.reason != "" {
			assert.Equal(t, c.reason, got.reason, c.name)
		}
		w.back(s.of, s.no, before)
	}
}
