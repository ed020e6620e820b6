package joint

import (
	"fmt"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/machine"
)

// guardConclude: a conclusion is joint only if somebody came, and binding only
// with the signatures, or with the limit for them past (J4, J5).
func guardConclude(t *machine.Turn[*Session]) error {
	came := false
	for _, seat := range t.Case.Seated() {
		came = came || seat.Present()
		if seat.signs() && !seat.signed() {
			return refuse("minutes_unsigned", "J4", "会议纪要尚未签署完毕", "the minutes are not signed yet")
		}
	}
	if !came {
		return refuse("nobody_attended", "J5", "无单位到会,不能形成结论", "no unit attended: there is nothing to conclude")
	}
	return turn{t}.checkMeasures()
}

// checkMeasures keeps what is decided executable: by units of the county, in the future.
func (t turn) checkMeasures() error {
	var faults []domain.FieldError
	if !t.mayAct(t.In.Text("lead_unit_final")) {
		faults = append(faults, domain.Fault("lead_unit_final", "not_a_unit", "应为本县(区)的部门或中心", "must be a department or centre of the county"))
	}
	for i, m := range t.In.Objects("measures") {
		at := func(name string) string { return fmt.Sprintf("measures[%d].%s", i, name) }
		if !t.mayAct(m.Text("executor")) {
			faults = append(faults, domain.Fault(at("executor"), "not_a_unit", "应为本县(区)的部门或中心", "must be a department or centre of the county"))
		}
		if end := m.Time("due", calendar.Zone).AddDate(0, 0, 1); !end.After(t.Now) {
			faults = append(faults, domain.Fault(at("due"), "past", "完成期限不能早于今天", "must not lie before today"))
		}
	}
	if len(faults) > 0 {
		return domain.Invalid(faults...)
	}
	return nil
}

func (t turn) mayAct(id string) bool {
	u, ok := t.Rules.Org.Unit(id)
	return ok && !u.Kind.Area() && !t.barred(id) && t.Rules.Org.CountyOf(id) == t.Case.County
}

// barred tells whether the unit is the one an accusation is about, or under it.
func (t turn) barred(id string) bool {
	return t.Case.Barred != "" && t.Rules.Org.Within(id, t.Case.Barred)
}

// conclude ends the session with a lead unit and measures (J5); the case makes
// tasks of them.
func conclude(t turn) error {
	s := t.Case
	s.LeadUnitFinal = t.In.Text("lead_unit_final")
	for _, m := range t.In.Objects("measures") {
		s.Measures = append(s.Measures, Measure{Executor: m.Text("executor"), What: m.Text("what"), Due: m.Text("due"), Optional: m.Bool("optional")})
	}
	t.end(Concluded)
	e := t.Record("concluded", "J5")
	for _, u := range s.Units() {
		e.Notify("N8", t.desk(u)...)
	}
	told := map[string]bool{}
	for _, m := range s.Measures {
		if !told[m.Executor] {
			e.Notify("N7", t.desk(m.Executor)...)
		}
		told[m.Executor] = true
	}
	t.tell(e, input{"lead_unit": s.LeadUnitFinal, "measures": t.In["measures"]})
	return nil
}

// adjourn takes the session to another meeting: the units are notified anew,
// must acknowledge anew, and are heard anew.
func adjourn(t turn) error {
	s := t.Case
	s.HeldAt = t.meetsAt()
	if room := t.In.Text("room"); room != "" {
		s.Room = room
	}
	s.Round++
	t.To(Adjourned)
	t.Record("adjourned", "§3.5")
	t.summon()
	t.tell(t.Record("units_notified", "J2").Notify("N8", t.everyone()...), nil)
	return nil
}

// fail ends the session without a conclusion (J6). What follows is for the case
// to decide: another session, or the county leader.
func fail(t turn) error {
	t.end(Failed)
	e := t.Record("failed", "J6")
	for _, u := range t.Case.Units() {
		e.Notify("N8", t.desk(u)...)
	}
	t.tell(e, input{"reasons": t.In.Text("reasons")})
	return nil
}

// cancel calls the session off. A case that has moved on has cancelled it
// itself and need not be told.
func cancel(t turn) error {
	notified := !t.Case.NotifiedAt.IsZero()
	t.end(Cancelled)
	e := t.Record("cancelled", "§3.5")
	if notified {
		e.Notify("N8", t.everyone()...)
	}
	if !t.Actor.IsSystem() {
		t.tell(e, input{"reasons": t.In.Text("reason")})
	}
	return nil
}

// end stops every clock of the session.
func (t turn) end(s machine.State) {
	clear(t.Case.Deadlines)
	t.Case.EndedAt = t.Now
	t.To(s)
}
