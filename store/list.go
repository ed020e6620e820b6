package store

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"huajie/domain"
	"huajie/domain/view"
)

// Bounds of a page.
const (
	defaultLimit = 50
	longestPage  = 200
)

// order is one way to sort cases, made total by the number in the same direction.
type order struct {
	column string
	down   bool
}

var orders = map[view.Sort]order{
	view.ByDue:     {"due_at", false}, // infinity, no clock, comes last
	view.ByNewest:  {"created_at", true},
	view.ByOldest:  {"created_at", false},
	view.ByUpdated: {"updated_at", true},
}

// List gives one page of the cases in scope that pass the filter; with total,
// also how many there are, counted at the same moment. A page begins after the
// row the one before it ended at, so what comes in meanwhile neither repeats
// nor hides a row.
func (s *Store) List(ctx context.Context, scope view.Scope, f view.Filter, sort view.Sort, cursor string, limit int, total bool) (view.Page, error) {
	if sort == "" {
		sort = view.ByDue
	}
	o, ok := orders[sort]
	if !ok {
		return view.Page{}, domain.Invalid(domain.Fault("sort", "unknown_sort", "不支持的排序", "no such order"))
	}
	if f.Now.IsZero() {
		f.Now = time.Now()
	}
	if limit <= 0 {
		limit = defaultLimit
	}
	list, err := listName(f, sort)
	if err != nil {
		return view.Page{}, err
	}
	w := within(scope)
	w.filter(f)
	count, countArgs := `SELECT count(*) FROM cases`+w.String(), w.args
	if cursor != "" {
		p, err := s.openPosition(ctx, list, cursor)
		if err != nil {
			return view.Page{}, err
		}
		w.after(o, p)
	}
	q := pageQuery{w: w, order: o, now: f.Now, limit: min(limit, longestPage)}
	page, last, err := s.page(ctx, q, total, count, countArgs)
	if err != nil || last == nil {
		return page, err
	}
	page.Next, err = s.sealPosition(ctx, list, *last)
	return page, err
}

// pageQuery is everything one page is read with.
type pageQuery struct {
	w     *where
	order order
	now   time.Time
	limit int
}

// page reads one page; last is where it ends when more rows follow.
func (s *Store) page(ctx context.Context, q pageQuery, total bool, count string, countArgs []any) (page view.Page, last *position, err error) {
	if !total {
		page.Items, last, err = readPage(ctx, s.pool, q)
		return page, last, fault(err)
	}
	err = s.inTx(ctx, reading, func(tx pgx.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, count, countArgs...).Scan(&n); err != nil {
			return err
		}
		page.Total = &n
		page.Items, last, err = readPage(ctx, tx, q)
		return err
	})
	return page, last, err
}

const rowColumns = `no, kind, state, level, nature, track, category, urgency, risk, summary, county, area,
	owner_unit, owner_user, lead_unit, first_responder, headcount, supervision, created_at, updated_at,
	statutory_due_at, step_due_at, seq, due_at, yellow_at, `

func readPage(ctx context.Context, db querier, q pageQuery) ([]view.Row, *position, error) {
	direction := ""
	if q.order.down {
		direction = " DESC"
	}
	sql := `SELECT ` + rowColumns + q.order.column + ` FROM cases` + q.w.String() +
		` ORDER BY ` + q.order.column + direction + `, no` + direction + ` LIMIT ` + q.w.arg(q.limit+1)
	rows, err := db.Query(ctx, sql, q.w.args...)
	if err != nil {
		return nil, nil, err
	}
	var key pgtype.Timestamptz
	items, keys := []view.Row{}, []string{}
	for rows.Next() {
		r, err := readRow(rows, q.now, &key)
		if err != nil {
			rows.Close()
			return nil, nil, err
		}
		items, keys = append(items, r), append(keys, stamp(key))
	}
	if err := rows.Err(); err != nil {
		return nil, nil, err
	}
	if len(items) <= q.limit {
		return items, nil, nil
	}
	items = items[:q.limit]
	return items, &position{At: keys[q.limit-1], No: items[q.limit-1].No}, nil
}

func readRow(rows pgx.Rows, now time.Time, key *pgtype.Timestamptz) (r view.Row, err error) {
	var due, yellow pgtype.Timestamptz
	var statutory, step *time.Time
	err = rows.Scan(&r.No, &r.Kind, &r.State, &r.Level, &r.Nature, &r.Track, &r.Category, &r.Urgency, &r.Risk, &r.Summary, &r.County, &r.Area,
		&r.OwnerUnit, &r.OwnerUser, &r.LeadUnit, &r.FirstResponder, &r.Headcount, &r.Supervision, &r.CreatedAt, &r.UpdatedAt,
		&statutory, &step, &r.Seq, &due, &yellow, key)
	if err != nil {
		return r, err
	}
	r.CreatedAt, r.UpdatedAt = r.CreatedAt.UTC(), r.UpdatedAt.UTC()
	r.StatutoryDueAt, r.StepDueAt = orZero(statutory), orZero(step)
	if due.InfinityModifier == pgtype.Finite {
		r.DueAt, r.YellowAt = due.Time.UTC(), yellow.Time.UTC()
	}
	r.Light = view.LightOf(r.DueAt, r.YellowAt, now)
	return r, nil
}

// after leaves out what pages before have shown.
func (w *where) after(o order, p position) {
	sign := ">"
	if o.down {
		sign = "<"
	}
	w.and("(cases."+o.column+", cases.no) "+sign+" (?::timestamptz, ?)", p.At, p.No)
}

// filter adds the conditions of a filter.
func (w *where) filter(f view.Filter) {
	for _, one := range []struct {
		column string
		values []string
	}{{"kind", f.Kinds}, {"state", f.States}, {"level", f.Levels}, {"track", f.Tracks}, {"urgency", f.Urgencies}, {"risk", f.Risks}} {
		if len(one.values) > 0 {
			w.and("cases."+one.column+" = ANY (?)", one.values)
		}
	}
	if len(f.Units) > 0 {
		w.and("cases.lead_unit = ANY (?) OR cases.owner_unit = ANY (?)", f.Units, f.Units)
	}
	if f.Area != "" {
		w.and("cases.place LIKE ?", literal(nested(f.Area))+"%")
	}
	if f.AssignedTo != "" {
		w.and("cases.owner_user = ? OR ? = ANY (cases.handlers)", f.AssignedTo, f.AssignedTo)
	}
	if f.FirstResponder != "" {
		w.and("cases.first_responder = ?", f.FirstResponder)
	}
	if f.Open != nil {
		w.and(map[bool]string{true: "cases.open", false: "NOT cases.open"}[*f.Open])
	}
	w.clock(f)
	w.search(f.Query)
}

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

// search adds the words of a query: all must occur in the summary, or the
// query is how the case number begins.
func (w *where) search(query string) {
	query = fold(strings.TrimSpace(query))
	words := strings.Fields(query)
	if len(words) == 0 {
		return
	}
	var all, lex []string
	for _, word := range words {
		if q := asked(word); q != "" {
			lex = append(lex, q)
		}
	}
	if len(lex) > 0 {
		all = append(all, "cases.search @@ "+w.arg(strings.Join(lex, " & "))+"::tsquery")
	}
	for _, word := range words {
		all = append(all, "cases.words LIKE "+w.arg(containing(word)))
	}
	clause := strings.Join(all, " AND ")
	if looksLikeNumber.MatchString(query) {
		clause = "(" + clause + ") OR cases.no LIKE " + w.arg(strings.ToUpper(query)+"%")
	}
	w.and(clause)
}
