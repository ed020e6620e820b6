package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/publishing"
)

// BySheet names a table of rows in the path.
type BySheet struct {
	Sheet publishing.Sheet `path:"sheet" enum:"duty,laws,departments,organs,counties,townships,settlements,codes"`
}

// ByRow names a row of it.
type ByRow struct {
	BySheet
	Row string `query:"row" maxLength:"100" doc:"id of the row, such as 0502 or hangup_reason/H02"`
}

// RuleOption is one value that may be chosen.
type RuleOption struct {
	Value string `json:"value"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
}

// RuleField is one field of the rows of a sheet.
type RuleField struct {
	Name     string               `json:"name"`
	ZH       string               `json:"label_zh"`
	EN       string               `json:"label_en"`
	HintZH   string               `json:"hint_zh,omitempty"`
	HintEN   string               `json:"hint_en,omitempty"`
	Type     publishing.FieldType `json:"type" enum:"line,choice,choices,names,boolean,integer" doc:"choices and names are lists of text"`
	Required bool                 `json:"required"`
	Fixed    bool                 `json:"fixed" doc:"of a new row only: it is known by it elsewhere"`
	Choices  []RuleOption         `json:"choices,omitempty"`
	Max      int                  `json:"max,omitempty" doc:"characters"`
}

// RuleRowFault is one thing wrong with a row.
type RuleRowFault struct {
	Field string `json:"field,omitempty" doc:"absent where it is of the row as a whole"`
	ZH    string `json:"zh"`
	EN    string `json:"en"`
}

// RuleRow is one row.
type RuleRow struct {
	ID     string         `json:"id"`
	Group  string         `json:"group,omitempty"`
	File   string         `json:"file"`
	Line   int            `json:"line"`
	Kept   bool           `json:"kept,omitempty" doc:"the rules refer to it: it is not removed"`
	Values map[string]any `json:"values" doc:"by name of the field"`
	Faults []RuleRowFault `json:"faults"`
}

// RuleRows are the rows of a sheet.
type RuleRows struct {
	Sheet  publishing.Sheet `json:"sheet" enum:"duty,laws,departments,organs,counties,townships,settlements,codes"`
	Fields []RuleField      `json:"fields"`
	Groups []RuleOption     `json:"groups" doc:"what a row may belong to: tables, counties, townships"`
	Rows   []RuleRow        `json:"rows"`
	Closed bool             `json:"closed,omitempty" doc:"rows are changed, but neither added nor removed"`
	Faults []RuleFault      `json:"faults" doc:"wrong with the draft, and with none of these rows"`
}

type ruleRowsOutput struct{ Body RuleRows }

func (s *server) rulebookRows(ctx context.Context, in *struct {
	BySheet
	OfDraft
}) (*ruleRowsOutput, error) {
	files, draft, err := s.looked(ctx, in.Draft)
	if err != nil {
		return nil, err
	}
	var faults []publishing.Fault
	if draft != nil {
		r, err := s.Rulebooks.Review(ctx, *draft)
		if err != nil {
			return nil, err
		}
		faults = r.Faults
	}
	return &ruleRowsOutput{showRows(s.Rulebooks.RowsOf(files, in.Sheet), faults)}, nil
}

func showRows(sheet publishing.RowSheet, faults []publishing.Fault) RuleRows {
	out := RuleRows{Sheet: sheet.Sheet, Fields: []RuleField{}, Groups: showOptions(sheet.Groups), Rows: []RuleRow{}, Closed: sheet.Closed, Faults: showFaults(sheet.Missing)}
	for _, f := range sheet.Fields {
		out.Fields = append(out.Fields, RuleField{Name: f.Name, ZH: f.ZH, EN: f.EN, HintZH: f.HintZH, HintEN: f.HintEN, Type: f.Type,
			Required: f.Required, Fixed: f.Fixed, Choices: showOptions(f.Options), Max: f.Longest})
	}
	told := map[int]bool{}
	for _, r := range sheet.Rows {
		row := RuleRow{ID: r.ID, Group: r.Group, File: r.File, Line: r.Lines[0], Kept: r.Kept, Values: r.Values, Faults: []RuleRowFault{}}
		for i, f := range faults {
			field := r.FieldAt(f.File, f.Line, f.Key)
			if field == "" {
				continue
			}
			if field == "." {
				field = ""
			}
			told[i] = true
			row.Faults = append(row.Faults, RuleRowFault{field, f.Text.ZH, f.Text.EN})
		}
		out.Rows = append(out.Rows, row)
	}
	for i, f := range faults {
		if !told[i] {
			out.Faults = append(out.Faults, showFaults([]publishing.Fault{f})...)
		}
	}
	return out
}

func showOptions(list []publishing.RowOption) []RuleOption {
	out := make([]RuleOption, len(list))
	for i, o := range list {
		out[i] = RuleOption{o.Value, o.ZH, o.EN}
	}
	return out
}

func rowSchema() *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, Required: []string{"values"}, AdditionalProperties: false, Properties: map[string]*huma.Schema{
		"group":  {Type: huma.TypeString, Title: "所属", Description: "of a new row: the table, county or township it belongs to"},
		"values": {Type: huma.TypeObject, Title: "内容", AdditionalProperties: true, Description: "by name of the field, as GET /rulebook/rows/{sheet} describes them; what is not named stays as it is"},
	}}
}

// putDraftRow changes a row, or adds one where none is named.
func (s *server) putDraftRow(ctx context.Context, in *struct {
	DraftEdit
	ByRow
}) (*ruleDraftOutput, error) {
	seq, err := s.editing(ctx, in.ID, in.IfMatch)
	if err != nil {
		return nil, err
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	values, ok := input["values"].(map[string]any)
	if !ok {
		return nil, domain.Faulty("values", "required", "请填写内容", "the values of the row are required")
	}
	for name := range input {
		if name != "values" && name != "group" {
			return nil, domain.Faulty(name, "unknown_field", "没有这一项", "there is no such field")
		}
	}
	group, _ := input["group"].(string)
	return s.setRow(ctx, in.ID, seq, publishing.RowEdit{Sheet: in.Sheet, Row: in.Row, Group: group, Values: values})
}

func (s *server) deleteDraftRow(ctx context.Context, in *struct {
	ByDraft
	ByRow
	IfMatch string `header:"If-Match" doc:"ETag of the draft as it was read; required"`
}) (*ruleDraftOutput, error) {
	seq, err := s.editing(ctx, in.ID, in.IfMatch)
	if err != nil {
		return nil, err
	}
	if in.Row == "" {
		return nil, domain.Faulty("row", "required", "请写明要删除的一项", "name the row")
	}
	return s.setRow(ctx, in.ID, seq, publishing.RowEdit{Sheet: in.Sheet, Row: in.Row})
}

func (s *server) setRow(ctx context.Context, id int64, seq int, e publishing.RowEdit) (*ruleDraftOutput, error) {
	d, err := s.Rulebooks.SetRow(ctx, id, seq, callerOf(ctx).actor, e, byCaller(ctx, audit.Entry{}))
	if err != nil {
		return nil, err
	}
	return s.draftAnswer(ctx, d), nil
}
