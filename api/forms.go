package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/casekind"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
)

// Action is a step the caller may take now, with the form it needs.
type Action struct {
	Action  string  `json:"action" doc:"last part of the address to post to"`
	Rule    string  `json:"rule" doc:"transition of the specification"`
	Label   string  `json:"label" doc:"in the language asked for"`
	LabelZH string  `json:"label_zh"`
	LabelEN string  `json:"label_en"`
	Fields  []Field `json:"fields"`
}

// Field is one input of a form.
type Field struct {
	Name       string           `json:"name"`
	Label      string           `json:"label" doc:"in the language asked for"`
	LabelZH    string           `json:"label_zh"`
	LabelEN    string           `json:"label_en"`
	Type       form.Type        `json:"type" enum:"line,text,code,choice,unit,units,user,users,case,cases,moment,date,integer,boolean,objects,point,files,attached"`
	Required   bool             `json:"required"`
	When       string           `json:"when,omitempty" doc:"a boolean of the same form; without it this field is neither shown nor taken"`
	Table      string           `json:"table,omitempty" doc:"code table the options come from"`
	Options    []string         `json:"options,omitempty" doc:"values to choose from"`
	Choices    []Choice         `json:"choices,omitempty" doc:"the options with their names"`
	Precedents []view.Precedent `json:"precedents,omitempty" doc:"rulings on whose duty matters of this category are"`
	Default    any              `json:"default,omitempty" doc:"what the rules suggest; the officer decides"`
	Min        int              `json:"min,omitempty"`
	Max        int              `json:"max,omitempty"`
	Declare    bool             `json:"must_be_true,omitempty" doc:"a declaration without which the step is refused"`
	Of         []Field          `json:"of,omitempty" doc:"inputs of each object of the list"`
}

// Choice is one option by name.
type Choice struct {
	Value string `json:"value"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
}

// hints are what is known of a subject when its forms are filled with choices.
type hints struct {
	rules    *machine.Rules
	county   string
	area     string
	lead     string // lead unit so far
	category string
	leader   string // county leader on rota
	requests map[string]machine.Request
	labelOf  func(action string) domain.Text
	sessions []string
	seated   []string // units of a joint session
	called   []string // units of a whistle

	similar    []view.Similar   // doubles to merge into
	precedents []view.Precedent // rulings on whose duty such matters are, newest first
}

// forms describes the offers as forms with their choices filled in.
func (s *server) forms(ctx context.Context, offers []machine.Offer, h hints, inEnglish bool) ([]Action, error) {
	out := []Action{}
	for _, o := range offers {
		a := Action{Action: o.Action, Rule: o.Rule, LabelZH: o.ZH, LabelEN: o.EN, Label: pick(inEnglish, o.ZH, o.EN)}
		fields, err := s.fields(ctx, o.Fields, h, inEnglish)
		if err != nil {
			return nil, err
		}
		a.Fields = fields
		out = append(out, a)
	}
	return out, nil
}

func (s *server) fields(ctx context.Context, fields []form.Field, h hints, inEnglish bool) ([]Field, error) {
	out := []Field{}
	for _, f := range fields {
		if f.House {
			continue
		}
		x := Field{Name: f.Name, LabelZH: f.ZH, LabelEN: f.EN, Label: pick(inEnglish, f.ZH, f.EN), Type: f.Type, Required: f.Required, When: f.When,
			Table: f.Table, Min: f.Min, Max: f.Max, Declare: f.Yes}
		if err := s.choose(ctx, &x, f, h); err != nil {
			return nil, err
		}
		if f.Type == form.Objects {
			of, err := s.fields(ctx, f.Of, h, inEnglish)
			if err != nil {
				return nil, err
			}
			x.Of = of
		}
		out = append(out, x)
	}
	return out, nil
}

// choose fills in what may be chosen, where the choice is small enough to be
// one, and what the rules suggest.
func (s *server) choose(ctx context.Context, f *Field, of form.Field, h hints) error {
	switch f.Type {
	case form.Choice, form.Attached:
		for _, o := range of.Options {
			f.Choices = append(f.Choices, Choice(o))
		}
	case form.Code:
		for _, code := range h.rules.Codes.Options(f.Table) {
			if slices.Contains(of.Without, code) {
				continue
			}
			zh, en := h.rules.Codes.Label(f.Table, code)
			f.Choices = append(f.Choices, Choice{code, zh, en})
		}
	case form.Unit, form.Units:
		f.Choices = h.units(f.Name)
		f.Default = h.suggestion(f)
		if f.Name == "lead_unit" {
			f.Precedents = h.precedents
		}
	case form.Case:
		if f.Name == "master" {
			f.Choices = h.masters()
		}
	case form.User, form.Users:
		users, err := s.users(ctx, f.Name, h)
		if err != nil {
			return err
		}
		f.Choices = users
		if h.leader != "" && strings.Contains(f.Name, "leader") {
			f.Default = h.leader
		}
	case form.Line:
		f.Choices = h.named(f.Name)
		if f.Name == "request" && len(f.Choices) == 1 {
			f.Default = f.Choices[0].Value
		}
	}
	for _, c := range f.Choices {
		f.Options = append(f.Options, c.Value)
	}
	return nil
}

// units are those that can be asked to do something about a case: the
// departments of its county, its county centre and the centre of its place;
// in a joint session, those who sit in it.
func (h hints) units(field string) []Choice {
	var out []Choice
	add := func(u org.Unit, ok bool) {
		if ok && !slices.ContainsFunc(out, func(c Choice) bool { return c.Value == u.ID }) {
			out = append(out, Choice{u.ID, u.ZH, u.EN})
		}
	}
	tree := h.rules.Org
	if len(h.seated) > 0 && field != "executor" {
		for _, id := range h.seated {
			add(tree.Unit(id))
		}
		return out
	}
	if len(h.called) > 0 && field == "unit" {
		for _, id := range h.called {
			add(tree.Unit(id))
		}
		return out
	}
	for _, u := range tree.Departments(h.county) {
		add(u, true)
	}
	if field == "replacement" || field == "units" { // centres are not whistled for
		return out
	}
	add(tree.CentreOf(h.county))
	add(tree.CentreOf(h.area))
	return out
}

// masters are the cases a case may be merged into, as far as they look like it.
func (h hints) masters() []Choice {
	var out []Choice
	for _, x := range h.similar {
		if x.Mergeable {
			day := x.CreatedAt.In(zone).Format(time.DateOnly)
			kind, _ := casekind.OfNumber(x.No)
			label, _ := kind.StateLabel(x.State)
			out = append(out, Choice{x.No, "同一诉求人、类别和地点," + day + "登记," + label.ZH, "same person, category and place, registered " + day + ", " + label.EN})
		}
	}
	return out
}

// suggestion says who should lead and who should assist: as was last ruled for
// such matters, or by the duty catalogue.
func (h hints) suggestion(f *Field) any {
	if f.Name == "lead_unit" && len(h.precedents) > 0 {
		return h.precedents[0].LeadUnit
	}
	if h.category == "" || h.rules.Suggest == nil || len(h.seated) > 0 {
		return nil
	}
	d, ok := h.rules.Suggest(h.category, h.area)
	if !ok {
		return nil
	}
	switch {
	case f.Name == "lead_unit" && d.Lead != "":
		return d.Lead
	case f.Name == "assist_units" && len(d.Assist) > 0:
		return d.Assist
	}
	return nil
}

// users are the people a field can mean: handlers of the lead unit, leaders of
// the county.
func (s *server) users(ctx context.Context, field string, h hints) ([]Choice, error) {
	role, unit := org.RoleDeptHandler, h.lead
	switch {
	case strings.Contains(field, "leader"):
		role, unit = org.RoleCountyLeader, h.county
	case !strings.HasPrefix(field, "handler"), unit == "":
		return nil, nil
	}
	users, err := s.Accounts.Members(ctx, role, unit)
	if err != nil {
		return nil, err
	}
	var out []Choice
	for _, u := range users {
		out = append(out, Choice{u.Username, u.ZH, u.EN})
	}
	return out, nil
}

// named are the requests that wait and the sessions under the case.
func (h hints) named(field string) []Choice {
	var out []Choice
	switch field {
	case "request":
		for id, r := range h.requests {
			label := domain.Text{ZH: r.Action, EN: r.Action}
			if h.labelOf != nil {
				label = h.labelOf(r.Action)
			}
			out = append(out, Choice{id, label.ZH, label.EN})
		}
		slices.SortFunc(out, func(a, b Choice) int { return strings.Compare(a.Value, b.Value) })
	case "session":
		for _, no := range h.sessions {
			out = append(out, Choice{no, no, no})
		}
	}
	return out
}

func pick(inEnglish bool, zh, en string) string {
	if inEnglish {
		return en
	}
	return zh
}
