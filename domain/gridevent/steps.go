package gridevent

import (
	"slices"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/supervision"
)

// Machine is the machine of the grid event: every step of §3.3, in the order of an
// event's life, and what each deadline does.
var Machine = newMachine()

func newMachine() *machine.Machine[*Event] {
	m := &machine.Machine[*Event]{Name: "grid_event", Types: supervision.Named(types), Fresh: Fresh, Stands: stands, Seat: seat}
	m.Steps = slices.Concat(reviewSteps(), mergeSteps(), dispatchSteps(), disposalSteps(), verifySteps(), laterSteps(), photoSteps(), whistleSteps(), boundarySteps(),
		[]step{machine.OutageStep(active, do(moveForOutage)), machine.RecountStep(active, do(recount))}, supervision.Steps(ladder), machine.HandedSteps(active, do(handlerLeft), do(transferUnit)))
	m.Expire = expiries(m)
	return m
}

// step is one row of the table.
type step = machine.Step[*Event]

// turn is the deciding of one command on an event.
type turn struct{ *machine.Turn[*Event] }

// do adapts a rule written against turn to the table.
func do(f func(turn) error) func(*machine.Turn[*Event]) error {
	return func(t *machine.Turn[*Event]) error { return f(turn{t}) }
}

// The places a step may ask an office to be in.
const (
	onArea     machine.Place = "area"      // covers the place of the event
	inCounty   machine.Place = "county"    // covers its county
	inLead     machine.Place = "lead_unit" // the unit that puts it right
	asHandler  machine.Place = "handler"   // a handler named on the event
	asReporter machine.Place = "reporter"  // who reported it
	asVerifier machine.Place = "verifier"  // whose turn it is to go and look
	asOrdered  machine.Place = "ordered"   // a unit that owes an answer to supervision
	asJudge    machine.Place = "judge"     // covers the place, and did not report it (§2.2 event.review)
)

// Short names for the offices of §2.1 that appear in the table.
const (
	admin       = org.RolePlatformAdmin
	memberFT    = org.RoleGridMemberFullTime
	memberPT    = org.RoleGridMemberPartTime
	gridLeader  = org.RoleGridLeader
	community   = org.RoleCommunityStaff
	liaison     = org.RoleDeptLiaison
	deptHandler = org.RoleDeptHandler
	deptLeader  = org.RoleDeptLeader
	townOffice  = org.RoleTownshipOffice
	townLeader  = org.RoleTownshipLeader
	dispatcher  = org.RoleDispatcher
	dutyLeader  = org.RoleCentreDutyLeader
	director    = org.RoleCentreDirector
	supervisor  = org.RoleSupervisor
	citizen     = org.RolePetitioner
)

// field are the offices that work in the grids.
var field = []org.Role{memberFT, memberPT, gridLeader, community}

// stands judges how an office stands to the event.
func stands(t *machine.Turn[*Event], g org.Grant, place machine.Place) bool {
	c, tree, who := t.Case, t.Rules.Org, t.Actor.User
	switch place {
	case onArea:
		return tree.Serves(g.Unit, c.Area)
	case asJudge:
		return tree.Serves(g.Unit, c.Area) && who != c.Reporter
	case inCounty:
		return tree.Serves(g.Unit, c.County)
	case inLead:
		return g.Unit == c.LeadUnit
	case asHandler:
		return g.Unit == c.LeadUnit && slices.Contains(c.Handlers, who)
	case asOrdered:
		return c.Orders.Owes(g.Unit)
	case asReporter:
		return who == c.Reporter
	case asVerifier:
		return who == c.Verifier
	}
	return false
}

// Inputs many steps share.
var (
	reason   = form.Field{Name: "reason", ZH: "理由", EN: "reason", Type: form.Text, Required: true}
	position = form.Field{Name: "location", ZH: "现场定位", EN: "where you are", Type: form.Point}
	photos   = form.Field{Name: "photos", ZH: "照片", EN: "photos", Type: form.Files}
)

// The fields most inputs are made of.
var (
	text = form.Text.Named
	line = form.Line.Named
	unit = form.Unit.Named
)

func code(name, zh, en, table string) form.Field {
	return form.Field{Name: name, ZH: zh, EN: en, Type: form.Code, Table: table}
}

// refuse is a conflict with a rule, fault one faulty input found by a guard.
var refuse, fault = domain.Refuse, domain.Faulty

// Who is told: shorthands for the recipients of notices.

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

func user(name string) machine.Recipient { return machine.Recipient{User: name} }

// reporter is who saw it: the phone of an officer, the telephone of a citizen.
func (t turn) reporter() machine.Recipient {
	if c := t.Case; c.ByCitizen || c.Reporter == "" {
		return machine.Recipient{Petitioner: c.No}
	}
	return user(t.Case.Reporter)
}

// desk is the platform that reviews, dispatches and watches: the county centre.
func (t turn) desk() []machine.Recipient { return at(t.centre(), admin) }

// county are offices of the county; supervisors sit in the county itself,
// everybody else in its centre.
func (t turn) county(roles ...org.Role) []machine.Recipient {
	var out []machine.Recipient
	for _, r := range roles {
		unit := t.centre()
		if r == supervisor {
			unit = t.Case.County
		}
		out = append(out, at(unit, r)...)
	}
	return out
}

// counter is who takes orders for a unit, and head who answers for it.
func (t turn) counter(unit string) []machine.Recipient { return at(unit, t.roles(unit)[0]) }
func (t turn) head(unit string) []machine.Recipient    { return at(unit, t.roles(unit)[1]) }

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

func (t turn) handlers() []machine.Recipient {
	var out []machine.Recipient
	for _, h := range t.Case.Handlers {
		out = append(out, user(h))
	}
	return out
}

// seat tells where to reach who may sign a request.
func seat(m *machine.Turn[*Event], w machine.Who) machine.Recipient {
	t := turn{m}
	if w.Place == inLead {
		return machine.Recipient{Role: w.Role, Unit: t.Case.LeadUnit}
	}
	return t.county(w.Role)[0]
}

// centre is the centre of the event's county.
func (t turn) centre() string {
	u, _ := t.Rules.Org.CentreOf(t.Case.County)
	return u.ID
}

// township is the centre of the place, the county's where it has none.
func (t turn) township() string {
	if u, ok := t.Rules.Org.CentreOf(t.Case.Area); ok {
		return u.ID
	}
	return t.centre()
}
