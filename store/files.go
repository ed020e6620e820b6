package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/domain/geo"
)

// uploadColumns are what scanUpload reads.
const uploadColumns = `files.id, files.account, files.county, files.state, encode(files.sha256, 'hex'), files.size, files.media, files.part_size,
	files.taken_at, files.lat, files.lon, files.accuracy, files.source, files.device, files.created_at, files.refusal,
	files.scan, files.completed_at, files.width, files.height, files.look, files.exif_lat, files.exif_lon, files.exif_time, files.exif_device`

// scanUpload reads a row of uploadColumns.
func scanUpload(row pgx.CollectableRow) (u evidence.Upload, err error) {
	var lat, lon, exifLat, exifLon *float64
	var refusal []byte
	var completed, exifTime *time.Time
	var look int64
	var p evidence.Photo
	var named string
	err = row.Scan(&u.ID, &u.By, &u.County, &u.State, &u.SHA256, &u.Size, &u.Media, &u.PartSize,
		&u.TakenAt, &lat, &lon, &u.Accuracy, &u.Source, &u.Device, &u.CreatedAt, &refusal,
		&u.Scan, &completed, &p.Width, &p.Height, &look, &exifLat, &exifLon, &exifTime, &named)
	if err != nil {
		return u, err
	}
	u.TakenAt, u.CreatedAt, u.At = u.TakenAt.UTC(), u.CreatedAt.UTC(), pointOf(lat, lon)
	if refusal != nil {
		u.Refusal = &evidence.Refusal{}
		if err = json.Unmarshal(refusal, u.Refusal); err != nil {
			return u, fmt.Errorf("refusal of a file: %w", err)
		}
	}
	if u.State != evidence.Complete {
		return u, nil
	}
	p.ID, p.SHA256, p.PHash, p.TakenAt, p.UploadedAt = u.ID, u.SHA256, uint64(look), u.TakenAt, completed.UTC()
	p.At, p.Accuracy, p.ExifAt, p.ExifTime = u.At, u.Accuracy, pointOf(exifLat, exifLon), orZero(exifTime)
	p.Source, p.Bytes, p.By, p.Device = u.Source, u.Size, u.By, u.Device
	if p.Device == "" {
		p.Device = named
	}
	u.Photo = &p
	return u, nil
}

func pointOf(lat, lon *float64) *geo.Point {
	if lat == nil || lon == nil {
		return nil
	}
	return &geo.Point{Lat: *lat, Lon: *lon}
}

func degrees(p *geo.Point) (lat, lon *float64) {
	if p == nil {
		return nil, nil
	}
	return &p.Lat, &p.Lon
}

// upload reads one upload with the parts that are there. lock keeps it as it is
// until the transaction ends.
func upload(ctx context.Context, q querier, id, lock string) (evidence.Upload, error) {
	rows, err := q.Query(ctx, `SELECT `+uploadColumns+` FROM files WHERE id = $1 `+lock, id)
	if err != nil {
		return evidence.Upload{}, err
	}
	u, err := pgx.CollectExactlyOneRow(rows, scanUpload)
	if err != nil {
		return u, err
	}
	if rows, err = q.Query(ctx, `SELECT n, size, encode(sha256, 'hex') FROM file_parts WHERE file_id = $1 ORDER BY n`, id); err != nil {
		return u, err
	}
	u.Parts, err = pgx.CollectRows(rows, pgx.RowToStructByPos[evidence.Part])
	return u, err
}

// DeclareUpload begins an upload, or gives the one that was begun by the same account
// under the id with the same declaration. created tells which. The same id for
// anything else is a conflict; what is more than the quota leaves nothing.
func (s *Store) DeclareUpload(ctx context.Context, want evidence.Upload, quota evidence.Quota) (u evidence.Upload, created bool, err error) {
	want.TakenAt, want.CreatedAt = moment(want.TakenAt), moment(want.CreatedAt)
	sum, err := hex.DecodeString(want.SHA256)
	if err != nil {
		return u, false, fmt.Errorf("store: the hash of a file: %w", err)
	}
	lat, lon := degrees(want.At)
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO files (id, account, county, sha256, size, media, part_size, taken_at, lat, lon, accuracy, source, device, created_at, touched_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14) ON CONFLICT (id) DO NOTHING`,
			want.ID, want.By, want.County, sum, want.Size, want.Media, want.PartSize, want.TakenAt, lat, lon, want.Accuracy, want.Source, want.Device, want.CreatedAt)
		if err != nil {
			return err
		}
		if u, err = upload(ctx, tx, want.ID, ""); err != nil {
			return err
		}
		if created = tag.RowsAffected() == 1; !created {
			if u.By != want.By || !u.Equal(want.Declared) {
				return refusal(domain.CodeConflict, "key_reused", "该编号已用于另一张照片", "the id was used for another photo")
			}
			return nil
		}
		used, err := usedOf(ctx, tx, want.By, quota)
		if err != nil {
			return err
		}
		return quota.Allows(used, want.CreatedAt)
	})
	return u, created, err
}

// usedOf counts what stands against a quota. Whoever has begun an upload waits here for its
// turn until the others of the account have said that theirs is there or not, so that of two at
// once the second one sees the first. Of what everybody has under way that is asked only when
// it is nearly too much: what is being announced at this very moment is less than nearly. The
// same announcement again takes no turn.
func usedOf(ctx context.Context, tx pgx.Tx, account string, quota evidence.Quota) (u evidence.Used, err error) {
	const nearly = 1 << 30 // bytes; connections times the largest photo is less
	if err := inTurn(ctx, tx, "huajie/uploads of "+account); err != nil {
		return u, err
	}
	err = tx.QueryRow(ctx, `SELECT count(*), coalesce(sum(size), 0), (SELECT count(*) FROM files WHERE account = $1 AND state = 'uploading')
		FROM files WHERE account = $1 AND created_at >= $2`, account, quota.Since).Scan(&u.Files, &u.Bytes, &u.Unfinished)
	if err != nil || quota.AllBytes == 0 {
		return u, err
	}
	if u.AllBytes, err = underWay(ctx, tx); err != nil || u.AllBytes < quota.AllBytes-nearly {
		return u, err
	}
	if err := inTurn(ctx, tx, "huajie/uploads"); err != nil {
		return u, err
	}
	u.AllBytes, err = underWay(ctx, tx)
	return u, err
}

// inTurn waits until nobody else does what a name says, to the end of the transaction.
func inTurn(ctx context.Context, tx pgx.Tx, name string) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, name)
	return err
}

// underWay is how many bytes are announced and not whole yet.
func underWay(ctx context.Context, tx pgx.Tx) (n int64, err error) {
	err = tx.QueryRow(ctx, `SELECT coalesce(sum(size), 0) FROM files WHERE state = 'uploading'`).Scan(&n)
	return n, err
}

// Upload gives an upload of an account.
func (s *Store) Upload(ctx context.Context, account, id string) (evidence.Upload, error) {
	u, err := upload(ctx, s.pool, id, "")
	return ownUpload(u, account, err)
}

func ownUpload(u evidence.Upload, account string, err error) (evidence.Upload, error) {
	if err == nil && u.By != account {
		err = domain.NotFound()
	}
	if err != nil {
		return evidence.Upload{}, fault(err)
	}
	return u, nil
}

// PutPart keeps one part of an upload of an account, if evidence.Upload.Take takes it.
func (s *Store) PutPart(ctx context.Context, account, id string, part evidence.Part, data []byte, at time.Time) (u evidence.Upload, err error) {
	sum, err := hex.DecodeString(part.SHA256)
	if err != nil {
		return u, fmt.Errorf("store: the hash of a part: %w", err)
	}
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		found, err := upload(ctx, tx, id, "FOR UPDATE")
		if found, err = ownUpload(found, account, err); err != nil {
			return err
		}
		var changed bool
		if u, changed, err = found.Take(part); err != nil || !changed {
			return err
		}
		_, err = tx.Exec(ctx, `WITH touched AS (UPDATE files SET touched_at = $6 WHERE id = $1)
			INSERT INTO file_parts (file_id, n, size, sha256, data) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (file_id, n) DO UPDATE SET size = excluded.size, sha256 = excluded.sha256, data = excluded.data`, id, part.N, part.Size, sum, data, at)
		return err
	})
	return u, err
}

// UploadedBytes puts the parts of an upload together in their order.
func (s *Store) UploadedBytes(ctx context.Context, id string) ([]byte, error) {
	rows, err := s.pool.Query(ctx, `SELECT data FROM file_parts WHERE file_id = $1 AND data IS NOT NULL ORDER BY n`, id)
	if err != nil {
		return nil, fault(err)
	}
	var whole, data []byte
	_, err = pgx.ForEachRow(rows, []any{&data}, func() error {
		whole = append(whole, data...)
		return nil
	})
	return whole, fault(err)
}

// FinishUpload notes that an upload is whole and where its copies are kept, and lets go
// of its parts. Of two that finish it the first one counts.
func (s *Store) FinishUpload(ctx context.Context, id string, d evidence.Developed, at time.Time) error {
	lat, lon := degrees(d.ExifAt)
	return s.endUpload(ctx, id, `UPDATE files SET state = 'complete', completed_at = $2, kind = $3, width = $4, height = $5, look = $6,
		exif_lat = $7, exif_lon = $8, exif_time = $9, exif_device = $10, full_sha256 = $11, thumb_sha256 = $12 WHERE id = $1 AND state = 'uploading'`,
		id, moment(at), d.Media, d.Width, d.Height, int64(d.PHash), lat, lon, orNull(d.ExifTime), d.Device, d.Full[:], d.Thumb[:])
}

// RefuseUpload notes that an upload is no picture that can be opened, and lets go of
// its parts.
func (s *Store) RefuseUpload(ctx context.Context, id string, r evidence.Refusal) error {
	return s.endUpload(ctx, id, `UPDATE files SET state = 'refused', refusal = $2 WHERE id = $1 AND state = 'uploading'`, id, r)
}

func (s *Store) endUpload(ctx context.Context, id, update string, args ...any) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if tag, err := tx.Exec(ctx, update, args...); err != nil || tag.RowsAffected() == 0 {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE file_parts SET data = NULL WHERE file_id = $1`, id)
		return err
	})
}

// SweepUploads forgets uploads that nobody has gone on with since a moment, and tells
// how many. Whole photos stay.
func (s *Store) SweepUploads(ctx context.Context, before time.Time) (int, error) {
	tag, err := s.pool.Exec(ctx, `DELETE FROM files WHERE state <> 'complete' AND touched_at < $1`, before)
	return int(tag.RowsAffected()), fault(err)
}
