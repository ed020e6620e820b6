package store

import (
	"regexp"
	"strings"

	"huajie/domain/view"
)

// filter adds the conditions of a filter.
func (s *Store) filter(w *where, scope view.Scope, f view.Filter) error {
	for _, one := range []struct {
		column string
		values []string
	}{{"kind", f.Kinds}, {"state", f.States}, {"level", f.Levels}, {"track", f.Tracks}, {"urgency", f.Urgencies}, {"risk", f.Risks}} {
		if len(one.values) > 0 {
			w.and("cases."+one.column+" = ANY (?)", one.values)
		}
	}
	w.units(f.Units)
	if f.Area != "" {
		w.and("cases.place LIKE ?", literal(nested(f.Area))+"%")
	}
	if f.AssignedTo != "" {
		w.and("cases.owner_user = ? OR ? = ANY (cases.handlers)", f.AssignedTo, f.AssignedTo)
		w.marked(f.AssignedTo)
	}
	if f.FirstResponder != "" {
		w.and("cases.first_responder = ?", f.FirstResponder)
		w.marked(f.FirstResponder)
	}
	if f.Awaiting != nil {
		w.and("cases.awaiting <> '{}' AND cases.awaiting && ?::text[]", awaitingOf(f.Awaiting))
	}
	if len(f.Supervision) > 0 { // said twice, for the index of what is taken up
		w.and("cases.supervision <> '' AND cases.supervision = ANY (?)", f.Supervision)
	}
	if f.Bounces > 0 {
		w.and("cases.open AND cases.bounces > 0 AND cases.bounces >= ?", f.Bounces)
	}
	if f.Open != nil {
		w.and(map[bool]string{true: "cases.open", false: "NOT cases.open"}[*f.Open])
	}
	w.clock(f)
	return s.search(w, scope, f.Query)
}

// units selects what a unit leads or holds.
func (w *where) units(list []string) {
	switch len(list) {
	case 0:
	case 1: // one value: the index gives them in the order of the list
		u := w.arg(list[0])
		w.or("cases.lead_unit = "+u, "cases.owner_unit = "+u+" AND cases.lead_unit <> "+u)
	default:
		w.and("cases.lead_unit = ANY (?) OR cases.owner_unit = ANY (?)", list, list)
	}
}

// marked says once more what a condition on a user says: that user is among the
// readers, and these have an index.
func (w *where) marked(user string) { w.and("cases.readers && ?::text[]", marks(markUser, user)) }

// nested is the prefix every place below shares. A city is the four digits
// before its two zeros; the other codes are prefixes as they are.
func nested(area string) string {
	if len(area) == 6 {
		return strings.TrimSuffix(area, "00")
	}
	return area
}

// clock adds the conditions about due dates. A clock that runs belongs to an
// open case: saying so lets the small indexes of open cases serve.
func (w *where) clock(f view.Filter) {
	if f.Overdue != nil && *f.Overdue {
		w.and("cases.open AND cases.due_at <= ?", f.Now)
	}
	if f.Overdue != nil && !*f.Overdue {
		w.and("cases.due_at > ?", f.Now)
	}
	if !f.DueBefore.IsZero() {
		w.and("cases.open AND cases.due_at < ?", f.DueBefore)
	}
	if !f.DueAfter.IsZero() {
		w.and("cases.open AND cases.due_at > ? AND cases.due_at <> 'infinity'", f.DueAfter)
	}
	if len(f.Lights) > 0 {
		var either []string
		for _, l := range f.Lights {
			either = append(either, lightIs(view.Light(l), w.arg(f.Now)))
		}
		w.and(strings.Join(either, " OR "))
	}
}

// lightIs says in SQL what view.LightOf says.
func lightIs(l view.Light, now string) string {
	now += "::timestamptz"
	switch l {
	case view.Red:
		return "cases.due_at <= " + now
	case view.Yellow:
		return "cases.due_at > " + now + " AND cases.yellow_at <= " + now + " AND cases.due_at <> 'infinity'"
	case view.Green:
		return "cases.yellow_at > " + now + " AND cases.due_at <> 'infinity'"
	case view.NoRun:
		return "cases.due_at = 'infinity' AND " + now + " IS NOT NULL"
	}
	return now + " IS NULL" // no such light
}

// looksLikeNumber is the beginning of a case number: at least the county.
var looksLikeNumber = regexp.MustCompile(`^[0-9]{6}([A-Za-z][0-9]*)?$`)

// search adds the words of a query: all must occur in a summary that the caller may read, or
// the query is how the case number begins.
//
// Whether to look the words up or to walk along the list and see which rows have
// them is the planner's choice, by how frequent the words are.
func (s *Store) search(w *where, scope view.Scope, query string) error {
	query = fold(strings.TrimSpace(query))
	if query == "" {
		return nil
	}
	var lex []string
	for _, word := range strings.Fields(query) {
		q, err := s.asked(word)
		if err != nil {
			return err
		}
		if q != "" {
			lex = append(lex, q)
		}
	}
	text := "FALSE" // nothing to look for
	if len(lex) > 0 {
		text = "EXISTS (SELECT FROM case_search s WHERE s.no = cases.no AND s.search @@ " + w.arg(strings.Join(lex, " & ")) + "::tsquery) AND " + w.legible(scope)
	}
	if !looksLikeNumber.MatchString(query) {
		w.clauses = append(w.clauses, text)
		return nil
	}
	begins := "cases.no LIKE " + w.arg(strings.ToUpper(query)+"%")
	w.or(begins, "NOT "+begins+" AND "+text)
	return nil
}
