package publish

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"huajie/domain/audit"
	"huajie/domain/publishing"
	"huajie/rulebook"
)

// Store keeps drafts, publications and versions.
type Store interface {
	AddDraft(ctx context.Context, d publishing.Draft, key, fingerprint string, most int, by audit.Entry) (publishing.Draft, error)
	Draft(ctx context.Context, id int64) (publishing.Draft, error)
	Drafts(ctx context.Context, limit int) ([]publishing.Draft, error)
	ChangeDraft(ctx context.Context, d publishing.Draft, was int, by audit.Entry) error
	PublishDraft(ctx context.Context, d publishing.Draft, was int, files map[string][]byte, by audit.Entry) (publishing.Publication, error)
	Publication(ctx context.Context) (publishing.Publication, error)
	KeptRulebooks(ctx context.Context, limit int) ([]publishing.Kept, error)
	Rulebook(ctx context.Context, version string) (map[string][]byte, error)
	Rulebooks(ctx context.Context) ([]string, error)
	SaveRulebook(ctx context.Context, version string, files map[string][]byte, by string) error
}

// Desk is where the rulebook is changed, and where a process learns that it was. Make one with New.
type Desk struct {
	book  *rulebook.Holder
	store Store
	log   *slog.Logger
	now   func() time.Time

	taking sync.Mutex             // one publication is taken at a time
	mu     sync.Mutex             // of what follows
	origin *rulebook.Book         // what the process is configured with
	taken  publishing.Publication // what it has in force of the console
	drafts map[int64]checked
}

// New makes the desk of a process that begins with the book it is configured with.
func New(book *rulebook.Holder, store Store, log *slog.Logger, now func() time.Time) *Desk {
	return &Desk{book: book, store: store, log: log, now: now, origin: book.Current(), drafts: map[int64]checked{}}
}

// Every is how often a process looks whether something was published.
const Every = time.Second

// Follow takes what is published until ctx ends. What cannot be taken is told once, and tried again.
func (d *Desk) Follow(ctx context.Context) {
	tick := time.NewTicker(Every)
	defer tick.Stop()
	told := ""
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		err := d.Take(ctx)
		switch {
		case err == nil:
			told = ""
		case ctx.Err() == nil && err.Error() != told:
			told = err.Error()
			d.log.ErrorContext(ctx, "what is published of the rulebook could not be taken; what was in force stays", "error", err)
		}
	}
}

// Take puts the newest publication in force, if it is not yet. A publication without a version hands
// the rulebook back to what the process is configured with.
func (d *Desk) Take(ctx context.Context) error {
	d.taking.Lock()
	defer d.taking.Unlock()
	p, err := d.store.Publication(ctx)
	if err != nil || p.ID == d.publication().ID {
		return err
	}
	if p.Version == "" {
		d.mu.Lock()
		d.taken = p
		d.book.Take(d.origin)
		d.mu.Unlock()
		d.log.InfoContext(ctx, "the rulebook is what this process is configured with again", "version", d.book.Current().Version)
		return nil
	}
	files, err := d.store.Rulebook(ctx, p.Version)
	if err != nil {
		return fmt.Errorf("rulebook %s: %w", p.Version, err)
	}
	if err := d.remember(ctx); err != nil {
		return err
	}
	d.mu.Lock()
	b, err := d.book.Publish(files, d.origin)
	if err == nil {
		d.taken = p
	}
	d.mu.Unlock()
	if err != nil {
		return fmt.Errorf("rulebook %s: %w", p.Version, err)
	}
	d.log.InfoContext(ctx, "a published rulebook is in force", "published", p.Version, "version", b.Version)
	if b.Version == p.Version {
		return nil
	}
	// With another drill area than it was drafted with it is another version, by which cases are judged.
	if err := d.store.SaveRulebook(ctx, b.Version, b.Files(), "drill"); err != nil {
		d.log.ErrorContext(ctx, "the rulebook is in force but could not be kept for later", "version", b.Version, "error", err)
	}
	return nil
}

// remember keeps every version that is known to the ledger and not here: two may have been published since
// this process last looked, and a case dispatched under the first is judged by it.
func (d *Desk) remember(ctx context.Context) error {
	versions, err := d.store.Rulebooks(ctx)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if _, known := d.book.Version(v); known {
			continue
		}
		files, err := d.store.Rulebook(ctx, v)
		if err != nil {
			return err
		}
		b, err := rulebook.Reload(files)
		if err != nil {
			continue // it was told at the start, or is told when it is taken
		}
		d.book.Keep(b)
	}
	return nil
}

func (d *Desk) publication() publishing.Publication {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.taken
}

// Configured notes that the process is configured with another book now. It tells whether that is in
// force: what was published stays before what is configured.
func (d *Desk) Configured(b *rulebook.Book) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.origin = b
	if d.taken.Version != "" {
		return false
	}
	d.book.Take(b)
	return true
}
