package supervision

import (
	"maps"
	"slices"
	"strconv"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// Parts are what the ladder needs of a kind of case.
type Parts[S machine.Subject] struct {
	From         []machine.State
	By           []machine.Who // who supervises
	Signs        []machine.Who // who must agree to a red card
	Heads, Desks []machine.Who // who answers for a unit: its head alone to a red card

	Orders func(S) *Orders
	Mark   func(S) *string
	// Units are those that take part in the case, the one that answers for it first.
	Units func(S) []string
	Desk  func(t *machine.Turn[S], unit string) []machine.Recipient
	Head  func(t *machine.Turn[S], unit string) []machine.Recipient
	Watch func(t *machine.Turn[S]) []machine.Recipient // whoever supervises, and the director
}

// Steps are the rows of the ladder in the table of a machine.
func Steps[S machine.Subject](p Parts[S]) []machine.Step[S] {
	red := p.row(RedCard, "发红牌", "Give a red card", Red, "red_card_given")
	red.Signature, red.Signs = machine.TwoPersons, p.Signs
	return []machine.Step[S]{
		p.row(Remind, "催办", "Remind the unit", Reminded, "reminder_given"),
		p.row(YellowCard, "发黄牌", "Give a yellow card", Yellow, "yellow_card_given"), red,
		{Action: Answer, Rule: "§4.7", ZH: "回应督办", EN: "Answer reminder or card", From: p.From, Who: slices.Concat(p.Heads, p.Desks),
			Fields: []form.Field{done, plan}, Guard: p.mayAnswer, Do: p.answer},
	}
}

// row is a step that gives a unit a reminder or card, and the event it records.
func (p Parts[S]) row(action, zh, en, mark, event string) machine.Step[S] {
	return machine.Step[S]{Action: action, Rule: "§4.7", ZH: zh, EN: en, From: p.From, Who: p.By,
		Fields: []form.Field{cause, unit, asked}, FieldsFor: p.fields, Guard: func(t *machine.Turn[S]) error { return p.mayOrder(t, mark) },
		Do: func(t *machine.Turn[S]) error { p.give(t, mark, event); return nil }}
}

// Expire is what passing the time to answer does.
func Expire[S machine.Subject](p Parts[S]) func(*machine.Turn[S], machine.Deadline) error {
	return p.missed
}

// fields let choose among the units that take part.
func (p Parts[S]) fields(t *machine.Turn[S]) []form.Field {
	if t.Rules.Org == nil { // asked for no case: the document
		return []form.Field{cause, unit, asked}
	}
	among := form.Among(form.Choice.Named(unit.Name, unit.ZH, unit.EN), p.Units(t.Case), func(id string) domain.Text {
		u, _ := t.Rules.Org.Unit(id)
		return domain.Text{ZH: u.ZH, EN: u.EN}
	})
	return []form.Field{cause, among, asked}
}

// target is the unit an order is for.
func (p Parts[S]) target(t *machine.Turn[S]) string {
	if u := t.In.Text("unit"); u != "" {
		return u
	}
	return p.Units(t.Case)[0]
}

// mayOrder: no second reminder while one waits for its answer, and a second yellow card on one
// case is a red one (§4.7).
func (p Parts[S]) mayOrder(t *machine.Turn[S], mark string) error {
	orders := *p.Orders(t.Case)
	if t.In == nil { // nothing is entered yet: whether there is a unit to choose
		if slices.ContainsFunc(p.Units(t.Case), func(u string) bool { return orders.may(u, mark) == nil }) {
			return nil
		}
	}
	return orders.may(p.target(t), mark)
}

// may tells whether a unit may be given one of a mark.
func (o Orders) may(to, mark string) error {
	switch {
	case o.open(to, mark):
		return refuse("already_ordered", "该单位尚有同类督办待回应", "the unit has one of this kind to answer yet")
	case mark == Yellow && o.had(to, Yellow):
		return refuse("second_yellow", "该单位在本件已有黄牌,再次督办应提请红牌", "the unit has a yellow card on this case already: the next is a red one")
	}
	return nil
}

// give has a unit answer in writing within its time. Its head hears of it, of a reminder its desk
// too, and of a red card everybody who supervises.
func (p Parts[S]) give(t *machine.Turn[S], mark, event string) {
	to, orders, m := p.target(t), p.Orders(t.Case), p.Mark(t.Case)
	d := t.Start(deadlineOf(len(*orders)), limitOf(t, mark), machine.Deadline{Kind: Deadline, Ref: strconv.Itoa(len(*orders)), Duty: true, Unit: to})
	by := t.Actor.User
	if t.Proposer != "" {
		by = t.Proposer
	}
	*orders = append(slices.Clip(*orders), Order{Mark: mark, Cause: t.In.Text("cause"), Unit: to, By: by, At: t.Now,
		Event: t.Case.GetHead().Seq + 1, Due: d.At})
	*m = Raise(*m, mark)
	e := t.Record(event, "§4.7").Because(t.In.Text("cause"))
	if mark == Reminded {
		e.Notify("N20", p.Desk(t, to)...)
	}
	e.Notify("N21", p.Head(t, to)...)
	if mark == Red {
		e.Notify("N21", p.Watch(t)...)
	}
	e.Fact("cause", t.In.Text("cause")).Fact("unit", to)
}

// limitOf is by when the unit answers.
func limitOf[S machine.Subject](t *machine.Turn[S], mark string) calendar.Limit {
	switch pol := t.Rules.Policy; mark {
	case Yellow:
		return pol.Limit("supervise.yellow")
	case Red:
		return pol.Limit("supervise.red")
	default:
		return pol.Limit("supervise.reminder")
	}
}

// mayAnswer: a red card is answered by whoever answers for the unit, with a plan.
func (p Parts[S]) mayAnswer(t *machine.Turn[S]) error {
	orders := *p.Orders(t.Case)
	if !orders.Owes(t.Unit) {
		return refuse("nothing_to_answer", "没有待回应的督办", "there is nothing to answer")
	}
	if !orders.open(t.Unit, Red) {
		return nil
	}
	if !slices.Contains(p.Heads, t.By) {
		return refuse("leader_answers", "红牌须由单位负责人回应", "a red card is answered by the head of the unit")
	}
	if t.In != nil && !t.In.Has("plan") {
		return domain.Faulty("plan", "required", "红牌须附整改计划", "a red card asks for a plan")
	}
	return nil
}

// answer answers everything the unit owes: one writing says what it did.
func (p Parts[S]) answer(t *machine.Turn[S]) error {
	orders := p.Orders(t.Case)
	out := slices.Clone(*orders)
	var to []machine.Recipient
	for i, o := range out {
		if o.Unit == t.Unit && o.Open() {
			out[i].AnsweredAt, out[i].AnsweredBy = t.Now, t.Actor.User
			t.Clear(deadlineOf(i))
			if r := (machine.Recipient{User: o.By}); !slices.Contains(to, r) {
				to = append(to, r)
			}
		}
	}
	*orders = out
	t.Record("supervision_answered", "§4.7").Notify("N13", to...).Fact("unit", t.Unit)
	return nil
}

// missed: a reminder or card that is not answered in time is told to whoever supervises and to
// the director, who decide what follows.
func (p Parts[S]) missed(t *machine.Turn[S], d machine.Deadline) error {
	orders := p.Orders(t.Case)
	i, err := strconv.Atoi(d.Ref)
	if err != nil || i >= len(*orders) || !(*orders)[i].Open() {
		return nil
	}
	out := slices.Clone(*orders)
	out[i].Missed = !t.Blameless()
	*orders = out
	t.Record("supervision_unanswered", "§4.7").Because(out[i].Cause).Notify("N20", p.Watch(t)...).
		Notify("N20", p.Head(t, out[i].Unit)...).Fact("unit", out[i].Unit)
	return nil
}

// kinds names the events of the ladder.
var kinds = map[string]domain.Text{
	"reminder_given":         {ZH: "已催办", EN: "reminded by supervision"},
	"yellow_card_given":      {ZH: "已发黄牌", EN: "yellow card given"},
	"red_card_given":         {ZH: "已发红牌", EN: "red card given"},
	"supervision_answered":   {ZH: "已回应督办", EN: "supervision answered"},
	"supervision_unanswered": {ZH: "逾期未回应督办", EN: "supervision not answered in time"},
}

// Named adds the names of the ladder's events to those of a machine.
func Named(types map[string]domain.Text) map[string]domain.Text {
	out := maps.Clone(types)
	maps.Copy(out, kinds)
	return out
}
