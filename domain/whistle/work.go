package whistle

import (
	"time"

	"huajie/domain/machine"
)

// workUntil starts the clock of a unit on site: of an emergency so long from now, else to the
// planned date, or to another one if given and still to come. Who came late has at least as
// long as for coming.
func (t turn) workUntil(unit string, until time.Time) {
	limit := t.limit(arriveKey(t.Case.Kind))
	if t.Case.emergency() {
		limit = t.limit("whistle.work.emergency")
	}
	due := t.Rules.Calendar.Due(t.Now, limit)
	if due.At.Before(t.Case.PlanDue) {
		due.At, due.Provisional = t.Case.PlanDue, false
	}
	if until.After(t.Now) {
		due.At, due.Provisional = until, false
	}
	d := seatClock("work", unit)
	d.ID, d.At, d.Start, d.Provisional = "work."+unit, due.At, t.Now, due.Provisional
	t.Set(d)
	t.change(unit, func(s *Seat) { s.WorkDue = due.At })
}

func guardStart(t *machine.Turn[*Whistle]) error {
	if (turn{t}).mine().State != Arrived {
		return refuse("not_on_site", "W6", "本单位未报到或已开始处置", "your unit has not arrived, or is at work already")
	}
	return nil
}

func startWork(t turn) error {
	t.change(t.Unit, func(s *Seat) { s.State, s.StartedAt = Working, t.Now })
	t.moved("whistle_work_started", "W6").Notify("N13", t.town()...)
	return nil
}

// guardComplete: only who came can have done it.
func guardComplete(t *machine.Turn[*Whistle]) error {
	if s := (turn{t}).mine(); s.State != Arrived && s.State != Working {
		return refuse("not_on_site", "W6", "本单位不在处置中", "your unit is not at work on site")
	}
	return nil
}

// completeWork is the result of one unit, with photos (W6). The whistle is completed when every
// unit that came is done or was released.
func completeWork(t turn) error {
	photos, err := t.shown()
	if err != nil {
		return err
	}
	t.stopClocks(t.Unit)
	t.change(t.Unit, func(s *Seat) {
		s.State, s.DoneAt, s.DoneBy, s.Result, s.Photos = Completed, t.Now, t.Actor.User, t.In.Text("result"), photos
	})
	t.moved("whistle_work_done", "W6").Notify("N13", t.town()...)
	t.conclude()
	return nil
}

// guardRelease: who may still be expected or is at work can be let go.
func guardRelease(_ turn, s Seat) error {
	if !s.Open() || s.State == Coordinating {
		return refuse("not_to_be_released", "W6", "该单位已完成、已结束或正在协调", "the unit is done, or the centre is deciding about it")
	}
	return nil
}

// release lets a unit go before the matter is done: its part is (W6).
func release(t turn) error {
	u := t.In.Text("unit")
	t.stopClocks(u)
	t.DropRequestsOf(u)
	t.change(u, func(s *Seat) { s.State, s.EndedAt = Excused, t.Now })
	t.moved("whistle_unit_released", "W6").Notify("N13", t.desk(u)...)
	t.conclude()
	return nil
}

// guardReturn: a result is sent back while it has not been evaluated, and not for ever: then
// low marks say what there is to say (§4.9 rework.max).
func guardReturn(t turn, s Seat) error {
	switch {
	case s.State != Completed || s.Evaluation != nil:
		return refuse("nothing_to_return", "W6", "该单位无待确认的处置结果", "the unit has no result that could be sent back")
	case s.Returns >= t.Rules.Policy.Int("rework.max"):
		return refuse("returned_too_often", "§4.9 rework.max", "退回次数已达上限,请如实评价", "it was sent back as often as it may be: evaluate it as it is")
	}
	return nil
}

// returnWork says that the matter is not done ("事不完、人不撤"): the unit goes on.
func returnWork(t turn) error {
	u := t.In.Text("unit")
	t.change(u, func(s *Seat) {
		s.State, s.DoneAt, s.DoneBy, s.Result, s.Photos = Working, noTime, "", "", nil
		s.Returns++
	})
	t.workUntil(u, noTime)
	t.moved("whistle_work_returned", "W6").Notify("N17", t.desk(u)...)
	return nil
}
