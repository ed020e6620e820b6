// Package grid knows where a grid is and to which grid a place belongs (R56, R61).
// A grid is told by an area on the map, by a list of buildings, or by both. Points
// on a border, in a gap and in two grids at once have defined answers: see
// docs/decisions/0010-where-a-point-belongs.md.
package grid

import (
	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"huajie/domain"
)

// Grid is one grid: who it is, how large, and where (R54, R56).
type Grid struct {
	Code        string           // 15 digits (§9.3)
	Name        domain.Text      //
	Households  int              // outside the range of the policy only warns (R54)
	Rural       bool             // village-group grid, exempt from that warning
	Special     bool             // 专属网格: a market, a school, a park inside ordinary grids (GB/T 34300)
	Provisional bool             // code, name or shape is not settled
	Buildings   []string         // 楼栋, such as 龙山新城A区19-29号楼
	Area        orb.MultiPolygon // WGS-84; empty when only buildings tell the grid
}

// Shaped tells whether the grid has an area, so that a point can be in it.
func (g Grid) Shaped() bool { return len(g.Area) > 0 }

// SquareMetres is the size of the area on the ground.
func (g Grid) SquareMetres() float64 { return orbgeo.Area(g.Area) }

// GeoJSON is a geometry as RFC 7946 writes it.
type GeoJSON struct {
	Type        string `json:"type" enum:"Polygon,MultiPolygon"`
	Coordinates any    `json:"coordinates" doc:"rings of [longitude, latitude], WGS-84"`
}

// Geometry is the area as RFC 7946 writes it, a Polygon when it has one part; nil
// when there is none.
func (g Grid) Geometry() *GeoJSON {
	switch len(g.Area) {
	case 0:
		return nil
	case 1:
		return &GeoJSON{"Polygon", g.Area[0]}
	}
	return &GeoJSON{"MultiPolygon", g.Area}
}

// closed is the area with every ring ending where it begins.
func closed(area orb.MultiPolygon) orb.MultiPolygon {
	out := make(orb.MultiPolygon, 0, len(area))
	for _, poly := range area {
		rings := make(orb.Polygon, 0, len(poly))
		for _, ring := range poly {
			if open(ring) {
				ring = append(ring.Clone(), ring[0])
			}
			rings = append(rings, ring)
		}
		out = append(out, rings)
	}
	return out
}

// open tells whether a ring does not end where it begins.
func open(r orb.Ring) bool { return len(r) > 0 && r[0] != r[len(r)-1] }
