package rulebook

import (
	"errors"
	"io/fs"

	"huajie/domain/calendar"
	"huajie/domain/catalogue"
	"huajie/domain/codes"
	"huajie/domain/org"
)

// stageNames are the names of stages that have no better one for their type.
var stageNames = map[catalogue.StageID][2]string{
	catalogue.MakeSafe: {"先行排险", "make safe"},
	catalogue.Repair:   {"修复", "repair"},
	catalogue.Restore:  {"恢复原状", "restore"},
}

// parseEvents reads the catalogue of grid events (§8.6), and the code table that
// forms and lists take their categories from.
func (l *loader) parseEvents() []catalogue.Type {
	if _, found := l.files[fileEvents]; !found && l.kept { // from before there were events
		l.files[fileEvents], _ = fs.ReadFile(Data(), fileEvents)
	}
	doc, found := l.document(fileEvents)
	if !found {
		return nil
	}
	l.eventAt = map[string]entry{}
	table := codes.Table{Name: codes.TableEventCategory, ZH: "网格事件类别", EN: "grid event category", Source: "§8.6", Tag: "D"}
	var types []catalogue.Type
	rejections := codes.Table{Name: codes.TableEventRejection, ZH: "事件审核不通过理由", EN: "reason to reject an event", Source: "§3.3 E2", Tag: "D"}
	for _, e := range doc.children("rejections", true) {
		rejections.Items = append(rejections.Items, parseItem(e))
	}
	for _, e := range doc.children("classes", true) {
		t := catalogue.Type{Code: e.text("code"), ZH: e.text("zh"), EN: e.text("en")}
		e.done()
		types = append(types, t)
	}
	for _, e := range doc.children("events", true) {
		types = append(types, l.eventType(e))
	}
	doc.done()
	for _, t := range types {
		table.Items = append(table.Items, codes.Item{Code: t.Code, ZH: t.ZH, EN: t.EN, Parent: t.Parent})
	}
	l.tables = append(l.tables, table, rejections)
	return types
}

func (l *loader) eventType(e entry) catalogue.Type {
	t := catalogue.Type{Code: e.text("code"), ZH: e.text("zh"), EN: e.text("en"), Lead: e.optional("lead"), Others: e.texts("others"),
		Call: e.optional("call"), Trivial: e.flag("trivial", false), Dispute: e.flag("dispute", false)}
	t.Parent = catalogue.Class(t.Code)
	l.eventAt[t.Code] = e
	urgency := map[string]codes.Urgency{"1": codes.UrgencyEmergency, "2": codes.UrgencyUrgent, "3": codes.UrgencyNormal, "4": codes.UrgencyComplex}
	if t.Urgency = urgency[e.text("urgency")]; t.Urgency == "" {
		e.fault("urgency", "紧急程度应为1至4", "urgency must be 1 to 4")
	}
	for _, s := range e.children("stages", true) {
		id := catalogue.StageID(s.text("id"))
		stage := catalogue.Stage{ID: id, ZH: s.optional("zh"), EN: s.optional("en")}
		if stage.ZH == "" {
			stage.ZH, stage.EN = stageNames[id][0], stageNames[id][1]
		}
		limit, err := calendar.ParseLimit(s.text("limit"))
		if err != nil {
			s.fault("limit", "时限有误", "limit: "+err.Error())
		}
		stage.Limit = limit
		s.done()
		t.Stages = append(t.Stages, stage)
	}
	e.done()
	return t
}

// buildEvents checks the catalogue against the tree.
func (l *loader) buildEvents(tree *org.Tree, types []catalogue.Type) *catalogue.Events {
	if tree == nil || len(l.faults) > 0 {
		return nil
	}
	events, err := catalogue.New(tree, types)
	l.domainFaults(err, func(err error) {
		var f *catalogue.Fault
		if errors.As(err, &f) {
			if at, ok := l.eventAt[f.Code]; ok {
				at.fault(fieldOf(at, f.Field), f.ZH, f.EN)
				return
			}
			l.fault(fileEvents, 0, f.Code, f.ZH, f.EN)
		}
	})
	return events
}
