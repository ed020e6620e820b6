package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/audit"
	"huajie/domain/evidence"
)

// ClaimScan takes up the photo that has waited longest to be scanned. Nobody else gets it
// before the lease is over, so a worker that dies leaves it to another one. ok is false when
// nothing waits. The original is what was sent; what is shown is made of it.
func (s *Store) ClaimScan(ctx context.Context, now time.Time, lease time.Duration) (id string, original [32]byte, ok bool, err error) {
	var sum []byte
	err = s.pool.QueryRow(ctx, `UPDATE files SET scan_after = $2 WHERE id = (
			SELECT id FROM files WHERE state = 'complete' AND scan IN ('pending', 'error') AND scan_after <= $1
			ORDER BY scan_after LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id, sha256`, now, now.Add(lease)).Scan(&id, &sum)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", original, false, nil
	case err != nil:
		return "", original, false, fault(err)
	}
	return id, [32]byte(sum), true, nil // the table takes hashes of 32 bytes only
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
		why, petitioner := evidence.Infected(), evidence.IsSender(account)
		_, err = tx.Exec(ctx, `INSERT INTO notices (no, seq, n, to_case, to_user, to_role, to_unit, title_zh, title_en, body_zh, body_en, immediate, late, exempt, at)
			SELECT no, min(seq), 'N20', CASE WHEN $6 THEN no ELSE '' END, CASE WHEN $6 THEN '' ELSE $2 END, '', '', '照片已停用', 'A photo was withdrawn', no || ':' || $3, no || ': ' || $4, false, false, '', $5
			FROM case_files WHERE file_id = $1 GROUP BY no`, id, account, why.ZH, why.EN, moment(at), petitioner)
		if err != nil {
			return err
		}
		_, err = s.appendAudit(ctx, tx, audit.Entry{Actor: "system", Kind: audit.FileInfected, Object: id, Purpose: v.Found,
			Reason: "uploaded by " + account, Outcome: audit.OK})
		return err
	})
}
