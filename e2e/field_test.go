package e2e

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

// synced is what these tests look at of a batch.
type synced struct {
	ServerTime string `json:"server_time"`
	Results    []struct {
		ID      string `json:"id"`
		Status  int    `json:"status"`
		Case    string `json:"case"`
		State   string `json:"state"`
		Problem struct {
			Reason string `json:"reason"`
			Errors []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"problem"`
	} `json:"results"`
}

func (s *stand) sync(commands ...map[string]any) (out synced) {
	s.t.Helper()
	a, err := s.Do(context.Background(), gridMember, http.MethodPost, "/api/v1/field/sync", "", map[string]any{"commands": commands})
	require.NoError(s.t, err)
	require.NoError(s.t, a.Into(&out))
	return out
}

// TestAPhoneThatWasOffLine sends what it gathered as one batch: each command stands for
// itself, may build on one before it, and is carried out once however often it is sent.
func TestAPhoneThatWasOffLine(t *testing.T) {
	t.Parallel()
	photos, ids := shots(6)
	s := withPhotos(t, photos)
	where := map[string]any{"lat": lampPost.Lat, "lon": lampPost.Lon}
	report := map[string]any{"id": "phone-1-report", "kind": "report", "input": map[string]any{
		"category": "E0102", "description": "小区门口路灯整排不亮,夜间出行不便", "photos": ids[:3], "location": where}}
	batch := []map[string]any{
		report,
		{"id": "phone-1-short", "kind": "report", "input": map[string]any{"category": "E0102", "description": "灯坏", "photos": ids[:3], "location": where}},
		{"id": "phone-1-fixed", "kind": "act", "case": "@phone-1-report", "action": "self-dispose",
			"input": map[string]any{"self_disposed": "已将松动的线路重新插接", "after_photos": []string{ids[3]}}},
		{"id": "phone-1-orphan", "kind": "act", "case": "@phone-1-short", "action": "self-dispose", "input": map[string]any{}},
		{"id": "phone-1-wrong", "kind": "act", "case": "@phone-1-report", "action": "no-such-step"},
	}
	first := s.sync(batch...)
	require.NotEmpty(t, first.ServerTime)
	require.Len(t, first.Results, 5)
	require.Equal(t, http.StatusCreated, first.Results[0].Status)
	no := first.Results[0].Case
	require.Equal(t, http.StatusUnprocessableEntity, first.Results[1].Status)
	require.Equal(t, "range", first.Results[1].Problem.Errors[0].Reason)
	require.Equal(t, http.StatusOK, first.Results[2].Status)
	require.Equal(t, "self_closing", first.Results[2].State)
	require.Equal(t, http.StatusFailedDependency, first.Results[3].Status)
	require.Equal(t, http.StatusNotFound, first.Results[4].Status)

	again := s.sync(batch...)
	require.Equal(t, no, again.Results[0].Case, "the same event, not another")
	require.Equal(t, "self_closing", again.Results[2].State)
	require.Equal(t, []string{no}, s.listAll(gridMember, "kind", "grid_event", "first_responder", "me"))
}

// TestWhatWaitsInTheField lists a verification with distance and time left, and finds the
// lamp when somebody is about to report it once more.
func TestWhatWaitsInTheField(t *testing.T) {
	t.Parallel()
	photos, ids := shots(5)
	s := withPhotos(t, photos)
	v := s.reportLamp("lamp-9", ids[:3])
	var near struct {
		Items []struct {
			No     string `json:"no"`
			Metres int    `json:"metres"`
		} `json:"items"`
	}
	q := url.Values{"category": {"E0102"}, "lat": {"42.91920"}, "lon": {"125.1699"}}
	require.Equal(t, http.StatusOK, s.get(gridMember, "/grid-events/candidates?"+q.Encode(), &near))
	require.Len(t, near.Items, 1)
	require.Equal(t, v.No, near.Items[0].No)
	require.InDelta(t, 22, near.Items[0].Metres, 2)
	q.Set("lat", "42.92000") // 111 m: another lamp
	require.Equal(t, http.StatusOK, s.get(gridMember, "/grid-events/candidates?"+q.Encode(), &near))
	require.Empty(t, near.Items)

	s.mended(v.No, ids[3])
	var tasks struct {
		Items []struct {
			No      string `json:"no"`
			Task    string `json:"task"`
			Metres  int    `json:"metres"`
			Minutes int    `json:"remaining_minutes"`
		} `json:"items"`
	}
	require.Equal(t, http.StatusOK, s.get(gridMember, "/field/tasks?lat=42.9190&lon=125.1699", &tasks))
	require.Len(t, tasks.Items, 1)
	require.Equal(t, "verify", tasks.Items[0].Task)
	require.Equal(t, v.No, tasks.Items[0].No)
	require.Zero(t, tasks.Items[0].Metres)
	require.Positive(t, tasks.Items[0].Minutes)
	require.Equal(t, http.StatusOK, s.get(lampHandler, "/field/tasks", &tasks))
	require.Empty(t, tasks.Items, "the department has done its part")
}
