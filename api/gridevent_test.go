package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/evidence"
	"huajie/domain/geo"
)

const theGrid = "220402008901001"

// lamp is where a street lamp is out.
var lamp = geo.Point{Lat: 42.9190, Lon: 125.1699}

// shots are photos of it that have been uploaded.
func (h *house) shots(n int) (ids []string) {
	for i := range n {
		id := fmt.Sprintf("f%d", i)
		h.photos[id] = evidence.Photo{ID: id, SHA256: id, TakenAt: h.now.Add(-time.Minute), UploadedAt: h.now, At: &lamp, Source: evidence.Live}
		ids = append(ids, id)
	}
	return ids
}

func lampBody(more map[string]any) string {
	in := map[string]any{"category": "E0102", "description": "小区门口路灯整排不亮,夜间出行不便", "location": map[string]any{"lat": lamp.Lat, "lon": lamp.Lon}}
	for k, v := range more {
		in[k] = v
	}
	b, _ := json.Marshal(in)
	return string(b)
}

func (h *house) report(t *testing.T, as, key, path, body string) (int, map[string]any) {
	t.Helper()
	req := request{method: http.MethodPost, as: as, path: path, body: body}
	if key != "" {
		req.header = map[string]string{"Idempotency-Key": key}
	}
	r := h.do(t, req)
	var out map[string]any
	require.NoError(t, json.Unmarshal(r.Body.Bytes(), &out), r.Body.String())
	return r.Code, out
}

func TestAnEventIsReportedAndShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := lampBody(map[string]any{"photos": h.shots(3)})
	status, v := h.report(t, "grid."+theGrid, "k1", "/api/v1/grid-events", body)
	require.Equal(t, http.StatusCreated, status, v)
	no := v["no"].(string)
	assert.Equal(t, "grid_event", v["kind"])
	assert.NotEmpty(t, v["query_code"])
	assert.Equal(t, map[string]any{"zh": "已上报待审核", "en": "reported, awaiting review"}, v["state_label"])
	assert.Len(t, v["event"].(map[string]any)["photos"], 3)
	assert.True(t, h.started[no])

	status, again := h.report(t, "grid."+theGrid, "k1", "/api/v1/grid-events", body)
	assert.Equal(t, http.StatusCreated, status)
	assert.Equal(t, no, again["no"], "the same wish")
	status, _ = h.report(t, "grid."+theGrid, "k1", "/api/v1/grid-events", lampBody(map[string]any{"category": "E0108"}))
	assert.Equal(t, http.StatusUnprocessableEntity, status, "another request under the key")

	var clocks struct {
		Items []struct {
			Name  string
			Label struct{ ZH, EN string }
		}
	}
	r := h.do(t, request{method: http.MethodGet, as: "platform.220402", path: "/api/v1/cases/" + no + "/clocks"})
	require.Equal(t, http.StatusOK, r.Code)
	require.NoError(t, json.Unmarshal(r.Body.Bytes(), &clocks))
	require.Len(t, clocks.Items, 1)
	assert.Equal(t, []string{"review", "审核"}, []string{clocks.Items[0].Name, clocks.Items[0].Label.ZH})

	h.act(t, "platform.220402", no, "dispatch", `{"lead_unit":"220402-D11"}`)
	r = h.do(t, request{method: http.MethodGet, as: "platform.220402", path: "/api/v1/cases/" + no + "/clocks"})
	require.NoError(t, json.Unmarshal(r.Body.Bytes(), &clocks))
	assert.Equal(t, "stage.repair", clocks.Items[0].Name)

	sent := h.updates
	r = h.do(t, step("platform.220402", no, "assign-handler", "k2", `{}`))
	assert.Equal(t, http.StatusNotFound, r.Code, "only a grievance has this step")
	assert.Equal(t, sent, h.updates, "and nobody is asked for it")
	r = h.do(t, step("liaison.220402-D12", no, "sign-for", "k3", `{}`))
	assert.Equal(t, http.StatusNotFound, r.Code, "another department does not know of it")
}

func TestWhoMayReportAnEvent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	status, v := h.report(t, "supervisor.220402", "", "/api/v1/grid-events", lampBody(nil))
	assert.Equal(t, http.StatusForbidden, status, v)
	status, v = h.report(t, "grid."+theGrid, "", "/api/v1/grid-events", lampBody(nil))
	assert.Equal(t, http.StatusUnprocessableEntity, status, "three photos: R66")
	assert.Contains(t, fmt.Sprint(v), "photos")
	status, v = h.report(t, "petitioner.220402", "", "/api/v1/grid-events", lampBody(map[string]any{"grid": theGrid}))
	require.Equal(t, http.StatusCreated, status, v)
	assert.Equal(t, false, v["anonymous"], "they have an account")
	assert.Equal(t, http.StatusOK, h.do(t, request{method: http.MethodGet, as: "petitioner.220402", path: "/api/v1/cases/" + v["no"].(string)}).Code)
	assert.Equal(t, http.StatusNotFound, h.do(t, request{method: http.MethodGet, as: "petitioner.220403", path: "/api/v1/cases/" + v["no"].(string)}).Code)

	status, v = h.report(t, "", "", "/api/v1/public/grid-events", lampBody(map[string]any{"grid": theGrid, "urgency": "emergency"}))
	assert.Equal(t, http.StatusUnprocessableEntity, status, v)
	status, v = h.report(t, "", "", "/api/v1/public/grid-events", lampBody(map[string]any{"grid": theGrid, "petitioner": map[string]any{"name": "甲某某", "phone": "13812345678"}}))
	require.Equal(t, http.StatusCreated, status, v)
	no, code := v["no"].(string), v["query_code"].(string)
	r := h.do(t, request{method: http.MethodGet, path: "/api/v1/public/cases/" + no + "?code=" + code})
	require.Equal(t, http.StatusOK, r.Code)
	assert.Contains(t, r.Body.String(), `"state":"reported"`)
	assert.NotContains(t, r.Body.String(), "甲某某")
	h.engine = errAway
	status, _ = h.report(t, "petitioner.220402", "", "/api/v1/grid-events", lampBody(map[string]any{"grid": theGrid}))
	assert.Equal(t, http.StatusAccepted, status, "taken in while the engine is away")
}

func TestTheFormOfAReport(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.do(t, request{method: http.MethodGet, as: "grid." + theGrid, path: "/api/v1/grid-events/form"})
	require.Equal(t, http.StatusOK, r.Code)
	var form struct {
		Fields []struct {
			Name, Type string
			Options    []string
		}
	}
	require.NoError(t, json.Unmarshal(r.Body.Bytes(), &form))
	require.Equal(t, "category", form.Fields[0].Name)
	assert.Contains(t, form.Fields[0].Options, "E0102")
	assert.NotContains(t, form.Fields[0].Options, "E01", "a class cannot be reported")
}
