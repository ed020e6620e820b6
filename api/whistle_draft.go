package api

import (
	"context"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/domain/whistle"
	"huajie/workflows"
)

type draftOutput struct {
	Status   int
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     WhistleView
}

// draftWhistle drafts a whistle (W1). The ledger has it before any workflow does, so that it
// is never refused for want of the engine: 202 says so.
func (s *server) draftWhistle(ctx context.Context, in *registerInput) (*draftOutput, error) {
	who := callerOf(ctx)
	if err := readKey(in.Key, false); err != nil {
		return nil, err
	}
	input, err := in.read()
	if err == nil {
		err = onlyHouse(whistle.DraftFields, input)
	}
	if err != nil {
		return nil, err
	}
	w := activities.WhistleInput{Actor: who.actor, Fingerprint: fingerprint("draft", input), Input: input, At: s.Now()}
	again := false // a retry gets what was drafted then, whatever has become of the case since
	if in.Key != "" {
		w.Key = commandKey(who.actor.User, "draft", in.Key)
		if _, again, err = s.Reader.Committed(ctx, w.Key); err != nil {
			return nil, err
		}
	}
	if !again {
		if err := s.mayLink(ctx, who, input); err != nil {
			return nil, err
		}
	}
	written, err := s.Registrar.DraftWhistle(ctx, w)
	if err != nil {
		return nil, err
	}
	status := http.StatusCreated
	err = s.starting(func() error {
		return s.Engine.StartWhistle(ctx, workflows.AnyCaseInput{No: written.No, Events: written.Events})
	})
	if err != nil {
		// The whistle is safe in the ledger; the worker starts what is not started.
		s.Log.WarnContext(ctx, "a whistle was drafted, but its workflow could not be started yet", "request_id", infoOf(ctx).requestID, "error", err)
		status = http.StatusAccepted
	}
	x := whistle.Fresh()
	for _, e := range written.Events {
		if x, err = machine.Evolve(x, whistle.Fresh, e); err != nil {
			return nil, err
		}
	}
	v := s.whistles.answer(ctx, x, x.DraftedAt)
	return &draftOutput{Status: status, Location: basePath + "/whistles/" + x.No, ETag: v.ETag, Body: v.Body}, nil
}

// mayLink checks the case a whistle is to grow out of: one the caller may see, of the same
// county, that still goes on. An accusation is not carried to a place for all to see.
func (s *server) mayLink(ctx context.Context, who caller, in form.Input) error {
	no := in.Text("case")
	if no == "" {
		return nil
	}
	linked, err := s.cases.find(ctx, who.scope, no)
	switch {
	case domain.CodeOf(err) == domain.CodeNotFound:
		return domain.Invalid(domain.Fault("case", "unknown_case", "没有这个办件", "there is no such case"))
	case err != nil:
		return err
	}
	switch c := linked.Card(); {
	case c.Confidentiality == codes.ConfidentialityAccusation:
		return domain.Invalid(domain.Fault("case", "sealed", "检举控告件不得吹哨", "no whistle is blown about an accusation"))
	case c.Over:
		return domain.Invalid(domain.Fault("case", "case_over", "办件已结束", "the case is over"))
	case c.County != s.tree().CountyOf(in.Text("township")):
		return domain.Invalid(domain.Fault("case", "other_county", "办件不在本县(区)", "the case is of another county"))
	}
	return nil
}

// WhistleForm is the form of a draft.
type WhistleForm struct {
	Fields []Field `json:"fields"`
}

type whistleFormOutput struct{ Body WhistleForm }

// whistleForm tells the inputs of a draft, with the townships the caller may blow for.
func (s *server) whistleForm(ctx context.Context, in *languageInput) (*whistleFormOutput, error) {
	who := callerOf(ctx)
	h := hints{rules: s.rulesHere()}
	var towns []Choice
	for _, g := range who.actor.Grants {
		id := h.rules.Org.TownshipOf(g.Unit)
		if _, _, ok := whistle.MayDraft(who.actor, id, h.rules.Org); ok && (len(towns) == 0 || towns[len(towns)-1].Value != id) {
			u, _ := h.rules.Org.Unit(id)
			towns, h.county = append(towns, Choice{u.ID, u.ZH, u.EN}), u.County
		}
	}
	fields, err := s.fields(ctx, whistle.DraftFields, h, english(in.Language))
	if err != nil {
		return nil, err
	}
	for i := range fields {
		if fields[i].Name == "township" {
			fields[i].Choices, fields[i].Options = towns, nil
			for _, c := range towns {
				fields[i].Options = append(fields[i].Options, c.Value)
			}
		}
	}
	return &whistleFormOutput{WhistleForm{fields}}, nil
}

type whistlesInput struct {
	State    []string `query:"state" maxItems:"20" enum:"drafted,blown,responded,arrived,working,completed,evaluated,coordinating,adjudicated,withdrawn,rejected"`
	Kind     []string `query:"kind" maxItems:"4" enum:"emergency,enforcement,key_work,routine"`
	Unit     []string `query:"unit" maxItems:"50" doc:"units called"`
	Township string   `query:"township" maxLength:"40"`
	Case     string   `query:"case" maxLength:"40" doc:"number of the linked case"`
	Overdue  string   `query:"overdue" enum:"true,false" doc:"somebody owes a step whose limit has passed"`
	Open     string   `query:"open" enum:"true,false" doc:"not ended"`
	Cursor   string   `query:"cursor" maxLength:"1000" doc:"next_cursor of the page before"`
	Limit    int      `query:"limit" minimum:"1" maximum:"200" default:"50"`

	self url.URL
}

// Resolve keeps the address for the link to the next page.
func (in *whistlesInput) Resolve(ctx huma.Context) []error {
	in.self = ctx.URL()
	return nil
}

type whistlesOutput struct {
	Link string `header:"Link"`
	Body view.WhistlePage
}

// listWhistles lists whistles in the caller's scope, the earliest due first.
func (s *server) listWhistles(ctx context.Context, in *whistlesInput) (*whistlesOutput, error) {
	f := view.WhistleFilter{States: in.State, Kinds: in.Kind, Units: in.Unit, Township: in.Township, Case: in.Case, Overdue: yesNo(in.Overdue), Open: yesNo(in.Open), Now: s.Now()}
	page, err := s.Reader.Whistles(ctx, callerOf(ctx).scope, f, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	if page.Items == nil {
		page.Items = []view.WhistleRow{}
	}
	return &whistlesOutput{Link: nextPage(in.self, page.Next), Body: page}, nil
}
