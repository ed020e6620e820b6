package publish

import (
	"context"
	"errors"
	"maps"
	"slices"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/publishing"
	"huajie/rulebook"
)

// checked is a draft as it was last looked at, so that each page need not load it anew.
type checked struct {
	seq    int
	base   string
	book   *rulebook.Book // nil: it has faults
	faults rulebook.Faults
}

const mostChecked = 30

// InForce tells what is in force here, and who has put it there: ID 0 when the process is configured
// with it. A publication that is not taken yet is taken first.
func (d *Desk) InForce(ctx context.Context) (*rulebook.Book, publishing.Publication, error) {
	if err := d.Take(ctx); err != nil {
		return nil, publishing.Publication{}, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.book.Current(), d.taken, nil
}

// Versions lists what is kept, the newest first.
func (d *Desk) Versions(ctx context.Context, limit int) ([]publishing.Kept, error) {
	return d.store.KeptRulebooks(ctx, limit)
}

// FilesOf gives the files of a version.
func (d *Desk) FilesOf(ctx context.Context, version string) (map[string][]byte, error) {
	if b, ok := d.book.Version(version); ok {
		return b.Files(), nil
	}
	return d.store.Rulebook(ctx, version)
}

// baseOf is the book a draft was begun on.
func (d *Desk) baseOf(ctx context.Context, version string) (*rulebook.Book, error) {
	if b, ok := d.book.Version(version); ok {
		return b, nil
	}
	files, err := d.store.Rulebook(ctx, version)
	if err != nil {
		return nil, err
	}
	return rulebook.Reload(files)
}

// Drafts lists drafts, those under way first, without what is in their files.
func (d *Desk) Drafts(ctx context.Context, limit int) ([]publishing.Draft, error) {
	return d.store.Drafts(ctx, limit)
}

// Draft gives one draft.
func (d *Desk) Draft(ctx context.Context, id int64) (publishing.Draft, error) {
	return d.store.Draft(ctx, id)
}

// Open begins a draft on what is in force. from is a draft whose files are taken over, 0 for none: those
// that are as they were where both were begun. What has been changed since stays, and is told.
func (d *Desk) Open(ctx context.Context, a domain.Actor, title string, from int64, key, fingerprint string, by audit.Entry) (publishing.Draft, error) {
	b, p, err := d.InForce(ctx)
	if err != nil {
		return publishing.Draft{}, err
	}
	draft, err := publishing.Open(a, title, b.Version, p.ID, d.now())
	if err != nil {
		return draft, err
	}
	if from != 0 {
		old, err := d.store.Draft(ctx, from)
		if err != nil {
			return draft, err
		}
		was, err := d.FilesOf(ctx, old.Base)
		if err != nil {
			return draft, err
		}
		draft.TakeOver(old, was, b.Files())
	}
	return d.store.AddDraft(ctx, draft, key, fingerprint, publishing.MostOpen, by)
}

// filesOf are the files as a draft would have them.
func filesOf(draft publishing.Draft, base *rulebook.Book) map[string][]byte {
	files := base.Files()
	for name, text := range draft.Files {
		if text == nil {
			delete(files, name)
			continue
		}
		files[name] = []byte(*text)
	}
	return files
}

// TextsOf gives every file as a draft would have it.
func (d *Desk) TextsOf(ctx context.Context, draft publishing.Draft) (map[string][]byte, error) {
	base, err := d.baseOf(ctx, draft.Base)
	if err != nil {
		return nil, err
	}
	return filesOf(draft, base), nil
}

// Put changes one file of a draft that stands at seq; a nil text takes it out.
func (d *Desk) Put(ctx context.Context, id int64, seq int, a domain.Actor, name string, text *string, by audit.Entry) (publishing.Draft, error) {
	return d.edit(ctx, id, seq, a, by, func(map[string][]byte) (string, *string, error) { return name, text, nil })
}

// SetYear writes the arrangement of a year into a draft that stands at seq.
func (d *Desk) SetYear(ctx context.Context, id int64, seq int, a domain.Actor, y calendar.Year, by audit.Entry) (publishing.Draft, error) {
	return d.edit(ctx, id, seq, a, by, func(files map[string][]byte) (string, *string, error) {
		name, _ := rulebook.WriteYear(y, "")
		_, text := rulebook.WriteYear(y, string(files[name]))
		return name, &text, nil
	})
}

// SetValue writes one value of policy into a draft that stands at seq.
func (d *Desk) SetValue(ctx context.Context, id int64, seq int, a domain.Actor, v publishing.Setting, by audit.Entry) (publishing.Draft, error) {
	return d.edit(ctx, id, seq, a, by, func(files map[string][]byte) (string, *string, error) {
		name, text, err := rulebook.WriteSetting(files, v)
		return name, &text, err
	})
}

// SetRow changes, adds or removes one row of a draft that stands at seq.
func (d *Desk) SetRow(ctx context.Context, id int64, seq int, a domain.Actor, e publishing.RowEdit, by audit.Entry) (publishing.Draft, error) {
	return d.edit(ctx, id, seq, a, by, func(files map[string][]byte) (string, *string, error) {
		name, text, err := rulebook.WriteRow(files, e)
		return name, &text, err
	})
}

// RowsOf gives the rows of a sheet out of files.
func (d *Desk) RowsOf(files map[string][]byte, sheet publishing.Sheet) publishing.RowSheet {
	return rulebook.ReadRows(files, sheet)
}

func (d *Desk) edit(ctx context.Context, id int64, seq int, a domain.Actor, by audit.Entry, change func(map[string][]byte) (string, *string, error)) (publishing.Draft, error) {
	draft, err := d.store.Draft(ctx, id)
	if err != nil {
		return draft, err
	}
	if err := draft.MayEdit(a); err != nil {
		return draft, err
	}
	if draft.Seq != seq {
		return draft, &domain.Error{Code: domain.CodeStale, Reason: "stale", State: string(draft.State),
			Text: domain.Text{ZH: "草案已被他人更新,请刷新后再试", EN: "the draft has changed since it was read"}}
	}
	base, err := d.baseOf(ctx, draft.Base)
	if err != nil {
		return draft, err
	}
	name, text, err := change(filesOf(draft, base))
	if err != nil {
		return draft, err
	}
	var one *string
	if raw, ok := base.Files()[name]; ok {
		s := string(raw)
		one = &s
	}
	if err := draft.Put(a, name, text, one, d.now()); err != nil {
		return draft, err
	}
	return draft, d.store.ChangeDraft(ctx, draft, seq, by)
}

// Review is what is to be said of a draft before it is published.
type Review struct {
	Faults   []publishing.Fault // wrong with the files, by file and line
	Refused  []publishing.Fault // what may not be published, though it can be read
	Warnings []publishing.Fault
	Changes  []publishing.Change
	Stale    bool // it was begun on what is no longer in force
	Version  string
}

// Review looks at a draft as if it were published today.
func (d *Desk) Review(ctx context.Context, draft publishing.Draft) (Review, error) {
	var r Review
	current, p, err := d.InForce(ctx)
	if err != nil {
		return r, err
	}
	base, err := d.baseOf(ctx, draft.Base)
	if err != nil {
		return r, err
	}
	c := d.check(draft, base)
	r.Stale = draft.State != publishing.Published && (draft.Base != current.Version || draft.Publication != p.ID)
	r.Faults = faultsOf(c.faults)
	if c.book != nil {
		r.Version = c.book.Version
		r.Changes = c.book.Compare(base)
		r.Refused = publishing.Refused(r.Changes, calendar.DateOf(d.now()))
		r.Warnings = faultsOf(c.book.Warnings)
	}
	return r, nil
}

// BookOf gives the book of a draft; ok is false while it has faults.
func (d *Desk) BookOf(ctx context.Context, draft publishing.Draft) (b *rulebook.Book, ok bool, err error) {
	base, err := d.baseOf(ctx, draft.Base)
	if err != nil {
		return nil, false, err
	}
	c := d.check(draft, base)
	return c.book, c.book != nil, nil
}

func (d *Desk) check(draft publishing.Draft, base *rulebook.Book) checked {
	d.mu.Lock()
	c, ok := d.drafts[draft.ID]
	d.mu.Unlock()
	if ok && c.seq == draft.Seq && c.base == draft.Base {
		return c
	}
	c = checked{seq: draft.Seq, base: draft.Base}
	book, err := rulebook.Check(filesOf(draft, base))
	if err != nil && !errors.As(err, &c.faults) {
		c.faults = rulebook.Faults{{File: ".", ZH: "规则无法读取", EN: "the rulebook cannot be read"}}
	}
	if err == nil {
		c.book = book
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.drafts) >= mostChecked {
		clear(d.drafts)
	}
	d.drafts[draft.ID] = c
	return c
}

func faultsOf(list rulebook.Faults) []publishing.Fault {
	out := make([]publishing.Fault, len(list))
	for i, f := range list {
		out[i] = publishing.Fault{File: f.File, Line: f.Line, Key: f.Key, Text: domain.Text{ZH: f.ZH, EN: f.EN}}
	}
	return out
}

// Act takes a step with a draft: publishing.Submit, TakenBack, ThrownAway, Declined or Approved. The same
// act again by the same person changes nothing.
func (d *Desk) Act(ctx context.Context, id int64, act string, a domain.Actor, note string, by audit.Entry) (publishing.Draft, error) {
	draft, err := d.store.Draft(ctx, id)
	if err != nil {
		return draft, err
	}
	if last := draft.Last(); last.Act == act && last.By == a.User {
		return draft, nil
	}
	was := draft.Seq
	switch act {
	case publishing.TakenBack:
		err = draft.Withdraw(a, d.now())
	case publishing.ThrownAway:
		err = draft.Discard(a, d.now())
	case publishing.Declined:
		err = draft.Decline(a, note, d.now())
	case publishing.Submit:
		if err = draft.MayEdit(a); err != nil {
			return draft, err
		}
		var r Review
		if r, err = d.Review(ctx, draft); err == nil {
			err = draft.Submit(a, note, len(r.Faults)+len(r.Refused), d.now())
		}
	case publishing.Approved:
		return d.approve(ctx, draft, a, note, by)
	default:
		err = domain.NotFound()
	}
	if err != nil {
		return draft, err
	}
	return draft, d.store.ChangeDraft(ctx, draft, was, by)
}

// approve publishes a draft: it is looked at once more, since days have passed and another version may be
// in force by now.
func (d *Desk) approve(ctx context.Context, draft publishing.Draft, a domain.Actor, note string, by audit.Entry) (publishing.Draft, error) {
	if err := publishing.MayApprove(a); err != nil {
		return draft, err
	}
	current, p, err := d.InForce(ctx)
	if err != nil {
		return draft, err
	}
	r, err := d.Review(ctx, draft)
	if err != nil {
		return draft, err
	}
	was := draft.Seq
	if err := draft.Approve(a, note, r.Version, current.Version, p.ID, len(r.Faults)+len(r.Refused), d.now()); err != nil {
		return draft, err
	}
	files, err := d.TextsOf(ctx, draft)
	if err != nil {
		return draft, err
	}
	if _, err := d.store.PublishDraft(ctx, draft, was, files, by); err != nil {
		return draft, err
	}
	if err := d.Take(ctx); err != nil { // the other processes come by themselves, and so does this one later
		d.log.ErrorContext(ctx, "what was published is not in force here yet", "version", draft.Version, "error", err)
	}
	return draft, nil
}

// Names lists files by name.
func Names(files map[string][]byte) []string { return slices.Sorted(maps.Keys(files)) }

// YearOf reads a year out of files: as it was entered, zero where it was not, and the calendar, nil with what is
// wrong with it.
func (d *Desk) YearOf(files map[string][]byte, year int) (calendar.Year, *calendar.Calendar, []publishing.Fault) {
	y, _ := rulebook.ReadYear(files, year)
	c, faults := rulebook.CalendarOf(files)
	return y, c, faultsOf(faults)
}
