package api_test

import (
	"context"
	"slices"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/retention"
	"huajie/domain/view"
)

// cellar keeps the holds of the house as the ledger does.
type cellar struct {
	h    *house
	list []retention.Hold
}

func (c *cellar) SetHold(ctx context.Context, no, by string, e audit.Entry) error {
	if c.at(no) >= 0 {
		return domain.Refuse("held_already", "", "该件已冻结", "the file is under a hold already")
	}
	if err := c.h.Audit(ctx, e); err != nil {
		return err
	}
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	c.list = append(c.list, retention.Hold{ID: int64(len(c.list) + 1), No: no, By: by, At: c.h.now, Reason: e.Reason})
	return nil
}

func (c *cellar) LiftHold(ctx context.Context, no, by string, another bool, e audit.Entry) error {
	i := c.at(no)
	switch {
	case i < 0:
		return domain.NotFound()
	case another && c.list[i].By == by:
		return retention.ErrOwnHold
	}
	if err := c.h.Audit(ctx, e); err != nil {
		return err
	}
	c.list[i].LiftedBy, c.list[i].LiftedAt = by, c.h.now
	return nil
}

// at is where the live hold of a case is; -1 for none.
func (c *cellar) at(no string) int {
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	return slices.IndexFunc(c.list, func(h retention.Hold) bool { return h.No == no && h.LiftedAt.IsZero() })
}

func (c *cellar) HoldsIn(ctx context.Context, scope view.Scope, f retention.HoldFilter) (out []retention.Hold, err error) {
	for _, h := range slices.Backward(c.list) {
		if _, err := c.h.Case(ctx, scope, h.No); err == nil && (f.No == "" || h.No == f.No) && (f.Lifted || h.LiftedAt.IsZero()) && (f.Before == 0 || h.ID < f.Before) && len(out) < f.Most {
			out = append(out, h)
		}
	}
	return out, c.h.fault()
}
