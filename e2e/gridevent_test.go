package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities/activitiestest"
	"huajie/domain/evidence"
	"huajie/domain/geo"
	"huajie/internal/demo"
	"huajie/workflows"
)

// The people around a street lamp in Longshan.
const (
	gridMember   = "grid.220402008901001"
	platform     = "platform.220402"
	lampLiaison  = "liaison." + housing
	lampHandler  = "handler." + housing
	lampDirector = "director.220402"
)

// lampPost is where it stands.
var lampPost = geo.Point{Lat: 42.9190, Lon: 125.1699}

// shots are photos taken at the lamp a moment ago.
func shots(n int) (photos []evidence.Photo, ids []string) {
	now := time.Now()
	for i := range n {
		id := fmt.Sprintf("photo-%02d", i)
		photos = append(photos, evidence.Photo{ID: id, SHA256: id, TakenAt: now.Add(-time.Minute), UploadedAt: now, At: &lampPost, Source: evidence.Live, By: gridMember})
		ids = append(ids, id)
	}
	return photos, ids
}

// eventView is what these tests look at of a grid event.
type eventView struct {
	No          string `json:"no"`
	Kind        string `json:"kind"`
	State       string `json:"state"`
	QueryCode   string `json:"query_code"`
	ClosingType string `json:"closing_type"`
	DueAt       string `json:"due_at"`
	Event       struct {
		Photos []struct {
			Purpose string `json:"purpose"`
		} `json:"photos"`
		Stages []struct {
			Stage  string `json:"stage"`
			DoneAt string `json:"done_at"`
		} `json:"stages"`
		Verifier    string `json:"verifier"`
		ConvertedTo string `json:"converted_to"`
	} `json:"event"`
}

// withPhotos starts API and worker on a ledger in which the photos are whole.
func withPhotos(t *testing.T, photos []evidence.Photo) *stand {
	t.Helper()
	s := newApp(t)
	s.app.Desk.Ledger = activitiestest.WithPhotos(s.app.Store, photos...)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.app.Worker().Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-done)
	})
	return s.with(t)
}

// reportLamp reports a lamp that is out.
func (s *stand) reportLamp(key string, ids []string) eventView {
	s.t.Helper()
	a, err := s.Do(context.Background(), gridMember, http.MethodPost, "/api/v1/grid-events", key, map[string]any{
		"category": "E0102", "description": "小区门口路灯整排不亮,夜间出行不便", "urgency": "normal", "photos": ids,
		"location": map[string]any{"lat": lampPost.Lat, "lon": lampPost.Lon, "accuracy": 8}})
	require.NoError(s.t, err)
	require.Contains(s.t, []int{http.StatusCreated, http.StatusAccepted}, a.Status)
	var v eventView
	require.NoError(s.t, a.Into(&v))
	s.mine = append(s.mine, v.No)
	return v
}

// event is a grid event as somebody sees it.
func (s *stand) eventOf(user, no string) (v eventView) {
	s.t.Helper()
	require.Equal(s.t, http.StatusOK, s.get(user, "/cases/"+no, &v))
	return v
}

// mended brings a reported lamp to where somebody must go and look.
func (s *stand) mended(no string, after string) {
	s.t.Helper()
	s.do(platform, no, "dispatch", map[string]any{"lead_unit": housing, "requirements": "当日修复"})
	s.do(lampLiaison, no, "sign-for", nil)
	s.do(lampLiaison, no, "start-disposal", map[string]any{"handlers": []string{lampHandler}})
	s.submitted(no, after)
}

func (s *stand) submitted(no, after string) {
	s.do(lampHandler, no, "submit-disposal", map[string]any{"result": "已更换灯泡", "after_photos": []string{after}})
}

// looks is what whoever stands at the lamp says.
func looks(verdict, photo string) map[string]any {
	return map[string]any{"verdict": verdict, "location": map[string]any{"lat": lampPost.Lat, "lon": lampPost.Lon}, "photos": []string{photo},
		"score": 5, "comment": "现场查看"}
}

// TestAGridEventIsClosedByItsReporter walks one event over HTTP on the real stack:
// report, dispatch, sign, assign, dispose, verify on the spot, closed.
func TestAGridEventIsClosedByItsReporter(t *testing.T) {
	t.Parallel()
	photos, ids := shots(5)
	s := withPhotos(t, photos)
	v := s.reportLamp("lamp-1", ids[:3])
	require.Equal(t, "grid_event", v.Kind)
	require.Equal(t, "reported", v.State)
	require.Len(t, v.QueryCode, 8)
	require.NotEmpty(t, v.DueAt, "the review has a limit")
	require.Len(t, v.Event.Photos, 3)
	require.Equal(t, v.No, s.reportLamp("lamp-1", ids[:3]).No, "the same wish again")
	require.Equal(t, []string{v.No}, s.listAll(platform, "kind", "grid_event"))
	require.Equal(t, []string{v.No}, s.listAll(gridMember, "kind", "grid_event", "first_responder", "me"))

	require.Equal(t, http.StatusNotFound, s.refused(platform, v.No, "assign-handler", nil).Status, "a grievance has such a step")
	require.Equal(t, http.StatusForbidden, s.refused(gridMember, v.No, "dispatch", map[string]any{"lead_unit": housing}).Status)
	s.mended(v.No, ids[3])
	v = s.eventOf(gridMember, v.No)
	require.Equal(t, "feedback", v.State, "done by the department is not closed")
	require.Equal(t, gridMember, v.Event.Verifier)
	require.NotEmpty(t, v.Event.Stages[0].DoneAt)
	s.hears(gridMember, v.No, "N23")

	var public struct {
		State, Result string
	}
	code := url.QueryEscape(s.reportLamp("lamp-1", ids[:3]).QueryCode)
	require.Equal(t, http.StatusOK, s.get("", "/public/cases/"+v.No+"?code="+code, &public))
	require.Equal(t, "已更换灯泡", public.Result)

	require.Equal(t, http.StatusForbidden, s.refused(lampHandler, v.No, "verify", looks("pass", ids[4])).Status, "nobody verifies their own work")
	s.do(gridMember, v.No, "verify", looks("pass", ids[4]))
	v = s.eventOf(platform, v.No)
	require.Equal(t, []string{"closed", "verified"}, []string{v.State, v.ClosingType})
}

// TestAGridEventThatFailsTwiceBecomesAGrievance: the new case runs, and begins at the
// centre (E18).
func TestAGridEventThatFailsTwiceBecomesAGrievance(t *testing.T) {
	t.Parallel()
	photos, ids := shots(5)
	s := withPhotos(t, photos)
	no := s.reportLamp("lamp-2", ids[:3]).No
	s.mended(no, ids[3])
	s.do(gridMember, no, "verify", looks("fail", ids[4]))
	require.Equal(t, "rework", s.eventOf(platform, no).State)
	s.submitted(no, ids[3])
	s.do(gridMember, no, "verify", looks("fail", ids[4]))
	v := s.eventOf(platform, no)
	require.Equal(t, "converted", v.State)
	require.Regexp(t, `^220402G\d{8}00001$`, v.Event.ConvertedTo)
	s.mine = []string{v.Event.ConvertedTo} // the event is over, and its workflow with it
	g := s.until(v.Event.ConvertedTo, func(g demo.View) bool { return g.State == "joint_resolving" })
	require.Equal(t, "L2", g.Level)
	require.Equal(t, no, s.look(lampDirector, g.No).Origin)
	s.until(g.No, func(demo.View) bool {
		_, err := s.app.Client.DescribeWorkflowExecution(context.Background(), workflows.ID(g.No), "")
		return err == nil
	})
}
