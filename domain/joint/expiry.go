package joint

import (
	"huajie/domain/machine"
)

// expiries is everything time does to a session, by the kind of deadline.
func expiries() map[string]func(*machine.Turn[*Session], machine.Deadline) error {
	rules := map[string]func(turn, machine.Deadline) error{
		"notify":   alarm("notice_overdue", "J2"),
		"ack":      ackLate,
		"meeting":  meetingOver,
		"minutes":  alarm("minutes_overdue", "J4"),
		"opinion":  opinionLate,
		"sign":     signLate,
		"conclude": alarm("conclusion_overdue", "J5"),
	}
	out := map[string]func(*machine.Turn[*Session], machine.Deadline) error{}
	for kind, rule := range rules {
		out[kind] = func(t *machine.Turn[*Session], d machine.Deadline) error { return rule(turn{t}, d) }
	}
	return out
}

// alarm tells chair, director and supervisor that the session does not move.
func alarm(event, rule string) func(turn, machine.Deadline) error {
	return func(t turn, _ machine.Deadline) error {
		e := t.Record(event, rule).Notify("N20", user(t.Case.Chair)).Notify("N20", t.watch()...)
		if t.Case.State == Planned {
			e.Notify("N20", at(t.Case.ChairUnit, dispatcher)...)
		}
		return nil
	}
}

// ackLate marks a unit that did not acknowledge in time; its leader and the
// director are told, so that they can ring it up before the meeting.
func ackLate(t turn, d machine.Deadline) error {
	t.change(d.Ref, func(seat *Seat) { seat.AckLate, seat.Spared = true, seat.Spared || t.LateBySystem() })
	t.Record("ack_overdue", "J2").
		Notify("N20", t.head(d.Ref)...).
		Notify("N20", at(t.Case.ChairUnit, director)...)
	return nil
}

// meetingOver: the time of the meeting has passed, and its record is due. If
// nobody has even said who came, it was perhaps never held.
func meetingOver(t turn, _ machine.Deadline) error {
	if !t.Case.accounted() {
		return alarm("meeting_unrecorded", "J4")(t, machine.Deadline{})
	}
	t.awaitMinutes()
	t.Record("minutes_due", "J4")
	return nil
}

// opinionLate marks a unit that said nothing in time; the session goes on
// without its word.
func opinionLate(t turn, d machine.Deadline) error {
	t.change(d.Ref, func(seat *Seat) { seat.OpinionLate, seat.Spared = true, seat.Spared || t.LateBySystem() })
	t.Record("opinion_overdue", "J4").
		Notify("N20", t.head(d.Ref)...).Notify("N20", t.desk(d.Ref)...).
		Notify("N20", user(t.Case.Chair))
	return nil
}

// signLate marks a unit that did not sign in time; the minutes stand without it.
func signLate(t turn, d machine.Deadline) error {
	t.change(d.Ref, func(seat *Seat) { seat.SignLate, seat.Spared = true, seat.Spared || t.LateBySystem() })
	t.Record("signature_overdue", "J4").
		Notify("N20", t.head(d.Ref)...).Notify("N20", t.desk(d.Ref)...).
		Notify("N20", user(t.Case.Chair))
	return nil
}
