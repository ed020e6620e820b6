package whistle

import (
	"slices"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// Short names for the offices of §2.1 that appear in the table of steps.
const (
	townOffice   = org.RoleTownshipOffice
	townLeader   = org.RoleTownshipLeader
	townHead     = org.RoleTownshipHead
	townIntake   = org.RoleTownshipIntake
	community    = org.RoleCommunityStaff
	gridLeader   = org.RoleGridLeader
	liaison      = org.RoleDeptLiaison
	deptLeader   = org.RoleDeptLeader
	deptHandler  = org.RoleDeptHandler
	dispatcher   = org.RoleDispatcher
	director     = org.RoleCentreDirector
	supervisor   = org.RoleSupervisor
	countyLeader = org.RoleCountyLeader
)

// The places a step may ask an office to be in.
const (
	inTownship machine.Place = "township" // of the township that blows
	inCounty   machine.Place = "county"   // covers its county
	inSeat     machine.Place = "seat"     // a unit that is called
	inSameSeat machine.Place = "own_seat" // the unit whose refusal is to be signed
)

// The circles of offices.
var (
	office  = machine.As(inTownship, townOffice)
	leaders = machine.As(inTownship, townHead, townLeader)
	town    = append(slices.Clone(leaders), office...)
	// envoys speak for a unit; crew may also be the handlers who go to the place.
	envoys = machine.As(inSeat, deptLeader, liaison)
	crew   = append(slices.Clone(envoys), machine.As(inSeat, deptHandler)...)
	centre = machine.As(inCounty, director, dispatcher)
)

// stands judges how an office stands to the whistle.
func stands(t *machine.Turn[*Whistle], g org.Grant, place machine.Place) bool {
	w := t.Case
	switch place {
	case inTownship:
		return t.Rules.Org.TownshipOf(g.Unit) == w.Township && t.Rules.Org.Serves(g.Unit, w.Township)
	case inCounty:
		return t.Rules.Org.Reaches(g.Unit, w.County)
	case inSeat:
		_, seated := w.Seats[g.Unit]
		return seated
	case inSameSeat:
		if t.ProposerUnit != "" {
			return g.Unit == t.ProposerUnit
		}
		return g.Unit == t.Unit
	}
	return false
}

// MayDraft tells in which unit an actor may draft a whistle of a township. proposes says
// that it is only a proposal, for the office of the township to take up (W1).
func MayDraft(a domain.Actor, township string, tree *org.Tree) (unit string, proposes, ok bool) {
	for _, role := range []org.Role{townOffice, townLeader, townHead, community, gridLeader} {
		for _, g := range a.Grants {
			if g.Role == role && township != "" && tree.TownshipOf(g.Unit) == township {
				return g.Unit, role == community || role == gridLeader, true
			}
		}
	}
	return "", false, false
}

// MayShowCode tells whether an actor stands for the township on site, and may show the code
// that units check in with (W5).
func MayShowCode(a domain.Actor, w *Whistle, tree *org.Tree) bool {
	return slices.ContainsFunc(a.Grants, func(g org.Grant) bool {
		return slices.Contains([]org.Role{townOffice, townLeader, townHead, townIntake, community, gridLeader}, g.Role) &&
			tree.TownshipOf(g.Unit) == w.Township
	})
}

// Who is told.

func at(unit string, roles ...org.Role) []machine.Recipient {
	var out []machine.Recipient
	for _, r := range roles {
		out = append(out, machine.Recipient{Role: r, Unit: unit})
	}
	return out
}

func user(name string) machine.Recipient { return machine.Recipient{User: name} }

// desk is who takes the mail of a unit, head who answers for it.
func (t turn) desk(unit string) []machine.Recipient { return at(unit, liaison) }
func (t turn) head(unit string) []machine.Recipient { return at(unit, deptLeader) }

func (t turn) countyCentre() string { return t.centreOf(t.Case.County) }

// centreOf is the centre of an area, or the area itself where it has none.
func (t turn) centreOf(area string) string {
	if u, ok := t.Rules.Org.CentreOf(area); ok {
		return u.ID
	}
	return area
}

// town is who blows the whistle, watch who looks after it in the county, government who
// the county government hears through.
func (t turn) town() []machine.Recipient { return at(t.Case.Centre, townOffice, townLeader) }
func (t turn) watch() []machine.Recipient {
	return append(at(t.countyCentre(), director, dispatcher), at(t.Case.County, supervisor)...)
}
func (t turn) government() []machine.Recipient { return at(t.Case.County, countyLeader) }

// approver is the office whose approval the whistle needs: the principal of the township for
// joint enforcement and for many units, else the leader in charge (W2, P55).
func (t turn) approver() org.Role {
	if t.Case.Kind == Enforcement || t.Case.wanted() >= t.Rules.Policy.Int("whistle.principal.units") {
		return townHead
	}
	return townLeader
}

// mine is the seat the actor speaks for.
func (t turn) mine() Seat { return t.Case.Seats[t.Unit] }

// change alters one seat.
func (t turn) change(unit string, f func(*Seat)) {
	s := t.Case.Seats[unit]
	f(&s)
	t.Case.Seats[unit] = s
}

// The words a case hears of the whistle that grew out of it. Both carry the inputs whistle
// and whistle_state.
const (
	Opened = "whistle-opened" // drafted for the case by the township
	Ended  = "whistle-ended"
)

// tell lets the case the whistle grew out of know of it.
func (t turn) tell(e *machine.Event, action string) {
	if w := t.Case; w.Case != "" {
		e.Cause(machine.Effect{Kind: machine.EffectTell, To: w.Case, Action: action,
			Input: form.Input{"whistle": w.No, "whistle_state": string(w.State)}})
	}
}

// refuse is a conflict with a rule.
var refuse = domain.Refuse

// fault is one faulty input found by a guard.
var fault = domain.Faulty
