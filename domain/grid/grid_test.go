package grid_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/geo"
	"huajie/domain/grid"
)

// Everything here is drawn in metres east and north of a corner of the city.
const lat0, lon0 = 42.88, 125.10

func at(east, north float64) geo.Point {
	perNorth := orb.EarthRadius * math.Pi / 180
	lat := lat0 + north/perNorth
	return geo.Point{Lat: lat, Lon: lon0 + east/(perNorth*math.Cos(lat0*math.Pi/180))}
}

func ring(corners ...[2]float64) orb.Ring {
	var r orb.Ring
	for _, c := range corners {
		r = append(r, at(c[0], c[1]).Orb())
	}
	return append(r, r[0])
}

func box(west, south, east, north float64) orb.Ring {
	return ring([2]float64{west, south}, [2]float64{east, south}, [2]float64{east, north}, [2]float64{west, north})
}

func area(rings ...orb.Ring) orb.MultiPolygon { return orb.MultiPolygon{orb.Polygon(rings)} }

var limits = grid.Limits{Border: 5, Gap: 1000}

// town has two neighbours a and b that share a border, c overlapping b, a market
// in a, a ring d with a hole, e in two parts, and f known by its buildings only.
func town() []grid.Grid {
	return []grid.Grid{
		{Code: "b", Area: area(box(1000, 0, 2000, 1000))},
		{Code: "a", Area: area(box(0, 0, 1000, 1000))},
		{Code: "c", Area: area(box(1800, 0, 2500, 500))},
		{Code: "market", Special: true, Area: area(box(400, 400, 600, 600))},
		{Code: "d", Area: area(box(5000, 0, 6000, 1000), box(5400, 400, 5600, 600))},
		{Code: "e", Area: orb.MultiPolygon{{box(0, 2800, 500, 3300)}, {box(900, 2800, 1400, 3300)}}},
		{Code: "f", Buildings: []string{"龙山新城A区19号到29号楼"}},
	}
}

func codes(p grid.Placement) []string {
	out := []string{}
	for _, c := range p.Candidates {
		out = append(out, c.Code)
	}
	return out
}

func TestWhereAPointBelongs(t *testing.T) {
	t.Parallel()
	x := grid.NewIndex(town(), limits)
	for _, tc := range []struct {
		name        string
		east, north float64
		why         grid.Reason
		candidates  []string
	}{
		{"well inside", 200, 200, grid.Inside, []string{"a"}},
		{"just off the border", 990, 500, grid.Inside, []string{"a"}},
		{"on the border: the first code", 1000, 500, grid.Border, []string{"a", "b"}},
		{"near the border: who has it", 1003, 500, grid.Border, []string{"b", "a"}},
		{"at the outer edge nobody competes", -3, 500, grid.Inside, []string{"a"}},
		{"in two: the smaller", 1900, 250, grid.Overlap, []string{"c", "b"}},
		{"on the border of one, in the other", 1802, 250, grid.Border, []string{"b", "c"}},
		{"the market lies over the quarter", 500, 500, grid.Inside, []string{"market"}},
		{"the edge of the market", 402, 500, grid.Border, []string{"a", "market"}},
		{"in a hole: the grid around it", 5500, 480, grid.Gap, []string{"d"}},
		{"in the ring", 5200, 500, grid.Inside, []string{"d"}},
		{"the second part", 1100, 3000, grid.Inside, []string{"e"}},
		{"between the parts", 700, 3000, grid.Gap, []string{"e"}},
		{"between two: the nearer", 450, 1850, grid.Gap, []string{"a", "e"}},
		{"only one is near enough", 100, 1700, grid.Gap, []string{"a"}},
		{"far away", 3800, 3000, grid.Outside, []string{}},
	} {
		p := x.At(at(tc.east, tc.north))
		assert.Equal(t, tc.why, p.Reason, tc.name)
		assert.Equal(t, tc.candidates, codes(p), tc.name)
		if len(tc.candidates) > 0 {
			assert.Equal(t, tc.candidates[0], p.Grid, tc.name)
		} else {
			assert.Empty(t, p.Grid, tc.name)
		}
		assert.Equal(t, tc.why != grid.Inside, p.Disputable(), tc.name)
	}
	assert.Equal(t, grid.Unknown, x.At(geo.Point{}).Reason)
	assert.InDelta(t, 80, x.At(at(5500, 480)).Candidates[0].Metres, 0.5, "the hole is 200 m wide")
	for _, r := range grid.Reasons() {
		assert.NotEmpty(t, r.Text().ZH, r)
		assert.NotEmpty(t, r.Text().EN, r)
	}
}

// TestTheOrderOfTheFileDoesNotMatter: the same grids in any order give the same answer.
func TestTheOrderOfTheFileDoesNotMatter(t *testing.T) {
	t.Parallel()
	x := grid.NewIndex(town(), limits)
	rapid.Check(t, func(t *rapid.T) {
		y := grid.NewIndex(rapid.Permutation(town()).Draw(t, "order"), limits)
		p := at(rapid.Float64Range(-1500, 7000).Draw(t, "east"), rapid.Float64Range(-1500, 4000).Draw(t, "north"))
		require.Equal(t, x.At(p), y.At(p))
	})
}

func TestLimitsDecide(t *testing.T) {
	t.Parallel()
	x := grid.NewIndex(town(), limits).Under(grid.Limits{Border: 0, Gap: 50})
	assert.Equal(t, grid.Inside, x.At(at(999, 500)).Reason)
	assert.Equal(t, grid.Gap, x.At(at(-40, 500)).Reason)
	assert.Equal(t, grid.Outside, x.At(at(-60, 500)).Reason)
}

func TestContainsWithSlack(t *testing.T) {
	t.Parallel()
	x := grid.NewIndex(town(), limits)
	assert.True(t, x.Contains("a", at(-99, 500), 100), "own grid and 100 m")
	assert.False(t, x.Contains("a", at(-101, 500), 100))
	assert.False(t, x.Contains("d", at(5500, 500), 0), "a hole is outside")
	assert.True(t, x.Contains("d", at(5500, 500), 101))
	assert.False(t, x.Contains("f", at(0, 0), 1e6), "without an area nothing is inside")
	assert.False(t, x.Contains("nobody", at(0, 0), 1e6))
	assert.False(t, x.Contains("a", geo.Point{}, 1e9))
	m, ok := x.Distance("a", at(-300, 500))
	assert.True(t, ok)
	assert.InDelta(t, 300, m, 0.5)
	_, ok = x.Distance("f", at(0, 0))
	assert.False(t, ok)
	near := x.Nearest(at(900, 500), 3, func(g grid.Grid) bool { return g.Code != "market" })
	require.Len(t, near, 3)
	assert.Equal(t, []string{"a", "b", "c"}, []string{near[0].Code, near[1].Code, near[2].Code})
}

func TestNoIndexKnowsNoGrid(t *testing.T) {
	t.Parallel()
	var x *grid.Index
	assert.Equal(t, grid.Outside, x.At(at(1, 1)).Reason)
	assert.Equal(t, grid.Unknown, x.InBuilding("龙山新城A区19号楼").Reason)
	assert.False(t, x.Contains("a", at(1, 1), 10))
	assert.Empty(t, x.All())
	assert.Empty(t, x.Nearest(at(1, 1), 5, func(grid.Grid) bool { return true }))
	assert.Nil(t, x.Under(limits))
	_, ok := x.Grid("a")
	assert.False(t, ok)
}

// TestATilingHasOneOwner: a point well inside a tile of a tiling without gaps
// belongs to that tile and no other, however the corners are pulled about.
func TestATilingHasOneOwner(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows, cols := rapid.IntRange(1, 5).Draw(t, "rows"), rapid.IntRange(1, 5).Draw(t, "cols")
		const side = 500.0
		pull := rapid.Float64Range(-120, 120)
		corner := map[[2]int][2]float64{}
		for r := 0; r <= rows; r++ {
			for c := 0; c <= cols; c++ {
				corner[[2]int{r, c}] = [2]float64{float64(c)*side + pull.Draw(t, "x"), float64(r)*side + pull.Draw(t, "y")}
			}
		}
		var tiles []grid.Grid
		for r := range rows {
			for c := range cols {
				tiles = append(tiles, grid.Grid{Code: fmt.Sprintf("%d-%d", r, c), Households: 400, Area: area(ring(
					corner[[2]int{r, c}], corner[[2]int{r, c + 1}], corner[[2]int{r + 1, c + 1}], corner[[2]int{r + 1, c}]))})
			}
		}
		x := grid.NewIndex(tiles, limits)
		require.Empty(t, grid.Check(tiles, anyHouseholds, limits.Border), "neighbours do not overlap")
		r, c := rapid.IntRange(0, rows-1).Draw(t, "r"), rapid.IntRange(0, cols-1).Draw(t, "c")
		u, v := rapid.Float64Range(0.3, 0.7).Draw(t, "u"), rapid.Float64Range(0.3, 0.7).Draw(t, "v")
		mix := func(i int) float64 {
			a, b := corner[[2]int{r, c}][i], corner[[2]int{r, c + 1}][i]
			d, e := corner[[2]int{r + 1, c}][i], corner[[2]int{r + 1, c + 1}][i]
			return (a*(1-u)+b*u)*(1-v) + (d*(1-u)+e*u)*v
		}
		p, own := at(mix(0), mix(1)), fmt.Sprintf("%d-%d", r, c)
		got := x.At(p)
		require.Equal(t, own, got.Grid)
		require.Equal(t, grid.Inside, got.Reason)
		for _, g := range tiles {
			require.Equal(t, g.Code == own, x.Contains(g.Code, p, 0), g.Code)
		}
	})
}

// TestContainsAgreesWithAt: whatever At says, each candidate is as far away as
// Distance says, and the answer follows from the distances.
func TestContainsAgreesWithAt(t *testing.T) {
	t.Parallel()
	x := grid.NewIndex(town(), limits)
	rapid.Check(t, func(t *rapid.T) {
		p := at(rapid.Float64Range(-1500, 7000).Draw(t, "east"), rapid.Float64Range(-1500, 4000).Draw(t, "north"))
		got := x.At(p)
		for _, c := range got.Candidates {
			m, ok := x.Distance(c.Code, p)
			require.True(t, ok)
			require.InDelta(t, m, c.Metres, 0.06)
			switch got.Reason {
			case grid.Gap:
				require.Greater(t, m, limits.Border)
				require.LessOrEqual(t, m, limits.Gap)
			default:
				require.True(t, x.Contains(c.Code, p, limits.Border))
			}
		}
		for _, g := range x.All() {
			if got.Reason == grid.Outside {
				require.False(t, x.Contains(g.Code, p, limits.Gap))
			}
		}
	})
}

func BenchmarkAt(b *testing.B) {
	const side = 64 // 4 096 grids of 40 corners
	var tiles []grid.Grid
	for r := range side {
		for c := range side {
			var r40 [][2]float64
			for k := range 40 {
				a := 2 * math.Pi * float64(k) / 40
				r40 = append(r40, [2]float64{float64(c)*500 + 240*math.Cos(a), float64(r)*500 + 240*math.Sin(a)})
			}
			tiles = append(tiles, grid.Grid{Code: fmt.Sprintf("%04d", r*side+c), Area: area(ring(r40...))})
		}
	}
	x := grid.NewIndex(tiles, limits)
	for name, p := range map[string]geo.Point{"inside": at(16000, 16000), "gap": at(16250, 16250), "outside": at(-9000, -9000)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				x.At(p)
			}
		})
	}
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			grid.Check(tiles, anyHouseholds, 5)
		}
	})
}

func anyHouseholds(string) (least, most int) { return 0, math.MaxInt }
