package whistle

import (
	"huajie/domain/machine"
)

// guardApprove: a whistle is approved once, by another person than its author, and by the
// principal of the township where joint enforcement or many units are wanted (W2, P55).
func guardApprove(t *machine.Turn[*Whistle]) error {
	w := t.Case
	switch {
	case !w.ApprovedAt.IsZero():
		return refuse("already_approved", "W2", "该吹哨单已批准", "the whistle is approved already")
	case w.Proposed:
		return refuse("only_proposed", "W1", "村(社区)建议须先由综合办公室采纳", "the office must take up the proposal first")
	case turn{t}.approver() == townHead && t.By.Role != townHead:
		return refuse("principal_required", "W2", "联合执法哨或多单位吹哨须由主要负责人审批", "this whistle needs the principal of the township")
	case t.Actor.User == w.DraftedBy:
		return refuse("second_person", "W2", "起草人不能审批", "who drafted it may not approve it")
	}
	return nil
}

// approve lets the whistle be blown, or says afterwards that an emergency rightly was (W2).
func approve(t turn) error {
	w := t.Case
	w.ApprovedAt, w.ApprovedBy = t.Now, t.Actor.User
	t.Clear("approve")
	if w.State != Drafted {
		t.Record("whistle_approved", "W2").Notify("N13", at(w.Centre, townOffice)...)
		return nil
	}
	t.To(Approved)
	t.Record("whistle_approved", "W2").Notify("N13", at(w.Centre, townOffice)...)
	t.blow()
	return nil
}

// reject ends a draft, or calls an emergency off that should not have been blown (W2).
func reject(t turn) error {
	t.standDown(Rejected, "whistle_rejected", "W2")
	return nil
}

// guardWithdraw: what is only a draft anybody of the township may take back; units that are
// called only its leaders, and not after one has come: then they are released one by one.
func guardWithdraw(t *machine.Turn[*Whistle]) error {
	w := t.Case
	if w.State == Drafted {
		return nil
	}
	if t.By.Role == townOffice {
		return refuse("leader_required", "§3.8", "已吹哨的须由乡镇(街道)领导撤回", "a blown whistle is for the leaders of the township to take back")
	}
	for _, s := range w.Seats {
		if s.Present() {
			return refuse("unit_on_site", "§3.8", "已有单位到场,不能撤回;可逐一准予离场", "a unit has come: release the units one by one")
		}
	}
	return nil
}

func withdraw(t turn) error {
	t.standDown(Withdrawn, "whistle_withdrawn", "§3.8")
	return nil
}

// standDown ends a whistle before its time, and lets every unit go.
func (t turn) standDown(s machine.State, event, rule string) {
	w := t.Case
	for _, seat := range w.Seated() {
		if seat.Open() {
			t.change(seat.Unit, func(x *Seat) { x.State, x.EndedAt = Excused, t.Now })
		}
	}
	clear(w.Deadlines)
	w.EndedAt, w.Owner = t.Now, w.Centre
	t.To(s)
	e := t.Record(event, rule).Notify("N10", user(w.DraftedBy)).Notify("N10", at(w.Centre, townOffice)...)
	if !w.BlownAt.IsZero() {
		for _, u := range w.Units() {
			e.Notify("N10", t.desk(u)...)
		}
		e.Notify("N10", t.watch()...)
	}
	t.tell(e, Ended)
}

// blow calls every unit, with the county centre in copy (W3).
func (t turn) blow() {
	w := t.Case
	w.BlownAt = t.Now
	t.Clear("draft")
	for _, u := range w.Units() {
		t.call(u)
	}
	e := t.moved("whistle_blown", "W3")
	for _, u := range w.Units() {
		e.Notify("N7", t.desk(u)...).Notify("N7", t.head(u)...)
	}
	e.Notify("N8", t.watch()...)
}

// call starts the clocks of a unit: the whistle is blown at it, for the first time or anew.
func (t turn) call(unit string) {
	t.stopClocks(unit)
	respond := t.Start("respond."+unit, t.limit(respondKey(t.Case.Kind)), seatClock("respond", unit))
	arrive := t.Start("arrive."+unit, t.limit(arriveKey(t.Case.Kind)), seatClock("arrive", unit))
	t.change(unit, func(s *Seat) {
		s.State, s.CalledAt, s.RespondDue, s.ArriveDue, s.Spared = Blown, t.Now, respond.At, arrive.At, false
		s.RespondedAt, s.RespondedBy, s.Refusal = noTime, "", nil
	})
}

// seatClock is a deadline one unit must act before.
func seatClock(kind, unit string) machine.Deadline {
	return machine.Deadline{Kind: kind, Duty: true, Unit: unit, Ref: unit}
}

// stopClocks stops every clock of a unit.
func (t turn) stopClocks(unit string) {
	for _, kind := range []string{"respond", "arrive", "work", "silence", "coordinate", "adjudicate"} {
		t.Clear(kind + "." + unit)
	}
}
