package api

import (
	"context"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"huajie/domain"
	"huajie/domain/export"
	"huajie/domain/form"
	"huajie/domain/view"
	"huajie/internal/patrols"
)

// readExport reads a request, with all that is wrong with it told at once.
func (s *server) readExport(who caller, input form.Input) (export.Export, error) {
	rest := maps.Clone(input)
	delete(rest, "query")
	delete(rest, "columns")
	clean, faults := form.Check(exportFields, rest, nil)
	e := export.Export{List: export.List(clean.Text("list")), Format: export.Format(clean.Text("format")), Reason: clean.Text("reason"), Identities: clean.Bool("identities"),
		By: who.actor.User, At: s.Now()}
	e.State, e.Areas = export.First(e.Identities), export.Areas(who.actor, e.Identities, s.tree())
	e.Trail = []export.Entry{{Act: export.Requested, By: e.By, At: e.At, Note: e.Reason}}
	columns, ok := textsOf(input["columns"])
	if !ok {
		faults = append(faults, domain.Fault("columns", "type", "应为列代码的列表", "must be a list of codes of columns"))
	}
	values, more := queryValues(input["query"])
	faults = append(faults, more...)
	if e.List != "" {
		chosen, more := export.Choose(e.List, columns, e.Identities)
		e.Columns, faults = chosen, append(faults, more...)
		filter, more := s.readFilter(e.List, who, values)
		faults = append(faults, more...)
		var err error
		if e.Filter, err = json.Marshal(filter); err != nil {
			return e, err
		}
	}
	if len(faults) > 0 {
		return e, domain.Invalid(faults...)
	}
	var err error
	e.Query, err = json.Marshal(values)
	return e, err
}

// readFilter reads the parameters of a list as the list itself would.
func (s *server) readFilter(l export.List, who caller, values map[string][]string) (filter any, faults []domain.FieldError) {
	switch l {
	case export.Cases, export.Overdue:
		var in listInput
		faults = readQuery(values, &in)
		f, more := filterOf(&in, who.actor, who.rules)
		for _, m := range more {
			m.Field = inQuery(m.Field)
			faults = append(faults, m)
		}
		if yes := true; l == export.Overdue {
			if f.Overdue != nil && !*f.Overdue {
				faults = append(faults, domain.Fault(inQuery("overdue"), "not_together", "超期列表不能选未超期", "the overdue list has nothing that is not"))
			}
			f.Overdue = &yes
		}
		return export.CaseQuery{Filter: f, Sort: view.Sort(in.Sort)}, faults
	case export.Whistles:
		var in whistlesInput
		faults = readQuery(values, &in)
		return view.WhistleFilter{States: in.State, Kinds: in.Kind, Units: in.Unit, Township: in.Township, Case: in.Case, Overdue: yesNo(in.Overdue), Open: yesNo(in.Open)}, faults
	case export.Members:
		var in stats235Input
		faults = readQuery(values, &in)
		from, to, err := s.patrols().Period(in.From, in.To)
		for _, f := range domain.FieldsOf(err) {
			f.Field = inQuery(f.Field)
			faults = append(faults, f)
		}
		if _, err := s.patrols().AreasAsked(export.InOffice(who.actor, false), in.Area, patrols.Readers); err != nil {
			faults = append(faults, domain.Fault(inQuery("area"), "unknown_code", "没有这个区域", "there is no such area"))
		}
		return view.MemberFilter{Area: in.Area, From: from.String(), To: to.String()}, faults
	}
	return nil, faults
}

// paging is what a file has none of.
var paging = []string{"cursor", "limit", "total"}

func inQuery(name string) string { return "query." + name }

// textsOf reads a list of texts, nothing for none.
func textsOf(v any) (out []string, ok bool) {
	if v == nil {
		return nil, true
	}
	list, ok := v.([]any)
	for _, x := range list {
		s, isText := x.(string)
		out, ok = append(out, s), ok && isText
	}
	return out, ok && len(out) <= 100
}

// queryValues reads the parameters of a list: texts, numbers, true or false, or lists of
// texts.
func queryValues(v any) (map[string][]string, []domain.FieldError) {
	out := map[string][]string{}
	if v == nil {
		return out, nil
	}
	object, ok := v.(map[string]any)
	if !ok {
		return out, []domain.FieldError{domain.Fault("query", "type", "应为参数名与值", "must be an object of parameters")}
	}
	var faults []domain.FieldError
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch x := object[name].(type) {
		case string:
			out[name] = []string{x}
		case bool:
			out[name] = []string{strconv.FormatBool(x)}
		case []any:
			texts, ok := textsOf(x)
			if !ok {
				faults = append(faults, paramFault(inQuery(shortName(name)), ""))
			}
			out[name] = texts
		case nil:
		default:
			faults = append(faults, paramFault(inQuery(shortName(name)), ""))
		}
	}
	return out, faults
}

// readQuery reads parameters into the input of a list by the names, bounds and choices it
// has there.
func readQuery(values map[string][]string, into any) (faults []domain.FieldError) {
	v := reflect.ValueOf(into).Elem()
	known := map[string]bool{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name := f.Tag.Get("query")
		if name == "" || slices.Contains(paging, name) {
			continue
		}
		known[name] = true
		if given, ok := values[name]; ok {
			if message := readParam(v.Field(i), f, given); message != "" {
				faults = append(faults, paramFault(inQuery(name), message))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !known[name] {
			faults = append(faults, domain.Fault(inQuery(shortName(name)), "unknown_parameter", "没有这个参数", "there is no such parameter"))
		}
	}
	return faults
}

// The kinds of fault, as paramFault knows them.
const (
	wrongChoice = "expected value to be one of"
	wrongLength = "expected length"
	wrongType   = "wrong type"
)

// readParam reads one parameter, and tells what is wrong with it. One of a kind no list has
// yet is refused: TestEveryListCanBeAskedForWhole finds it.
func readParam(field reflect.Value, f reflect.StructField, given []string) (fault string) {
	switch v := field.Addr().Interface().(type) {
	case *[]string:
		return readTexts(v, f, given)
	case *time.Time:
		if len(given) != 1 {
			return wrongType
		}
		at, err := time.Parse(time.RFC3339, given[0])
		if err != nil {
			return wrongType
		}
		*v = at
		return ""
	case *string:
		if len(given) != 1 {
			return wrongType
		}
		*v = given[0]
		most, err := strconv.Atoi(f.Tag.Get("maxLength"))
		switch {
		case err == nil && utf8.RuneCountInString(*v) > most:
			return wrongLength
		case !oneOf(*v, f.Tag.Get("enum")):
			return wrongChoice
		}
		return ""
	}
	return wrongType
}

// readTexts reads a parameter that may have several values.
func readTexts(into *[]string, f reflect.StructField, given []string) (fault string) {
	for _, g := range given {
		*into = append(*into, strings.Split(g, ",")...)
	}
	most, _ := strconv.Atoi(f.Tag.Get("maxItems"))
	switch {
	case len(*into) > most:
		return wrongLength
	case slices.ContainsFunc(*into, func(s string) bool { return !oneOf(s, f.Tag.Get("enum")) }):
		return wrongChoice
	}
	return ""
}

func oneOf(s, list string) bool { return list == "" || slices.Contains(strings.Split(list, ","), s) }

// ExportForm tells what can be taken out.
type ExportForm struct {
	MayAsk  bool         `json:"may_ask" doc:"the caller's office takes lists out"`
	MayName bool         `json:"may_ask_identities" doc:"the caller's office may ask for identities"`
	Fields  []Field      `json:"fields"`
	Lists   []ExportKind `json:"lists"`
}

// ExportKind is a list with its columns.
type ExportKind struct {
	List    export.List    `json:"list" enum:"cases,overdue,whistles,stats_235"`
	Columns []ExportColumn `json:"columns"`
}

// ExportColumn is a column of a list.
type ExportColumn struct {
	Code     string `json:"code"`
	ZH       string `json:"zh"`
	EN       string `json:"en"`
	Default  bool   `json:"default" doc:"there unless others are asked for"`
	Identity bool   `json:"identity" doc:"masked unless a second person has agreed"`
}

type exportFormOutput struct{ Body ExportForm }

func (s *server) exportForm(ctx context.Context, in *languageInput) (*exportFormOutput, error) {
	fields, err := s.fields(ctx, exportFields, hints{rules: s.rulesHere()}, english(in.Language))
	if err != nil {
		return nil, err
	}
	out := &exportFormOutput{ExportForm{MayAsk: export.MayAsk(callerOf(ctx).actor, false, s.tree()) == nil, MayName: export.MayAsk(callerOf(ctx).actor, true, s.tree()) == nil, Fields: fields}}
	for _, l := range export.Lists() {
		kind := ExportKind{List: l}
		for _, c := range export.Columns(l) {
			kind.Columns = append(kind.Columns, ExportColumn(c))
		}
		out.Body.Lists = append(out.Body.Lists, kind)
	}
	return out, nil
}
