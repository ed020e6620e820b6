package patrol

import (
	"math"
	"time"

	"huajie/domain/geo"
)

// Reason says why a stretch or a point does not count; "" is valid.
type Reason string

// The reasons.
const (
	Valid     Reason = ""
	Clock     Reason = "clock"     // from the future, or older than may be sent late
	OffDuty   Reason = "off_duty"  // not on duty
	NoPatrol  Reason = "no_patrol" // on duty, but no patrol was under way
	Mock      Reason = "mock"      // the device tells that the place was made up
	Vague     Reason = "accuracy"  // the place is known too vaguely, or it is not told how well
	Drift     Reason = "drift"     // one point that jumps away and back
	TooFast   Reason = "too_fast"  // a vehicle
	TooSlow   Reason = "too_slow"  // standing
	Jitter    Reason = "jitter"    // less than the jitter radius, too short to call it standing
	Gap       Reason = "gap"       // nothing was heard
	Elsewhere Reason = "outside"   // outside the own grids
)

// Ground is where and when a track may count.
type Ground struct {
	Duty    []Span // in order, not overlapping
	Patrols []Span // within duty, in order, not overlapping, none beyond now
	// Inside tells whether a point lies in the own grids or not far outside them;
	// nil: no grid has a shape, and everywhere counts.
	Inside func(geo.Point) bool
}

// Segment is a stretch of a patrol of one class.
type Segment struct {
	Span
	Part   int     // counts the stretches between silences longer than Rules.Gap
	Reason Reason  // Valid, or why it does not count
	Metres float64 // along the legs of the track
}

// Counts tells whether the stretch is valid.
func (s Segment) Counts() bool { return s.Reason == Valid }

// Result is a track as measured. The segments cover the patrols without a hole
// and without overlap.
type Result struct {
	Segments  []Segment
	Walked    time.Duration  // sum of the valid segments
	Metres    float64        // sum of the valid segments
	Unused    map[Reason]int // points that were not used
	Teleports int            // jumps faster than anything that travels here
	Unbounded bool           // no grid has a shape
}

// Minutes is patrol_minutes, rounded down to hundredths.
func (r Result) Minutes() float64 { return down(r.Walked.Minutes(), 100) }

// Km is patrol_km, rounded down to metres.
func (r Result) Km() float64 { return down(r.Metres/1000, 1000) }

// down rounds down: what is shown as enough is enough. What arithmetic in binary
// falls short by is not held against anybody.
func down(v float64, parts float64) float64 { return math.Floor(v*parts+1e-6) / parts }

// Track measures a track (§4.10 track.valid, §7.5). Neither the order of the
// points nor how often one is given makes a difference.
func Track(points []Point, g Ground, r Rules) Result { return track(inOrder(points), g, r) }

// track is Track of points in order.
func track(points []Point, g Ground, r Rules) Result {
	out := Result{Unused: map[Reason]int{}, Unbounded: g.Inside == nil}
	usable := make([][]Point, len(g.Patrols))
	for _, p := range points {
		reason := Judge(p, g, r)
		if reason != Valid {
			out.Unused[reason]++
			continue
		}
		i := within(g.Patrols, p.At)
		if usable[i] == nil {
			usable[i] = make([]Point, 0, len(points))
		}
		usable[i] = append(usable[i], p)
	}
	for i, patrol := range g.Patrols {
		out.Teleports += teleports(usable[i], r)
		steady := withoutDrift(usable[i], r)
		if n := len(usable[i]) - len(steady); n > 0 {
			out.Unused[Drift] += n
		}
		w := walk{rules: r, ground: g, out: &out}
		w.measure(patrol, steady)
	}
	for _, s := range out.Segments {
		if s.Counts() {
			out.Walked += s.Length()
			out.Metres += s.Metres
		}
	}
	return out
}

// Judge tells why a point by itself is of no use; Valid when it is.
func Judge(p Point, g Ground, r Rules) Reason {
	switch {
	case !p.Received.IsZero() && !r.Plausible(p.At, p.Received):
		return Clock
	case within(g.Duty, p.At) < 0:
		return OffDuty
	case within(g.Patrols, p.At) < 0:
		return NoPatrol
	case p.Mock:
		return Mock
	case !p.Valid(), p.Accuracy <= 0, p.Accuracy > r.Accuracy:
		return Vague
	}
	return Valid
}

// withoutDrift leaves out single points that jump away and back. Without them the
// track is what it would have been.
func withoutDrift(points []Point, r Rules) []Point {
	out := make([]Point, 0, len(points))
	for i, p := range points {
		if len(out) > 0 && i+1 < len(points) && jumps(out[len(out)-1], p, points[i+1], r) {
			continue
		}
		out = append(out, p)
	}
	return out
}

// jumps tells whether a point is too far off to be jitter and too fast to be
// walked, while the way past it is no faster than walking, or no more than half
// of the way over it.
func jumps(before, p, after Point, r Rules) bool {
	there := geo.Metres(before.Point, p.Point)
	if there <= r.Jitter || speed(before, p) <= r.MaxSpeed {
		return false
	}
	back := geo.Metres(p.Point, after.Point)
	return speed(before, after) <= r.MaxSpeed || speed(p, after) > r.MaxSpeed && there+back > 2*geo.Metres(before.Point, after.Point)
}

// speed in metres per second in a straight line.
func speed(a, b Point) float64 {
	return geo.Metres(a.Point, b.Point) / b.At.Sub(a.At).Seconds()
}

// teleports counts jumps that nothing but a forged or broken position makes,
// even if both places are as far off as the device says they may be.
func teleports(points []Point, r Rules) (n int) {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		least := geo.Metres(a.Point, b.Point) - a.Accuracy - b.Accuracy - r.Jitter
		if least/max(1, b.At.Sub(a.At).Seconds()) > r.Teleport {
			n++
		}
	}
	return n
}
