package patrol

import "huajie/domain/geo"

// walk measures one patrol. It goes from leg to leg: a leg ends at the first
// point that is surely another place than where it began, and is judged as a whole, by the straight line and the time it took. So a phone that lies still
// makes no way however its position trembles, and a slow walk is none the
// shorter for it.
type walk struct {
	rules  Rules
	ground Ground
	out    *Result
	part   int
	first  int // index of the first segment of this patrol
}

// measure adds the segments of a patrol to the result. points are in order, in
// the patrol, and usable.
func (w *walk) measure(patrol Span, points []Point) {
	w.first = len(w.out.Segments)
	if w.first > 0 {
		w.part = w.out.Segments[w.first-1].Part + 1
	}
	if len(points) == 0 {
		w.add(patrol, Gap, 0)
		return
	}
	w.add(Span{patrol.From, points[0].At}, Gap, 0)
	start, doubtful := 0, false // doubtful: where the leg begins was reached faster than on foot
	for i := 1; i < len(points); i++ {
		if points[i].At.Sub(points[i-1].At) > w.rules.Gap {
			w.rest(points[start:i])
			w.add(Span{points[i-1].At, points[i].At}, Gap, geo.Metres(points[i-1].Point, points[i].Point))
			w.part++
			start, doubtful = i, false
			continue
		}
		if !apart(points[start], points[i], w.rules) {
			continue
		}
		leg := points[start : i+1]
		reason := w.judge(leg, doubtful)
		w.leg(leg, reason)
		start, doubtful = i, speed(leg[0], leg[len(leg)-1]) > w.rules.MaxSpeed
	}
	w.rest(points[start:])
	w.add(Span{points[len(points)-1].At, patrol.To}, Gap, 0)
}

// apart tells two places from one place seen twice: they are a jitter radius
// apart, and further than both may be off together.
func apart(a, b Point, r Rules) bool {
	return geo.Metres(a.Point, b.Point) >= max(r.Jitter, a.Accuracy+b.Accuracy)
}

// judge classes a leg.
func (w *walk) judge(leg []Point, doubtful bool) Reason {
	from, to := leg[0], leg[len(leg)-1]
	v := speed(from, to)
	switch {
	case w.ground.Inside != nil && (!w.ground.Inside(from.Point) || !w.ground.Inside(to.Point)):
		return Elsewhere
	case v > w.rules.MaxSpeed, doubtful, w.driven(leg[1:]):
		return TooFast
	case v < w.rules.MinSpeed:
		return TooSlow
	}
	return Valid
}

// driven tells whether the device itself measured a vehicle's speed.
func (w *walk) driven(points []Point) bool {
	for _, p := range points {
		if p.Speed != nil && *p.Speed > w.rules.MaxSpeed {
			return true
		}
	}
	return false
}

// leg adds a leg. Of a silence within a valid one only what the point before it
// vouches for counts, and so much of the way as is due to it.
func (w *walk) leg(leg []Point, reason Reason) {
	from, to := leg[0], leg[len(leg)-1]
	metres := geo.Metres(from.Point, to.Point)
	if reason != Valid {
		w.add(Span{from.At, to.At}, reason, metres)
		return
	}
	total := to.At.Sub(from.At).Seconds()
	for i := 1; i < len(leg); i++ {
		heard := Span{leg[i-1].At, earlier(leg[i].At, leg[i-1].At.Add(w.rules.Every))}
		silent := Span{heard.To, leg[i].At}
		w.add(heard, Valid, metres*heard.Length().Seconds()/total)
		w.add(silent, Gap, metres*silent.Length().Seconds()/total)
	}
}

// rest adds what is left when a track ends within the jitter radius: standing, or
// too short to tell.
func (w *walk) rest(points []Point) {
	from, to := points[0], points[len(points)-1]
	reason := Jitter
	if w.rules.Jitter < w.rules.MinSpeed*to.At.Sub(from.At).Seconds() {
		reason = TooSlow
	}
	w.add(Span{from.At, to.At}, reason, 0)
}

// add appends a stretch, or lengthens the one before it when both are of a kind.
func (w *walk) add(s Span, reason Reason, metres float64) {
	if s.Length() <= 0 {
		return
	}
	if n := len(w.out.Segments); n > w.first {
		if last := &w.out.Segments[n-1]; last.Reason == reason && last.Part == w.part && last.To.Equal(s.From) {
			last.To = s.To
			last.Metres += metres
			return
		}
	}
	w.out.Segments = append(w.out.Segments, Segment{Span: s, Part: w.part, Reason: reason, Metres: metres})
}
