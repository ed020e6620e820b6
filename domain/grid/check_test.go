package grid_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/grid"
)

func found(grids ...grid.Grid) []grid.Finding {
	return grid.Check(grids, func(string) (int, int) { return 300, 500 }, 5)
}

func TestASoundGridHasNoFindings(t *testing.T) {
	t.Parallel()
	assert.Empty(t, found(
		grid.Grid{Code: "1", Households: 300, Area: area(box(0, 0, 100, 100))},
		grid.Grid{Code: "2", Households: 500, Buildings: []string{"龙山新城A区1号楼"}},
		grid.Grid{Code: "3", Households: 60, Rural: true, Area: area(box(100, 0, 200, 100))},
		grid.Grid{Code: "4", Special: true, Area: area(box(20, 20, 80, 80)), Buildings: []string{"龙山新城A区1号楼"}},
	))
}

func TestFindingsOfOneGrid(t *testing.T) {
	t.Parallel()
	nan := math.NaN()
	for name, tc := range map[string]struct {
		g    grid.Grid
		kind grid.Kind
		hard bool
	}{
		"no shape":       {grid.Grid{}, grid.NoShape, false},
		"too many":       {grid.Grid{Households: 943, Area: area(box(0, 0, 9, 9))}, grid.Households, false},
		"too few":        {grid.Grid{Households: 299, Area: area(box(0, 0, 9, 9))}, grid.Households, false},
		"open":           {grid.Grid{Area: area(box(0, 0, 9, 9)[:4])}, grid.RingOpen, false},
		"short":          {grid.Grid{Area: area(ring([2]float64{0, 0}, [2]float64{9, 9}))}, grid.RingShort, true},
		"bow tie":        {grid.Grid{Area: area(ring([2]float64{0, 0}, [2]float64{9, 9}, [2]float64{9, 0}, [2]float64{0, 8}))}, grid.RingCrosses, true},
		"flat":           {grid.Grid{Area: area(ring([2]float64{0, 0}, [2]float64{9, 0}, [2]float64{5, 0}))}, grid.NoArea, true},
		"empty":          {grid.Grid{Area: orb.MultiPolygon{{}}}, grid.NoArea, true},
		"latitude first": {grid.Grid{Area: area(orb.Ring{{42.9, 125.1}, {42.9, 125.2}, {42.8, 125.1}, {42.9, 125.1}})}, grid.OffEarth, true},
		"no numbers":     {grid.Grid{Area: area(orb.Ring{{nan, nan}, {1, 2}, {3, 4}, {nan, nan}})}, grid.OffEarth, true},
		"unreadable":     {grid.Grid{Buildings: []string{"甲区9-1号楼"}}, grid.BuildingText, false},
	} {
		tc.g.Code = "1"
		if tc.g.Households == 0 {
			tc.g.Households = 400
		}
		fs := found(tc.g)
		require.Len(t, fs, 1, name)
		assert.Equal(t, tc.kind, fs[0].Kind, name)
		assert.Equal(t, tc.hard, fs[0].Hard, name)
		assert.Contains(t, fs[0].ZH, "网格 1", name)
		assert.Contains(t, fs[0].EN, "grid 1", name)
		grid.NewIndex([]grid.Grid{tc.g}, limits).At(at(4, 4)) // does not panic
	}
}

func TestPairsThatShareGround(t *testing.T) {
	t.Parallel()
	base := box(0, 0, 1000, 1000)
	for name, tc := range map[string]struct {
		other orb.Ring
		want  bool
	}{
		"apart":              {box(2000, 0, 3000, 1000), false},
		"share a side":       {box(1000, 0, 2000, 1000), false},
		"share a corner":     {box(1000, 1000, 2000, 2000), false},
		"sloppy by 3 metres": {box(997, 0, 2000, 1000), false},
		"a strip":            {box(980, 0, 2000, 1000), true},
		"the same":           {box(0, 0, 1000, 1000), true},
		"inside":             {box(100, 100, 200, 200), true},
		"around":             {box(-100, -100, 1200, 1200), true},
		"a cross":            {box(-500, 400, 1500, 600), true},
		"a spike":            {ring([2]float64{1500, 480}, [2]float64{1500, 520}, [2]float64{900, 500}), true},
	} {
		a, b := grid.Grid{Code: "1", Households: 400, Area: area(base)}, grid.Grid{Code: "2", Households: 400, Area: area(tc.other)}
		fs := found(a, b)
		assert.Equal(t, fs, found(b, a), name+": the order does not matter")
		if !tc.want {
			assert.Empty(t, fs, name)
			continue
		}
		require.Len(t, fs, 1, name)
		assert.Equal(t, grid.Overlaps, fs[0].Kind, name)
		assert.False(t, fs[0].Hard, name)
		b.Special = true
		assert.Empty(t, found(a, b), name+": a special grid lies over others on purpose")
	}
}

func TestBuildingsListedTwice(t *testing.T) {
	t.Parallel()
	g := func(code string, special bool, b ...string) grid.Grid {
		return grid.Grid{Code: code, Special: special, Households: 400, Buildings: b}
	}
	fs := found(g("1", false, "甲区1-9号楼"), g("2", false, "甲区9-12号楼", "甲区9号楼"), g("3", false, "甲区"), g("4", true, "甲区1号楼"))
	require.Len(t, fs, 1)
	assert.Equal(t, grid.BuildingTwice, fs[0].Kind)
	assert.Equal(t, []string{"1", "2"}, []string{fs[0].Code, fs[0].Other})
}
