package api

import (
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// schemaName keeps types of the same name apart by their package.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	pkg := path.Base(t.PkgPath())
	if t.Name() == "" || pkg == "api" || pkg == "." || strings.Contains(t.Name(), "[") {
		return name
	}
	return strings.ToUpper(pkg[:1]) + pkg[1:] + name
}

// schemaOf describes a form for integrators. What is checked is the form itself,
// by the rules; the document only tells of it.
func schemaOf(fields []form.Field, open bool) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, AdditionalProperties: open}
	for _, f := range fields {
		if f.House {
			continue
		}
		s.Properties[f.Name] = schemaOfField(f)
		if f.Required && f.When == "" {
			s.Required = append(s.Required, f.Name)
		}
	}
	slices.Sort(s.Required)
	return s
}

func schemaOfField(f form.Field) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString, Title: f.ZH, Description: f.EN}
	if f.When != "" {
		s.Description += " (only with " + f.When
		if f.Required {
			s.Description += ", and required with it"
		}
		s.Description += ")"
	}
	switch f.Type {
	case form.Code:
		s.Description += " (code table " + f.Table + ")"
	case form.Choice:
		for _, o := range f.Options {
			if o.ZH == "" || o.EN == "" {
				panic("the option " + o.Value + " of the field " + f.Name + " has no name in both languages") // a programming error
			}
			s.Enum = append(s.Enum, o.Value)
		}
	case form.Unit:
		s.Description += " (id of a unit)"
	case form.User:
		s.Description += " (username)"
	case form.Case:
		s.Description += " (case number)"
	case form.Moment:
		s.Format = "date-time"
	case form.Date:
		s.Format = "date"
	case form.Integer:
		s.Type = huma.TypeInteger
		if f.Min != 0 {
			s.Minimum = bound(f.Min)
		}
		if f.Max != 0 {
			s.Maximum = bound(f.Max)
		}
	case form.Boolean:
		s.Type = huma.TypeBoolean
		if f.Yes {
			s.Enum = []any{true}
		}
	case form.Point:
		s.Type = huma.TypeObject
		degrees := &huma.Schema{Type: huma.TypeNumber}
		s.Properties = map[string]*huma.Schema{"lat": degrees, "lon": degrees, "accuracy": {Type: huma.TypeNumber, Description: "metres"}}
		s.Required = []string{"lat", "lon"}
	case form.Units, form.Users, form.Cases, form.Files, form.Attached:
		s.Type = huma.TypeArray
		s.Items = &huma.Schema{Type: huma.TypeString}
		if f.Type == form.Attached {
			s.Description += " (ids of photos of the case)"
		}
	case form.Objects:
		s.Type = huma.TypeArray
		s.Items = schemaOf(f.Of, false)
	case form.Line, form.Text:
		if f.Max != 0 {
			n := f.Max
			s.MaxLength = &n
		}
	}
	return s
}

func bound(n int) *float64 { v := float64(n); return &v }

// fieldsOf gives the inputs of a step for the document. Where they depend on the
// subject, they are all those that samples of it ask for; what only some ask for
// is told as optional.
func fieldsOf[S machine.Subject](m *machine.Machine[S], step *machine.Step[S], samples []S) (fields []form.Field, varies bool) {
	if step.FieldsFor == nil {
		return step.Fields, false
	}
	asked := map[string]int{}
	tried := 0
	for _, s := range samples {
		if !slices.Contains(step.From, s.GetHead().State) {
			continue
		}
		tried++
		t := m.Begin(s, domain.Actor{}, &machine.Rules{}, machine.World{}, time.Time{}, time.Time{})
		for _, f := range step.FieldsFor(t) {
			if asked[f.Name] == 0 {
				fields = append(fields, f)
			}
			asked[f.Name]++
		}
	}
	for i, f := range fields {
		if asked[f.Name] < tried {
			fields[i].Required = false
		}
	}
	return fields, true
}
