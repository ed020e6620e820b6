package api

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/geo"
	"huajie/domain/grid"
	"huajie/domain/org"
	"huajie/internal/patrols"
)

// GridItem is a grid without its area.
type GridItem struct {
	Code        string   `json:"code"`
	ZH          string   `json:"zh"`
	EN          string   `json:"en"`
	Community   string   `json:"community" doc:"community or village"`
	Township    string   `json:"township"`
	County      string   `json:"county"`
	Households  int      `json:"households"`
	Rural       bool     `json:"rural"`
	Special     bool     `json:"special" doc:"a market, a school, a park inside ordinary grids"`
	Provisional bool     `json:"provisional" doc:"code, name or area is not settled"`
	Shaped      bool     `json:"shaped" doc:"whether it has an area; otherwise its buildings tell it"`
	Buildings   []string `json:"buildings"`
}

func itemOf(g grid.Grid, tree *org.Tree) GridItem {
	u, _ := tree.Unit(g.Code)
	return GridItem{
		Code: g.Code, ZH: g.Name.ZH, EN: g.Name.EN, Community: u.Parent, Township: u.Township, County: u.County, Households: g.Households,
		Rural: g.Rural, Special: g.Special, Provisional: g.Provisional, Shaped: g.Shaped(), Buildings: append([]string{}, g.Buildings...),
	}
}

// GridLine is a grid in a list.
type GridLine struct {
	GridItem
	Metres   *float64      `json:"metres,omitempty" doc:"how far its area is from the point of near; 0 within it"`
	Geometry *grid.GeoJSON `json:"geometry,omitempty" doc:"with geometry=true"`
}

// GridList is a page of grids.
type GridList struct {
	Items []GridLine `json:"items"`
	Next  string     `json:"next_cursor,omitempty"`
}

type gridsInput struct {
	Area     string `query:"area" maxLength:"40" doc:"only what lies in this area"`
	Near     string `query:"near" maxLength:"60" doc:"lat,lon: the nearest first, and only grids with an area"`
	Geometry string `query:"geometry" enum:"true,false" doc:"also the area of each"`
	Mine     string `query:"mine" enum:"true,false" doc:"only grids the caller is a member or leader of"`
	Cursor   string `query:"cursor" maxLength:"15" doc:"next_cursor of the page before; not with near"`
	Limit    int    `query:"limit" minimum:"1" maximum:"200" default:"50"`

	point geo.Point
}

// Resolve reads the point.
func (in *gridsInput) Resolve(huma.Context) []error {
	if in.Near == "" {
		return nil
	}
	lat, lon, _ := strings.Cut(in.Near, ",")
	var faults []error
	read := func(s string) float64 {
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil && len(faults) == 0 {
			faults = append(faults, &fieldFault{domain.Fault("near", "type", "应为 纬度,经度", "must be latitude,longitude")})
		}
		return f
	}
	in.point = geo.Point{Lat: read(lat), Lon: read(lon)}
	if len(faults) == 0 && !in.point.Valid() {
		faults = append(faults, &fieldFault{domain.Fault("near", "range", "超出范围", "is out of range")})
	}
	if in.Cursor != "" {
		faults = append(faults, &fieldFault{domain.Fault("cursor", "conflict", "不能与 near 同用", "cannot be used together with near")})
	}
	return faults
}

type gridsOutput struct{ Body GridList }

// listGrids lists the grids where the caller works, by code or by distance.
func (s *server) listGrids(ctx context.Context, in *gridsInput) (*gridsOutput, error) {
	who := callerOf(ctx)
	tree, index := who.rules.Org, who.rules.Grids
	if u, ok := tree.Unit(in.Area); in.Area != "" && (!ok || !u.Kind.Area()) {
		return nil, domain.Invalid(domain.Fault("area", "unknown_code", "没有这个代码", "there is no such code"))
	}
	shown := func(g grid.Grid) bool {
		return (in.Area == "" || tree.Within(g.Code, in.Area)) && who.seesGrid(g.Code) && (in.Mine != "true" || looksAfter(who.actor, tree, g.Code))
	}
	out := &gridsOutput{GridList{Items: []GridLine{}}}
	put := func(g grid.Grid, metres *float64) {
		line := GridLine{GridItem: itemOf(g, tree), Metres: metres}
		if in.Geometry == "true" {
			line.Geometry = g.Geometry()
		}
		out.Body.Items = append(out.Body.Items, line)
	}
	if in.Near != "" {
		for _, c := range index.Nearest(in.point, in.Limit, shown) {
			g, _ := index.Grid(c.Code)
			put(g, &c.Metres)
		}
		return out, nil
	}
	all := slices.DeleteFunc(index.All(), func(g grid.Grid) bool { return g.Code <= in.Cursor || !shown(g) })
	slices.SortFunc(all, func(a, b grid.Grid) int { return strings.Compare(a.Code, b.Code) })
	for _, g := range all[:min(in.Limit, len(all))] {
		put(g, nil)
	}
	if len(all) > in.Limit {
		out.Body.Next = all[in.Limit-1].Code
	}
	return out, nil
}

// looksAfter tells whether somebody is a member of a grid or its leader: leaders hold their
// office in the community or in the grid itself.
func looksAfter(a domain.Actor, tree *org.Tree, code string) bool {
	return slices.ContainsFunc(a.Grants, func(g org.Grant) bool {
		return slices.Contains(patrols.Roles, g.Role) && g.Unit == code || g.Role == org.RoleGridLeader && tree.Within(code, g.Unit)
	})
}

type gridInput struct {
	Code string `path:"code" maxLength:"40"`
}

// GridFeature is a grid as maps take it (RFC 7946).
type GridFeature struct {
	Type       string   `json:"type" enum:"Feature"`
	ID         string   `json:"id"`
	Geometry   any      `json:"geometry" doc:"Polygon or MultiPolygon in WGS-84; null for a grid known by its buildings"`
	Properties GridItem `json:"properties"`
	// Members stand beside the feature: maps pass over what they do not know.
	Members []GridMember `json:"members" doc:"who looks after it, leaders first"`
}

type gridOutput struct{ Body GridFeature }

// getGrid shows one grid with its area.
func (s *server) getGrid(ctx context.Context, in *gridInput) (*gridOutput, error) {
	who := callerOf(ctx)
	g, ok := who.rules.Grids.Grid(in.Code)
	if !ok || !who.seesGrid(g.Code) {
		return nil, domain.NotFound()
	}
	item := itemOf(g, who.rules.Org)
	members, err := s.membersOf(ctx, g.Code, item.Community)
	if err != nil {
		return nil, err
	}
	return &gridOutput{GridFeature{Type: "Feature", ID: g.Code, Geometry: g.Geometry(), Properties: item, Members: members}}, nil
}

type gridAtInput struct {
	Lat     float64 `query:"lat" minimum:"-90" maximum:"90" doc:"WGS-84, with lon"`
	Lon     float64 `query:"lon" minimum:"-180" maximum:"180" doc:"WGS-84, with lat"`
	Address string  `query:"address" maxLength:"200" doc:"an address with estate and building, instead of a point"`
}

// Resolve demands one place: a whole point or an address.
func (in *gridAtInput) Resolve(ctx huma.Context) []error {
	lat, lon, address := ctx.Query("lat") != "", ctx.Query("lon") != "", strings.TrimSpace(in.Address) != ""
	required := func(field string) error {
		return &fieldFault{domain.Fault(field, "required", "必填", "is required")}
	}
	switch {
	case address && (lat || lon):
		return []error{&fieldFault{domain.Fault("address", "conflict", "不能与经纬度同用", "cannot be used together with a point")}}
	case address || lat && lon:
		return nil
	case lat:
		return []error{required("lon")}
	case lon:
		return []error{required("lat")}
	}
	return []error{&fieldFault{domain.Fault("address", "required", "请给出经纬度或地址", "give a point or an address")}}
}

// PlacedGrid is a grid that may claim a place.
type PlacedGrid struct {
	Code      string  `json:"code"`
	ZH        string  `json:"zh"`
	EN        string  `json:"en"`
	Community string  `json:"community"`
	Township  string  `json:"township" doc:"decides a dispute about the border"`
	County    string  `json:"county"`
	Metres    float64 `json:"metres" doc:"how far outside its area the place lies; 0 within it or by building"`
}

// GridPlacement tells to which grid a place belongs, and why.
type GridPlacement struct {
	Grid       string       `json:"grid,omitempty" doc:"takes first action; absent when no grid does"`
	Reason     grid.Reason  `json:"reason" enum:"inside,border,overlap,gap,outside,unknown"`
	ZH         string       `json:"zh" doc:"the reason in words"`
	EN         string       `json:"en"`
	Disputable bool         `json:"disputable" doc:"another grid may claim the place, or none does"`
	Candidates []PlacedGrid `json:"candidates" doc:"the chosen one first"`
}

type gridAtOutput struct{ Body GridPlacement }

// gridAt tells to which grid a place belongs. It names units, as the list of units
// does, and is not narrowed to where the caller works: what happened elsewhere is
// forwarded there (§6 item 19).
func (s *server) gridAt(ctx context.Context, in *gridAtInput) (*gridAtOutput, error) {
	rules := callerOf(ctx).rules
	p := rules.Grids.At(geo.Point{Lat: in.Lat, Lon: in.Lon})
	if in.Address != "" {
		p = rules.Grids.InBuilding(in.Address)
	}
	text := p.Reason.Text()
	out := GridPlacement{Grid: p.Grid, Reason: p.Reason, ZH: text.ZH, EN: text.EN, Disputable: p.Disputable(), Candidates: []PlacedGrid{}}
	for _, c := range p.Candidates {
		u, _ := rules.Org.Unit(c.Code)
		out.Candidates = append(out.Candidates, PlacedGrid{c.Code, u.ZH, u.EN, u.Parent, u.Township, u.County, c.Metres})
	}
	return &gridAtOutput{out}, nil
}
