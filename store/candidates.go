package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"huajie/domain/geo"
	"huajie/domain/view"
)

// mostCandidates bounds what is looked at for doubles.
const mostCandidates = 2000

// Candidates gives the open grid events in scope of a kind that were reported in a span
// of time near by, newest first: among them is what a report may be the double of.
func (s *Store) Candidates(ctx context.Context, scope view.Scope, near view.Near) ([]view.Candidate, error) {
	w := within(scope)
	w.reads(scope)
	sw, ne := geo.Around(near.Place, float64(near.Metres))
	w.and("spot <@ box(point(?, ?), point(?, ?))", sw.Lon, sw.Lat, ne.Lon, ne.Lat)
	w.and("open AND category = ? AND created_at >= ? AND created_at <= ?", near.Category, near.From, near.To)
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
		c.CreatedAt, c.Metres = view.Local(c.CreatedAt), int(geo.Metres(near.Place, c.Location))
		return c, err
	})
	return slices.DeleteFunc(list, func(c view.Candidate) bool { return geo.Metres(near.Place, c.Location) > float64(near.Metres) }), fault(err)
}
