package e2e

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clock is one limit as it explains itself.
type clock struct {
	Name      string    `json:"name"`
	State     string    `json:"state"`
	Light     string    `json:"light"`
	Due       time.Time `json:"due"`
	Limit     string    `json:"limit"`
	LimitText struct{ ZH, EN string }
	Remaining struct {
		ZH string `json:"zh"`
		EN string `json:"en"`
	} `json:"remaining"`
	Segments []struct {
		From time.Time `json:"from"`
		To   time.Time `json:"to"`
		Kind string    `json:"kind"`
		ZH   string    `json:"name"`
		EN   string    `json:"name_en"`
		By   string    `json:"by"`
		Why  string    `json:"why"`
	} `json:"segments"`
}

// clock reads one clock of a case; every clock must be explained without gap.
func (s *stand) clock(no, name string) clock {
	s.t.Helper()
	var page struct {
		Items []clock `json:"items"`
	}
	require.Equal(s.t, http.StatusOK, s.get("supervisor.220402", "/cases/"+no+"/clocks", &page))
	var out clock
	for _, c := range page.Items {
		for i := 1; i < len(c.Segments); i++ {
			require.True(s.t, c.Segments[i].From.Equal(c.Segments[i-1].To), "%s: gap at %s", c.Name, c.Segments[i].From)
		}
		if c.Name == name {
			out = c
		}
	}
	require.Equal(s.t, name, out.Name, "no such clock")
	return out
}

// segment finds the first segment of a kind.
func (s *stand) segment(c clock, kind string) (by, why, zh string) {
	s.t.Helper()
	for _, x := range c.Segments {
		if x.Kind == kind {
			return x.By, x.Why, x.ZH
		}
	}
	require.Failf(s.t, "not explained", "%s has no %s segment: %+v", c.Name, kind, c.Segments)
	return "", "", ""
}

// playPauseIsExplained: the policy clock stops and goes on with two persons'
// consent, and tells who stopped it and why (§4.1). An urgent matter counts day
// and night, so that the pause shows at any hour the test is run.
func playPauseIsExplained(t *testing.T, s *stand) {
	v := s.inHand(map[string]any{"urgency": "urgent"})
	before := s.look("disp.220402", v.No)
	require.Equal(t, "running", s.clock(v.No, "policy").State)
	ask := map[string]any{"pause_reason": "supplement", "note": "待补充产权证明"}
	require.Equal(t, []string{"pause_reason"}, s.try("handler."+housing, v.No, "pause", map[string]any{"pause_reason": "hang_up", "note": "拟长期挂起"}, s.keyed()).fields())
	s.do("handler."+housing, v.No, "pause", ask)
	require.False(t, s.look("disp.220402", v.No).Paused, "asked for only")
	require.Equal(t, http.StatusForbidden, s.refused("leader."+housing, v.No, "approve", nil).Status)
	s.do("disp.220402", v.No, "approve", nil)

	w := s.look("disp.220402", v.No)
	require.True(t, w.Paused)
	require.True(t, w.PolicyDueAt.IsZero())
	require.Equal(t, "none", w.Light)
	require.Equal(t, "already_paused", s.refused("handler."+housing, v.No, "pause", ask).Reason)
	c := s.clock(v.No, "policy")
	require.Equal(t, "paused", c.State)
	require.True(t, c.Due.IsZero())
	require.Contains(t, c.Remaining.ZH, "暂停")

	s.do("handler."+housing, v.No, "unpause", map[string]any{"reason": "材料已补齐"})
	require.Equal(t, "not_paused", s.refused("handler."+housing, v.No, "unpause", map[string]any{"reason": "材料已补齐"}).Reason)
	require.Equal(t, "pause_once", s.refused("handler."+housing, v.No, "pause", ask).Reason)
	w = s.look("disp.220402", v.No)
	require.False(t, w.Paused)
	require.True(t, w.PolicyDueAt.After(before.PolicyDueAt), "the due date moved by the pause")
	c = s.clock(v.No, "policy")
	require.Equal(t, "running", c.State)
	by, why, zh := s.segment(c, "paused")
	require.Equal(t, "disp.220402", by, "whose consent it was")
	require.Equal(t, "supplement", why)
	require.Contains(t, zh, "补充材料")
}

// playExtension: once, by two persons, and the clock tells who granted it (§4.5).
func playExtension(t *testing.T, s *stand) {
	v := s.inHand(nil)
	before := s.look("disp.220402", v.No)
	ask := map[string]any{"reason_code": "X01", "legal_basis": "《市民热线办法》", "plan": "委托房屋安全鉴定", "days": 3}
	s.do("handler."+housing, v.No, "extend", ask)
	require.Equal(t, http.StatusForbidden, s.refused("leader."+housing, v.No, "approve", nil).Status, "not the unit itself")
	require.Equal(t, before.PolicyDueAt, s.look("disp.220402", v.No).PolicyDueAt)
	s.do("duty.220402", v.No, "approve", nil)
	after := s.look("disp.220402", v.No)
	require.True(t, after.PolicyDueAt.After(before.PolicyDueAt))
	require.Equal(t, 1, after.ExtensionCount)
	by, why, zh := s.segment(s.clock(v.No, "policy"), "extended")
	require.Equal(t, "duty.220402", by)
	require.Equal(t, "X01", why)
	require.Contains(t, zh, "鉴定")
	require.Equal(t, "extend_used", s.refused("leader."+housing, v.No, "extend", ask).Reason)

	emergency := s.inHand(map[string]any{"urgency": "emergency"})
	require.Equal(t, "extend_never", s.refused("leader."+housing, emergency.No, "extend", ask).Reason)
}

// playPetitionKeepsItsStatutoryDate: 60 calendar days from acceptance; a hang-up
// or a pause moves the policy clock and never the law's (§0.4, XF §34).
func playPetitionKeepsItsStatutoryDate(t *testing.T, s *stand) {
	v := s.toUnit(map[string]any{"nature": "petition"})
	before := s.look("disp.220402", v.No)
	require.False(t, before.StatutoryDueAt.IsZero())
	require.Equal(t, "60cd", s.clock(v.No, "statutory").Limit)
	s.do("liaison."+housing, v.No, "sign-for", nil)
	s.do("liaison."+housing, v.No, "assign-handler", map[string]any{"handlers": []string{"handler." + housing}, "recusal_declared": true})
	s.do("leader."+housing, v.No, "pause", map[string]any{"pause_reason": "hearing", "note": "组织听证"})
	s.do("director.220402", v.No, "approve", nil)
	w := s.look("disp.220402", v.No)
	require.True(t, w.PolicyDueAt.IsZero())
	require.Equal(t, before.StatutoryDueAt, w.StatutoryDueAt)
	require.Equal(t, "running", s.clock(v.No, "statutory").State)
	require.Equal(t, w.StatutoryDueAt, w.DueAt, "it is judged late by the law's date meanwhile")

	short := s.try("leader."+housing, v.No, "issue-reply", replyInput("处理完毕"), s.keyed())
	require.ElementsMatch(t, []string{"opinion_result", "remedy", "remedy_organ"}, short.fields(), "no opinion without its remedy (I4)")
}

// playSuspension: the director hangs a case up for a time, and it comes back to
// its unit with its clock (G19, G20).
func playSuspension(t *testing.T, s *stand) {
	const unit = "220402-D16" // the quota of a quarter is its own
	v := s.register(nil)
	s.do("disp.220402", v.No, "start-triage", nil)
	s.do("disp.220402", v.No, "dispatch", map[string]any{"lead_unit": unit})
	s.do("liaison."+unit, v.No, "sign-for", nil)
	s.do("liaison."+unit, v.No, "assign-handler", map[string]any{"handlers": []string{"handler." + unit}, "recusal_declared": true})
	before := s.look("disp.220402", v.No)
	ask := func(days int) map[string]any {
		return map[string]any{"reason_code": "H01", "milestones": "四月开工,六月完工", "until": today(days), "interim_measures": "设置警示并临时疏通"}
	}
	require.Equal(t, []string{"until"}, s.try("leader."+unit, v.No, "suspend", ask(300), s.keyed()).fields())
	s.do("leader."+unit, v.No, "suspend", ask(60))
	require.Equal(t, "handling", s.look("disp.220402", v.No).State)
	require.Equal(t, http.StatusForbidden, s.refused("disp.220402", v.No, "approve", nil).Status)
	v = s.do("director.220402", v.No, "approve", nil)
	require.Equal(t, "suspended", v.State)
	require.Equal(t, unit, v.Owner.Unit)
	w := s.look("disp.220402", v.No)
	require.True(t, w.Paused)
	require.Equal(t, "none", w.Light)
	require.NotNil(t, w.Suspension)
	require.Equal(t, "running", s.clock(v.No, "hangup.review").State, "it must be reviewed")
	s.do("liaison."+unit, v.No, "review-suspension", map[string]any{"milestone_report": "材料已备齐"})
	s.hears("disp.220402", v.No, "N13")

	v = s.do("leader."+unit, v.No, "resume", map[string]any{"reason": "提前具备条件"})
	require.Equal(t, "handling", v.State)
	w = s.look("disp.220402", v.No)
	require.Nil(t, w.Suspension)
	require.False(t, w.PolicyDueAt.Before(before.PolicyDueAt))

	long := s.inHand(nil)
	s.do("supervisor.220402", long.No, "suspend", ask(150)) // beyond the director's 90 days
	require.Equal(t, http.StatusForbidden, s.refused("director.220402", long.No, "approve", nil).Status)
	require.Equal(t, "suspended", s.do("cleader.220402", long.No, "approve", nil).State)
}
