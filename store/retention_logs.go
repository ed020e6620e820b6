package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
)

// records are the tables, beside the audit log, in which stands who took what out of the house
// or decided what about whom, with the column of its time and which rows are done with.
var records = []struct{ table, at, done string }{
	{"exports", "requested_at", `(state IN ('expired', 'declined', 'withdrawn', 'lapsed') OR state IN ('done', 'failed') AND swept)`},
	{"track_reads", "at", `true`},
	{"field_rulings", "ruled_at", `true`},
	{"field_updates", "received_at", `true`},
	{"field_leave", "asked_at", `to_day < $1::date`},
	{"field_exemptions", "declared_at", `to_day < $1::date`},
}

// Old counts the rows of a table that are older than a moment.
type Old struct {
	Table  string
	N      int
	Oldest time.Time
}

// OldRecords counts what ForgetRecords would delete.
func (s *Store) OldRecords(ctx context.Context, before time.Time) ([]Old, error) {
	var out []Old
	for _, r := range records {
		o := Old{Table: r.table}
		var at *time.Time
		if err := s.pool.QueryRow(ctx, `SELECT count(*), min(`+r.at+`) FROM `+r.table+` WHERE `+r.at+` < $1 AND `+r.done, before).Scan(&o.N, &at); err != nil {
			return nil, fault(err)
		}
		o.Oldest = orZero(at)
		out = append(out, o)
	}
	return out, nil
}

// ForgetRecords deletes records that are older than a moment, some at a time.
func (s *Store) ForgetRecords(ctx context.Context, before time.Time) (n int64, err error) {
	for _, r := range records {
		for {
			tag, err := s.pool.Exec(ctx, `DELETE FROM `+r.table+` WHERE ctid = ANY (ARRAY (SELECT ctid FROM `+r.table+` WHERE `+r.at+` < $1 AND `+r.done+` LIMIT $2))`, before, forgetAtOnce)
			if err != nil {
				return n, fault(err)
			}
			if n += tag.RowsAffected(); tag.RowsAffected() < forgetAtOnce {
				break
			}
		}
	}
	return n, nil
}

// LogDay is a day of the audit log as it ends.
type LogDay struct {
	Day  calendar.Date
	Rows int
	Hash []byte
	Held bool // it says why a file is under a hold
}

// LogDays gives the days of the audit log before one, the oldest first.
func (s *Store) LogDays(ctx context.Context, before calendar.Date) ([]LogDay, error) {
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT ON (day) day::text, n, hash, EXISTS (SELECT FROM holds h WHERE h.audit_day = day AND h.lifted_at IS NULL)
		FROM audit_log WHERE day < $1::text::date ORDER BY day, n DESC`, before.String())
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d LogDay, err error) {
		var day string
		if err = row.Scan(&day, &d.Rows, &d.Hash, &d.Held); err != nil {
			return d, err
		}
		d.Day, err = calendar.ParseDate(day)
		return d, err
	})
	return out, fault(err)
}

// ForgetLogDay deletes a day of the audit log against its signed head, which goes on telling how
// many rows it had and how they ended. A day whose rows do not fit the head is refused: what was
// changed must not be hidden.
func (s *Store) ForgetLogDay(ctx context.Context, head audit.Head, by string, e audit.Entry) error {
	day := head.Day.String()
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		list, err := s.queryAudit(ctx, tx, `SELECT `+auditColumns+` FROM audit_log WHERE day = $1::text::date ORDER BY n`, day)
		if err != nil || len(list) == 0 {
			return err
		}
		v := audit.NewVerifier([]audit.Head{head})
		for _, r := range list {
			v.Row(r)
		}
		last := list[len(list)-1]
		if report := v.Finish(); len(report.Breaks) > 0 || len(report.Unsigned) > 0 || last.N != head.Rows || hex.EncodeToString(last.Hash) != head.Hash {
			e := refusal(domain.CodeConflict, "log_broken", "该日审计日志与已签链头不符,不予清除", "the day of the audit log does not fit its signed head, and is kept")
			return because(e, fmt.Errorf("%s", day))
		}
		end, at, err := holdAudit(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO audit_removals (day, rows, hash, by_whom, at, audit_day, audit_n) VALUES ($1::text::date, $2, $3, $4, $5, $6::text::date, $7)`,
			day, last.N, last.Hash, by, at, end.Day.String(), end.N+1); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SET LOCAL huajie.retention = 'on'`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM audit_log WHERE day = $1::text::date`, day); err != nil {
			return err
		}
		e.Object, e.Reason = day, fmt.Sprintf("%s; %d rows, %s", e.Reason, head.Rows, head.Hash)
		_, err = s.linkAudit(ctx, tx, end, at, []audit.Entry{e})
		return err
	})
}

// forgottenDays are the days of the audit log that were let go of.
func forgottenDays(ctx context.Context, q querier) ([]audit.Forgotten, error) {
	rows, err := q.Query(ctx, `SELECT r.day::text, r.rows, r.hash, r.by_whom, a.kind IS NOT DISTINCT FROM 'logs_removed' AND a.object = r.day::text
				OR a.kind IS NULL AND EXISTS (SELECT FROM audit_removals g WHERE g.day = r.audit_day)
		FROM audit_removals r LEFT JOIN audit_log a ON a.day = r.audit_day AND a.n = r.audit_n ORDER BY r.day`)
	if err != nil {
		return nil, err
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (f audit.Forgotten, err error) {
		var day string
		if err = row.Scan(&day, &f.Rows, &f.Hash, &f.By, &f.Told); err == nil {
			f.Day, err = calendar.ParseDate(day)
		}
		return f, err
	})
	return out, err
}
