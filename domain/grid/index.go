package grid

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"huajie/domain/geo"
)

// Limits are how exact borders are taken to be, in metres: policy grid.border_metres
// and grid.gap_metres.
type Limits struct {
	Border float64 // nearer than this to two grids is on their border
	Gap    float64 // up to this far the nearest grid takes what lies in none
}

// Index finds grids by place. It is immutable, safe for concurrent use, and a nil
// one knows no grid.
type Index struct {
	limits Limits
	*atlas
}

// atlas is what every view of an index shares.
type atlas struct {
	grids  []Grid
	byCode map[string]int
	shaped []int       // grids with an area
	bounds []orb.Bound // of these
	size   []float64   // square metres of every grid
	blocks map[string][]block
}

// NewIndex makes an index of grids whose codes differ. Faulty areas are for Check
// to tell of; here they hold what they hold by the even-odd rule.
func NewIndex(grids []Grid, limits Limits) *Index {
	a := &atlas{
		grids: slices.Clone(grids), byCode: make(map[string]int, len(grids)),
		size: make([]float64, len(grids)), blocks: map[string][]block{},
	}
	for i := range a.grids {
		g := &a.grids[i]
		g.Area = closed(g.Area)
		a.byCode[g.Code] = i
		a.size[i] = g.SquareMetres()
		if g.Shaped() {
			a.shaped = append(a.shaped, i)
			a.bounds = append(a.bounds, g.Area.Bound())
		}
		for _, text := range g.Buildings {
			for _, b := range readBlocks(text) {
				b.grid = i
				a.blocks[b.estate] = append(a.blocks[b.estate], b)
			}
		}
	}
	return &Index{limits, a}
}

// Under is the same index under other limits.
func (x *Index) Under(limits Limits) *Index {
	if x == nil {
		return nil
	}
	return &Index{limits, x.atlas}
}

// Grid finds a grid by code.
func (x *Index) Grid(code string) (Grid, bool) {
	if x == nil {
		return Grid{}, false
	}
	i, ok := x.byCode[code]
	if !ok {
		return Grid{}, false
	}
	return x.grids[i], true
}

// All lists the grids in the order given.
func (x *Index) All() []Grid {
	if x == nil {
		return nil
	}
	return slices.Clone(x.grids)
}

// hit is a grid within reach of a point.
type hit struct {
	at     int
	metres float64 // from its border
	inside bool
}

// signed is the distance outside, negative within.
func (h hit) signed() float64 {
	if h.inside {
		return -h.metres
	}
	return h.metres
}

// reach finds the grids that contain a point or are at most so far away.
func (x *Index) reach(p orb.Point, metres float64) []hit {
	east, north := scale(p.Lat())
	dx, dy := metres/east, metres/north
	var out []hit
	for i := range x.bounds {
		b := &x.bounds[i]
		if p[0] < b.Min[0]-dx || p[0] > b.Max[0]+dx || p[1] < b.Min[1]-dy || p[1] > b.Max[1]+dy {
			continue
		}
		h := hit{at: x.shaped[i]}
		if h.metres, h.inside = measure(x.grids[h.at].Area, p); h.inside || h.metres <= metres {
			out = append(out, h)
		}
	}
	return out
}

// At tells to which grid a point belongs (§6 item 20). A special grid lies over the
// ordinary ones: well inside it these have no claim.
func (x *Index) At(point geo.Point) Placement {
	switch {
	case !point.Valid():
		return choose(Unknown, nil)
	case x == nil:
		return choose(Outside, nil)
	}
	p := point.Orb()
	near := x.reach(p, x.limits.Border)
	if slices.ContainsFunc(near, func(h hit) bool { return x.deep(h) && x.grids[h.at].Special }) {
		near = slices.DeleteFunc(near, func(h hit) bool { return !x.grids[h.at].Special })
	}
	deep := 0
	for _, h := range near {
		if x.deep(h) {
			deep++
		}
	}
	switch {
	case len(near) == 0:
		near = x.reach(p, x.limits.Gap)
		slices.SortFunc(near, x.nearer)
		if len(near) == 0 {
			return choose(Outside, nil)
		}
		return choose(Gap, x.candidates(near))
	case len(near) == 1:
		return choose(Inside, x.candidates(near))
	case deep > 1:
		slices.SortFunc(near, x.closer)
		return choose(Overlap, x.candidates(near))
	}
	slices.SortFunc(near, x.nearer)
	return choose(Border, x.candidates(near))
}

// deep tells whether a point lies in a grid and off its border.
func (x *Index) deep(h hit) bool { return h.inside && h.metres > x.limits.Border }

// nearer orders by distance to the decimetre, deepest inside first, then by code.
func (x *Index) nearer(a, b hit) int {
	return cmp.Or(cmp.Compare(math.Round(a.signed()*10), math.Round(b.signed()*10)), cmp.Compare(x.grids[a.at].Code, x.grids[b.at].Code))
}

// closer orders grids that overlap: those the point lies well inside first, then
// the smaller, whose members know the place best, then by code.
func (x *Index) closer(a, b hit) int {
	if x.deep(a) != x.deep(b) {
		if x.deep(a) {
			return -1
		}
		return 1
	}
	return x.smaller(a.at, b.at)
}

// smaller orders two grids: special ones first, then by area, then by code.
func (x *Index) smaller(a, b int) int {
	if x.grids[a].Special != x.grids[b].Special {
		if x.grids[a].Special {
			return -1
		}
		return 1
	}
	return cmp.Or(cmp.Compare(x.size[a], x.size[b]), cmp.Compare(x.grids[a].Code, x.grids[b].Code))
}

func (x *Index) candidates(hits []hit) []Candidate {
	out := make([]Candidate, len(hits))
	for i, h := range hits {
		out[i] = Candidate{Code: x.grids[h.at].Code, Metres: decimetres(max(0, h.signed()))}
	}
	return out
}

func decimetres(m float64) float64 { return math.Round(m*10) / 10 }

// Distance is how far a point lies outside the area of a grid, in metres, 0 within
// it; ok is false for an unknown grid, one without an area, and no point.
func (x *Index) Distance(code string, point geo.Point) (metres float64, ok bool) {
	g, known := x.Grid(code)
	if !known || !g.Shaped() || !point.Valid() {
		return 0, false
	}
	return outside(g.Area, point.Orb()), true
}

// Contains tells whether a point lies in a grid or at most slack metres outside
// it (§4.10 track.valid: own grid and 100 m). A grid without an area contains no
// point; Grid.Shaped tells.
func (x *Index) Contains(code string, point geo.Point, slack float64) bool {
	metres, ok := x.Distance(code, point)
	return ok && metres <= slack
}

// Nearest lists the grids with an area that keep says yes to, the nearest first
// and at most so many.
func (x *Index) Nearest(point geo.Point, most int, keep func(Grid) bool) []Candidate {
	if x == nil || !point.Valid() {
		return nil
	}
	var out []Candidate
	for _, i := range x.shaped {
		if keep(x.grids[i]) {
			out = append(out, Candidate{x.grids[i].Code, decimetres(outside(x.grids[i].Area, point.Orb()))})
		}
	}
	slices.SortFunc(out, func(a, b Candidate) int { return cmp.Or(cmp.Compare(a.Metres, b.Metres), cmp.Compare(a.Code, b.Code)) })
	return out[:min(most, len(out))]
}
