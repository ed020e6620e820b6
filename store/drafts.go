package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/publishing"
)

const draftColumns = `id, title, base, publication, state, seq, files, drafted_by, drafted_at, changed_at, version, trail`

func scanDraft(row pgx.CollectableRow) (d publishing.Draft, err error) {
	var files, trail []byte
	if err = row.Scan(&d.ID, &d.Title, &d.Base, &d.Publication, &d.State, &d.Seq, &files, &d.By, &d.At, &d.ChangedAt, &d.Version, &trail); err != nil {
		return d, err
	}
	d.At, d.ChangedAt = d.At.UTC(), d.ChangedAt.UTC()
	if err = errors.Join(json.Unmarshal(files, &d.Files), json.Unmarshal(trail, &d.Trail)); err != nil {
		return d, fmt.Errorf("store: draft %d: %w", d.ID, err)
	}
	return d, nil
}

func oneDraft(ctx context.Context, q querier, sql string, args ...any) (publishing.Draft, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return publishing.Draft{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanDraft)
}

// AddDraft keeps a new draft. The same key of the same person gives what was made of it, unless it
// was for something else; more than most under way are too many. It is on the audit log as by whom
// it was begun, or not kept.
func (s *Store) AddDraft(ctx context.Context, d publishing.Draft, key, fingerprint string, most int, by audit.Entry) (out publishing.Draft, err error) {
	files, trail, err := draftWords(d)
	if err != nil {
		return out, err
	}
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		// New drafts come one after the other.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('huajie/drafts', 0))`); err != nil {
			return err
		}
		if key != "" {
			var used string
			err := tx.QueryRow(ctx, `SELECT id, fingerprint FROM rulebook_drafts WHERE drafted_by = $1 AND key = $2`, d.By, key).Scan(&out.ID, &used)
			switch {
			case err == nil && used != fingerprint:
				return &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused"}
			case err == nil:
				out, err = oneDraft(ctx, tx, `SELECT `+draftColumns+` FROM rulebook_drafts WHERE id = $1`, out.ID)
				return err
			case !errors.Is(err, pgx.ErrNoRows):
				return err
			}
		}
		var open int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM rulebook_drafts WHERE state IN ('drafting', 'submitted')`).Scan(&open); err != nil {
			return err
		}
		if open >= most {
			return refusal(domain.CodeTooMany, "too_many_drafts", "进行中的草案过多,请先完成或作废", "too many drafts are under way; finish or discard some")
		}
		out, err = oneDraft(ctx, tx, `INSERT INTO rulebook_drafts (title, base, publication, state, seq, files, drafted_by, drafted_at, changed_at, key, fingerprint, trail)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING `+draftColumns,
			d.Title, d.Base, d.Publication, d.State, d.Seq, files, d.By, moment(d.At), moment(d.ChangedAt), key, fingerprint, trail)
		if err != nil {
			return err
		}
		_, err = s.appendAudit(ctx, tx, out.Noted(publishing.Opened, by))
		return err
	})
	return out, err
}

func draftWords(d publishing.Draft) (files, trail []byte, err error) {
	for i := range d.Trail {
		d.Trail[i].At = moment(d.Trail[i].At)
	}
	files, errFiles := json.Marshal(d.Files)
	trail, errTrail := json.Marshal(d.Trail)
	return files, trail, errors.Join(errFiles, errTrail)
}

// Draft gives one draft.
func (s *Store) Draft(ctx context.Context, id int64) (publishing.Draft, error) {
	d, err := oneDraft(ctx, s.pool, `SELECT `+draftColumns+` FROM rulebook_drafts WHERE id = $1`, id)
	return d, fault(err)
}

// Drafts lists drafts, the newest first, without what is in their files.
func (s *Store) Drafts(ctx context.Context, limit int) ([]publishing.Draft, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, title, base, publication, state, seq,
			coalesce((SELECT jsonb_object_agg(name, '') FROM jsonb_object_keys(files) AS name), '{}'), drafted_by, drafted_at, changed_at, version, trail
		FROM rulebook_drafts ORDER BY state IN ('drafting', 'submitted') DESC, id DESC LIMIT $1`, limit)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, scanDraft)
	return out, fault(err)
}

// ChangeDraft keeps a draft after an act, if nobody has changed it since it was at was. The act is
// on the audit log, or not done.
func (s *Store) ChangeDraft(ctx context.Context, d publishing.Draft, was int, by audit.Entry) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if err := changeDraft(ctx, tx, d, was); err != nil {
			return err
		}
		_, err := s.appendAudit(ctx, tx, d.Noted(d.Last().Act, by))
		return err
	})
}

func changeDraft(ctx context.Context, tx pgx.Tx, d publishing.Draft, was int) error {
	files, trail, err := draftWords(d)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `UPDATE rulebook_drafts SET state = $3, seq = $4, files = $5, changed_at = $6, version = $7, trail = $8 WHERE id = $1 AND seq = $2`,
		d.ID, was, d.State, d.Seq, files, moment(d.ChangedAt), d.Version, trail)
	if err == nil && tag.RowsAffected() == 0 {
		return refusal(domain.CodeStale, "stale", "草案已被他人更新,请刷新后再试", "the draft has changed since it was read")
	}
	return err
}

// PublishDraft puts a draft in force as a version: kept, noted, and told by the newest publication,
// all or nothing. publication is the one it was approved against; a newer one is
// publishing.ErrReplaced. It is on the audit log, or not done.
func (s *Store) PublishDraft(ctx context.Context, d publishing.Draft, was int, files map[string][]byte, by audit.Entry) (p publishing.Publication, err error) {
	packed, err := packRulebook(files)
	if err != nil {
		return p, fmt.Errorf("store: rulebook %s: %w", d.Version, err)
	}
	p = publishing.Publication{Version: d.Version, Draft: d.ID, DraftedBy: d.By, ApprovedBy: d.Last().By, At: moment(d.ChangedAt), Note: d.Last().Note}
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		newest, err := lockPublications(ctx, tx)
		if err != nil {
			return err
		}
		if newest != d.Publication {
			return publishing.ErrReplaced
		}
		if err := changeDraft(ctx, tx, d, was); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO rulebooks (version, bundle, published_by) VALUES ($1, $2, 'console') ON CONFLICT (version) DO NOTHING`, d.Version, packed); err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `INSERT INTO rulebook_publications (version, draft, drafted_by, approved_by, published_at, note) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
			p.Version, p.Draft, p.DraftedBy, p.ApprovedBy, p.At, p.Note).Scan(&p.ID)
		if err != nil {
			return err
		}
		_, err = s.appendAudit(ctx, tx, d.Noted(publishing.Approved, by))
		return err
	})
	return p, err
}

// lockPublications lets one at a time publish, and gives the newest publication; 0 for none.
func lockPublications(ctx context.Context, tx pgx.Tx) (newest int64, err error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('huajie/publish', 0))`); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM rulebook_publications`).Scan(&newest)
	return newest, err
}

// ReleaseRulebook hands the rulebook back to what the processes are configured with, by an operator.
func (s *Store) ReleaseRulebook(ctx context.Context, by, reason string) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := lockPublications(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO rulebook_publications (drafted_by, approved_by, published_at, note) VALUES ($1, '', clock_timestamp(), $2)`, by, reason); err != nil {
			return err
		}
		_, err := s.appendAudit(ctx, tx, audit.ByOperator(s.operator, audit.RulebookPublished, "configured", by, reason))
		return err
	})
}

const publicationColumns = `id, coalesce(version, ''), coalesce(draft, 0), drafted_by, approved_by, published_at, note`

func publicationFields(p *publishing.Publication) []any {
	return []any{&p.ID, &p.Version, &p.Draft, &p.DraftedBy, &p.ApprovedBy, &p.At, &p.Note}
}

// Publication gives the newest one; ID 0 where nothing was published here yet.
func (s *Store) Publication(ctx context.Context) (p publishing.Publication, err error) {
	err = s.pool.QueryRow(ctx, `SELECT `+publicationColumns+` FROM rulebook_publications ORDER BY id DESC LIMIT 1`).Scan(publicationFields(&p)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return publishing.Publication{}, nil
	}
	p.At = p.At.UTC()
	return p, fault(err)
}

// KeptRulebooks lists the versions that are kept and who put them in force here, the newest first.
func (s *Store) KeptRulebooks(ctx context.Context, limit int) ([]publishing.Kept, error) {
	rows, err := s.pool.Query(ctx, `SELECT r.version, r.published_at, r.published_by, coalesce(p.id, 0), coalesce(p.version, ''), coalesce(p.draft, 0), coalesce(p.drafted_by, ''), coalesce(p.approved_by, ''),
			coalesce(p.published_at, r.published_at), coalesce(p.note, '')
		FROM rulebooks AS r LEFT JOIN rulebook_publications AS p ON p.version = r.version ORDER BY coalesce(p.published_at, r.published_at) DESC, r.ordinal DESC LIMIT $1`, limit)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k publishing.Kept, err error) {
		var p publishing.Publication
		err = row.Scan(append([]any{&k.Version, &k.KeptAt, &k.KeptBy}, publicationFields(&p)...)...)
		if k.KeptAt, p.At = k.KeptAt.UTC(), p.At.UTC(); p.ID > 0 {
			k.Publication = &p
		}
		return k, err
	})
	return out, fault(err)
}
