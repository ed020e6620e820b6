package api

import (
	"context"
	"strings"
	"time"

	"huajie/domain/policy"
	"huajie/domain/publishing"
	"huajie/domain/view"
)

// RuleFault is one thing wrong with a draft.
type RuleFault struct {
	File string `json:"file,omitempty" doc:"absent where it is of no file"`
	Line int    `json:"line,omitempty"`
	Key  string `json:"key,omitempty"`
	Rule string `json:"rule,omitempty"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

func showFaults(list []publishing.Fault) []RuleFault {
	out := make([]RuleFault, len(list))
	for i, f := range list {
		out[i] = RuleFault{f.File, f.Line, f.Key, f.Rule, f.Text.ZH, f.Text.EN}
	}
	return out
}

// RuleChange is one thing a draft makes otherwise.
type RuleChange struct {
	Area      publishing.Area `json:"area" enum:"policy,calendar,hours,duty,codes,units,grids,users,files"`
	AreaZH    string          `json:"area_zh"`
	AreaEN    string          `json:"area_en"`
	Key       string          `json:"key" doc:"policy: place and key; calendar: year or day; otherwise code, id, account or file"`
	ZH        string          `json:"zh"`
	EN        string          `json:"en"`
	Act       publishing.Act  `json:"act" enum:"added,removed,changed"`
	ActZH     string          `json:"act_zh"`
	ActEN     string          `json:"act_en"`
	OldZH     string          `json:"old_zh"`
	OldEN     string          `json:"old_en"`
	NewZH     string          `json:"new_zh"`
	NewEN     string          `json:"new_en"`
	ScopeZH   string          `json:"scope_zh,omitempty"`
	ScopeEN   string          `json:"scope_en,omitempty"`
	Statutory bool            `json:"statutory,omitempty"`
	Tightens  bool            `json:"tightens,omitempty"`
	Turns     bool            `json:"turns,omitempty" doc:"of a day: worked, and no more, or the other way"`
	Steps     []RuleStep      `json:"steps,omitempty" doc:"of a policy key: every day from which something else holds"`
}

// RuleStep is what a key is from a day on.
type RuleStep struct {
	From      string           `json:"from" format:"date"`
	Old       string           `json:"old"`
	New       string           `json:"new"`
	Direction policy.Direction `json:"direction" enum:"tightened,loosened,changed,"`
	ZH        string           `json:"direction_zh"`
	EN        string           `json:"direction_en"`
}

// DraftReview is what is to be said of a draft before it is published.
type DraftReview struct {
	Seq       int          `json:"seq" doc:"of the draft that was looked at"`
	Faults    []RuleFault  `json:"faults" doc:"wrong with the files"`
	Refused   []RuleFault  `json:"refused" doc:"may not be published, though it can be read"`
	Warnings  []RuleFault  `json:"warnings" doc:"odd but allowed"`
	Changes   []RuleChange `json:"changes" doc:"of what it was begun on; empty while there are faults"`
	Stale     bool         `json:"stale" doc:"it was begun on what is no longer in force, and cannot be published"`
	Version   string       `json:"version,omitempty" doc:"what it would be published as"`
	MaySubmit bool         `json:"may_submit"`
}

type draftReviewOutput struct{ Body DraftReview }

func (s *server) reviewDraft(ctx context.Context, in *ByDraft) (*draftReviewOutput, error) {
	d, err := s.findDraft(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	r, err := s.Rulebooks.Review(ctx, d)
	if err != nil {
		return nil, err
	}
	edit, _, _ := d.May(callerOf(ctx).actor)
	out := DraftReview{Seq: d.Seq, Faults: showFaults(r.Faults), Refused: showFaults(r.Refused), Warnings: showFaults(r.Warnings), Changes: []RuleChange{}, Stale: r.Stale, Version: r.Version,
		MaySubmit: edit && len(d.Files) > 0 && !r.Stale && len(r.Faults)+len(r.Refused) == 0}
	for _, c := range r.Changes {
		out.Changes = append(out.Changes, showChange(c))
	}
	return &draftReviewOutput{out}, nil
}

func showChange(c publishing.Change) RuleChange {
	area, act := c.Area.Label(), c.Act.Label()
	v := RuleChange{Area: c.Area, AreaZH: area.ZH, AreaEN: area.EN, Key: c.Key, ZH: c.Name.ZH, EN: c.Name.EN, Act: c.Act, ActZH: act.ZH, ActEN: act.EN,
		OldZH: c.Old.ZH, OldEN: c.Old.EN, NewZH: c.New.ZH, NewEN: c.New.EN, ScopeZH: c.ScopeName.ZH, ScopeEN: c.ScopeName.EN,
		Statutory: c.Statutory, Tightens: c.Tightens(), Turns: c.Turns}
	for _, st := range c.Steps {
		step := RuleStep{From: st.From.String(), Old: st.Old, New: st.New, Direction: st.Direction}
		if st.Direction != "" {
			label := st.Direction.Label()
			step.ZH, step.EN = label.ZH, label.EN
		}
		v.Steps = append(v.Steps, step)
	}
	return v
}

func local(t time.Time) string { return view.Local(t).Format(time.RFC3339) }

func compareText(a, b string) int { return strings.Compare(a, b) }
