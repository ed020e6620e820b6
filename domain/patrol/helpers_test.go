package patrol_test

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/calendar"
	"huajie/domain/geo"
	"huajie/domain/patrol"
	"huajie/rulebook"
)

var theBook = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Default() })

const grid = "220402008901001"

// rules are those the product ships with.
func rules(t testing.TB) patrol.Rules {
	t.Helper()
	book, err := theBook()
	require.NoError(t, err)
	return patrol.RulesOf(book.PolicyAt(grid, nine))
}

// terms judge by the rules the product ships with, at a moment.
func terms(t testing.TB, now time.Time) patrol.Terms {
	t.Helper()
	book, err := theBook()
	require.NoError(t, err)
	return patrol.Terms{
		Now:   now,
		Rules: func(d calendar.Date) patrol.Rules { return patrol.RulesOf(book.PolicyAt(grid, d.Start())) },
		Workday: func(d calendar.Date) bool {
			working, _, _, _ := book.Calendar.IsWorkday(d)
			return working
		},
	}
}

// nine is a Monday morning.
var nine = time.Date(2026, time.November, 23, 9, 0, 0, 0, calendar.Zone)

// home is in Fuzhen street.
var home = geo.Point{Lat: 42.9, Lon: 125.14}

// trace is a phone on its way: each step moves it on and adds points.
type trace struct {
	points []patrol.Point
	at     time.Time
	x, y   float64 // metres east and north of home
	every  time.Duration
	noise  float64 // metres, one deviation
	ex, ey float64
	r      *rand.Rand
}

func from(at time.Time) *trace {
	return &trace{at: at, every: 10 * time.Second, r: rand.New(rand.NewPCG(1, 111))}
}

// place gives a point so many metres east and north of home.
func place(x, y float64) geo.Point {
	const degree = math.Pi / 180 * 6371008.8 // metres
	return geo.Point{Lat: home.Lat + y/degree, Lon: home.Lon + x/degree/math.Cos(home.Lat*math.Pi/180)}
}

// mark notes a point where the phone is. Its error wanders, as that of a receiver does.
func (tr *trace) mark() *trace {
	const keeps = 0.9
	tr.ex = keeps*tr.ex + math.Sqrt(1-keeps*keeps)*tr.noise*tr.r.NormFloat64()
	tr.ey = keeps*tr.ey + math.Sqrt(1-keeps*keeps)*tr.noise*tr.r.NormFloat64()
	tr.points = append(tr.points, patrol.Point{At: tr.at, Point: place(tr.x+tr.ex, tr.y+tr.ey), Accuracy: 10, Source: patrol.SourceApp})
	return tr
}

// go east for a time at a speed in km/h; less than nothing is back west.
func (tr *trace) walk(d time.Duration, kmh float64) *trace {
	if len(tr.points) == 0 {
		tr.mark()
	}
	for end := tr.at.Add(d); tr.at.Before(end); {
		tr.at = tr.at.Add(tr.every)
		tr.x += kmh / 3.6 * tr.every.Seconds()
		tr.mark()
	}
	return tr
}

func (tr *trace) stand(d time.Duration) *trace { return tr.walk(d, 0) }

// silent moves on without a word.
func (tr *trace) silent(d time.Duration, metres float64) *trace {
	tr.at, tr.x = tr.at.Add(d), tr.x+metres
	return tr.mark()
}

// spike adds one point far off, between two others.
func (tr *trace) spike(metres float64) *trace {
	p := tr.points[len(tr.points)-1]
	p.At, p.Point = p.At.Add(tr.every/2), place(tr.x, tr.y+metres)
	tr.points = append(tr.points, p)
	return tr
}

// all is a ground on duty and on patrol from the first point to the last.
func (tr *trace) all() patrol.Ground {
	s := []patrol.Span{{From: tr.points[0].At, To: tr.points[len(tr.points)-1].At.Add(time.Nanosecond)}}
	return patrol.Ground{Duty: s, Patrols: s}
}

func reasons(r patrol.Result) map[patrol.Reason]time.Duration {
	out := map[patrol.Reason]time.Duration{}
	for _, s := range r.Segments {
		out[s.Reason] += s.Length().Round(time.Second)
	}
	delete(out, patrol.Valid)
	for k, v := range out {
		if v == 0 {
			delete(out, k)
		}
	}
	return out
}
