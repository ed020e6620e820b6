package store

import (
	"slices"
	"strconv"
	"strings"

	"huajie/domain/grievance"
	"huajie/domain/view"
)

// A case lists who may read it as marks: its county, its township, the units
// that take or took part, its first responder, owner, leader and handlers, who it is
// offered to, and the citizen who registered it. A scope is
// the marks its caller bears. The caller sees the case when they share one.
const (
	markCounty   = "c:"
	markTownship = "t:"
	markUnit     = "u:"
	markUser     = "p:"
)

// readersOf are the marks of a case. They hold what view.Scope.Sees compares.
func readersOf(c *grievance.Case) []string {
	out := append(marks(markCounty, c.County), marks(markTownship, c.Area)...)
	out = append(out, marks(markUnit, c.Units...)...)
	out = append(out, marks(markUnit, c.FirstUnit)...)
	if c.Offer != nil {
		out = append(out, marks(markUnit, c.Offer.Unit)...)
		out = append(out, marks(markUser, c.Offer.User)...)
	}
	out = append(out, marks(markUser, c.FirstResponder, c.OwningLeader, c.Owner.User, c.RegisteredBy)...)
	out = append(out, marks(markUser, c.Handlers...)...)
	slices.Sort(out)
	return slices.Compact(out)
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

// String is the WHERE clause.
func (w *where) String() string {
	if len(w.clauses) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.clauses, " AND ")
}

// within is the one place where a scope becomes SQL. Every question about cases
// on behalf of a caller passes through it; it says what view.Scope.Sees says.
func within(s view.Scope) *where {
	w := &where{}
	w.sees(s)
	return w
}

// sees adds the conditions of a scope.
func (w *where) sees(s view.Scope) {
	own := marks(markUser, s.User)
	all := append(marks(markCounty, s.Counties...), marks(markTownship, s.Townships...)...)
	all = append(append(all, marks(markUnit, s.Units...)...), own...)
	switch {
	case s.City:
	case len(all) == 0:
		w.and("false")
	default:
		w.and("cases.readers && ?::text[]", all)
	}
	if len(s.Posts) > 0 { // not even the vault is for who is accused
		w.and("cases.confidentiality <> 'C3' OR coalesce(cases.body ->> 'respondent_unit', '') <> ALL (?::text[])", s.Posts)
	}
	if !s.Vault { // accusations are for those who work on them
		w.and("cases.confidentiality <> 'C3' OR cases.readers && ?::text[]", own)
	}
}
