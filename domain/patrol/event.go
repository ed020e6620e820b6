package patrol

import (
	"slices"
	"time"
)

// EventFact is what the ledger knows of one grid event in which a member took
// part, as reporter or as the one who verifies on site.
type EventFact struct {
	No           string
	At           time.Time // of the report
	Reported     bool      // the member reported it; false: only verifies it
	Decided      bool      // reviewed: accepted, rejected or merged
	Accepted     bool      // found to be an event
	Duplicate    bool      // merged into another (E5)
	First        bool      // nobody reported it before
	Trivial      bool      // of a class of little weight (§6 item 75)
	SelfDisposed bool      // settled by the member on the spot (E6): counts once (§6 item 79)
	Flags        []string  // what was objected to: album_photo, same_photo
	Verification *Verification
	Rating       int // by the citizen, 1 to 5; 0: none
}

// Verification is the duty to look on site whether the matter is settled (E15).
type Verification struct {
	Due    time.Time
	DoneAt time.Time // zero: not yet
}

// Done tells whether it was done in time; open is true while it may still be.
func (v Verification) Done(now time.Time) (inTime, open bool) {
	if v.DoneAt.IsZero() {
		return false, now.Before(v.Due)
	}
	return !v.DoneAt.After(v.Due), false
}

// The reasons why an event does not count in full.
const (
	EventTrivial   = "trivial"
	EventUndecided = "undecided"
	EventRejected  = "rejected"
	EventDuplicate = "duplicate"
)

// weigh tells how much an event counts towards week_events, and why not in full
// (§7.5: accepted, first-reporter, non-trivial-weighted).
func (e EventFact) weigh(r Rules) (weight float64, why string) {
	switch {
	case !e.Decided:
		return 0, EventUndecided
	case e.Duplicate || !e.First:
		return 0, EventDuplicate
	case !e.Accepted:
		return 0, EventRejected
	case e.Trivial:
		return r.Trivial, EventTrivial
	}
	return 1, ""
}

// reportedIn gives the reports of a span, oldest first, each once.
func reportedIn(events []EventFact, s Span) []EventFact {
	var out []EventFact
	for _, e := range events {
		if e.Reported && s.Holds(e.At) && !slices.ContainsFunc(out, func(o EventFact) bool { return o.No == e.No }) {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b EventFact) int { return a.At.Compare(b.At) })
	return out
}

// burst is the most reports within a window: a week's worth in one evening is
// padding (§6 item 75).
func burst(reports []EventFact, window time.Duration) (most int) {
	for i := range reports {
		n := 0
		for _, e := range reports[i:] {
			if e.At.Sub(reports[i].At) <= window {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}
