package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/view"
)

// mostEarlier bounds what one look for earlier cases brings.
const mostEarlier = 100

// Earlier lists cases in scope of the person behind a case, newest first: of
// whoever has the same document or telephone. What brought the same words from
// nobody in particular is nobody's. Accusations are never candidates.
func (s *Store) Earlier(ctx context.Context, scope view.Scope, no string) ([]view.Earlier, error) {
	w := within(scope)
	w.and("cases.no <> ? AND cases.confidentiality <> 'C3' AND cases.kind = 'grievance'", no)
	w.and(`cases.petitioner <> '' AND cases.petitioner IN (
		SELECT p.id FROM cases mine JOIN persons me ON me.id = mine.petitioner JOIN persons p ON p.phone_index = me.phone_index WHERE mine.no = ?
		UNION SELECT p.id FROM cases mine JOIN persons me ON me.id = mine.petitioner JOIN persons p ON p.id_no_index = me.id_no_index WHERE mine.no = ?)`, no, no)
	rows, err := s.pool.Query(ctx, `SELECT no, state, open, category, area, master <> '', created_at, (body -> 'reply' ->> 'issued_at')::timestamptz FROM cases`+
		w.String()+` ORDER BY created_at DESC, no DESC LIMIT `+w.arg(mostEarlier), w.args...)
	if err != nil {
		return nil, fault(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e view.Earlier, err error) {
		var replied *time.Time
		err = row.Scan(&e.No, &e.State, &e.Open, &e.Category, &e.Area, &e.Merged, &e.CreatedAt, &replied)
		e.CreatedAt, e.RepliedAt = e.CreatedAt.UTC(), orZero(replied)
		return e, err
	})
	return list, fault(err)
}

// mostPrecedents bounds how many rulings are remembered for one category.
const mostPrecedents = 5

// Precedents lists the rulings on whose duty matters of a category are in a county,
// newest first, as far as the caller may know of their cases.
func (s *Store) Precedents(ctx context.Context, scope view.Scope, county, category string) ([]view.Precedent, error) {
	w := within(scope)
	w.and("cases.county = ? AND cases.category = ? AND cases.body -> 'flags' ? 'precedent' AND cases.confidentiality <> 'C3'", county, category)
	w.reads(scope)
	w.and("e.type = 'adjudicated' AND e.no >= ? AND e.no < ?", county, county+"~") // numbers begin with their county
	rows, err := s.pool.Query(ctx, `SELECT e.no, e.seq, e.at, coalesce(e.body -> 'input' ->> 'lead_unit', ''), coalesce(e.body -> 'input' ->> 'decision', ''),
		coalesce(e.body -> 'input' ->> 'legal_basis', '') FROM cases JOIN events e ON e.no = cases.no`+
		w.String()+` ORDER BY e.at DESC, e.no LIMIT `+w.arg(mostPrecedents), w.args...)
	if err != nil {
		return nil, fault(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p view.Precedent, err error) {
		var seq int
		if err = row.Scan(&p.No, &seq, &p.At, &p.LeadUnit, &p.Decision, &p.LegalBasis); err != nil {
			return p, err
		}
		p.At = p.At.UTC()
		at := placeOfEvent(p.No, seq)
		if p.Decision, err = s.fields.Open(p.Decision, at); err == nil {
			p.LegalBasis, err = s.fields.Open(p.LegalBasis, at)
		}
		return p, err
	})
	return list, fault(err)
}
