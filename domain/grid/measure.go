package grid

import (
	"math"

	"github.com/paulmach/orb"
)

// scale is how many metres a degree of longitude and one of latitude are at a
// latitude, on the sphere geo.Metres measures on.
func scale(lat float64) (east, north float64) {
	north = orb.EarthRadius * math.Pi / 180
	return north * math.Cos(lat*math.Pi/180), north
}

// measure tells how far a point is from the border of an area, in metres, and
// whether it lies in it; holes are not part of it. The ground is taken to be flat
// around the point: right to a thousandth within 50 km.
func measure(area orb.MultiPolygon, p orb.Point) (metres float64, inside bool) {
	east, north := scale(p.Lat())
	least := math.Inf(1)
	for _, poly := range area {
		in := false // inside an odd number of rings
		for _, ring := range poly {
			for i := 1; i < len(ring); i++ {
				ax, ay := (ring[i-1][0]-p[0])*east, (ring[i-1][1]-p[1])*north
				bx, by := (ring[i][0]-p[0])*east, (ring[i][1]-p[1])*north
				least = min(least, fromSegment(ax, ay, bx, by))
				if (ay > 0) != (by > 0) && ax-ay*(bx-ax)/(by-ay) > 0 {
					in = !in
				}
			}
		}
		inside = inside || in
	}
	return math.Sqrt(least), inside
}

// fromSegment is the square of the distance of the origin from a segment.
func fromSegment(ax, ay, bx, by float64) float64 {
	dx, dy := bx-ax, by-ay
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = max(0, min(1, -(ax*dx+ay*dy)/length))
	}
	x, y := ax+t*dx, ay+t*dy
	return x*x + y*y
}

// outside is the distance to an area, zero within it.
func outside(area orb.MultiPolygon, p orb.Point) float64 {
	metres, inside := measure(area, p)
	if inside {
		return 0
	}
	return metres
}
