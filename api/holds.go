package api

import (
	"context"
	"net/http"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/form"
	"huajie/domain/retention"
	"huajie/domain/view"
)

// Holds keep files whatever their period (docs/retention.md).
type Holds interface {
	// SetHold keeps a case, on the audit log, or not at all; a refusal held_already when it is
	// kept, file_removed when its words are gone.
	SetHold(ctx context.Context, no, by string, e audit.Entry) error
	// LiftHold lets go of it; domain.CodeNotFound when nothing holds it. With another it must be
	// somebody else than who set it: retention.ErrOwnHold.
	LiftHold(ctx context.Context, no, by string, another bool, e audit.Entry) error
	// HoldsIn lists those of cases in a scope, the newest first.
	HoldsIn(ctx context.Context, scope view.Scope, f retention.HoldFilter) ([]retention.Hold, error)
}

// holdFields are what is to be said to set or lift a hold.
var holdFields = []form.Field{{Name: "reason", ZH: "依据和原因", EN: "by what and why: the letter of a court, a review under way; recorded", Type: form.Line, Required: true, Min: 5, Max: 500, NoNumbers: true}}

// holdRoutes are the routes of holds.
func (s *server) holdRoutes() {
	get(s, "/retention/holds", "list-holds", tagCases, "Cases that are kept whatever their period, in the caller's reach", s.listHolds)
	post(s, "/cases/{no}/hold", "hold-case", tagCases, "Keep a case whatever its period", schemaOf(holdFields, false), http.StatusOK, s.holdCase)
	post(s, "/cases/{no}/hold/lift", "lift-hold", tagCases, "Let go of a hold, as somebody else than who set it", schemaOf(holdFields, false), http.StatusOK, s.liftHold)
}

type holdsInput struct {
	No     string `query:"no" maxLength:"40" doc:"of this case alone"`
	Lifted string `query:"lifted" enum:"true,false" doc:"with those that were lifted"`
	Before int64  `query:"before" minimum:"1" doc:"next_before of the answer before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// HoldList is one page of holds.
type HoldList struct {
	Items []retention.Hold `json:"items" doc:"the newest first"`
	Next  int64            `json:"next_before,omitempty" doc:"absent on the last page"`
}

type holdsOutput struct{ Body HoldList }

// listHolds shows the holds to those who may lift them.
func (s *server) listHolds(ctx context.Context, in *holdsInput) (*holdsOutput, error) {
	reach, err := retention.Reach(callerOf(ctx).actor, s.tree())
	if err != nil {
		return nil, err
	}
	list, err := s.Holds.HoldsIn(ctx, reach, retention.HoldFilter{No: in.No, Lifted: in.Lifted == "true", Before: in.Before, Most: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	out := HoldList{Items: []retention.Hold{}}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Next = list[in.Limit-1].ID
	}
	for _, h := range list {
		out.Items = append(out.Items, localHold(h))
	}
	return &holdsOutput{out}, nil
}

func localHold(h retention.Hold) retention.Hold {
	h.At, h.LiftedAt = view.Local(h.At), view.Local(h.LiftedAt)
	return h
}

type holdInput struct {
	ByNo
	FormBody
}

type holdOutput struct{ Body retention.Hold }

// holdCase sets a hold. Who has set one for the same reason is answered it again.
func (s *server) holdCase(ctx context.Context, in *holdInput) (*holdOutput, error) {
	by, reach, reason, err := s.onHold(ctx, in)
	if err != nil {
		return nil, err
	}
	err = s.Holds.SetHold(ctx, in.No, by, byCaller(ctx, audit.Entry{Kind: audit.HoldSet, Object: in.No, Reason: reason, Outcome: audit.OK}))
	if err != nil && domain.ReasonOf(err) != "held_already" {
		return nil, err
	}
	now, known, readErr := s.lastHold(ctx, reach, in.No, false)
	switch {
	case readErr != nil:
		return nil, readErr
	case err != nil && (!known || now.By != by || now.Reason != reason):
		return nil, err
	}
	return &holdOutput{localHold(now)}, nil
}

// liftHold lifts a hold: with it a case may go that somebody wanted to stay, so it is not for
// one person to put on and take off (decision 0026). Who has lifted it is answered so again.
func (s *server) liftHold(ctx context.Context, in *holdInput) (*holdOutput, error) {
	by, reach, reason, err := s.onHold(ctx, in)
	if err != nil {
		return nil, err
	}
	err = s.Holds.LiftHold(ctx, in.No, by, true, byCaller(ctx, audit.Entry{Kind: audit.HoldLifted, Object: in.No, Reason: reason, Outcome: audit.OK}))
	if err != nil && domain.CodeOf(err) != domain.CodeNotFound {
		return nil, err
	}
	last, known, readErr := s.lastHold(ctx, reach, in.No, true)
	switch {
	case readErr != nil:
		return nil, readErr
	case err != nil && (!known || last.LiftedBy != by):
		return nil, domain.Refuse("not_held", "§4.9 retention", "该件未被冻结", "the case is under no hold")
	}
	return &holdOutput{localHold(last)}, nil
}

// onHold reads who wants to set or lift a hold of a case, how far they reach, and why.
func (s *server) onHold(ctx context.Context, in *holdInput) (by string, reach view.Scope, reason string, err error) {
	who := callerOf(ctx)
	if reach, err = retention.Reach(who.actor, s.tree()); err != nil {
		return "", reach, "", err
	}
	if _, err = s.cases.find(ctx, reach, in.No); err != nil {
		return "", reach, "", err
	}
	input, err := in.read()
	if err != nil {
		return "", reach, "", err
	}
	clean, faults := form.Check(holdFields, input, nil)
	if len(faults) > 0 {
		return "", reach, "", domain.Invalid(faults...)
	}
	return who.actor.User, reach, clean.Text("reason"), nil
}

// lastHold is the newest hold of a case.
func (s *server) lastHold(ctx context.Context, reach view.Scope, no string, lifted bool) (retention.Hold, bool, error) {
	list, err := s.Holds.HoldsIn(ctx, reach, retention.HoldFilter{No: no, Lifted: lifted, Most: 1})
	if err != nil || len(list) == 0 {
		return retention.Hold{}, false, err
	}
	return list[0], true, nil
}
