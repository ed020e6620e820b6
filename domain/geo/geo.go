// Package geo is where things are: points on the earth in WGS-84, as browsers and
// satellites tell them, and the distance between two of them.
package geo

import (
	"math"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
)

// Point is a place on the earth in degrees, WGS-84.
type Point struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Valid tells whether the point lies on the earth. The zero point, in the sea off
// Africa, is what a device says that knows nothing.
func (p Point) Valid() bool {
	return p != Point{} && math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180 // false for what is no number
}

// Orb is the point as the geometry library takes it: longitude first.
func (p Point) Orb() orb.Point { return orb.Point{p.Lon, p.Lat} }

// From takes a point of the geometry library.
func From(p orb.Point) Point { return Point{Lat: p.Lat(), Lon: p.Lon()} }

// Metres is the distance along the ground between two points.
func Metres(a, b Point) float64 { return orbgeo.DistanceHaversine(a.Orb(), b.Orb()) }

// Around is a box, its south-west and its north-east corner, that holds every point within so
// many metres of p and little else.
func Around(p Point, metres float64) (sw, ne Point) {
	b := orbgeo.NewBoundAroundPoint(p.Orb(), metres*1.001+0.01) // a hair more, for what rounding loses
	return From(b.Min), From(b.Max)
}
