package patrol

import (
	"cmp"
	"slices"
	"time"

	"huajie/domain/geo"
)

// Source is the program a point comes from.
type Source string

// The programs that send points.
const (
	SourceApp       Source = "app"       // our own, on the phone
	SourceOwnTracks Source = "owntracks" // OwnTracks in HTTP mode
	SourceTraccar   Source = "traccar"   // Traccar Client, or whatever speaks the OsmAnd protocol
)

// Sources lists the programs in a fixed order.
func Sources() []Source { return []Source{SourceApp, SourceOwnTracks, SourceTraccar} }

// Point is where a phone says it was.
type Point struct {
	At time.Time
	geo.Point
	Accuracy float64  // radius of the 68 % circle in metres; 0: not told
	Speed    *float64 // metres per second as the device measured it; nil: not told
	Source   Source
	Mock     bool      // the device tells that the place was made up
	Offline  bool      // kept on the phone and sent later
	Received time.Time // when the server got it; zero: not known
}

// Span is a stretch of time, the end not included.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Holds tells whether the moment lies in the span.
func (s Span) Holds(at time.Time) bool { return !at.Before(s.From) && at.Before(s.To) }

// Length of the span.
func (s Span) Length() time.Duration { return max(0, s.To.Sub(s.From)) }

// within gives the index of the span that holds the moment, -1 for none. Spans
// are in order and do not overlap.
func within(spans []Span, at time.Time) int {
	i, found := slices.BinarySearchFunc(spans, at, func(s Span, at time.Time) int { return s.From.Compare(at) })
	if !found {
		i--
	}
	if i < 0 || !spans[i].Holds(at) {
		return -1
	}
	return i
}

// intersect gives what lies in both lists of spans.
func intersect(a, b []Span) []Span {
	var out []Span
	for i, j := 0, 0; i < len(a) && j < len(b); {
		from, to := later(a[i].From, b[j].From), earlier(a[i].To, b[j].To)
		if from.Before(to) {
			out = append(out, Span{from, to})
		}
		if a[i].To.Before(b[j].To) {
			i++
		} else {
			j++
		}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// inOrder sorts points by time and keeps one per moment, the most accurate. The
// order they came in, and how often, makes no difference. Points that are in order, as
// stored ones are, are given back as they are: nobody changes them.
func inOrder(points []Point) []Point {
	ordered := true
	for i := 1; i < len(points) && ordered; i++ {
		ordered = points[i-1].At.Before(points[i].At)
	}
	if ordered {
		return points
	}
	out := slices.Clone(points)
	slices.SortFunc(out, compare)
	return slices.CompactFunc(out, func(a, b Point) bool { return a.At.Equal(b.At) })
}

// compare puts points into an order that depends on nothing but themselves.
func compare(a, b Point) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(vague(a), vague(b)), cmp.Compare(a.Lat, b.Lat), cmp.Compare(a.Lon, b.Lon),
		cmp.Compare(speedOf(a), speedOf(b)), truth(a.Mock, b.Mock), truth(a.Offline, b.Offline), cmp.Compare(a.Source, b.Source), a.Received.Compare(b.Received))
}

// vague puts an accuracy that was not told after every one that was.
func vague(p Point) float64 {
	if p.Accuracy <= 0 {
		return unknownAccuracy
	}
	return p.Accuracy
}

const unknownAccuracy = 1e9

func speedOf(p Point) float64 {
	if p.Speed == nil {
		return -1
	}
	return *p.Speed
}

func truth(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}
