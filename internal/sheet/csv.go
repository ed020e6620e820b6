package sheet

import (
	"bufio"
	"encoding/csv"
	"io"
	"strings"

	"huajie/domain/export"
)

// bom tells a spreadsheet that the file is UTF-8.
const bom = "\uFEFF"

// oneLine leaves out of a value what would put the last line into quotes, which begins with
// #, and what parts the particulars in it: no reason can tell of a second person.
var oneLine = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ", ",", "\uFF0C", `"`, "'", ";", "\uFF1B", ":", "\uFF1A")

// plainFile is a CSV file: BOM, header, rows, and a last line with the manifest in its
// first field. The last line has as many fields as any other, so that strict readers take
// it; it begins with #, so that they can leave it out.
type plainFile struct {
	w     *bufio.Writer
	rows  *rows
	mark  Mark
	width int
}

func newCSV(w io.Writer, m Mark, header []string) (*plainFile, error) {
	f := &plainFile{w: bufio.NewWriterSize(w, 64<<10), mark: m, width: len(header)}
	if _, err := f.w.WriteString(bom); err != nil {
		return nil, err
	}
	f.rows = newRows(m, f.w)
	return f, f.rows.header(header)
}

// Row implements File.
func (f *plainFile) Row(cells []export.Cell) error { return f.rows.add(cells) }

// Close implements File.
func (f *plainFile) Close() (Ended, error) {
	e, err := f.rows.end()
	if err != nil {
		return e, err
	}
	var words []string
	for _, line := range f.mark.manifest(e.Rows, e.Sum) {
		if line[0] != madeAt {
			line[1] = oneLine.Replace(line[1])
		}
		words = append(words, line[0]+":"+line[1])
	}
	last := make([]string, f.width)
	last[0] = export.Safe("# " + strings.Join(words, ";"))
	out := csv.NewWriter(f.w)
	out.UseCRLF = true
	if err := out.Write(last); err != nil {
		return e, err
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return e, err
	}
	return e, f.w.Flush()
}

// Abandon implements File.
func (f *plainFile) Abandon() {}
