package rulebook

import (
	"errors"
	"slices"

	"huajie/domain/codes"
	"huajie/domain/org"
)

// dutyReader checks the duty catalogue against the codes and departments.
type dutyReader struct {
	l      *loader
	shorts map[string]bool
	laws   map[string]org.Basis
	used   map[string]bool
	at     map[string]entry // category → where it is written
}

// parseDuty reads the duty catalogue: an entry for every category of §8.4. The
// catalogue itself is built only when the tree is.
func (l *loader) parseDuty(tree *org.Tree) *org.Catalogue {
	doc, found := l.document(fileDuty)
	if !found {
		return nil
	}
	r := dutyReader{l: l, shorts: map[string]bool{}, laws: map[string]org.Basis{}, used: map[string]bool{}, at: map[string]entry{}}
	for _, d := range l.depts {
		r.shorts[d.short] = true
	}
	r.readLaws(doc)
	var entries []org.DutyEntry
	for _, e := range doc.children("entries", true) {
		if d, ok := r.entry(e); ok {
			entries = append(entries, d)
		}
	}
	var security org.DutyEntry
	if e, ok := doc.child("security", true); ok {
		security = r.body(e)
		e.done()
	}
	doc.done()
	r.complete(doc)
	if tree == nil || len(l.faults) > 0 {
		return nil
	}
	cat, err := org.NewCatalogue(tree, entries, security)
	l.domainFaults(err, func(err error) {
		var f *org.Fault
		if errors.As(err, &f) {
			if at, ok := r.at[f.Subject]; ok {
				at.fault(fieldOf(at, f.Field), f.ZH, f.EN)
				return
			}
		}
		l.fault(fileDuty, doc.line, "", "事权清单有误", err.Error())
	})
	return cat
}

func (r *dutyReader) readLaws(doc entry) {
	laws, ok := doc.child("laws", true)
	if !ok {
		return
	}
	for _, name := range laws.order {
		if e, ok := laws.child(name, true); ok {
			b := org.Basis{ZH: e.text("zh"), EN: e.text("en"), Tag: e.text("tag"), Check: e.flag("check", false)}
			if b.Check {
				b.ZH, b.EN = b.ZH+"(待核)", b.EN+" (to be verified)"
			}
			r.laws[name] = b
			e.done()
		}
	}
}

// entry reads one line of the catalogue.
func (r *dutyReader) entry(e entry) (org.DutyEntry, bool) {
	category := e.text("category")
	d := r.body(e)
	d.Category = category
	e.done()
	if category == "" {
		return d, false
	}
	if !r.l.hasCode(codes.TableDisputeCategory, category) {
		e.fault("category", "类别不在代码表中", "category "+category+" is not in the code table")
	}
	if _, dup := r.at[category]; dup {
		e.fault("category", "类别重复", "category "+category+" given twice")
		return d, false
	}
	r.at[category] = e
	return d, true
}

// starts are the words of the column "Start" of §8.5.
var starts = map[string]struct {
	route org.Route
	level codes.Level
}{
	"L0": {org.RouteLevel, codes.LevelLocal}, "L1": {org.RouteLevel, codes.LevelUnit},
	"L2": {org.RouteLevel, codes.LevelJoint}, "L3": {org.RouteLevel, codes.LevelLeader},
	"guide": {org.RouteGuide, ""}, "accusation": {org.RouteAccusation, ""},
}

func (r *dutyReader) body(e entry) org.DutyEntry {
	start := e.text("start")
	s, ok := starts[start]
	if !ok && start != "" {
		e.fault("start", "未知的起始方式", "unknown start: want L0 to L3, guide or accusation")
	}
	d := org.DutyEntry{
		Route: s.route, Level: s.level, Then: codes.Level(e.optional("then")), Lead: e.text("lead"), Next: e.optional("next"),
		Assist: e.texts("assist"), Linkage: e.texts("linkage"), Source: e.text("source"),
	}
	if d.Then != "" && !slices.Contains(codes.Levels(), d.Then) {
		e.fault("then", "未知的层级", "unknown level")
	}
	if d.Lead == org.LeadTownship && (d.Level != codes.LevelLocal || d.Next == "") {
		e.fault("lead", "由属地中心牵头的,须从 L0 开始,并写明就地未化解时的牵头部门(next)", "a matter led by the township starts at L0 and names next")
	}
	if d.Lead != org.LeadTownship {
		r.short(e, "lead", d.Lead)
	}
	r.short(e, "next", d.Next)
	for _, a := range d.Assist {
		r.short(e, "assist", a)
	}
	for _, k := range d.Linkage {
		if !r.l.hasCode(codes.TableLinkage, k) {
			e.fault("linkage", "未知的联动方式 "+k, "unknown linkage "+k)
		}
	}
	names := e.texts("basis")
	if len(names) == 0 {
		e.fault("basis", "缺少法律依据", "legal basis missing")
	}
	for _, n := range names {
		b, ok := r.laws[n]
		if !ok {
			e.fault("basis", "未知的依据 "+n, "basis "+n+" is not among the laws")
			continue
		}
		r.used[n] = true
		d.Basis = append(d.Basis, b)
	}
	return d
}

// short checks the short code of a department.
func (r *dutyReader) short(e entry, field, code string) {
	if code != "" && len(r.shorts) > 0 && !r.shorts[code] {
		e.fault(field, "未知的部门 "+code, "unknown department "+code)
	}
}

// complete asks for an entry for every category and a use for every law.
func (r *dutyReader) complete(doc entry) {
	for _, t := range r.l.tables {
		for _, it := range t.Items {
			if _, ok := r.at[it.Code]; !ok && t.Name == codes.TableDisputeCategory && it.Code != "" {
				doc.fault("entries", "缺少类别 "+it.Code, "no entry for category "+it.Code)
			}
		}
	}
	laws, ok := doc.fields["laws"]
	if !ok {
		return
	}
	for i := 0; i+1 < len(laws.Content); i += 2 {
		if n := laws.Content[i]; !r.used[n.Value] {
			r.l.fault(fileDuty, n.Line, "laws."+n.Value, "没有类别使用该依据", "no entry uses this law")
		}
	}
}
