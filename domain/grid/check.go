package grid

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"huajie/domain"
	"huajie/domain/geo"
)

// Kind is what a finding is about.
type Kind string

// The kinds of finding. The first group makes an area unusable, the second is
// told and no more: real divisions are not perfect (§0.4 item 11).
const (
	OffEarth    Kind = "off_earth"    // coordinates that are no degrees, or the wrong way round
	RingShort   Kind = "ring_short"   // fewer than three corners
	RingCrosses Kind = "ring_crosses" // crosses itself
	NoArea      Kind = "no_area"      // encloses nothing

	NoShape       Kind = "no_shape"       // neither area nor buildings
	RingOpen      Kind = "ring_open"      // does not end where it begins; closed in reading
	Overlaps      Kind = "overlaps"       // shares ground with another grid
	BuildingTwice Kind = "building_twice" // listed by another grid, too
	BuildingText  Kind = "building_text"  // an entry that cannot be read
	Households    Kind = "households"     // outside the range of the policy (R54)
)

// Finding is something odd about a grid. Other is the second grid of a pair.
type Finding struct {
	Kind  Kind   `json:"kind"`
	Code  string `json:"code"`
	Other string `json:"other,omitempty"`
	Hard  bool   `json:"hard,omitempty"` // the grid cannot be used like this
	domain.Text
}

// Check looks at grids by themselves and at one another, in the order given.
// households gives the range of the policy for a grid; exact is how deep, in
// metres, two grids must share ground to be told of.
func Check(grids []Grid, households func(code string) (least, most int), exact float64) []Finding {
	var out []Finding
	tell := func(k Kind, hard bool, code, zh, en string) {
		out = append(out, Finding{Kind: k, Code: code, Hard: hard, Text: domain.Text{ZH: "网格 " + code + " " + zh, EN: "grid " + code + " " + en}})
	}
	sound := make([]int, 0, len(grids))
	for i, g := range grids {
		before := len(out)
		checkArea(g, func(k Kind, hard bool, zh, en string) { tell(k, hard, g.Code, zh, en) })
		if g.Shaped() && !slices.ContainsFunc(out[before:], func(f Finding) bool { return f.Hard }) {
			sound = append(sound, i)
		}
		if !g.Shaped() && len(g.Buildings) == 0 {
			tell(NoShape, false, g.Code, "没有范围也没有楼栋", "has neither an area nor buildings")
		}
		for _, text := range g.Buildings {
			if len(readBlocks(text)) == 0 {
				tell(BuildingText, false, g.Code, "有一项楼栋无法识别", "lists a building that cannot be read")
			}
		}
		least, most := households(g.Code)
		if !g.Rural && !g.Special && (g.Households < least || g.Households > most) {
			tell(Households, false, g.Code, fmt.Sprintf("有 %d 户,超出 %d-%d 户", g.Households, least, most),
				fmt.Sprintf("has %d households, outside %d-%d", g.Households, least, most))
		}
	}
	out = append(out, sharedGround(grids, sound, exact)...)
	return append(out, sharedBuildings(grids)...)
}

func checkArea(g Grid, tell func(k Kind, hard bool, zh, en string)) {
	for _, poly := range g.Area {
		for _, ring := range poly {
			if slices.ContainsFunc(ring, func(p orb.Point) bool { return !geo.From(p).Valid() }) {
				tell(OffEarth, true, "坐标不是经纬度(应为先经度后纬度的 WGS-84 度数)", "has coordinates that are no degrees (WGS-84, longitude first)")
				return
			}
			if open(ring) {
				tell(RingOpen, false, "边界线未闭合,已按闭合处理", "has an open ring, taken as closed")
			}
		}
	}
	area := closed(g.Area)
	for _, poly := range area {
		for _, ring := range poly {
			switch {
			case len(ring) < 4:
				tell(RingShort, true, "边界线不足三个角点", "has a ring of fewer than three corners")
				return
			case crosses(ring):
				tell(RingCrosses, true, "边界线自相交", "has a ring that crosses itself")
				return
			}
		}
	}
	if g.Shaped() && (Grid{Area: area}).SquareMetres() < 1 {
		tell(NoArea, true, "面积为零", "encloses no ground")
	}
}

// pairs calls with every two of the boxes that meet, by a sweep from west to east.
func pairs(boxes []orb.Bound, with func(i, j int)) {
	order := make([]int, len(boxes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(boxes[a].Min[0], boxes[b].Min[0]) })
	for n, i := range order {
		for _, j := range order[n+1:] {
			if boxes[j].Min[0] > boxes[i].Max[0] {
				break
			}
			if boxes[i].Intersects(boxes[j]) {
				with(min(i, j), max(i, j))
			}
		}
	}
}

// crosses tells whether two sides of a closed ring cross in the open.
func crosses(ring orb.Ring) bool {
	boxes := make([]orb.Bound, len(ring)-1)
	for i := range boxes {
		boxes[i] = orb.MultiPoint{ring[i], ring[i+1]}.Bound()
	}
	found := false
	pairs(boxes, func(i, j int) {
		if !found {
			_, found = crossing(ring[i], ring[i+1], ring[j], ring[j+1])
		}
	})
	return found
}

// crossing tells where on a–b the segment c–d crosses it, as a share of its
// length. Segments that only touch do not cross.
func crossing(a, b, c, d orb.Point) (share float64, ok bool) {
	side := func(p, q, r orb.Point) float64 { return (q[0]-p[0])*(r[1]-p[1]) - (q[1]-p[1])*(r[0]-p[0]) }
	ca, cb := side(c, d, a), side(c, d, b)
	ac, ad := side(a, b, c), side(a, b, d)
	if ca*cb >= 0 || ac*ad >= 0 {
		return 0, false
	}
	return ca / (ca - cb), true
}

// sharedGround finds the pairs of grids that overlap. A special grid lies over
// ordinary ones on purpose.
func sharedGround(grids []Grid, sound []int, exact float64) []Finding {
	areas, boxes := make([]orb.MultiPolygon, len(sound)), make([]orb.Bound, len(sound))
	for n, i := range sound {
		areas[n] = closed(grids[i].Area)
		boxes[n] = areas[n].Bound()
	}
	var out []Finding
	pairs(boxes, func(i, j int) {
		a, b := grids[sound[i]], grids[sound[j]]
		if a.Special == b.Special && shareGround(areas[i], areas[j], exact) {
			out = append(out, both(Overlaps, a.Code, b.Code, "范围重叠", "share ground"))
		}
	})
	slices.SortFunc(out, byPair)
	return out
}

// both is a finding about two grids, whichever was given first.
func both(k Kind, a, b, zh, en string) Finding {
	a, b = min(a, b), max(a, b)
	return Finding{Kind: k, Code: a, Other: b, Text: domain.Text{ZH: "网格 " + a + " 与 " + b + " " + zh, EN: "grids " + a + " and " + b + " " + en}}
}

func byPair(a, b Finding) int {
	return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Other, b.Other))
}

// shareGround tells whether two areas overlap by more than their borders are exact:
// an inner point of one, or a point of its border, lies deep in the other.
func shareGround(a, b orb.MultiPolygon, exact float64) bool {
	deep := func(area orb.MultiPolygon, p orb.Point) bool {
		metres, inside := measure(area, p)
		return inside && metres > exact
	}
	for _, p := range []orb.Point{inner(a), inner(b)} {
		if deep(a, p) && deep(b, p) {
			return true
		}
	}
	return pokes(a, b, deep) || pokes(b, a, deep)
}

// pokes tells whether the border of a runs deep inside b: it looks at the corners
// of a and between any two places where its sides cross those of b.
func pokes(a, b orb.MultiPolygon, deep func(orb.MultiPolygon, orb.Point) bool) bool {
	box := b.Bound()
	found := false
	sides(a, func(p, q orb.Point) {
		if found || !(orb.MultiPoint{p, q}).Bound().Intersects(box) {
			return
		}
		cuts := []float64{0, 1}
		sides(b, func(c, d orb.Point) {
			if at, ok := crossing(p, q, c, d); ok {
				cuts = append(cuts, at)
			}
		})
		slices.Sort(cuts)
		found = deep(b, p)
		for i := 1; i < len(cuts) && !found; i++ {
			at := (cuts[i-1] + cuts[i]) / 2
			found = deep(b, orb.Point{p[0] + at*(q[0]-p[0]), p[1] + at*(q[1]-p[1])})
		}
	})
	return found
}

// sides calls with every side of every ring.
func sides(area orb.MultiPolygon, with func(p, q orb.Point)) {
	for _, poly := range area {
		for _, ring := range poly {
			for i := 1; i < len(ring); i++ {
				with(ring[i-1], ring[i])
			}
		}
	}
}

// inner is a point inside an area: the middle of its widest stretch at half its height.
func inner(area orb.MultiPolygon) orb.Point {
	box := area.Bound()
	// A little off the middle, where a corner of a neat shape may lie.
	y := box.Min[1] + (box.Max[1]-box.Min[1])*0.4937
	var at []float64
	sides(area, func(p, q orb.Point) {
		if (p[1] > y) != (q[1] > y) {
			at = append(at, p[0]+(y-p[1])*(q[0]-p[0])/(q[1]-p[1]))
		}
	})
	slices.Sort(at)
	best, width := box.Center(), 0.0
	for i := 1; i < len(at); i += 2 {
		if w := at[i] - at[i-1]; w > width {
			best, width = orb.Point{at[i-1] + w/2, y}, w
		}
	}
	return best
}

// sharedBuildings finds the pairs of grids that list the same building.
func sharedBuildings(grids []Grid) []Finding {
	x := NewIndex(grids, Limits{})
	told := map[[2]int]bool{}
	var out []Finding
	for _, estate := range x.blocks {
		for n, b := range estate {
			for _, c := range estate[:n] {
				i, j := min(b.grid, c.grid), max(b.grid, c.grid)
				same := b.whole() && c.whole() || !b.whole() && !c.whole() && b.from <= c.to && c.from <= b.to
				if !same || i == j || grids[i].Special != grids[j].Special || told[[2]int{i, j}] {
					continue
				}
				told[[2]int{i, j}] = true
				out = append(out, both(BuildingTwice, grids[i].Code, grids[j].Code, "列有同一楼栋", "list the same building"))
			}
		}
	}
	slices.SortFunc(out, byPair)
	return out
}
