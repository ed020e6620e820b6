package patrol

import (
	"cmp"
	"slices"
	"time"
)

// Kind is what a mark begins or ends.
type Kind string

// The two things a member begins and ends.
const (
	Duty   Kind = "duty"   // on duty: tracks may be recorded (§2.3)
	Patrol Kind = "patrol" // on patrol: they count (§7.5)
)

// Mark is a member's word that duty or a patrol begins or ends. The client's
// identifier makes it one fact however often it is sent.
type Mark struct {
	Kind     Kind
	On       bool
	At       time.Time
	Client   string
	Received time.Time
}

// spans folds the marks of a kind: from each beginning to the next end, but no
// longer than most, because whoever forgets to go off duty must not be followed
// through the night. A second beginning continues what has begun.
func spans(marks []Mark, kind Kind, most time.Duration) []Span {
	own := slices.DeleteFunc(slices.Clone(marks), func(m Mark) bool { return m.Kind != kind })
	slices.SortFunc(own, func(a, b Mark) int {
		return cmp.Or(a.At.Compare(b.At), truth(a.On, b.On), cmp.Compare(a.Client, b.Client))
	})
	var out []Span
	var open *Span
	end := func(at time.Time) {
		open.To = earlier(at, open.From.Add(most))
		if open.From.Before(open.To) {
			out = append(out, *open)
		}
		open = nil
	}
	for _, m := range own {
		if open != nil && !m.At.Before(open.From.Add(most)) {
			end(m.At)
		}
		switch {
		case m.On && open == nil:
			open = &Span{From: m.At}
		case !m.On && open != nil:
			end(m.At)
		}
	}
	if open != nil {
		end(open.From.Add(most))
	}
	return out
}

// DutySpans are the stretches on duty.
func DutySpans(marks []Mark, r Rules) []Span { return spans(marks, Duty, r.DutyMax) }

// PatrolSpans are the stretches on patrol: going off duty ends a patrol too.
func PatrolSpans(marks []Mark, r Rules) []Span {
	return intersect(spans(marks, Patrol, r.DutyMax), DutySpans(marks, r))
}
