package api_test

import (
	"context"

	"huajie/domain"
	"huajie/domain/notice"
	"huajie/domain/recheck"
	"huajie/domain/view"
)

// undrawn is a house in which nothing was drawn: who may ask is tried here, what is found on the
// real store (internal/app).
type undrawn struct{}

func (undrawn) Rechecks(context.Context, view.Scope, recheck.Filter, string, int) ([]recheck.Recheck, string, error) {
	return nil, "", nil
}

func (undrawn) Recheck(context.Context, view.Scope, recheck.Filter, int64) (recheck.Recheck, error) {
	return recheck.Recheck{}, domain.NotFound()
}

func (undrawn) AnswerRecheck(context.Context, int64, recheck.Answer, []notice.Message) error {
	return domain.NotFound()
}
