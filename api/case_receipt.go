package api

import (
	"context"
	"reflect"

	"huajie/domain/casefile"
	"huajie/domain/grievance"
	"huajie/domain/receipt"
	"huajie/domain/view"
)

type caseReceiptInput struct {
	ByNo
	Contents bool `query:"contents" doc:"carry every event as it is hashed, so that the chain can be computed anew; the document then holds what officers wrote"`
}

type caseReceiptOutput struct{ Body receipt.Receipt }

// caseReceipt gives a unit its receipt of a case.
func (s *server) caseReceipt(ctx context.Context, in *caseReceiptInput) (*caseReceiptOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	if grievance.IsCitizen(who.actor) {
		return s.receiptOf(ctx, c, receipt.ForPetitioner, false)
	}
	return s.receiptOf(ctx, c, receipt.ForUnit, in.Contents && view.MayCarryContents(c) && who.scope.Reads(c.Card()))
}

// publicCaseReceipt gives the petitioner theirs.
func (s *server) publicCaseReceipt(ctx context.Context, in *PublicInput) (*caseReceiptOutput, error) {
	c, err := s.proven(ctx, in)
	if err != nil {
		return nil, err
	}
	return s.receiptOf(ctx, c, receipt.ForPetitioner, false)
}

func (s *server) receiptOf(ctx context.Context, c casefile.Case, audience string, contents bool) (*caseReceiptOutput, error) {
	links, err := s.Reader.Chain(ctx, c.GetHead().No, contents)
	if err != nil {
		return nil, err
	}
	if len(links) > c.GetHead().Seq { // what has happened since the case was read
		links = links[:c.GetHead().Seq]
	}
	now := s.Now()
	r := view.NewReceipt(c, links, s.caseRules(c, now), audience, now)
	localize(reflect.ValueOf(&r)) // what is signed is what is sent
	if err := r.Sign(s.Signer); err != nil {
		return nil, err
	}
	return &caseReceiptOutput{r}, nil
}
