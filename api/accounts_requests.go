package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/audit"
	"huajie/domain/form"
	"huajie/domain/org"
)

// roleName is an office somebody asks for: one there is.
type roleName string

// Schema lists the offices there are.
func (roleName) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, r := range org.Roles() {
		s.Enum = append(s.Enum, string(r.Role))
	}
	return s
}

func unknownCode(field string) error {
	return domain.Faulty(field, "unknown_code", "没有这个代码", "there is no such code")
}

// OfficeRequestList are changes of offices that wait.
type OfficeRequestList struct {
	Items []OfficeRequestView `json:"items" doc:"the oldest first"`
}

type officeRequestsOutput struct{ Body OfficeRequestList }
type officeRequestOutput struct{ Body OfficeRequestView }

var errNoDecider = domain.Forbid("not_your_office", "§2.1", "仅系统管理员和市政法委(督查考评)可以办理", "for administrators and the city supervision only")

func (s *server) listOfficeRequests(ctx context.Context, _ *struct{}) (*officeRequestsOutput, error) {
	who := callerOf(ctx)
	if !account.DecidesOffices(who.actor) {
		return nil, errNoDecider
	}
	list, err := s.Administration.OfficeRequests(ctx)
	if err != nil {
		return nil, err
	}
	out := &officeRequestsOutput{OfficeRequestList{Items: []OfficeRequestView{}}}
	for _, r := range list {
		out.Body.Items = append(out.Body.Items, s.requestView(who, r))
	}
	return out, nil
}

type officeDecisionInput struct {
	ByID
	FormBody
}

// decideOffices is the second person's answer; who asked may only take the request back, and
// whose offices they are has no say.
func (s *server) decideOffices(ctx context.Context, in *officeDecisionInput) (*officeRequestOutput, error) {
	who := callerOf(ctx)
	if !account.DecidesOffices(who.actor) {
		return nil, errNoDecider
	}
	r, err := s.Administration.OfficeRequest(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	clean, faults := form.Check(officeDecisionFields, input, nil)
	approve := clean.Bool("approve")
	if len(faults) == 0 && !approve && r.By != who.user.Username && !clean.Has("note") {
		faults = append(faults, domain.Fault("note", "required", "退回须说明理由", "say why it is declined"))
	}
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	to := account.Declined
	switch {
	case approve && !r.MayDecide(who.actor):
		return nil, s.accountRefused(ctx, r.Username, "decision", errSecondPerson)
	case approve:
		to = account.Approved
	case r.By == who.user.Username:
		to = account.Withdrawn
	case !r.MayDecide(who.actor):
		return nil, s.accountRefused(ctx, r.Username, "decision", errSecondPerson)
	}
	if err := s.Administration.DecideOffices(ctx, r, to, account.Change{By: byCaller(ctx, audit.Entry{}), Reason: clean.Text("note")}); err != nil {
		return nil, err
	}
	if r, err = s.Administration.OfficeRequest(ctx, in.ID); err != nil {
		return nil, err
	}
	return &officeRequestOutput{s.requestView(who, r)}, nil
}

var errSecondPerson = domain.Forbid("second_person", "§2.2", "须由申请人和本人以外的第二人审批", "somebody else must decide: neither who asked nor whose offices they are")
