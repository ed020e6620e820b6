package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"

	"huajie/domain/geo"
	"huajie/domain/grid"
	"huajie/domain/machine"
)

// PublicArea is a street, town or township with a rough outline: what lies between its
// outermost corners. It tells neither grids nor who looks after them.
type PublicArea struct {
	Area    string       `json:"area"`
	ZH      string       `json:"zh"`
	EN      string       `json:"en"`
	County  string       `json:"county"`
	Outline [][2]float64 `json:"outline" doc:"corners as [longitude, latitude], WGS-84, the last is not the first again; outlines of neighbours overlap"`
}

// PublicAreas are the areas a place can be shown in.
type PublicAreas struct {
	Items []PublicArea `json:"items"`
}

type publicAreasOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         PublicAreas
}

// outlines keeps the outlines of a rulebook: they are the same for everybody.
type outlines struct {
	mu      sync.Mutex
	version string
	items   []PublicArea
}

// publicAreas are the outlines on which somebody without an account shows a place.
func (s *server) publicAreas(context.Context, *struct{}) (*publicAreasOutput, error) {
	return &publicAreasOutput{"public, max-age=300", PublicAreas{s.outlines.of(s.rulesHere())}}, nil
}

func (o *outlines) of(rules *machine.Rules) []PublicArea {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.items != nil && o.version == rules.Version {
		return o.items
	}
	corners := map[string][][2]float64{}
	for _, g := range rules.Grids.All() {
		u, _ := rules.Org.Unit(g.Code)
		if county, _ := rules.Org.Unit(u.County); county.Drill {
			continue
		}
		for _, poly := range g.Area {
			for _, p := range poly[0] {
				corners[u.Township] = append(corners[u.Township], [2]float64{p[0], p[1]})
			}
		}
	}
	o.items, o.version = []PublicArea{}, rules.Version
	for _, town := range towns(rules.Org) {
		if list := corners[town.Value]; len(list) > 2 {
			u, _ := rules.Org.Unit(town.Value)
			o.items = append(o.items, PublicArea{town.Value, u.ZH, u.EN, u.County, hull(list)})
		}
	}
	return o.items
}

// hull is the smallest outline without a dent around points, from the west and by the south.
func hull(points [][2]float64) [][2]float64 {
	slices.SortFunc(points, func(a, b [2]float64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	points = slices.Compact(points)
	turnsLeft := func(a, b, c [2]float64) bool {
		return (b[0]-a[0])*(c[1]-a[1])-(b[1]-a[1])*(c[0]-a[0]) > 0
	}
	side := func(list [][2]float64) (out [][2]float64) {
		for _, p := range list {
			for len(out) > 1 && !turnsLeft(out[len(out)-2], out[len(out)-1], p) {
				out = out[:len(out)-1]
			}
			out = append(out, p)
		}
		return out[:len(out)-1]
	}
	back := slices.Clone(points)
	slices.Reverse(back)
	return append(side(points), side(back)...)
}

type publicPlaceInput struct {
	Lat float64 `query:"lat" required:"true" minimum:"-90" maximum:"90" doc:"WGS-84"`
	Lon float64 `query:"lon" required:"true" minimum:"-180" maximum:"180" doc:"WGS-84"`
}

// PublicPlace is the street, town or township a point lies in.
type PublicPlace struct {
	Area string `json:"area,omitempty" doc:"absent: in none of this city"`
	ZH   string `json:"zh,omitempty"`
	EN   string `json:"en,omitempty"`
	Sure bool   `json:"sure" doc:"well inside; otherwise another may be meant"`
}

type publicPlaceOutput struct{ Body PublicPlace }

// publicPlace tells somebody without an account in which area a point lies. Nothing is kept of
// it: the log of requests has no query.
func (s *server) publicPlace(_ context.Context, in *publicPlaceInput) (*publicPlaceOutput, error) {
	rules := s.rulesHere()
	p := rules.Grids.At(geo.Point{Lat: in.Lat, Lon: in.Lon})
	u, ok := rules.Org.Unit(p.Grid)
	if county, _ := rules.Org.Unit(u.County); !ok || u.Township == "" || county.Drill {
		return &publicPlaceOutput{}, nil
	}
	town, _ := rules.Org.Unit(u.Township)
	return &publicPlaceOutput{PublicPlace{town.ID, town.ZH, town.EN, p.Reason == grid.Inside}}, nil
}

// publicAreaRoutes are the routes of places for somebody without an account.
func (s *server) publicAreaRoutes() {
	publicly(s, http.MethodGet, "/public/areas", "public-areas", tagPublic, "Streets, towns and townships with rough outlines, to show a place on", nil, s.publicAreas)
	publicly(s, http.MethodGet, "/public/areas/at", "public-place", tagPublic, "In which of them a point lies", nil, s.publicPlace)
}
