package activitiestest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"huajie/activities"
	"huajie/domain/casefile"
	"huajie/domain/geo"
	"huajie/domain/gridevent"
	"huajie/domain/machine"
	"huajie/domain/org"
)

func related(c casefile.Case) machine.Related {
	k := c.Card()
	r := machine.Related{No: k.No, Confidentiality: k.Confidentiality, County: k.County, Area: k.Area, Category: k.Category, State: k.State,
		Open: !k.Over, Master: k.Master, CreatedAt: k.RegisteredAt}
	if e, ok := c.(*gridevent.Event); ok {
		r.Place = e.Place
	}
	return r
}

// events are the grid events there are, newest first.
func (c current) events() (out []*gridevent.Event) {
	for _, s := range c.m.streams {
		if k, ok := s.caseOf(); ok {
			if e, ok := k.(*gridevent.Event); ok {
				out = append(out, e)
			}
		}
	}
	slices.SortFunc(out, func(a, b *gridevent.Event) int {
		return cmp.Or(b.ReportedAt.Compare(a.ReportedAt), strings.Compare(b.No, a.No))
	})
	return out
}

// Holders gives the users who hold an office (activities.Current).
func (c current) Holders(roles []org.Role, units []string) ([]org.User, error) {
	all := slices.Collect(maps.Values(c.m.users))
	if c.m.Directory != nil {
		all = append(all, c.m.Directory.Users()...)
	}
	all = slices.DeleteFunc(all, func(u org.User) bool {
		return !slices.ContainsFunc(u.Grants, func(g org.Grant) bool { return slices.Contains(roles, g.Role) && slices.Contains(units, g.Unit) })
	})
	slices.SortFunc(all, func(a, b org.User) int { return strings.Compare(a.Username, b.Username) })
	return all, nil
}

// Nearby gives the grid events around a place (activities.Current).
func (c current) Nearby(n activities.Neighbourhood) (out []machine.Related, err error) {
	for _, e := range c.events() {
		if e.Category == n.Category && !e.ReportedAt.Before(n.Since) && geo.Metres(e.Place, n.Place) <= float64(n.Metres) {
			out = append(out, related(e))
		}
	}
	return out, nil
}

// Reports counts the grid events of an officer (activities.Current).
func (c current) Reports(user string, since time.Time) (all, rejected int, err error) {
	for _, e := range c.events() {
		if e.Reporter != user || e.ByCitizen || e.ReportedAt.Before(since) {
			continue
		}
		if all++; e.State == gridevent.Rejected {
			rejected++
		}
	}
	return all, rejected, nil
}
