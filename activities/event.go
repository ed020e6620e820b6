package activities

import (
	"context"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/gridevent"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
)

// Album is a Current that knows photos. A ledger without photos knows none.
type Album interface {
	// Photos gives the photos of these ids that are whole, each with the photos of
	// its county that are like it under a search.
	Photos(ids []string, search evidence.Search) (map[string]evidence.Photo, error)
}

// Roster is a Current that knows who is on leave. One that does not knows nobody to be.
type Roster interface {
	// Away tells which of the users are on leave on the day of a moment.
	Away(users []string, at time.Time) (map[string]bool, error)
}

// Neighbourhood bounds the search for events of a kind around a place.
type Neighbourhood struct {
	Category string
	Place    geo.Point
	Metres   int
	Since    time.Time // reported at or after
}

// photosOf looks photos up, together with what was shown before.
func photosOf(cur Current, ids []string, rules *machine.Rules, at time.Time) (map[string]evidence.Photo, error) {
	album, ok := cur.(Album)
	if !ok || len(ids) == 0 {
		return nil, nil
	}
	return album.Photos(ids, evidence.SearchFor(rules.Policy, rules.Calendar, at))
}

// eventWorld gathers what only the decision on a grid event must know.
func eventWorld(cur Current, c *gridevent.Event, in CommitInput, rules *machine.Rules, w *machine.World) (err error) {
	if letter := c.Becomes(in.Command.Action, in.Command.Input, rules); letter != "" {
		if w.NewNo, err = cur.NewNo(c.County, letter, in.At); err != nil {
			return err
		}
	}
	if in.Command.Action == "self-dispose" {
		if w.Reports.All, w.Reports.Rejected, err = cur.Reports(c.Reporter, quarter(in.At)); err != nil {
			return err
		}
	}
	_, looking := c.Deadlines["verify"]
	if looking || in.Command.Action == "submit-disposal" {
		w.Staff, err = staffOf(cur, c.Grid, rules, in.At)
	}
	return err
}

// fieldRoles are the offices that look after a grid.
var fieldRoles = []org.Role{org.RoleGridMemberFullTime, org.RoleGridMemberPartTime, org.RoleGridLeader}

// staffOf are the members of a grid and the leaders above it.
func staffOf(cur Current, grid string, rules *machine.Rules, at time.Time) ([]machine.Colleague, error) {
	if grid == "" {
		return nil, nil
	}
	above := rules.Org.Path(grid)
	users, err := cur.Holders(fieldRoles, above)
	if err != nil {
		return nil, err
	}
	away, err := awayOf(cur, users, at)
	if err != nil {
		return nil, err
	}
	var out []machine.Colleague
	for _, u := range users {
		for _, g := range u.Grants {
			if g.Role == org.RoleGridLeader && slices.Contains(above, g.Unit) || slices.Contains(fieldRoles[:2], g.Role) && g.Unit == grid {
				out = append(out, machine.Colleague{User: u.Username, Role: g.Role, Unit: g.Unit, Away: away[u.Username]})
			}
		}
	}
	return out, nil
}

func awayOf(cur Current, users []org.User, at time.Time) (map[string]bool, error) {
	roster, ok := cur.(Roster)
	if !ok || len(users) == 0 {
		return nil, nil
	}
	names := make([]string, len(users))
	for i, u := range users {
		names[i] = u.Username
	}
	return roster.Away(names, at)
}

// ReportEvent opens a grid event in the ledger (E1). Like a grievance it exists,
// numbered and receipted, before any workflow does (R5). What the report names, photos
// and an event it is the same as, is looked up in the same transaction.
func (d *Desk) ReportEvent(ctx context.Context, in RegisterInput) (Written, error) {
	place := gridevent.Where(in.Actor, in.Input, d.Book.Rules("", "", in.At).Grids)
	rules := d.Book.Rules(place, "", in.At)
	var world machine.World
	w := NewStream{Kind: KindGridEvent, Place: rules.Org.CountyOf(place), Letter: casefile.LetterGridEvent, Day: in.At,
		Key: in.Key, Fingerprint: in.Fingerprint, Intake: &in.Intake, Twice: in.twice(rules)}
	w.Decide = func(no string) (Decision, error) {
		r := gridevent.Reporting{No: no, Petitioner: in.Intake.PersonID, Anonymous: in.Anonymous, Input: in.Input}
		cmd := machine.Command{Key: in.Key, Action: "report", Actor: in.Actor, Input: in.Input}
		events, c, err := gridevent.Report(r, cmd, rules, world, in.At)
		if err != nil {
			return Decision{}, err
		}
		about := notice.FromCase(c, rules).Named(func(string) (domain.Text, bool) { return in.ActorName, in.ActorName.ZH != "" })
		return Decision{Events: events, State: c, Notices: notice.RenderAll(events, about, rules)}, nil
	}
	if w.Place == "" { // it lies nowhere, which the rules have a word for
		_, err := w.Decide("")
		return Written{}, err
	}
	w.Look = func(cur Current) (err error) {
		world, err = reportWorld(cur, in, rules)
		return err
	}
	return d.Ledger.Create(ctx, w)
}

// reportWorld gathers what the rules must know of a report.
func reportWorld(cur Current, in RegisterInput, rules *machine.Rules) (w machine.World, err error) {
	if w.Photos, err = photosOf(cur, machine.FilesOf(gridevent.ReportFields, in.Input), rules, in.At); err != nil {
		return w, err
	}
	if same := in.Input.Text("same_as"); same != "" {
		if w.Cases, err = cur.Cases([]string{same}, sightOf(in.Actor, rules)); err != nil {
			return w, err
		}
	}
	if in.Input.Has("self_disposed") {
		if w.Reports.All, w.Reports.Rejected, err = cur.Reports(in.Actor.User, quarter(in.At)); err != nil {
			return w, err
		}
	}
	w.Nearby, err = nearby(cur, in.Input, rules, in.At)
	return w, err
}

// nearby are the events of the same kind around the place of a report (§6 item 81).
func nearby(cur Current, in form.Input, rules *machine.Rules, at time.Time) ([]machine.Related, error) {
	place, _, ok := in.Point("location")
	if !ok {
		return nil, nil
	}
	return cur.Nearby(Neighbourhood{Category: in.Text("category"), Place: place, Metres: rules.Policy.Int("event.duplicate.radius"),
		Since: rules.Calendar.Before(at, rules.Policy.Limit("event.recur.within"))})
}
