package rulebook

import (
	"errors"
	"fmt"

	"huajie/domain/codes"
	"huajie/domain/org"
)

// tableRole is the code list made from the roles of §2.1.
const tableRole = "role"

// parseCodes reads every file of codes/ and adds the lists that come from
// elsewhere: departments (§8.16) and roles (§2.1).
func (l *loader) parseCodes() codes.Tables {
	files := l.under(dirCodes)
	if len(files) == 0 {
		l.fault(dirCodes, 0, "", "没有代码表", "no code tables")
	}
	tableAt, itemAt := map[string]entry{}, map[string]entry{}
	for _, file := range files {
		doc, ok := l.document(file)
		if !ok {
			continue
		}
		for _, e := range doc.children("tables", true) {
			t := codes.Table{
				Name: e.text("name"), ZH: e.text("zh"), EN: e.text("en"),
				Source: e.text("source"), Tag: e.text("tag"), MapsTo: e.optional("maps_to"),
			}
			if _, dup := tableAt[t.Name]; !dup {
				tableAt[t.Name] = e
			}
			for _, i := range e.children("items", true) {
				it := parseItem(i)
				t.Items = append(t.Items, it)
				itemAt[t.Name+"/"+it.Code] = i // of a code used twice, the second place
			}
			e.done()
			l.tables = append(l.tables, t)
		}
		doc.done()
	}
	l.tables = append(l.tables, l.departmentTable(), roleTable())
	tables, err := codes.NewTables(l.tables)
	l.domainFaults(err, func(err error) {
		var f *codes.Fault
		if !errors.As(err, &f) {
			l.fault(dirCodes, 0, "", "代码表有误", err.Error())
			return
		}
		if at, ok := itemAt[f.Table+"/"+f.Code]; ok && at.blank("code", "zh", "en") {
			return // told when the item was read
		} else if ok && f.Code != "" {
			at.fault("code", f.ZH, f.Table+": "+f.EN)
		} else if at, ok := tableAt[f.Table]; ok {
			at.fault("name", f.ZH, f.Table+": "+f.EN)
		} else if !l.faultIn(fileDepartments) { // a list made here, from departments or roles
			l.fault(fileDepartments, 0, f.Code, f.ZH, f.Table+": "+f.EN)
		}
	})
	l.requireTables(tables, err == nil)
	return tables
}

func parseItem(e entry) codes.Item {
	it := codes.Item{
		Code: e.text("code"), Key: e.optional("key"), ZH: e.text("zh"), EN: e.text("en"),
		Parent: e.optional("parent"), MapsTo: e.optional("maps_to"), NoteZH: e.optional("note_zh"), Blocked: e.flag("blocked", false),
	}
	e.done()
	return it
}

func (l *loader) departmentTable() codes.Table {
	t := codes.Table{Name: codes.TableDepartment, ZH: "部门", EN: "department", Source: "§8.16", Tag: "D"}
	for _, d := range l.depts {
		if d.nn != "" && d.short != "" {
			t.Items = append(t.Items, codes.Item{Code: d.nn, Key: d.short, ZH: d.zh, EN: d.en})
		}
	}
	return t
}

func roleTable() codes.Table {
	t := codes.Table{Name: tableRole, ZH: "角色", EN: "role", Source: "§2.1", Tag: "D"}
	for i, r := range org.Roles() {
		t.Items = append(t.Items, codes.Item{Code: fmt.Sprintf("%02d", i+1), Key: string(r.Role), ZH: r.ZH, EN: r.EN})
	}
	return t
}

// hasCode tells whether a table, as read, has the code. It answers even when other
// entries are at fault; of a table that is missing it answers yes, since that has
// been told.
func (l *loader) hasCode(table, codeOrKey string) bool {
	found := false
	for _, t := range l.tables {
		if t.Name != table {
			continue
		}
		found = true
		for _, it := range t.Items {
			if !it.Blocked && (it.Code == codeOrKey || it.Key == codeOrKey) {
				return true
			}
		}
	}
	return !found
}

// requireTables asks for the lists and codes the rules refer to by name.
func (l *loader) requireTables(ts codes.Tables, built bool) {
	names := map[string]bool{}
	for _, t := range l.tables {
		names[t.Name] = true
	}
	for _, n := range codes.RequiredTables() {
		if !names[n] && !l.kept { // a table that came later
			l.fault(dirCodes, 0, n, "缺少代码表 "+n, "code table "+n+" is missing")
		}
	}
	if !built {
		return
	}
	for _, r := range codes.Required() {
		if names[r.Table] && !ts.Has(r.Table, r.Code) {
			l.fault(dirCodes, 0, r.Table, "代码表缺少 "+r.Code, "table lacks "+r.Code+", which the rules refer to")
		}
	}
}
