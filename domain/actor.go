package domain

import "huajie/domain/org"

// System is the actor of everything time does: expired limits, automatic
// escalation, consequences of another case.
const System = "system"

// Petitioner is the actor who proves with the query code to be the person who
// raised the matter.
const Petitioner = "petitioner"

// Actor is who acts: a signed-in user with the offices held, the petitioner of
// the case, or the system.
type Actor struct {
	User   string      `json:"user"`
	Grants []org.Grant `json:"grants,omitempty"`
}

// SystemActor is the actor for expiries and consequences.
func SystemActor() Actor { return Actor{User: System} }

// IsSystem tells whether time or another case acts, not a person.
func (a Actor) IsSystem() bool { return a.User == System }

// IsPetitioner tells whether the petitioner of the case acts by query code.
func (a Actor) IsPetitioner() bool { return a.User == Petitioner }

// Holds tells whether the actor has the role in any unit.
func (a Actor) Holds(role org.Role) bool {
	for _, g := range a.Grants {
		if g.Role == role {
			return true
		}
	}
	return false
}

// HoldsAt tells whether the actor has the role in exactly that unit.
func (a Actor) HoldsAt(role org.Role, unit string) bool {
	for _, g := range a.Grants {
		if g.Role == role && g.Unit == unit {
			return true
		}
	}
	return false
}

// In tells whether the actor holds any office in the unit.
func (a Actor) In(unit string) bool {
	for _, g := range a.Grants {
		if g.Unit == unit {
			return true
		}
	}
	return false
}
