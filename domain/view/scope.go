// Package view holds what lists and pages show of cases, and the scope that
// every one of them passes through: what a caller may not see is not found,
// not counted and not guessed at.
package view

import (
	"slices"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/codes"
	"huajie/domain/org"
)

// Scope is the part of the ledger a caller may read (§2.1 "Org scope"). The
// zero scope reads nothing.
type Scope struct {
	City      bool     // every county
	Counties  []string // whole counties
	Townships []string // whole streets, towns, townships
	Grids     []string // grids of who works in these, or in their community or village
	Streets   []string // the townships these lie in: for what concerns a township and no case
	Units     []string // departments and centres that take or took part in a case
	User      string   // first responder, owner, offered person, handler, owning leader or registrant of a case (FR9)
	// Posts are the units the caller holds office in, with all units and areas above
	// them: an accusation about any of these stays closed.
	Posts []string
	// Vault opens accusation material (C3) inside the area above (§2.3).
	Vault bool
	// Hands are the units the caller answers for, Desks those the caller takes matters in for:
	// the words of a sensitive matter (C2) are theirs to read where these take part.
	Hands, Desks []string
	House        bool // the system itself, and its operators
}

// ScopeOf reads the scope of an actor off the offices held.
func ScopeOf(a domain.Actor, tree *org.Tree) Scope { return scopeOf(a, tree, false) }

// CountsOf is the scope of statistics: that of the actor, and the area of an analyst, who
// sees no single case (§2.1 "de-identified", §2.2 stats.view).
func CountsOf(a domain.Actor, tree *org.Tree) Scope { return scopeOf(a, tree, true) }

func scopeOf(a domain.Actor, tree *org.Tree, counts bool) Scope {
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
		if slices.Contains(answering, g.Role) {
			s.Hands = add(s.Hands, g.Unit)
		}
		if slices.Contains(receiving, g.Role) {
			s.Desks = add(s.Desks, g.Unit)
		}
		area := tree.Area(g.Unit)
		if u, ok := tree.Unit(area); ok && !u.Kind.Area() {
			area = u.Parent
		}
		switch info.Reach {
		case org.ReachCounty, org.ReachSubtree, org.ReachCity:
			s.reach(area, tree)
		case org.ReachCounts:
			if counts {
				s.reach(area, tree)
			}
		case org.ReachTownship:
			s.Townships = add(s.Townships, tree.TownshipOf(area))
			s.Units = add(s.Units, g.Unit)
		case org.ReachCommunity, org.ReachGrid:
			s.field(area, tree)
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

// reach adds an area: the city, a county, or the township an office of the county is held
// in (§2.1: platform administrators, "county (or township)").
func (s *Scope) reach(area string, tree *org.Tree) {
	switch town := tree.TownshipOf(area); {
	case area == tree.Root():
		s.City = true
	case town != "":
		s.Townships = add(s.Townships, town)
	default:
		s.Counties = add(s.Counties, tree.CountyOf(area))
	}
}

// field adds the grids of somebody who works in one, or in its community or village.
func (s *Scope) field(area string, tree *org.Tree) {
	u, _ := tree.Unit(area)
	if u.Kind == org.KindGrid {
		s.Grids = add(s.Grids, area)
	}
	if u.Kind.Settlement() {
		for _, g := range tree.Children(area) {
			if g.Kind == org.KindGrid {
				s.Grids = add(s.Grids, g.ID)
			}
		}
	}
	s.Streets = add(s.Streets, tree.TownshipOf(area))
}

// Sees judges one case; lists apply the same rule in their query.
func (s Scope) Sees(c casefile.Card) bool {
	mine := s.named(c)
	if c.Confidentiality == codes.ConfidentialityAccusation {
		if c.RespondentUnit != "" && slices.Contains(s.Posts, c.RespondentUnit) {
			return false // not even the vault is for who is accused
		}
		if !s.Vault {
			return mine
		}
	}
	return mine || s.City || slices.Contains(s.Counties, c.County) || slices.Contains(s.Townships, c.Area) ||
		c.Grid != "" && slices.Contains(s.Grids, c.Grid) ||
		takesPart(s.Units, c)
}

// Covers tells whether the caller works where an area lies: for all of it, somewhere in its
// township, or in a department of its county or city. It is the scope of what concerns a place
// and no case.
func (s Scope) Covers(tree *org.Tree, area string) bool {
	u, ok := tree.Unit(area)
	if !ok {
		return false
	}
	serves := func(id string) bool {
		unit, _ := tree.Unit(id)
		switch {
		case unit.Township != "":
			return unit.Township == u.Township
		case unit.Kind.Area():
			return tree.Within(area, id)
		}
		return tree.Within(area, unit.Parent)
	}
	return s.City || slices.Contains(s.Counties, u.County) || slices.Contains(s.Townships, u.Township) || slices.Contains(s.Streets, u.Township) || slices.ContainsFunc(s.Units, serves)
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
