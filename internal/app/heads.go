package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"huajie/config"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/internal/notary"
	"huajie/internal/telemetry"
	"huajie/store"
)

// AuditKey is the file of the key that signs heads and receipts.
func AuditKey(cfg config.Config) string {
	if cfg.AuditKeyFile != "" {
		return cfg.AuditKeyFile
	}
	return filepath.Join(cfg.DataDir, "keys", "audit.pem")
}

// AuditHeads is the file the heads of the audit log are kept in, outside of the database.
func AuditHeads(cfg config.Config) string {
	if cfg.AuditHeadsFile != "" {
		return cfg.AuditHeadsFile
	}
	return filepath.Join(cfg.DataDir, "audit", "heads.jsonl")
}

// AuditLate is how long rows may wait for a head before something is wrong: a signer that
// stopped leaves no other trace.
func AuditLate(cfg config.Config) time.Duration { return max(time.Hour, 4*cfg.AuditHeadEvery) }

// openNotary opens the key that signs heads and receipts, and makes one where nothing was
// signed yet. Where something was, one that is missing is not replaced unnoticed: nobody could
// tell the new one from a forger's.
func openNotary(cfg config.Config) (*notary.Key, error) {
	file := AuditKey(cfg)
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		if tail, err := notary.LastHead(AuditHeads(cfg)); err != nil || tail.Head.Rows > 0 || tail.Damaged {
			return nil, errors.Join(err, fmt.Errorf("there are signed heads in %s and no key %s: put it back from its backup, or make another with `huajie audit key --new`", AuditHeads(cfg), file))
		}
	}
	return notary.OpenKey(file)
}

// afterMidnight lets the last writers of a day come to their end before it is signed.
const afterMidnight = 5 * time.Second

// watchHeads lets metrics tell how long the log has not been signed to its end.
func (a *App) watchHeads() error {
	a.signed.Store(time.Now().UnixNano())
	if a.Telemetry == nil {
		return nil
	}
	return a.Telemetry.Watch(telemetry.HeadAge(func() time.Time { return time.Unix(0, a.signed.Load()) }))
}

// signHeads signs the heads of the audit log now and again, and soon after the end of each
// day, until ctx ends.
func (a *App) signHeads(ctx context.Context) {
	for {
		if err := a.SignHeads(ctx); err == nil {
			a.signed.Store(time.Now().UnixNano())
		} else if ctx.Err() == nil {
			a.Log.ErrorContext(ctx, "the head of the audit log was not signed", "error", err)
		}
		now := time.Now()
		midnight := calendar.DateOf(now).End().Add(afterMidnight).Sub(now)
		timer := time.NewTimer(min(a.Config.AuditHeadEvery, midnight))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// SignHeads signs what was written to the audit log since the last head. The heads go to the
// log too: wherever that is kept they can be compared. What the log has lost since the last
// head, or holds otherwise, is an error; the rest is signed all the same.
func (a *App) SignHeads(ctx context.Context) error {
	file := AuditHeads(a.Config)
	var tail notary.Tail
	last := func() (_ audit.Head, err error) {
		tail, err = notary.LastHead(file)
		return tail.Head, err
	}
	return a.Store.AuditHeads(ctx, last, func(ends store.Ends) error {
		heads, err := a.Notary.AppendHeads(file, tail, ends.Days, time.Now())
		for _, h := range heads {
			a.Log.InfoContext(ctx, "signed the head of the audit log", "day", h.Day.String(), "rows", h.Rows, "hash", h.Hash, "key", h.Key)
		}
		if tail.Damaged {
			err = errors.Join(err, fmt.Errorf("the last line of %s was no head: run huajie audit verify", file))
		}
		return errors.Join(err, fits(tail.Head, ends.Signed))
	})
}

// fits tells whether the row the last head was signed at is still what was signed.
func fits(h audit.Head, now audit.Row) error {
	if h.Rows > 0 && h.Hash != hex.EncodeToString(now.Hash) {
		return fmt.Errorf("row %d of %s is not what was signed of it: run huajie audit verify", h.Rows, h.Day)
	}
	return nil
}
