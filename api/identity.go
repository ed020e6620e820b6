package api

import (
	"context"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/casefile"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/view"
)

// PetitionerView is who raised a matter, masked (§2.3).
type PetitionerView struct {
	Anonymous bool        `json:"anonymous"`
	Masked    bool        `json:"masked"`
	Withheld  bool        `json:"withheld" doc:"not even the masked person is shown to this caller"`
	MayUnmask bool        `json:"may_unmask" doc:"whether POST …/unmask is open to this caller"`
	Person    view.Person `json:"person,omitzero"`
}

type petitionerOutput struct{ Body PetitionerView }

// casePetitioner shows the person masked; to see more is a step of its own that
// needs a purpose and leaves a trace. A department that is not to know who it is is not
// shown what a mask leaves either.
func (s *server) casePetitioner(ctx context.Context, in *ByNo) (*petitionerOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	p, known, err := s.Reader.Petitioner(ctx, who.scope, c.GetHead().No)
	if err != nil {
		return nil, err
	}
	if !known {
		return &petitionerOutput{PetitionerView{Anonymous: true}}, nil
	}
	card := c.Card()
	v := PetitionerView{Masked: true, Person: p, MayUnmask: view.MayIdentify(who.actor, card, p.ViaCentre, s.tree()) == nil}
	if view.Withheld(who.actor, card, p.ViaCentre, s.tree()) {
		v.Person, v.Withheld = view.Person{ViaCentre: p.ViaCentre}, true
	}
	return &petitionerOutput{v}, nil
}

// unmaskFields are what is to be said to see an identity.
var unmaskFields = []form.Field{
	{Name: "purpose", ZH: "用途", EN: "purpose", Type: form.Code, Table: codes.TableUnmaskPurpose, Required: true},
	{Name: "reason", ZH: "具体原因", EN: "reason", Type: form.Line, Required: true, Min: 5, NoNumbers: true},
}

type unmaskInput struct {
	ByNo
	FormBody
}

// Identity is who raised a matter.
type Identity struct {
	No        string      `json:"no"`
	Anonymous bool        `json:"anonymous" doc:"nobody is known"`
	Person    view.Person `json:"person,omitzero"`
}

type identityOutput struct{ Body Identity }

// unmask shows who raised a matter, once: the next read of the case is masked again (§2.2
// grievance.view_identity). It is recorded with its purpose and reason whether it is granted
// or refused, and what cannot be recorded is refused.
func (s *server) unmask(ctx context.Context, in *unmaskInput) (*identityOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	rules := s.rulesHere()
	clean, faults := form.Check(unmaskFields, input, machine.LookupOf(rules))
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	card := c.Card()
	masked, known, err := s.Reader.Petitioner(ctx, who.scope, card.No)
	if err != nil {
		return nil, err
	}
	e := byCaller(ctx, audit.Entry{Kind: audit.IdentityRead, Object: card.No, Purpose: clean.Text("purpose"), Reason: clean.Text("reason"), Outcome: audit.OK})
	most := view.UnmaskLimits{Hour: rules.Policy.Int("unmask.per_hour"), Day: rules.Policy.Int("unmask.per_day")}
	if refused := view.MayIdentify(who.actor, card, masked.ViaCentre, rules.Org); refused != nil {
		e.Outcome = audit.Refused
		if _, _, err := s.Identities.Reveal(ctx, card.No, e, most, identityAlarm(who, card, rules)); err != nil {
			return nil, err
		}
		return nil, refused
	}
	if !known {
		return &identityOutput{Identity{No: card.No, Anonymous: true}}, nil
	}
	p, known, err := s.Identities.Reveal(ctx, card.No, e, most, identityAlarm(who, card, rules))
	if err != nil {
		if domain.CodeOf(err) == domain.CodeTooMany {
			s.Log.WarnContext(ctx, "an account looks at more identities than is allowed", "request_id", e.Request, "user", e.Actor)
		}
		return nil, err
	}
	return &identityOutput{Identity{No: card.No, Anonymous: !known, Person: p}}, nil
}

// identityAlarm is told to the supervisor of the county and to the administrator; where an
// accusation is concerned, which neither may know of, to the head of the department that keeps
// it and to nobody else.
func identityAlarm(who caller, c casefile.Card, rules *machine.Rules) []notice.Message {
	to := []machine.Recipient{{Role: org.RoleSupervisor, Unit: c.County}, {Role: org.RoleSysAdmin, Unit: rules.Org.Root()}}
	if c.Confidentiality == codes.ConfidentialityAccusation {
		to = keeperOf(c, rules.Org)
	}
	unit := ""
	if len(who.actor.Grants) > 0 {
		unit = who.actor.Grants[0].Unit
	}
	of, _ := rules.Org.Unit(unit)
	return notice.IdentityAlarm(c.No, c.Seq, domain.Text{ZH: who.user.ZH, EN: who.user.EN}, of.ZH, to)
}

// keeperOf is the head of the department that keeps an accusation: that of the county, or of
// the city where the county's own is accused.
func keeperOf(c casefile.Card, tree *org.Tree) []machine.Recipient {
	for _, area := range []string{c.County, tree.Root()} {
		if u, ok := tree.DepartmentNamed(area, "discipline"); ok && !tree.Within(u.ID, c.RespondentUnit) {
			return []machine.Recipient{{Role: org.RoleDeptLeader, Unit: u.ID}}
		}
	}
	return nil
}
