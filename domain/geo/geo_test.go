package geo

import (
	"math"
	"testing"
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
