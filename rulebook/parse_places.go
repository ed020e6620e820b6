package rulebook

import (
	"strings"

	"huajie/domain/org"
)

// parseSettlements reads communities and villages, township by township (§9.2).
func (l *loader) parseSettlements(doc entry) {
	for _, t := range doc.children("townships", true) {
		township := t.text("township")
		tag, verified := t.optional("tag"), t.flag("verified", false)
		_, known := l.unitAt[township]
		if !known && township != "" {
			t.fault("township", "乡镇街道不存在", "township "+township+" does not exist")
		}
		for _, s := range t.children("settlements", true) {
			suffix := s.text("suffix")
			kind := org.Kind(s.text("kind"))
			if kind != "" && !kind.Settlement() {
				s.fault("kind", "应为 community 或 village", "must be community or village")
				kind = org.KindCommunity
			}
			u := org.Unit{
				ID: township + suffix, Parent: township, Kind: kind, ZH: s.text("zh"), EN: s.text("en"),
				Verified: s.flag("verified", verified), Provisional: strings.HasPrefix(suffix, "9"), Confidence: tag,
			}
			s.done()
			if known {
				l.addUnit(u, s)
			}
		}
		t.done()
	}
}

func (l *loader) parsePlaces() {
	if doc, ok := l.document(fileCommunities); ok {
		l.parseSettlements(doc)
		doc.done()
	}
	if doc, ok := l.document(fileGrids); ok {
		l.parseGrids(doc)
		doc.done()
	}
}

// parseDrill reads the drill pack: a county of its own, marked as a drill.
func (l *loader) parseDrill(root string) {
	doc, ok := l.document(fileDrill)
	if !ok {
		return
	}
	for _, e := range doc.children("counties", true) {
		l.parseCounty(root, e)
		if !e.flag("drill", false) {
			e.fault("drill", "演练区须标明 drill: true", "a county of the drill pack must say drill: true")
		}
	}
	l.parseSettlements(doc)
	l.parseGrids(doc)
	l.parseRota(doc)
	doc.done()
}

// parseRota reads the weekly order of county leaders.
func (l *loader) parseRota(doc entry) {
	for _, e := range doc.children("rota", true) {
		r := org.Rota{County: e.text("county"), Leaders: e.texts("leaders")}
		if !e.has("leaders") {
			e.fault("leaders", "缺少该项", "missing")
			r.Leaders = []string{"-"}
		}
		e.done()
		if _, dup := l.rotaAt[r.County]; dup {
			e.fault("county", "值班表重复", "rota given twice")
			continue
		}
		l.rotaAt[r.County] = e
		l.rota = append(l.rota, r)
	}
}
