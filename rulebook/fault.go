package rulebook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing wrong with the files. Line is 0 when the fault is of the
// file as a whole. Key is the path of the entry, such as "values.sign.auto" or
// "departments[4].short".
type Fault struct {
	File string `json:"file"`
	Line int    `json:"line"`
	Key  string `json:"key"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// String is "file:line: key: what is wrong".
func (f Fault) String() string {
	where := f.File
	if f.Line > 0 {
		where = fmt.Sprintf("%s:%d", f.File, f.Line)
	}
	if f.Key == "" {
		return where + ": " + f.EN
	}
	return where + ": " + f.Key + ": " + f.EN
}

// Faults is everything wrong with the files, ordered by file and line.
type Faults []Fault

// Error lists every fault, one a line.
func (fs Faults) Error() string {
	lines := make([]string, 0, len(fs)+1)
	lines = append(lines, fmt.Sprintf("rulebook: %d faults", len(fs)))
	for _, f := range fs {
		lines = append(lines, "  "+f.String())
	}
	return strings.Join(lines, "\n")
}

// sorted orders the faults by place and drops exact repetitions.
func (fs Faults) sorted() Faults {
	out := slices.Clone(fs)
	slices.SortStableFunc(out, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Key, b.Key), cmp.Compare(a.EN, b.EN))
	})
	return slices.Compact(out)
}
