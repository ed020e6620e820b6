package gridfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"huajie/domain/grid"
)

// feature is one feature of a collection, read as far as JSON goes.
type feature struct {
	Type       string                     `json:"type"`
	Geometry   *geometry                  `json:"geometry"`
	Properties map[string]json.RawMessage `json:"properties"`

	line, number int
}

type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// ParseGeoJSON reads a FeatureCollection (RFC 7946) of grids. A feature without a
// geometry is a grid known by its buildings.
func ParseGeoJSON(raw []byte) ([]Row, Faults) {
	var faults Faults
	var rows []Row
	for _, f := range collection(raw, &faults) {
		r := record{f.line, fmt.Sprintf("feature %d: ", f.number), map[string]string{}, &faults}
		for _, name := range slices.Sorted(maps.Keys(f.Properties)) {
			field := fieldNamed(name)
			text, ok := plainValue(f.Properties[name])
			if _, given := r.fields[field]; ok && (!given || name == field) {
				r.fields[field] = text
			}
			if !ok && slices.Contains(fields, field) {
				r.fault(field, "类型错误", "has the wrong type")
			}
		}
		row := r.row()
		row.Area = f.area(&faults)
		rows = append(rows, row)
	}
	unique(rows, &faults)
	return rows, faults
}

// Shape is the area of one grid, as a rulebook keeps it.
type Shape struct {
	Code        string
	Provisional bool
	Area        orb.MultiPolygon
	Line        int
}

// ParseShapes reads the shapes of a rulebook: features with a code, of grids that
// are listed elsewhere.
func ParseShapes(raw []byte) ([]Shape, Faults) {
	var faults Faults
	var out []Shape
	for _, f := range collection(raw, &faults) {
		r := record{f.line, fmt.Sprintf("feature %d: ", f.number), map[string]string{}, &faults}
		for _, name := range slices.Sorted(maps.Keys(f.Properties)) {
			text, ok := plainValue(f.Properties[name])
			if !ok || name != fieldCode && name != fieldProvisional {
				r.fault(name, "未知的属性", "unknown property")
			}
			r.fields[name] = text
		}
		s := Shape{Code: r.code(), Provisional: r.flag(fieldProvisional), Area: f.area(&faults), Line: f.line}
		if f.Geometry == nil {
			r.fault("geometry", "缺少范围", "the area is missing")
		}
		out = append(out, s)
	}
	return out, faults
}

// WriteShapes is the file ParseShapes reads, ordered by code, a line for each.
func WriteShapes(shapes []Shape) []byte {
	shapes = slices.Clone(shapes)
	slices.SortFunc(shapes, func(a, b Shape) int { return strings.Compare(a.Code, b.Code) })
	var out bytes.Buffer
	out.WriteString("{\"type\":\"FeatureCollection\",\"features\":[")
	for i, s := range shapes {
		if i > 0 {
			out.WriteByte(',')
		}
		properties := map[string]any{fieldCode: s.Code}
		if s.Provisional {
			properties[fieldProvisional] = true
		}
		f, err := json.Marshal(struct {
			Type       string         `json:"type"`
			Properties map[string]any `json:"properties"`
			Geometry   any            `json:"geometry"`
		}{"Feature", properties, grid.Grid{Area: s.Area}.Geometry()})
		if err != nil {
			panic(fmt.Sprintf("shape of %s cannot be encoded: %v", s.Code, err)) // coordinates are checked to be numbers
		}
		out.WriteByte('\n')
		out.Write(f)
	}
	out.WriteString("\n]}\n")
	return out.Bytes()
}

// collection takes a file apart into its features, noting the line of each.
func collection(raw []byte, faults *Faults) []feature {
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	line := func(offset int64) int { return 1 + bytes.Count(raw[:min(offset, int64(len(raw)))], []byte("\n")) }
	var probe json.RawMessage
	var syntax *json.SyntaxError
	if err := json.Unmarshal(raw, &probe); errors.As(err, &syntax) {
		faults.add(line(syntax.Offset), "", "JSON 语法错误", "JSON: "+syntax.Error())
		return nil
	}
	var top struct {
		Type string `json:"type"`
		CRS  struct {
			Properties struct {
				Name string `json:"name"`
			} `json:"properties"`
		} `json:"crs"`
		Features []json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(raw, &top); err != nil || top.Type != "FeatureCollection" {
		faults.add(1, "type", "应为 GeoJSON FeatureCollection", "must be a GeoJSON FeatureCollection")
		return nil
	}
	if name := top.CRS.Properties.Name; name != "" && !degrees(name) {
		faults.add(1, "crs", "坐标系须为 WGS-84(或 CGCS2000)经纬度,请先转换", "coordinates must be WGS-84 (or CGCS2000) degrees: convert the file first")
		return nil
	}
	var out []feature
	at, lines := 0, 1
	for i, one := range top.Features {
		// The features come in order and are parts of the file as they stand there.
		next := at + bytes.Index(raw[at:], one)
		lines += bytes.Count(raw[at:next], []byte("\n"))
		f := feature{line: lines, number: i + 1}
		lines += bytes.Count(one, []byte("\n"))
		at = next + len(one)
		if err := json.Unmarshal(one, &f); err != nil || f.Type != "Feature" {
			faults.add(f.line, fmt.Sprintf("feature %d", f.number), "应为 Feature", "must be a Feature with properties and a geometry")
			continue
		}
		out = append(out, f)
	}
	return out
}

// degrees tells whether a coordinate system is WGS-84 or what differs from it by
// less than a metre.
func degrees(crs string) bool {
	for _, known := range []string{"CRS84", "4326", "4490"} {
		if strings.HasSuffix(crs, known) {
			return true
		}
	}
	return false
}

// area reads the geometry of a feature.
func (f feature) area(faults *Faults) orb.MultiPolygon {
	if f.Geometry == nil {
		return nil
	}
	wrong := func(zh, en string) orb.MultiPolygon {
		faults.add(f.line, fmt.Sprintf("feature %d: geometry", f.number), zh, en)
		return nil
	}
	parts := make([][][][]float64, 1)
	var err error
	switch f.Geometry.Type {
	case "Polygon":
		err = json.Unmarshal(f.Geometry.Coordinates, &parts[0])
	case "MultiPolygon":
		err = json.Unmarshal(f.Geometry.Coordinates, &parts)
	default:
		return wrong("应为 Polygon 或 MultiPolygon", "must be a Polygon or MultiPolygon")
	}
	if err != nil {
		return wrong("坐标格式错误", "the coordinates have the wrong form")
	}
	var out orb.MultiPolygon
	for _, rings := range parts {
		poly := make(orb.Polygon, 0, len(rings))
		for _, positions := range rings {
			ring := make(orb.Ring, 0, len(positions))
			for _, p := range positions {
				if len(p) < 2 {
					return wrong("坐标格式错误", "the coordinates have the wrong form")
				}
				ring = append(ring, orb.Point{p[0], p[1]})
			}
			poly = append(poly, ring)
		}
		out = append(out, poly)
	}
	return out
}

// plainValue is a property as a table would hold it: lists are parted by semicolons.
func plainValue(raw json.RawMessage) (string, bool) {
	var list []string
	if json.Unmarshal(raw, &list) == nil {
		return strings.Join(list, ";"), true
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text, true
	}
	switch raw[0] {
	case '{', '[':
		return "", false
	}
	return string(raw), true // a number as written, true or false
}
