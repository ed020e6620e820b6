package whistle

import (
	"fmt"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// CallFields are what is said of a whistle (Appendix A 吹哨单).
var CallFields = []form.Field{
	form.Among(form.Choice.Named("kind", "哨类", "kind"), Kinds, func(kind string) domain.Text { return domain.Text(KindLabels[kind]) }).Need(),
	line("place", "地点", "place").Need(),
	{Name: "point", ZH: "现场坐标", EN: "coordinates of the place", Type: form.Point},
	text("matter", "事项", "matter").Need(),
	text("why", "为何超出本级权限", "why it is beyond the township's own power").Need(),
	{Name: "units", ZH: "拟吹哨单位", EN: "units wanted", Type: form.Units, Required: true},
	{Name: "due", ZH: "处置完成期限", EN: "work to be done by", Type: form.Date},
}

// DraftFields are the inputs a whistle is drafted with (W1). drafted_by is the officer in
// whose name a case blows.
var DraftFields = append([]form.Field{
	{Name: "township", ZH: "吹哨乡镇(街道)", EN: "township that blows", Type: form.Unit, Required: true},
	{Name: "case", ZH: "关联办件", EN: "linked case", Type: form.Case},
	{Name: "drafted_by", ZH: "起草人", EN: "drafted by", Type: form.User, House: true},
}, CallFields...)

// Draft is the first turn of a whistle (W1): a draft of the township's office that waits for
// its approval, the proposal of a community, or an emergency that is blown at once. The
// actor is an officer, or the system on behalf of a case.
func Draft(no string, opening machine.Command, rules *machine.Rules, now time.Time) ([]machine.Event, *Whistle, error) {
	t := turn{Machine.Begin(Fresh(), opening.Actor, rules, machine.World{}, now, now).Keyed(opening.Key)}
	clean, faults := form.Check(DraftFields, opening.Input, t.Lookup())
	township := clean.Text("township")
	if len(faults) == 0 {
		faults = CheckCall(clean, township, rules, now)
	}
	if len(faults) > 0 {
		return nil, nil, domain.Invalid(faults...)
	}
	unit, proposes, ok := MayDraft(opening.Actor, township, rules.Org)
	if !ok && !opening.Actor.IsSystem() {
		return nil, nil, domain.Forbid("not_your_office", "W1", "您的岗位不能起草本乡镇(街道)的吹哨单", "your office may not draft a whistle of this township")
	}
	t.In = clean
	w := t.Case
	w.No, w.Township, w.County, w.Case = no, township, rules.Org.CountyOf(township), clean.Text("case")
	w.Centre = t.centreOf(township)
	if t.Unit = unit; unit == "" {
		t.Unit = w.Centre
	}
	w.DraftedAt, w.DraftedBy, w.DraftedUnit, w.Proposed = now, opening.Actor.User, t.Unit, proposes
	if by := clean.Text("drafted_by"); by != "" {
		w.DraftedBy = by
	}
	t.describe(clean)
	t.To(Drafted)
	w.Owner = w.Centre
	t.Start("draft", t.limit("whistle.draft.keep"), machine.Deadline{})
	t.submit("whistle_drafted", !opening.Actor.IsSystem())
	return t.Events(), w, nil
}

// CheckCall finds what is wrong with a call as a whole: who may be called, and by when the
// work can be asked for.
func CheckCall(in form.Input, township string, rules *machine.Rules, now time.Time) []domain.FieldError {
	var faults []domain.FieldError
	add := func(field, reason, zh, en string) { faults = append(faults, domain.Fault(field, reason, zh, en)) }
	u, _ := rules.Org.Unit(township)
	if !u.Kind.Township() {
		add("township", "not_a_township", "应为乡镇或街道", "must be a township")
	}
	for _, id := range in.List("units") {
		if !callable(rules, id, u.County) {
			add("units", "not_a_department", "应为本县(区)的部门", "must be departments of the county")
			break
		}
	}
	due := in.Time("due", calendar.Zone)
	switch last := rules.Calendar.Due(now, rules.Policy.Limit("whistle.work.max")); {
	case in.Text("kind") == Emergency:
		if !due.IsZero() {
			add("due", "not_for_emergency", "应急哨按报到后时限处置,不另定期限", "an emergency has its own limit from arrival")
		}
	case due.IsZero():
		add("due", "required", "处置完成期限:必填", "work to be done by is required")
	case !endOf(due).After(now):
		add("due", "past", "处置完成期限不能早于今天", "must not lie before today")
	case calendar.DateOf(due).Compare(last.Date()) > 0:
		day := last.Date()
		add("due", "too_far", fmt.Sprintf("处置完成期限最迟为%s", day), fmt.Sprintf("must not be later than %s", day))
	}
	return faults
}

// callable tells whether a unit can be called by a township of the county: departments
// report, townships and centres do not (R76).
func callable(rules *machine.Rules, id, county string) bool {
	u, ok := rules.Org.Unit(id)
	return ok && u.Kind == org.KindDepartment && county != "" && u.County == county
}

// endOf is the end of the day that begins at a moment.
func endOf(day time.Time) time.Time { return day.AddDate(0, 0, 1) }

// describe takes over what is said of the whistle. A place once pointed out stays so.
func (t turn) describe(in input) {
	w := t.Case
	w.Kind, w.Place, w.Matter, w.Why = in.Text("kind"), in.Text("place"), in.Text("matter"), in.Text("why")
	if p, _, ok := in.Point("point"); ok {
		w.Point = &p
	}
	w.PlanDue = time.Time{}
	if due := in.Time("due", calendar.Zone); !due.IsZero() {
		w.PlanDue = endOf(due)
	}
	w.Seats = map[string]Seat{}
	for _, u := range in.List("units") {
		w.Seats[u] = t.seatFor(u)
	}
}

func (t turn) seatFor(unit string) Seat {
	u, _ := t.Rules.Org.Unit(unit)
	return Seat{Unit: unit, State: Drafted, External: u.OrgKind == org.OrgVertical || u.OrgKind == org.OrgEnterprise}
}

// submit sends a draft to whoever approves it; a proposal first goes to the office of the
// township, and an emergency is blown at once and approved afterwards (W2).
func (t turn) submit(event string, toldByHand bool) {
	w := t.Case
	if w.Proposed {
		e := t.Record("whistle_proposed", "W1").Notify("N9", at(w.Centre, townOffice)...)
		t.tellOpened(e, toldByHand)
		return
	}
	w.ApproveDue = t.Start("approve", t.approveLimit(), machine.Deadline{Duty: true, Unit: w.Centre}).At
	e := t.Record(event, "W1").Notify("N9", at(w.Centre, t.approver())...)
	t.tellOpened(e, toldByHand)
	if w.emergency() {
		t.blow()
	}
}

// tellOpened tells the case of a whistle that an officer drafted for it; one that the case
// itself has asked for it knows already.
func (t turn) tellOpened(e *machine.Event, byHand bool) {
	if byHand {
		t.tell(e, Opened)
	}
}

// revise changes a draft before it is approved, and takes up the proposal of a community (W1).
func revise(t turn) error {
	w := t.Case
	in := input{"kind": w.Kind, "place": w.Place, "matter": w.Matter, "why": w.Why}
	var units []any
	for _, u := range w.Units() {
		units = append(units, u)
	}
	in["units"] = units
	if !w.PlanDue.IsZero() {
		in["due"] = w.PlanDue.Add(-time.Second).In(calendar.Zone).Format(time.DateOnly)
	}
	for name, v := range t.In {
		in[name] = v
	}
	if in.Text("kind") == Emergency && !t.In.Has("due") {
		delete(in, "due")
	}
	if faults := CheckCall(in, w.Township, t.Rules, t.Now); len(faults) > 0 {
		return domain.Invalid(faults...)
	}
	w.Proposed = false
	t.describe(in)
	t.submit("whistle_revised", false)
	return nil
}
