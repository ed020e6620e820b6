package org

import (
	"errors"
	"slices"
	"strings"
)

// Tree is the whole organisation, immutable and safe for concurrent use.
type Tree struct {
	root     string
	ids      []string // in the order given
	units    map[string]Unit
	children map[string][]string
	centres  map[string]string   // area → its own centre
	depts    map[string][]string // county or city → its departments, in order
	byShort  map[string]string   // area + "/" + short code → department
	points   map[string][]ServicePoint
	rota     map[string][]string
}

// NewTree builds the tree and joins every fault found: duplicate and malformed
// IDs, parents missing or of the wrong kind, departments without a code, points
// of unknown units, rotas of unknown counties.
func NewTree(units []Unit, points []ServicePoint, rota []Rota) (*Tree, error) {
	t := &Tree{
		units: make(map[string]Unit, len(units)), children: map[string][]string{}, centres: map[string]string{},
		depts: map[string][]string{}, byShort: map[string]string{}, points: map[string][]ServicePoint{}, rota: map[string][]string{},
	}
	var fs faults
	for _, u := range units {
		if _, dup := t.units[u.ID]; dup {
			fs.add(u.ID, "id", "编码重复", "code used twice")
			continue
		}
		u.Aliases = slices.Clone(u.Aliases)
		t.units[u.ID] = u
		t.ids = append(t.ids, u.ID)
	}
	for _, id := range t.ids {
		t.checkUnit(t.units[id], &fs)
		t.index(t.units[id], &fs)
	}
	if t.root == "" {
		fs.add("", "city", "没有市级单位", "no unit of kind city")
	}
	t.checkLoops(&fs)
	if len(fs) > 0 {
		return nil, errors.Join(fs...)
	}
	t.locate()
	t.addPoints(points, &fs)
	t.addRota(rota, &fs)
	if len(fs) > 0 {
		return nil, errors.Join(fs...)
	}
	return t, nil
}

// index enters the unit in the lookups by parent, centre and short code.
func (t *Tree) index(u Unit, fs *faults) {
	if u.Kind == KindCity {
		if t.root != "" {
			fs.add(u.ID, "kind", "只能有一个市", "a second city")
		}
		t.root = u.ID
		return
	}
	t.children[u.Parent] = append(t.children[u.Parent], u.ID)
	switch {
	case u.Kind.Centre():
		if _, dup := t.centres[u.Parent]; dup {
			fs.add(u.ID, "parent", "%s 已有中心", "%s already has a centre", u.Parent)
		}
		t.centres[u.Parent] = u.ID
	case u.Kind == KindDepartment:
		t.depts[u.Parent] = append(t.depts[u.Parent], u.ID)
		key := u.Parent + "/" + u.ShortCode
		if _, dup := t.byShort[key]; dup {
			fs.add(u.ID, "short_code", "部门简码 %s 重复", "short code %s used twice", u.ShortCode)
		}
		t.byShort[key] = u.ID
	}
}

func (t *Tree) checkLoops(fs *faults) {
	for _, id := range t.ids {
		seen := 0
		for at := id; at != ""; at = t.units[at].Parent {
			if seen++; seen > len(t.ids) {
				fs.add(id, "parent", "上级关系成环", "parents form a loop")
				break
			}
		}
	}
}

// locate fills in county, township and drill of every unit from its ancestors.
func (t *Tree) locate() {
	for _, id := range t.ids {
		u := t.units[id]
		u.County, u.Township = "", ""
		for at := id; at != ""; at = t.units[at].Parent {
			a := t.units[at]
			switch {
			case a.Kind == KindCounty:
				u.County = at
			case a.Kind.Township():
				u.Township = at
			}
			u.Drill = u.Drill || a.Drill
		}
		t.units[id] = u
	}
}

func (t *Tree) addPoints(points []ServicePoint, fs *faults) {
	for _, p := range points {
		p.ID = p.Unit + "/" + p.Code
		u, ok := t.units[p.Unit]
		switch {
		case !ok:
			fs.add(p.ID, "unit", "未知单位 %s", "unknown unit %s", p.Unit)
		case !u.Kind.Centre():
			fs.add(p.ID, "unit", "%s 不是中心", "%s is not a centre", p.Unit)
		case p.Code == "" || p.ZH == "" || p.EN == "":
			fs.add(p.ID, "code", "服务点缺少编码或名称", "service point without code or name")
		case p.Kind != PointDesk && p.Kind != PointWindow && p.Kind != PointRoom:
			fs.add(p.ID, "kind", "服务点类型无效", "service point kind unknown")
		}
		if slices.ContainsFunc(t.points[p.Unit], func(q ServicePoint) bool { return q.Code == p.Code }) {
			fs.add(p.ID, "code", "服务点重复", "service point given twice")
			continue
		}
		p.Accepts, p.Categories = slices.Clone(p.Accepts), slices.Clone(p.Categories)
		t.points[p.Unit] = append(t.points[p.Unit], p)
	}
}

func (t *Tree) addRota(rota []Rota, fs *faults) {
	for _, r := range rota {
		if u, ok := t.units[r.County]; !ok || u.Kind != KindCounty {
			fs.add(r.County, "rota", "值班表的县(区)未知", "rota of an unknown county")
			continue
		}
		if _, dup := t.rota[r.County]; dup {
			fs.add(r.County, "rota", "值班表重复", "rota given twice")
		}
		if len(r.Leaders) == 0 || slices.Contains(r.Leaders, "") {
			fs.add(r.County, "rota", "值班表为空", "rota names nobody")
		}
		t.rota[r.County] = slices.Clone(r.Leaders)
	}
}

// Root is the ID of the city.
func (t *Tree) Root() string { return t.root }

// Unit finds a unit by ID.
func (t *Tree) Unit(id string) (Unit, bool) {
	u, ok := t.units[id]
	return u, ok
}

// Units lists every unit in the order given.
func (t *Tree) Units() []Unit {
	out := make([]Unit, len(t.ids))
	for i, id := range t.ids {
		out[i] = t.units[id]
	}
	return out
}

// Children lists the units directly below, centres and departments included.
func (t *Tree) Children(id string) []Unit { return t.pick(t.children[id]) }

// Counties lists the counties and districts, drill areas included.
func (t *Tree) Counties() []Unit {
	var out []Unit
	for _, id := range t.children[t.root] {
		if t.units[id].Kind == KindCounty {
			out = append(out, t.units[id])
		}
	}
	return out
}

// Departments lists the departments of a county, or the organs of the city, in
// the order of §8.16.
func (t *Tree) Departments(area string) []Unit { return t.pick(t.depts[area]) }

func (t *Tree) pick(ids []string) []Unit {
	out := make([]Unit, len(ids))
	for i, id := range ids {
		out[i] = t.units[id]
	}
	return out
}

// DepartmentNamed finds a department of a county, or an organ of the city, by
// the short code of the duty catalogue.
func (t *Tree) DepartmentNamed(area, shortCode string) (Unit, bool) {
	return t.Unit(t.byShort[area+"/"+shortCode])
}

// Within tells whether the unit is the ancestor or lies below it. Unknown units
// are within nothing.
func (t *Tree) Within(id, ancestor string) bool {
	if ancestor == "" {
		return false
	}
	for at := id; at != ""; at = t.units[at].Parent {
		if at == ancestor {
			_, ok := t.units[at]
			return ok
		}
	}
	return false
}

// Path lists the IDs from the city down to the unit, both included; nil when
// the unit is unknown. It is the scope path of the policy book.
func (t *Tree) Path(id string) []string {
	if _, ok := t.units[id]; !ok {
		return nil
	}
	var path []string
	for at := id; at != ""; at = t.units[at].Parent {
		path = append(path, at)
	}
	slices.Reverse(path)
	return path
}

// CountyOf is the county the unit lies in, itself for a county; empty for the
// city, its organs and unknown units.
func (t *Tree) CountyOf(id string) string { return t.units[id].County }

// TownshipOf is the street, town, township or zone the unit lies in, itself for
// one of these; empty above that level.
func (t *Tree) TownshipOf(id string) string { return t.units[id].Township }

// Area is the territory a unit serves: the parent of a centre, otherwise the
// unit itself. A grant in a centre reaches the whole area of the centre (§2.1).
func (t *Tree) Area(id string) string {
	if u, ok := t.units[id]; ok && u.Kind.Centre() {
		return u.Parent
	}
	return id
}

// AreasOf are the areas offices of some roles are over, each once: a centre or an organ is
// over the area it belongs to.
func (t *Tree) AreasOf(grants []Grant, roles ...Role) (out []string) {
	for _, g := range grants {
		if !slices.Contains(roles, g.Role) {
			continue
		}
		area := t.Area(g.Unit)
		if u, ok := t.units[area]; ok && !u.Kind.Area() {
			area = u.Parent
		}
		if area != "" && !slices.Contains(out, area) {
			out = append(out, area)
		}
	}
	return out
}

// Reaches tells whether an office in the holder's unit covers the other unit by
// territory: the unit lies in the area the holder serves.
func (t *Tree) Reaches(holder, unit string) bool { return t.Within(unit, t.Area(holder)) }

// Serves tells whether an area lies in the charge of a unit. An area has its own
// subtree; a centre or an organ has that of the area it serves.
func (t *Tree) Serves(unit, area string) bool {
	u, ok := t.units[unit]
	switch {
	case !ok:
		return false
	case u.Kind.Area():
		return t.Within(area, u.ID)
	}
	return t.Within(area, u.Parent)
}

// CentreOf is the centre responsible for a unit: the nearest one on the way up.
// A grid, community or township belongs to its township centre (R39); a zone
// without a centre, a department and a county belong to the county centre; a
// centre to itself. The city has none.
func (t *Tree) CentreOf(id string) (Unit, bool) {
	for at := id; at != ""; at = t.units[at].Parent {
		if t.units[at].Kind.Centre() {
			return t.units[at], true
		}
		if c, ok := t.centres[at]; ok {
			return t.units[c], true
		}
	}
	return Unit{}, false
}

// Superior is the next responsible unit above: grid → community → township
// centre → county centre → the city's political-legal commission (the city only
// supervises and coordinates, R39). Departments answer to the county centre;
// areas without a centre of their own to the centre above. The city and its
// organs end the line.
func (t *Tree) Superior(id string) (Unit, bool) {
	u, ok := t.units[id]
	switch {
	case !ok, u.Kind == KindCity, u.Parent == t.root && u.Kind == KindDepartment:
		return Unit{}, false
	case u.Kind == KindGrid:
		return t.Unit(u.Parent)
	case u.Kind == KindCentreCounty, u.Kind == KindCounty:
		return t.DepartmentNamed(t.root, "pl_commission")
	case u.Kind == KindCentreTownship, u.Kind.Township():
		return t.CentreOf(u.County)
	default:
		return t.CentreOf(u.Parent)
	}
}

// Points lists the service points of a centre, in the order of its layout.
func (t *Tree) Points(unit string) []ServicePoint { return slices.Clone(t.points[unit]) }

// Point finds a service point of a centre by code.
func (t *Tree) Point(unit, code string) (ServicePoint, bool) {
	for _, p := range t.points[unit] {
		if p.Code == code {
			return p, true
		}
	}
	return ServicePoint{}, false
}

// PointFor finds the custom room of a centre meant for a dispute category, by
// its code or that of its class (R28: land disputes in Dongliao).
func (t *Tree) PointFor(unit, category string) (ServicePoint, bool) {
	for _, p := range t.points[unit] {
		for _, c := range p.Categories {
			if c != "" && strings.HasPrefix(category, c) {
				return p, true
			}
		}
	}
	return ServicePoint{}, false
}
