package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/form"
	"huajie/domain/view"
)

// Beat is what a process says of itself now and then.
type Beat struct {
	Process string
	Part    string // api or worker
	Cause   string // why it cannot do its work; "" when it can
	Drift   time.Duration
}

// Drift tells how far the clock of this process is behind that of the database, less
// what the question itself took.
func (s *Store) Drift(ctx context.Context) (time.Duration, error) {
	asked := time.Now()
	var there time.Time
	if err := s.pool.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&there); err != nil {
		return 0, fault(err)
	}
	took := time.Since(asked)
	drift := there.Sub(asked.Add(took / 2).Round(0))
	switch unsure := took / 2; {
	case drift > unsure:
		return drift - unsure, nil
	case drift < -unsure:
		return drift + unsure, nil
	}
	return 0, nil
}

// Beat notes that a process is there, and whether it could do its work. The first beat
// with which an api and a worker can work together again ends a gap: one longer
// than least becomes an outage, exactly once, and every open case is to hear of it. A
// beat counts for as long as fresh.
func (s *Store) Beat(ctx context.Context, b Beat, fresh, least time.Duration) (ended *view.Outage, err error) {
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		ended = nil
		var whole *time.Time
		var causes []string
		if err := tx.QueryRow(ctx, `SELECT whole_at, causes FROM service FOR UPDATE`).Scan(&whole, &causes); err != nil {
			return err
		}
		var now time.Time
		var together bool
		if err := tx.QueryRow(ctx, beating, b.Process, b.Part, b.Cause, b.Drift.Milliseconds()).Scan(&now); err != nil {
			return err
		}
		if b.Cause != "" {
			if slices.Contains(causes, b.Cause) {
				return nil
			}
			_, err := tx.Exec(ctx, `UPDATE service SET causes = array_append(causes, $1)`, b.Cause)
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT count(DISTINCT part) = 2 FROM heartbeats WHERE able_at >= $1`, now.Add(-fresh)).Scan(&together); err != nil || !together {
			return err
		}
		if whole != nil && now.Sub(*whole) > least {
			if len(causes) == 0 {
				causes = []string{view.CauseSilent}
			}
			o := view.Outage{From: whole.UTC(), To: now.UTC(), Causes: causes, By: b.Process}
			if err := putOutage(ctx, tx, &o); err != nil {
				return err
			}
			ended = &o
		}
		_, err := tx.Exec(ctx, `UPDATE service SET whole_at = $1, causes = '{}'`, now)
		return err
	})
	return ended, err
}

// beating writes one heartbeat; those of processes that are long gone go with it.
const beating = `WITH gone AS (DELETE FROM heartbeats WHERE at < clock_timestamp() - interval '7 days' AND process <> $1)
	INSERT INTO heartbeats AS h (process, part, at, able_at, cause, drift_ms, worst_ms, worst_at)
	VALUES ($1, $2, clock_timestamp(), CASE WHEN $3 = '' THEN clock_timestamp() END, $3, $4, $4, clock_timestamp())
	ON CONFLICT (process) DO UPDATE SET part = excluded.part, at = excluded.at, able_at = coalesce(excluded.able_at, h.able_at), cause = excluded.cause,
		drift_ms = excluded.drift_ms, worst_ms = CASE WHEN abs(excluded.drift_ms) > abs(h.worst_ms) THEN excluded.drift_ms ELSE h.worst_ms END,
		worst_at = CASE WHEN abs(excluded.drift_ms) > abs(h.worst_ms) THEN excluded.at ELSE h.worst_at END
	RETURNING at`

// putOutage writes an outage and the errand that tells the cases.
func putOutage(ctx context.Context, tx pgx.Tx, o *view.Outage) error {
	o.From, o.To = moment(o.From), moment(o.To)
	err := tx.QueryRow(ctx, `INSERT INTO outages (from_at, to_at, county, causes, by_whom, reason) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, detected_at`,
		o.From, o.To, o.County, o.Causes, o.By, o.Reason).Scan(&o.ID, &o.DetectedAt)
	if err != nil {
		return err
	}
	id, err := takeUp(ctx, tx, errand{action: o.Action(), key: fmt.Sprintf("outage/%d-%d", o.ID, o.From.Unix()), county: o.County, before: o.To,
		input: form.Input{"outage": o.Number(), "from": o.From.Format(time.RFC3339Nano), "to": o.To.Format(time.RFC3339Nano)}, by: o.By, reason: o.Reason})
	if err != nil {
		return err
	}
	return tx.QueryRow(ctx, `UPDATE outages SET errand = $2 WHERE id = $1 RETURNING (SELECT total FROM errands WHERE id = $2)`, o.ID, id).Scan(&o.Total)
}

// DeclareOutage writes an outage somebody knows of, and has the cases told.
func (s *Store) DeclareOutage(ctx context.Context, o view.Outage) (view.Outage, error) {
	o.Causes = []string{view.CauseDeclared}
	err := s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := putOutage(ctx, tx, &o); err != nil {
			return err
		}
		_, err := s.appendAudit(ctx, tx, s.byHand(audit.OutageDeclared, o.By, o.Number(), o.Reason))
		return err
	})
	return o, err
}

// VoidOutage says that an outage was none. No further case hears of it; what has moved
// stays moved, since a date that was told is not taken back (§4.1 calendar.recompute).
func (s *Store) VoidOutage(ctx context.Context, id int, by, reason string) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		var errand int
		err := tx.QueryRow(ctx, `UPDATE outages SET voided_at = now(), voided_by = $2, void_reason = $3 WHERE id = $1 AND voided_at IS NULL RETURNING errand`,
			id, by, reason).Scan(&errand)
		if errors.Is(err, pgx.ErrNoRows) {
			return domain.NotFound()
		}
		if err != nil {
			return err
		}
		if _, err = tx.Exec(ctx, `UPDATE errands SET done_at = now() WHERE id = $1 AND done_at IS NULL`, errand); err != nil {
			return err
		}
		_, err = s.appendAudit(ctx, tx, s.byHand(audit.OutageVoided, by, view.Outage{ID: id}.Number(), reason))
		return err
	})
}

// Outages lists the outages that reach into a scope, the latest first.
func (s *Store) Outages(ctx context.Context, scope view.Scope, since time.Time) ([]view.Outage, error) {
	rows, err := s.pool.Query(ctx, `SELECT o.id, o.from_at, o.to_at, o.county, o.causes, o.detected_at, o.by_whom, o.reason, o.voided_at, o.voided_by, o.void_reason,
			e.total, e.told, e.remaining, e.done_at
		FROM outages o JOIN errands e ON e.id = o.errand WHERE o.to_at > $1 AND (o.county = '' OR $2 OR o.county = ANY (coalesce($3::text[], '{}')))
		ORDER BY o.from_at DESC, o.id DESC`, since, scope.City, scope.Counties)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (o view.Outage, err error) {
		var voided, done *time.Time
		err = row.Scan(&o.ID, &o.From, &o.To, &o.County, &o.Causes, &o.DetectedAt, &o.By, &o.Reason, &voided, &o.VoidedBy, &o.VoidReason,
			&o.Total, &o.Told, &o.Remaining, &done)
		o.From, o.To, o.DetectedAt, o.VoidedAt, o.DoneAt = o.From.UTC(), o.To.UTC(), o.DetectedAt.UTC(), orZero(voided), orZero(done)
		return o, err
	})
	return out, fault(err)
}
