package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/retention"
	"huajie/domain/view"
)

// SetHold keeps a file. It waits for whoever is about to remove it.
func (s *Store) SetHold(ctx context.Context, no, by string, e audit.Entry) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := lockFile(ctx, tx, no); err != nil {
			return err
		}
		f, err := fileOf(ctx, tx, no)
		if err != nil {
			return err
		}
		switch {
		case f.Removed:
			return wordsGone(no)
		case f.Held:
			return refusal(domain.CodeConflict, "held_already", "该件已冻结", "the file is under a hold already")
		}
		last, at, err := holdAudit(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO holds (no, by_whom, at, audit_day, audit_n) VALUES ($1, $2, $3, $4::text::date, $5)`, no, by, at, last.Day.String(), last.N+1); err != nil {
			return err
		}
		_, err = s.linkAudit(ctx, tx, last, at, []audit.Entry{e})
		return err
	})
}

// LiftHold lets go of a hold. With another it must be somebody else than who set it:
// retention.ErrOwnHold otherwise. domain.CodeNotFound: there is none.
func (s *Store) LiftHold(ctx context.Context, no, by string, another bool, e audit.Entry) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		var setBy string
		// No row is domain.CodeNotFound; the lock makes of two who lift at once the second find none.
		if err := tx.QueryRow(ctx, `SELECT by_whom FROM holds WHERE no = $1 AND lifted_at IS NULL FOR UPDATE`, no).Scan(&setBy); err != nil {
			return err
		}
		if another && setBy == by {
			return retention.ErrOwnHold
		}
		if _, err := tx.Exec(ctx, `UPDATE holds SET lifted_by = $2, lifted_at = clock_timestamp() WHERE no = $1 AND lifted_at IS NULL`, no, by); err != nil {
			return err
		}
		_, err := s.appendAudit(ctx, tx, e)
		return err
	})
}

const holdColumns = `SELECT h.id, h.no, h.by_whom, h.at, h.lifted_by, h.lifted_at, h.audit_day::text, h.audit_n, coalesce(a.reason, '')
	FROM holds h LEFT JOIN audit_log a ON a.day = h.audit_day AND a.n = h.audit_n`

// Holds lists the holds there are, with those that were lifted where asked for, the newest first.
func (s *Store) Holds(ctx context.Context, lifted bool) ([]retention.Hold, error) {
	return s.holds(ctx, holdColumns+` WHERE $1 OR h.lifted_at IS NULL ORDER BY h.id DESC`, lifted)
}

// HoldsIn lists those of cases in a scope.
func (s *Store) HoldsIn(ctx context.Context, scope view.Scope, f retention.HoldFilter) ([]retention.Hold, error) {
	w := within(scope)
	if !f.Lifted {
		w.and("h.lifted_at IS NULL")
	}
	if f.No != "" {
		w.and("h.no = ?", f.No)
	}
	if f.Before > 0 {
		w.and("h.id < ?", f.Before)
	}
	most := w.arg(f.Most)
	return s.holds(ctx, holdColumns+` JOIN cases ON cases.no = h.no`+w.String()+` ORDER BY h.id DESC LIMIT `+most, w.args...)
}

func (s *Store) holds(ctx context.Context, sql string, args ...any) ([]retention.Hold, error) {
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (h retention.Hold, err error) {
		var at *time.Time
		var day string
		var said audit.Row
		if err = row.Scan(&h.ID, &h.No, &h.By, &h.At, &h.LiftedBy, &at, &day, &said.N, &said.Reason); err != nil {
			return h, err
		}
		if said.Day, err = calendar.ParseDate(day); err != nil {
			return h, err
		}
		h.At, h.LiftedAt = h.At.UTC(), orZero(at)
		err = s.openReason(&said)
		h.Reason = said.Reason
		return h, err
	})
	return out, fault(err)
}
