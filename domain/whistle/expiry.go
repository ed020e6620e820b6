package whistle

import (
	"huajie/domain/machine"
)

// expiries is everything time does to a whistle, by the kind of deadline.
func expiries() map[string]func(*machine.Turn[*Whistle], machine.Deadline) error {
	rules := map[string]func(turn, machine.Deadline){
		"approve":    approvalLate,
		"draft":      func(t turn, _ machine.Deadline) { t.standDown(Withdrawn, "whistle_draft_lapsed", "W2") },
		"respond":    late("whistle_response_overdue", causeSilent, func(s *Seat) { s.RespondLate = true }),
		"arrive":     late("whistle_arrival_overdue", causeLate, func(s *Seat) { s.ArriveLate = true }),
		"work":       late("whistle_work_overdue", causeLate, func(s *Seat) { s.WorkLate = true }),
		"silence":    silent,
		"coordinate": coordinationLate,
		"adjudicate": rulingLate,
		"evaluate":   func(t turn, _ machine.Deadline) { t.unrated() },
		"counter":    func(t turn, _ machine.Deadline) { t.Record("whistle_counter_lapsed", "W7") },
	}
	out := map[string]func(*machine.Turn[*Whistle], machine.Deadline) error{}
	for kind, rule := range rules {
		out[kind] = func(t *machine.Turn[*Whistle], d machine.Deadline) error { rule(turn{t}, d); return nil }
	}
	return out
}

// approvalLate: a draft that lies unapproved is told to both leaders of the township; an
// emergency that was not approved afterwards is flagged, and told to the county as well (W2).
func approvalLate(t turn, _ machine.Deadline) {
	w := t.Case
	both := at(w.Centre, townLeader, townHead)
	if w.State == Drafted {
		t.Record("whistle_approval_overdue", "W2").Notify("N20", both...)
		return
	}
	w.ApproveMissed = !t.LateBySystem()
	t.Record("whistle_approval_missed", "W2").Notify("N20", both...).Notify("N20", t.watch()...)
}

// late marks a unit that let a limit pass (W10), and starts the time after which it is taken to
// refuse. A limit that passed while the system was away blames nobody (§6 item 95).
func late(event, cause string, mark func(*Seat)) func(turn, machine.Deadline) {
	return func(t turn, d machine.Deadline) {
		t.change(d.Ref, func(s *Seat) {
			if t.LateBySystem() {
				s.Spared = true
				return
			}
			mark(s)
		})
		if _, running := t.Case.Deadlines["silence."+d.Ref]; !running {
			t.Start("silence."+d.Ref, t.silence(), seatClock("silence", d.Ref))
		}
		t.lapse(d.Ref, event, cause)
	}
}

// silent: a unit let a limit pass and did nothing since. That is a refusal to report, or to do
// the work, and the centre has to decide (W10, W9). A unit that ignores the ruling that it
// must come has no way left here: it is reported to the county government.
func silent(t turn, d machine.Deadline) {
	u := d.Ref
	switch s := t.Case.Seats[u]; {
	case s.Bound:
		t.endSeat(u, Adjudicated)
		t.settle()
		t.defiance(u, "whistle_ruling_defied", "W10", causeDefies)
		t.conclude()
		return
	case s.Present():
		t.defiance(u, "whistle_unfinished", "W10", causeLate)
	default:
		t.defiance(u, "whistle_not_reported", "W10", causeRefuses)
	}
	t.coordinateOver(u)
}

// coordinationLate passes what the dispatchers have not settled on to the director's ruling.
func coordinationLate(t turn, d machine.Deadline) {
	t.Start("adjudicate."+d.Ref, t.coordination(), machine.Deadline{Kind: "adjudicate", Duty: true, Unit: t.countyCentre(), Ref: d.Ref})
	t.Record("whistle_coordination_overdue", "W9").
		Notify("N20", at(t.countyCentre(), director)...).Notify("N20", at(t.Case.County, supervisor)...).Fact("unit", d.Ref)
}

// rulingLate passes what the director has not ruled on to the county leader.
func rulingLate(t turn, d machine.Deadline) {
	t.Record("whistle_ruling_overdue", "W9").
		Notify("N20", t.government()...).Notify("N20", at(t.countyCentre(), director)...).Notify("N20", at(t.Case.County, supervisor)...).Fact("unit", d.Ref)
}

// unrated: what nobody evaluated in time stays without marks (W7; as §4.9 evaluation.default).
func (t turn) unrated() { t.finish("whistle_unrated") }
