package grievance

import (
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/supervision"
)

// Machine is the machine of the grievance: every step of §3.1, in the order of
// a case's life, and what each deadline does.
var Machine = newMachine()

func newMachine() *machine.Machine[*Case] {
	m := &machine.Machine[*Case]{Name: "grievance", Types: supervision.Named(types), Fresh: Fresh, Stands: stands, Seat: seat}
	m.Steps = slices.Concat(intakeSteps(), dispatchSteps(), returnSteps(), handlingSteps(), replySteps(),
		escalationSteps(), jointSteps(), whistleSteps(), closingSteps(), dutySteps(), informSteps(), senderSteps(), noBodySteps(),
		[]step{machine.OutageStep(active, do(moveForOutage)), machine.RecountStep(active, do(recount))}, supervision.Steps(ladder), machine.HandedSteps(active, do(handlerLeft), do(transferUnit)))
	openVault(m)
	limitSigning(m)
	m.Expire = expiries(m)
	return m
}

// step is one row of the table.
type step = machine.Step[*Case]

// turn is the deciding of one command on a grievance.
type turn struct{ *machine.Turn[*Case] }

// do adapts a rule written against turn to the table.
func do(f func(turn) error) func(*machine.Turn[*Case]) error {
	return func(t *machine.Turn[*Case]) error { return f(turn{t}) }
}

// The places a step may ask an office to be in.
const (
	anywhere   machine.Place = "anywhere"  // the office as such
	inCounty   machine.Place = "county"    // covers the county of the case
	inTownship machine.Place = "township"  // covers the place of occurrence
	inLead     machine.Place = "lead_unit" // the lead unit
	inOwner    machine.Place = "owner"     // the unit that owns the case now
	withTask   machine.Place = "task_unit" // a unit with an open task on the case
	asHandler  machine.Place = "handler"   // a handler named on the case
	asLeader   machine.Place = "leader"    // the county leader named on the case
	atCallback machine.Place = "callback"  // covers the county, and did not handle the case
	atLocal    machine.Place = "local"     // covers the place of occurrence, of a case at L0
	asFirst    machine.Place = "first"     // the first responder, or staff of the first unit
	asOffered  machine.Place = "offered"   // the side a hand-over is offered to
	asOrdered  machine.Place = "ordered"   // a unit that owes an answer to supervision

	atTownCallback machine.Place = "town_callback" // covers the place of occurrence, and did not handle the case

	inVault       machine.Place = "vault"          // keeps the accusations of the county, and is not accused
	vaultCallback machine.Place = "vault_callback" // the same, and did not handle the case
)

// Short names for the offices of §2.1 that appear in the table of steps.
const (
	guide           = org.RoleGuide
	clerk           = org.RoleWindowClerk
	petitionOfficer = org.RolePetitionOfficer
	townIntake      = org.RoleTownshipIntake
	townOffice      = org.RoleTownshipOffice
	townLeader      = org.RoleTownshipLeader
	dispatcher      = org.RoleDispatcher
	dutyLeader      = org.RoleCentreDutyLeader
	director        = org.RoleCentreDirector
	countyLeader    = org.RoleCountyLeader
	supervisor      = org.RoleSupervisor
	citySupervisor  = org.RoleCitySupervisor
	liaison         = org.RoleDeptLiaison
	deptLeader      = org.RoleDeptLeader
	deptHandler     = org.RoleDeptHandler
	mediator        = org.RoleMediator

	disciplineOfficer = org.RoleDisciplineOfficer
)

// stands judges how an office stands to the case.
func stands(t *machine.Turn[*Case], g org.Grant, place machine.Place) bool {
	c := t.Case
	switch place {
	case anywhere:
		return true
	case inCounty, inTownship, atCallback, atTownCallback, atLocal:
		return !(turn{t}).closed() && standsOutside(t, g, place)
	case inLead:
		return g.Unit == c.LeadUnit
	case inOwner:
		return g.Unit == c.Owner.Unit
	case withTask:
		return c.owes(g.Unit)
	case asHandler:
		return g.Unit == c.LeadUnit && contains(c.Handlers, t.Actor.User)
	case asLeader:
		return t.Actor.User == c.OwningLeader
	case inVault:
		return turn{t}.inside(g)
	case vaultCallback:
		return turn{t}.inside(g) && !contains(c.Handlers, t.Actor.User)
	case asFirst:
		return t.Actor.User == c.FirstResponder || (c.FirstResponder == "" && g.Unit == c.FirstUnit)
	case asOrdered:
		return c.Orders.Owes(g.Unit)
	case asOffered:
		return c.Offer != nil && g.Unit == c.Offer.Unit && (c.Offer.User == "" || c.Offer.User == t.Actor.User)
	}
	return false
}

// standsOutside judges an office that serves the place of the case, whoever works on it.
func standsOutside(t *machine.Turn[*Case], g org.Grant, place machine.Place) bool {
	c, tree := t.Case, t.Rules.Org
	apart := g.Unit != c.LeadUnit && !contains(c.Handlers, t.Actor.User)
	switch place {
	case inCounty:
		return tree.Serves(g.Unit, c.County)
	case inTownship:
		return tree.Serves(g.Unit, c.Area)
	case atCallback:
		return tree.Serves(g.Unit, c.County) && apart
	case atTownCallback:
		return tree.Serves(g.Unit, c.Area) && apart && g.Unit != c.Owner.Unit
	case atLocal:
		return tree.Serves(g.Unit, c.Area) && c.Level == L0
	}
	return false
}

// owes tells whether the unit has an open task.
func (c *Case) owes(unit string) bool {
	for _, k := range c.Tasks {
		if k.Unit == unit && k.Open() {
			return true
		}
	}
	return false
}

// Inputs many steps share.
var (
	reason     = form.Field{Name: "reason", ZH: "理由", EN: "reason", Type: form.Text, Required: true}
	legalBasis = form.Field{Name: "legal_basis", ZH: "法律依据", EN: "legal basis", Type: form.Text, Required: true}
	statement  = form.Field{Name: "statement", ZH: "说明", EN: "statement", Type: form.Text, Required: true}
)

// The fields most inputs are made of.
var (
	text  = form.Text.Named
	line  = form.Line.Named
	unit  = form.Unit.Named
	units = form.Units.Named
	yes   = form.Boolean.Named
	date  = form.Date.Named
)

func code(name, zh, en, table string) form.Field {
	return form.Field{Name: name, ZH: zh, EN: en, Type: form.Code, Table: table}
}

// refuse is a conflict with a rule, fault one faulty input found by a guard.
var refuse, fault = domain.Refuse, domain.Faulty

// Who is told: shorthands for the recipients of notices.

// petitioners are everyone who raised the matter: the petitioner and those of
// the cases merged into this one.
func (t turn) petitioners() []machine.Recipient {
	out := []machine.Recipient{{Petitioner: t.Case.No}}
	for _, f := range t.Case.Followers {
		out = append(out, machine.Recipient{Petitioner: f})
	}
	return out
}

// at are the holders of offices in one unit; none where there is no unit.
func at(unit string, roles ...org.Role) []machine.Recipient {
	if unit == "" {
		return nil
	}
	var out []machine.Recipient
	for _, r := range roles {
		out = append(out, machine.Recipient{Role: r, Unit: unit})
	}
	return out
}

// county are offices of the county. Leaders and supervisors sit in the county
// itself, everybody else in its centre; of an accusation the discipline reception
// hears in place of dispatchers and supervisors.
func (t turn) county(roles ...org.Role) []machine.Recipient {
	var out []machine.Recipient
	keeper := t.keeper()
	for _, r := range roles {
		if len(keeper) > 0 && (r == dispatcher || r == supervisor) {
			if !slices.Contains(out, keeper[0]) {
				out = append(out, keeper...)
			}
			continue
		}
		unit := t.centre()
		if r == countyLeader || r == supervisor {
			unit = t.Case.County
		}
		out = append(out, at(unit, r)...)
	}
	return out
}

// desk is who takes orders for a unit: the liaison of a department, the office
// of a township centre, the dispatchers of the county centre; for an accusation
// the discipline reception.
func (t turn) desk(unit string) []machine.Recipient {
	if keeper := t.keeper(); len(keeper) > 0 {
		return keeper
	}
	return at(unit, t.roles(unit)[0])
}

// FirstDesk is who takes orders for the unit that received a matter.
func FirstDesk(c *Case, rules *machine.Rules) []machine.Recipient {
	return turn{Machine.Begin(c, domain.SystemActor(), rules, machine.World{}, time.Time{}, time.Time{})}.desk(c.FirstUnit)
}

// head is who answers for a unit.
func (t turn) head(unit string) []machine.Recipient { return at(unit, t.roles(unit)[1]) }

// deskAndHead are both.
func (t turn) deskAndHead(unit string) []machine.Recipient {
	return append(t.desk(unit), t.head(unit)...)
}

func (t turn) roles(unit string) [2]org.Role {
	u, _ := t.Rules.Org.Unit(unit)
	switch u.Kind {
	case org.KindCentreTownship:
		return [2]org.Role{townOffice, townLeader}
	case org.KindCentreCounty:
		return [2]org.Role{dispatcher, director}
	}
	return [2]org.Role{liaison, deptLeader}
}

// seat tells where to reach who may sign a request.
func seat(m *machine.Turn[*Case], w machine.Who) machine.Recipient {
	t := turn{m}
	switch w.Place {
	case inLead:
		return machine.Recipient{Role: w.Role, Unit: t.Case.LeadUnit}
	case asLeader:
		return user(t.Case.OwningLeader)
	case inVault:
		return machine.Recipient{Role: w.Role, Unit: t.vault()}
	}
	return t.county(w.Role)[0]
}

// centre is the centre of the case's county, the terminus of the chain (R39).
func (t turn) centre() string {
	u, _ := t.Rules.Org.CentreOf(t.Case.County)
	return u.ID
}

// townshipCentre is the centre of the place of occurrence; the county centre
// where the area has none.
func (t turn) townshipCentre() string {
	if u, ok := t.Rules.Org.CentreOf(t.Case.Area); ok {
		return u.ID
	}
	return t.centre()
}

func user(name string) machine.Recipient {
	if name == "" {
		return machine.Recipient{}
	}
	return machine.Recipient{User: name}
}

func (t turn) handlers() []machine.Recipient {
	var out []machine.Recipient
	for _, h := range t.Case.Handlers {
		out = append(out, user(h))
	}
	return out
}
