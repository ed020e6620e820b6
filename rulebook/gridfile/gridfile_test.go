package gridfile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/rulebook/gridfile"
)

func said(faults gridfile.Faults) string {
	var out []string
	for _, f := range faults {
		out = append(out, fmt.Sprintf("%d %s: %s", f.Line, f.Key, f.EN))
	}
	return strings.Join(out, "\n")
}

const collection = `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[
{"type":"Feature","properties":{"code":"220402008901001","name":"第一网格","name_en":"Grid 1","households":420,"provisional":true,
  "buildings":["甲区1-3号楼","乙区"],"fid":7,"style":{"fill":"red"}},"geometry":{"type":"Polygon","coordinates":[[[125.1,42.9,12],[125.2,42.9],[125.2,43],[125.1,42.9]]]}},
{"type":"Feature","properties":{"网格编码":220402008901002,"网格名称":"第二网格","户数":"380","农村":"是","community":null},"geometry":null},
{"type":"Feature","properties":{"code":"220402008901003","name":"三","households":1,"special":1},"geometry":
  {"type":"MultiPolygon","coordinates":[[[[1,1],[2,1],[2,2],[1,1]]],[[[3,3],[4,3],[4,4],[3,3]],[[3.1,3.01],[3.2,3.01],[3.2,3.02],[3.1,3.01]]]]}}
]}`

func TestParseGeoJSON(t *testing.T) {
	t.Parallel()
	rows, faults := gridfile.ParseGeoJSON([]byte(collection))
	require.Empty(t, faults)
	require.Len(t, rows, 3)
	assert.Equal(t, domain.Text{ZH: "第一网格", EN: "Grid 1"}, rows[0].Name)
	assert.Equal(t, []string{"甲区1-3号楼", "乙区"}, rows[0].Buildings)
	assert.Equal(t, orb.Point{125.1, 42.9}, rows[0].Area[0][0][0], "heights are left out")
	assert.True(t, rows[0].Provisional)
	assert.Equal(t, "220402008901002", rows[1].Code)
	assert.True(t, rows[1].Rural)
	assert.False(t, rows[1].Shaped())
	assert.True(t, rows[2].Special)
	assert.Len(t, rows[2].Area, 2)
	assert.Len(t, rows[2].Area[1], 2)
	assert.Equal(t, []int{2, 4, 5}, []int{rows[0].Line, rows[1].Line, rows[2].Line})
}

func TestFaultsOfGeoJSON(t *testing.T) {
	t.Parallel()
	one := func(properties, geometry string) string {
		return "{\"type\":\"FeatureCollection\",\"features\":[\n{\"type\":\"Feature\",\"properties\":{" + properties + "},\"geometry\":" + geometry + "}]}"
	}
	const good = `"code":"220402008901001","name":"甲","households":1`
	for raw, want := range map[string]string{
		``:                   "1 : JSON: unexpected end of JSON input",
		"{\n\n]":             "3 : JSON: invalid character ']'",
		`[]`:                 "1 type: must be a GeoJSON FeatureCollection",
		`{"type":"Feature"}`: "1 type: must be a GeoJSON FeatureCollection",
		`{"type":"FeatureCollection","crs":{"properties":{"name":"EPSG:4549"}},"features":[]}`: "1 crs: coordinates must be WGS-84",
		`{"type":"FeatureCollection","features":[null]}`:                                       "1 feature 1: must be a Feature",
		one(`"name":"甲","households":1`, "null"):                                               "2 feature 1: code: the code of the grid is missing",
		one(`"code":"2204","name":"甲","households":1`, "null"):                                 "2 feature 1: code: the code must be 15 digits",
		one(`"code":2.20402008901e14,"name":"甲","households":1`, "null"):                       "2 feature 1: code: the code was rounded by a spreadsheet",
		one(`"code":{},"name":"甲","households":1`, "null"):                                     "2 feature 1: code: has the wrong type",
		one(`"code":"220402008901001","name":"","households":1`, "null"):                       "2 feature 1: name: the name is missing",
		one(`"code":"220402008901001","name":"甲"`, "null"):                                     "2 feature 1: households: the number of households is missing",
		one(`"code":"220402008901001","name":"甲","households":-1`, "null"):                     "2 feature 1: households: must be a whole number",
		one(good+`,"rural":"maybe"`, "null"):                                                   "2 feature 1: rural: must be true or false",
		one(good, `{"type":"Point","coordinates":[1,2]}`):                                      "2 feature 1: geometry: must be a Polygon or MultiPolygon",
		one(good, `{"type":"Polygon","coordinates":[1,2]}`):                                    "2 feature 1: geometry: the coordinates have the wrong form",
		one(good, `{"type":"Polygon","coordinates":[[[1],[2]]]}`):                              "2 feature 1: geometry: the coordinates have the wrong form",
		one(good, `{"type":"Polygon"}`):                                                        "2 feature 1: geometry: the coordinates have the wrong form",
	} {
		rows, faults := gridfile.ParseGeoJSON([]byte(raw))
		assert.Contains(t, said(faults), want, raw)
		assert.NotContains(t, said(faults), "maybe", "what was sent is not repeated")
		for _, f := range faults {
			assert.NotEmpty(t, f.ZH)
		}
		_ = rows
	}
	_, faults := gridfile.ParseGeoJSON([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{` + good + `}},{"type":"Feature","properties":{` + good + `}}]}`))
	assert.Contains(t, said(faults), "the code is already used in line 1")
}

func TestParseCSV(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"commas":     "code,name,households,special,wkt,remark\n220402008901001,\"甲\n乙\",420,是,\"POLYGON((1 1,2 1,2 2,1 1))\",x\n,,\n'220402008901002,丙,380,,,\n",
		"semicolons": "\xef\xbb\xbf编码;名称;户数;专属;范围\r\n220402008901001;\"甲\n乙\";420;1;MULTIPOLYGON (((1 1, 2 1, 2 2, 1 1)))\r\n\r\n220402008901002;丙;380;;\r\n",
		"tabs":       "Code\tName\tHouseholds\tSpecial\tWKT\n220402008901001\t\"甲\n乙\"\t420\tTRUE\tpolygon((1 1,2 1,2 2,1 1))\n\n220402008901002\t丙\t380\n",
	} {
		rows, faults := gridfile.ParseCSV([]byte(raw))
		require.Empty(t, faults, name)
		require.Len(t, rows, 2, name)
		assert.Equal(t, "220402008901001", rows[0].Code, name)
		assert.True(t, rows[0].Special, name)
		assert.Len(t, rows[0].Area[0][0], 4, name)
		assert.Equal(t, "220402008901002", rows[1].Code, name)
		assert.Equal(t, 380, rows[1].Households, name)
		assert.Equal(t, []int{2, 5}, []int{rows[0].Line, rows[1].Line}, name)
	}
}

func TestFaultsOfCSV(t *testing.T) {
	t.Parallel()
	const head = "code,name,households,wkt\n"
	for raw, want := range map[string]string{
		"":                                                    "1 : the file is empty",
		"code,name\n":                                         "1 households: the column is missing",
		"code,编码,name,households\n":                           "1 code: the column is there twice",
		head + "2.20402E+14,甲,1,\n":                           "2 code: the code was rounded by a spreadsheet",
		head + "220402008901001,甲,x,\n":                       "2 households: must be a whole number",
		head + "220402008901001,甲,1,,,,\n":                    "2 : has more columns than the header",
		head + "220402008901001,甲,1,POINT(1 1)\n":             "2 wkt: must be a POLYGON",
		head + "220402008901001,甲,1,nonsense\n":               "2 wkt: must be a POLYGON",
		head + "220402008901001,\"甲,1,\n":                     "CSV:",
		head + "220402008901001,甲,1,\n220402008901001,乙,1,\n": "3 220402008901001: the code is already used in line 2",
		head + "220402008901001," + strings.Repeat("长", 101) + ",1,\n": "2 name: is longer than 100 characters",
		"code,name,households\n\xb1\xe0\xc2\xeb":                       "0 : the file is not UTF-8",
	} {
		_, faults := gridfile.ParseCSV([]byte(raw))
		assert.Contains(t, said(faults), want, raw)
	}
}

func TestShapesComeBackAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	rows, _ := gridfile.ParseGeoJSON([]byte(collection))
	var shapes []gridfile.Shape
	for _, r := range rows {
		if r.Shaped() {
			shapes = append(shapes, gridfile.Shape{Code: r.Code, Provisional: r.Provisional, Area: r.Area})
		}
	}
	raw := gridfile.WriteShapes([]gridfile.Shape{shapes[1], shapes[0]})
	again, faults := gridfile.ParseShapes(raw)
	require.Empty(t, faults)
	for i := range again {
		assert.Equal(t, i+2, again[i].Line, "a line for each")
		again[i].Line = 0
	}
	assert.Equal(t, shapes, again)
	none, faults := gridfile.ParseShapes(gridfile.WriteShapes(nil))
	assert.Empty(t, none)
	assert.Empty(t, faults)
	_, faults = gridfile.ParseShapes([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"220402008901001","name":"x"},"geometry":null}]}`))
	assert.Equal(t, "1 feature 1: name: unknown property\n1 feature 1: geometry: the area is missing", said(faults))
}

// sound is what holds of whatever a parser makes of a file without faults.
func sound(t *testing.T, rows []gridfile.Row, faults gridfile.Faults) {
	if len(faults) > 0 {
		for _, f := range faults {
			if f.ZH == "" || f.EN == "" || f.Line < 0 {
				t.Fatalf("%+v", f)
			}
		}
		return
	}
	last := 0
	for _, r := range rows {
		if len(r.Code) != 15 || r.Name.ZH == "" || r.Households < 0 || r.Line < last {
			t.Fatalf("%+v", r)
		}
		last = r.Line
	}
}

func FuzzParseGeoJSON(f *testing.F) {
	f.Add([]byte(collection))
	for _, s := range []string{"", "{}", "null", `{"type":"FeatureCollection","features":[{},null,1,{"type":"Feature","properties":{"code":[null]},"geometry":{"type":"Polygon","coordinates":[[null,[]],null]}}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		rows, faults := gridfile.ParseGeoJSON(raw)
		sound(t, rows, faults)
		gridfile.ParseShapes(raw)
	})
}

func FuzzParseCSV(f *testing.F) {
	const head = "code,name,households,wkt\n"
	for _, s := range []string{
		"", head, head + "220402008901001,甲,1,\"POLYGON((1 1,2 1,2 2,1 1))\"", head + "220402008901001,甲,1,POLYGON EMPTY", "编码;名称;户数;范围\n1;2;3;MULTIPOLYGON(((",
		head + "220402008901001,甲,1,\"POLYGON((NaN 1,2 1,2 2,1 1),())\"", head + "220402008901001,甲,1,\"GEOMETRYCOLLECTION(POLYGON((1 1)))\"",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		rows, faults := gridfile.ParseCSV(raw)
		sound(t, rows, faults)
	})
}
