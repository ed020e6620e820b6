package rulebook

import (
	"errors"
	"fmt"
	"strings"

	"huajie/domain/org"
)

// layout is a template of service points (R24, R37).
type layout struct {
	points []org.ServicePoint
	custom map[string]org.ServicePoint
}

// department is one line of the template of §8.16, applied to every county.
type department struct {
	nn, short, zh, en  string
	kind               org.OrgKind
	presence           org.Presence
	emergency          bool
	confidence         string
	at                 entry
	aliases            []string
	prefixZH, prefixEN string
}

// addUnit notes a unit and where it is written. A code used twice is reported at
// the second place; ok is false then, and when there is no code.
func (l *loader) addUnit(u org.Unit, at entry) (ok bool) {
	if u.ID == "" {
		return false // told when the code was read
	}
	if first, dup := l.unitAt[u.ID]; dup {
		at.fault("", "编码 "+u.ID+" 重复", fmt.Sprintf("code %s is already used in %s line %d", u.ID, first.file, first.line))
		return false
	}
	l.unitAt[u.ID] = at
	l.units = append(l.units, u)
	return true
}

func (l *loader) parseLayouts() {
	doc, ok := l.document(fileLayouts)
	if !ok {
		return
	}
	for _, e := range doc.children("layouts", true) {
		name := e.text("name")
		e.text("zh")
		e.text("en")
		lay := layout{points: parsePoints(e, "points", true), custom: map[string]org.ServicePoint{}}
		for _, p := range parsePoints(e, "custom", false) {
			p.Custom = true
			lay.custom[p.Code] = p
		}
		if _, dup := l.layouts[name]; dup {
			e.fault("name", "布局重复", "layout given twice")
		}
		l.layouts[name] = lay
		e.done()
	}
	doc.done()
}

func parsePoints(e entry, field string, required bool) []org.ServicePoint {
	var out []org.ServicePoint
	for _, p := range e.children(field, required) {
		before := len(e.l.faults)
		sp := org.ServicePoint{
			Code: p.text("code"), Kind: org.PointKind(p.text("kind")), ZH: p.text("zh"), EN: p.text("en"),
			Accepts: p.texts("accepts"), Categories: p.texts("categories"), Restricted: p.flag("restricted", false),
		}
		if k := sp.Kind; k != "" && k != org.PointDesk && k != org.PointWindow && k != org.PointRoom {
			p.fault("kind", "未知的服务点类型", "unknown kind of service point")
		}
		for _, o := range out {
			if o.Code == sp.Code {
				p.fault("code", "服务点重复", "service point given twice")
			}
		}
		p.done()
		if before == len(e.l.faults) { // a faulty point would be told again for every centre
			out = append(out, sp)
		}
	}
	return out
}

func (l *loader) parseDepartments() {
	doc, ok := l.document(fileDepartments)
	if !ok {
		return
	}
	seen := map[string]bool{}
	for _, e := range doc.children("departments", true) {
		d, dup := parseDepartment(e, true), false
		for _, code := range []string{"nn:" + d.nn, "short:" + d.short} {
			field, value, _ := strings.Cut(code, ":")
			if seen[code] && value != "" {
				e.fault(field, "部门编码重复", "department code "+value+" used twice")
				dup = true
			}
			seen[code] = true
		}
		if !dup {
			l.depts = append(l.depts, d)
		}
	}
	doc.done()
}

// parseDepartment reads a department of the template or an organ of the city,
// which has no presence in a county centre.
func parseDepartment(e entry, county bool) department {
	d := department{
		nn: e.text("nn"), short: e.text("short"), zh: e.text("zh"), en: e.text("en"),
		kind: org.OrgKind(e.text("org_kind")), emergency: e.flag("emergency", false),
		confidence: e.optional("tag"), aliases: e.texts("aliases"), at: e,
	}
	if d.kind != "" && !d.kind.Valid() {
		e.fault("org_kind", "未知的机构性质", "unknown org_kind")
		d.kind = org.OrgGovernment // so that it is told once, not for every county
	}
	if county {
		d.presence = org.Presence(e.text("presence"))
		if d.presence != "" && !d.presence.Valid() {
			e.fault("presence", "未知的进驻方式", "unknown presence mode")
			d.presence = ""
		}
	}
	if d.nn != "" && (len(d.nn) != 2 || strings.Trim(d.nn, "0123456789") != "") {
		e.fault("nn", "应为两位数字", "must be two digits")
		d.nn = ""
	}
	e.done()
	return d
}

func (l *loader) addDepartment(area string, d department) {
	if d.nn == "" || d.short == "" {
		return
	}
	l.addUnit(org.Unit{
		ID: area + "-D" + d.nn, Parent: area, Kind: org.KindDepartment, ZH: d.prefixZH + d.zh, EN: d.prefixEN + d.en, Aliases: d.aliases,
		ShortCode: d.short, OrgKind: d.kind, Presence: d.presence, Emergency: d.emergency, Confidence: d.confidence, Verified: true,
	}, d.at)
}

func (l *loader) parseOrg() {
	doc, ok := l.document(fileOrg)
	if !ok {
		return
	}
	root := ""
	if c, ok := doc.child("city", true); ok {
		root = c.text("code")
		l.addUnit(org.Unit{
			ID: root, Kind: org.KindCity, ZH: c.text("zh"), EN: c.text("en"), Population: c.number("pop_2020", false), Verified: true, Confidence: "A",
		}, c)
		for _, o := range c.children("organs", true) {
			l.addDepartment(root, parseDepartment(o, false))
		}
		c.done()
	}
	for _, e := range doc.children("counties", true) {
		l.parseCounty(root, e)
	}
	doc.done()
	if l.drill {
		l.parseDrill(root)
	}
}

// parseCounty reads a county with its centre, townships and departments, and
// holds the number of township centres against the one stated.
func (l *loader) parseCounty(root string, e entry) {
	u := org.Unit{
		ID: e.text("code"), Parent: root, Kind: org.KindCounty, ZH: e.text("zh"), EN: e.text("en"),
		Population: e.number("pop_2020", false), Drill: e.flag("drill", false), Verified: true, Confidence: "A",
	}
	added := l.addUnit(u, e)
	if c, ok := e.child("centre", true); ok {
		code, layoutName, custom := c.text("code"), c.text("layout"), c.texts("custom")
		if added {
			l.addCentre(u, code, layoutName, custom, c)
		}
		c.done()
	}
	stated, counted := e.number("township_centres", true), 0
	for _, t := range e.children("units", true) {
		if l.parseTownship(u, t) {
			counted++
		}
	}
	if e.has("township_centres") && stated != counted {
		e.fault("township_centres", fmt.Sprintf("写明 %d 个乡镇街道中心,实有 %d 个", stated, counted),
			fmt.Sprintf("states %d township centres, but %d are listed", stated, counted))
	}
	for _, d := range l.depts {
		if !added {
			break
		}
		d.prefixZH, d.prefixEN = u.ZH, strings.TrimSuffix(u.EN, " (Liaoyuan)")+" "
		l.addDepartment(u.ID, d)
	}
	e.done()
}

// townshipEN is what the English name of a township-level unit ends with.
var townshipEN = map[org.Kind]string{
	org.KindStreet: " Subdistrict", org.KindTown: " Town", org.KindTownship: " Township", org.KindZone: "",
}

// parseTownship reads a township-level unit; it tells whether it has a centre,
// which every one but a zone must have.
func (l *loader) parseTownship(county org.Unit, e entry) bool {
	kind := org.Kind(e.text("kind"))
	suffix, known := townshipEN[kind]
	if !known && kind != "" {
		e.fault("kind", "未知的乡级单位类型", "unknown kind: want street, town, township or zone")
		kind = org.KindStreet
	}
	u := org.Unit{
		ID: e.text("code"), Parent: county.ID, Kind: kind, ZH: e.text("zh"), EN: e.text("en") + suffix,
		Aliases: e.texts("aliases"), Drill: county.Drill, Verified: true, Confidence: "A",
	}
	added := l.addUnit(u, e)
	centre := ""
	if n := e.node("centre", true); n != nil && n.Tag != "!!null" {
		centre = e.text("centre")
	}
	e.done()
	switch {
	case kind == org.KindZone && centre != "":
		e.fault("centre", "功能区不设中心", "a zone has no centre")
		return false
	case kind != org.KindZone && centre == "":
		e.fault("centre", "缺少中心", "must have a centre")
		return false
	case centre == "":
		return false
	}
	if added {
		l.addCentre(u, centre, org.Layout1P2, nil, e)
	}
	return true
}

// addCentre adds the centre of an area with the service points of its layout.
func (l *loader) addCentre(area org.Unit, id, layoutName string, custom []string, at entry) {
	kind := org.KindCentreTownship
	if area.Kind == org.KindCounty {
		kind = org.KindCentreCounty
	}
	if id != area.ID+"-C" {
		field := "code"
		if kind == org.KindCentreTownship {
			field = "centre"
		}
		at.fault(field, "中心编码应为 "+area.ID+"-C", "code of the centre must be "+area.ID+"-C")
	}
	id = area.ID + "-C"
	l.addUnit(org.Unit{
		ID: id, Parent: area.ID, Kind: kind, ZH: area.ZH + "社会治理服务中心", EN: area.EN + " Social-Governance Service Centre",
		Aliases: []string{area.ZH + "综治中心"}, Layout: layoutName, Verified: area.Verified, Confidence: area.Confidence,
	}, at)
	lay, ok := l.layouts[layoutName]
	if !ok {
		if len(l.layouts) > 0 && layoutName != "" {
			at.fault("layout", "未知的布局 "+layoutName, "unknown layout "+layoutName)
		}
		return
	}
	points := lay.points
	for _, code := range custom {
		p, ok := lay.custom[code]
		if !ok {
			at.fault("custom", "布局没有特色功能室 "+code, "layout has no custom point "+code)
			continue
		}
		points = append(points[:len(points):len(points)], p)
	}
	for _, p := range points {
		p.Unit = id
		l.points = append(l.points, p)
	}
}

// buildTree makes the tree and places the faults it finds.
func (l *loader) buildTree() *org.Tree {
	tree, err := org.NewTree(l.units, l.points, l.rota)
	l.domainFaults(err, func(err error) {
		var f *org.Fault
		if !errors.As(err, &f) {
			l.fault(fileOrg, 0, "", "组织机构有误", err.Error())
			return
		}
		at, ok := l.unitAt[f.Subject]
		if f.Field == "rota" {
			at, ok = l.rotaAt[f.Subject]
		}
		if !ok {
			unit, _, _ := strings.Cut(f.Subject, "/")
			at, ok = l.unitAt[unit]
		}
		if !ok {
			l.fault(fileOrg, 0, f.Subject, f.ZH, f.EN)
			return
		}
		if f.Field == "name" && at.blank("zh", "en") || f.Field == "rota" && at.blank("leaders") {
			return // told when the field was read
		}
		at.fault(fieldOf(at, f.Field), f.Subject+":"+f.ZH, f.Subject+": "+f.EN)
	})
	return tree
}

// fieldOf is the field of the file that a fault of the tree is about.
func fieldOf(at entry, field string) string {
	for _, name := range map[string][]string{
		"id": {"code", "suffix", "nn"}, "name": {"zh", "en"}, "parent": {"township", "code", "suffix"}, "short_code": {"short"},
	}[field] {
		if at.has(name) {
			return name
		}
	}
	if at.has(field) {
		return field
	}
	return ""
}
