package store

import (
	"crypto/sha256"
	"errors"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
)

// digestOf is all that is kept of a submission without a key: it tells nothing of
// the source nor of the words, and no other source has the same.
func digestOf(w activities.NewStream) []byte {
	sum := sha256.Sum256([]byte(w.Twice.Source + "\n" + w.Place + "\n" + w.Fingerprint))
	return sum[:]
}

// tapped finds the case that the same words from the same source made a short
// while ago (§6 item 22). Of two at the same moment the second waits.
func tapped(batch *pgx.Batch, w activities.NewStream, no *string) {
	if w.Twice == nil {
		return
	}
	digest := digestOf(w)
	batch.Queue(`SELECT pg_advisory_xact_lock(('x' || encode(substring($1::bytea FROM 1 FOR 8), 'hex'))::bit(64)::bigint)`, digest)
	batch.Queue(`SELECT no FROM recent_intakes WHERE digest = $1 AND at > $2`, digest, w.Twice.Since).QueryRow(func(row pgx.Row) error {
		if err := row.Scan(no); !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		return nil
	})
}

// remember notes what came in, and forgets some of what is too long ago to matter.
func remember(batch *pgx.Batch, w activities.NewStream, no string) {
	if w.Twice == nil {
		return
	}
	batch.Queue(`INSERT INTO recent_intakes (digest, no, at) VALUES ($1, $2, $3)
		ON CONFLICT (digest) DO UPDATE SET no = excluded.no, at = excluded.at`, digestOf(w), no, w.Day)
	batch.Queue(`DELETE FROM recent_intakes WHERE digest IN (SELECT digest FROM recent_intakes WHERE at < $1 LIMIT 5 FOR UPDATE SKIP LOCKED)`,
		w.Twice.Since.AddDate(0, 0, -1))
}
