package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/gridevent"
	"huajie/domain/machine"
)

// isWithheld is true of a photo that some event has withheld: it is one photo, wherever else it
// is attached, and shown nowhere.
const isWithheld = `EXISTS (SELECT FROM case_files w WHERE w.file_id = files.id AND w.withheld <> '')`

// markWithheld notes of photos of a case that they are withheld, or are no longer.
const markWithheld = `UPDATE case_files SET withheld = m.how FROM unnest($2::text[], $3::text[]) AS m (id, how)
	WHERE no = $1 AND file_id = m.id AND withheld <> m.how`

// errWithheld refuses the bytes of a photo that is withheld: there was one, and it is not coming.
func errWithheld() *domain.Error {
	return &domain.Error{Code: domain.CodeGone, Reason: "withheld", Rule: "§6 item 80",
		Text: domain.Text{ZH: "该照片已隐去,任何人不可查看", EN: "the photo was withheld: nobody is shown it"}}
}

// queueWithheld notes which photos an event has withheld or shown again.
func queueWithheld(batch *pgx.Batch, st *stream, state machine.Subject) {
	e, ok := state.(*gridevent.Event)
	if !ok {
		return
	}
	was := map[string]string{}
	for _, p := range st.before().Photos {
		was[p.ID] = howWithheld(p)
	}
	var ids, hows []string
	for _, p := range e.Photos {
		if how := howWithheld(p); how != was[p.ID] {
			ids, hows = append(ids, p.ID), append(hows, how)
		}
	}
	if len(ids) > 0 {
		batch.Queue(markWithheld, st.no, ids, hows)
	}
}

// putWithheld puts back what of it is missing, and notes of which photos.
func putWithheld(ctx context.Context, tx pgx.Tx, no string, state machine.Subject, again map[string]bool) error {
	e, ok := state.(*gridevent.Event)
	if !ok || len(e.Photos) == 0 {
		return nil
	}
	var ids, hows []string
	for _, p := range e.Photos {
		ids, hows = append(ids, p.ID), append(hows, howWithheld(p))
	}
	rows, err := tx.Query(ctx, markWithheld+` RETURNING file_id`, no, ids, hows)
	if err != nil {
		return err
	}
	var id string
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
		again[id] = true
		return nil
	})
	return err
}

func howWithheld(p gridevent.Photo) string {
	switch w := p.Withheld; {
	case w == nil:
		return ""
	case w.Gone:
		return "for_good"
	}
	return "yes"
}

// dueToGo are photos that can no longer be shown again and whose bytes are there, but for those
// of a file that must stay: a whistle stays with its case.
const dueToGo = `state = 'complete' AND gone_at IS NULL AND EXISTS (SELECT FROM case_files w WHERE w.file_id = files.id AND w.withheld = 'for_good')
	AND NOT EXISTS (SELECT FROM case_files c LEFT JOIN whistles ON whistles.no = c.no JOIN holds h ON h.no IN (c.no, whistles.case_no) AND h.lifted_at IS NULL WHERE c.file_id = files.id)`

// ForgetWithheld lets go of the bytes of photos that were withheld for good: the storage is to
// drop them (DroppedBytes). That there was a photo, of which hash, size and moment, stays with
// its case. Each is on the audit log.
func (s *Store) ForgetWithheld(ctx context.Context, at time.Time) (n int, err error) {
	rows, err := s.pool.Query(ctx, `SELECT id FROM files WHERE `+dueToGo+` ORDER BY id`)
	if err != nil {
		return 0, fault(err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, fault(err)
	}
	for _, id := range ids {
		gone := false
		err := s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
			gone, err = s.forgetWithheld(ctx, tx, id, at)
			return err
		})
		if err != nil {
			return n, err
		}
		if gone {
			n++
		}
	}
	return n, nil
}

// forgetWithheld lets go of one. Whoever sets a hold on its files waits, or is waited for.
func (s *Store) forgetWithheld(ctx context.Context, tx pgx.Tx, id string, at time.Time) (bool, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT coalesce(nullif(whistles.case_no, ''), c.no) AS file FROM case_files c LEFT JOIN whistles ON whistles.no = c.no WHERE c.file_id = $1 ORDER BY file`, id)
	if err != nil {
		return false, err
	}
	nos, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(nos) == 0 {
		return false, err
	}
	for _, no := range nos {
		if err := lockFile(ctx, tx, no); err != nil {
			return false, err
		}
	}
	tag, err := tx.Exec(ctx, `WITH gone AS (UPDATE files SET gone_at = $2 WHERE id = $1 AND `+dueToGo+` RETURNING sha256, full_sha256, thumb_sha256)
		INSERT INTO dropped_bytes (name, at) SELECT DISTINCT name, $2::timestamptz FROM gone, unnest(ARRAY[sha256, full_sha256, thumb_sha256]) AS name
		ON CONFLICT (name) DO UPDATE SET at = excluded.at`, id, moment(at))
	if err != nil || tag.RowsAffected() == 0 {
		return false, err
	}
	_, err = s.appendAudit(ctx, tx, audit.Entry{Actor: domain.System, Via: "worker", Kind: audit.PhotoRemoved, Object: withheldIn(nos), Purpose: "photo.withheld", Reason: "file " + id, Outcome: audit.OK})
	return err == nil, err
}

// withheldIn is the case the audit log names a photo by: that of the event.
func withheldIn(nos []string) string {
	for _, no := range nos {
		if activities.KindOf(no) == activities.KindGridEvent {
			return no
		}
	}
	return nos[0]
}
