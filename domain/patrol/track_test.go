package patrol_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/geo"
	"huajie/domain/patrol"
)

// TestTraces: what a patrol of each kind is worth, to a minute and fifty metres.
func TestTraces(t *testing.T) {
	t.Parallel()
	trembling := func() *trace { tr := from(nine); tr.noise = 6; return tr }
	fast := func(every time.Duration) *trace { tr := from(nine); tr.every = every; return tr }
	vague := func() *trace {
		tr := from(nine).walk(30*time.Minute, 4)
		for i := 60; i < 120; i++ {
			tr.points[i].Accuracy = 80
		}
		return tr
	}
	for _, row := range []struct {
		name        string
		trace       *trace
		minutes, km float64
		not         map[patrol.Reason]time.Duration // to a minute; valid is not told
	}{
		{"an hour's walk", from(nine).walk(time.Hour, 4), 60, 4, nil},
		{"the walk 235 asks for", from(nine).walk(2*time.Hour, 1.5), 120, 3, nil},
		{"a slow walk is not eaten", from(nine).walk(time.Hour, 0.8), 59, 0.78, nil},
		{"a point a second", fast(time.Second).walk(20*time.Minute, 5), 20, 1.66, nil},
		{"a point a minute", fast(time.Minute).walk(time.Hour, 3), 60, 3, nil},
		{"a trembling walk", trembling().walk(time.Hour, 4), 60, 4, nil},
		{"standing", from(nine).stand(time.Hour), 0, 0, map[patrol.Reason]time.Duration{patrol.TooSlow: time.Hour}},
		{"standing, trembling", trembling().stand(time.Hour), 0, 0, map[patrol.Reason]time.Duration{patrol.TooSlow: time.Hour}},
		{"three minutes at a door belong to the walk", from(nine).walk(10*time.Minute, 4).stand(3*time.Minute).walk(10*time.Minute, 4), 23, 1.33, nil},
		{"half an hour on a bench does not", from(nine).walk(30*time.Minute, 4).stand(30*time.Minute).walk(30*time.Minute, 4), 60, 4,
			map[patrol.Reason]time.Duration{patrol.TooSlow: 30 * time.Minute}},
		{"driving", from(nine).walk(30*time.Minute, 30), 0, 0, map[patrol.Reason]time.Duration{patrol.TooFast: 30 * time.Minute}},
		{"a lift between two walks", from(nine).walk(30*time.Minute, 4).walk(10*time.Minute, 30).walk(30*time.Minute, 4), 59.5, 3.97,
			map[patrol.Reason]time.Duration{patrol.TooFast: 10 * time.Minute}},
		{"three silent minutes: one is vouched for", from(nine).walk(10*time.Minute, 4).silent(3*time.Minute, 200).walk(10*time.Minute, 4), 21, 1.4,
			map[patrol.Reason]time.Duration{patrol.Gap: 2 * time.Minute}},
		{"fifteen silent minutes split", from(nine).walk(10*time.Minute, 4).silent(15*time.Minute, 1000).walk(10*time.Minute, 4), 20, 1.33,
			map[patrol.Reason]time.Duration{patrol.Gap: 15 * time.Minute}},
		{"a car hidden in silence gains little", from(nine).silent(0, 0).silent(9*time.Minute, 1000).silent(9*time.Minute, 1000), 2, 0.22,
			map[patrol.Reason]time.Duration{patrol.Gap: 16 * time.Minute}},
		{"one point jumps away", from(nine).walk(10*time.Minute, 4).spike(3000).walk(10*time.Minute, 4), 20, 1.33, nil},
		{"ten vague minutes: nobody knows", vague(), 20, 1.33, map[patrol.Reason]time.Duration{patrol.Gap: 9 * time.Minute}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := patrol.Track(row.trace.points, row.trace.all(), rules(t))
			assert.InDelta(t, row.minutes, got.Minutes(), 1.01)
			assert.InDelta(t, row.km, got.Km(), 0.05)
			not := reasons(got)
			for reason, d := range row.not {
				assert.InDelta(t, d.Minutes(), not[reason].Minutes(), 1.5, "%s", reason)
			}
			assert.True(t, got.Unbounded)
		})
	}
}

// TestWhatIsNotUsed: points that say by themselves that they are of no use.
func TestWhatIsNotUsed(t *testing.T) {
	t.Parallel()
	r := rules(t)
	duty := patrol.Span{From: nine, To: nine.Add(3 * time.Hour)}
	ground := patrol.Ground{Duty: []patrol.Span{duty}, Patrols: []patrol.Span{{From: nine.Add(time.Hour), To: nine.Add(2 * time.Hour)}}}
	good := patrol.Point{At: nine.Add(90 * time.Minute), Point: home, Accuracy: 10}
	change := func(f func(*patrol.Point)) patrol.Point { p := good; f(&p); return p }
	for want, p := range map[patrol.Reason]patrol.Point{
		patrol.Valid:    good,
		patrol.OffDuty:  change(func(p *patrol.Point) { p.At = nine.Add(-time.Minute) }),
		patrol.NoPatrol: change(func(p *patrol.Point) { p.At = nine.Add(time.Minute) }),
		patrol.Mock:     change(func(p *patrol.Point) { p.Mock = true }),
		patrol.Vague:    change(func(p *patrol.Point) { p.Accuracy = 51 }),
		patrol.Clock:    change(func(p *patrol.Point) { p.Received = p.At.Add(-3 * time.Minute) }),
	} {
		assert.Equal(t, want, patrol.Judge(p, ground, r), "%q", want)
	}
	assert.Equal(t, patrol.Vague, patrol.Judge(change(func(p *patrol.Point) { p.Accuracy = 0 }), ground, r), "not told is not known")
	assert.Equal(t, patrol.Clock, patrol.Judge(change(func(p *patrol.Point) { p.Received = p.At.Add(25 * time.Hour) }), ground, r))
	assert.Equal(t, patrol.Valid, patrol.Judge(change(func(p *patrol.Point) { p.Received = p.At.Add(23 * time.Hour) }), ground, r), "sent late")
	assert.Equal(t, patrol.OffDuty, patrol.Judge(change(func(p *patrol.Point) { p.At = duty.To }), ground, r), "the end is not included")
}

// TestOutsideTheGrid: beyond the own grid and its margin nothing counts, and it is shown.
func TestOutsideTheGrid(t *testing.T) {
	t.Parallel()
	tr := from(nine).walk(30*time.Minute, 4).walk(30*time.Minute, -4)
	ground := tr.all()
	edge := place(1000, 0).Lon
	ground.Inside = func(p geo.Point) bool { return p.Lon <= edge }
	got := patrol.Track(tr.points, ground, rules(t))
	assert.False(t, got.Unbounded)
	assert.InDelta(t, 30, got.Minutes(), 1)
	assert.InDelta(t, 2, got.Km(), 0.07)
	assert.InDelta(t, 30, reasons(got)[patrol.Elsewhere].Minutes(), 1)
}

// TestTheDeviceKnowsBetter: a speed the device measured itself excludes, but never admits.
func TestTheDeviceKnowsBetter(t *testing.T) {
	t.Parallel()
	tr, car, walk := from(nine).walk(20*time.Minute, 6), 9.0, 1.2
	for i := range tr.points {
		tr.points[i].Speed = &car
	}
	assert.Zero(t, patrol.Track(tr.points, tr.all(), rules(t)).Minutes(), "a bus in heavy traffic")
	drive := from(nine).walk(20*time.Minute, 40)
	for i := range drive.points {
		drive.points[i].Speed = &walk
	}
	assert.Zero(t, patrol.Track(drive.points, drive.all(), rules(t)).Minutes())
}

func TestTeleportsAreCounted(t *testing.T) {
	t.Parallel()
	tr := from(nine).walk(5*time.Minute, 4)
	for range 3 {
		tr.silent(10*time.Second, 20000).silent(10*time.Second, -20000)
	}
	assert.Equal(t, 6, patrol.Track(tr.points, tr.all(), rules(t)).Teleports)
	assert.Zero(t, patrol.Track(from(nine).walk(time.Hour, 110).points, tr.all(), rules(t)).Teleports, "a car is no teleport")
}

// anyTrace is a day at random.
func anyTrace(rt *rapid.T) *trace {
	tr := from(nine)
	tr.every = rapid.SampledFrom([]time.Duration{5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute}).Draw(rt, "every")
	tr.noise = rapid.SampledFrom([]float64{0, 3, 8}).Draw(rt, "noise")
	tr.mark()
	for range rapid.IntRange(1, 5).Draw(rt, "stretches") {
		d := time.Duration(rapid.IntRange(1, 15).Draw(rt, "minutes")) * time.Minute
		switch rapid.IntRange(0, 3).Draw(rt, "kind") {
		case 0:
			tr.walk(d, rapid.Float64Range(-7, 7).Draw(rt, "kmh"))
		case 1:
			tr.stand(d)
		case 2:
			tr.walk(d, rapid.Float64Range(9, 60).Draw(rt, "kmh"))
		case 3:
			tr.silent(d, rapid.Float64Range(-500, 500).Draw(rt, "metres"))
		}
	}
	return tr
}

// anyGround has some patrols in it, and an end to the grid.
func anyGround(rt *rapid.T, tr *trace) patrol.Ground {
	g := tr.all()
	whole := g.Duty[0]
	if rapid.Bool().Draw(rt, "two patrols") {
		third := whole.Length() / 3
		g.Patrols = []patrol.Span{{From: whole.From, To: whole.From.Add(third)}, {From: whole.From.Add(2 * third), To: whole.To}}
	}
	if rapid.Bool().Draw(rt, "a grid") {
		edge := place(300, 0).Lon
		g.Inside = func(p geo.Point) bool { return p.Lon <= edge }
	}
	return g
}

// TestSegmentsAreTheWholePatrol: the segments cover the patrols without hole or
// overlap, and their valid ones are the sums.
func TestSegmentsAreTheWholePatrol(t *testing.T) {
	t.Parallel()
	r := rules(t)
	rapid.Check(t, func(rt *rapid.T) {
		tr := anyTrace(rt)
		g := anyGround(rt, tr)
		got := patrol.Track(tr.points, g, r)
		var all, walked time.Duration
		var metres float64
		i := 0
		for _, p := range g.Patrols {
			at := p.From
			for ; i < len(got.Segments) && got.Segments[i].To.Compare(p.To) <= 0; i++ {
				s := got.Segments[i]
				require.True(rt, s.From.Equal(at), "segment %d begins where the one before it ended", i)
				require.Positive(rt, s.Length())
				at, all = s.To, all+s.Length()
				if s.Counts() {
					walked, metres = walked+s.Length(), metres+s.Metres
					require.LessOrEqual(rt, s.Metres, s.Length().Seconds()*r.MaxSpeed+1e-6, "no valid stretch is faster than walking")
				}
			}
			require.True(rt, at.Equal(p.To))
		}
		require.Len(rt, got.Segments, i)
		require.Equal(rt, walked, got.Walked)
		require.InDelta(rt, metres, got.Metres, 1e-6)
	})
}

// TestBatchesMakeNoDifference: however points are split, ordered and repeated, the
// result is the same.
func TestBatchesMakeNoDifference(t *testing.T) {
	t.Parallel()
	r := rules(t)
	rapid.Check(t, func(rt *rapid.T) {
		tr := anyTrace(rt)
		g := anyGround(rt, tr)
		want := patrol.Track(tr.points, g, r)
		again := append([]patrol.Point(nil), tr.points...)
		for range rapid.IntRange(0, 20).Draw(rt, "repeated") {
			again = append(again, rapid.SampledFrom(tr.points).Draw(rt, "point"))
		}
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "order"), 0))
		rnd.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		require.Equal(rt, want, patrol.Track(again, g, r))
	})
}

// TestNoiseAddsNothing: points that are of no use, and single jumps, never add a
// minute or a metre.
func TestNoiseAddsNothing(t *testing.T) {
	t.Parallel()
	r := rules(t)
	rapid.Check(t, func(rt *rapid.T) {
		tr := anyTrace(rt)
		g := anyGround(rt, tr)
		want := patrol.Track(tr.points, g, r)
		noisy := append([]patrol.Point(nil), tr.points...)
		for i := 0; i < len(tr.points); i += rapid.IntRange(5, 80).Draw(rt, "apart") {
			p := tr.points[i]
			p.At = p.At.Add(tr.every/2 + time.Duration(rapid.IntRange(0, 400).Draw(rt, "ms"))*time.Millisecond)
			switch rapid.IntRange(0, 4).Draw(rt, "noise") {
			case 0:
				p.Accuracy = rapid.Float64Range(50.1, 5000).Draw(rt, "accuracy")
			case 1:
				p.Mock = true
			case 2:
				p.Received = p.At.Add(-time.Hour)
			case 3:
				p.At = nine.Add(-time.Hour)
			case 4:
				p.Point = place(tr.x, rapid.Float64Range(2000, 200000).Draw(rt, "metres"))
			}
			noisy = append(noisy, p)
		}
		got := patrol.Track(noisy, g, r)
		require.LessOrEqual(rt, got.Walked, want.Walked)
		require.LessOrEqual(rt, got.Metres, want.Metres+1e-6)
	})
}

// BenchmarkTrack is a whole day of eight hours, a point every ten seconds.
func BenchmarkTrack(b *testing.B) {
	tr := from(nine)
	tr.noise = 6
	for range 8 {
		tr.walk(40*time.Minute, 4).stand(15*time.Minute).walk(5*time.Minute, 30)
	}
	r, g := rules(b), tr.all()
	g.Inside = func(geo.Point) bool { return true }
	b.ReportMetric(float64(len(tr.points)), "points")
	for b.Loop() {
		patrol.Track(tr.points, g, r)
	}
}
