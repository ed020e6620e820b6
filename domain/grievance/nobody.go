package grievance

import (
	"slices"

	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// noBodySteps are for matters nobody is responsible for: an ownerless manhole, a
// dissolved developer (§4.4 no_body, §6 item 32).
func noBodySteps() []step {
	return []step{
		{Action: "declare-no-body", Rule: "§4.4 no_body", ZH: "认定无责任主体", EN: "Declare no responsible body",
			From: []machine.State{Triage, ReturnPending, Adjudicating}, Who: machine.As(inCounty, dispatcher, director),
			Fields: []form.Field{reason, legalBasis, text("funding", "经费来源(由中心协调)", "source of funds, found by the centre").Need()},
			Guard:  guardNoBody, Do: do(declareNoBody)},
	}
}

func guardNoBody(t *machine.Turn[*Case]) error {
	if t.Case.sealed() { // an accusation is about somebody
		return refuse("sealed_apart", "§2.3", "检举控告件不适用", "not for accusation material")
	}
	if t.Case.State == ReturnPending {
		return guardReturnJudge(t)
	}
	return nil
}

// declareNoBody makes the township of the place answer for the matter and the
// centre find the money. What lasts longer than the limit is for the county leader.
func declareNoBody(t turn) error {
	c := t.Case
	lead := t.centre()
	if t.Rules.Policy.Bool("no_body.township_owns") {
		lead = t.townshipCentre()
	}
	t.Clear("return.review", "adjudicate")
	t.accept()
	c.flag("no_body")
	if !contains(c.Designated, lead) {
		c.Designated = append(c.Designated, lead) // who has what nobody has cannot return it
	}
	assist := slices.DeleteFunc([]string{t.centre()}, func(u string) bool { return u == lead })
	t.toUnit(lead, assist, "")
	t.Start("no_body", t.Rules.Policy.Limit("no_body.leader_after"), machine.Deadline{Unit: lead})
	t.awaitInforming()
	e := t.Record("no_body_declared", "§4.4 no_body").Notify("N6", t.petitioners()...)
	t.tellUnits(e)
	return nil
}

// noBodyOver takes a matter nobody is responsible for to the county leader, whose
// decision on money it needs (T12).
func noBodyOver(t turn, _ machine.Deadline) error {
	switch t.Case.State {
	case Dispatched, Signed, Handling, JointResolving:
		return escalateL3(t, codes.TriggerNeedsDecision, "", "§4.4 no_body")
	}
	return nil
}
