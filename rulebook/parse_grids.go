package rulebook

import (
	"math"
	"time"

	"huajie/domain"
	"huajie/domain/grid"
	"huajie/domain/org"
	"huajie/domain/policy"
	"huajie/rulebook/gridfile"
)

// parseGrids reads the grids (§9.3); the community or village is the first twelve
// digits of the code.
func (l *loader) parseGrids(doc entry) {
	for _, e := range doc.children("grids", true) {
		code := e.text("code")
		parent := code
		if len(parent) > 12 {
			parent = parent[:12]
		}
		g := grid.Grid{
			Code: code, Name: domain.Text{ZH: e.text("zh"), EN: e.text("en")}, Households: e.number("households", true),
			Rural: e.flag("rural", false), Special: e.flag("special", false), Provisional: e.flag("provisional", false), Buildings: e.texts("buildings"),
		}
		u := org.Unit{
			ID: code, Parent: parent, Kind: org.KindGrid, ZH: g.Name.ZH, EN: g.Name.EN, Households: g.Households, Rural: g.Rural, Confidence: "D",
		}
		for _, p := range l.units {
			if p.ID == parent {
				u.Provisional, u.Verified = p.Provisional, p.Verified
			}
		}
		g.Provisional = g.Provisional || u.Provisional
		if l.addUnit(u, e) {
			l.grids = append(l.grids, g)
		}
		e.done()
	}
}

// parseShapes reads the areas of the grids. A grid may do without one, and so may
// a rulebook from before there were any.
func (l *loader) parseShapes() {
	at := map[string]int{}
	for i, g := range l.grids {
		at[g.Code] = i
	}
	for _, file := range []string{fileShapes, fileDrillShapes} {
		raw, ok := l.files[file]
		if !ok {
			continue
		}
		shapes, faults := gridfile.ParseShapes(raw)
		for _, f := range faults {
			l.fault(file, f.Line, f.Key, f.ZH, f.EN)
		}
		for _, s := range shapes {
			i, known := at[s.Code]
			_, twice := l.shapeAt[s.Code]
			switch {
			case twice:
				l.fault(file, s.Line, s.Code, "网格范围重复", "the area is given twice")
			case known:
				l.shapeAt[s.Code] = Fault{File: file, Line: s.Line, Key: s.Code}
				l.grids[i].Area = s.Area
				l.grids[i].Provisional = l.grids[i].Provisional || s.Provisional
			case s.Code != "" && len(l.grids) > 0: // without any, the list itself is at fault
				l.fault(file, s.Line, s.Code, "没有此网格", "there is no such grid")
			}
		}
	}
}

// ever is later than any policy begins: a warning is about no moment in particular,
// and follows the newest.
var ever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// buildGrids checks the grids and makes their index. Sizes and neighbours only
// warn: they never block (§0.4 item 11).
func (l *loader) buildGrids(b *Book) {
	households := func(string) (least, most int) { return 0, math.MaxInt }
	var limits grid.Limits
	if len(l.faults) == 0 { // there is a policy
		limits = exactness(b.PolicyAt(b.Org.Root(), ever))
		households = func(code string) (least, most int) {
			set := b.PolicyAt(code, ever)
			return set.Int("grid.household_min"), set.Int("grid.household_max")
		}
	}
	b.found = grid.Check(l.grids, households, limits.Border)
	for _, f := range b.found {
		place := l.placeOf(f)
		place.ZH, place.EN = f.ZH, f.EN
		if f.Hard {
			l.faults = append(l.faults, place)
		} else {
			l.warnings = append(l.warnings, place)
		}
	}
	b.Grids = grid.NewIndex(l.grids, limits)
}

// placeOf is where a finding is mended.
func (l *loader) placeOf(f grid.Finding) Fault {
	at := l.unitAt[f.Code]
	listed := func(field string) Fault {
		line := at.line
		if n, ok := at.lines[field]; ok {
			line = n
		}
		return Fault{File: at.file, Line: line, Key: at.key(field)}
	}
	switch f.Kind {
	case grid.Households:
		return listed("households")
	case grid.BuildingText, grid.BuildingTwice:
		return listed("buildings")
	case grid.NoShape:
		return listed("")
	}
	return l.shapeAt[f.Code]
}

// exactness is how exact a policy takes borders to be.
func exactness(set policy.Set) grid.Limits {
	return grid.Limits{Border: float64(set.Int("grid.border_metres")), Gap: float64(set.Int("grid.gap_metres"))}
}
