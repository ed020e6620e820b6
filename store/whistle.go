package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"huajie/activities"
	"huajie/domain/view"
	"huajie/domain/whistle"
)

func whistleColumns(w *whistle.Whistle, updated time.Time) []column {
	due, _ := whistle.DueOf(w)
	return []column{
		{"case_no", w.Case}, {"kind", w.Kind}, {"open", !whistle.Over(w.State)}, {"county", w.County}, {"township", w.Township},
		{"owner_unit", w.Owner}, {"units", names(w.Units())}, {"readers", readersOfWhistle(w)},
		{"created_at", w.DraftedAt}, {"updated_at", updated}, {"due_at", orNever(due)},
	}
}

// readersOfWhistle are the marks of a whistle. They hold what view.Scope.SeesWhistle compares.
func readersOfWhistle(w *whistle.Whistle) []string {
	out := append(marks(markCounty, w.County), marks(markTownship, w.Township)...)
	if !w.BlownAt.IsZero() {
		out = append(out, marks(markUnit, w.Units()...)...)
	}
	slices.Sort(out)
	return out
}

// withinWhistles is the one place where a scope becomes SQL for whistles.
func withinWhistles(s view.Scope) *where {
	w := &where{}
	w.seesWhistles(s)
	return w
}

func (w *where) seesWhistles(s view.Scope) {
	if s.City {
		return
	}
	bears := append(marks(markCounty, s.Counties...), marks(markTownship, append(slices.Clone(s.Townships), s.Streets...)...)...)
	w.and("whistles.readers && ?::text[]", append(bears, marks(markUnit, s.Units...)...))
}

// Whistle gives the current state of a whistle in scope.
func (s *Store) Whistle(ctx context.Context, scope view.Scope, no string) (*whistle.Whistle, error) {
	w := withinWhistles(scope)
	w.and("whistles.no = ?", no)
	var body []byte
	var seq int
	if err := s.pool.QueryRow(ctx, `SELECT body, seq FROM whistles`+w.String(), w.args...).Scan(&body, &seq); err != nil {
		return nil, fault(err)
	}
	return s.whistleOf(no, body, seq)
}

// StoredWhistle gives the current state of a whistle to the system itself.
func (s *Store) StoredWhistle(ctx context.Context, no string) (*whistle.Whistle, error) {
	return s.Whistle(ctx, Everything, no)
}

func (s *Store) whistleOf(no string, body []byte, seq int) (*whistle.Whistle, error) {
	body, err := s.openState(tables[activities.KindWhistle], no, body)
	if err != nil {
		return nil, err
	}
	w := whistle.Fresh()
	if err := json.Unmarshal(body, w); err != nil {
		return nil, fmt.Errorf("store: state of a whistle: %w", err)
	}
	w.Seq = seq
	return w, nil
}

// Whistles gives one page of the whistles in scope that pass the filter, the earliest due first;
// what waits for nobody comes last.
func (s *Store) Whistles(ctx context.Context, scope view.Scope, f view.WhistleFilter, cursor string, limit int) (view.WhistlePage, error) {
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, longestPage)
	at := f.Now
	f.Now = time.Time{}
	name, err := json.Marshal(f)
	if err != nil {
		return view.WhistlePage{}, err
	}
	list := "whistles " + string(name)
	var after *position
	if cursor != "" {
		p, err := s.openPosition(ctx, list, cursor)
		if err != nil {
			return view.WhistlePage{}, err
		}
		after = &p
	}
	w := withinWhistles(scope)
	w.whistles(f, at)
	rows, last, err := s.whistlesAfter(ctx, s.pool, w, at, after, limit)
	page := view.WhistlePage{Items: rows}
	if err != nil || last == nil {
		return page, fault(err)
	}
	page.Next, err = s.sealPosition(ctx, list, *last)
	return page, err
}

// whistlesAfter reads the next of selected whistles after a position, nil for the first; last
// is where they end when more follow.
func (s *Store) whistlesAfter(ctx context.Context, db querier, w *where, now time.Time, after *position, limit int) (out []view.WhistleRow, last *position, err error) {
	if after != nil {
		w.and("(whistles.due_at, whistles.no) > (?::timestamptz, ?)", after.At, after.No)
	}
	rows, err := db.Query(ctx, `SELECT no, body, seq, due_at FROM whistles`+w.String()+` ORDER BY whistles.due_at, whistles.no LIMIT `+w.arg(limit+1), w.planned()...)
	if err != nil {
		return nil, nil, err
	}
	out = []view.WhistleRow{}
	var keys []string
	var no string
	var body []byte
	var seq int
	var due pgtype.Timestamptz
	_, err = pgx.ForEachRow(rows, []any{&no, &body, &seq, &due}, func() error {
		x, err := s.whistleOf(no, body, seq)
		if err != nil {
			return err
		}
		out, keys = append(out, whistleRow(x, now)), append(keys, stamp(due))
		return nil
	})
	if err != nil || len(out) <= limit {
		return out, nil, err
	}
	out = out[:limit]
	return out, &position{At: keys[limit-1], No: out[limit-1].No}, nil
}

// whistles adds the conditions of a filter.
func (w *where) whistles(f view.WhistleFilter, now time.Time) {
	for _, one := range []struct {
		column string
		values []string
	}{{"state", f.States}, {"kind", f.Kinds}} {
		if len(one.values) > 0 {
			w.and("whistles."+one.column+" = ANY (?)", one.values)
		}
	}
	if len(f.Units) > 0 {
		w.and("whistles.units && ?::text[]", f.Units)
	}
	if f.Township != "" {
		w.and("whistles.township = ?", f.Township)
	}
	if f.Case != "" {
		w.and("whistles.case_no = ?", f.Case)
	}
	if f.Open != nil {
		w.and("whistles.open = ?", *f.Open)
	}
	switch {
	case f.Overdue == nil:
	case *f.Overdue:
		w.and("whistles.due_at <= ?", now)
	default:
		w.and("whistles.due_at > ?", now)
	}
}

func whistleRow(w *whistle.Whistle, now time.Time) view.WhistleRow {
	due, _ := whistle.DueOf(w)
	return view.WhistleRow{No: w.No, Kind: w.Kind, State: w.State, Case: w.Case, County: w.County, Township: w.Township, Place: w.Place, Units: w.Units(),
		OwnerUnit: w.Owner, Supervision: w.Supervision, DraftedAt: w.DraftedAt, BlownAt: w.BlownAt, DueAt: due, Overdue: !due.IsZero() && !now.Before(due), Seq: w.Seq}
}
