package view

import (
	"fmt"

	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/codes"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/whistle"
)

// parts is what is shown of a case beyond its card.
type parts interface {
	fill(v *CaseView, rules *machine.Rules)
	sheet() sheet
}

// partsOf is the one place here that tells kinds of case apart.
func partsOf(c casefile.Case) parts {
	switch c := c.(type) {
	case *gridevent.Event:
		return event{c}
	case *grievance.Case:
		return demand{c}
	}
	panic(fmt.Sprintf("a %T cannot be shown", c)) // casekind knows a kind that is missing here
}

// demand is a grievance as it is shown.
type demand struct{ *grievance.Case }

// fill shows the counters, and the parts of a grievance that have a life of their own.
func (c demand) fill(v *CaseView, rules *machine.Rules) {
	if c.Category != "" {
		v.CategoryLabel.ZH, v.CategoryLabel.EN = rules.Codes.Label(codes.TableDisputeCategory, c.Category)
	}
	v.Scale, v.ReleasedAt, v.LateSign = c.Scale, Local(c.ReleasedAt), c.LateSign
	v.ReturnCount, v.ReassignCount, v.ExtensionCount, v.ReworkCount = c.ReturnCount, c.ReassignCount, c.ExtensionCount, c.ReworkCount
	for _, s := range c.Stays {
		v.Levels = append(v.Levels, LevelView{Level: s.Level, Label: levelText(s.Level), Entered: Local(s.Entered), Left: Local(s.Left),
			DueAt: Local(s.Due), Budget: s.Budget.String(), Trigger: s.Trigger, Unit: s.Owner.Unit, User: s.Owner.User})
	}
	c.tasks(v, rules)
	for _, no := range sorted(c.Sessions) {
		s := c.Sessions[no]
		v.Sessions = append(v.Sessions, SessionRef{s.No, s.Level, s.State})
	}
	v.whistles(c.Whistles)
	v.orders(c.Orders, rules)
	if o := c.Offer; o != nil {
		v.Offer = &OfferView{o.Unit, unitName(rules, o.Unit), o.User, Local(o.At), Local(c.Deadlines["handover"].At)}
	}
	if s := c.Suspension; s != nil {
		v.Suspension = &SuspensionView{Local(s.Since), Local(s.Until), s.Reason, Local(s.ReviewBy), s.Approver}
	}
	if !c.InheritedDue.IsZero() {
		v.Sender = &SenderView{DueAt: Local(c.InheritedDue)}
		if r := c.Sender; r != nil {
			v.Sender.AskedAt, v.Sender.Until, v.Sender.AnsweredAt, v.Sender.Granted = Local(r.AskedAt), Local(r.Until), Local(r.AnsweredAt), r.Granted
		}
	}
	if r := c.Reply; r != nil {
		v.Reply = &ReplyView{Local(r.IssuedAt), Local(r.ServedAt), r.Method, r.OutcomeGrade, r.Opinion, r.Unit, r.Event}
	}
	if e := c.Evaluation; e != nil {
		v.Evaluation = &EvaluationView{e.Rating, Local(e.At), e.Founded}
	}
}

// whistles shows the whistles that grew out of a case.
func (v *CaseView) whistles(known map[string]whistle.Ref) {
	for _, no := range sorted(known) {
		v.Whistles = append(v.Whistles, WhistleRef(known[no]))
	}
}

// tasks shows what each unit owes the case.
func (c demand) tasks(v *CaseView, rules *machine.Rules) {
	for _, id := range sorted(c.Tasks) {
		k := c.Tasks[id]
		t := TaskView{ID: k.ID, Kind: k.Kind, Unit: k.Unit, UnitName: unitName(rules, k.Unit), What: k.What, DueAt: Local(k.Due),
			Mandatory: k.Mandatory, Session: k.Session, State: TaskOpen, DoneAt: Local(k.DoneAt), Late: k.Late}
		switch {
		case k.Cancelled:
			t.State = TaskCancelled
		case !k.DoneAt.IsZero():
			t.State = TaskDone
		}
		v.Tasks = append(v.Tasks, t)
	}
}

// sheet are the limits of a grievance.
func (c demand) sheet() sheet {
	s := sheet{kind: casekind.Of(c.Case), statutory: c.Statutory, policy: c.Policy, stays: c.Stays, tasks: c.Tasks, names: limitKinds, stop: c.StoppedAt(), outages: c.Outages, outlasts: c.Outlasts}
	_, triage := c.Deadlines["triage"]
	_, pickup := c.Deadlines["pickup"]
	if !c.DeskDue.IsZero() && !triage && !pickup && s.stop.IsZero() {
		s.desk = &machine.Deadline{ID: "desk", Kind: "desk", At: c.DeskDue, Start: c.RegisteredAt, Duty: true, Unit: c.Owner.Unit}
	}
	return s
}
