package gridfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
)

// ParseCSV reads a table of grids with a header. The area is in a column wkt as
// POLYGON or MULTIPOLYGON; without it a grid is known by its buildings.
func ParseCSV(raw []byte) ([]Row, Faults) {
	var faults Faults
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(raw) {
		faults.add(0, "", "文件不是 UTF-8 编码,请另存为“CSV UTF-8”", "the file is not UTF-8: save it as “CSV UTF-8”")
		return nil, faults
	}
	in := csv.NewReader(bytes.NewReader(raw))
	in.FieldsPerRecord = -1
	in.Comma = separator(raw)
	header, err := in.Read()
	if err != nil {
		tellCSV(err, &faults)
		return nil, faults
	}
	columns := make([]string, len(header))
	have := map[string]bool{}
	for i, name := range header {
		columns[i] = fieldNamed(name)
		if have[columns[i]] && columns[i] != "" {
			faults.add(1, columns[i], "列重复", "the column is there twice")
		}
		have[columns[i]] = true
	}
	for _, needed := range []string{fieldCode, fieldName, fieldHouseholds} {
		if !have[needed] {
			faults.add(1, needed, "缺少该列", "the column is missing")
		}
	}
	if len(faults) > 0 {
		return nil, faults
	}
	var rows []Row
	for {
		values, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			tellCSV(err, &faults)
			break
		}
		if row, ok := readRow(columns, values, in, &faults); ok {
			rows = append(rows, row)
		}
	}
	unique(rows, &faults)
	return rows, faults
}

// readRow reads one line; a line of empty cells is none.
func readRow(columns, values []string, in *csv.Reader, faults *Faults) (Row, bool) {
	line, _ := in.FieldPos(0)
	r := record{line: line, fields: map[string]string{}, faults: faults}
	if strings.TrimSpace(strings.Join(values, "")) == "" {
		return Row{}, false
	}
	if len(values) > len(columns) {
		r.fault("", "列数多于表头", "has more columns than the header")
		return Row{}, false
	}
	for i, v := range values {
		r.fields[columns[i]] = v
	}
	row := r.row()
	if text := r.text(fieldWKT); text != "" {
		var ok bool
		if row.Area, ok = parseWKT(text); !ok {
			r.fault(fieldWKT, "应为 POLYGON 或 MULTIPOLYGON(先经度后纬度)", "must be a POLYGON or MULTIPOLYGON, longitude first")
		}
	}
	return row, true
}

func parseWKT(text string) (orb.MultiPolygon, bool) {
	g, err := wkt.Unmarshal(text)
	if err != nil {
		return nil, false
	}
	switch g := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{g}, true
	case orb.MultiPolygon:
		return g, true
	}
	return nil, false
}

// separator is what the header is parted by: some spreadsheets write semicolons or tabs.
func separator(raw []byte) rune {
	header, _, _ := bytes.Cut(raw, []byte("\n"))
	for _, c := range ",\t;" {
		if bytes.ContainsRune(header, c) {
			return c
		}
	}
	return ','
}

func tellCSV(err error, faults *Faults) {
	var p *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		faults.add(1, "", "文件为空", "the file is empty")
	case errors.As(err, &p):
		faults.add(p.Line, "", "CSV 格式错误(引号不成对?)", "CSV: "+p.Err.Error())
	default:
		faults.add(0, "", "文件无法读取", "the file cannot be read")
	}
}
