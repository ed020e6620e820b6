package geo

import (
	"math"
	"testing"

	orbgeo "github.com/paulmach/orb/geo"
	"pgregory.net/rapid"
)

func TestMetres(t *testing.T) {
	station := Point{Lat: 42.9027, Lon: 125.1456}
	for _, tc := range []struct {
		to   Point
		want float64
	}{
		{station, 0},
		{Point{Lat: 42.9036, Lon: 125.1456}, 100.2}, // 0.0009 degrees north
		{Point{Lat: 42.9027, Lon: 125.1468}, 97.9},  // 0.0012 degrees east, shorter up here
	} {
		if got := Metres(station, tc.to); math.Abs(got-tc.want) > 1 {
			t.Errorf("Metres to %v = %.1f, want %.1f", tc.to, got, tc.want)
		}
	}
}

func TestValid(t *testing.T) {
	for p, want := range map[Point]bool{
		{Lat: 42.9, Lon: 125.1}: true,
		{}:                      false,
		{Lat: 125.1, Lon: 42.9}: false, // the wrong way round
		{Lat: 42.9, Lon: 181}:   false,
	} {
		if p.Valid() != want {
			t.Errorf("%v.Valid() = %v", p, !want)
		}
	}
	if nan := (Point{Lat: math.NaN(), Lon: 1}); nan.Valid() {
		t.Error("nowhere is valid")
	}
}

// TestAroundHoldsWhatIsNear: no point within the distance is outside of the box.
func TestAroundHoldsWhatIsNear(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := Point{Lat: rapid.Float64Range(-80, 80).Draw(rt, "lat"), Lon: rapid.Float64Range(-170, 170).Draw(rt, "lon")}
		metres := rapid.Float64Range(1, 1000).Draw(rt, "metres")
		other := From(orbgeo.PointAtBearingAndDistance(p.Orb(), rapid.Float64Range(0, 360).Draw(rt, "bearing"), metres))
		sw, ne := Around(p, metres)
		if other.Lat < sw.Lat || other.Lat > ne.Lat || other.Lon < sw.Lon || other.Lon > ne.Lon {
			rt.Fatalf("%v is outside of %v, %v", other, sw, ne)
		}
		if Metres(p, sw) > 1.5*metres+1 || Metres(p, ne) > 1.5*metres+1 {
			rt.Fatalf("%v, %v is far more than %v metres around %v", sw, ne, metres, p)
		}
	})
}
