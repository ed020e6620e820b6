package org

import (
	"errors"
	"fmt"
	"slices"

	"huajie/domain/codes"
)

// Route is what the duty catalogue says is to be done with a category (§8.5,
// column "Start").
type Route string

// The routes of §8.5.
const (
	RouteLevel      Route = "level"      // resolve, beginning at a level
	RouteGuide      Route = "guide"      // 涉法涉诉: guide to the organ named
	RouteAccusation Route = "accusation" // 检举控告: the vault, discipline organ
)

// LeadTownship in a catalogue entry stands for the centre of the place (R39).
const LeadTownship = "township"

// Basis is a legal ground. Check says that the article has not been read and must
// be verified (待核) before it is quoted.
type Basis struct {
	ZH    string `json:"zh"`
	EN    string `json:"en"`
	Tag   string `json:"tag"` // confidence A–D
	Check bool   `json:"check,omitempty"`
}

// DutyEntry is one line of the duty catalogue 事权清单 (R21). Departments are
// given by short code, so that one catalogue serves every county.
type DutyEntry struct {
	Category string
	Route    Route
	Level    codes.Level // where a matter begins; empty unless Route is level
	Then     codes.Level // level expected next, if the catalogue says
	Lead     string      // short code, or LeadTownship
	Next     string      // short code of the lead at L1, when Lead is the township
	Assist   []string
	Linkage  []string
	Basis    []Basis
	Source   string
}

// SecurityEntry is the entry for matters of public security.
func (c *Catalogue) SecurityEntry() DutyEntry { return c.security }

// Suggestion is what the catalogue proposes for a matter in a place. It is a
// proposal: the dispatcher decides (§2.2).
type Suggestion struct {
	Category string      `json:"category"`
	Route    Route       `json:"route"`
	Level    codes.Level `json:"level,omitempty"`
	Then     codes.Level `json:"then,omitempty"`
	Lead     string      `json:"lead_unit"`
	NextLead string      `json:"next_lead_unit,omitempty"` // department that leads at L1, when L0 begins
	Assist   []string    `json:"assist_units,omitempty"`
	Linkage  []string    `json:"linkage,omitempty"`
	Room     string      `json:"room,omitempty"` // custom room of the county centre, if one is meant for the category
	Basis    []Basis     `json:"basis,omitempty"`
	Source   string      `json:"source"`
}

// Catalogue is the duty catalogue over a tree, immutable and safe for concurrent
// use.
type Catalogue struct {
	tree     *Tree
	entries  map[string]DutyEntry
	order    []string
	security DutyEntry
}

// NewCatalogue builds the catalogue. security is the entry for public-security
// matters (event_nature 01), whatever their category. Entries given twice and
// departments that some county does not have are all reported.
func NewCatalogue(tree *Tree, entries []DutyEntry, security DutyEntry) (*Catalogue, error) {
	c := &Catalogue{tree: tree, entries: make(map[string]DutyEntry, len(entries)), security: security}
	var fs faults
	for _, e := range entries {
		if _, dup := c.entries[e.Category]; dup {
			fs.add(e.Category, "category", "类别重复", "category given twice")
		}
		c.entries[e.Category] = e
		c.order = append(c.order, e.Category)
		c.check(e, &fs)
	}
	c.check(security, &fs)
	if len(fs) > 0 {
		return nil, errors.Join(fs...)
	}
	return c, nil
}

func (c *Catalogue) check(e DutyEntry, fs *faults) {
	switch {
	case (e.Route == RouteLevel) != (e.Level != ""):
		fs.add(e.Category, "start", "起始层级与办理方式不符", "level and route disagree")
	case e.Lead == LeadTownship && (e.Next == "" || e.Level != codes.LevelLocal):
		fs.add(e.Category, "next", "就地化解须写明上报后的主办部门", "a matter led by the township starts at L0 and names its next department")
	}
	shorts := slices.Concat([]string{e.Next}, e.Assist)
	if e.Lead != LeadTownship {
		shorts = append(shorts, e.Lead)
		if e.Lead == "" {
			fs.add(e.Category, "lead", "缺少主办单位", "lead missing")
		}
	}
	for _, u := range c.tree.Counties() {
		for _, s := range shorts {
			if _, ok := c.tree.DepartmentNamed(u.ID, s); s != "" && !ok {
				fs.add(e.Category, "lead", "%s 没有部门 %s", "%s has no department %s", u.ID, s)
			}
		}
	}
}

// Entries lists the catalogue in the order given.
func (c *Catalogue) Entries() []DutyEntry {
	out := make([]DutyEntry, len(c.order))
	for i, k := range c.order {
		out[i] = c.entries[k]
	}
	return out
}

// Suggest proposes what to do with a category in a place. The category may be a
// class ("06") or a leaf ("0602"); an unknown leaf falls back to its class.
// township is any unit of the place (grid, community, township or its centre) and
// may be empty; county may be empty when the township tells it. A place without
// a township centre starts at L1 with the department. ok is false for an unknown
// category or place.
func (c *Catalogue) Suggest(category, county, township string) (s Suggestion, ok bool) {
	e, found := c.entries[category]
	if !found && len(category) == 4 {
		e, found = c.entries[category[:2]]
	}
	if !found {
		return Suggestion{}, false
	}
	return c.suggest(e, category, county, township)
}

// Security proposes for a public-security matter (event_nature 01): the police
// (§8.5).
func (c *Catalogue) Security(county string) (s Suggestion, ok bool) {
	return c.suggest(c.security, "", county, "")
}

func (c *Catalogue) suggest(e DutyEntry, category, county, township string) (Suggestion, bool) {
	if county == "" {
		county = c.tree.CountyOf(township)
	}
	u, ok := c.tree.Unit(county)
	if !ok || u.Kind != KindCounty || township != "" && !c.tree.Within(township, county) {
		return Suggestion{}, false
	}
	s := Suggestion{
		Category: category, Route: e.Route, Level: e.Level, Then: e.Then, Source: e.Source,
		Linkage: slices.Clone(e.Linkage), Basis: slices.Clone(e.Basis),
	}
	dept := func(short string) string {
		d, _ := c.tree.DepartmentNamed(county, short)
		return d.ID
	}
	for _, a := range e.Assist {
		s.Assist = append(s.Assist, dept(a))
	}
	s.Lead = dept(e.Lead)
	if e.Lead == LeadTownship {
		s.Lead, s.NextLead = c.township(township), dept(e.Next)
		if s.Lead == "" {
			s.Lead, s.NextLead, s.Level = s.NextLead, "", codes.LevelUnit
		}
	}
	if centre, ok := c.tree.CentreOf(county); ok {
		if p, ok := c.tree.PointFor(centre.ID, category); ok {
			s.Room = p.ID
		}
	}
	return s, true
}

// township is the township centre of a place, empty where there is none.
func (c *Catalogue) township(unit string) string {
	if t := c.tree.TownshipOf(unit); t != "" {
		if centre, ok := c.tree.CentreOf(t); ok && centre.Kind == KindCentreTownship {
			return centre.ID
		}
	}
	return ""
}

// String names the suggestion for logs.
func (s Suggestion) String() string {
	return fmt.Sprintf("%s %s%s→%s", s.Category, s.Route, s.Level, s.Lead)
}
