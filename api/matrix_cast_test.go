package api_test

import (
	"context"
	"slices"
	"strings"

	"huajie/domain/account"
	"huajie/domain/casefile"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/org"
	"huajie/domain/supervision"
	"huajie/domain/whistle"
)

// castAccounts know, beside the demo accounts, anybody by their offices: the account
// "dispatcher@220402-C" is a dispatcher of that unit, one with a "+" holds two offices.
type castAccounts struct{ accounts }

func (a castAccounts) PassOf(ctx context.Context, token string) (account.Pass, error) {
	name := strings.TrimPrefix(token, "test-")
	if !strings.Contains(name, "@") {
		return a.accounts.PassOf(ctx, token)
	}
	return account.Pass{Kind: account.Session, User: org.User{Username: name, ZH: "某", EN: "somebody", Grants: grantsOf(name)}}, nil
}

func grantsOf(name string) (out []org.Grant) {
	name, _, _ = strings.Cut(name, "#") // "#2" is a namesake in the same offices
	for _, g := range strings.Split(name, "+") {
		role, unit, _ := strings.Cut(g, "@")
		out = append(out, org.Grant{Role: org.Role(role), Unit: unit})
	}
	return out
}

// person is somebody of the walk.
type person struct {
	user   string
	grants []org.Grant
}

func somebody(name string) person { return person{name, grantsOf(name)} }

// The places people of the walk are from: those of the case, others of its county, and
// the same of another county.
var castUnits = []string{
	"220402-C", "220402", "220402008-C", "220402008901", theGrid, "220402-D08", "220402-D01", "220402-D07", "220400", // of the case
	"220402008901002", "220402007-C", "220402-D12", // of its county
	"220403-C", "220403", "220403001-C", "220403-D08", "220403-D07", // of another
}

// home is where a role usually sits, in the case's county.
func home(reach string, role org.Role) string {
	switch role {
	case org.RoleCountyLeader, org.RoleSupervisor, org.RoleAnalyst:
		return "220402"
	}
	switch reach {
	case "grid":
		return theGrid
	case "community":
		return "220402008901"
	case "township":
		return "220402008-C"
	case "department":
		return "220402-D08"
	case "vault":
		return "220402-D07"
	case "city", "nothing":
		return "220400"
	}
	return "220402-C"
}

// base is the area a unit belongs to, as a prefix of the codes of everything in it: codes
// of areas are those of the area above with more digits, all of the city begin alike.
func base(unit string) string {
	area, _, _ := strings.Cut(unit, "-")
	if area == "220400" {
		return "2204"
	}
	return area
}

// serves tells whether an area lies in the charge of a unit.
func serves(unit, area string) bool { return area != "" && strings.HasPrefix(area, base(unit)) }

// scene is a case, session or whistle as the relations of the matrix look at it.
type scene struct {
	county, area, grid   string
	sealed               bool
	accused              string
	local                bool // at L0
	lead, owner          string
	firstUnit            string
	units, tasks         []string
	ordered              []string // units that owe an answer to supervision
	first, leader, chair string
	reporter, verifier   string
	offered              bool
	offeredUnit          string
	offeredUser          string
	handlers             []string
	registeredBy         string   // the citizen who registered it by their own account
	named                []string // everybody who is named on it
	seats                []string
	asked                string // unit of the request that waits
	whistle, blown       bool
	session              bool
	centreLed            bool // a session at L2
}

func sceneOf(c casefile.Case) scene {
	k := c.Card()
	s := scene{county: k.County, area: k.Area, grid: k.Grid, sealed: k.Confidentiality == "C3", accused: k.RespondentUnit, local: k.Level == "L0",
		lead: k.LeadUnit, owner: k.Owner.Unit, firstUnit: k.FirstUnit, units: append(slices.Clone(k.Units), k.FirstUnit, k.OfferedUnit), handlers: k.Handlers, registeredBy: k.RegisteredBy,
		first: k.FirstResponder, leader: k.OwningLeader, offeredUnit: k.OfferedUnit, offeredUser: k.OfferedUser, offered: k.OfferedUnit != "",
		named: slices.Concat([]string{k.FirstResponder, k.OwningLeader, k.Owner.User, k.RegisteredBy, k.OfferedUser}, k.Handlers, k.Helpers)}
	switch c := c.(type) {
	case *grievance.Case:
		for _, t := range c.Tasks {
			if t.Open() {
				s.tasks = append(s.tasks, t.Unit)
			}
		}
	case *gridevent.Event:
		s.reporter, s.verifier = c.Reporter, c.Verifier
	}
	for _, o := range ordersOf(c) {
		if o.Open() {
			s.ordered = append(s.ordered, o.Unit)
		}
	}
	for _, r := range c.GetHead().Requests {
		s.asked = r.Unit
	}
	return s
}

func ordersOf(c casefile.Case) supervision.Orders {
	if e, ok := c.(*gridevent.Event); ok {
		return e.Orders
	}
	return c.(*grievance.Case).Orders
}

func sceneOfSession(x *joint.Session, of scene) scene {
	of.chair, of.seats = x.Chair, x.Units()
	of.session, of.centreLed = true, x.Level == "L2"
	return of
}

func sceneOfWhistle(w *whistle.Whistle) scene {
	s := scene{whistle: true, county: w.County, area: w.Township, blown: !w.BlownAt.IsZero(), seats: w.Units()}
	for _, r := range w.Requests {
		s.asked = r.Unit
	}
	return s
}

// ofCounty tells whether a unit is the county of the scene or the city, or the centre of one.
func (s scene) ofCounty(unit string) bool {
	return serves(unit, s.county) && (!strings.Contains(unit, "-") || strings.HasSuffix(unit, "-C"))
}

// stands tells whether an office of a person stands to the scene as a word of the matrix
// says. It is written from the words, and from nothing of the machines.
func (s scene) stands(word string, p person, g org.Grant) bool {
	isHandler := slices.Contains(s.handlers, p.user)
	inside := s.sealed && g.Unit != s.accused && serves(g.Unit, s.county) &&
		(g.Role == org.RoleDisciplineOfficer || strings.HasSuffix(g.Unit, "-D07"))
	switch word {
	case "county", "township", "area", "callback", "town_callback", "local":
		if s.sealed { // an accusation is for the vault and for who is named on it (§2.3)
			return false
		}
	}
	switch word {
	case "county":
		return serves(g.Unit, s.county) && !s.session && !s.whistle || s.ofCounty(g.Unit)
	case "township", "area":
		return serves(g.Unit, s.area)
	case "lead_unit":
		return g.Unit == s.lead
	case "owner":
		return g.Unit == s.owner
	case "task_unit":
		return slices.Contains(s.tasks, g.Unit)
	case "handler":
		return g.Unit == s.lead && isHandler
	case "leader":
		return s.leader != "" && p.user == s.leader
	case "first":
		return p.user == s.first || s.first == "" && g.Unit == s.firstUnit
	case "ordered":
		return slices.Contains(s.ordered, g.Unit)
	case "offered":
		return s.offered && g.Unit == s.offeredUnit && (s.offeredUser == "" || s.offeredUser == p.user)
	case "callback":
		return serves(g.Unit, s.county) && g.Unit != s.lead && !isHandler
	case "town_callback":
		return serves(g.Unit, s.area) && g.Unit != s.lead && g.Unit != s.owner && !isHandler
	case "local":
		return s.local && serves(g.Unit, s.area)
	case "vault":
		return inside
	case "vault_callback":
		return inside && !isHandler
	case "reporter":
		return p.user == s.reporter
	case "verifier":
		return s.verifier != "" && p.user == s.verifier
	case "judge":
		return serves(g.Unit, s.area) && p.user != s.reporter
	case "seat":
		return slices.Contains(s.seats, g.Unit)
	case "own_seat":
		return g.Unit == s.asked
	case "chair":
		return p.user == s.chair || s.centreLed && g.Role == org.RoleCentreDirector && s.ofCounty(g.Unit)
	}
	panic("a relation nobody defined: " + word)
}

// sees tells whether a person may know of the scene, from the reach of their roles.
func (m *matrix) sees(s scene, p person) bool {
	named := p.user != "" && slices.Contains(s.named, p.user)
	vault := false
	for _, g := range p.grants {
		reach := m.Roles[g.Role]
		if s.sealed && (g.Unit == s.accused || s.accused != "" && !strings.Contains(s.accused, "-") && strings.HasPrefix(base(g.Unit), s.accused)) {
			return false // of the accused unit, or of a part of it
		}
		vault = vault || reach == "vault" || strings.HasSuffix(g.Unit, "-D07") && (g.Role == org.RoleDeptLeader || g.Role == org.RoleDeptLiaison)
	}
	if named {
		return true
	}
	if s.sealed && !vault {
		return false
	}
	return slices.ContainsFunc(p.grants, func(g org.Grant) bool { return reaches(m.Roles[g.Role], g.Unit, s) })
}

// reaches tells whether a role held in a unit reaches the scene by itself.
func reaches(reach, unit string, s scene) bool {
	takesPart := slices.Contains(s.units, unit)
	if s.whistle {
		takesPart = s.blown && slices.Contains(s.seats, unit)
	}
	area := base(unit)
	switch reach {
	case "grid", "community":
		if s.whistle { // of their township: they propose it and show the code on site (W1, W5)
			return len(area) >= 9 && s.area == area[:9] || takesPart
		}
		return len(area) > 9 && s.grid != "" && strings.HasPrefix(s.grid, area) || takesPart
	case "township":
		return len(area) >= 9 && s.area == area[:9] || takesPart
	case "department":
		return takesPart
	case "county", "subtree", "city", "vault":
		return strings.HasPrefix(s.county, area) || len(area) >= 9 && s.area == area[:9]
	}
	return false
}

// may tells whether the matrix lets a person take a step: of one of the offices, standing
// as it says. known is whether any office of theirs ever may.
func (s scene) may(offices []officeAt, p person) (ok, known bool) {
	for _, o := range offices {
		for _, g := range p.grants {
			if string(g.Role) == o.role {
				known = true
				ok = ok || s.stands(o.place, p, g)
			}
		}
	}
	return ok, known
}
