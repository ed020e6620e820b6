package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/internal/seal"
)

// Audit appends entries to the log, in their order, all or none.
func (s *Store) Audit(ctx context.Context, entries ...audit.Entry) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		_, err := s.appendAudit(ctx, tx, entries...)
		return err
	})
}

// appendAudit appends within a transaction, whose writers take turns until it ends: it should
// be the last it does, and little.
func (s *Store) appendAudit(ctx context.Context, tx pgx.Tx, entries ...audit.Entry) ([]audit.Row, error) {
	last, at, err := holdAudit(ctx, tx)
	if err != nil {
		return nil, err
	}
	return s.linkAudit(ctx, tx, last, at, entries)
}

// lockAudit makes those take turns who write to a day; it answers the day.
const lockAudit = `WITH today AS MATERIALIZED (SELECT (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS day)
	SELECT day::text, pg_advisory_xact_lock(hashtextextended('huajie/audit/' || day, 0))::text FROM today`

// holdAudit waits for its turn on the day it is, and answers its last row.
func holdAudit(ctx context.Context, tx pgx.Tx) (last audit.Row, at time.Time, err error) {
	for {
		var text, nothing string
		if err := tx.QueryRow(ctx, lockAudit).Scan(&text, &nothing); err != nil {
			return last, at, err
		}
		day, err := calendar.ParseDate(text)
		if err != nil {
			return last, at, err
		}
		err = tx.QueryRow(ctx, `SELECT clock_timestamp(), coalesce(l.n, 0), coalesce(l.at, to_timestamp(0)), coalesce(l.hash, '')
			FROM (SELECT) AS one LEFT JOIN LATERAL (SELECT n, at, hash FROM audit_log WHERE day = $1::text::date ORDER BY n DESC LIMIT 1) AS l ON true`, text).
			Scan(&at, &last.N, &last.At, &last.Hash)
		if err != nil {
			return last, at, err
		}
		if last.Day = day; calendar.DateOf(at) == day {
			return last, at, nil
		} // midnight has passed while it waited
	}
}

// linkAudit writes entries after the last row of the day the transaction holds.
func (s *Store) linkAudit(ctx context.Context, tx pgx.Tx, last audit.Row, at time.Time, entries []audit.Entry) ([]audit.Row, error) {
	batch, out := &pgx.Batch{}, []audit.Row{}
	for _, e := range entries {
		r, err := audit.Link(last, e, last.Day, at)
		if err != nil {
			return nil, err
		}
		reason := r.Reason
		if worded(r.Kind) {
			if reason, err = s.fields.Seal(reason, reasonPlace(r.Day, r.N)); err != nil {
				return nil, err
			}
		}
		batch.Queue(`INSERT INTO audit_log (day, n, at, actor, via, kind, object, purpose, reason, outcome, request, prev_hash, hash)
			VALUES ($1::text::date, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			r.Day.String(), r.N, r.At, r.Actor, r.Via, r.Kind, r.Object, r.Purpose, reason, r.Outcome, r.Request, r.Prev, r.Hash)
		out, last = append(out, r), r
	}
	return out, tx.SendBatch(ctx, batch).Close()
}

const auditColumns = `day::text, n, at, actor, via, kind, object, purpose, reason, outcome, request, prev_hash, hash`

func auditFields(day *string, r *audit.Row) []any {
	return []any{day, &r.N, &r.At, &r.Actor, &r.Via, &r.Kind, &r.Object, &r.Purpose, &r.Reason, &r.Outcome, &r.Request, &r.Prev, &r.Hash}
}

func (s *Store) scanAudit(row pgx.CollectableRow) (r audit.Row, err error) {
	var day string
	if err = row.Scan(auditFields(&day, &r)...); err != nil {
		return r, err
	}
	r.At = r.At.UTC()
	if r.Day, err = calendar.ParseDate(day); err != nil {
		return r, err
	}
	return r, s.openReason(&r)
}

// worded tells whether the reason of an entry is what somebody wrote. That of an alarm is a code
// the log is asked for.
func worded(k audit.Kind) bool { return k != audit.IdentityAlarm }

// openReason opens why something was done. One that was tampered with stays as it is: the
// chain tells.
func (s *Store) openReason(r *audit.Row) error {
	reason, err := s.fields.Open(r.Reason, reasonPlace(r.Day, r.N))
	if errors.Is(err, seal.ErrSealed) {
		return nil
	}
	r.Reason = reason
	return err
}

// AuditRows lists the rows of a day, oldest first.
func (s *Store) AuditRows(ctx context.Context, day calendar.Date) ([]audit.Row, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+auditColumns+` FROM audit_log WHERE day = $1::text::date ORDER BY n`, day.String())
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, s.scanAudit)
	return out, fault(err)
}

// sealedObject tells that an entry is about an accusation, as the case is now.
const sealedObject = `EXISTS (SELECT FROM cases WHERE cases.no = object AND cases.confidentiality = 'C3')`

// AuditPage lists entries of a day for whoever may read the log. Where the case is an
// accusation neither its number nor what was entered as the reason is shown (§2.3 C3), and no
// entry is found by its number: it is answered like one nothing was ever done to.
func (s *Store) AuditPage(ctx context.Context, q audit.Query) ([]audit.Row, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+auditColumns+`, `+sealedObject+` FROM audit_log
		WHERE day = $1::text::date AND n > $2::bigint AND ($3 = '' OR actor = $3) AND ($4 = '' OR kind = $4) AND ($5 = '' OR object = $5 AND NOT `+sealedObject+`) ORDER BY n LIMIT $6`,
		q.Day.String(), q.After, q.Actor, q.Kind, q.Object, q.Most)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x audit.Row, err error) {
		var day string
		var sealed bool
		if err = row.Scan(append(auditFields(&day, &x), &sealed)...); err != nil {
			return x, err
		}
		x.At = x.At.UTC()
		if x.Day, err = calendar.ParseDate(day); err != nil {
			return x, err
		}
		if sealed {
			x.Object, x.Reason = "", ""
			return x, nil
		}
		return x, s.openReason(&x)
	})
	return out, fault(err)
}

// VerifyAudit holds every row of every day against its chain and the signed heads.
func (s *Store) VerifyAudit(ctx context.Context, heads []audit.Head) (audit.Report, error) {
	v := audit.NewVerifier(heads)
	err := s.inTx(ctx, reading, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil { // as long as the log is
			return err
		}
		forgotten, err := forgottenDays(ctx, tx)
		if err != nil {
			return err
		}
		for _, d := range forgotten {
			v.Forget(d)
		}
		rows, err := tx.Query(ctx, `SELECT `+auditColumns+` FROM audit_log ORDER BY day, n`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			r, err := s.scanAudit(rows)
			if err != nil {
				return err
			}
			v.Row(r)
		}
		return rows.Err()
	})
	return v.Finish(), err
}

// Ends are the ends of the chains since the last head.
type Ends struct {
	Days   []audit.Row // oldest first
	Signed audit.Row   // the row the last head was signed at, as it is now; the zero row when it is gone
}

// AuditHeads lets one signer at a time at the log; the others wait until sign has come back.
// last tells the last head, the zero one where there is none. Whoever is writing to a day
// that is signed has been waited for, so a day is signed to its end before a later one is;
// nobody who writes waits for the signer.
func (s *Store) AuditHeads(ctx context.Context, last func() (audit.Head, error), sign func(Ends) error) error {
	return pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('huajie/audit/heads', 0))`); err != nil {
			return fault(err)
		}
		head, err := last()
		if err != nil {
			return err
		}
		today, err := awaitWriters(ctx, tx)
		if err != nil {
			return fault(err)
		}
		list, err := s.queryAudit(ctx, tx, `SELECT DISTINCT ON (day) `+auditColumns+` FROM audit_log WHERE day BETWEEN $1::text::date AND $2::text::date ORDER BY day, n DESC`,
			max(head.Day.String(), firstDay), today)
		if err != nil {
			return fault(err)
		}
		ends := Ends{Days: list}
		at, err := s.queryAudit(ctx, tx, `SELECT `+auditColumns+` FROM audit_log WHERE day = $1::text::date AND n = $2`, max(head.Day.String(), firstDay), head.Rows)
		if err != nil {
			return fault(err)
		}
		if len(at) > 0 {
			ends.Signed = at[0]
		}
		return sign(ends)
	})
}

// AuditSince tells since when rows wait that were written after a head, zero when none do.
func (s *Store) AuditSince(ctx context.Context, head audit.Head) (since time.Time, err error) {
	var at *time.Time
	err = s.pool.QueryRow(ctx, `SELECT min(at) FROM audit_log WHERE day >= $1::text::date AND (day, n) > ($1::text::date, $2)`, max(head.Day.String(), firstDay), head.Rows).Scan(&at)
	if err != nil || at == nil {
		return since, fault(err)
	}
	return at.UTC(), nil
}

// firstDay is before any row of the log.
const firstDay = "2000-01-01"

// awaitWriters waits for those who are writing to today, or still to yesterday, and answers
// which day it is. It holds up nobody afterwards: what is rolled back gives its locks back.
func awaitWriters(ctx context.Context, tx pgx.Tx) (today string, err error) {
	locks, err := tx.Begin(ctx)
	if err != nil {
		return "", err
	}
	var yesterdays, todays string
	err = locks.QueryRow(ctx, `WITH today AS MATERIALIZED (SELECT (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date AS day)
		SELECT day::text, pg_advisory_xact_lock_shared(hashtextextended('huajie/audit/' || (day - 1), 0))::text,
			pg_advisory_xact_lock_shared(hashtextextended('huajie/audit/' || day, 0))::text FROM today`).Scan(&today, &yesterdays, &todays)
	return today, errors.Join(err, locks.Rollback(ctx))
}

func (s *Store) queryAudit(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]audit.Row, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, s.scanAudit)
}
