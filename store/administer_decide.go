package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/audit"
)

var errDecided = domain.Refuse("not_waiting", "", "该岗位变更不在待审批状态", "the change of offices does not wait for a decision")

// DecideOffices ends a request for a change of offices: the second person agrees or declines,
// or who asked takes it back. Offices that have changed since it was asked for are not written
// over: it has to be asked for anew.
func (s *Store) DecideOffices(ctx context.Context, r account.Request, to string, c account.Change) error {
	_, err := s.administer(ctx, r.Username, c, func(tx pgx.Tx, was account.Sheet) ([]audit.Entry, error) {
		now, err := waiting(ctx, tx, r.Username)
		if err != nil {
			return nil, err
		}
		if now == nil || now.ID != r.ID {
			return nil, errDecided
		}
		if to == account.Approved {
			if !slices.Equal(was.Grants, now.Before) {
				return nil, domain.Refuse("offices_changed", "", "申请之后该账号的岗位已有变化,请退回后重新申请", "the offices have changed since it was asked for: decline it, and ask anew")
			}
			if err := reseat(ctx, tx, was, now.After, c.By.Actor, now.Reason); err != nil {
				return nil, err
			}
		}
		_, err = tx.Exec(ctx, `UPDATE office_requests SET state = $2, decided_by = $3, decided_at = now(), note = $4 WHERE id = $1`, r.ID, to, c.By.Actor, c.Reason)
		reason := to + ": " + change(now.Before, now.After, now.Reason)
		if c.Reason != "" {
			reason += "; " + c.Reason
		}
		return []audit.Entry{{Kind: audit.OfficesDecided, Reason: reason}}, err
	})
	return err
}
