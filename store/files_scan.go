package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/audit"
	"huajie/domain/evidence"
	"huajie/domain/view"
)

// ClaimScan takes up the photo that has waited longest to be scanned. Nobody else gets it
// before the lease is over, so a worker that dies leaves it to another one. ok is false when
// nothing waits. The original is what was sent; what is shown is made of it.
func (s *Store) ClaimScan(ctx context.Context, now time.Time, lease time.Duration) (id string, original [32]byte, ok bool, err error) {
	var sum []byte
	err = s.pool.QueryRow(ctx, `UPDATE files SET scan_after = $2 WHERE id = (
			SELECT id FROM files WHERE state = 'complete' AND scan IN ('pending', 'error') AND scan_after <= $1 AND gone_at IS NULL
			ORDER BY scan_after LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, sha256`, now, now.Add(lease)).Scan(&id, &sum)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", original, false, nil
	case err != nil:
		return "", original, false, fault(err)
	}
	return id, [32]byte(sum), true, nil // the table takes hashes of 32 bytes only
}

// tellOfMalware writes to who has sent a photo that malware was found in it, for every case it
// is attached to: to an account, or to the petitioner of the case ($5 is how their senders begin).
const tellOfMalware = `INSERT INTO notices (no, seq, n, to_case, to_user, to_role, to_unit, title_zh, title_en, body_zh, body_en, immediate, late, exempt, at, rebuilt)
	SELECT c.no, min(c.seq), 'N20', CASE WHEN starts_with(f.account, $5) THEN c.no ELSE '' END, CASE WHEN starts_with(f.account, $5) THEN '' ELSE f.account END, '', '', '照片已停用', 'A photo was withdrawn', c.no || ':' || $2, c.no || ': ' || $3, false, false, '', f.scan_at, $4
	FROM case_files c JOIN files f ON f.id = c.file_id`

// tellOfMalwareAgain writes of one case what is not there any more of these notices. They stand
// in no history; what the scanner said stands with the photo.
func tellOfMalwareAgain(ctx context.Context, tx pgx.Tx, no string) (int, error) {
	why := evidence.Infected()
	tag, err := tx.Exec(ctx, tellOfMalware+` WHERE c.no = $1 AND f.scan = 'infected'
		AND NOT EXISTS (SELECT FROM notices n WHERE n.no = c.no AND n.n = 'N20' AND (n.to_user = f.account OR n.to_case = c.no AND starts_with(f.account, $5)) AND n.at = f.scan_at) GROUP BY c.no, f.id`,
		no, why.ZH, why.EN, true, evidence.SenderOf(""))
	return int(tag.RowsAffected()), err
}

// UnscannedPhotos counts the photos no scanner has found clean or infected yet.
func (s *Store) UnscannedPhotos(ctx context.Context, now time.Time) (out view.Unscanned, err error) {
	var oldest *time.Time
	err = s.pool.QueryRow(ctx, `SELECT count(*) FILTER (WHERE scan = 'pending'), count(*) FILTER (WHERE scan = 'error'),
		min(coalesce(completed_at, created_at)) FILTER (WHERE scan = 'pending') FROM files WHERE state = 'complete' AND scan IN ('pending', 'error') AND gone_at IS NULL`).Scan(&out.Pending, &out.Failed, &oldest)
	if oldest != nil {
		out.Oldest = max(0, now.Sub(*oldest))
	}
	return out, fault(err)
}

// SettleScan notes what a scanner has said; again is when an error is tried again. The first
// word on a photo counts. Malware is on the audit log, and who has sent it is told of it in
// every case it is attached to.
func (s *Store) SettleScan(ctx context.Context, id string, v evidence.Verdict, at, again time.Time) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		var account string
		err := tx.QueryRow(ctx, `UPDATE files SET scan = $2, scan_found = $3, scan_at = $4, scan_after = $5
			WHERE id = $1 AND scan IN ('pending', 'error') RETURNING account`, id, v.State, v.Found, moment(at), again).Scan(&account)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil || v.State != evidence.ScanInfected {
			return err
		}
		why := evidence.Infected()
		if _, err = tx.Exec(ctx, tellOfMalware+` WHERE f.id = $1 GROUP BY c.no, f.id`, id, why.ZH, why.EN, false, evidence.SenderOf("")); err != nil {
			return err
		}
		_, err = s.appendAudit(ctx, tx, audit.Entry{Actor: "system", Kind: audit.FileInfected, Object: id, Purpose: v.Found,
			Reason: "uploaded by " + account, Outcome: audit.OK})
		return err
	})
}
