package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// playWithdraw: whoever holds the query code may take the matter back, unless it
// must go on ex officio (G33).
func playWithdraw(t *testing.T, s *stand) {
	v := s.inHand(nil)
	for _, code := range []string{"", "?code=AAAAAAAA"} {
		require.Equal(t, http.StatusNotFound, s.get("", "/public/cases/"+v.No+code, nil))
		require.Equal(t, http.StatusNotFound, s.ask(altered{header: s.keyed()}, "", http.MethodPost, "/public/cases/"+v.No+"/actions/withdraw"+code, map[string]any{}).Status)
	}
	require.Equal(t, []string{"statement"}, s.public(v.No, "withdraw", map[string]any{}).fields())
	require.Equal(t, "withdrawn", s.takeBack(v.No))
	again := s.public(v.No, "withdraw", map[string]any{"statement": "本人自愿撤回诉求"})
	require.Equal(t, http.StatusConflict, again.Status)
	require.Equal(t, "withdrawn", again.State)
	s.hears("liaison."+housing, v.No, "N16")

	urgent := s.toUnit(map[string]any{"urgency": "emergency"})
	require.Equal(t, "ex_officio", s.public(urgent.No, "withdraw", map[string]any{"statement": "算了"}).Reason)
}

// playVoidNeedsTwo: one supervisor asks, another person voids (G34).
func playVoidNeedsTwo(t *testing.T, s *stand) {
	v := s.register(nil)
	require.Equal(t, http.StatusForbidden, s.refused("disp.220402", v.No, "void", map[string]any{"reason": "重复登记"}).Status)
	v = s.do("supervisor.220402", v.No, "void", map[string]any{"reason": "重复登记"})
	require.Equal(t, "registered", v.State)
	same := s.refused("supervisor.220402", v.No, "approve", nil)
	require.Equal(t, "second_person", same.Reason)
	require.Equal(t, http.StatusForbidden, same.Status)
	s.hears("supervisor2.220402", v.No, "N9")
	require.Equal(t, "voided", s.do("supervisor2.220402", v.No, "approve", map[string]any{"note": "属实"}).State)
	s.hears("win-general.220402", v.No, "N16")
	require.Equal(t, http.StatusConflict, s.refused("disp.220402", v.No, "start-triage", nil).Status)
}

// playGuideAndReject: no door is closed by one person (G3, G4).
func playGuideAndReject(t *testing.T, s *stand) {
	v := s.triaged(nil)
	in := map[string]any{"legal_route": "1", "organ": "龙山区人民法院", "address": "龙山区某路1号", "channel_limit": "诉讼时效三年"}
	wrong := map[string]any{"legal_route": "6", "organ": "某机关", "address": "某地", "channel_limit": "三十日"}
	require.Equal(t, []string{"legal_route"}, s.try("petition.220402", v.No, "guide-legal", wrong, s.keyed()).fields())
	s.do("petition.220402", v.No, "guide-legal", in)
	require.Equal(t, http.StatusForbidden, s.refused("petition.220402", v.No, "approve", nil).Status)
	require.Equal(t, http.StatusForbidden, s.refused("disp.220402", v.No, "approve", nil).Status)
	require.Equal(t, "triage", s.look("disp.220402", v.No).State)
	require.Equal(t, "guided", s.do("duty.220402", v.No, "approve", nil).State)
	s.hears("win-general.220402", v.No, "N16")

	v = s.triaged(nil)
	no := map[string]any{"reason_code": "R01", "legal_basis": "《信访工作条例》", "remedy": "可向上级机关反映", "reason": "正在办理"}
	s.do("disp.220402", v.No, "reject-case", no)
	require.Equal(t, http.StatusForbidden, s.refused("disp2.220402", v.No, "approve", nil).Status)
	s.do("duty.220402", v.No, "decline", map[string]any{"reason": "应予受理"})
	require.Equal(t, "triage", s.look("disp.220402", v.No).State)
	s.hears("disp.220402", v.No, "N10")
	s.do("petition.220402", v.No, "reject-case", no)
	require.Equal(t, "not_accepted", s.do("duty.220402", v.No, "approve", nil).State)
}

// playReopen: within its window a closed case is taken up again where it was
// answered (G35).
func playReopen(t *testing.T, s *stand) {
	v := s.inHand(nil)
	s.do("leader."+housing, v.No, "issue-reply", replyInput("已修复"))
	require.Equal(t, http.StatusOK, s.evaluate(v.No, "satisfied").Status)
	require.Equal(t, "none", s.look("disp.220402", v.No).Light)
	require.Equal(t, http.StatusForbidden, s.refused("leader."+housing, v.No, "reopen", map[string]any{"ground": "new_facts", "reason": "再次漏水"}).Status)
	v = s.do("supervisor.220402", v.No, "reopen", map[string]any{"ground": "false_closing", "reason": "回访不实"})
	require.Equal(t, "handling", v.State)
	require.Equal(t, housing, v.Owner.Unit)
	require.False(t, v.DueAt.IsZero(), "its clock runs again")
	s.hears("leader."+housing, v.No, "N17")
	s.do("handler."+housing, v.No, "issue-reply", replyInput("已返工修复"))
	require.Equal(t, "replied", s.do("leader."+housing, v.No, "approve", nil).State)
}

// playUnsatisfied: an unfounded complaint is closed by two, a founded one is
// reworked with something new to say (G29–G32).
func playUnsatisfied(t *testing.T, s *stand) {
	v := s.inHand(nil)
	s.do("leader."+housing, v.No, "issue-reply", replyInput("已修复一处"))
	require.Equal(t, http.StatusOK, s.evaluate(v.No, "unsatisfied").Status)
	s.hears("supervisor.220402", v.No, "N17")
	require.Equal(t, http.StatusForbidden, s.refused("leader."+housing, v.No, "rework", map[string]any{"ground": "not_done", "why_founded": "属实"}).Status)
	v = s.do("supervisor.220402", v.No, "rework", map[string]any{"ground": "not_done", "why_founded": "另一处仍漏"})
	require.Equal(t, "rework", v.State)
	again := replyInput("已修复一处")
	again["new_measures"] = "补做防水层"
	require.Equal(t, []string{"result"}, s.try("leader."+housing, v.No, "issue-reply", again, s.keyed()).fields(), "the same answer is none")
	again["result"] = "两处均已修复"
	s.do("leader."+housing, v.No, "issue-reply", again)
	require.Equal(t, http.StatusOK, s.evaluate(v.No, "unsatisfied").Status)
	closing := map[string]any{"ground": "beyond_law_explained", "evidence": "解释笔录", "explanation": "已当面解释", "remedy": "可申请复查"}
	s.do("supervisor.220402", v.No, "close-explained", closing)
	require.Equal(t, "second_person", s.refused("supervisor.220402", v.No, "approve", nil).Reason)
	v = s.do("director.220402", v.No, "approve", nil)
	require.Equal(t, "closed", v.State)
	require.Equal(t, "unfounded", v.ClosingType)
}
