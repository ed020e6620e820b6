package grievance

import (
	"time"

	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// dutySteps are the first-responder duty of §4.6: a hand-over is an offer that
// must be confirmed, or it falls back.
func dutySteps() []step {
	holders := append(machine.As(asFirst, intakeRoles...), machine.As(inOwner, intakeRoles...)...)
	return []step{
		{Action: "hand-over", Rule: "FR2", ZH: "移交", EN: "Hand over", From: []machine.State{Registered, Triage},
			Who:    holders,
			Fields: []form.Field{unit("to_unit", "接收单位", "receiving unit").Need(), {Name: "to_user", ZH: "接收人", EN: "receiving person", Type: form.User}, reason},
			Guard:  guardHandOver, Do: do(handOver)},
		{Action: "confirm-hand-over", Rule: "FR6", ZH: "确认接收", EN: "Confirm hand-over", From: []machine.State{Registered, Triage, LocalResolving},
			Who: machine.As(asOffered, append([]org.Role{townLeader, supervisor}, intakeRoles...)...), Guard: guardOffered, Do: do(confirmHandOver)},
		{Action: "decline-hand-over", Rule: "FR6", ZH: "不接收", EN: "Decline hand-over", From: []machine.State{Registered, Triage, LocalResolving},
			Who: machine.As(asOffered, append([]org.Role{townLeader, supervisor}, intakeRoles...)...), Fields: []form.Field{reason}, Guard: guardOffered, Do: do(declineHandOver)},
	}
}

func guardHandOver(m *machine.Turn[*Case]) error {
	t := turn{m}
	u, _ := t.Rules.Org.Unit(t.In.Text("to_unit"))
	if !u.Kind.Centre() && (!t.Case.sealed() || u.ID != t.vault()) { // a department gets a matter by dispatch
		return fault("to_unit", "not_a_centre", "应移交给中心;部门由交办", "hand over to a centre; a department gets it by dispatch")
	}
	if name := t.In.Text("to_user"); name != "" {
		p, ok := t.World.People[name]
		if !ok || !memberOf(p, u.ID) {
			return fault("to_user", "not_of_unit", "接收人不属于该单位", "the person does not belong to that unit")
		}
		if name == t.Case.Owner.User {
			return fault("to_user", "same_person", "不能移交给本人", "it cannot be handed to yourself")
		}
	}
	if t.Case.sealed() && (t.barred(u.ID) || (u.ID != t.vault() && t.In.Text("to_user") == "")) {
		return refuse("sealed_hand_over", "§6 item 13", "检举控告件只能移交纪检监察或指定的个人", "an accusation is handed to the discipline reception, or to a person by name")
	}
	if t.Case.Offer != nil {
		return refuse("offer_open", "FR6", "已有待确认的移交", "a hand-over already waits to be confirmed")
	}
	return nil
}

func memberOf(p org.User, unit string) bool {
	for _, g := range p.Grants {
		if g.Unit == unit {
			return true
		}
	}
	return false
}

// handOver offers the case to another desk; the giver stays responsible (FR2, FR6).
func handOver(t turn) error {
	to := Owner{Unit: t.In.Text("to_unit"), User: t.In.Text("to_user")}
	t.offer(to, t.Case.Owner, t.Case.State)
	e := t.Record("hand_over_offered", "FR2")
	if to.User != "" {
		e.Notify("N7", user(to.User))
	} else {
		e.Notify("N7", t.desk(to.Unit)...)
	}
	return nil
}

// offer puts the case before its next owner. Until that side confirms, the
// giver remains the owner.
func (t turn) offer(to, from Owner, back machine.State) {
	c := t.Case
	c.Owner = from
	c.Offer = &Offer{Unit: to.Unit, User: to.User, From: from, Back: back, At: t.Now}
	c.joins(to.Unit)
	t.Start("handover", t.Rules.Policy.Limit("handover.confirm"), machine.Deadline{Duty: true, Unit: to.Unit})
}

func guardOffered(t *machine.Turn[*Case]) error {
	if t.Case.Offer == nil {
		return refuse("no_offer", "FR6", "没有待确认的移交", "no hand-over waits to be confirmed")
	}
	return nil
}

// confirm makes the offered side the owner.
func (t turn) confirm() {
	c := t.Case
	c.owns(Owner{Unit: c.Offer.Unit, User: t.Actor.User})
	t.Clear("handover")
	t.release()
	if s := c.stay(); s != nil && c.Level != "" {
		s.Owner = c.Owner
	}
}

func confirmHandOver(t turn) error {
	from := t.Case.Offer.From
	t.confirm()
	t.Record("hand_over_confirmed", "FR6").Notify("N13", user(from.User))
	return nil
}

// confirmByActing takes an offered case over by working on it.
func (t turn) confirmByActing() {
	if o := t.Case.Offer; o != nil && t.Unit == o.Unit && (o.User == "" || o.User == t.Actor.User) {
		t.confirm()
	}
}

func declineHandOver(t turn) error {
	e := t.fallBack("hand_over_declined")
	e.Notify("N13", user(t.Case.Owner.User))
	return nil
}

// fallBack returns an unconfirmed case to whoever offered it (FR6).
func (t turn) fallBack(event string) *machine.Event {
	c := t.Case
	back := c.Offer.Back
	t.Clear("handover")
	c.Owner, c.Offer = c.Offer.From, nil
	if c.State == LocalResolving { // the township never took it: it was not dispatched
		t.To(back)
		c.LeadUnit, c.Level, c.Policy, c.DispatchedAt = "", "", nil, time.Time{}
		c.Stays = c.Stays[:len(c.Stays)-1]
		t.disarmPolicy()
		t.awaitTriage()
		t.awaitDecision()
	}
	return t.Record(event, "FR6")
}
