package whistle

import (
	"time"

	"huajie/domain/machine"
)

// behind orders the states of a seat that still owes something: the lowest is furthest
// behind.
var behind = map[machine.State]int{Refused: 0, Coordinating: 1, Blown: 2, Responded: 3, Arrived: 4, Working: 5}

// furthest is the seat that holds the whistle back: the furthest behind of those that owe,
// of equals the one whose limit comes first. ok is false when none owes.
func (w *Whistle) furthest() (last Seat, ok bool) {
	for _, s := range w.Seated() {
		if !s.Open() {
			continue
		}
		was, is := behind[last.State], behind[s.State]
		if !ok || is < was || is == was && s.Due().Before(last.Due()) {
			last, ok = s, true
		}
	}
	return last, ok
}

// stateOf is the state of a blown whistle. It is that of the seat that holds it back. When
// none owes anything it is completed if any unit has done its work, and adjudicated if
// none came: every refusal was accepted or ruled on.
func (w *Whistle) stateOf() machine.State {
	if s, ok := w.furthest(); ok {
		return s.State
	}
	for _, s := range w.Seats {
		if s.State == Completed {
			return Completed
		}
	}
	return Adjudicated
}

// DueOf is the earliest limit somebody owes a step by, and the unit that owes it. It stays
// when it has passed, so that lateness shows (I15); zero when nothing is owed.
func DueOf(w *Whistle) (at time.Time, unit string) {
	if Over(w.State) {
		return time.Time{}, ""
	}
	first := func(t time.Time, u string) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at, unit = t, u
		}
	}
	if w.ApprovedAt.IsZero() {
		first(w.ApproveDue, w.Centre)
	}
	first(w.EvaluateDue, w.Centre)
	for _, s := range w.Seated() {
		first(s.Due(), s.Unit)
	}
	return at, unit
}

// settle brings the whistle to the state its seats give it, and to the unit that has to
// move now.
func (t turn) settle() {
	w := t.Case
	before := w.State
	t.To(w.stateOf())
	w.Owner = w.Centre
	if s, ok := w.furthest(); ok {
		w.Owner = s.Unit
		if s.State == Coordinating || s.State == Refused {
			w.Owner = t.countyCentre()
		}
	}
	if before == Completed && w.State != Completed { // a result was not accepted after all
		w.EvaluateDue = time.Time{}
		t.Clear("evaluate", "counter")
	}
}

// moved records a change of a seat, and with it where the whistle stands now.
func (t turn) moved(event, rule string) *machine.Event {
	t.settle()
	return t.Record(event, rule)
}

// conclude follows a change after which nobody may owe anything any more: the work is
// evaluated, or the whistle is over because no unit had to come.
func (t turn) conclude() {
	switch w := t.Case; {
	case w.State == Completed && w.EvaluateDue.IsZero():
		t.openEvaluation()
		t.endWhenRated()
	case w.State == Adjudicated && w.EndedAt.IsZero():
		w.EndedAt = t.Now
		t.awaitCounter()
		t.tell(t.Record("whistle_adjudicated", "W9").Notify("N16", t.town()...).Notify("N16", t.watch()...), Ended)
	}
}
