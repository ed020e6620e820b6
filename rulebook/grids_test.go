package rulebook_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/geo"
	"huajie/domain/grid"
	"huajie/domain/org"
	"huajie/rulebook"
)

// TestEveryTownshipHasADemoGrid: with an area, provisional, and with somebody who
// works there (§9.3).
func TestEveryTownshipHasADemoGrid(t *testing.T) {
	t.Parallel()
	b := load(t)
	has := map[string]int{}
	for _, g := range b.Grids.All() {
		assert.True(t, g.Shaped(), g.Code)
		assert.True(t, g.Provisional, g.Code)
		u, ok := b.Org.Unit(g.Code)
		require.True(t, ok)
		assert.Equal(t, org.KindGrid, u.Kind)
		assert.Equal(t, []string{u.ZH, u.EN}, []string{g.Name.ZH, g.Name.EN})
		assert.NotEmpty(t, b.Users.Holding(org.RoleGridMemberFullTime, g.Code), g.Code)
		has[u.Township]++
		if strings.HasPrefix(g.Code[9:], "990") {
			assert.Contains(t, g.Name.ZH, "示范网格(暂定)")
			assert.Contains(t, g.Name.EN, "demo grid (provisional)")
		}
		middle := g.Area.Bound().Center()
		at := b.Grids.At(geo.From(middle))
		assert.Equal(t, g.Code, at.Grid, "the middle of a grid is in it")
		assert.InDelta(t, 42.8, middle.Lat(), 0.5)
		assert.InDelta(t, 125.35, middle.Lon(), 0.6)
	}
	centres := 0
	for _, u := range b.Org.Units() {
		if u.Kind == org.KindCentreTownship {
			centres++
			assert.Positive(t, has[u.Parent], u.Parent)
		}
	}
	assert.Equal(t, 47, centres)
	assert.Equal(t, "220402008901001", b.Grids.InBuilding("龙山新城A区19号到29号楼").Grid)
}

// TestTheCityIsCovered: any point of the built-up area has a grid.
func TestTheCityIsCovered(t *testing.T) {
	t.Parallel()
	rules := load(t).RulesFor("220402", noon)
	for lat := 42.883; lat < 42.937; lat += 0.001 {
		for lon := 125.103; lon < 125.177; lon += 0.001 {
			p := rules.Grids.At(geo.Point{Lat: lat, Lon: lon})
			require.Contains(t, []grid.Reason{grid.Inside, grid.Border}, p.Reason, "%v %v", lat, lon)
			require.NotEmpty(t, p.Grid)
		}
	}
}

// TestExactnessIsPolicy: the border and the gap are as wide as the policy of the place says.
func TestExactnessIsPolicy(t *testing.T) {
	t.Parallel()
	fsys := files(t)
	fsys["policy/longshan.yaml"] = &fstest.MapFile{Data: []byte(
		"scope: \"220402\"\nversion: \"1\"\neffective_from: 2026-01-01\nvalues:\n  grid.gap_metres: 0\n  grid.household_min: 450\n")}
	b, err := rulebook.Load(fsys)
	require.NoError(t, err)
	outside := geo.Point{Lat: 42.91, Lon: 125.097} // a little west of the city
	assert.Equal(t, grid.Outside, b.RulesFor("220402", noon).Grids.At(outside).Reason)
	assert.Equal(t, grid.Gap, b.RulesFor("220403", noon).Grids.At(outside).Reason)
	assert.Contains(t, b.Warnings.Error(), "grid 220402008901001 has 420 households, outside 450-500", "the range is that of the place (R53)")
	assert.NotContains(t, b.Warnings.Error(), "220421100002001")
}

// TestABookWithoutAreasIsSound: as those from before there were any.
func TestABookWithoutAreasIsSound(t *testing.T) {
	t.Parallel()
	kept := load(t).Files()
	delete(kept, "grids.geojson")
	b, err := rulebook.Reload(kept)
	require.NoError(t, err)
	assert.Contains(t, b.Warnings.Error(), "grid 220402008901002 has neither an area nor buildings")
	assert.NotContains(t, b.Warnings.Error(), "grid 220402008901001", "its buildings tell it")
	assert.Equal(t, grid.Outside, b.RulesFor("220402", noon).Grids.At(geo.Point{Lat: 42.9, Lon: 125.14}).Reason)
}
