package form_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
)

// rulebook is the little a form has to know.
type rulebook struct{}

func (rulebook) Canonical(table, code string) (string, bool) {
	if table == "urgency" && (code == "2" || code == "urgent") {
		return "urgent", true
	}
	return "", false
}

func (rulebook) HasUnit(id string) bool { return id == "220402-C" || id == "220402-D11" }

func field(t form.Type) form.Field { return form.Field{Name: "f", ZH: "字段", EN: "field", Type: t} }

func TestCheck(t *testing.T) {
	t.Parallel()
	code, choice, short, many, yes, small := field(form.Code), field(form.Choice), field(form.Line), field(form.Integer), field(form.Boolean), field(form.Objects)
	code.Table, choice.Options, short.Min, short.Max = "urgency", []form.Option{{Value: "a"}, {Value: "b"}}, 2, 4
	many.Min, many.Max, yes.Yes = 1, 9, true
	small.Of = []form.Field{{Name: "executor", ZH: "执行单位", EN: "executor", Type: form.Unit, Required: true}, {Name: "due", ZH: "期限", EN: "due", Type: form.Date}}
	secret := field(form.Line)
	secret.Secret = true
	kept := field(form.Text)
	kept.NoNumbers = true
	hundred := make([]any, 101)
	for i := range hundred {
		hundred[i] = "x"
	}
	for _, row := range []struct {
		name   string
		f      form.Field
		in     any
		want   any
		faults []string // field:reason
	}{
		{"line is trimmed", field(form.Line), "  话  ", "话", nil},
		{"blank counts as absent", field(form.Line), "   ", nil, nil},
		{"a masked value", field(form.Line), "138****5678", nil, []string{"f:masked"}},
		{"a password may look like one", secret, "Huajie2026**", "Huajie2026**", nil},
		{"what is kept holds no number", kept, "请回电 138-0000-5678", nil, []string{"f:number"}},
		{"nor that of a document", kept, "证件220402199001011234", nil, []string{"f:number"}},
		{"other numbers it may", kept, "第220402G2026031800001号,3户", "第220402G2026031800001号,3户", nil},
		{"what is not may hold one", field(form.Text), "13800005678", "13800005678", nil},
		{"required", field(form.Line).Need(), "   ", nil, []string{"f:required"}},
		{"null counts as absent", field(form.Line).Need(), nil, nil, []string{"f:required"}},
		{"an empty list counts as absent", field(form.Units).Need(), []any{}, nil, []string{"f:required"}},
		{"a number is no text", field(form.Line), 7.0, nil, []string{"f:type"}},
		{"zero bytes cannot be stored", field(form.Line), "a\x00b", nil, []string{"f:type"}},
		{"broken encoding", field(form.Line), "\xff", nil, []string{"f:type"}},
		{"characters are counted, not bytes", short, "四个汉字", "四个汉字", nil},
		{"too long", short, "五个汉字呢", nil, []string{"f:range"}},
		{"too short", short, "一", nil, []string{"f:range"}},
		{"a line has its bound", field(form.Line), strings.Repeat("长", 201), nil, []string{"f:range"}},
		{"a text has a wider one", field(form.Text), strings.Repeat("长", 8000), strings.Repeat("长", 8000), nil},
		{"code in canonical form", code, "2", "urgent", nil},
		{"unknown code", code, "9", nil, []string{"f:unknown_code"}},
		{"choice", choice, "b", "b", nil},
		{"unknown choice", choice, "c", nil, []string{"f:unknown_code"}},
		{"unit", field(form.Unit), "220402-C", "220402-C", nil},
		{"unknown unit", field(form.Unit), "x", nil, []string{"f:unknown_unit"}},
		{"units without repetition", field(form.Units), []any{"220402-C", "220402-D11", "220402-C"}, []any{"220402-C", "220402-D11"}, nil},
		{"units from Go", field(form.Units), []string{"220402-C"}, []any{"220402-C"}, nil},
		{"one unknown among units", field(form.Units), []any{"220402-C", "x"}, nil, []string{"f:unknown_unit"}},
		{"a unit is no list", field(form.Units), "220402-C", nil, []string{"f:type"}},
		{"too many", field(form.Users), hundred, nil, []string{"f:type"}},
		{"blanks in a list are dropped", field(form.Users), []any{" ", "a", nil}, []any{"a"}, nil},
		{"nothing but blanks is nothing", field(form.Users).Need(), []any{" "}, nil, []string{"f:required"}},
		{"nothing but blanks, not required", field(form.Users), []any{" "}, nil, nil},
		{"moment", field(form.Moment), "2026-03-02T09:00:00+08:00", "2026-03-02T09:00:00+08:00", nil},
		{"moment without zone", field(form.Moment), "2026-03-02T09:00:00", nil, []string{"f:type"}},
		{"date", field(form.Date), "2026-02-28", "2026-02-28", nil},
		{"no such date", field(form.Date), "2026-02-30", nil, []string{"f:type"}},
		{"a place", field(form.Point), map[string]any{"lat": 42.9, "lon": 125.1}, map[string]any{"lat": 42.9, "lon": 125.1}, nil},
		{"a place with its accuracy", field(form.Point), map[string]any{"lat": 42, "lon": 125.1, "accuracy": 8.0}, map[string]any{"lat": 42.0, "lon": 125.1, "accuracy": 8.0}, nil},
		{"half a place", field(form.Point), map[string]any{"lat": 42.9}, nil, []string{"f:type"}},
		{"a place the wrong way round", field(form.Point), map[string]any{"lat": 125.1, "lon": 42.9}, nil, []string{"f:range"}},
		{"a place from a device that knows none", field(form.Point), map[string]any{"lat": 0.0, "lon": 0.0}, nil, []string{"f:range"}},
		{"a place in words", field(form.Point), "42.9,125.1", nil, []string{"f:type"}},
		{"a place with something else", field(form.Point), map[string]any{"lat": 42.9, "lon": 125.1, "x": 1.0}, nil, []string{"f:type"}},
		{"accuracy below nothing", field(form.Point), map[string]any{"lat": 42.9, "lon": 125.1, "accuracy": -1.0}, nil, []string{"f:type"}},
		{"files", field(form.Files), []any{"a", "b", "a"}, []any{"a", "b"}, nil},
		{"photos of the case", field(form.Attached).Or("a", "甲", "first"), []any{"a", "a"}, []any{"a"}, nil},
		{"another's photo", field(form.Attached).Or("a", "甲", "first"), []any{"b"}, nil, []string{"f:unknown_code"}},
		{"integer", many, 9.0, 9, nil},
		{"integer from Go", many, 3, 3, nil},
		{"not whole", many, 1.5, nil, []string{"f:type"}},
		{"text is no number", many, "3", nil, []string{"f:type"}},
		{"out of range", many, 10.0, nil, []string{"f:range"}},
		{"absurd", many, 1e300, nil, []string{"f:type"}},
		{"yes", field(form.Boolean), false, false, nil},
		{"a declaration must be made", yes, false, nil, []string{"f:declaration"}},
		{"text is no boolean", yes, "true", nil, []string{"f:type"}},
		{"objects", small, []any{map[string]any{"executor": "220402-C"}}, []any{map[string]any{"executor": "220402-C"}}, nil},
		{"every faulty object", small, []any{map[string]any{"due": "x"}, "y", map[string]any{"executor": "220402-C", "zz": 1}}, nil,
			[]string{"f:type", "f[0].due:type", "f[0].executor:required", "f[2].zz:unknown_field"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			clean, faults := form.Check([]form.Field{row.f}, form.Input{"f": row.in}, rulebook{})
			require.Equal(t, row.faults, reasons(faults))
			require.Equal(t, row.want, clean["f"])
			require.Equal(t, row.want != nil, clean.Has("f"))
		})
	}
}

func reasons(faults []domain.FieldError) []string {
	var out []string
	for _, f := range faults {
		out = append(out, f.Field+":"+f.Reason)
	}
	slices.Sort(out)
	return out
}

func TestEveryFaultAtOnce(t *testing.T) {
	t.Parallel()
	fields := []form.Field{{Name: "b", Type: form.Line, Required: true}, {Name: "a", Type: form.Unit, Required: true}, {Name: "c", Type: form.Integer}}
	_, faults := form.Check(fields, form.Input{"a": "secret-unit", "c": "secret", "unknown": 1, "张三 13800000000": 1}, rulebook{})
	require.Equal(t, []string{"?:unknown_field", "a:unknown_unit", "b:required", "c:type", "unknown:unknown_field"}, reasons(faults))
	require.True(t, slices.IsSortedFunc(faults, func(a, b domain.FieldError) int { return strings.Compare(a.Field, b.Field) }))
	require.NotContains(t, fmt.Sprint(faults), "secret")
	require.NotContains(t, fmt.Sprint(faults), "138")
}

// TestAFieldIsAskedForWithAnother: where it is not, it is neither missed nor taken.
func TestAFieldIsAskedForWithAnother(t *testing.T) {
	t.Parallel()
	how := form.Field{Name: "how", Type: form.Line, Required: true, When: "so"}
	fields := []form.Field{{Name: "so", Type: form.Boolean}, how}
	for name, row := range map[string]struct {
		in   form.Input
		want []string
	}{
		"not asked":           {form.Input{}, nil},
		"said that it is not": {form.Input{"so": false}, nil},
		"asked, and missing":  {form.Input{"so": true}, []string{"how:required"}},
		"asked, and there":    {form.Input{"so": true, "how": "x"}, nil},
		"there, not asked":    {form.Input{"so": false, "how": "x"}, []string{"how:not_asked"}},
	} {
		_, faults := form.Check(fields, row.in, rulebook{})
		require.Equal(t, row.want, reasons(faults), name)
	}
}

func TestInput(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CST", 8*3600)
	in := form.Input{"s": "x", "n": 3, "b": true, "m": "2026-03-02T09:00:00Z", "d": "2026-03-02", "l": []any{"a", 1, "b"}, "o": []any{map[string]any{"k": "v"}, 7}}
	b, err := json.Marshal(in)
	require.NoError(t, err)
	var stored form.Input
	require.NoError(t, json.Unmarshal(b, &stored))
	for name, in := range map[string]form.Input{"entered": in, "stored": stored} {
		require.Equal(t, "x", in.Text("s"), name)
		require.Equal(t, 3, in.Int("n"), name)
		require.True(t, in.Bool("b"), name)
		require.Equal(t, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), in.Time("m", zone), name)
		require.Equal(t, time.Date(2026, 3, 2, 0, 0, 0, 0, zone), in.Time("d", zone), name)
		require.Equal(t, []string{"a", "b"}, in.List("l"), name)
		require.Equal(t, []form.Input{{"k": "v"}}, in.Objects("o"), name)
		require.Zero(t, in.Text("n"))
		require.Zero(t, in.Int("s"))
		require.False(t, in.Bool("zz"))
		require.True(t, in.Time("s", zone).IsZero())
		require.Nil(t, in.List("s"))
		require.Nil(t, in.Objects("s"))
	}
}

// FuzzCheck throws any JSON at a form with a field of every type: it never panics, never
// says again what was entered, and what it lets through passes a second time.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{`{}`, `{"line":"x"}`, `{"objects":[{"line":[]}],"units":["220402-C",null]}`, `{"integer":1e400}`, `{"moment":"2026-03-02T09:00:00Z"}`, `[]`, `{"\u0000":1}`} {
		f.Add(seed)
	}
	var fields []form.Field
	for _, typ := range []form.Type{form.Line, form.Text, form.Code, form.Choice, form.Unit, form.Units, form.User, form.Users, form.Case, form.Moment, form.Date, form.Integer, form.Boolean} {
		fields = append(fields, form.Field{Name: string(typ), ZH: "字段", EN: "field", Type: typ, Table: "urgency", Options: []form.Option{{Value: "a", ZH: "甲", EN: "a"}}})
	}
	fields = append(fields, form.Field{Name: "objects", Type: form.Objects, Of: slices.Clone(fields)})
	f.Fuzz(func(t *testing.T, raw string) {
		var in form.Input
		if json.Unmarshal([]byte(raw), &in) != nil {
			return
		}
		clean, faults := form.Check(fields, in, rulebook{})
		said := fmt.Sprint(faults)
		for _, v := range in {
			if s, ok := v.(string); ok && len(s) > 12 && !partOf("must be a time with zone (RFC 3339)", s) {
				require.NotContains(t, said, s, "a fault repeats what was entered")
			}
		}
		again, more := form.Check(fields, clean, rulebook{})
		require.Empty(t, more)
		require.Equal(t, clean, again)
	})
}

// partOf tells whether a fixed text holds what was entered by chance.
func partOf(fixed, entered string) bool { return strings.Contains(fixed, entered) }
