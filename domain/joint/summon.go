package joint

import (
	"huajie/domain/machine"
)

// notifyUnits asks the units to come (J2). Notified again, before the meeting,
// they are told of another time or place and must acknowledge anew.
func notifyUnits(t turn) error {
	s := t.Case
	for name, to := range map[string]*string{"agenda": &s.Agenda, "materials": &s.Materials, "room": &s.Room} {
		if v := t.In.Text(name); v != "" {
			*to = v
		}
	}
	s.HeldAt = t.meetsAt()
	t.summon()
	t.tell(t.Record("units_notified", "J2").Notify("N8", t.everyone()...), nil)
	return nil
}

// summon begins the count for one meeting: every seat has its clocks set anew.
func (t turn) summon() {
	s := t.Case
	s.NotifiedAt, s.Minutes = t.Now, nil
	t.Clear("notify", "meeting", "minutes", "conclude")
	limit := t.Rules.Policy.Limit("joint.opinion")
	opinion := t.Rules.Calendar.Due(s.HeldAt, limit)
	for _, old := range s.Seated() {
		seat := Seat{Unit: old.Unit, Role: old.Role, Absences: old.Absences, NotifiedAt: t.Now, OpinionDue: opinion.At}
		ack := t.Start("ack."+seat.Unit, t.Rules.Policy.AckLimit(s.red()), seatClock("ack", seat.Unit))
		if ack.At.After(s.HeldAt) { // an answer after the meeting is none
			ack.At = s.HeldAt
			t.Set(ack)
		}
		seat.AckDue = ack.At
		d := seatClock("opinion", seat.Unit)
		d.ID, d.At, d.Start, d.Limit, d.Provisional = "opinion."+seat.Unit, opinion.At, s.HeldAt, limit, opinion.Provisional
		t.Set(d)
		t.Clear("sign." + seat.Unit)
		s.Seats[seat.Unit] = seat
	}
	t.Set(machine.Deadline{ID: "meeting", At: opinion.At, Start: s.HeldAt, Limit: limit, Provisional: opinion.Provisional, Duty: true, Unit: s.ChairUnit})
	t.To(Notified)
}

// seatClock is a deadline one unit must act before.
func seatClock(kind, unit string) machine.Deadline {
	return machine.Deadline{Kind: kind, Duty: true, Unit: unit, Ref: unit}
}

// guardAck: a notice is acknowledged once.
func guardAck(t *machine.Turn[*Session]) error {
	seat, err := turn{t}.mine()
	if err == nil && !seat.AckedAt.IsZero() {
		return refuse("already_acknowledged", "J2", "本单位已确认", "your unit has acknowledged already")
	}
	return err
}

func acknowledge(t turn) error {
	t.change(t.Unit, func(seat *Seat) {
		seat.AckedAt, seat.AckedBy, seat.Attendee = t.Now, t.Actor.User, t.In.Text("attendee")
	})
	t.Clear("ack." + t.Unit)
	t.Record("acknowledged", "J2")
	return nil
}

// guardExcuse: leave is granted beforehand, not to mend an absence on record.
func guardExcuse(t *machine.Turn[*Session]) error {
	seat, seated := t.Case.Seats[t.In.Text("unit")]
	switch {
	case !seated:
		return notSeated("unit")
	case seat.Attendance != "":
		return refuse("attendance_on_record", "J3", "该单位到会情况已登记", "the attendance of that unit is on record already")
	}
	return nil
}

func excuse(t turn) error {
	u := t.In.Text("unit")
	t.change(u, func(seat *Seat) { seat.Attendance = Excused })
	t.Clear("ack."+u, "opinion."+u)
	t.Record("excused", "J3").Notify("N8", t.desk(u)...)
	return nil
}

// changeChair follows the case when another leader takes it (§6 item 65).
func changeChair(t turn) error {
	t.Case.Chair = t.In.Text("chair")
	t.Record("chair_changed", "§3.2 L3").Notify("N8", user(t.Case.Chair))
	return nil
}

// mine is the seat the actor speaks for.
func (t turn) mine() (Seat, error) {
	seat, ok := t.Case.Seats[t.Unit]
	if !ok {
		return Seat{}, refuse("no_seat", "§3.5", "须由参会单位办理", "this is for a unit with a seat")
	}
	return seat, nil
}

// change alters one seat.
func (t turn) change(unit string, f func(*Seat)) {
	seat := t.Case.Seats[unit]
	f(&seat)
	t.Case.Seats[unit] = seat
}

func notSeated(field string) error {
	return fault(field, "not_seated", "该单位不是参会单位", "the unit has no seat in this session")
}
