package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain/view"
)

// mostCandidates bounds what is looked at for doubles.
const mostCandidates = 2000

// Candidates gives the open grid events in scope of a kind that were reported in a span
// of time, newest first: among them is what a report may be the double of.
func (s *Store) Candidates(ctx context.Context, scope view.Scope, category string, from, to time.Time) ([]view.Candidate, error) {
	w := within(scope)
	w.reads(scope)
	w.and("kind = '"+activities.KindGridEvent+"' AND open AND category = ? AND created_at >= ? AND created_at <= ?", category, from, to)
	rows, err := s.pool.Query(ctx, `SELECT no, state, summary, created_at, (body #>> '{place,lat}')::float8, (body #>> '{place,lon}')::float8,
		coalesce(jsonb_array_length(body -> 'followers'), 0) FROM cases`+w.String()+` ORDER BY created_at DESC, no DESC LIMIT `+w.arg(mostCandidates), w.args...)
	if err != nil {
		return nil, fault(err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c view.Candidate, err error) {
		if err = row.Scan(&c.No, &c.State, &c.Summary, &c.CreatedAt, &c.Location.Lat, &c.Location.Lon, &c.Followers); err != nil {
			return c, err
		}
		c.Summary, err = s.fields.Open(c.Summary, summaryPlace(c.No))
		c.CreatedAt = view.Local(c.CreatedAt)
		return c, err
	})
	return list, fault(err)
}
