// Package form describes the inputs of a step as data: the same description
// makes the form an officer fills in, the OpenAPI document, and the check that
// lists every fault at once.
package form

// Type is what kind of value a field takes.
type Type string

// The field types. Lists are JSON arrays; moments are RFC 3339 with zone; dates
// are YYYY-MM-DD in Asia/Shanghai.
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
	Moment  Type = "moment"  // point in time
	Date    Type = "date"    // calendar date
	Integer Type = "integer" // whole number
	Boolean Type = "boolean" // yes or no
	Objects Type = "objects" // list of small forms, described by Of
)

// Field is one input of a step.
type Field struct {
	Name     string   `json:"name"`
	ZH       string   `json:"label_zh"`
	EN       string   `json:"label_en"`
	Type     Type     `json:"type"`
	Required bool     `json:"required"`
	Table    string   `json:"table,omitempty"`   // for Code
	Options  []string `json:"options,omitempty"` // for Choice
	Min      int      `json:"min,omitempty"`     // smallest number, or shortest text in characters
	Max      int      `json:"max,omitempty"`     // largest number, or longest text in characters
	Of       []Field  `json:"of,omitempty"`      // for Objects
	Yes      bool     `json:"yes,omitempty"`     // a Boolean that must be true: a declaration
}

// longestLine and longestText bound what is stored per field, in characters.
const (
	longestLine = 200
	longestText = 8000
	mostItems   = 100
)

// Need makes a copy of the field that is required.
func (f Field) Need() Field { f.Required = true; return f }

// Lookup is what a form must know of the rulebook.
type Lookup interface {
	// Canonical gives the stored form of a code, or false for an unknown one.
	Canonical(table, code string) (string, bool)
	// HasUnit tells whether the organisation has the unit.
	HasUnit(id string) bool
}
