// Package sheet writes rows into files for spreadsheets, one after the other, and marks
// them: who took them out of the house, when, and what for (docs/decisions/0015-exports.md).
package sheet

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"strconv"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/export"
)

// Mark is the watermark of a file.
type Mark struct {
	ID       int64
	Title    string // of the list
	By, Name string // who took it out: account and name
	Second   string // who agreed to identities; "" for none needed
	Reason   string
	Terms    string // what was asked for, as a query
	At       time.Time
}

// Line is the mark that stands in every row: which export, whose, and when.
func (m Mark) Line() string {
	return fmt.Sprintf("导出%d %s %s", m.ID, m.By, m.at())
}

func (m Mark) at() string { return m.At.In(calendar.Zone).Format(time.DateTime) }

// madeAt names the time in a manifest: the one value that is not words.
const madeAt = "导出时间"

// manifest is everything there is to know, for the end of a file.
func (m Mark) manifest(rows int, sum string) [][2]string {
	second := m.Second
	if second == "" {
		second = "无(不含身份信息)"
	}
	return [][2]string{{"导出编号", strconv.FormatInt(m.ID, 10)}, {"内容", m.Title}, {"导出人", m.Name + "(" + m.By + ")"}, {"审批人", second}, {madeAt, m.at()},
		{"用途", m.Reason}, {"条件", m.Terms}, {"行数", strconv.Itoa(rows)}, {"数据行SHA-256", sum}}
}

// File is a file being written.
type File interface {
	// Row adds a row.
	Row(cells []export.Cell) error
	// Close writes what stands at the end, and tells the sum of the rows.
	Close() (Ended, error)
	// Abandon lets go of what a file holds while it is written. After Close it does nothing.
	Abandon()
}

// Ended is what is known of a whole file.
type Ended struct {
	Rows int
	Sum  string // SHA-256 of header and rows as CSV writes them
}

// New begins a file with its header; the mark is the last column.
func New(f export.Format, w io.Writer, dir string, m Mark, header []string) (File, error) {
	header = append(append([]string{}, header...), "水印")
	if f == export.XLSX {
		return newBook(w, dir, m, header)
	}
	return newCSV(w, m, header)
}

// rows counts rows and sums them up: the same rows have the same sum in every format.
type rows struct {
	mark  string
	cells []string
	count int
	sum   hash.Hash
	out   *csv.Writer
}

// newRows sums up what is written, and writes it to w as CSV.
func newRows(m Mark, w io.Writer) *rows {
	r := &rows{mark: export.Safe(m.Line()), sum: sha256.New()}
	r.out = csv.NewWriter(io.MultiWriter(r.sum, w))
	r.out.UseCRLF = true // RFC 4180
	return r
}

func (r *rows) header(names []string) error { return r.out.Write(names) }

// add writes a row with the mark at its end.
func (r *rows) add(cells []export.Cell) error {
	r.cells = r.cells[:0]
	for _, c := range cells {
		r.cells = append(r.cells, c.String())
	}
	r.count++
	return r.out.Write(append(r.cells, r.mark))
}

func (r *rows) end() (Ended, error) {
	r.out.Flush()
	return Ended{r.count, hex.EncodeToString(r.sum.Sum(nil))}, r.out.Error()
}
