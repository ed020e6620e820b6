package api

import (
	"context"

	"huajie/domain"
	"huajie/domain/codes"
	"huajie/domain/org"
	"huajie/domain/view"
)

// UnitList are units of the organisation.
type UnitList struct {
	Items []org.Unit `json:"items"`
}

type unitsInput struct {
	Within string   `query:"within" maxLength:"40" doc:"only this unit and what lies below it"`
	Kind   []string `query:"kind" maxItems:"12" doc:"only these kinds, e.g. street,town,township"`
}

type unitsOutput struct{ Body UnitList }

// units lists the organisation: for choosing a place or a unit.
func (s *server) units(_ context.Context, in *unitsInput) (*unitsOutput, error) {
	tree := s.tree()
	if _, ok := tree.Unit(in.Within); in.Within != "" && !ok {
		return nil, domain.Invalid(domain.Fault("within", "unknown_unit", "没有这个单位", "there is no such unit"))
	}
	wanted := map[org.Kind]bool{}
	for _, k := range in.Kind {
		wanted[org.Kind(k)] = true
	}
	out := &unitsOutput{UnitList{Items: []org.Unit{}}}
	for _, u := range tree.Units() {
		if (in.Within == "" || tree.Within(u.ID, in.Within)) && (len(wanted) == 0 || wanted[u.Kind]) {
			out.Body.Items = append(out.Body.Items, u)
		}
	}
	return out, nil
}

// CodeTables are the code tables of the rulebook.
type CodeTables struct {
	Version string        `json:"version" doc:"of the rulebook"`
	Items   []codes.Table `json:"items"`
}

type codesInput struct {
	Table []string `query:"table" maxItems:"50" doc:"only these tables"`
}

type codesOutput struct{ Body CodeTables }

func (s *server) codeTables(_ context.Context, in *codesInput) (*codesOutput, error) {
	rules := s.rulesHere()
	names := in.Table
	if len(names) == 0 {
		names = rules.Codes.Names()
	}
	out := &codesOutput{CodeTables{Version: rules.Version, Items: []codes.Table{}}}
	for _, name := range names {
		t, ok := rules.Codes.Table(name)
		if !ok {
			return nil, domain.Invalid(domain.Fault("table", "unknown_code", "没有这个代码表", "there is no such code table"))
		}
		out.Body.Items = append(out.Body.Items, t)
	}
	return out, nil
}

type suggestInput struct {
	Category string `query:"category" required:"true" maxLength:"20"`
	Area     string `query:"area" required:"true" maxLength:"40"`
}

// DutySuggestion is what the catalogue proposes, with what was ruled before.
type DutySuggestion struct {
	org.Suggestion
	Precedents []view.Precedent `json:"precedents" doc:"rulings on whose duty such matters are, newest first, within the caller's scope"`
}

type suggestOutput struct{ Body DutySuggestion }

// suggestDuty asks the duty catalogue who should lead a matter in a place (R21), and
// remembers what adjudication has ruled for matters like it (WF §22).
func (s *server) suggestDuty(ctx context.Context, in *suggestInput) (*suggestOutput, error) {
	d, ok := s.rulesHere().Suggest(in.Category, in.Area)
	if !ok {
		return nil, &domain.Error{Code: domain.CodeNotFound, Reason: "no_duty_entry",
			Text: domain.Text{ZH: "事权清单中没有该类别或地点", EN: "the duty catalogue has no entry for this category and place"}}
	}
	precedents, err := s.precedents(ctx, callerOf(ctx).scope, s.tree().CountyOf(in.Area), d.Category)
	if err != nil {
		return nil, err
	}
	return &suggestOutput{DutySuggestion{d, precedents}}, nil
}
