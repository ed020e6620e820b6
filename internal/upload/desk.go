// Package upload takes in photographs that arrive in parts over lines that drop: the
// same photo sent any number of times, in any order and over several lines at
// once, is one photo, and it is whole or not there (R66).
package upload

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/domain/view"
	"huajie/internal/blobs"
	"huajie/internal/picture"
)

// Rows is where is written how far uploads have come.
type Rows interface {
	// DeclareUpload begins an upload or gives the one begun with the same declaration.
	DeclareUpload(ctx context.Context, want evidence.Upload, quota evidence.Quota) (u evidence.Upload, created bool, err error)
	// Upload gives an upload of an account; domain.CodeNotFound for another's.
	Upload(ctx context.Context, account, id string) (evidence.Upload, error)
	// PutPart keeps one part if evidence.Upload.Take takes it.
	PutPart(ctx context.Context, account, id string, part evidence.Part, data []byte, at time.Time) (evidence.Upload, error)
	// UploadedBytes puts the parts together.
	UploadedBytes(ctx context.Context, id string) ([]byte, error)
	// FinishUpload and RefuseUpload end an upload; of two ends the first one counts.
	FinishUpload(ctx context.Context, id string, d evidence.Developed, at time.Time) error
	RefuseUpload(ctx context.Context, id string, r evidence.Refusal) error
	// Photos gives whole photos with their twins.
	Photos(ctx context.Context, ids []string, search evidence.Search) (map[string]evidence.Photo, error)
	// FileObject names a copy for whoever may see it.
	FileObject(ctx context.Context, scope view.Scope, account, id string, thumb bool) ([32]byte, evidence.ScanState, error)
	// CaseFiles lists the photos of a case in scope.
	CaseFiles(ctx context.Context, scope view.Scope, no, only string) ([]view.CaseFile, error)
}

// Bytes keeps what is whole.
type Bytes interface {
	Put(ctx context.Context, data []byte, media string) (blobs.Name, error)
	Get(ctx context.Context, n blobs.Name) ([]byte, error)
	// Free is how much room there is; known is false where nobody can tell.
	Free() (bytes int64, known bool)
}

// Desk takes photographs in and hands them out. It is safe for concurrent use, in any
// number of processes.
type Desk struct {
	Rows   Rows
	Bytes  Bytes
	Studio *picture.Studio
	Most   int64 // bytes of one photo
	// KeepFree is how many bytes of the storage stay free whatever is sent; 0: none.
	KeepFree int64
	// Scanned says that a scanner looks at every photo: none is shown before it is found clean.
	Scanned bool
	// MostUnfinished is how many bytes of everybody may be under way; 0: any number.
	MostUnfinished int64
}

// MostBytes is how large one photo may be.
func (d *Desk) MostBytes() int64 { return d.Most }

// Declare begins an upload, or gives the one begun with the same declaration.
func (d *Desk) Declare(ctx context.Context, want evidence.Upload, quota evidence.Quota) (evidence.Upload, bool, error) {
	if err := d.room(want.Size); err != nil {
		return evidence.Upload{}, false, err
	}
	quota.AllBytes = d.MostUnfinished
	return d.Rows.DeclareUpload(ctx, want, quota)
}

// refill is how long to wait while the storage is full: somebody has to make room.
const refill = 15 * time.Minute

// room refuses what would fill the storage: what else writes there must be able to go on.
func (d *Desk) room(size int64) error {
	if free, known := d.Bytes.Free(); d.KeepFree <= 0 || !known || free-size >= d.KeepFree {
		return nil
	}
	e := refuse(domain.CodeUnavailable, "storage_full", "照片存储空间不足,请稍后重试", "the storage of photos is full; try again later")
	e.Wait = refill
	return e
}

// Show gives an upload of an account; a whole one with its twins under a search.
func (d *Desk) Show(ctx context.Context, account, id string, search evidence.Search) (evidence.Upload, error) {
	u, err := d.Rows.Upload(ctx, account, id)
	if err != nil || u.Photo == nil {
		return d.told(u), err
	}
	found, err := d.Rows.Photos(ctx, []string{id}, search)
	if p, ok := found[id]; ok {
		u.Photo = &p
	}
	return d.told(u), err
}

// told is an upload as its account is told of it: one with malware in it was refused.
func (d *Desk) told(u evidence.Upload) evidence.Upload {
	if u.Scan == evidence.ScanInfected {
		why := evidence.Infected()
		u.State, u.Refusal, u.Photo = evidence.Refused, &why, nil
	}
	u.Scan = u.Scan.Shown(d.Scanned)
	return u
}

// Put takes one part, as evidence.Upload.Take does.
func (d *Desk) Put(ctx context.Context, account, id string, n int, data []byte, at time.Time) (evidence.Upload, error) {
	return d.Rows.PutPart(ctx, account, id, evidence.Part{N: n, Size: len(data), SHA256: blobs.NameOf(data).String()}, data, at)
}

// Finish verifies an upload, develops it, and keeps it: the original as evidence, which
// is shown to nobody, and two copies. What is missing or differs is told, and all
// that is there stays, so that the phone can go on. Finishing again does nothing.
func (d *Desk) Finish(ctx context.Context, account, id string, at time.Time) error {
	u, err := d.Rows.Upload(ctx, account, id)
	switch {
	case err != nil:
		return err
	case u.State == evidence.Complete:
		return nil
	case u.State == evidence.Refused:
		return &domain.Error{Code: domain.CodeInvalid, Reason: u.Refusal.Reason, Rule: "R66", Text: u.Refusal.Text}
	case len(u.Missing()) > 0:
		return refuse(domain.CodeConflict, "parts_missing", "照片尚未传完,请查询缺少的分片后继续上传", "parts are missing: ask which, and send them")
	}
	if err := d.room(u.Size); err != nil { // it was announced when there was more
		return err
	}
	original, err := d.Rows.UploadedBytes(ctx, id)
	if err != nil {
		return err
	}
	if blobs.NameOf(original).String() != u.SHA256 {
		return d.differs(ctx, account, id)
	}
	p, err := d.Studio.Develop(ctx, original)
	var refused *domain.Error
	if errors.As(err, &refused) {
		return errors.Join(refused, d.Rows.RefuseUpload(ctx, id, evidence.Refusal{Reason: refused.Reason, Text: refused.Text}))
	}
	if err != nil {
		return err
	}
	dev := evidence.Developed{Media: p.Type, Width: p.Width, Height: p.Height, PHash: p.Look, ExifAt: p.Told.At, ExifTime: p.Told.Time, Device: p.Told.Device}
	if _, err = d.keep(ctx, original, p.Type); err != nil {
		return err
	}
	if dev.Full, err = d.keep(ctx, p.Full, "image/jpeg"); err != nil {
		return err
	}
	if dev.Thumb, err = d.keep(ctx, p.Thumb, "image/jpeg"); err != nil {
		return err
	}
	return d.Rows.FinishUpload(ctx, id, dev, at)
}

// differs is the answer to parts that do not make what was declared, unless somebody
// else has finished while they were read.
func (d *Desk) differs(ctx context.Context, account, id string) error {
	if u, err := d.Rows.Upload(ctx, account, id); err != nil || u.State == evidence.Complete {
		return err
	}
	return refuse(domain.CodeConflict, "hash_mismatch", "收到的内容与申报的校验值不符,请核对各分片后重传有误的分片",
		"what has arrived is not what was declared: compare the hash of each part and send those that differ again")
}

func (d *Desk) keep(ctx context.Context, data []byte, media string) (blobs.Name, error) {
	n, err := d.Bytes.Put(ctx, data, media)
	return n, away(err)
}

// Content gives a copy of a photo to whoever may see it.
func (d *Desk) Content(ctx context.Context, scope view.Scope, account, id string, thumb bool) ([]byte, error) {
	n, scan, err := d.Rows.FileObject(ctx, scope, account, id, thumb)
	if err != nil {
		return nil, err
	}
	if err := scan.Servable(d.Scanned); err != nil {
		return nil, err
	}
	data, err := d.Bytes.Get(ctx, n)
	return data, away(err)
}

// CaseFiles lists the photos of a case in scope; with only, those of one account.
func (d *Desk) CaseFiles(ctx context.Context, scope view.Scope, no, only string) ([]view.CaseFile, error) {
	list, err := d.Rows.CaseFiles(ctx, scope, no, only)
	for i := range list {
		list[i].Scan = list[i].Scan.Shown(d.Scanned)
	}
	return list, err
}

// away says that the storage does not answer, so that trying again is safe.
func away(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, blobs.ErrGone) {
		return err
	}
	return fmt.Errorf("%w: %w", refuse(domain.CodeUnavailable, "storage_away", "照片存储暂时不可用,请稍后重试", "the storage of photos is away; trying again is safe"), err)
}

func refuse(code domain.Code, reason, zh, en string) *domain.Error {
	return &domain.Error{Code: code, Reason: reason, Rule: "R66", Text: domain.Text{ZH: zh, EN: en}}
}
