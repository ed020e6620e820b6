package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/retention"
)

const removalColumns = `r.n, r.no, r.file, r.kind, r.events, r.head_hash, r.rest, r.rule, r.ended_at, r.by_whom, r.at, r.audit_day::text, r.audit_n, r.prev_hash, r.hash`

func scanRemoval(row pgx.CollectableRow) (retention.Removal, error) { return scanRemovalAnd(row) }

// scanRemovalAnd reads a row of removalColumns and what follows.
func scanRemovalAnd(row pgx.CollectableRow, more ...any) (r retention.Removal, err error) {
	var head, rest []byte
	var day string
	err = row.Scan(append([]any{&r.N, &r.No, &r.File, &r.Kind, &r.Events, &head, &rest, &r.Rule, &r.EndedAt, &r.By, &r.At, &day, &r.AuditN, &r.Prev, &r.Hash}, more...)...)
	if err != nil {
		return r, err
	}
	r.Head, r.Rest, r.EndedAt, r.At = hex.EncodeToString(head), hex.EncodeToString(rest), r.EndedAt.UTC(), r.At.UTC()
	r.AuditDay, err = calendar.ParseDate(day)
	return r, err
}

// lastRemoval waits for its turn at the register, and gives its last row.
func lastRemoval(ctx context.Context, tx pgx.Tx) (last retention.Removal, err error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('huajie/removals', 0))`); err != nil {
		return last, err
	}
	rows, err := tx.Query(ctx, `SELECT `+removalColumns+` FROM removals r ORDER BY n DESC LIMIT 1`)
	if err != nil {
		return last, err
	}
	last, err = pgx.CollectExactlyOneRow(rows, scanRemoval)
	if errors.Is(err, pgx.ErrNoRows) {
		return retention.Removal{}, nil
	}
	return last, err
}

func queueRemoval(batch *pgx.Batch, r retention.Removal) {
	bin := func(s string) []byte { b, _ := hex.DecodeString(s); return b } // what was just encoded
	batch.Queue(`INSERT INTO removals (n, no, file, kind, events, head_hash, rest, rule, ended_at, by_whom, at, audit_day, audit_n, prev_hash, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::date, $13, $14, $15)`,
		r.N, r.No, r.File, r.Kind, r.Events, bin(r.Head), bin(r.Rest), r.Rule, r.EndedAt, r.By, r.At, r.AuditDay.String(), r.AuditN, r.Prev, r.Hash)
}

// Removals lists the register after a row, in order.
func (s *Store) Removals(ctx context.Context, after, limit int) ([]retention.Removal, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+removalColumns+` FROM removals r WHERE r.n > $1 ORDER BY r.n LIMIT $2`, after, limit)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, scanRemoval)
	return out, fault(err)
}

// VerifyRemovals holds the register against its own chain and against the audit log, and says
// what does not hold. A day of the log that has gone by the rules is not missed.
func (s *Store) VerifyRemovals(ctx context.Context) (n int, faults []Fault, err error) {
	err = s.inTx(ctx, reading, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT `+removalColumns+`, coalesce(a.kind, ''), coalesce(a.object, ''), coalesce(a.reason, ''),
				EXISTS (SELECT FROM audit_removals d WHERE d.day = r.audit_day)
			FROM removals r LEFT JOIN audit_log a ON a.day = r.audit_day AND a.n = r.audit_n ORDER BY r.n`)
		if err != nil {
			return err
		}
		defer rows.Close()
		var last retention.Removal
		var owes string // what the audit log is to end with of the file before
		var said audit.Row
		tell := func(what string) { faults = append(faults, Fault{FaultRemoval, what}) }
		settle := func() {
			if owes != "" && !strings.HasSuffix(said.Reason, "; "+owes) {
				tell(fmt.Sprintf("the audit log does not name row %d of the register of removals (%s)", last.N, last.No))
			}
			owes = ""
		}
		for rows.Next() {
			var entry audit.Row
			var dropped bool
			r, err := scanRemovalAnd(rows, &entry.Kind, &entry.Object, &entry.Reason, &dropped)
			if err != nil {
				return err
			}
			entry.Day, entry.N = r.AuditDay, r.AuditN
			if n++; r.AuditDay != last.AuditDay || r.AuditN != last.AuditN {
				settle()
			}
			if what := r.Broken(last); what != "" {
				tell(what)
			}
			switch {
			case dropped && entry.Kind == "":
			case entry.Kind != audit.FileRemoved || entry.Object != r.File:
				tell(fmt.Sprintf("row %d of the register of removals (%s) is on no audit log", r.N, r.No))
			default:
				if err := s.openReason(&entry); err != nil {
					return err
				}
				said, owes = entry, r.Seal()
			}
			last = r
		}
		settle()
		return rows.Err()
	})
	return n, faults, err
}

// checkGone looks at a stream whose words are gone: its events are as many as the register says,
// follow each other, and end with the hash that it says; none has words; and what is left of its
// row is what was left.
func (s *Stream) checkGone(r retention.Removal, rows map[string]row, list []link) {
	prev := beginning
	for i, l := range list {
		switch {
		case l.Seq != i+1:
			s.fault(FaultChain, fmt.Sprintf("event %d is missing", i+1))
		case !l.gone:
			s.fault(FaultChain, fmt.Sprintf("event %d has words, the register of removals says that they are gone", l.Seq))
		case !bytes.Equal(l.prev, prev):
			s.fault(FaultChain, fmt.Sprintf("event %d does not follow the one before it", l.Seq))
		default:
			prev = l.hash
			continue
		}
		return
	}
	if len(list) != r.Events || hex.EncodeToString(prev) != r.Head {
		s.fault(FaultChain, "the events do not end where the register of removals says")
		return
	}
	have, ok := rows[s.No]
	if !ok {
		s.fault(FaultNoRow, fmt.Sprintf("%d events, their words gone", len(list)))
		return
	}
	if rest, err := restOf(have.body, list); err != nil || rest != r.Rest || have.seq != r.Events || !bytes.Equal(have.head, prev) {
		s.fault(FaultRow, "it is not what was left when its words went")
	}
}

// removalOf gives the row of a stream, and whether there is one.
func removalOf(ctx context.Context, q querier, no string) (r retention.Removal, ok bool, err error) {
	rows, err := q.Query(ctx, `SELECT `+removalColumns+` FROM removals r WHERE r.no = $1`, no)
	if err != nil {
		return r, false, err
	}
	r, err = pgx.CollectExactlyOneRow(rows, scanRemoval)
	if errors.Is(err, pgx.ErrNoRows) {
		return r, false, nil
	}
	return r, err == nil, err
}

func (h *heap) readRemovals(ctx context.Context, tx pgx.Tx, clause string, args []any) error {
	rows, err := tx.Query(ctx, `SELECT `+removalColumns+` FROM removals r WHERE `+clause, args...)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, scanRemoval)
	for _, r := range list {
		h.removals[r.No] = r
	}
	return err
}
