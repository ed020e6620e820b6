package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/internal/demo"
)

// triaged brings a fresh case to triage.
func (s *stand) triaged(more map[string]any) demo.View {
	s.t.Helper()
	v := s.register(more)
	return s.do("disp.220402", v.No, "start-triage", nil)
}

func (s *stand) follower(master string) demo.View {
	s.t.Helper()
	v := s.triaged(map[string]any{"summary": "同楼另一户漏水", "petitioner": map[string]any{"name": "丙某某", "phone": "13612345678"}})
	v = s.do("disp.220402", v.No, "merge", map[string]any{"master": master, "reason": "同楼同源,宜一并处置"})
	require.Equal(s.t, "merged", v.State)
	s.until(master, func(demo.View) bool { return s.has(master, "follower_joined") })
	return v
}

// playMergedIsAnsweredWithItsMaster: one handling answers several petitioners,
// each of whom rates it (G6, G28).
func playMergedIsAnsweredWithItsMaster(t *testing.T, s *stand) {
	master := s.toUnit(nil)
	b := s.follower(master.No)
	require.Equal(t, master.No, s.look("disp.220402", b.No).Master)
	require.Equal(t, []string{b.No}, s.look("disp.220402", master.No).Followers)
	require.Equal(t, "not_answered", s.evaluate(b.No, "satisfied").Reason)
	require.Equal(t, "merge_chain", s.refused("disp.220402", s.triaged(nil).No, "merge", map[string]any{"master": b.No, "reason": "同楼同源,宜一并处置"}).Reason)
	require.Equal(t, "followers_remain", s.public(master.No, "withdraw", map[string]any{"statement": "不再反映"}).Reason, "it is others' matter too")
	require.Equal(t, "wrong_state", s.refused("disp.220402", b.No, "dispatch", map[string]any{"lead_unit": land}).Reason)

	s.do("liaison."+housing, master.No, "sign-for", nil)
	s.do("liaison."+housing, master.No, "assign-handler", map[string]any{"handlers": []string{"handler." + housing}, "recusal_declared": true})
	s.do("leader."+housing, master.No, "issue-reply", replyInput("整栋管道已更换"))
	s.until(b.No, func(demo.View) bool { return s.has(b.No, "master_moved") })
	require.Equal(t, http.StatusOK, s.evaluate(b.No, "basic").Status)
	require.Equal(t, "already_rated", s.evaluate(b.No, "satisfied").Reason)
	require.Equal(t, "basic", s.look("disp.220402", b.No).Evaluation.Rating)
	require.Equal(t, http.StatusOK, s.evaluate(master.No, "satisfied").Status)
	require.Equal(t, "closed", s.look("disp.220402", master.No).State)
	require.Equal(t, "merged", s.look("disp.220402", b.No).State, "its own number keeps its own end")
}

// playUnmerge takes the case out again, on its own clocks.
func playUnmerge(t *testing.T, s *stand) {
	master := s.toUnit(nil)
	b := s.follower(master.No)
	v := s.do("disp.220402", b.No, "unmerge", map[string]any{"reason": "经查来源不同"})
	require.Equal(t, "triage", v.State)
	require.False(t, v.DueAt.IsZero())
	s.until(master.No, func(demo.View) bool { return s.has(master.No, "follower_left") })
	require.Empty(t, s.look("disp.220402", master.No).Followers)
	v = s.do("disp.220402", b.No, "dispatch", map[string]any{"lead_unit": land})
	require.Equal(t, land, v.Owner.Unit)
	require.Equal(t, "withdrawn", s.takeBack(master.No), "the master is its petitioner's own again")
}

// takeBack withdraws a case with its query code.
func (s *stand) takeBack(no string) string {
	s.t.Helper()
	a := s.public(no, "withdraw", map[string]any{"statement": "本人自愿撤回诉求"})
	require.Equal(s.t, http.StatusOK, a.Status, string(a.Body))
	var v demo.View
	require.NoError(s.t, a.Into(&v))
	return v.State
}

// playSplit: a part becomes a case that runs by itself (§2.2).
func playSplit(t *testing.T, s *stand) {
	v := s.inHand(nil)
	part := s.unique() + "楼道堆物"
	s.do("disp.220402", v.No, "split", map[string]any{"summary": part, "nature": "complaint", "category": "0402", "reason": "两个事项"})
	var no string
	require.Eventually(t, func() bool {
		p, err := s.find("disp.220402", part)
		if err == nil && len(p.Items) == 1 {
			no = p.Items[0].No
		}
		return no != ""
	}, soon, tick)
	s.mine = append(s.mine, no)
	w := s.look("disp.220402", no)
	require.Equal(t, v.No, w.Origin)
	require.Equal(t, "registered", w.State)
	require.Equal(t, "handling", s.look("disp.220402", v.No).State, "the rest goes on")

	s.do("disp.220402", no, "start-triage", nil)
	s.do("disp.220402", no, "dispatch", map[string]any{"lead_unit": urban})
	require.Equal(t, "signed", s.do("liaison."+urban, no, "sign-for", nil).State)
	s.codes.Store(no, s.codeOf(v.No)) // the petitioner has one receipt for both
	require.Equal(t, "withdrawn", s.takeBack(no))
	require.Equal(t, "handling", s.look("disp.220402", v.No).State)
}
