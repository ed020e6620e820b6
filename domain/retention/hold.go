package retention

import (
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/org"
	"huajie/domain/view"
)

// A Hold keeps a file whatever its period.
type Hold struct {
	ID       int64     `json:"id"`
	No       string    `json:"no"`
	By       string    `json:"by" doc:"account, or whom the operator of the machine has named"`
	At       time.Time `json:"at"`
	Reason   string    `json:"reason" doc:"as entered; it may be gone once the hold is lifted, with that day of the audit log"`
	LiftedBy string    `json:"lifted_by,omitempty"`
	LiftedAt time.Time `json:"lifted_at,omitzero"`
}

// HoldFilter picks holds, the newest first.
type HoldFilter struct {
	No     string // of one case; "": of all
	Lifted bool   // with those that were lifted
	Before int64  // the ID of the last one of the page before; 0: from the newest
	Most   int
}

// Holders are the offices that set and lift holds, each on what it may see by that office
// (decision 0026).
var Holders = []org.Role{org.RoleSupervisor, org.RoleCitySupervisor, org.RoleDisciplineOfficer}

// Reach is where somebody may set and lift holds: as far as these offices of theirs see. That
// they are named on a case by another office opens nothing here, but an accusation stays closed to
// whoever serves the unit it is about, by whatever office.
func Reach(a domain.Actor, tree *org.Tree) (view.Scope, error) {
	by := domain.Actor{}
	for _, g := range a.Grants {
		if slices.Contains(Holders, g.Role) {
			by.Grants = append(by.Grants, g)
		}
	}
	if len(by.Grants) == 0 {
		return view.Scope{}, domain.Forbid("not_your_office", "§4.9 retention", "您的岗位不能冻结或解除冻结", "your office neither sets nor lifts holds")
	}
	s := view.ScopeOf(by, tree)
	s.Posts = view.ScopeOf(a, tree).Posts
	return s, nil
}

// ErrOwnHold is the answer to who lifts what they have set themselves.
var ErrOwnHold = domain.Forbid("same_person", "§4.9 retention", "须由设置冻结以外的人解除", "somebody else than who set the hold has to lift it")
