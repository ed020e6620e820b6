package publishing

import (
	"slices"
	"strings"
)

// Sheet names a table of rows of the rulebook that is edited by a form: one row at a time, and the rest of its file
// stays as somebody has written it.
type Sheet string

// The sheets.
const (
	SheetDuty        Sheet = "duty"        // duty catalogue, category by category
	SheetLaws        Sheet = "laws"        // legal bases the catalogue may name
	SheetDepartments Sheet = "departments" // departments every county has
	SheetOrgans      Sheet = "organs"      // organs of the city
	SheetCounties    Sheet = "counties"
	SheetTownships   Sheet = "townships"   // streets, towns, townships and zones, by county
	SheetSettlements Sheet = "settlements" // communities and villages, by township
	SheetCodes       Sheet = "codes"       // what a code table holds, by table
)

// Sheets are all of them.
func Sheets() []Sheet {
	return []Sheet{SheetDuty, SheetLaws, SheetDepartments, SheetOrgans, SheetCounties, SheetTownships, SheetSettlements, SheetCodes}
}

// FieldType is what stands in a field of a row.
type FieldType string

// The types: a value of a row is a string, for Choices and Names a list of them, for Flag a bool, for Number an int.
const (
	FieldLine    FieldType = "line"
	FieldChoice  FieldType = "choice"
	FieldChoices FieldType = "choices"
	FieldNames   FieldType = "names" // several words, freely chosen
	FieldFlag    FieldType = "boolean"
	FieldNumber  FieldType = "integer"
)

// RowField is one field of the rows of a sheet.
type RowField struct {
	Name           string
	ZH, EN         string
	HintZH, HintEN string
	Type           FieldType
	Required       bool
	Fixed          bool // stays once the row is there: elsewhere it is known by it
	Options        []RowOption
	Longest        int // characters
}

// RowOption is one value of a choice.
type RowOption struct{ Value, ZH, EN string }

// Row is one row of a sheet.
type Row struct {
	ID     string
	Group  string // table, county or township it belongs to; "" where the sheet has no groups
	File   string
	Lines  []int // where it begins, and where its fields stand
	Kept   bool  // may be changed, but not removed
	Values map[string]any
}

// RowSheet is a sheet as files have it.
type RowSheet struct {
	Sheet   Sheet
	Fields  []RowField
	Groups  []RowOption // a new row names one, where there are any
	Rows    []Row
	Closed  bool // rows are changed, but neither added nor removed
	Files   []string
	Missing []Fault // files that cannot be read as YAML
}

// RowEdit changes one row. Row "" adds one, and Values nil removes it; a field that is not named stays as it is.
type RowEdit struct {
	Sheet  Sheet
	Row    string
	Group  string // of a new row
	Values map[string]any
}

// FieldAt tells which field of a row a fault is of, "." for the row as a whole and "" where it is of another.
func (r Row) FieldAt(file string, line int, key string) string {
	if file != r.File || !slices.Contains(r.Lines, line) {
		return ""
	}
	last := key[strings.LastIndex(key, ".")+1:]
	if _, ok := r.Values[last]; ok {
		return last
	}
	return "."
}
