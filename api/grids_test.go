package api_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/api"
	"huajie/domain/grid"
)

const fuyang = "220402008901001" // 福阳社区第一网格

func TestGrids(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	get := func(as, path string) request {
		return request{as: as, method: http.MethodGet, path: "/api/v1/grids" + path}
	}
	member, dongfeng := "grid."+fuyang, "220421100002001"
	h.play(t, []scenario{
		{name: "anonymous", request: get("", ""), status: 401},
		{name: "anonymous feature", request: get("", "/"+fuyang), status: 401},
		{name: "anonymous lookup", request: get("", "/at?address=x"), status: 401},

		{name: "own county", request: get(dispatcher, ""), status: 200, want: []string{fuyang, `"220402001990001"`}, not: []string{dongfeng, `"geometry"`, `"metres"`}},
		{name: "own township", request: get(member, ""), status: 200, want: []string{fuyang, "220402008901002"}, not: []string{"220402001990001"}},
		{name: "a department sees its county", request: get(liaison, "?limit=1&cursor=220402008900999"), status: 200, want: []string{fuyang, `"next_cursor":"` + fuyang + `"`}},
		{name: "a petitioner works nowhere", request: get("petitioner.220402", ""), status: 200, want: []string{`"items":[]`}},
		{name: "the city", request: get("supervisor.220400", "?area=220421100"), status: 200, want: []string{dongfeng}, not: []string{fuyang}},
		{name: "somebody else's area", request: get(dispatcher, "?area=220421100"), status: 200, want: []string{`"items":[]`}},
		{name: "with areas", request: get(member, "?geometry=true"), status: 200, want: []string{`"geometry":{"type":"Polygon","coordinates":[[[125.`}},
		{name: "a member's own", request: get(member, "?mine=true&geometry=true"), status: 200, want: []string{`"code":"` + fuyang + `"`, `"households":420`, `"community":"220402008901"`, `"Polygon"`}, not: []string{"220402008901002"}},
		{name: "a leader's own", request: get("gridlead.220402008901", "?mine=true"), status: 200, want: []string{fuyang, "220402008901002"}, not: []string{"220402001990001"}},
		{name: "the nearest of one's own", request: get(member, "?mine=true&near=42.93,125.17"), status: 200, want: []string{fuyang, `"metres"`}, not: []string{"220402008901002"}},
		{name: "who has no grid", request: get(dispatcher, "?mine=true"), status: 200, want: []string{`"items":[]`}},
		{name: "unknown area", request: get(dispatcher, "?area=SECRETVALUE"), status: 422, want: []string{`"area"`}, not: []string{"SECRETVALUE"}},
		{name: "no point", request: get(dispatcher, "?near=SECRETVALUE"), status: 422, want: []string{`"near"`, `"type"`}, not: []string{"SECRETVALUE"}},
		{name: "the wrong way round", request: get(dispatcher, "?near=125.1,42.9&cursor=1"), status: 422, want: []string{`"near"`, `"range"`, `"cursor"`}},

		{name: "feature", request: get(dispatcher, "/"+fuyang), status: 200, want: []string{`"type":"Feature"`, `"Polygon"`, `龙山新城A区19-29号楼`, `"provisional":true`}},
		{name: "not in scope", request: get(dispatcher, "/"+dongfeng), status: 404},
		{name: "no such grid", request: get(dispatcher, "/SECRETVALUE"), status: 404, not: []string{"SECRETVALUE"}},

		{name: "by building", request: get(member, "/at?address="+url.QueryEscape("龙山新城A区21号楼3单元")), status: 200,
			want: []string{`"grid":"` + fuyang + `"`, `"reason":"inside"`, `"disputable":false`, `"township":"220402008"`}, not: []string{"单元"}},
		{name: "no such building", request: get(member, "/at?address=SECRETVALUE"), status: 200, want: []string{`"unknown"`, `"candidates":[]`, "地点不明"}, not: []string{"SECRETVALUE", `"grid"`}},
		{name: "far away", request: get(member, "/at?lat=42.0&lon=125.0"), status: 200, want: []string{`"outside"`, `"candidates":[]`}, not: []string{`"grid"`}},
		{name: "another county", request: get(member, "/at?lat=42.685&lon=125.52"), status: 200, want: []string{`"county":"220421"`}},
		{name: "half a point", request: get(member, "/at?lat=42.9"), status: 422, want: []string{`"lon"`, `"required"`}},
		{name: "the other half", request: get(member, "/at?lon=125.1"), status: 422, want: []string{`"lat"`, `"required"`}},
		{name: "off the earth", request: get(member, "/at?lat=125.1&lon=42.9"), status: 422, want: []string{`"lat"`, `"range"`}},
		{name: "no place", request: get(member, "/at"), status: 422, want: []string{`"address"`, `"required"`}},
		{name: "two places", request: get(member, "/at?lat=42.9&lon=125.1&address=x"), status: 422, want: []string{`"conflict"`}},
	})
}

// TestBordersOfTheDemoCanBeTried: where two demo grids share a corner, the answer
// names both and is flagged.
func TestBordersOfTheDemoCanBeTried(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	g, ok := h.book.Grids.Grid(fuyang)
	require.True(t, ok)
	shared := 0
	for _, p := range g.Area[0][0] {
		lat, lon := jsonOf(t, p.Lat()), jsonOf(t, p.Lon())
		res := h.do(t, request{as: dispatcher, method: http.MethodGet, path: "/api/v1/grids/at?lat=" + lat + "&lon=" + lon})
		var got api.GridPlacement
		require.NoError(t, json.Unmarshal(res.Body.Bytes(), &got))
		if got.Reason == grid.Border {
			shared++
			assert.True(t, got.Disputable)
			assert.GreaterOrEqual(t, len(got.Candidates), 2)
			assert.Equal(t, got.Grid, got.Candidates[0].Code)
			assert.True(t, strings.Contains(got.ZH, "边界"))
		}
	}
	assert.Positive(t, shared)
}

// TestNearestGridsComeFirst: near orders by distance, within the caller's scope.
func TestNearestGridsComeFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	res := h.do(t, request{as: dispatcher, method: http.MethodGet, path: "/api/v1/grids?near=42.91,125.16&limit=5"})
	var got api.GridList
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &got))
	require.Len(t, got.Items, 5)
	last := 0.0
	for _, g := range got.Items {
		assert.Equal(t, "220402", g.County)
		require.NotNil(t, g.Metres)
		assert.GreaterOrEqual(t, *g.Metres, last)
		last = *g.Metres
	}
	assert.Zero(t, *got.Items[0].Metres)
}

func jsonOf(t *testing.T, f float64) string {
	raw, err := json.Marshal(f)
	require.NoError(t, err)
	return string(raw)
}

// TestWhatIsOddAboutGrids: to whom they are shown; and a file is judged without anything coming
// of it, by who brings the division in and by nobody else.
func TestWhatIsOddAboutGrids(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	get := func(as, path string) request {
		return request{as: as, method: http.MethodGet, path: "/api/v1" + path}
	}
	check := func(as, query, body string) request {
		return request{as: as, method: http.MethodPost, path: "/api/v1/grids/check" + query, body: body}
	}
	file := `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"220402008901009","name":"福阳社区第九网格","households":12},
		"geometry":{"type":"Polygon","coordinates":[[[125.11,42.91],[125.13,42.91],[125.13,42.93],[125.11,42.93],[125.11,42.91]]]}}]}`
	h.play(t, []scenario{
		{name: "anonymous", request: get("", "/grids/findings"), status: 401},
		{name: "a petitioner works nowhere", request: get("petitioner.220402", "/grids/findings"), status: 200, want: []string{`"items":[]`}},
		{name: "unknown area", request: get(dispatcher, "/grids/findings?area=nowhere"), status: 422, want: []string{`"area"`}},
		{name: "who brings the division in", request: get(admin, "/grids?area=220402008"), status: 200, want: []string{fuyang}},
		{name: "members of a grid", request: get(dispatcher, "/grids/"+fuyang), status: 200, want: []string{`"grid.` + fuyang + `"`, `"gridpt.` + fuyang + `"`, `"gridlead.220402008901"`, "网格长"}},

		{name: "an officer judges no file", request: check(dispatcher, "", file), status: 403},
		{name: "judged", request: check(admin, "", file), status: 200, want: []string{`"fits":true`, `"added":1`, `"known":false`, `"kind":"overlaps"`, `"other":"`, `"kind":"households"`, `"files":[]`}},
		{name: "with the files there would be", request: check(admin, "?merged=true", file), status: 200, want: []string{`"name":"grids.geojson"`, `"name":"grids.yaml"`}},
		{name: "no grid in it", request: check(admin, "", `{"type":"FeatureCollection","features":[]}`), status: 200, want: []string{`"fits":false`, "文件中没有网格"}},
		{name: "no file of grids", request: check(admin, "", `{"type":"SECRETVALUE"}`), status: 200, want: []string{`"fits":false`}, not: []string{"SECRETVALUE"}},
		{name: "no JSON", request: check(admin, "", `SECRETVALUE`), status: 400, not: []string{"SECRETVALUE"}},
		{name: "nothing has come of it", request: get(admin, "/grids/220402008901009"), status: 404},

		{name: "outlines for everybody", request: get("", "/public/areas"), status: 200, want: []string{`"area":"220402008"`, "福镇街道", `"outline":[[125.`}, not: []string{fuyang, "households", "220498"}},
		{name: "where a point lies", request: get("", "/public/areas/at?lat=42.888&lon=125.137"), status: 200, want: []string{`"area":"220403005"`, `"sure":true`}, not: []string{fuyang}},
		{name: "nowhere here", request: get("", "/public/areas/at?lat=31.2&lon=121.4"), status: 200, want: []string{`"sure":false`}, not: []string{`"area"`}},
		{name: "half a point", request: get("", "/public/areas/at?lat=31.2"), status: 422, want: []string{`"lon"`}},
	})
}
