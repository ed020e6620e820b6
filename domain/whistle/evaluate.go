package whistle

import (
	"huajie/domain/machine"
)

// openEvaluation lets both sides assess each other once the work is done (W7).
func (t turn) openEvaluation() {
	w := t.Case
	w.EvaluateDue = t.Start("evaluate", t.limit("whistle.evaluate"), machine.Deadline{Duty: true, Unit: w.Centre}).At
	t.awaitCounter()
	e := t.Record("whistle_completed", "W6").Notify("N16", t.town()...)
	for _, s := range w.Seated() {
		e.Notify("N16", t.desk(s.Unit)...)
	}
}

// awaitCounter gives the units as long to say whether the whistle was proper.
func (t turn) awaitCounter() {
	if !t.Case.counted() {
		t.Start("counter", t.limit("whistle.evaluate"), machine.Deadline{})
	}
}

// counted tells whether every unit has said what it thinks of the whistle.
func (w *Whistle) counted() bool {
	for _, s := range w.Seats {
		if s.Counter == nil {
			return false
		}
	}
	return true
}

// guardEvaluate: every unit that did its work is evaluated once.
func guardEvaluate(_ turn, s Seat) error {
	switch {
	case s.State != Completed:
		return refuse("nothing_to_evaluate", "W7", "该单位未到场处置", "the unit did no work to evaluate")
	case s.Evaluation != nil:
		return refuse("already_evaluated", "W7", "该单位已评价", "the unit was evaluated already")
	}
	return nil
}

// evaluate is what the township thinks of one unit; with the last one the whistle ends (W7).
func evaluate(t turn) error {
	u := t.In.Text("unit")
	t.change(u, func(s *Seat) {
		s.Evaluation = &Evaluation{Arrival: t.In.Int("arrival"), Attitude: t.In.Int("attitude"), Result: t.In.Int("result"), By: t.Actor.User, At: t.Now}
	})
	t.Record("whistle_unit_evaluated", "W7").Notify("N13", t.desk(u)...).Fact("unit", u)
	t.endWhenRated()
	return nil
}

// endWhenRated ends a whistle once every unit that did its work is evaluated.
func (t turn) endWhenRated() {
	for _, s := range t.Case.Seats {
		if s.State == Completed && s.Evaluation == nil {
			return
		}
	}
	t.finish("whistle_evaluated")
}

// finish ends a whistle whose work is done. The units may still say what they think of it.
func (t turn) finish(event string) {
	w := t.Case
	w.EndedAt = t.Now
	t.Clear("evaluate")
	t.To(Evaluated)
	e := t.Record(event, "W7").Notify("N16", user(w.DraftedBy)).Notify("N16", t.watch()...)
	t.tell(e, Ended)
}

// guardCounter: a unit says once, and in its time, what it thinks of the whistle.
func guardCounter(t *machine.Turn[*Whistle]) error {
	if _, open := t.Case.Deadlines["counter"]; !open {
		return refuse("counter_over", "W7", "评价时限已过", "the time to assess the whistle has passed")
	}
	if (turn{t}).mine().Counter != nil {
		return refuse("already_evaluated", "W7", "本单位已评价", "your unit has assessed it already")
	}
	return nil
}

// counter says whether the whistle was proper (双考核, W7).
func counter(t turn) error {
	t.change(t.Unit, func(s *Seat) { s.Counter = &Counter{Proper: t.In.Bool("proper"), By: t.Actor.User, At: t.Now} })
	if t.Case.counted() {
		t.Clear("counter")
	}
	t.Record("whistle_counter_evaluated", "W7").Notify("N13", t.town()...)
	return nil
}
