package joint

import (
	"fmt"

	"huajie/domain"
	"huajie/domain/machine"
)

// guardAttendance checks the list as a whole: known units, once each, nobody
// before the meeting, no proxy without a letter (J3).
func guardAttendance(t *machine.Turn[*Session]) error {
	if t.Now.Before(t.Case.HeldAt) {
		return refuse("before_meeting", "J3", "会商尚未召开", "the meeting has not begun")
	}
	seen := map[string]bool{}
	var faults []domain.FieldError
	for i, line := range t.In.Objects("seats") {
		u, how := line.Text("unit"), line.Text("attendance")
		add := func(field, reason, zh, en string) {
			faults = append(faults, domain.Fault(fmt.Sprintf("seats[%d].%s", i, field), reason, zh, en))
		}
		if _, seated := t.Case.Seats[u]; !seated {
			add("unit", "not_seated", "该单位不是参会单位", "the unit has no seat in this session")
		}
		if seen[u] {
			add("unit", "unit_twice", "单位重复", "the unit is listed twice")
		}
		seen[u] = true
		if how != Absent && !line.Has("attendee") {
			add("attendee", "required", "参会人员:必填", "who attended is required")
		}
		if how == Proxy && !line.Has("proxy_letter") {
			add("proxy_letter", "required", "代为参会须有委托书", "a proxy needs a letter")
		}
		if t.Case.Seats[u].Attendance == Excused && how == Absent {
			add("attendance", "excused", "该单位已准假", "the unit has leave")
		}
	}
	if len(faults) > 0 {
		return domain.Invalid(faults...)
	}
	return nil
}

// recordAttendance puts on record who came (J3). The case is told who stayed
// away without leave, and gives the yellow card.
func recordAttendance(t turn) error {
	var absent []any
	for _, line := range t.In.Objects("seats") {
		u, how := line.Text("unit"), line.Text("attendance")
		before := t.Case.Seats[u].Attendance
		t.change(u, func(seat *Seat) {
			seat.Attendance, seat.Attendee, seat.ProxyLetter = how, line.Text("attendee"), line.Text("proxy_letter")
			switch {
			case how == Absent && before != Absent:
				seat.Absences++
			case how != Absent && before == Absent: // corrected
				seat.Absences--
			}
		})
		if how == Absent && before != Absent {
			absent = append(absent, u)
		}
		t.clocksOf(u)
	}
	t.awaitMinutes()
	e := t.Record("attendance_recorded", "J3")
	if len(absent) > 0 {
		t.tell(e, input{"absent_units": absent})
	}
	return nil
}

// awaitMinutes gives the chair time for the minutes of a meeting that went on
// record only after the alarm.
func (t turn) awaitMinutes() {
	if _, running := t.Case.Deadlines["meeting"]; !running && t.Case.accounted() {
		t.Start("minutes", t.Rules.Policy.Limit("joint.minutes"), machine.Deadline{Duty: true, Unit: t.Case.ChairUnit})
	}
}

// clocksOf sets the clocks of a seat after its attendance is on record: who
// came owes an opinion, who did not owes nothing more for this meeting.
func (t turn) clocksOf(u string) {
	t.Clear("ack." + u)
	seat := t.Case.Seats[u]
	if !seat.Present() {
		t.Clear("opinion." + u)
		return
	}
	if _, running := t.Case.Deadlines["opinion."+u]; !running && !seat.Heard() {
		d := t.Start("opinion."+u, t.Rules.Policy.Limit("joint.opinion"), seatClock("opinion", u))
		t.change(u, func(seat *Seat) { seat.OpinionDue = d.At })
	}
}

func guardOpinion(t *machine.Turn[*Session]) error {
	seat, err := turn{t}.mine()
	if err == nil && !seat.OpinionAt.IsZero() {
		return refuse("opinion_given", "J4", "本单位已提出意见", "your unit has given its opinion already")
	}
	return err
}

// giveOpinion is what a unit thinks and will do (J4). It may come in writing
// before the meeting; after its limit it still counts as given, and as late.
func giveOpinion(t turn) error {
	t.change(t.Unit, func(seat *Seat) { seat.OpinionAt, seat.OpinionEvent = t.Now, t.Case.Seq+1 })
	t.Clear("opinion." + t.Unit)
	t.Record("opinion_given", "J4")
	return nil
}

// guardHold: everybody is accounted for, and everybody who came was heard or
// is late on record.
func guardHold(t *machine.Turn[*Session]) error {
	if !t.Case.accounted() {
		return refuse("attendance_missing", "J3", "尚有单位到会情况未登记", "the attendance of a unit is not on record")
	}
	for _, seat := range t.Case.Seated() {
		if seat.Present() && !seat.Heard() {
			return refuse("opinion_missing", "J4", "尚有到会单位未提出意见", "a unit that attended has not been heard")
		}
	}
	return nil
}

// hold closes the meeting with its minutes (J4), which every unit that was
// there, and the lead unit in any case, must sign.
func hold(t turn) error {
	s := t.Case
	s.Minutes = &Minutes{At: t.Now, By: t.Actor.User, Event: s.Seq + 1}
	t.Clear("meeting", "minutes")
	limit := t.Rules.Policy.Limit("joint.minutes")
	signing := t.Rules.Calendar.Due(t.Now, limit)
	for _, u := range s.Units() {
		t.Clear("ack."+u, "opinion."+u)
		if !s.Seats[u].signs() {
			continue
		}
		t.Start("sign."+u, limit, seatClock("sign", u))
		t.change(u, func(seat *Seat) { seat.SignDue = signing.At })
	}
	// The chair has as long again to conclude once the signatures are due.
	decide := t.Rules.Calendar.Due(signing.At, limit)
	t.Set(machine.Deadline{ID: "conclude", At: decide.At, Start: signing.At, Limit: limit, Provisional: decide.Provisional, Duty: true, Unit: s.ChairUnit})
	t.To(Held)
	e := t.Record("held", "J4")
	for _, seat := range s.Seated() {
		if seat.signs() {
			e.Notify("N8", t.desk(seat.Unit)...)
		}
	}
	t.tell(e, nil)
	return nil
}

func guardSign(t *machine.Turn[*Session]) error {
	seat, err := turn{t}.mine()
	switch {
	case err != nil:
		return err
	case !seat.signs():
		return refuse("not_present", "J4", "未到会单位不签署纪要", "a unit that was not there does not sign the minutes")
	case !seat.SignedAt.IsZero():
		return refuse("already_signed", "J4", "本单位已签署", "your unit has signed already")
	}
	return nil
}

func signMinutes(t turn) error {
	t.change(t.Unit, func(seat *Seat) { seat.SignedAt, seat.SignedBy = t.Now, t.Actor.User })
	t.Clear("sign." + t.Unit)
	t.Record("minutes_signed", "J4")
	return nil
}
