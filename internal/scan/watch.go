package scan

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"huajie/domain/evidence"
	"huajie/internal/blobs"
)

// Rows is where it is written which photos were scanned.
type Rows interface {
	// ClaimScan takes up the next photo to be scanned for a while; ok is false when none waits.
	ClaimScan(ctx context.Context, now time.Time, lease time.Duration) (id string, original [32]byte, ok bool, err error)
	// SettleScan notes what was said of it; again is when an error is tried again.
	SettleScan(ctx context.Context, id string, v evidence.Verdict, at, again time.Time) error
}

// Bytes gives what was kept.
type Bytes interface {
	Get(ctx context.Context, n blobs.Name) ([]byte, error)
}

// Scanner looks through bytes.
type Scanner interface {
	Ping(ctx context.Context) error
	Scan(ctx context.Context, data []byte) (evidence.Verdict, error)
}

// Watch has every photo scanned, by any number of workers at once.
type Watch struct {
	Rows    Rows
	Bytes   Bytes
	Scanner Scanner
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now

	away bool // told already
}

const (
	// glance is how often is looked for photos.
	glance = 2 * time.Second
	// pause is how long a scanner that is away is left alone.
	pause = 15 * time.Second
	// lease is how long a photo is a worker's: longer than a scan may take.
	lease = scanTime + time.Minute
	// again is when a photo is tried again that the scanner refused, or that is not there.
	again = time.Hour
)

// Run scans until ctx ends.
func (w *Watch) Run(ctx context.Context) {
	for {
		wait := glance
		if !w.Round(ctx) {
			wait = pause
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// Round scans every photo that waits; it is false when the scanner is away. A scanner that is
// away is found so before a photo is taken up, so that none waits for a lease to end.
func (w *Watch) Round(ctx context.Context) bool {
	if !w.here(ctx, w.Scanner.Ping(ctx)) {
		return false
	}
	for ctx.Err() == nil {
		id, original, ok, err := w.Rows.ClaimScan(ctx, w.now(), lease)
		if err != nil || !ok {
			if err != nil && ctx.Err() == nil {
				w.Log.WarnContext(ctx, "photos wait to be scanned", "error", err)
			}
			return true
		}
		v, err := w.look(ctx, original)
		if !w.here(ctx, err) {
			return false
		}
		if err := w.Rows.SettleScan(ctx, id, v, w.now(), w.now().Add(again)); err != nil {
			if ctx.Err() == nil {
				w.Log.WarnContext(ctx, "what the scanner said could not be kept; it is asked again", "file", id, "error", err)
			}
			return true
		}
		switch v.State {
		case evidence.ScanInfected:
			w.Log.WarnContext(ctx, "malware in a photo: it is shown to nobody", "file", id, "found", v.Found)
		case evidence.ScanError:
			w.Log.WarnContext(ctx, "a photo could not be scanned and is not shown; it is tried again", "file", id, "error", v.Found)
		}
	}
	return true
}

// look scans one photo. What the scanner refuses, and what the storage does not have as it was
// kept, is an error of this photo alone.
func (w *Watch) look(ctx context.Context, original blobs.Name) (evidence.Verdict, error) {
	data, err := w.Bytes.Get(ctx, original)
	if errors.Is(err, blobs.ErrGone) {
		return evidence.Verdict{State: evidence.ScanError, Found: "gone"}, nil
	}
	if err != nil {
		return evidence.Verdict{}, err
	}
	v, err := w.Scanner.Scan(ctx, data)
	if errors.Is(err, ErrRefused) {
		return evidence.Verdict{State: evidence.ScanError, Found: "refused"}, nil
	}
	return v, err
}

// here tells whether scanning can go on, and says once when that changes.
func (w *Watch) here(ctx context.Context, err error) bool {
	switch {
	case err != nil && ctx.Err() != nil:
	case err != nil && !w.away:
		w.Log.WarnContext(ctx, "photos cannot be scanned; they wait and are shown to nobody meanwhile", "error", err)
		w.away = true
	case err == nil && w.away:
		w.Log.InfoContext(ctx, "photos are scanned again")
		w.away = false
	}
	return err == nil
}

func (w *Watch) now() time.Time {
	if w.Now != nil {
		return w.Now()
	}
	return time.Now()
}
