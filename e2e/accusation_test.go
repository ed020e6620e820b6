package e2e

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"

	"huajie/workflows"
)

const discipline = "discipline.220402-D07"

// blind tells that a user cannot find a case in any way there is.
func (s *stand) blind(user, no, words string) {
	s.t.Helper()
	for _, part := range parts {
		require.Equal(s.t, http.StatusNotFound, s.get(user, "/cases/"+no+part, nil), "%s %s", user, part)
	}
	require.Equal(s.t, http.StatusNotFound, s.try(user, no, "sign-for", nil, s.keyed()).Status, user)
	for _, q := range []string{words, no} {
		p := s.list(user, "q", q, "total", "true")
		require.Empty(s.t, p.Items, user)
		require.Zero(s.t, *p.Total, user)
	}
	require.NotContains(s.t, s.listAll(user, "sort", "-created_at", "limit", "200"), no, user)
}

// playAccusationIsHidden: accusation material exists for the discipline officer
// and for those who work on it; for nobody else, least of all under the accused (§2.3 C3).
func playAccusationIsHidden(t *testing.T, s *stand) {
	words := s.unique()
	v := s.registerAs("disp.220402", map[string]any{"nature": "accusation", "summary": words + "反映街道干部问题", "channel": "letter", "area": "220402008",
		"respondent_unit": "220402008", "respondent": "某干部戊", "petitioner": map[string]any{"anonymous": true}})
	for _, user := range []string{streetDesk, "tleader.220402008", "mediator.220402008", "community.220402008901", "grid.220402008901001", // under the accused
		"disp2.220402", "director.220402", "supervisor.220402", "cleader.220402", "citysup.220400", "handler.220402-D07", "discipline.220403-D07"} {
		s.blind(user, v.No, words)
	}
	w := s.look(discipline, v.No)
	require.Equal(t, "C3", w.Confidential)
	p := s.list(discipline, "q", words, "total", "true")
	require.Equal(t, []string{v.No}, p.nos())
	require.Equal(t, 1, *p.Total)

	require.Equal(t, http.StatusOK, s.get("disp.220402", "/cases/"+v.No, nil), "who took it in knows of it")

	s.do(discipline, v.No, "start-triage", nil) // worked inside the vault
	require.Equal(t, "not_your_case", s.refused("disp.220402", v.No, "assign-local", nil).Reason)
	require.Equal(t, "respondent_barred", s.refused(discipline, v.No, "dispatch", map[string]any{"lead_unit": street}).Reason)
	require.Equal(t, "respondent_barred", s.refused(discipline, v.No, "dispatch", map[string]any{"lead_unit": "220402-D07", "assist_units": []string{street}}).Reason)
	require.Equal(t, "c3_stays", s.refused(discipline, v.No, "classify", map[string]any{"confidentiality": "C1", "reason": "拟降级处理"}).Reason)
	s.do(discipline, v.No, "dispatch", map[string]any{"lead_unit": "220402-D07"})
	s.do(discipline, v.No, "sign-for", nil)
	s.do(discipline, v.No, "assign-handler", map[string]any{"handlers": []string{"handler.220402-D07"}, "recusal_declared": true})
	require.Equal(t, "220402-D07", s.look("handler.220402-D07", v.No).LeadUnit, "one designated handler")
	s.blind("handler2.220402-D07", v.No, words)
	s.blind(streetDesk, v.No, words)
	s.blind("director.220402", v.No, words)
	s.do("handler.220402-D07", v.No, "issue-reply", replyInput("已按规定核查处理"))
	require.Equal(t, "replied", s.do("leader.220402-D07", v.No, "approve", nil).State)
	for _, user := range []string{streetDesk, "tleader.220402008", "director.220402", "supervisor.220402", "disp2.220402", "liaison.220402-D11"} {
		require.Empty(t, s.inbox(user, v.No), "%s is not told either", user)
	}
	require.Equal(t, map[string]string{"HuajieState": `"sealed"`}, s.attributes(v.No))
}

// playOrdinaryCaseBecomesAnAccusation: the accused unit, at work on it, loses it
// and every sight of it at once (§6 item 13).
func playOrdinaryCaseBecomesAnAccusation(t *testing.T, s *stand) {
	words := s.unique()
	v := s.inHand(map[string]any{"summary": words + "反映住建工作人员索要好处", "respondent_unit": housing})
	require.Equal(t, []string{v.No}, s.list("leader."+housing, "q", words).nos())
	require.Contains(t, s.attributes(v.No), "HuajieCounty")
	s.do("supervisor.220402", v.No, "classify", map[string]any{"confidentiality": "C3", "reason": "属检举控告"})
	for _, user := range []string{"leader." + housing, "liaison." + housing, "handler." + housing, "handler2." + housing, "director.220402", "citysup.220400"} {
		s.blind(user, v.No, words)
	}
	w := s.look(discipline, v.No)
	require.Equal(t, "220402-C", w.Owner.Unit)
	require.Empty(t, w.Handlers)
	require.Equal(t, "L2", w.Level)
	require.Equal(t, http.StatusOK, s.get("win-general.220402", "/cases/"+v.No, nil), "who took it in knows of it")
	require.Equal(t, map[string]string{"HuajieState": `"sealed"`}, s.attributes(v.No), "the engine tells nothing either")
}

// attributes are the search attributes of a case's workflow, as JSON.
func (s *stand) attributes(no string) map[string]string {
	s.t.Helper()
	d, err := s.app.Client.DescribeWorkflowExecution(context.Background(), workflows.ID(no), "")
	require.NoError(s.t, err)
	out := map[string]string{}
	for name, p := range d.GetWorkflowExecutionInfo().GetSearchAttributes().GetIndexedFields() {
		if _, ours := workflows.SearchAttributes()[name]; ours {
			out[name] = converter.GetDefaultDataConverter().ToString(p)
		}
	}
	return out
}

// playAccusationIsNotCounted: an overdue accusation is in the figures of the
// discipline officer only (drill area, where it is overdue in seconds).
func playAccusationIsNotCounted(t *testing.T, s *stand) {
	v := s.registerAs("disp.220498", map[string]any{"nature": "accusation", "summary": "演练举报事项", "channel": "letter", "area": "220498001",
		"respondent_unit": "220498001", "petitioner": map[string]any{"anonymous": true}})
	const officer = "discipline.220498-D07"
	require.Eventually(t, func() bool {
		c, err := s.Case(context.Background(), officer, v.No)
		return err == nil && c.Light == "red"
	}, soon, tick)
	require.Contains(t, s.listAll(officer, "overdue", "true"), v.No)
	for _, user := range []string{"supervisor.220498", "director.220498", "office.220498001", "citysup.220400"} {
		require.NotContains(t, s.listAll(user, "overdue", "true", "limit", "200"), v.No)
	}
	s.summaryAgrees(officer)
	s.summaryAgrees("office.220498001")
}
