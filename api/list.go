package api

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/casekind"
	"huajie/domain/codes"
	"huajie/domain/machine"
	"huajie/domain/view"
)

type listInput struct {
	Kind           []string  `query:"kind" maxItems:"20" doc:"grievance, grid_event"`
	State          []string  `query:"state" maxItems:"30" doc:"several: comma-separated"`
	Level          []string  `query:"level" maxItems:"4" enum:"L0,L1,L2,L3"`
	Unit           []string  `query:"unit" maxItems:"50" doc:"lead unit or owner unit"`
	Area           string    `query:"area" maxLength:"40" doc:"everything that happened in this area"`
	Track          []string  `query:"track" maxItems:"20"`
	Urgency        []string  `query:"urgency" maxItems:"10"`
	Light          []string  `query:"light" maxItems:"4" enum:"green,yellow,red,none"`
	Risk           []string  `query:"risk" maxItems:"10"`
	Overdue        string    `query:"overdue" enum:"true,false" doc:"past its due date now"`
	Open           string    `query:"open" enum:"true,false" doc:"still worked on"`
	DueBefore      time.Time `query:"due_before"`
	DueAfter       time.Time `query:"due_after"`
	AssignedTo     string    `query:"assigned_to" maxLength:"100" doc:"handler or owner; me for oneself"`
	FirstResponder string    `query:"first_responder" maxLength:"100" doc:"username; me for oneself"`
	Awaiting       string    `query:"awaiting" enum:"me" doc:"what waits for the signature of the caller, as second person"`
	Supervision    []string  `query:"supervision" maxItems:"3" enum:"reminded,yellow_card,red_card" doc:"what the supervision has given"`
	Bounces        string    `query:"bounces" enum:"1,2,3,4,5" doc:"still open, and given back or to another unit at least so often"`
	Query          string    `query:"q" maxLength:"100" doc:"beginning of a number, or words of the summary"`
	Sort           string    `query:"sort" enum:"due_at,-created_at,created_at,-updated_at" default:"due_at"`
	Cursor         string    `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before"`
	Limit          int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Total          string    `query:"total" enum:"true,false" doc:"also count everything that matches"`

	self   url.URL
	filter view.Filter
}

// Resolve keeps the address for the link to the next page, and reads the codes,
// so that their faults are told together with all others.
func (in *listInput) Resolve(ctx huma.Context) []error {
	in.self = ctx.URL()
	who := callerOf(ctx.Context())
	if who.rules == nil {
		return nil
	}
	var faults []domain.FieldError
	in.filter, faults = filterOf(in, who.actor, who.rules)
	var out []error
	for _, f := range faults {
		out = append(out, &fieldFault{f})
	}
	return out
}

type listOutput struct {
	Link string `header:"Link"`
	Body view.Page
}

func (s *server) listCases(ctx context.Context, in *listInput) (*listOutput, error) {
	who := callerOf(ctx)
	in.filter.Now = s.Now()
	page, err := s.Reader.List(ctx, who.scope, in.filter, view.Sort(in.Sort), in.Cursor, in.Limit, in.Total == "true")
	if err != nil {
		return nil, err
	}
	if page.Items == nil {
		page.Items = []view.Row{}
	}
	for i, r := range page.Items {
		page.Items[i].Remaining = view.Remains(who.rules.Calendar, in.filter.Now, r.DueAt)
	}
	return &listOutput{Link: nextPage(in.self, page.Next), Body: page}, nil
}

// nextPage is the link to the page after a cursor, "" after the last.
func nextPage(self url.URL, cursor string) string {
	if cursor == "" {
		return ""
	}
	q := self.Query()
	q.Set("cursor", cursor)
	return "<" + self.Path + "?" + q.Encode() + `>; rel="next"`
}

// filterOf reads the parameters against the rulebook, all faults at once.
func filterOf(in *listInput, who domain.Actor, rules *machine.Rules) (view.Filter, []domain.FieldError) {
	var faults []domain.FieldError
	me := who.User
	unknown := func(field string) {
		faults = append(faults, domain.Fault(field, "unknown_code", "没有这个代码", "there is no such code"))
	}
	among := func(field string, values []string, known func(string) (string, bool)) []string {
		var out []string
		for _, v := range values {
			c, ok := known(v)
			if !ok {
				unknown(field)
				return nil
			}
			out = append(out, c)
		}
		return out
	}
	table := func(name string) func(string) (string, bool) {
		return func(v string) (string, bool) { return rules.Codes.Canonical(name, v) }
	}
	unit := func(v string) (string, bool) { _, ok := rules.Org.Unit(v); return v, ok }
	f := view.Filter{
		Kinds: among("kind", in.Kind, isKind), States: among("state", in.State, isState), Levels: in.Level, Units: among("unit", in.Unit, unit),
		Tracks: among("track", in.Track, table(codes.TableTrack)), Urgencies: among("urgency", in.Urgency, table(codes.TableUrgency)),
		Risks: among("risk", in.Risk, table(codes.TableRisk)), Lights: in.Light, Overdue: yesNo(in.Overdue), Open: yesNo(in.Open),
		DueBefore: in.DueBefore, DueAfter: in.DueAfter, AssignedTo: orMe(in.AssignedTo, me), FirstResponder: orMe(in.FirstResponder, me),
		Query: in.Query, Supervision: in.Supervision,
	}
	f.Bounces, _ = strconv.Atoi(in.Bounces) // one of few, or empty
	if in.Awaiting != "" {
		f.Awaiting = []machine.Recipient{{User: me}}
		for _, g := range who.Grants {
			f.Awaiting = append(f.Awaiting, machine.Recipient{Role: g.Role, Unit: g.Unit})
		}
	}
	if in.Area != "" {
		if u, ok := rules.Org.Unit(in.Area); !ok || !u.Kind.Area() {
			unknown("area")
		}
		f.Area = in.Area
	}
	return f, faults
}

// isKind knows the kinds of case (§3.0).
func isKind(v string) (string, bool) { _, ok := casekind.Named(v); return v, ok }

func isState(v string) (string, bool) {
	known := func(k casekind.Kind) bool { _, ok := k.StateLabel(machine.State(v)); return ok }
	return v, slices.ContainsFunc(casekind.All(), known)
}

func yesNo(v string) *bool {
	if v == "" {
		return nil
	}
	yes := v == "true"
	return &yes
}

func orMe(name, me string) string {
	if name == "me" {
		return me
	}
	return name
}
