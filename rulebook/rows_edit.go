package rulebook

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"huajie/domain"
	"huajie/domain/org"
	"huajie/domain/publishing"
)

var (
	errRowKept = domain.Refuse("row_kept", "", "程序规则引用此项,不能删除或停用;可以修改名称", "the rules of the program refer to it: it is neither removed nor retired, but may be called otherwise")
	errRowLast = domain.Refuse("row_last", "", "这是表中最后一项,不能删除", "it is the last of its table, and stays")
	errRowForm = domain.Refuse("row_layout", "", "文件中此项的写法不能用表单修改(多行或有引用),请在“全部文件”中修改", "it is written in the file in a way no form changes (over several lines, or with anchors): edit the file")
	errClosed  = domain.Refuse("row_closed", "", "县区不能在表单中增减:须同时有中心、乡镇和值班表,请在“全部文件”中修改", "counties are neither added nor removed by a form: they need a centre, townships and a rota; edit the files")
)

// WriteRow changes one row of a sheet, and gives the file it stands in: everything else of it stays as it is written, with
// remarks and order. What could not be right for the row itself is refused by field; what it breaks elsewhere is
// found when the draft is looked at.
func WriteRow(files map[string][]byte, e publishing.RowEdit) (name, words string, err error) {
	w, err := newRowWriter(files, e)
	if err != nil {
		return "", "", err
	}
	switch {
	case e.Row == "":
		err = w.add()
	case e.Values == nil:
		err = w.remove()
	default:
		err = w.change()
	}
	if err == nil {
		err = w.recount()
	}
	if errors.Is(err, errLayout) {
		return "", "", errRowForm
	}
	if err != nil {
		return "", "", err
	}
	words = w.text.done()
	if err := w.verify(words); err != nil {
		return "", "", err
	}
	return w.file, words, w.judge(words)
}

// rowWriter is one row being written.
type rowWriter struct {
	publishing.RowEdit
	s      *binder
	fields []rowField
	order  []string
	rows   []standing
	at     *standing // the row that is changed; nil for a new one
	place  place
	file   string
	text   *text
	want   map[string]any // what it shall be; nil: gone
}

func newRowWriter(files map[string][]byte, e publishing.RowEdit) (*rowWriter, error) {
	s := newBinder(files)
	w := &rowWriter{RowEdit: e, s: s, fields: s.fieldsOf(e.Sheet)}
	w.rows = s.rows(e.Sheet, w.fields)
	for _, f := range w.fields {
		w.order = append(w.order, f.Name)
	}
	if e.Sheet == publishing.SheetTownships {
		w.order = append(w.order, "centre")
	}
	if e.Sheet == publishing.SheetCounties && (e.Row == "" || e.Values == nil) {
		return nil, errClosed
	}
	for _, r := range w.rows {
		if r.ID != e.Row {
			continue
		}
		if w.at != nil {
			return nil, domain.Refuse("row_twice", "", "文件中有两项代码相同,请在“全部文件”中修改", "two rows have the same code: edit the file")
		}
		w.at, w.place = &r, r.place
	}
	switch {
	case e.Row != "" && w.at == nil:
		return nil, domain.NotFound()
	case e.Row == "":
		if err := w.choose(); err != nil {
			return nil, err
		}
	}
	if e.Values != nil {
		if faults := w.check(); len(faults) > 0 {
			return nil, domain.Invalid(faults...)
		}
	}
	w.file = w.place.in
	w.text = newText(files[w.file])
	return w, nil
}

// choose finds the list a new row goes to.
func (w *rowWriter) choose() error {
	known := w.s.groups(w.Sheet)
	if len(known) > 0 && !slices.ContainsFunc(known, func(o rowOption) bool { return o.Value == w.Group }) {
		return domain.Faulty("group", "unknown_code", "请选择所属", "choose what it belongs to")
	}
	if len(known) == 0 {
		w.Group = ""
	}
	for _, p := range w.s.places(w.Sheet) {
		if p.group == w.Group {
			w.place = p
			return nil
		}
	}
	if w.Sheet == publishing.SheetSettlements && w.s.field(fileCommunities, "townships") != nil {
		w.place = place{in: fileCommunities, group: w.Group, verified: true} // the first of its township
		return nil
	}
	return errRowForm
}

func (w *rowWriter) add() error {
	id := standing{place: w.place, node: w.asNode(), first: &yaml.Node{Value: textIn(w.Values, "name")}}.read(w.Sheet, w.fields).ID
	if slices.ContainsFunc(w.rows, func(r standing) bool { return r.ID == id }) {
		return domain.Faulty(w.key(), "taken", "已有此代码", "there is one with this code")
	}
	w.Row, w.want = id, w.merged(nil)
	row := w.asText()
	if w.place.list == nil {
		return w.found(row)
	}
	mine := slices.DeleteFunc(slices.Clone(w.rows), func(r standing) bool { return r.list != w.place.list })
	if len(mine) == 0 {
		return errLayout
	}
	behind := len(mine) - 1
	if slices.IsSortedFunc(mine, func(a, b standing) int { return strings.Compare(a.ID, b.ID) }) {
		for behind >= 0 && mine[behind].ID > id {
			behind--
		}
	}
	model := mine[max(behind, 0)]
	if w.place.list.Style&yaml.FlowStyle != 0 {
		return w.text.putBeside(model.first, model.node, row, behind < 0)
	}
	lead := w.text.before(w.text.at(model.first))
	if w.Sheet == publishing.SheetLaws {
		row = id + ": " + row
	} else if strings.TrimSpace(lead) != "-" {
		return errLayout
	}
	if behind < 0 {
		start := w.text.starts[w.text.lineAt(w.text.at(model.first))]
		w.text.put(start, start, lead+row+"\n")
		return nil
	}
	end, err := w.text.end(model.node, false)
	if err == nil {
		w.text.addLine(end, lead+row)
	}
	return err
}

// found begins the list of a township that had none.
func (w *rowWriter) found(row string) error {
	list := w.s.field(fileCommunities, "townships")
	if len(list.Content) == 0 || list.Style&yaml.FlowStyle != 0 {
		return errLayout
	}
	last := list.Content[len(list.Content)-1]
	lead := w.text.before(w.text.at(last))
	if strings.TrimSpace(lead) != "-" {
		return errLayout
	}
	end, err := w.text.end(last, false)
	if err == nil {
		in := strings.Repeat(" ", len(lead))
		w.text.addLine(end, lead+"township: "+strconv.Quote(w.place.group)+"\n"+in+"verified: true\n"+in+"settlements:\n"+in+"  - "+row)
	}
	return err
}

func (w *rowWriter) remove() error {
	if w.at.Kept {
		return errRowKept
	}
	same := 0
	for _, r := range w.rows {
		if r.list == w.place.list {
			same++
		}
	}
	switch {
	case same > 1 && w.place.list.Style&yaml.FlowStyle != 0:
		return w.text.dropBeside(w.place.list, w.at.node)
	case same > 1:
		return w.text.dropItem(w.at.first, w.at.node)
	case w.Sheet == publishing.SheetSettlements && len(w.s.places(w.Sheet)) > 1: // the township with it
		return w.text.dropItem(w.place.owner, w.place.owner)
	}
	return errRowLast
}

func (w *rowWriter) change() error {
	w.want = w.merged(w.at.Values)
	if was, will := w.at.Values["blocked"], w.want["blocked"]; w.at.Kept && was != will && will == true {
		return errRowKept
	}
	for _, f := range w.fields {
		if f.Fixed || reflect.DeepEqual(w.at.Values[f.Name], w.want[f.Name]) {
			continue
		}
		old := fieldNode(w.at.node, f.Name)
		quoted := old != nil && old.Style&yaml.DoubleQuotedStyle != 0
		if err := w.text.set(w.at.node, f.Name, w.written(f, quoted), w.order); err != nil {
			return err
		}
	}
	if w.Sheet == publishing.SheetTownships && w.at.Values["kind"] != w.want["kind"] {
		return w.text.set(w.at.node, "centre", centreOf(w.Row, textIn(w.want, "kind")), w.order)
	}
	return nil
}

// merged is the row as it shall be.
func (w *rowWriter) merged(old map[string]any) map[string]any {
	out := map[string]any{}
	for _, f := range w.fields {
		out[f.Name] = valueIn(nil, f)
		if v, ok := old[f.Name]; ok {
			out[f.Name] = v
		}
		if v, ok := w.Values[f.Name]; ok && (old == nil || !f.Fixed) {
			out[f.Name] = v
		}
	}
	return out
}

// key is the field a row is known by.
func (w *rowWriter) key() string { return w.fields[0].Name }

func textIn(values map[string]any, name string) string {
	v, _ := values[name].(string)
	return v
}

// centreOf is how a township names its centre: a zone has none.
func centreOf(code, kind string) string {
	if kind == string(org.KindZone) {
		return "null"
	}
	return strconv.Quote(code + "-C")
}

// written is a value as the file has it, "" where it is left out.
func (w *rowWriter) written(f rowField, quote bool) string {
	switch v := w.want[f.Name].(type) {
	case bool:
		if v == (f.Name == "verified" && w.place.verified) {
			return ""
		}
		return strconv.FormatBool(v)
	case int:
		if v == 0 {
			return ""
		}
		return strconv.Itoa(v)
	case []string:
		if len(v) == 0 {
			return ""
		}
		list := make([]string, len(v))
		for i, one := range v {
			list[i] = scalar(one, false)
		}
		return "[" + strings.Join(list, ", ") + "]"
	case string:
		if v == "" {
			return ""
		}
		return scalar(v, quote)
	}
	return ""
}

// asText is a new row on one line.
func (w *rowWriter) asText() string {
	var parts []string
	for _, f := range w.fields {
		if w.Sheet == publishing.SheetLaws && f.Name == "name" {
			continue
		}
		quote := f.Name == "source" || f.Fixed && f.Name != "key" && f.Name != "short"
		if v := w.written(f, quote); v != "" {
			parts = append(parts, f.Name+": "+v)
		}
	}
	if w.Sheet == publishing.SheetTownships {
		parts = append(parts, "centre: "+centreOf(w.Row, textIn(w.want, "kind")))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// asNode is a new row as the reader of rows takes it.
func (w *rowWriter) asNode() *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range w.fields {
		if v := textIn(w.Values, f.Name); v != "" {
			n.Content = append(n.Content, plain(f.Name), plain(v))
		}
	}
	return n
}

// recount keeps the number of township centres a county states true.
func (w *rowWriter) recount() error {
	if w.Sheet != publishing.SheetTownships {
		return nil
	}
	centres := 0
	count := func(values map[string]any) {
		if values != nil && textIn(values, "kind") != string(org.KindZone) {
			centres++
		}
	}
	for _, r := range w.rows {
		if r.list == w.place.list && r.ID != w.Row {
			count(r.Values)
		}
	}
	count(w.want)
	if valueOf(w.place.owner, "township_centres") == strconv.Itoa(centres) {
		return nil
	}
	return w.text.set(w.place.owner, "township_centres", strconv.Itoa(centres), nil)
}
