// Package hostile makes up requests out of a served OpenAPI document: as they should be,
// nearly so, and as nobody should send them. What it makes follows from its seed.
package hostile

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// Op is an operation of the document.
type Op struct {
	Method, Path, ID string
	Query, Header    []string
	Media            string         // of the body; "" for none
	Body             map[string]any // its schema
}

// Operations are those of a document, in a fixed order, but for the ids left out.
func Operations(doc map[string]any, without ...string) (out []Op) {
	paths, _ := doc["paths"].(map[string]any)
	for path, item := range paths {
		for method, raw := range item.(map[string]any) {
			op, _ := raw.(map[string]any)
			o := Op{Method: strings.ToUpper(method), Path: path}
			o.ID, _ = op["operationId"].(string)
			if o.ID == "" || slices.Contains(without, o.ID) {
				continue
			}
			parameters, _ := op["parameters"].([]any)
			for _, p := range parameters {
				p := p.(map[string]any)
				name, _ := p["name"].(string)
				switch p["in"] {
				case "query":
					o.Query = append(o.Query, name)
				case "header":
					o.Header = append(o.Header, name)
				}
			}
			body, _ := op["requestBody"].(map[string]any)
			content, _ := body["content"].(map[string]any)
			for media, of := range content {
				o.Media = media
				o.Body, _ = of.(map[string]any)["schema"].(map[string]any)
			}
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b Op) int { return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method) })
	return out
}

// Maker makes up requests.
type Maker struct {
	R   *rand.Rand
	Doc map[string]any
	// Names are what stands for a name in a path, e.g. "no", or "cases/no" where it comes
	// after that.
	Names map[string][]string
	// Hints are values for a text whose description holds the key.
	Hints map[string][]string
	// Words are put where a text is asked for. Mark is one that no answer has of its own.
	Words []string
	Mark  string
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// oneIn is true once in so many times.
func (m *Maker) oneIn(n int) bool { return m.R.IntN(n) == 0 }

// resolve follows a reference.
func (m *Maker) resolve(s map[string]any) map[string]any {
	ref, ok := s["$ref"].(string)
	if !ok {
		return s
	}
	var at any = m.Doc
	for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		in, _ := at.(map[string]any)
		at = in[part]
	}
	out, _ := at.(map[string]any)
	return out
}

// value is one that fits a schema, as far as a schema can tell.
func (m *Maker) value(s map[string]any, depth int) any {
	s = m.resolve(s)
	if several, ok := s["anyOf"].([]any); ok && len(several) > 0 {
		one, _ := pick(m.R, several).(map[string]any)
		return m.value(one, depth)
	}
	if enum, ok := s["enum"].([]any); ok && len(enum) > 0 {
		return pick(m.R, enum)
	}
	switch kindOf(s) {
	case "object":
		return m.object(s, depth)
	case "array":
		items, _ := s["items"].(map[string]any)
		out := []any{}
		for range m.R.IntN(3) {
			if depth < 6 {
				out = append(out, m.value(items, depth+1))
			}
		}
		return out
	case "integer":
		return int(m.between(s, 0, 100))
	case "number":
		return m.between(s, -180, 180)
	case "boolean":
		return m.oneIn(2)
	}
	return m.text(s)
}

func kindOf(s map[string]any) string {
	switch t := s["type"].(type) {
	case string:
		return t
	case []any:
		for _, one := range t {
			if one != "null" {
				kind, _ := one.(string)
				return kind
			}
		}
	}
	return ""
}

func (m *Maker) object(s map[string]any, depth int) map[string]any {
	out := map[string]any{}
	required, _ := s["required"].([]any)
	properties, _ := s["properties"].(map[string]any)
	for _, name := range sorted(properties) {
		if of, ok := properties[name].(map[string]any); ok && (slices.Contains(required, any(name)) || m.oneIn(3)) {
			out[name] = m.value(of, depth+1)
		}
	}
	return out
}

func sorted(in map[string]any) (out []string) {
	for name := range in {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func (m *Maker) between(s map[string]any, least, most float64) float64 {
	if v, ok := s["minimum"].(float64); ok {
		least = v
	}
	if v, ok := s["maximum"].(float64); ok {
		most = v
	}
	return least + m.R.Float64()*max(0, most-least)
}

// text is one for a schema: by its format, by what its description says it is, or any.
func (m *Maker) text(s map[string]any) string {
	switch s["format"] {
	case "date-time":
		return pick(m.R, []string{"2026-11-23T09:50:00+08:00", "2026-11-24T10:00:00+08:00", "2030-01-01T00:00:00Z"})
	case "date":
		return pick(m.R, []string{"2026-11-23", "2026-11-24", "2026-02-30"})
	}
	told, _ := s["description"].(string)
	for _, hint := range sortedHints(m.Hints) {
		if strings.Contains(told, hint) && !m.oneIn(10) {
			return pick(m.R, m.Hints[hint])
		}
	}
	return pick(m.R, m.Words)
}

func sortedHints(in map[string][]string) (out []string) {
	for name := range in {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
