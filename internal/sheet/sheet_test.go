package sheet_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"huajie/domain"
	"huajie/domain/export"
	"huajie/internal/sheet"
)

var mark = sheet.Mark{ID: 7, Title: "办件", By: "supervisor.220402", Name: "督办员", Reason: "=季度督查用", Terms: "state=handling", At: time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)}

const line = "导出7 supervisor.220402 2026-11-24 10:00:00"

func write(t testing.TB, f export.Format, header []string, rows ...[]export.Cell) ([]byte, sheet.Ended) {
	t.Helper()
	var b bytes.Buffer
	file, err := sheet.New(f, &b, t.TempDir(), mark, header)
	require.NoError(t, err)
	for _, r := range rows {
		require.NoError(t, file.Row(r))
	}
	e, err := file.Close()
	require.NoError(t, err)
	return b.Bytes(), e
}

func TestCSVHasEverything(t *testing.T) {
	t.Parallel()
	raw, e := write(t, export.CSV, []string{"编号", "人数"}, []export.Cell{export.Words("a,\"b\"\nc"), export.Count(3)}, []export.Cell{export.Words("=1+1"), {}})
	text := string(raw)
	require.True(t, strings.HasPrefix(text, "\uFEFF编号,人数,水印\r\n"))
	body, last, ok := strings.Cut(strings.TrimPrefix(text, "\uFEFF"), "# ")
	require.True(t, ok)
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF"))).ReadAll()
	require.NoError(t, err, "every line has as many fields")
	assert.Equal(t, [][]string{{"编号", "人数", "水印"}, {"a,\"b\"\nc", "3", line}, {"'=1+1", "", line}}, all[:3])
	require.Len(t, all, 4)
	assert.Contains(t, all[3][0], "用途:=季度督查用;条件:state=handling;行数:2;数据行SHA-256:"+e.Sum)
	sum := sha256.Sum256([]byte(body))
	assert.Equal(t, hex.EncodeToString(sum[:]), e.Sum, "of what stands between the BOM and the last line")
	assert.True(t, strings.HasSuffix(last, ",,\r\n"))
	assert.Equal(t, 2, e.Rows)
}

// TestNobodyForgesTheManifest: what somebody has written stays one value of it, and the line
// begins with # whatever it holds.
func TestNobodyForgesTheManifest(t *testing.T) {
	t.Parallel()
	m := mark
	m.Reason, m.Terms = "督查,\"用\";审批人:director.220402\n行数:1", "q=a%3Bb"
	var b bytes.Buffer
	file, err := sheet.New(export.CSV, &b, t.TempDir(), m, []string{"编号"})
	require.NoError(t, err)
	_, err = file.Close()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(b.String()), "\r\n")
	last := lines[len(lines)-1]
	assert.True(t, strings.HasPrefix(last, "# 导出编号:7;"), last)
	values := map[string]string{}
	for _, part := range strings.Split(strings.TrimSuffix(strings.TrimPrefix(last, "# "), ","), ";") {
		name, value, _ := strings.Cut(part, ":")
		assert.NotContains(t, values, name)
		values[name] = value
	}
	assert.Len(t, values, 9)
	assert.Equal(t, "无(不含身份信息)", values["审批人"])
	assert.Equal(t, "0", values["行数"])
	assert.Equal(t, "2026-11-24 10:00:00", values["导出时间"])
	assert.Equal(t, "督查\uFF0C'用'\uFF1B审批人\uFF1Adirector.220402 行数\uFF1A1", values["用途"])
}

func TestABookHasEverything(t *testing.T) {
	t.Parallel()
	rows := [][]export.Cell{{export.Words("220402G2026112400001"), export.Count(3)}, {export.Words("=cmd|' /C calc'!A0"), export.Figure(1.5)}}
	raw, e := write(t, export.XLSX, []string{"编号", "人数"}, rows...)
	_, same := write(t, export.CSV, []string{"编号", "人数"}, rows...)
	assert.Equal(t, same, e, "the same rows have the same sum in both formats")
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	require.NoError(t, err)
	got, err := f.GetRows("数据")
	require.NoError(t, err)
	assert.Equal(t, [][]string{{"编号", "人数", "水印"}, {"220402G2026112400001", "3", line}, {"'=cmd|' /C calc'!A0", "1.5", line}}, got)
	kind, err := f.GetCellType("数据", "B3")
	require.NoError(t, err)
	assert.NotEqual(t, excelize.CellTypeInlineString, kind, "numbers can be added up")
	formula, err := f.GetCellFormula("数据", "A3")
	require.NoError(t, err)
	assert.Empty(t, formula)
	notes, err := f.GetRows("导出说明")
	require.NoError(t, err)
	assert.Contains(t, notes, []string{"用途", "'=季度督查用"})
	assert.Contains(t, notes, []string{"导出人", "督办员(supervisor.220402)"})
	assert.Contains(t, notes, []string{"行数", "2"})
	assert.Contains(t, notes, []string{"数据行SHA-256", e.Sum})
	page, err := f.GetHeaderFooter("数据")
	require.NoError(t, err)
	assert.Contains(t, page.OddHeader, line)
	props, err := f.GetDocProps()
	require.NoError(t, err)
	assert.Equal(t, "supervisor.220402", props.Creator)
	assert.Equal(t, "huajie-export-7", props.Identifier)
}

// TestABookLeavesNothingBehind: what is written is put aside in the folder given, and
// gone when the file is written, or abandoned.
func TestABookLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	for _, abandoned := range []bool{false, true} {
		dir := t.TempDir()
		var b bytes.Buffer
		f, err := sheet.New(export.XLSX, &b, dir, mark, []string{"事项"})
		require.NoError(t, err)
		long := []export.Cell{export.Words(strings.Repeat("小区停水", 2000))}
		for range 1500 { // more than is kept in memory
			require.NoError(t, f.Row(long))
		}
		left, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.NotEmpty(t, left)
		if abandoned {
			f.Abandon()
		} else {
			_, err = f.Close()
			require.NoError(t, err)
		}
		left, err = os.ReadDir(dir)
		require.NoError(t, err)
		assert.Empty(t, left)
	}
}

// TestABookRefusesWhatNoSheetHolds: a row too many is told of, and none is left out in silence.
func TestABookRefusesWhatNoSheetHolds(t *testing.T) {
	t.Parallel()
	require.Equal(t, 1_048_576, sheet.MostRows+1, "with the header")
	var b bytes.Buffer
	f, err := sheet.New(export.XLSX, &b, t.TempDir(), mark, []string{"事项"})
	require.NoError(t, err)
	defer f.Abandon()
	sheet.HoldAtMost(f, 2)
	row := []export.Cell{export.Words("漏水")}
	require.NoError(t, f.Row(row))
	require.NoError(t, f.Row(row), "as many as there may be")
	err = f.Row(row)
	assert.Equal(t, "too_many_rows", domain.ReasonOf(err))
	e, err := f.Close()
	require.NoError(t, err)
	assert.Equal(t, 2, e.Rows, "it is not counted as if it were there")

	said, ok := errors.AsType[*domain.Error](sheet.TooMany(sheet.MostRows+1, sheet.MostRows, export.XLSX))
	require.True(t, ok)
	assert.Equal(t, "共1048576行,超过一张工作表的上限1048575行,请缩小范围或选用CSV", said.Text.ZH)
	assert.Contains(t, said.Text.EN, "or for CSV")
}

// TestCSVForSpreadsheets: what a spreadsheet of a Chinese or English system opens by itself
// (docs/decisions/0015-exports.md): a mark of UTF-8, commas, CRLF, a point in figures, none between thousands.
func TestCSVForSpreadsheets(t *testing.T) {
	t.Parallel()
	raw, _ := write(t, export.CSV, []string{"编号", "超期小时数", "人数"}, []export.Cell{export.Words("220402G2026112400001"), export.Figure(1234.5), export.Count(1234567)})
	lines := strings.Split(string(raw), "\r\n")
	assert.Equal(t, "\xEF\xBB\xBF编号,超期小时数,人数,水印", lines[0])
	assert.Equal(t, "220402G2026112400001,1234.5,1234567,"+line, lines[1])
	assert.NotContains(t, strings.ReplaceAll(string(raw), "\r\n", ""), "\n")
}

// FuzzCell: whatever people have written, a cell is read back from both formats as it was
// written, and no spreadsheet takes it for a formula.
func FuzzCell(f *testing.F) {
	for _, s := range []string{"", "=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r\n=1", "\r=1", "＝1", "－1", "＋1", "＠x", " =1", "\u200b=1", "\ufeff@a", "'=1",
		"a\rb", "a\r\nb", "\x00=1", "\xff=1", "a,b;c\"d", "a;=1", "a\n=1", "a\t=1", "a; \u200b+1;", "\n=1", "_x000D_", "_x005F_", "\u2212" + "5", "小区停水", strings.Repeat("😀", 20_000), "\ufffe", "\x7f-1", "|cmd", "&amp;<b>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := export.Safe(s)
		if strings.ContainsAny(want, "\t\r") {
			t.Fatalf("%q holds what parts cells", want)
		}
		for _, part := range strings.FieldsFunc(want, func(r rune) bool { return r == ';' || r == '\n' }) {
			if strings.ContainsAny(strings.TrimSpace(part + " ")[:min(1, len(strings.TrimSpace(part)))], "=+-@") {
				t.Fatalf("%q begins a formula", want)
			}
		}
		if export.Safe(want) != want && len(want) < export.Longest {
			t.Fatalf("%q is not written as it is", want)
		}
		raw, _ := write(t, export.CSV, []string{"x"}, []export.Cell{export.Words(s)})
		all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\uFEFF"))).ReadAll()
		if err != nil || all[1][0] != want {
			t.Fatalf("CSV gives %q for %q: %v", all, want, err)
		}
		book, _ := write(t, export.XLSX, []string{"x"}, []export.Cell{export.Words(s)})
		x, err := excelize.OpenReader(bytes.NewReader(book))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = x.Close() }()
		got, err := x.GetCellValue("数据", "A2")
		if err != nil || got != want {
			t.Fatalf("XLSX gives %q for %q: %v", got, want, err)
		}
	})
}
