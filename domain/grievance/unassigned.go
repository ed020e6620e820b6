package grievance

import (
	"slices"

	"huajie/domain/machine"
	"huajie/domain/org"
)

// A case that nobody assigns must climb like every other. When the front desk
// has let its limit pass and the grace after it, the duty catalogue assigns.

// decisionOverdue tells the supervisor, and gives the desk one grace more (G3, G8).
func decisionOverdue(t turn, _ machine.Deadline) error {
	t.awaitCatalogue()
	e := t.Record("decision_overdue", "G3").Notify("N20", t.county(supervisor)...).Notify("N20", user(t.Case.Owner.User))
	if !t.assignable() {
		e.Notify("N20", t.county(dutyLeader)...)
	}
	return nil
}

// assignable tells whether the catalogue may assign. Accusation material is never
// assigned by itself: only a person may open that envelope. Nor is what the
// catalogue would guide elsewhere.
func (t turn) assignable() bool { return !t.Case.sealed() && t.route() == org.RouteLevel }

// awaitCatalogue starts the grace after which the catalogue assigns. Where it may
// not, the desk is reminded day after day until a person has decided.
func (t turn) awaitCatalogue() {
	c := t.Case
	if c.State != Registered && c.State != Triage {
		return
	}
	if !t.assignable() {
		t.awaitDesk()
		return
	}
	grace := t.Rules.Policy.Grace(c.Urgency)
	if grace.IsZero() {
		grace = t.Rules.Policy.Limit("triage.hard.urgent")
	}
	t.Start("unassigned", grace, machine.Deadline{Unit: c.Owner.Unit})
}

// route is what the duty catalogue says is to be done; without a category the
// matter is resolved like any other.
func (t turn) route() org.Route {
	if s, ok := t.Rules.Suggest(t.Case.Category, t.Case.Area); ok {
		return s.Route
	}
	return org.RouteLevel
}

// assignByCatalogue gives the case where the catalogue says: to the township
// centre, or to the unit that holds the authority (G7, G8).
func assignByCatalogue(t turn, _ machine.Deadline) error {
	c := t.Case
	if c.State != Registered && c.State != Triage {
		return nil
	}
	if !t.assignable() { // it was classified meanwhile
		return decisionOverdue(t, machine.Deadline{})
	}
	c.flag("unassigned")
	lead, assist := t.suggested()
	s, known := t.Rules.Suggest(c.Category, c.Area)
	local := known && s.Level == L0 && !t.barred(t.townshipCentre())
	t.accept()
	c.Offer = nil
	if local {
		c.LeadUnit = t.townshipCentre()
		t.climb(L0, Owner{Unit: c.LeadUnit}, "T01")
		t.release()
		t.To(LocalResolving)
		t.Record("auto_assigned", "G7").
			Notify("N6", t.petitioners()...).
			Notify("N7", t.desk(c.LeadUnit)...).
			Notify("N20", t.county(dutyLeader, supervisor)...)
		return t.liftAtOnce()
	}
	t.toUnit(lead, slices.DeleteFunc(assist, func(u string) bool { return u == lead }), "T01")
	e := t.Record("auto_dispatched", "G8").Notify("N6", t.petitioners()...).Notify("N20", t.county(dutyLeader, supervisor)...)
	t.tellUnits(e)
	return t.liftAtOnce()
}
