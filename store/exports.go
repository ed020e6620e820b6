package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/export"
)

const exportColumns = `id, list, format, columns, query, filter, reason, identities, areas, requested_by, requested_at, state, rows, estimated,
	attempt, sum, size, ready_at, expires_at, refusal, trail`

// refused is how a refusal is kept.
type refused struct {
	Reason string `json:"reason"`
	domain.Text
}

func scanExport(row pgx.CollectableRow) (e export.Export, err error) {
	var refusal *refused
	var trail []byte
	var ready, expires *time.Time
	err = row.Scan(&e.ID, &e.List, &e.Format, &e.Columns, &e.Query, &e.Filter, &e.Reason, &e.Identities, &e.Areas, &e.By, &e.At, &e.State, &e.Rows, &e.Estimated,
		&e.Attempt, &e.Sum, &e.Size, &ready, &expires, &refusal, &trail)
	if err != nil {
		return e, err
	}
	e.At, e.ReadyAt, e.ExpiresAt = e.At.UTC(), orZero(ready), orZero(expires)
	if refusal != nil {
		e.Why, e.Refusal = refusal.Reason, refusal.Text
	}
	if err := json.Unmarshal(trail, &e.Trail); err != nil {
		return e, fmt.Errorf("record of an export: %w", err)
	}
	return e, nil
}

// oneExport runs a question that gives one export.
func oneExport(ctx context.Context, q querier, sql string, args ...any) (export.Export, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return export.Export{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanExport)
}

// AddExport writes a request down. The same key of the same person gives the one that was
// made of it, unless it was for something else; more than most under way are too many. It is
// on the audit log as by whom it was asked for, or not written down.
func (s *Store) AddExport(ctx context.Context, e export.Export, key, fingerprint string, most int, by audit.Entry) (out export.Export, err error) {
	trail, err := json.Marshal(e.Trail)
	if err != nil {
		return out, err
	}
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		// Requests of one person come one after the other.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('export/' || $1, 0))`, e.By); err != nil {
			return err
		}
		if key != "" {
			var used string
			err := tx.QueryRow(ctx, `SELECT id, fingerprint FROM exports WHERE requested_by = $1 AND key = $2`, e.By, key).Scan(&out.ID, &used)
			switch {
			case err == nil && used != fingerprint:
				return &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused"}
			case err == nil:
				out, err = oneExport(ctx, tx, `SELECT `+exportColumns+` FROM exports WHERE id = $1`, out.ID)
				return err
			case !errors.Is(err, pgx.ErrNoRows):
				return err
			}
		}
		var open int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM exports WHERE requested_by = $1 AND (state IN ('queued', 'running') OR state = 'waiting' AND requested_at > $2)`,
			e.By, e.At.Add(-export.Patience)).Scan(&open); err != nil {
			return err
		}
		if open >= most {
			return refusal(domain.CodeTooMany, "too_many_exports", "您有多个导出尚未完成,请稍后再试", "several exports of yours are under way; wait for them")
		}
		out, err = oneExport(ctx, tx, `INSERT INTO exports (list, format, columns, query, filter, reason, identities, areas, requested_by, requested_at, key, fingerprint, state, trail)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING `+exportColumns,
			e.List, e.Format, e.Columns, e.Query, e.Filter, e.Reason, e.Identities, e.Areas, e.By, moment(e.At), key, fingerprint, e.State, trail)
		if err != nil {
			return err
		}
		_, err = s.appendAudit(ctx, tx, out.Noted(export.Requested, "", by))
		return err
	})
	return out, err
}

// Export gives one export.
func (s *Store) Export(ctx context.Context, id int64) (export.Export, error) {
	e, err := oneExport(ctx, s.pool, `SELECT `+exportColumns+` FROM exports WHERE id = $1`, id)
	return e, fault(err)
}

// ExportsOf lists what a person has asked for, the newest first, before an id (0 for all).
func (s *Store) ExportsOf(ctx context.Context, user string, before int64, limit int) ([]export.Export, error) {
	return s.exports(ctx, `requested_by = $1 AND ($2::bigint = 0 OR id < $2) ORDER BY id DESC LIMIT $3`, user, before, limit)
}

// WaitingExports lists what waits for a second person at a moment, the oldest first.
func (s *Store) WaitingExports(ctx context.Context, now time.Time, limit int) ([]export.Export, error) {
	return s.exports(ctx, `state = 'waiting' AND requested_at > $1 ORDER BY id LIMIT $2`, now.Add(-export.Patience), limit)
}

func (s *Store) exports(ctx context.Context, clause string, args ...any) ([]export.Export, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+exportColumns+` FROM exports WHERE `+clause, args...)
	if err != nil {
		return nil, fault(err)
	}
	list, err := pgx.CollectRows(rows, scanExport)
	return list, fault(err)
}

// noted adds an entry to the record.
func noted(e export.Entry) (string, error) {
	e.At = moment(e.At)
	b, err := json.Marshal([]export.Entry{e})
	return string(b), err
}

// DecideExport notes the answer of the second person, or that who asked has taken the request
// back: of two the first. A request whose time is over takes none. The answer is on the audit
// log, or not given.
func (s *Store) DecideExport(ctx context.Context, id int64, to export.State, entry export.Entry, by audit.Entry) (export.Export, error) {
	note, err := noted(entry)
	if err != nil {
		return export.Export{}, err
	}
	e, err := s.recorded(ctx, entry.Act, entry.Note, by, `UPDATE exports SET state = $2, trail = trail || $3::jsonb WHERE id = $1 AND state = 'waiting' AND requested_at > $4 RETURNING `+exportColumns,
		id, to, note, entry.At.Add(-export.Patience))
	if domain.CodeOf(err) == domain.CodeNotFound {
		err = domain.Refuse("not_waiting", "§2.2 data.export", "该导出申请不在待审批状态", "the export does not wait for a decision")
	}
	return e, err
}

// recorded runs a statement that changes one export, and puts the act on the audit log with
// it: both or neither.
func (s *Store) recorded(ctx context.Context, act, words string, by audit.Entry, sql string, args ...any) (e export.Export, err error) {
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if e, err = oneExport(ctx, tx, sql, args...); err != nil {
			return err
		}
		_, err = s.appendAudit(ctx, tx, e.Noted(act, words, by))
		return err
	})
	return e, err
}

// ClaimExport takes an export up for a while: the oldest that waits for a worker, or whose
// worker has not been heard of. Every claim counts as an attempt.
func (s *Store) ClaimExport(ctx context.Context, now time.Time, lease time.Duration) (e export.Export, ok bool, err error) {
	e, err = oneExport(ctx, s.pool, `UPDATE exports SET state = 'running', attempt = attempt + 1, leased_until = $2, rows = 0, estimated = 0 WHERE id = (
			SELECT id FROM exports WHERE state = 'queued' OR state = 'running' AND leased_until < $1 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING `+exportColumns, now, now.Add(lease))
	if errors.Is(err, pgx.ErrNoRows) {
		return e, false, nil
	}
	return e, err == nil, fault(err)
}

// errTaken says that another worker has taken an export over.
var errTaken = domain.Refuse("taken_over", "", "已由其他进程接手", "another worker has taken it over")

// ProgressExport tells how far a claimed export has come, and keeps it for a while longer.
func (s *Store) ProgressExport(ctx context.Context, e export.Export, until time.Time) error {
	return taken(s.one(ctx, `UPDATE exports SET rows = $3, estimated = $4, leased_until = $5 WHERE id = $1 AND attempt = $2 AND state = 'running'`,
		e.ID, e.Attempt, e.Rows, e.Estimated, until))
}

// HoldExport keeps a claimed export until a moment; then another may claim it.
func (s *Store) HoldExport(ctx context.Context, e export.Export, until time.Time) error {
	return taken(s.one(ctx, `UPDATE exports SET leased_until = $3 WHERE id = $1 AND attempt = $2 AND state = 'running'`, e.ID, e.Attempt, until))
}

// taken says of an export that is not whose who has claimed it what that means.
func taken(err error) error {
	if domain.CodeOf(err) == domain.CodeNotFound {
		return errTaken
	}
	return err
}

// FinishExport notes that the file of a claimed export is there, here and on the audit log.
func (s *Store) FinishExport(ctx context.Context, e export.Export) error {
	note, err := noted(export.Entry{Act: export.Made, By: domain.System, At: e.ReadyAt})
	if err != nil {
		return err
	}
	_, err = s.recorded(ctx, export.Made, "", export.BySystem(), `UPDATE exports SET state = 'done', rows = $3, estimated = $3, sum = $4, size = $5, ready_at = $6, expires_at = $7, leased_until = NULL,
		trail = trail || $8::jsonb WHERE id = $1 AND attempt = $2 AND state = 'running' RETURNING `+exportColumns,
		e.ID, e.Attempt, e.Rows, e.Sum, e.Size, moment(e.ReadyAt), moment(e.ExpiresAt), note)
	return taken(err)
}

// RefuseExport notes why a claimed export is not made.
func (s *Store) RefuseExport(ctx context.Context, e export.Export, why *domain.Error, at time.Time) error {
	note, err := noted(export.Entry{Act: export.Refused, By: domain.System, At: at, Note: why.Reason})
	if err != nil {
		return err
	}
	_, err = s.recorded(ctx, export.Refused, why.Reason, export.BySystem(), `UPDATE exports SET state = 'failed', refusal = $3, leased_until = NULL, trail = trail || $4::jsonb
		WHERE id = $1 AND attempt = $2 AND state = 'running' RETURNING `+exportColumns, e.ID, e.Attempt, refused{why.Reason, why.Text}, note)
	return taken(err)
}

// LapseExports ends requests that no second person has answered in time.
func (s *Store) LapseExports(ctx context.Context, now time.Time) (n int, err error) {
	note, err := noted(export.Entry{Act: string(export.Lapsed), By: domain.System, At: now})
	if err != nil {
		return 0, err
	}
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `UPDATE exports SET state = 'lapsed', trail = trail || $2::jsonb WHERE state = 'waiting' AND requested_at <= $1 RETURNING `+exportColumns,
			now.Add(-export.Patience), note)
		if err != nil {
			return err
		}
		list, err := pgx.CollectRows(rows, scanExport)
		if n = len(list); err != nil || n == 0 {
			return err
		}
		entries := make([]audit.Entry, n)
		for i := range list {
			entries[i] = list[i].Noted(string(export.Lapsed), "", export.BySystem())
		}
		_, err = s.appendAudit(ctx, tx, entries...)
		return err
	})
	return n, err
}

// SpentExports lists exports whose files are to be deleted, after a number: their time is
// over, or they were never whole.
func (s *Store) SpentExports(ctx context.Context, now time.Time, after int64, limit int) ([]export.Export, error) {
	return s.exports(ctx, `NOT swept AND (state = 'failed' OR state = 'done' AND expires_at <= $1) AND id > $2 ORDER BY id LIMIT $3`, now, after, limit)
}

// SweepExport notes that the file of an export is deleted.
func (s *Store) SweepExport(ctx context.Context, id int64, at time.Time) error {
	note, err := noted(export.Entry{Act: export.Deleted, By: domain.System, At: at})
	if err != nil {
		return err
	}
	return s.one(ctx, `UPDATE exports SET swept = true, trail = CASE WHEN state = 'done' THEN trail || $2::jsonb ELSE trail END,
		state = CASE WHEN state = 'done' THEN 'expired' ELSE state END WHERE id = $1`, id, note)
}
