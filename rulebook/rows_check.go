package rulebook

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"huajie/domain"
	"huajie/domain/publishing"
)

const mostNames = 40

// check brings the values of a form into the types of the fields, and tells what cannot stand in them.
func (w *rowWriter) check() (faults []domain.FieldError) {
	tell := func(field, reason, zh, en string) { faults = append(faults, domain.Fault(field, reason, zh, en)) }
	for name := range w.Values {
		if !slices.ContainsFunc(w.fields, func(f rowField) bool { return f.Name == name }) {
			tell(name, "unknown_field", "没有这一项", "there is no such field")
		}
	}
	clean := map[string]any{}
	for _, f := range w.fields {
		raw, given := w.Values[f.Name]
		if w.at != nil && (f.Fixed || !given) {
			continue
		}
		v, zh, en := valueOfForm(raw, f)
		if zh == "" {
			zh, en = w.wrong(v, f)
		}
		if zh != "" {
			tell(f.Name, "format", zh, en)
			continue
		}
		clean[f.Name] = v
	}
	if w.at == nil && len(faults) == 0 {
		if c := textIn(clean, "code"); w.Sheet == publishing.SheetTownships && !strings.HasPrefix(c, w.Group) {
			tell("code", "format", "前六位应为 "+w.Group, "must begin with "+w.Group)
		}
	}
	w.Values = clean
	return faults
}

// valueOfForm is a value as JSON has it, in the type of its field.
func valueOfForm(raw any, f rowField) (v any, zh, en string) {
	wrong := func() (any, string, string) { return nil, "填写无效", "not a valid value" }
	if raw == nil {
		return valueIn(nil, f), "", ""
	}
	switch f.Type {
	case publishing.FieldFlag:
		b, ok := raw.(bool)
		if !ok {
			return wrong()
		}
		return b, "", ""
	case publishing.FieldNumber:
		n, ok := raw.(float64)
		if !ok || n < 0 || n > 1e10 || n != float64(int(n)) {
			return nil, "应为非负整数", "must be a whole number of zero or more"
		}
		return int(n), "", ""
	case publishing.FieldChoices, publishing.FieldNames:
		list, ok := raw.([]any)
		if !ok || len(list) > mostNames {
			return wrong()
		}
		out := []string{}
		for _, one := range list {
			s, ok := one.(string)
			s = strings.TrimSpace(s)
			if !ok || s == "" || slices.Contains(out, s) {
				return wrong()
			}
			out = append(out, s)
		}
		return out, "", ""
	}
	s, ok := raw.(string)
	if !ok {
		return wrong()
	}
	return strings.TrimSpace(s), "", ""
}

// wrong tells what is wrong with a value of the right type.
func (w *rowWriter) wrong(v any, f rowField) (zh, en string) {
	var words []string
	switch v := v.(type) {
	case string:
		if v != "" {
			words = []string{v}
		}
	case []string:
		words = v
	default:
		return "", ""
	}
	if f.Required && len(words) == 0 {
		return "必填", "is required"
	}
	for _, s := range words {
		switch {
		case f.Type == publishing.FieldChoice || f.Type == publishing.FieldChoices:
			if !slices.ContainsFunc(f.Options, func(o rowOption) bool { return o.Value == s }) {
				return "没有此选项 " + s, "there is no " + s + " to choose"
			}
		case f.Longest > 0 && utf8.RuneCountInString(s) > f.Longest:
			return "过长", "is too long"
		case strings.ContainsFunc(s, unicode.IsControl):
			return "不能有换行或控制字符", "holds a line break or a control character"
		}
		if want, ok := formats[w.Sheet][f.Name]; ok && !want.want.MatchString(s) {
			return want.zh, want.en
		}
	}
	return "", ""
}
