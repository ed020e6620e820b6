// Package gridfile reads grids as offices have them, a GeoJSON FeatureCollection or
// a table in CSV, and writes the shapes of a rulebook. Every fault of a file is
// told at once, with its line. The formats are in docs/grids.md.
package gridfile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"huajie/domain"
	"huajie/domain/grid"
)

// Row is one grid of a file.
type Row struct {
	grid.Grid
	// Community names the community or village, for one the rulebook does not know.
	Community domain.Text
	Line      int
}

// Fault is something wrong with a file. Line is 0 for the file as a whole.
type Fault struct {
	Line int
	Key  string // the feature or column
	domain.Text
}

// Faults are everything wrong with a file.
type Faults []Fault

func (fs *Faults) add(line int, key, zh, en string) {
	*fs = append(*fs, Fault{line, key, domain.Text{ZH: zh, EN: en}})
}

// The fields of a grid, in GeoJSON properties of a feature, in CSV columns.
const (
	fieldCode        = "code"
	fieldName        = "name"
	fieldNameEN      = "name_en"
	fieldHouseholds  = "households"
	fieldRural       = "rural"
	fieldSpecial     = "special"
	fieldProvisional = "provisional"
	fieldBuildings   = "buildings"
	fieldCommunity   = "community"
	fieldCommunityEN = "community_en"
	fieldWKT         = "wkt"
)

var fields = []string{
	fieldCode, fieldName, fieldNameEN, fieldHouseholds, fieldRural, fieldSpecial, fieldProvisional, fieldBuildings, fieldCommunity, fieldCommunityEN,
}

// aliases are the names Chinese tables give the fields.
var aliases = map[string]string{
	"网格编码": fieldCode, "编码": fieldCode, "网格名称": fieldName, "名称": fieldName, "英文名称": fieldNameEN, "户数": fieldHouseholds,
	"农村": fieldRural, "专属网格": fieldSpecial, "专属": fieldSpecial, "暂定": fieldProvisional, "楼栋": fieldBuildings, "楼栋范围": fieldBuildings,
	"社区": fieldCommunity, "村(社区)": fieldCommunity, "社区英文名称": fieldCommunityEN, "范围": fieldWKT,
}

// fieldNamed gives the field a column or property is, whatever its spelling.
func fieldNamed(name string) string {
	name = strings.ToLower(strings.TrimSpace(strings.NewReplacer("(", "(", ")", ")").Replace(name)))
	if f, ok := aliases[name]; ok {
		return f
	}
	return name
}

var (
	codePattern = regexp.MustCompile(`^\d{15}$`)
	rounded     = regexp.MustCompile(`^\d([.,]\d+)?[eE]\+?\d+$`)
)

// record is one line of a file before it is understood.
type record struct {
	line   int
	key    string // what the line is called in faults
	fields map[string]string
	faults *Faults
}

func (r record) text(field string) string { return strings.Trim(r.fields[field], " \t\u3000'") }

func (r record) fault(field, zh, en string) { r.faults.add(r.line, r.key+field, zh, en) }

func (r record) code() string {
	code := r.text(fieldCode)
	switch {
	case code == "":
		r.fault(fieldCode, "缺少网格编码", "the code of the grid is missing")
	case rounded.MatchString(code):
		r.fault(fieldCode, "编码被表格软件改成了数值,请把该列设为文本", "the code was rounded by a spreadsheet: make the column text")
	case !codePattern.MatchString(code):
		r.fault(fieldCode, "编码应为15位数字(12位社区/村编码加3位序号)", "the code must be 15 digits: community or village (12) and number (3)")
	default:
		return code
	}
	return ""
}

func (r record) flag(field string) bool {
	switch strings.ToLower(r.text(field)) {
	case "", "0", "否", "false", "no", "n":
		return false
	case "1", "是", "true", "yes", "y":
		return true
	}
	r.fault(field, "应填 是 或 否", "must be true or false")
	return false
}

func (r record) count(field string) int {
	s := r.text(field)
	if s == "" {
		r.fault(field, "缺少户数", "the number of households is missing")
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1_000_000 {
		r.fault(field, "应为非负整数", "must be a whole number of zero or more")
		return 0
	}
	return n
}

// longest bounds a name; a longer one is a column taken for another.
const longest = 100

func (r record) name(field string, required bool) string {
	s := r.text(field)
	switch {
	case s == "" && required:
		r.fault(field, "缺少名称", "the name is missing")
	case len([]rune(s)) > longest:
		r.fault(field, "名称过长", fmt.Sprintf("is longer than %d characters", longest))
	}
	return s
}

// row understands a record; what is wrong with it is told in its faults.
func (r record) row() Row {
	row := Row{Line: r.line, Community: domain.Text{ZH: r.name(fieldCommunity, false), EN: r.name(fieldCommunityEN, false)}}
	row.Code = r.code()
	row.Name = domain.Text{ZH: r.name(fieldName, true), EN: r.name(fieldNameEN, false)}
	row.Households = r.count(fieldHouseholds)
	row.Rural, row.Special, row.Provisional = r.flag(fieldRural), r.flag(fieldSpecial), r.flag(fieldProvisional)
	for _, b := range strings.FieldsFunc(r.text(fieldBuildings), func(c rune) bool { return strings.ContainsRune(";;\n|", c) }) {
		if b = strings.TrimSpace(b); b != "" {
			row.Buildings = append(row.Buildings, b)
		}
	}
	return row
}

// unique tells of codes given twice.
func unique(rows []Row, faults *Faults) {
	first := map[string]int{}
	for _, r := range rows {
		if line, twice := first[r.Code]; twice && r.Code != "" {
			faults.add(r.Line, r.Code, fmt.Sprintf("与第 %d 行编码重复", line), fmt.Sprintf("the code is already used in line %d", line))
			continue
		}
		first[r.Code] = r.Line
	}
}
