package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/internal/demo"
)

// playStraightWay walks the ordinary way of a case by role, over HTTP.
func playStraightWay(t *testing.T, s *stand) {
	v := s.register(nil)
	require.Regexp(t, `^220402G\d{8}\d{5}$`, v.No)
	require.Len(t, v.QueryCode, 8)
	require.Equal(t, "registered", v.State)
	require.Equal(t, "win-general.220402", v.FirstResponder)
	require.NotEmpty(t, v.Owner.Unit)

	v = s.do("disp.220402", v.No, "start-triage", nil)
	require.Equal(t, "triage", v.State)
	v = s.do("disp.220402", v.No, "dispatch", map[string]any{"lead_unit": housing, "assist_units": []string{"220402-D19"}})
	require.Equal(t, "dispatched", v.State)
	require.Equal(t, "L1", v.Level)
	require.False(t, v.DueAt.IsZero())
	v = s.do("liaison."+housing, v.No, "sign-for", nil)
	require.Equal(t, housing, v.Owner.Unit)
	s.do("liaison."+housing, v.No, "assign-handler", map[string]any{"handlers": []string{"handler." + housing}, "recusal_declared": true})
	s.do("handler."+housing, v.No, "contact-petitioner", map[string]any{"method": "phone", "reached": true, "summary": "已约上门"})

	open := s.refused("leader."+housing, v.No, "issue-reply", replyInput("已修好"))
	require.Equal(t, "task_open", open.Reason, "the assisting unit has not finished")
	s.do("handler.220402-D19", v.No, "complete-task", map[string]any{"result": "已协助核查"})

	s.do("handler."+housing, v.No, "issue-reply", replyInput("已修好")) // waits for the leader's signature
	v = s.do("leader."+housing, v.No, "approve", nil)
	require.Equal(t, "replied", v.State)

	var public struct {
		State string `json:"state"`
	}
	require.Equal(t, http.StatusOK, s.get("", "/public/cases/"+v.No+"?code="+s.codeOf(v.No), &public))
	require.Equal(t, "replied", public.State)
	_, err := s.Do(context.Background(), "", http.MethodPost, "/api/v1/public/cases/"+v.No+"/actions/evaluate?code="+s.codeOf(v.No), s.key(), map[string]any{"rating": "satisfied"})
	require.NoError(t, err)
	v = s.until(v.No, func(v demo.View) bool { return v.State == "closed" })
	require.Equal(t, "resolved", v.ClosingType)

	var byQuery demo.View
	require.Equal(t, http.StatusOK, s.get("disp.220402", "/cases/"+v.No+"?source=workflow", &byQuery))
	require.Equal(t, v.Seq, byQuery.Seq, "the workflow has folded what the ledger holds")
}

// playDrillClimbsToTheLeader is the demo itself: nobody acts, seconds pass, the
// case climbs, is answered, reworked and closed.
func playDrillClimbsToTheLeader(t *testing.T, s *stand) {
	var out bytes.Buffer
	require.NoError(t, demo.Chain(context.Background(), s.Client, &out), out.String())
	for _, line := range []string{"reported_up", "auto_signed", "escalated_l2", "escalated_l3", "leader_by_rota", "rework_ordered", "closed"} {
		require.Contains(t, out.String(), line)
	}
	require.Equal(t, 1, strings.Count(out.String(), " escalated_l2 "))
}

// playTrialPeriod loads the newspaper's figures through the API: 60 of 99 matters, 252 persons.
func playTrialPeriod(t *testing.T, s *stand) {
	var out bytes.Buffer
	require.NoError(t, demo.Trial(context.Background(), s.Client, &out), out.String())
	require.NoError(t, demo.Trial(context.Background(), s.Client, &out), "loading again changes nothing")
	var stats struct {
		Persons    int     `json:"persons_received"`
		Registered int     `json:"matters_registered"`
		Resolved   int     `json:"matters_resolved"`
		Rate       float64 `json:"resolution_rate"`
	}
	require.Equal(t, http.StatusOK, s.get("citysup.220400", "/stats/trial?batch="+demo.TrialBatch, &stats))
	require.Equal(t, 252, stats.Persons)
	require.Equal(t, 99, stats.Registered)
	require.Equal(t, 60, stats.Resolved)
	require.InDelta(t, 60.61, stats.Rate, 0.001)
}

// playTwoOfficersRace: of many at the same moment exactly one wins, the others
// are told, and nothing is half done.
func playTwoOfficersRace(t *testing.T, s *stand) {
	v := s.register(nil)
	v = s.do("disp.220402", v.No, "start-triage", nil)
	users := []string{"disp.220402", "disp2.220402"}
	units := []string{housing, "220402-D12", "220402-D13"}
	var wg sync.WaitGroup
	statuses := make([]int, 12)
	for i := range statuses {
		wg.Go(func() {
			a := altered{}
			if i%4 < 2 { // half of them tell which version they looked at
				a.header = map[string]string{"If-Match": fmt.Sprintf("%q", fmt.Sprint(v.Seq))}
			}
			_, err := s.Act(altering(a), users[i%2], v.No, "dispatch", s.key(), map[string]any{"lead_unit": units[i%3]})
			statuses[i] = statusOf(err)
		})
	}
	wg.Wait()
	won := 0
	for _, st := range statuses {
		if st == http.StatusOK {
			won++
			continue
		}
		require.Contains(t, []int{http.StatusConflict, http.StatusPreconditionFailed}, st)
	}
	require.Equal(t, 1, won)
	require.Equal(t, 1, s.countEvents(v.No, "dispatched"))
}

// playARetryAnswersTheSame: the same key gives the same answer and one step.
func playARetryAnswersTheSame(t *testing.T, s *stand) {
	v := s.register(nil)
	ctx := context.Background()
	path := "/api/v1/cases/" + v.No + "/actions/start-triage"
	first, err := s.Do(ctx, "disp.220402", http.MethodPost, path, "retry", map[string]any{})
	require.NoError(t, err)
	s.do("disp.220402", v.No, "dispatch", map[string]any{"lead_unit": housing})
	again, err := s.Do(ctx, "disp.220402", http.MethodPost, path, "retry", map[string]any{})
	require.NoError(t, err)
	var a, b demo.View
	require.NoError(t, first.Into(&a))
	require.NoError(t, again.Into(&b))
	require.Equal(t, a.Seq, b.Seq)
	require.Equal(t, "triage", b.State, "as it was after that step")
	require.Equal(t, 1, s.countEvents(v.No, "triage_started"))

	_, err = s.Do(ctx, "disp.220402", http.MethodPost, path, "retry", map[string]any{"urgency": "urgent"})
	require.Equal(t, http.StatusUnprocessableEntity, statusOf(err), "another request under the same key")
}

// playRegistrationRetry: the same registration sent twice is one case, with one receipt.
func playRegistrationRetry(t *testing.T, s *stand) {
	body := map[string]any{"nature": "help", "summary": "路灯不亮", "channel": "phone", "area": "220402008", "petitioner": map[string]any{"anonymous": true}}
	a, err := s.Register(context.Background(), "win-general.220402", "twice", body)
	require.NoError(t, err)
	b, err := s.Register(context.Background(), "win-general.220402", "twice", body)
	require.NoError(t, err)
	require.Equal(t, a.No, b.No)
	require.Equal(t, a.QueryCode, b.QueryCode)
	s.mine = append(s.mine, a.No)
	body["summary"] = "路灯全部不亮"
	_, err = s.Register(context.Background(), "win-general.220402", "twice", body)
	require.Equal(t, http.StatusUnprocessableEntity, statusOf(err), "another matter under the same key")
}
