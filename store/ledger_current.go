package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain/geo"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
)

// current is what a decision may know, read in its own transaction.
type current struct {
	ctx   context.Context // of the one call of Decide it is made for
	tx    pgx.Tx
	state []byte
	seq   int
}

var _ activities.Current = (*current)(nil)

// State decodes the current state.
func (c *current) State(into machine.Subject) error {
	if err := json.Unmarshal(c.state, into); err != nil {
		return err
	}
	into.GetHead().Seq = c.seq
	return nil
}

// People gives the users of these names that exist and are active.
func (c *current) People(list []string) (map[string]org.User, error) {
	out := map[string]org.User{}
	if len(list) == 0 {
		return out, nil
	}
	users, err := usersWhere(c.ctx, c.tx, `u.active AND u.username = ANY ($1)`, list)
	for _, u := range users {
		out[u.Username] = u
	}
	return out, err
}

// Cases gives what a decision may know of other cases in scope, and keeps them as
// they are until the decision is written.
func (c *current) Cases(nos []string, scope view.Scope) (map[string]machine.Related, error) {
	out := map[string]machine.Related{}
	if len(nos) == 0 {
		return out, nil
	}
	w := within(scope)
	w.and("cases.no = ANY (?)", nos)
	rows, err := c.tx.Query(c.ctx, relatedColumns+w.String()+` ORDER BY no FOR UPDATE`, w.args...)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanRelated)
	for _, r := range list {
		out[r.No] = r
	}
	return out, err
}

// relatedColumns are what scanRelated reads.
const relatedColumns = `SELECT no, county, area, category, confidentiality, state, open, master, created_at,
	coalesce((body #>> '{place,lat}')::float8, 0), coalesce((body #>> '{place,lon}')::float8, 0) FROM cases`

func scanRelated(row pgx.CollectableRow) (r machine.Related, err error) {
	err = row.Scan(&r.No, &r.County, &r.Area, &r.Category, &r.Confidentiality, &r.State, &r.Open, &r.Master, &r.CreatedAt, &r.Place.Lat, &r.Place.Lon)
	r.CreatedAt = r.CreatedAt.UTC()
	return r, err
}

// Holders gives the active users who hold one of the roles in one of the units.
func (c *current) Holders(roles []org.Role, units []string) ([]org.User, error) {
	return usersWhere(c.ctx, c.tx, `u.active AND EXISTS (SELECT FROM grants h WHERE h.username = u.username AND h.role = ANY ($1) AND h.unit = ANY ($2))`,
		roles, units)
}

// Nearby gives the grid events of a kind around a place, newest first.
func (c *current) Nearby(n activities.Neighbourhood) ([]machine.Related, error) {
	sw, ne := geo.Around(n.Place, float64(n.Metres))
	rows, err := c.tx.Query(c.ctx, relatedColumns+` WHERE spot <@ box(point($3, $4), point($5, $6)) AND category = $1 AND created_at >= $2
		ORDER BY created_at DESC, no DESC`, n.Category, n.Since, sw.Lon, sw.Lat, ne.Lon, ne.Lat)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanRelated)
	return slices.DeleteFunc(list, func(r machine.Related) bool { return geo.Metres(r.Place, n.Place) > float64(n.Metres) }), err
}

// Reports counts the grid events an officer has reported since a moment, and those of
// them that were rejected.
func (c *current) Reports(user string, since time.Time) (all, rejected int, err error) {
	err = c.tx.QueryRow(c.ctx, `SELECT count(*), count(*) FILTER (WHERE state = 'rejected') FROM cases
		WHERE readers && $1::text[] AND kind = '`+activities.KindGridEvent+`' AND first_responder = $2 AND created_at >= $3`,
		marks(markUser, user), user, since).Scan(&all, &rejected)
	return all, rejected, err
}

// NewNo draws a case number; a refusal gives it back.
func (c *current) NewNo(place, letter string, day time.Time) (string, error) {
	return drawNumber(c.ctx, c.tx, place, letter, day)
}

// HangUps counts a unit's hang-ups of grievances of the quarter that begins at since, those
// still open from before included, and its cases that fall due in it.
func (c *current) HangUps(unit string, since time.Time) (suspended, due int, err error) {
	err = c.tx.QueryRow(c.ctx, `SELECT
		(SELECT count(*) FROM (
			SELECT no FROM cases WHERE open AND lead_unit = $1 AND state = 'suspended' AND kind = 'grievance'
			UNION
			SELECT e.no FROM events e JOIN cases c ON c.no = e.no WHERE e.type = 'suspended' AND e.at >= $2 AND c.lead_unit = $1 AND c.kind = 'grievance') s),
		(SELECT count(*) FROM cases WHERE lead_unit = $1 AND kind = 'grievance' AND policy_due_at >= $2 AND policy_due_at < $3)`,
		unit, since, since.AddDate(0, 3, 0)).Scan(&suspended, &due)
	return suspended, due, err
}

// Explained counts a unit's cases closed in the quarter that begins at since, and
// those of them closed as explained.
func (c *current) Explained(unit string, since time.Time) (explained, closed int, err error) {
	err = c.tx.QueryRow(c.ctx, `SELECT count(*) FILTER (WHERE closing_type = 'unfounded'), count(*) FROM cases
		WHERE lead_unit = $1 AND kind = 'grievance' AND closed_at >= $2 AND closed_at < $3`, unit, since, since.AddDate(0, 3, 0)).Scan(&explained, &closed)
	return explained, closed, err
}

// Petitioner gives the person id behind a case, "" when anonymous.
func (c *current) Petitioner(no string) (id string, err error) {
	err = c.tx.QueryRow(c.ctx, `SELECT petitioner FROM cases WHERE no = $1`, no).Scan(&id)
	return id, err
}
