package export

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"huajie/domain/calendar"
)

// Cell is one cell of a row: words, or a number.
type Cell struct {
	Text   string
	Number float64
	Is     bool // a number
}

// Words is a cell of text.
func Words(s string) Cell { return Cell{Text: s} }

// Count is a cell that can be added up.
func Count(n int) Cell { return Cell{Number: float64(n), Is: true} }

// Figure is a cell that can be added up.
func Figure(f float64) Cell { return Cell{Number: f, Is: true} }

// Moment is a cell of a time, empty for none.
func Moment(at time.Time) Cell {
	if at.IsZero() {
		return Cell{}
	}
	return Words(at.In(calendar.Zone).Format(time.DateTime))
}

// String is the cell as CSV has it.
func (c Cell) String() string {
	if c.Is {
		return strconv.FormatFloat(c.Number, 'f', -1, 64)
	}
	return Safe(c.Text)
}

// Longest is how much text a cell takes, in UTF-16 units: spreadsheets take 32,767.
const Longest = 32_000

// Safe is a text as it is written into a cell: without what a file cannot hold, not
// longer than a cell, and guarded.
func Safe(s string) string { return guard(clean(s)) }

// clean replaces what XML cannot hold, and writes line ends in one way: the two formats
// would each change them in their own. A tab is a space: it parts columns where a cell is
// pasted.
func clean(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	var b strings.Builder
	units := 0
	for _, r := range s {
		if r != '\n' && (r < 0x20 || r == 0x7F || r == 0xFFFE || r == 0xFFFF) {
			r = utf8.RuneError
		}
		n := 1
		if r > 0xFFFF {
			n = 2
		}
		if units+n > Longest {
			b.WriteRune('…')
			break
		}
		units += n
		b.WriteRune(r)
	}
	return b.String()
}

// signs begin a formula in a spreadsheet, in every width they can be typed in.
const signs = "=+-@\uFF1D\uFF0B\uFF0D\uFF20\uFE66\uFE62\uFE63\uFE6B\u2212"

// quote stands before what would be taken for a formula; a spreadsheet shows the rest as
// text.
const quote = "'"

// guard puts a quote before what a spreadsheet could take for a formula: before the text when
// it begins with a sign of one or with a line end, and, because a spreadsheet that parts
// columns by semicolon does not know the quotes of a file that parts them by comma, before
// such a sign after a semicolon or a line end in it. White space and what nobody sees may
// stand before it.
func guard(s string) string {
	var b strings.Builder
	first := true // nothing of this cell has been seen yet
	for i, r := range s {
		sign := first && strings.ContainsRune(signs, r)
		switch {
		case sign && strings.ContainsAny(s[:i], ";\n"):
			b.WriteString(quote)
		case sign, i == 0 && r == '\n':
			before := b.String()
			b.Reset()
			b.WriteString(quote + before)
		}
		if r == ';' || r == '\n' {
			first = true
		} else if !unseen(r) {
			first = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// unseen tells what may stand before the first sign of a formula.
func unseen(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
