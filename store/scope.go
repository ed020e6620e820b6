package store

import (
	"slices"
	"strconv"
	"strings"

	"huajie/domain/casefile"
	"huajie/domain/machine"
	"huajie/domain/view"
)

// A case lists who may read it as marks: its county, its township, its grid, the units
// that take or took part, its first responder, owner, leader and handlers, who it is
// offered to, and the citizen who registered it. A scope is
// the marks its caller bears. The caller sees the case when they share one.
const (
	markCounty   = "c:"
	markTownship = "t:"
	markGrid     = "g:"
	markUnit     = "u:"
	markUser     = "p:"
	markOffice   = "o:"
)

// readersOf are the marks of a case. They hold what view.Scope.Sees compares.
func readersOf(c casefile.Card) []string {
	out := append(marks(markCounty, c.County), marks(markTownship, c.Area)...)
	out = append(out, marks(markGrid, c.Grid)...)
	out = append(out, marks(markUnit, c.Units...)...)
	out = append(out, marks(markUnit, c.FirstUnit)...)
	out = append(out, marks(markUnit, c.OfferedUnit)...)
	out = append(out, marks(markUser, c.OfferedUser, c.FirstResponder, c.OwningLeader, c.Owner.User, c.RegisteredBy)...)
	out = append(out, marks(markUser, c.Handlers...)...)
	out = append(out, marks(markUser, c.Helpers...)...)
	slices.Sort(out)
	return slices.Compact(out)
}

// awaitingOf are the marks of who is to sign: a person, or an office.
func awaitingOf(signers []machine.Recipient) []string {
	out := []string{}
	for _, to := range signers {
		switch {
		case to.User != "":
			out = append(out, markUser+to.User)
		case to.Role != "":
			out = append(out, markOffice+string(to.Role)+"@"+to.Unit)
		}
	}
	slices.Sort(out)
	return out
}

// marks leaves out empty names: nobody is not a reader.
func marks(kind string, names ...string) []string {
	out := []string{}
	for _, n := range names {
		if n != "" {
			out = append(out, kind+n)
		}
	}
	return out
}

// where collects the conditions of a question with their arguments.
type where struct {
	clauses []string
	either  []string // alternatives no two of which hold for one row; none: no more conditions
	args    []any
}

// arg adds an argument and gives its placeholder.
func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

// and adds a condition in which every ? stands for the next argument.
func (w *where) and(clause string, args ...any) {
	for _, a := range args {
		clause = strings.Replace(clause, "?", w.arg(a), 1)
	}
	w.clauses = append(w.clauses, "("+clause+")")
}

// or adds alternatives. Of two that may hold for one row the second must say NOT
// the first. Each can then be read along an index of its own, in order.
func (w *where) or(alternatives ...string) {
	if len(w.either) == 0 {
		w.either = alternatives
		return
	}
	var both []string
	for _, a := range w.either {
		for _, b := range alternatives {
			both = append(both, a+" AND "+b)
		}
	}
	w.either = both
}

// String is the WHERE clause.
func (w *where) String() string {
	if len(w.either) > 0 {
		return clause(append(slices.Clone(w.clauses), "("+strings.Join(w.either, " OR ")+")"))
	}
	return clause(w.clauses)
}

// branches are the WHERE clauses of the alternatives.
func (w *where) branches() []string {
	if len(w.either) == 0 {
		return []string{w.String()}
	}
	out := make([]string, len(w.either))
	for i, a := range w.either {
		out[i] = clause(append(slices.Clone(w.clauses), a))
	}
	return out
}

func clause(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(all, " AND ")
}

// within is the one place where a scope becomes SQL. Every question about cases
// on behalf of a caller passes through it; it says what view.Scope.Sees says.
func within(s view.Scope) *where {
	w := &where{}
	w.sees(s)
	return w
}

// sees adds the conditions of a scope.
func (w *where) sees(s view.Scope) { w.clauses = append(w.clauses, w.scope(s)...) }

// scope writes the conditions of a scope.
func (w *where) scope(s view.Scope) (out []string) {
	own := marks(markUser, s.User)
	all := append(marks(markCounty, s.Counties...), others(s)...)
	switch {
	case s.City:
	case len(all) == 0:
		out = append(out, "(false)")
	default:
		out = append(out, "(cases.readers && "+w.arg(all)+"::text[])")
	}
	if len(s.Posts) > 0 { // not even the vault is for who is accused
		out = append(out, "(cases.confidentiality <> 'C3' OR coalesce(cases.body ->> 'respondent_unit', '') <> ALL ("+w.arg(s.Posts)+"::text[]))")
	}
	if !s.Vault { // accusations are for those who work on them
		out = append(out, "(cases.confidentiality <> 'C3' OR cases.readers && "+w.arg(own)+"::text[])")
	}
	return out
}

// reads adds that the caller may read what a case says, not only see it.
func (w *where) reads(s view.Scope) { w.clauses = append(w.clauses, w.legible(s)) }

// legible is true of the cases whose words are the caller's to read: it says what
// view.Scope.Reads says.
func (w *where) legible(s view.Scope) string {
	if s.House {
		return "true"
	}
	mine := append(marks(markUser, s.User), marks(markUnit, s.Hands...)...)
	return "(cases.confidentiality IN ('C0', 'C1', 'C3') OR cases.readers && " + w.arg(mine) +
		"::text[] OR cases.level = '' AND cases.readers && " + w.arg(marks(markUnit, s.Desks...)) + "::text[])"
}

// others are the marks of a scope beside its counties.
func others(s view.Scope) []string {
	out := append(marks(markTownship, s.Townships...), marks(markGrid, s.Grids...)...)
	out = append(out, marks(markUnit, s.Units...)...)
	return append(out, marks(markUser, s.User)...)
}

// parted says the same as within, as alternatives no two of which hold for one
// case: whole areas, what is seen outside these, and accusations. Counting the
// first, by far the largest, needs nothing but the columns of an index.
func parted(s view.Scope) *where {
	w := &where{}
	const plain = "cases.confidentiality <> 'C3'"
	rest := others(s)
	var parts []string
	switch {
	case s.City:
		parts = append(parts, plain)
	case len(s.Counties) > 0:
		here := w.arg(s.Counties)
		parts = append(parts, plain+" AND cases.county = ANY ("+here+"::text[])")
		if len(rest) > 0 {
			parts = append(parts, plain+" AND cases.county <> ALL ("+here+"::text[]) AND cases.readers && "+w.arg(rest)+"::text[]")
		}
	case len(rest) > 0:
		parts = append(parts, plain+" AND cases.readers && "+w.arg(rest)+"::text[]")
	}
	w.or(append(parts, strings.Join(append([]string{"cases.confidentiality = 'C3'"}, w.scope(s)...), " AND "))...)
	return w
}
