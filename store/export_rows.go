package store

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/export"
	"huajie/domain/view"
)

// exportPage is how many rows an export reads at a time.
const exportPage = 500

// neverOut is what no export holds, whoever asks: accusations (C3, §2.3).
const neverOut = "cases.confidentiality <> 'C3'"

// ExportCases gives the cases in scope that pass a filter, some at a time, all as they are
// at one moment; before the first it tells how many there are. The people behind them are
// looked up when the terms ask for them, and given as they may stand in the file. take ends it
// with an error.
func (s *Store) ExportCases(ctx context.Context, scope view.Scope, f view.Filter, sort view.Sort, terms export.Terms, take func(total int, rows []export.CaseRow) error) error {
	if sort == "" {
		sort = view.ByDue
	}
	o, ok := orders[sort]
	if !ok {
		return domain.Invalid(domain.Fault("sort", "unknown_sort", "不支持的排序", "no such order"))
	}
	err := pgx.BeginTxFunc(ctx, s.pool, reading, func(tx pgx.Tx) error {
		all := parted(scope)
		if err := s.filter(all, scope, f); err != nil {
			return err
		}
		all.leavesHouse(f.Query)
		var total int
		if err := tx.QueryRow(ctx, all.counting(), all.planned()...).Scan(&total); err != nil {
			return err
		}
		if err := take(total, nil); err != nil {
			return err
		}
		var last *position
		for {
			w := within(scope)
			if err := s.filter(w, scope, f); err != nil {
				return err
			}
			w.leavesHouse(f.Query)
			if last != nil {
				w.after(o, *last)
			}
			var rows []view.Row
			var err error
			if rows, last, err = s.readPage(ctx, tx, pageQuery{w: w, scope: scope, order: o, now: f.Now, limit: exportPage}); err != nil {
				return err
			}
			out, err := s.beside(ctx, tx, rows, terms)
			if err != nil {
				return err
			}
			if err := take(total, out); err != nil || last == nil {
				return err
			}
		}
	})
	return fault(err)
}

// leavesHouse leaves out accusations, and, where words are searched for, cases whose words
// do not leave the house: that they are among the rows would tell of their words. By their
// number they may be found.
func (w *where) leavesHouse(query string) {
	w.and(neverOut)
	query = fold(strings.TrimSpace(query))
	switch {
	case query == "":
	case looksLikeNumber.MatchString(query):
		w.and("cases.confidentiality IN ('C0', 'C1') OR cases.no LIKE ?", strings.ToUpper(query)+"%")
	default:
		w.and("cases.confidentiality IN ('C0', 'C1')")
	}
}

// cardBeside is what is judged by whether somebody may be named (view.MayIdentify).
const cardBeside = `cases.no, cases.confidentiality, cases.area, cases.owner_user, cases.first_responder, cases.owning_leader, cases.handlers, cases.units, `

// beside looks up what an export tells of cases that a list does not. Whoever may not be
// named in the file is hidden here already.
func (s *Store) beside(ctx context.Context, tx pgx.Tx, rows []view.Row, terms export.Terms) ([]export.CaseRow, error) {
	nos := make([]string, len(rows))
	for i, r := range rows {
		nos[i] = r.No
	}
	question := `SELECT ` + cardBeside + `'', '', '', false FROM cases WHERE no = ANY ($1)`
	if terms.People != export.Nobody {
		question = `SELECT ` + cardBeside + `coalesce(p.id, ''), coalesce(p.name, ''), coalesce(p.phone, ''), coalesce(p.via_centre, false)
			FROM cases LEFT JOIN persons p ON p.id = cases.petitioner WHERE cases.no = ANY ($1)`
	}
	found, err := tx.Query(ctx, question, nos)
	if err != nil {
		return nil, err
	}
	known := make(map[string]export.CaseRow, len(rows))
	list, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (r export.CaseRow, err error) {
		c, p := &r.Card, view.Person{}
		if err := row.Scan(&c.No, &c.Confidentiality, &c.Area, &c.Owner.User, &c.FirstResponder, &c.OwningLeader, &c.Handlers, &c.Units,
			&p.ID, &p.Name, &p.Phone, &p.ViaCentre); err != nil {
			return r, err
		}
		if err := s.openPerson(&p); err != nil {
			return r, err
		}
		r.Person = view.Person{Name: p.Name, Phone: p.Phone, ViaCentre: p.ViaCentre}
		r.Person = terms.Person(r)
		return r, nil
	})
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		known[r.Card.No] = r
	}
	out := make([]export.CaseRow, len(rows))
	for i, r := range rows {
		out[i] = known[r.No] // of one snapshot: it is there
		out[i].Row = r
	}
	return out, nil
}

// ofAccusation tells that a whistle grew out of an accusation, as the case is now.
const ofAccusation = "EXISTS (SELECT FROM cases WHERE cases.no = whistles.case_no AND cases.confidentiality = 'C3')"

// ExportWhistles does for whistles what ExportCases does for cases, the earliest due first.
// Those of accusations are left out, whatever the case was when they were blown.
func (s *Store) ExportWhistles(ctx context.Context, scope view.Scope, f view.WhistleFilter, take func(total int, rows []export.WhistleRow) error) error {
	err := pgx.BeginTxFunc(ctx, s.pool, reading, func(tx pgx.Tx) error {
		selected := func() *where {
			w := withinWhistles(scope)
			w.whistles(f, f.Now)
			w.and("NOT " + ofAccusation)
			return w
		}
		all := selected()
		var total int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM whistles`+all.String(), all.planned()...).Scan(&total); err != nil {
			return err
		}
		if err := take(total, nil); err != nil {
			return err
		}
		var last *position
		for {
			rows, next, err := s.whistlesAfter(ctx, tx, selected(), f.Now, last, exportPage)
			if err != nil {
				return err
			}
			out, err := besideWhistles(ctx, tx, rows)
			if err != nil {
				return err
			}
			if err := take(total, out); err != nil || next == nil {
				return err
			}
			last = next
		}
	})
	return fault(err)
}

// besideWhistles looks up the classes of the cases that whistles are linked to.
func besideWhistles(ctx context.Context, tx pgx.Tx, rows []view.WhistleRow) ([]export.WhistleRow, error) {
	nos := make([]string, len(rows))
	for i, r := range rows {
		nos[i] = r.Case
	}
	found, err := tx.Query(ctx, `SELECT no, confidentiality FROM cases WHERE no = ANY ($1)`, nos)
	if err != nil {
		return nil, err
	}
	classes := map[string]string{}
	var no, class string
	if _, err = pgx.ForEachRow(found, []any{&no, &class}, func() error {
		classes[no] = class
		return nil
	}); err != nil {
		return nil, err
	}
	out := make([]export.WhistleRow, len(rows))
	for i, r := range rows {
		out[i] = export.WhistleRow{WhistleRow: r, Confidentiality: classes[r.Case]}
	}
	return out, nil
}

// Figures counts the matters registered in a county from one moment up to, not including,
// another, by kind. Doubles count with what they are doubles of; voided cases and accusations
// not at all (§7.1).
func (s *Store) Figures(ctx context.Context, county string, from, to time.Time) (map[string]int, error) {
	w := &where{}
	w.and("cases.created_at >= ? AND cases.created_at < ?", from, to)
	w.and("cases.state <> 'voided' AND cases.master = '' AND " + neverOut)
	w.and("cases.county = ?", county)
	rows, err := s.pool.Query(ctx, `SELECT kind, count(*) FROM cases`+w.String()+` GROUP BY 1`, w.planned()...)
	if err != nil {
		return nil, fault(err)
	}
	out := map[string]int{}
	var kind string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&kind, &n}, func() error {
		out[kind] = n
		return nil
	})
	return out, fault(err)
}
