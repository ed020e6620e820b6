package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"google.golang.org/protobuf/encoding/protojson"

	"huajie/internal/demo"
	"huajie/internal/seal"
	"huajie/workflows"
)

var record = flag.String("record", "", "release to record workflow histories for, e.g. v0.1")

// TestRecordHistories writes the histories that the replay test reads. It does
// nothing without -record, and belongs on a checkout of the release.
func TestRecordHistories(t *testing.T) {
	if *record == "" {
		t.Log("nothing to record; see workflows/replay_test.go")
		return
	}
	dir := filepath.Join("..", "workflows", "testdata", "histories", *record)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	s := newStand(t)
	for name, play := range map[string]func(*stand) []string{
		"straight": recordStraight, "climbs": recordClimb, "joint": recordJoint, "returned": recordReturned,
		"burst": recorded(playABurstIsOneEvent), "converted": recorded(playEventBecomesAWhistle),
		"called": recorded(playWhistleToThreeUnits), "emergency": recorded(playEmergencyWhistle),
	} {
		saved := map[string]int{}
		for _, id := range play(s) {
			file := name + "-" + filepath.Base(filepath.Dir(id))
			if saved[file]++; saved[file] > 1 {
				file += fmt.Sprint("-", saved[file])
			}
			s.save(filepath.Join(dir, file+".json"), id)
		}
	}
}

// recorded plays for the whole product, and gives what has come into being.
func recorded(play func(*testing.T, *stand)) func(*stand) []string {
	const all = "SELECT no FROM cases UNION SELECT no FROM whistles ORDER BY no"
	return func(s *stand) (ids []string) {
		before := s.column(all)
		play(s.t, s.with(s.t))
		for _, no := range s.column(all) {
			if !slices.Contains(before, no) {
				ids = append(ids, workflows.ID(no))
			}
		}
		return ids
	}
}

func recordStraight(s *stand) []string {
	v := s.inHand(nil)
	s.do("leader."+housing, v.No, "issue-reply", replyInput("已修好"))
	s.do("supervisor.220402", v.No, "evaluate", map[string]any{"rating": "satisfied"})
	return []string{workflows.ID(v.No)}
}

func recordReturned(s *stand) []string {
	v := s.toUnit(nil)
	s.do("leader."+housing, v.No, "request-return", map[string]any{"reason_code": "B01", "legal_basis": "三定方案", "suggested_unit": "220402-D12"})
	s.do("disp.220402", v.No, "accept-return", map[string]any{"lead_unit": "220402-D12"})
	s.do("leader.220402-D12", v.No, "request-return", map[string]any{"reason_code": "B01", "legal_basis": "三定方案", "suggested_unit": housing, "seal": true})
	s.do("director.220402", v.No, "accept-return", nil)
	s.do("director.220402", v.No, "adjudicate", map[string]any{"lead_unit": "220402-D23", "decision": "由城管执法承办", "legal_basis": "三定方案"})
	return []string{workflows.ID(v.No)}
}

func recordClimb(s *stand) []string {
	v, err := s.Register(context.Background(), "win-general.220498", s.key(), map[string]any{
		"nature": "petition", "summary": "演练信访事项", "channel": "letter", "area": "220498001", "category": "1104", "petitioner": map[string]any{"name": "演练人", "phone": "13800000000"}})
	require.NoError(s.t, err)
	s.do("disp.220498", v.No, "start-triage", nil)
	s.do("office.220498001", v.No, "assign-local", nil)
	s.until(v.No, func(v demo.View) bool { return v.Level == "L2" })
	s.do("director.220498", v.No, "escalate-l3", map[string]any{"trigger": "T12", "summary": "需资金决策", "proposed_leader": "cleader.220498"})
	return []string{workflows.ID(v.No)}
}

func recordJoint(s *stand) []string {
	v := s.atL2()
	session := s.sessionSoon(v.No)
	s.sit("leader."+housing, session, "sign-minutes", nil)
	s.sit("director.220402", session, "conclude", map[string]any{"lead_unit_final": housing, "joint_opinion": "住建局牵头维修",
		"measures": []map[string]any{{"executor": housing, "what": "更换曳引绳", "due": today(2)}}})
	s.until(v.No, func(v demo.View) bool { return s.countEvents(v.No, "session_concluded") == 1 })
	s.do("handler."+housing, v.No, "complete-task", map[string]any{"result": "已更换"})
	s.do("director.220402", v.No, "joint-conclude", jointAnswer())
	return []string{workflows.ID(v.No), workflows.ID(session)}
}

// save writes one history as JSON, with the seal taken off: fixtures must be
// readable without a key, and hold invented cases only.
func (s *stand) save(file, id string) {
	s.t.Helper()
	it := s.app.Client.GetWorkflowHistory(context.Background(), id, "", false, enums.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	h := &history.History{}
	for it.HasNext() {
		e, err := it.Next()
		require.NoError(s.t, err)
		h.Events = append(h.Events, e)
	}
	key, err := seal.Key(s.app.Config.PayloadKeyFile)
	require.NoError(s.t, err)
	codec := seal.Codec(key)
	require.NoError(s.t, proxy.VisitPayloads(context.Background(), h, proxy.VisitPayloadsOptions{
		Visitor: func(_ *proxy.VisitPayloadsContext, p []*common.Payload) ([]*common.Payload, error) {
			return codec.Decode(p)
		},
	}))
	b, err := protojson.MarshalOptions{Multiline: true, Indent: " "}.Marshal(h)
	require.NoError(s.t, err)
	require.NoError(s.t, os.WriteFile(file, b, 0o600))
}
