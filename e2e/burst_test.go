package e2e

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/internal/demo"
	"huajie/workflows"
)

// The others who walk the grid of the burst pipe, and whose the pipe is.
const (
	gridSecond = "gridpt.220402008901001"
	gridLeader = "gridlead.220402008901"
	waterworks = "220402-D29"
)

// burst is where the pipe is: apart from what other plays report.
var burst = demo.Spot{Lat: lampPost.Lat + 0.002, Lon: lampPost.Lon}

func (s *stand) snap(user, name string, n int) []string {
	s.t.Helper()
	ids, err := s.Photos(context.Background(), user, "burst "+name, burst, n)
	require.NoError(s.t, err)
	return ids
}

// playABurstIsOneEvent: three report the same burst pipe. The platform takes two of them in,
// one repair answers all, each rates, and who disagrees is handled apart (E5, §6 item 39).
func playABurstIsOneEvent(t *testing.T, s *stand) {
	report := func(user string) string {
		v, err := s.Report(context.Background(), user, s.key(), map[string]any{"category": "E0103", "description": "路边供水管破裂,路面大量积水",
			"location": map[string]any{"lat": burst.Lat, "lon": burst.Lon}, "photos": s.snap(user, "before "+user, 3)})
		require.NoError(t, err)
		return v.No
	}
	master, second, third := report(gridMember), report(gridSecond), report(gridLeader)
	s.do(platform, master, "adopt", map[string]any{"events": []string{second, third}})
	for _, no := range []string{second, third} {
		s.until(no, func(v demo.View) bool { return v.State == "merged" })
		require.Equal(t, master, s.look(platform, no).Master)
	}
	followers := func() []string {
		v := s.look(platform, master)
		slices.Sort(v.Followers)
		return v.Followers
	}
	s.until(master, func(demo.View) bool { return len(followers()) == 2 })
	require.Equal(t, []string{second, third}, followers())
	s.hears(gridSecond, second, "N5")
	require.Equal(t, "wrong_state", s.refused(platform, second, "dispatch", map[string]any{"lead_unit": waterworks}).Reason)
	require.Equal(t, "not_answered", s.refused(gridSecond, second, "rate", map[string]any{"score": 5}).Reason)

	s.do(platform, master, "dispatch", map[string]any{"lead_unit": waterworks})
	s.do("liaison."+waterworks, master, "sign-for", nil)
	mender := "handler." + waterworks
	s.do("liaison."+waterworks, master, "start-disposal", map[string]any{"handlers": []string{mender}})
	for _, stage := range []string{"make_safe", "repair"} {
		s.do(mender, master, "stage-done", map[string]any{"stage": stage, "result": "已完成", "photos": s.snap(mender, stage, 1)})
	}
	s.do(mender, master, "submit-disposal", map[string]any{"result": "已修复并恢复路面", "after_photos": s.snap(mender, "after", 1)})
	s.do(gridMember, master, "verify", map[string]any{"verdict": "pass", "location": map[string]any{"lat": burst.Lat, "lon": burst.Lon},
		"photos": s.snap(gridMember, "verified", 1), "score": 5, "comment": "现场查看"})

	for user, no := range map[string]string{gridSecond: second, gridLeader: third} {
		s.until(no, func(demo.View) bool { return s.has(no, "master_moved") })
		s.hears(user, no, "N23")
		require.Equal(t, "merged", s.look(platform, no).State, "its own number keeps its own end")
	}
	s.do(gridSecond, second, "rate", map[string]any{"score": 4})
	require.Equal(t, "already_rated", s.refused(gridSecond, second, "rate", map[string]any{"score": 1}).Reason)
	require.Equal(t, "reported", s.do(gridLeader, third, "disagree", map[string]any{"reason": "我报的井口仍在渗水"}).State)
	s.until(master, func(demo.View) bool { return len(followers()) == 1 })
	require.Equal(t, []string{second}, followers())
	s.do(platform, third, "dispatch", map[string]any{"lead_unit": waterworks})
	require.Equal(t, waterworks, s.look(platform, third).Owner.Unit, "handled apart")
	require.Equal(t, "closed", s.look(platform, master).State)
	for _, no := range []string{master, second, third} {
		s.replays(workflows.ID(no))
	}
}
