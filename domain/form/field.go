// Package form describes the inputs of a step as data: the same description
// makes the form an officer fills in, the OpenAPI document, and the check that
// lists every fault at once.
package form

import (
	"slices"

	"huajie/domain"
)

// Type is what kind of value a field takes.
type Type string

// The field types. Lists are JSON arrays; moments are RFC 3339 with zone; dates
// are YYYY-MM-DD in Asia/Shanghai; a point is {"lat", "lon"} in degrees, WGS-84.
const (
	Line    Type = "line"    // one line of text
	Text    Type = "text"    // free text
	Code    Type = "code"    // a code of a table of the rulebook
	Choice  Type = "choice"  // one of Options
	Unit    Type = "unit"    // id of an organisation unit
	Units   Type = "units"   // several of them
	User    Type = "user"    // username
	Users   Type = "users"   // several of them
	Case    Type = "case"    // case number
	Cases   Type = "cases"   // several of them
	Moment  Type = "moment"  // point in time
	Date    Type = "date"    // calendar date
	Integer Type = "integer" // whole number
	Boolean Type = "boolean" // yes or no
	Objects Type = "objects" // list of small forms, described by Of
	Point   Type = "point"   // place on the earth: {"lat", "lon"} in degrees, WGS-84, and "accuracy" in metres where known
	Files   Type = "files"   // several uploaded files, by their ids
	// Attached are several of Options: photos the case has already.
	Attached Type = "attached"
)

// Field is one input of a step.
type Field struct {
	Name     string   `json:"name"`
	ZH       string   `json:"label_zh"`
	EN       string   `json:"label_en"`
	Type     Type     `json:"type"`
	Required bool     `json:"required"`
	Table    string   `json:"table,omitempty"`   // for Code
	Options  []Option `json:"options,omitempty"` // for Choice
	Min      int      `json:"min,omitempty"`     // smallest number, or shortest text in characters
	Max      int      `json:"max,omitempty"`     // largest number, or longest text in characters
	Of       []Field  `json:"of,omitempty"`      // for Objects
	Yes      bool     `json:"yes,omitempty"`     // a Boolean that must be true: a declaration
	// When names a Boolean of the same form: the field is asked for only where it is ticked.
	When string `json:"when,omitempty"`
	// Without are codes of the table that are not for this input: no form offers them.
	Without []string `json:"-"`
	// Identity is an input that identifies a person: a value masked by anybody is refused.
	Identity bool `json:"-"`
	// Secret is a password: any characters may stand in it, those of a mask too.
	Secret bool `json:"-"`
	// NoNumbers is an input that becomes the reason of an entry of the audit log, which is kept for
	// years and holds nothing of a petitioner: telephone and document numbers are refused.
	NoNumbers bool `json:"-"`
	// House is an input the house itself fills in: no form shows it, and from a person it
	// is a field that does not exist.
	House bool `json:"-"`
}

// Option is one value of a Choice, with the names people choose it by.
type Option struct {
	Value string `json:"value"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
}

// longestLine and longestText bound what is stored per field, in characters.
const (
	longestLine = 200
	longestText = 8000
	mostItems   = 100
)

// Named makes a field of the type.
func (t Type) Named(name, zh, en string) Field {
	return Field{Name: name, ZH: zh, EN: en, Type: t}
}

// Or makes a copy of the field with one more option.
func (f Field) Or(value, zh, en string) Field {
	f.Options = append(slices.Clip(f.Options), Option{value, zh, en})
	return f
}

// Among makes a copy of the field whose options are values named elsewhere.
func Among[V ~string](f Field, values []V, name func(V) domain.Text) Field {
	for _, v := range values {
		n := name(v)
		f = f.Or(string(v), n.ZH, n.EN)
	}
	return f
}

// Values are what a Choice may be.
func (f Field) Values() []string {
	out := make([]string, len(f.Options))
	for i, o := range f.Options {
		out[i] = o.Value
	}
	return out
}

// Need makes a copy of the field that is required.
func (f Field) Need() Field { f.Required = true; return f }

// Lookup is what a form must know of the rulebook.
type Lookup interface {
	// Canonical gives the stored form of a code, or false for an unknown one.
	Canonical(table, code string) (string, bool)
	// HasUnit tells whether the organisation has the unit.
	HasUnit(id string) bool
}
