package api

import (
	"context"
	"slices"

	"huajie/domain/casefile"
	"huajie/domain/codes"
	"huajie/domain/machine"
	"huajie/domain/view"
)

// SimilarCases are earlier cases of the same person about the same matter.
type SimilarCases struct {
	Items   []view.Similar `json:"items" doc:"newest first, within the caller's scope"`
	Repeats int            `json:"repeats" doc:"how often it came in again after its reply"`
	Trigger string         `json:"trigger,omitempty" doc:"escalation trigger that so many repetitions are (§8.13)"`
}

type similarOutput struct{ Body SimilarCases }

// similarCases suggests what a new case may be the double, the repetition or the
// urging of (§4.9). Nothing follows by itself: the dispatcher merges or goes on.
func (s *server) similarCases(ctx context.Context, in *ByNo) (*similarOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	out := SimilarCases{}
	if out.Items, err = s.similar(ctx, who.scope, c.Card()); err != nil {
		return nil, err
	}
	for _, x := range out.Items {
		if x.Relation == view.Repeat {
			out.Repeats++
		}
	}
	if out.Repeats >= s.caseRules(c, s.Now()).Policy.Int("repeat.max") {
		out.Trigger = codes.TriggerRepeated
	}
	return &similarOutput{out}, nil
}

func (s *server) similar(ctx context.Context, scope view.Scope, c casefile.Card) ([]view.Similar, error) {
	out := []view.Similar{}
	if c.Petitioner == "" || c.Category == "" || c.Confidentiality == codes.ConfidentialityAccusation {
		return out, nil
	}
	earlier, err := s.Reader.Earlier(ctx, scope, c.No)
	if err != nil {
		return nil, err
	}
	rules := s.Rules.Rules(c.Area, c.JudgedBy(), c.RegisteredAt)
	for _, e := range earlier {
		if x, ok := view.Relate(e, c.Category, c.Area, c.RegisteredAt, rules.Policy, rules.Calendar); ok && !e.CreatedAt.After(c.RegisteredAt) {
			out = append(out, x)
		}
	}
	return out, nil
}

// advise looks up what helps with the steps that are offered: doubles to merge
// into, rulings on whose duty such matters are.
func (s *server) advise(ctx context.Context, scope view.Scope, c casefile.Card, offers []machine.Offer, h *hints) (err error) {
	offered := func(actions ...string) bool {
		return slices.ContainsFunc(offers, func(o machine.Offer) bool { return slices.Contains(actions, o.Action) })
	}
	if offered("merge") {
		if h.similar, err = s.similar(ctx, scope, c); err != nil {
			return err
		}
	}
	if offered("dispatch", "accept-return", "adjudicate", "report-up") && c.Category != "" {
		h.precedents, err = s.precedents(ctx, scope, c.County, c.Category)
	}
	return err
}

// precedents are the rulings on matters of a category, with the units' names.
func (s *server) precedents(ctx context.Context, scope view.Scope, county, category string) ([]view.Precedent, error) {
	list, err := s.Reader.Precedents(ctx, scope, county, category)
	if err != nil {
		return nil, err
	}
	out := []view.Precedent{}
	for _, p := range list {
		u, ok := s.tree().Unit(p.LeadUnit)
		if !ok {
			continue // the unit is no more
		}
		p.LeadZH, p.LeadEN = u.ZH, u.EN
		out = append(out, p)
	}
	return out, nil
}
