package api

import (
	"context"

	"huajie/domain/codes"
	"huajie/domain/view"
)

type statementOutput struct{ Body view.Statement }

// caseStatement tells what was said when a matter was put in: whoever handles it reads it in
// the petitioner's own words. Of an accusation it does not tell the unit that is accused.
func (s *server) caseStatement(ctx context.Context, in *ByNo) (*statementOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	if now := s.Now(); !reads(who, c, s.caseRules(c, now), now) {
		return nil, view.ErrWithheld()
	}
	out, err := s.Reader.Statement(ctx, who.scope, c.GetHead().No)
	if err != nil {
		return nil, err
	}
	if c.Card().Confidentiality == codes.ConfidentialityAccusation {
		out.RespondentUnit = ""
	}
	u, _ := s.tree().Unit(out.RespondentUnit)
	out.UnitZH, out.UnitEN = u.ZH, u.EN
	return &statementOutput{out}, nil
}
