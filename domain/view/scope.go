// Package view holds what lists and pages show of cases, and the scope that
// every one of them passes through: what a caller may not see is not found,
// not counted and not guessed at.
package view

import (
	"slices"

	"huajie/domain"
	"huajie/domain/codes"
	"huajie/domain/grievance"
	"huajie/domain/org"
)

// Scope is the part of the ledger a caller may read (§2.1 "Org scope"). The
// zero scope reads nothing.
type Scope struct {
	City      bool     // every county
	Counties  []string // whole counties
	Townships []string // streets, towns, townships
	Units     []string // departments and centres that take or took part in a case
	User      string   // first responder, owner, offered person, handler, owning leader or registrant of a case (FR9)
	// Posts are the units the caller holds office in, with all units and areas above
	// them: an accusation about any of these stays closed.
	Posts []string
	// Vault opens accusation material (C3) inside the area above (§2.3).
	Vault bool
}

// ScopeOf reads the scope of an actor off the offices held.
func ScopeOf(a domain.Actor, tree *org.Tree) Scope {
	s := Scope{User: a.User}
	for _, g := range a.Grants {
		info, ok := g.Role.Info()
		if !ok {
			continue
		}
		for _, u := range tree.Path(g.Unit) {
			s.Posts = add(s.Posts, u)
		}
		s.Vault = s.Vault || keepsVault(g, tree)
		area := tree.Area(g.Unit)
		if u, ok := tree.Unit(area); ok && !u.Kind.Area() {
			area = u.Parent
		}
		switch info.Reach {
		case org.ReachCounty, org.ReachSubtree, org.ReachCity:
			s.reach(area, tree)
		case org.ReachTownship, org.ReachCommunity, org.ReachGrid:
			s.Townships = add(s.Townships, tree.TownshipOf(area))
			s.Units = add(s.Units, g.Unit)
		case org.ReachDepartment:
			s.Units = add(s.Units, g.Unit)
		case org.ReachVault:
			s.Vault = true
			s.reach(area, tree)
		}
	}
	return s
}

// keepsVault tells whether an office answers for the department that keeps
// accusations: its head and liaison read those their department takes part in.
func keepsVault(g org.Grant, tree *org.Tree) bool {
	u, _ := tree.Unit(g.Unit)
	return u.ShortCode == "discipline" && (g.Role == org.RoleDeptLeader || g.Role == org.RoleDeptLiaison)
}

func (s *Scope) reach(area string, tree *org.Tree) {
	if area == tree.Root() {
		s.City = true
		return
	}
	s.Counties = add(s.Counties, tree.CountyOf(area))
}

// Sees judges one case; lists apply the same rule in their query.
func (s Scope) Sees(c *grievance.Case) bool {
	mine := s.User != "" && (c.FirstResponder == s.User || c.OwningLeader == s.User || c.Owner.User == s.User ||
		c.RegisteredBy == s.User || (c.Offer != nil && c.Offer.User == s.User) || slices.Contains(c.Handlers, s.User))
	if c.Confidentiality == codes.ConfidentialityAccusation {
		if c.RespondentUnit != "" && slices.Contains(s.Posts, c.RespondentUnit) {
			return false // not even the vault is for who is accused
		}
		if !s.Vault {
			return mine
		}
	}
	return mine || s.City || slices.Contains(s.Counties, c.County) || slices.Contains(s.Townships, c.Area) ||
		slices.ContainsFunc(s.Units, func(u string) bool {
			return slices.Contains(c.Units, u) || c.FirstUnit == u || (c.Offer != nil && c.Offer.Unit == u)
		})
}

func add(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// Light is the colour of a case's clock now; it is derived, never stored (I15).
type Light string

// The lights of §4.3.
const (
	Green  Light = "green"
	Yellow Light = "yellow"
	Red    Light = "red"
	NoRun  Light = "none" // no clock runs: answered, closed, paused
)
