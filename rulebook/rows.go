package rulebook

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"huajie/domain"
	"huajie/domain/codes"
	"huajie/domain/publishing"
)

// rowSecurity is the one row of the duty catalogue that is of no category: matters of public security.
const rowSecurity = "security"

// binder is the files of a rulebook, faulty as they may be, while rows are looked for in them.
type binder struct {
	files   map[string][]byte
	roots   map[string]*yaml.Node
	loaded  *loader
	missing []publishing.Fault
}

func newBinder(files map[string][]byte) *binder {
	l := newLoader(nil)
	l.files = files
	l.parseDepartments()
	l.parseCodes()
	return &binder{files: files, roots: map[string]*yaml.Node{}, loaded: l}
}

// root is what a file holds; nil where it cannot be read.
func (s *binder) root(file string) *yaml.Node {
	if n, known := s.roots[file]; known {
		return n
	}
	var doc yaml.Node
	s.roots[file] = nil
	if raw, ok := s.files[file]; !ok || yaml.Unmarshal(raw, &doc) != nil || len(doc.Content) != 1 {
		s.missing = append(s.missing, publishing.Fault{File: file, Text: domain.Text{ZH: "文件缺失或有语法错误", EN: "the file is missing, or is no YAML"}})
		return nil
	}
	s.roots[file] = doc.Content[0]
	return doc.Content[0]
}

func (s *binder) field(file string, path ...string) *yaml.Node {
	n := s.root(file)
	for _, name := range path {
		if n == nil {
			return nil
		}
		n = fieldNode(n, name)
	}
	return n
}

// place is a list in which rows of a sheet stand: of mappings, keyed by name, or a single one.
type place struct {
	in, group string
	list      *yaml.Node
	owner     *yaml.Node // of the list, where a group has one
	verified  bool       // what a settlement is that does not say so itself
}

func (s *binder) places(sheet publishing.Sheet) (out []place) {
	add := func(p place) {
		if p.list != nil {
			out = append(out, p)
		}
	}
	switch sheet {
	case publishing.SheetDuty:
		add(place{in: fileDuty, list: s.field(fileDuty, "entries")})
		add(place{in: fileDuty, list: s.field(fileDuty, rowSecurity), group: rowSecurity})
	case publishing.SheetLaws:
		add(place{in: fileDuty, list: s.field(fileDuty, "laws")})
	case publishing.SheetDepartments:
		add(place{in: fileDepartments, list: s.field(fileDepartments, "departments")})
	case publishing.SheetOrgans:
		add(place{in: fileOrg, list: s.field(fileOrg, "city", "organs")})
	case publishing.SheetCounties:
		add(place{in: fileOrg, list: s.field(fileOrg, "counties")})
	case publishing.SheetTownships:
		for _, c := range itemsOf(s.field(fileOrg, "counties")) {
			add(place{in: fileOrg, group: valueOf(c, "code"), list: fieldNode(c, "units"), owner: c})
		}
	case publishing.SheetSettlements:
		for _, t := range itemsOf(s.field(fileCommunities, "townships")) {
			add(place{in: fileCommunities, group: valueOf(t, "township"), list: fieldNode(t, "settlements"), owner: t, verified: valueOf(t, "verified") == "true"})
		}
	case publishing.SheetCodes:
		for _, file := range s.loaded.under(dirCodes) {
			for _, t := range itemsOf(s.field(file, "tables")) {
				add(place{in: file, group: valueOf(t, "name"), list: fieldNode(t, "items"), owner: t})
			}
		}
	}
	return out
}

func itemsOf(n *yaml.Node) []*yaml.Node {
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// standing is a row and where it stands.
type standing struct {
	publishing.Row
	place
	node  *yaml.Node // its fields
	first *yaml.Node // what begins it: itself, or the name it has
}

func (s *binder) rows(sheet publishing.Sheet, fields []rowField) (out []standing) {
	for _, p := range s.places(sheet) {
		for i, n := range p.list.Content {
			r := standing{place: p, node: n, first: n}
			switch {
			case sheet == publishing.SheetLaws:
				if i%2 == 0 {
					continue
				}
				r.first = p.list.Content[i-1]
			case p.list.Kind == yaml.MappingNode:
				if i > 0 {
					continue
				}
				r.node, r.first = p.list, p.list
			}
			if r.node.Kind == yaml.MappingNode {
				out = append(out, r.read(sheet, fields))
			}
		}
	}
	return out
}

// read gives the row its values: every field has one, if only an empty one.
func (r standing) read(sheet publishing.Sheet, fields []rowField) standing {
	r.Row = publishing.Row{Group: r.group, File: r.in, Lines: []int{r.first.Line}, Values: map[string]any{}}
	for _, f := range fields {
		r.Values[f.Name] = valueIn(fieldNode(r.node, f.Name), f)
	}
	for _, k := range everySecond(r.node) {
		if !slices.Contains(r.Lines, k.Line) {
			r.Lines = append(r.Lines, k.Line)
		}
	}
	id := func(name string) string { v, _ := r.Values[name].(string); return v }
	switch sheet {
	case publishing.SheetDuty:
		if r.ID = id("category"); r.group == rowSecurity {
			r.ID, r.Group, r.Kept = rowSecurity, "", true
		}
	case publishing.SheetLaws:
		r.ID = r.first.Value
		r.Values["name"] = r.ID
	case publishing.SheetDepartments, publishing.SheetOrgans:
		r.ID = id("nn")
	case publishing.SheetSettlements:
		r.ID = r.group + id("suffix")
		if fieldNode(r.node, "verified") == nil {
			r.Values["verified"] = r.verified
		}
	case publishing.SheetCodes:
		r.ID = r.group + "/" + id("code")
		r.Kept = slices.ContainsFunc(codes.Required(), func(x codes.Ref) bool {
			return x.Table == r.group && x.Code != "" && (x.Code == id("code") || x.Code == id("key"))
		})
	default:
		r.ID = id("code")
	}
	return r
}

func valueIn(n *yaml.Node, f rowField) any {
	one := ""
	if n != nil && n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		one = n.Value
	}
	switch f.Type {
	case publishing.FieldFlag:
		return strings.EqualFold(one, "true")
	case publishing.FieldNumber:
		v, _ := strconv.Atoi(one)
		return v
	case publishing.FieldChoices, publishing.FieldNames:
		list := []string{}
		for _, c := range itemsOf(n) {
			list = append(list, c.Value)
		}
		return list
	}
	return one
}

// ReadRows gives the rows of a sheet, as far as they can be read.
func ReadRows(files map[string][]byte, sheet publishing.Sheet) publishing.RowSheet {
	s := newBinder(files)
	out := publishing.RowSheet{Sheet: sheet, Fields: s.fieldsOf(sheet), Groups: s.groups(sheet), Closed: sheet == publishing.SheetCounties}
	for _, r := range s.rows(sheet, out.Fields) {
		out.Rows = append(out.Rows, r.Row)
	}
	for _, p := range s.places(sheet) {
		if !slices.Contains(out.Files, p.in) {
			out.Files = append(out.Files, p.in)
		}
	}
	out.Missing = s.missing
	return out
}

func (s *binder) groups(sheet publishing.Sheet) (out []rowOption) {
	named := func(n *yaml.Node, code string) {
		out = append(out, opt(valueOf(n, code), valueOf(n, "zh"), valueOf(n, "en")))
	}
	switch sheet {
	case publishing.SheetTownships:
		for _, c := range itemsOf(s.field(fileOrg, "counties")) {
			named(c, "code")
		}
	case publishing.SheetSettlements:
		for _, c := range itemsOf(s.field(fileOrg, "counties")) {
			for _, t := range itemsOf(fieldNode(c, "units")) {
				named(t, "code")
				last := &out[len(out)-1]
				last.ZH = valueOf(c, "zh") + last.ZH
			}
		}
	case publishing.SheetCodes:
		for _, p := range s.places(sheet) {
			named(p.owner, "name")
		}
	}
	return out
}

// optionsOf are the codes of a table that may be chosen.
func (s *binder) optionsOf(table string) (out []rowOption) {
	for _, t := range s.loaded.tables {
		for _, it := range t.Items {
			if t.Name == table && !it.Blocked {
				out = append(out, opt(it.Code, it.ZH, it.EN))
			}
		}
	}
	return out
}

func (s *binder) departments() (out []rowOption) {
	for _, d := range s.loaded.depts {
		out = append(out, opt(d.short, d.zh, d.en))
	}
	return out
}

func (s *binder) laws() (out []rowOption) {
	laws := s.field(fileDuty, "laws")
	if laws == nil || laws.Kind != yaml.MappingNode {
		return nil
	}
	for _, k := range everySecond(laws) {
		n := fieldNode(laws, k.Value)
		out = append(out, opt(k.Value, valueOf(n, "zh"), valueOf(n, "en")))
	}
	return out
}
