package store

import (
	"context"
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
	column, no string
	down       bool
	from       string
}

// The row of a case changes with every step, so when it changed is no column that
// an index could stand on; the last event of each case is found in the events.
const (
	fromCases  = ` FROM cases`
	fromEvents = ` FROM events e JOIN cases ON cases.no = e.no AND cases.seq = e.seq`
)

var orders = map[view.Sort]order{
	view.ByDue:     {"cases.due_at", "cases.no", false, fromCases}, // infinity, no clock, comes last
	view.ByNewest:  {"cases.created_at", "cases.no", true, fromCases},
	view.ByOldest:  {"cases.created_at", "cases.no", false, fromCases},
	view.ByUpdated: {"e.recorded_at", "e.no", true, fromEvents},
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
	if err := s.filter(w, scope, f); err != nil {
		return view.Page{}, fault(err)
	}
	if cursor != "" {
		p, err := s.openPosition(ctx, list, cursor)
		if err != nil {
			return view.Page{}, err
		}
		w.after(o, p)
	}
	q := pageQuery{w: w, scope: scope, order: o, now: f.Now, limit: min(limit, longestPage)}
	if total {
		q.count = parted(scope)
		if err := s.filter(q.count, scope, f); err != nil {
			return view.Page{}, fault(err)
		}
	}
	page, last, err := s.page(ctx, q)
	if err != nil || last == nil {
		return page, err
	}
	page.Next, err = s.sealPosition(ctx, list, *last)
	return page, err
}

// pageQuery is everything one page is read with.
type pageQuery struct {
	w     *where
	scope view.Scope // whose words are read
	order order
	now   time.Time
	limit int
	count *where // what the whole list selects; nil: it is not counted
}

// page reads one page; last is where it ends when more rows follow.
func (s *Store) page(ctx context.Context, q pageQuery) (page view.Page, last *position, err error) {
	if q.count == nil {
		page.Items, last, err = s.readPage(ctx, s.pool, q)
		return page, last, fault(err)
	}
	err = s.inTx(ctx, reading, func(tx pgx.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, q.count.counting(), q.count.planned()...).Scan(&n); err != nil {
			return err
		}
		page.Total = &n
		page.Items, last, err = s.readPage(ctx, tx, q)
		return err
	})
	return page, last, err
}

// counting adds up the alternatives.
func (w *where) counting() string {
	var each []string
	for _, b := range w.branches() {
		each = append(each, `(SELECT count(*) FROM cases`+b+`)`)
	}
	return `SELECT ` + strings.Join(each, ` + `)
}

// planned are the arguments for a question that is planned for them each time.
// How a list is best read depends on what is asked for: a county or a hamlet, a
// frequent word or a rare one. A plan kept for all of them is wrong for most.
func (w *where) planned() []any {
	return append([]any{pgx.QueryExecModeCacheDescribe}, w.args...)
}

const rowColumns = `cases.no, cases.kind, cases.state, cases.level, cases.nature, cases.track, cases.category, cases.urgency, cases.risk,
	cases.summary, cases.county, cases.area, cases.owner_unit, cases.owner_user, cases.lead_unit, cases.first_responder, cases.headcount,
	cases.supervision, cases.created_at, cases.updated_at, cases.statutory_due_at, cases.step_due_at, cases.seq, cases.due_at, cases.yellow_at, `

// sql reads a page: of each alternative as many rows as the page may need of it,
// and of these the first.
func (q pageQuery) sql() string {
	o, direction := q.order, ""
	if o.down {
		direction = " DESC"
	}
	limit, legible := ` LIMIT `+q.w.arg(q.limit+1), q.w.legible(q.scope)+` AS legible, `
	var each []string
	for _, b := range q.w.branches() {
		each = append(each, `SELECT `+rowColumns+legible+o.column+` AS place_in_list`+o.from+b+` ORDER BY `+o.column+direction+`, `+o.no+direction+limit)
	}
	if len(each) == 1 {
		return each[0]
	}
	return `SELECT * FROM ((` + strings.Join(each, `) UNION ALL (`) + `)) AS x ORDER BY place_in_list` + direction + `, no` + direction + limit
}

func (s *Store) readPage(ctx context.Context, db querier, q pageQuery) ([]view.Row, *position, error) {
	sql := q.sql()
	rows, err := db.Query(ctx, sql, q.w.planned()...)
	if err != nil {
		return nil, nil, err
	}
	var key pgtype.Timestamptz
	items, keys := []view.Row{}, []string{}
	for rows.Next() {
		r, err := readRow(rows, q.now, &key)
		switch {
		case err != nil:
		case r.Withheld:
			r.Summary = ""
		default:
			r.Summary, err = s.fields.Open(r.Summary, summaryPlace(r.No))
		}
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
	var legible bool
	err = rows.Scan(&r.No, &r.Kind, &r.State, &r.Level, &r.Nature, &r.Track, &r.Category, &r.Urgency, &r.Risk, &r.Summary, &r.County, &r.Area,
		&r.OwnerUnit, &r.OwnerUser, &r.LeadUnit, &r.FirstResponder, &r.Headcount, &r.Supervision, &r.CreatedAt, &r.UpdatedAt,
		&statutory, &step, &r.Seq, &due, &yellow, &legible, key)
	if err != nil {
		return r, err
	}
	r.Withheld = !legible
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
	w.and("("+o.column+", "+o.no+") "+sign+" (?::timestamptz, ?)", p.At, p.No)
}
