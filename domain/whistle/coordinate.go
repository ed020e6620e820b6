package whistle

import (
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// The outcomes of coordination and of a ruling (W9).
const (
	Recalled   = "recall"      // the unit comes after all
	Accepted   = "accept"      // its refusal stands
	MustReport = "must_report" // ruled: it comes
	IsExcused  = "excused"     // ruled: it need not
	IsReplaced = "replaced"    // ruled: another unit comes
)

// What is decided about a unit that does not come.
var (
	outcomeField = form.Choice.Named("outcome", "协调结果", "outcome").
			Or(Recalled, "单位仍须到场", "the unit comes after all").Or(Accepted, "采纳理由,免予到场", "its refusal stands").Need()
	rulingField = form.Choice.Named("ruling", "裁定结果", "ruling").
			Or(MustReport, "须到场", "it must come").Or(IsExcused, "免予到场", "it need not come").Or(IsReplaced, "由其他单位到场", "another unit comes").Need()
)

func notInDispute() error {
	return refuse("not_in_dispute", "W9", "该单位不在协调中", "there is nothing to decide about that unit")
}

// guardCoordinate: a refusal can be accepted where one with a ground was made.
func guardCoordinate(t turn, s Seat) error {
	switch {
	case s.State != Coordinating:
		return notInDispute()
	case t.In.Text("outcome") == Accepted && (s.Refusal == nil || s.Refusal.Ground == Ungrounded):
		return refuse("no_ground", "W8", "无法定理由的拒绝不能采纳,须裁定", "a refusal without ground cannot be accepted: it takes a ruling")
	}
	return t.checkDecision(t.In.Text("outcome") != Accepted)
}

// guardAdjudicate: the centre director rules; on a unit that is not the county's, and on what
// the director has left lying, the county leader (G17, §6 item 33).
func guardAdjudicate(t turn, s Seat) error {
	switch {
	case s.State != Coordinating:
		return notInDispute()
	case t.By.Role == director && s.External:
		return refuse("beyond_director", "G17", "垂直管理单位和企业须由县(区)领导裁定", "about a vertical unit or an enterprise the county leader rules")
	case t.By.Role == countyLeader && !s.External && !t.leftLying(s.Unit):
		return refuse("director_first", "W9", "应先由中心主任裁定", "the centre director rules first")
	}
	if t.In.Text("ruling") == IsReplaced && !t.In.Has("replacement") {
		return fault("replacement", "required", "替补单位:必填", "the unit that comes instead is required")
	}
	return t.checkDecision(t.In.Text("ruling") == MustReport)
}

// leftLying tells whether neither the dispatchers nor the director have decided in their time.
func (t turn) leftLying(unit string) bool {
	_, coordinating := t.Case.Deadlines["coordinate."+unit]
	_, ruling := t.Case.Deadlines["adjudicate."+unit]
	return !coordinating && !ruling
}

// checkDecision checks the date and the unit of a decision. Another unit comes only where this
// one does not.
func (t turn) checkDecision(comes bool) error {
	var faults []domain.FieldError
	if t.In.Has("replacement") {
		u := t.In.Text("replacement")
		if _, seated := t.Case.Seats[u]; seated || !callable(t.Rules, u, t.Case.County) {
			faults = append(faults, domain.Fault("replacement", "not_a_department", "应为本县(区)未被吹哨的部门", "must be a department of the county that is not called yet"))
		}
		if comes {
			faults = append(faults, domain.Fault("replacement", "not_needed", "原单位到场时不另派单位", "no other unit is needed where this one comes"))
		}
	}
	if due := t.In.Time("due", calendar.Zone); !due.IsZero() {
		last := t.Rules.Calendar.Due(t.Now, t.limit("whistle.work.max")).Date()
		if !endOf(due).After(t.Now) || calendar.DateOf(due).Compare(last) > 0 {
			faults = append(faults, domain.Fault("due", "range", "处置期限超出范围", "the date is out of range"))
		}
		if !comes && !t.In.Has("replacement") {
			faults = append(faults, domain.Fault("due", "not_needed", "无单位到场,不另定处置期限", "no unit comes that could work until then"))
		}
	}
	if len(faults) > 0 {
		return domain.Invalid(faults...)
	}
	return nil
}

// coordinate settles a dispute by agreement (W9).
func coordinate(t turn) error {
	u := t.In.Text("unit")
	if t.In.Text("outcome") == Recalled {
		t.callAgain(u)
	} else {
		t.endSeat(u, Refused)
	}
	t.decided(u, "whistle_coordinated", t.In.Text("outcome"))
	return nil
}

// adjudicate settles it by a ruling, which is final (W9).
func adjudicate(t turn) error {
	u := t.In.Text("unit")
	if t.In.Text("ruling") == MustReport {
		t.callAgain(u)
		t.change(u, func(s *Seat) { s.Bound = true })
	} else {
		t.endSeat(u, Adjudicated)
	}
	t.decided(u, "whistle_ruled", t.In.Text("ruling"))
	return nil
}

// endSeat ends what a unit owes.
func (t turn) endSeat(unit string, s machine.State) {
	t.stopClocks(unit)
	t.change(unit, func(x *Seat) { x.State, x.EndedAt = s, t.Now })
}

// callAgain blows the whistle anew at a unit that has not come, and gives one that has come
// more time.
func (t turn) callAgain(unit string) {
	if !t.Case.Seats[unit].Present() {
		t.callUntil(unit)
		return
	}
	t.stopClocks(unit)
	t.change(unit, func(s *Seat) { s.State, s.Spared = Working, false })
	t.workUntil(unit, t.dueDay())
}

// callUntil calls a unit that is to work until the date of the decision, if that names one.
func (t turn) callUntil(unit string) {
	t.call(unit)
	if until := t.dueDay(); !until.IsZero() {
		t.change(unit, func(s *Seat) { s.WorkDue = until })
	}
}

// dueDay is the end of the day a decision names, zero if it names none.
func (t turn) dueDay() time.Time {
	if due := t.In.Time("due", calendar.Zone); !due.IsZero() {
		return endOf(due)
	}
	return noTime
}

// decided records the decision about a unit, and calls the one that comes instead.
func (t turn) decided(unit, event, outcome string) {
	instead := t.In.Text("replacement")
	t.change(unit, func(s *Seat) { s.Ruling = &Ruling{Outcome: outcome, Replacement: instead, By: t.Actor.User, At: t.Now} })
	if instead != "" {
		t.Case.Seats[instead] = t.seatFor(instead)
		t.callUntil(instead)
	}
	e := t.moved(event, "W9").Notify("N13", t.desk(unit)...).Notify("N13", t.head(unit)...).Notify("N13", t.town()...).Fact("unit", unit)
	if instead != "" {
		e.Notify("N7", t.desk(instead)...).Notify("N7", t.head(instead)...)
	}
	t.conclude()
}
