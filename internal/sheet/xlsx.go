package sheet

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"huajie/domain"
	"huajie/domain/export"
)

// The sheets of a book.
const (
	dataSheet = "数据"
	noteSheet = "导出说明"
)

// MostRows is how many rows a sheet holds beside its header: a book with more would be opened by
// no program, and what a library leaves out of it nobody would miss.
const MostRows = excelize.TotalRows - 1

// TooMany refuses a list of more rows than its file may have.
func TooMany(rows, most int, f export.Format) error {
	zh, en := fmt.Sprintf("共%d行,超过上限%d行,请缩小范围", rows, most), fmt.Sprintf("%d rows are more than %d: ask for less", rows, most)
	if f == export.XLSX && most == MostRows {
		zh, en = fmt.Sprintf("共%d行,超过一张工作表的上限%d行,请缩小范围或选用CSV", rows, most), fmt.Sprintf("%d rows are more than the %d a sheet holds: ask for less, or for CSV", rows, most)
	}
	return domain.Refuse("too_many_rows", "", zh, en)
}

// book is an XLSX file: the rows, a sheet that tells where they come from, the mark on top
// and at the foot of every printed page, and in the properties of the document. Rows go to
// a temporary file as soon as there are some; the packed book is held in memory once, when it
// is closed, because the library packs it there.
type book struct {
	w    io.Writer
	file *excelize.File
	data *excelize.StreamWriter
	rows *rows
	mark Mark
	line []any
	most int // rows, beside the header
}

func newBook(w io.Writer, dir string, m Mark, header []string) (b *book, err error) {
	b = &book{w: w, file: excelize.NewFile(excelize.Options{TmpDir: dir}), mark: m, rows: newRows(m, io.Discard), most: MostRows}
	defer func() {
		if err != nil {
			b.Abandon()
		}
	}()
	if err = b.file.SetSheetName("Sheet1", dataSheet); err != nil {
		return nil, err
	}
	if err = b.stamp(); err != nil {
		return nil, err
	}
	if b.data, err = b.file.NewStreamWriter(dataSheet); err != nil {
		return nil, err
	}
	if err = b.data.SetColWidth(1, len(header), 18); err != nil {
		return nil, err
	}
	if err = b.data.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	if err = b.rows.header(header); err != nil {
		return nil, err
	}
	for _, name := range header {
		b.line = append(b.line, name)
	}
	return b, b.data.SetRow("A1", b.line)
}

// mostHeader is the most a header of a page holds, codes included.
const mostHeader = 120

// stamp marks the pages and the document.
func (b *book) stamp() error {
	mark := []rune(strings.ReplaceAll(b.mark.Line(), "&", "&&")) // & is a code there
	if len(mark) > mostHeader {
		mark = mark[:mostHeader]
	}
	err := b.file.SetHeaderFooter(dataSheet, &excelize.HeaderFooterOptions{OddHeader: "&C" + string(mark), OddFooter: "&L" + string(mark) + "&R&P / &N"})
	if err != nil {
		return err
	}
	at := b.mark.At.UTC().Format(time.RFC3339)
	return b.file.SetDocProps(&excelize.DocProperties{Creator: clipped(b.mark.By), LastModifiedBy: clipped(b.mark.By), Title: clipped(b.mark.Title),
		Subject: clipped(b.mark.Line()), Description: clipped(b.mark.Reason), Identifier: fmt.Sprint("huajie-export-", b.mark.ID), Created: at, Modified: at})
}

// clipped is a text as a property of a document holds it.
func clipped(s string) string {
	r := []rune(export.Safe(s))
	return string(r[:min(len(r), 200)])
}

// Row implements File.
func (b *book) Row(cells []export.Cell) error {
	if b.rows.count == b.most {
		return TooMany(b.rows.count+1, b.most, export.XLSX)
	}
	if err := b.rows.add(cells); err != nil {
		return err
	}
	b.line = b.line[:0]
	for i, c := range cells {
		if c.Is {
			b.line = append(b.line, c.Number)
			continue
		}
		b.line = append(b.line, b.rows.cells[i])
	}
	at, err := excelize.CoordinatesToCellName(1, b.rows.count+1)
	if err != nil {
		return err
	}
	return b.data.SetRow(at, append(b.line, b.rows.mark))
}

// Close implements File.
func (b *book) Close() (Ended, error) {
	defer b.Abandon()
	e, err := b.rows.end()
	if err != nil {
		return e, err
	}
	if err := b.data.Flush(); err != nil {
		return e, err
	}
	if _, err := b.file.NewSheet(noteSheet); err != nil {
		return e, err
	}
	if err := b.file.SetColWidth(noteSheet, "A", "B", 30); err != nil {
		return e, err
	}
	for i, line := range b.mark.manifest(e.Rows, e.Sum) {
		for j, text := range line {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				return e, err
			}
			if err := b.file.SetCellStr(noteSheet, at, export.Safe(text)); err != nil {
				return e, err
			}
		}
	}
	_, err = b.file.WriteTo(b.w)
	return e, err
}

// Abandon implements File.
func (b *book) Abandon() {
	_ = b.file.Close() // removes its temporary files; nothing is lost with them
}
