package e2e

import (
	"context"
	"maps"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/common/v1"
	sdk "go.temporal.io/sdk/worker"
	temporalworkflow "go.temporal.io/sdk/workflow"

	"huajie/internal/demo"
	"huajie/internal/seal"
	"huajie/worker"
	"huajie/workflows"
)

// The township that blows the whistles of these plays, and the police of its county.
const (
	townOffice = "office.220402008"
	townLeader = "tleader.220402008"
	townHead   = "thead.220402008"
	police     = "220402-D05"
)

// whistleView is what the plays look at.
type whistleView struct {
	No          string `json:"no"`
	State       string `json:"state"`
	Owner       string `json:"owner_unit"`
	Supervision string `json:"supervision"`
	DraftedBy   string `json:"drafted_by"`
	ApprovedBy  string `json:"approved_by"`
	Seq         int    `json:"seq"`
	Seats       map[string]struct {
		State       string `json:"state"`
		RespondLate bool   `json:"respond_late"`
		ArrivedHow  string `json:"arrived_how"`
		Cards       []struct {
			Kind  string `json:"kind"`
			Cause string `json:"cause"`
		} `json:"cards"`
	} `json:"seats"`
}

// cards are the cards of a unit, as "red_card S07".
func (w whistleView) cards(unit string) []string {
	out := []string{}
	for _, c := range w.Seats[unit].Cards {
		out = append(out, c.Kind+" "+c.Cause)
	}
	return out
}

// whistle drafts one in the office of the township.
func (s *stand) whistle(more map[string]any) whistleView {
	s.t.Helper()
	in := map[string]any{"township": "220402008", "kind": "routine", "place": "永安路12号楼下", "point": map[string]any{"lat": 42.9, "lon": 125.14},
		"matter": "占道经营堵塞消防通道", "why": "本级无执法权", "units": []string{police, housing, urban}, "due": today(3)}
	for name, v := range more {
		if v == nil {
			delete(in, name)
		}
	}
	maps.DeleteFunc(more, func(_ string, v any) bool { return v == nil })
	maps.Copy(in, more)
	a, err := s.Do(context.Background(), townOffice, http.MethodPost, "/api/v1/whistles", s.key(), in)
	require.NoError(s.t, err)
	require.Contains(s.t, []int{http.StatusCreated, http.StatusAccepted}, a.Status, "a busy engine does not keep it from being drafted")
	var out whistleView
	require.NoError(s.t, a.Into(&out))
	return out
}

// blow takes a step on a whistle.
func (s *stand) blow(user, no, action string, in map[string]any) whistleView {
	s.t.Helper()
	if in == nil {
		in = map[string]any{}
	}
	a, err := s.Do(context.Background(), user, http.MethodPost, "/api/v1/whistles/"+no+"/actions/"+action, s.key(), in)
	require.NoError(s.t, err, "%s %s", user, action)
	var out whistleView
	require.NoError(s.t, a.Into(&out))
	return out
}

// blown waits for a whistle to be where the play needs it.
func (s *stand) blown(no string, there func(whistleView) bool) (w whistleView) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		w = whistleView{}
		return s.read(townLeader, "/whistles/"+no, &w) == nil && there(w)
	}, soon, tick, "whistle %s", no)
	return w
}

// whistleRefused takes a step that must be refused, and gives the reason.
func (s *stand) whistleRefused(user, no, action string, in map[string]any) string {
	s.t.Helper()
	if in == nil {
		in = map[string]any{}
	}
	return s.ask(altered{header: s.keyed()}, user, http.MethodPost, "/whistles/"+no+"/actions/"+action, in).Reason
}

var onSite = map[string]any{"point": map[string]any{"lat": 42.9002, "lon": 125.1402}}

// cleared is the result of a unit, with two photos its handler has taken on site.
func (s *stand) cleared(user, no string) map[string]any {
	s.t.Helper()
	photos, err := s.Photos(context.Background(), user, user+" "+no, demo.Spot{Lat: 42.9002, Lon: 125.1402}, 2)
	require.NoError(s.t, err)
	return map[string]any{"result": "已清理并劝离", "photos": photos}
}

// playWhistleToThreeUnits: one unit comes in time, one is late, one refuses without ground,
// is carded, called again, refuses again and is ruled on; then both sides assess each other.
func playWhistleToThreeUnits(t *testing.T, s *stand) {
	v := s.register(nil)
	s.do("disp.220402", v.No, "start-triage", nil)
	s.do(townOffice, v.No, "assign-local", nil)
	live := s.follow(townLeader, "")
	w := s.whistle(map[string]any{"case": v.No})
	require.Equal(t, "drafted", w.State)
	s.until(v.No, func(demo.View) bool { return s.has(v.No, "whistle_opened") })
	require.Equal(t, "principal_required", s.whistleRefused(townLeader, w.No, "approve-whistle", nil))
	require.Equal(t, http.StatusNotFound, s.get("liaison."+police, "/whistles/"+w.No, nil), "not blown yet")
	w = s.blow(townHead, w.No, "approve-whistle", nil)
	require.Equal(t, "blown", w.State)
	for e := range live.events {
		if e.event == "whistle" && e.No == w.No && e.Seq == w.Seq {
			break
		}
	}

	s.blow("liaison."+urban, w.No, "refuse-whistle", map[string]any{"ground": "other", "reason": "人手紧张"})
	w = s.blow("leader."+urban, w.No, "approve", nil)
	require.Equal(t, []string{"red_card S07"}, w.cards(urban))
	require.Equal(t, "coordinating", w.State)
	s.blow("liaison."+police, w.No, "respond", map[string]any{"led_by": "副大队长"})

	w = s.blown(w.No, func(w whistleView) bool { return len(w.Seats[housing].Cards) > 0 })
	require.Equal(t, []string{"yellow_card S01"}, w.cards(housing), "it has not responded in time")
	require.Empty(t, w.cards(police))
	s.hears("leader."+housing, w.No, "N21")
	s.hears("cleader.220402", w.No, "N20")

	require.Equal(t, "no_ground", s.whistleRefused("disp.220402", w.No, "coordinate", map[string]any{"unit": urban, "outcome": "accept", "reason": "核实"}))
	s.blow("disp.220402", w.No, "coordinate", map[string]any{"unit": urban, "outcome": "recall", "reason": "协调后同意到场"})
	s.blow("leader."+urban, w.No, "refuse-whistle", map[string]any{"ground": "other", "reason": "仍无人手"})
	w = s.blow("director.220402", w.No, "adjudicate-whistle", map[string]any{"unit": urban, "ruling": "excused", "decision": "由公安牵头处置"})
	require.Equal(t, "adjudicated", w.Seats[urban].State)
	require.Equal(t, []string{"red_card S07"}, w.cards(urban), "one card of a kind for a cause")

	var code struct {
		Code string `json:"code"`
	}
	require.Equal(t, http.StatusOK, s.get(townOffice, "/whistles/"+w.No+"/qr", &code))
	require.Equal(t, http.StatusForbidden, s.get("handler."+police, "/whistles/"+w.No+"/qr", nil))
	require.Equal(t, "invalid_input", s.whistleRefused("handler."+police, w.No, "arrive", map[string]any{"code": "23456789AB"}))
	w = s.blow("handler."+police, w.No, "arrive", map[string]any{"code": code.Code})
	require.Equal(t, "code", w.Seats[police].ArrivedHow)
	s.blow("liaison."+housing, w.No, "respond", nil)
	w = s.blow("handler."+housing, w.No, "arrive", onSite)
	require.True(t, w.Seats[housing].RespondLate)
	s.blow("handler."+police, w.No, "complete-work", s.cleared("handler."+police, w.No))
	s.blow("handler."+housing, w.No, "start-work", map[string]any{"measures": "拆除违建"})
	w = s.blow("handler."+housing, w.No, "complete-work", s.cleared("handler."+housing, w.No))
	require.Equal(t, "completed", w.State)

	for _, u := range []string{police, housing} {
		w = s.blow(townLeader, w.No, "evaluate-unit", map[string]any{"unit": u, "arrival": 4, "attitude": 5, "result": 4, "comment": "处置及时有效"})
	}
	require.Equal(t, "evaluated", w.State)
	s.blow("liaison."+police, w.No, "counter-evaluate", map[string]any{"proper": true})
	s.until(v.No, func(demo.View) bool { return s.has(v.No, "whistle_ended") })

	var list struct {
		Items []whistleView `json:"items"`
	}
	require.Equal(t, http.StatusOK, s.get("liaison."+police, "/whistles?case="+v.No+"&state=evaluated&overdue=false", &list))
	require.Len(t, list.Items, 1)
	require.Equal(t, http.StatusOK, s.get("liaison.220402-D18", "/whistles?case="+v.No, &list))
	require.Empty(t, list.Items, "not for a unit that was not called")
	s.replays(workflows.ID(w.No))
}

// playEmergencyWhistle: blown first and approved afterwards; a unit that comes has responded.
func playEmergencyWhistle(t *testing.T, s *stand) {
	w := s.whistle(map[string]any{"kind": "emergency", "due": nil, "units": []string{police, housing}})
	require.Equal(t, "blown", w.State)
	require.Equal(t, "not_your_office", s.whistleRefused(townOffice, w.No, "approve-whistle", nil))
	w = s.blow("handler."+police, w.No, "arrive", onSite)
	require.Equal(t, "arrived", w.Seats[police].State)
	w = s.blow(townLeader, w.No, "approve-whistle", map[string]any{"note": "情况属实"})
	require.Equal(t, townLeader, w.ApprovedBy)
	require.Equal(t, "already_approved", s.whistleRefused(townLeader, w.No, "reject-whistle", map[string]any{"reason": "不属应急"}))
	require.Equal(t, "unit_on_site", s.whistleRefused(townLeader, w.No, "withdraw-whistle", map[string]any{"reason": "已处置"}))
	s.blow(townLeader, w.No, "release-unit", map[string]any{"unit": housing, "reason": "险情已排除"})
	w = s.blow("handler."+police, w.No, "complete-work", s.cleared("handler."+police, w.No))
	require.Equal(t, "completed", w.State)
	w = s.blow(townOffice, w.No, "return-work", map[string]any{"unit": police, "reason": "仍需现场值守"})
	require.Equal(t, "working", w.State)
}

// playWhistleFromACase: a case asks for a whistle, waits for it, and hears of its end.
func playWhistleFromACase(t *testing.T, s *stand) {
	v := s.register(nil)
	s.do("disp.220402", v.No, "start-triage", nil)
	s.do(townOffice, v.No, "assign-local", nil)
	s.do(townOffice, v.No, "blow-whistle", map[string]any{"kind": "routine", "place": "永安路14号", "matter": "违规搭建占用通道", "why": "本级无执法权", "units": []string{urban}, "due": today(2)})
	var x struct {
		Whistles []struct {
			No    string `json:"no"`
			State string `json:"state"`
		} `json:"whistles"`
	}
	require.NoError(t, s.read("citysup.220400", "/cases/"+v.No, &x))
	require.Len(t, x.Whistles, 1)
	no := x.Whistles[0].No
	require.Equal(t, "W", no[6:7])
	w := s.blown(no, func(w whistleView) bool { return w.State == "drafted" })
	require.Equal(t, townOffice, w.DraftedBy, "in the name of the officer who asked for it")
	s.blow(townLeader, no, "withdraw-whistle", map[string]any{"reason": "已自行拆除"})
	s.until(v.No, func(demo.View) bool { return s.has(v.No, "whistle_ended") })
	s.replays(workflows.ID(v.No))
}

// playEventBecomesAWhistle: an event that one unit cannot put right is called out (E18). A
// whistle that is not approved gives it back; one that is answers whoever reported it.
func playEventBecomesAWhistle(t *testing.T, s *stand) {
	spot := demo.Spot{Lat: lampPost.Lat, Lon: lampPost.Lon}
	ids, err := s.Photos(context.Background(), gridMember, "to a whistle", spot, 3)
	require.NoError(t, err)
	v, err := s.Report(context.Background(), gridMember, s.key(), map[string]any{"category": "E0203", "description": "早市占道经营,屡劝不改,影响通行",
		"location": map[string]any{"lat": spot.Lat, "lon": spot.Lon}, "photos": ids})
	require.NoError(t, err)
	call := map[string]any{"kind": "enforcement", "place": "早市", "point": map[string]any{"lat": 42.9, "lon": 125.14},
		"matter": "占道经营", "why": "本级无执法权", "units": []string{police}, "due": today(3)}
	convert := func() string {
		s.do(platform, v.No, "convert-to-whistle", call)
		var e eventView
		require.NoError(t, s.read(platform, "/cases/"+v.No, &e))
		require.Equal(t, "converted", e.State)
		s.blown(e.Event.ConvertedTo, func(w whistleView) bool { return w.State == "drafted" })
		return e.Event.ConvertedTo
	}
	s.blow(townHead, convert(), "reject-whistle", map[string]any{"reason": "由城管部门办理"})
	s.until(v.No, func(v demo.View) bool { return v.State == "reported" })
	s.hears(platform, v.No, "N20")

	no := convert()
	s.blow(townHead, no, "approve-whistle", nil)
	s.blow("liaison."+police, no, "respond", nil)
	s.blow("handler."+police, no, "arrive", onSite)
	done := s.cleared("handler."+police, no)
	s.blow("handler."+police, no, "complete-work", done)
	photo := "/files/" + done["photos"].([]string)[0] + "/content"
	require.Equal(t, http.StatusOK, s.get(townOffice, photo, nil), "whoever sees the whistle sees what was done")
	require.Equal(t, http.StatusNotFound, s.get("liaison.220402-D18", photo, nil))
	s.blow(townLeader, no, "evaluate-unit", map[string]any{"unit": police, "arrival": 5, "attitude": 5, "result": 5, "comment": "已清理"})
	s.until(v.No, func(demo.View) bool { return s.has(v.No, "whistle_done") })
	s.hears(gridMember, v.No, "N23")
	s.do(gridMember, v.No, "rate", map[string]any{"score": 5})
	s.replays(workflows.ID(v.No))
}

// replays plays a workflow's own history against its code: a new workflow has no history
// recorded from a release yet.
func (s *stand) replays(id string) {
	s.t.Helper()
	h, err := s.history(&common.WorkflowExecution{WorkflowId: id})
	require.NoError(s.t, err)
	require.Greater(s.t, len(h.GetEvents()), 10)
	key, err := seal.Key(s.app.Config.PayloadKeyFile)
	require.NoError(s.t, err)
	r, err := sdk.NewWorkflowReplayerWithOptions(sdk.WorkflowReplayerOptions{DataConverter: seal.Converter(key)})
	require.NoError(s.t, err)
	worker.RegisterWorkflows(r)
	require.NoError(s.t, r.ReplayWorkflowHistoryWithOptions(nil, h, sdk.ReplayWorkflowHistoryOptions{OriginalExecution: temporalworkflow.Execution{ID: id}}))
}

// everyWhistleAgrees: whatever was played, ledger and workflow say the same of every whistle.
func everyWhistleAgrees(t *testing.T, s *stand) {
	all := s.column("SELECT no FROM whistles")
	require.GreaterOrEqual(t, len(all), 3)
	for _, no := range all {
		s.agrees("/whistles/" + no)
		require.NoError(t, s.app.Store.VerifyChain(context.Background(), no))
	}
	late, err := s.app.Store.Unstarted(context.Background(), time.Now().Add(-time.Minute), 10)
	require.NoError(t, err)
	require.Empty(t, late, "every workflow was started")
}
