package retention

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/retention"
	"huajie/store"
)

// Order says who has something removed.
type Order struct {
	By     string // the register names them
	Reason string
	Entry  audit.Entry // as the audit log names who gives the order
	Most   int         // files in one run; 0: all that are due
}

// Done is what a run has removed.
type Done struct {
	Files    int            `json:"files"`
	ByClass  map[string]int `json:"by_class,omitempty"`
	Streams  int            `json:"streams"` // their words are gone
	Persons  int            `json:"persons"` // that nothing is known of any more
	Photos   int            `json:"photos"`
	Bytes    int            `json:"bytes"` // files of the storage
	LogDays  int            `json:"log_days"`
	Records  int64          `json:"records"`
	Problems []Problem      `json:"problems"` // that were left as they are, and why
	Took     float64        `json:"seconds"`
}

// Problem is a file that should have gone and did not.
type Problem struct {
	No     string `json:"no"`
	Detail string `json:"detail"`
}

var errEnough = errors.New("as many as were asked for")

// Apply removes what has been kept long enough. Each file is a transaction of its own, judged
// once more in it, so a run may be ended at any time and begun anew: what has gone is not met
// again. A file that cannot go is told of and left; an engine or a database that is away ends
// the run.
func (d *Desk) Apply(ctx context.Context, o Order) (done Done, err error) {
	began := time.Now()
	done = Done{ByClass: map[string]int{}, Problems: []Problem{}}
	defer func() { done.Took = time.Since(began).Seconds() }()
	if err := d.sound(); err != nil {
		return done, err
	}
	now := d.Now()
	err = d.ended(ctx, now.Add(-d.shortest()), func(f store.File) error {
		if o.Most > 0 && done.Files >= o.Most {
			return errEnough
		}
		master, err := d.Ledger.MasterOf(ctx, f)
		if err != nil || d.verdict(f, master, now).Keep != "" {
			return err
		}
		return d.remove(ctx, f.No, o, &done, func(f, master *store.File) retention.Verdict { return d.verdict(*f, master, now) })
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	if err == nil {
		err = d.applyBeside(ctx, o, now, &done)
	}
	return done, err
}

// remove lets go of one file: of its histories first, so that nobody puts its words back from
// them.
func (d *Desk) remove(ctx context.Context, no string, o Order, done *Done, judge func(f, master *store.File) retention.Verdict) error {
	nos, err := d.Ledger.StreamsOf(ctx, no)
	if err != nil {
		return err
	}
	for _, n := range nos { // what was changed must neither be hidden, nor lose the other copy there may be
		err := d.Ledger.VerifyChain(ctx, n)
		if domain.ReasonOf(err) == "chain_broken" {
			done.Problems = append(done.Problems, Problem{no, err.Error()})
			return nil
		}
		if err != nil {
			return err
		}
	}
	for _, n := range nos {
		if err := d.Engine.Forget(ctx, n); err != nil {
			return fmt.Errorf("the engine has not let go of %s: %w", n, err)
		}
	}
	went, err := d.Ledger.RemoveFile(ctx, store.Removing{No: no, Entry: o.Entry, By: o.By, Reason: o.Reason,
		Judge: func(f store.File, master *store.File) retention.Verdict { return judge(&f, master) }})
	if domain.ReasonOf(err) == "chain_broken" {
		done.Problems = append(done.Problems, Problem{no, err.Error()})
		return nil
	}
	if err != nil || went.Streams == 0 {
		return err
	}
	done.Files++
	done.ByClass[went.File.Class]++
	done.Streams += went.Streams
	done.Photos += went.Photos
	if went.Person {
		done.Persons++
	}
	d.progress("files", done.Files, 0)
	return nil
}

// applyBeside lets go of what is kept beside the files.
func (d *Desk) applyBeside(ctx context.Context, o Order, now time.Time, done *Done) error {
	city := d.Policy("")
	n, err := d.Ledger.ForgetPhotos(ctx, now.Add(-retention.Photos(city)))
	if done.Photos += n; err != nil {
		return err
	}
	if err := d.dropBytes(ctx, done); err != nil {
		return err
	}
	before := now.Add(-retention.Logs(city))
	if err := d.forgetLog(ctx, o, before, done); err != nil {
		return err
	}
	return d.forgetRecords(ctx, o, before, done)
}

// dropBytes has the storage let go of what nothing names any more, and the ledger of the keys that
// no event has named.
func (d *Desk) dropBytes(ctx context.Context, done *Done) error {
	if _, err := d.Ledger.ForgetKeys(ctx); err != nil { // also those of a run that was ended before
		return err
	}
	n, err := d.Ledger.DroppedBytes(ctx, func(name [32]byte) error { return d.Bytes.Remove(ctx, name) })
	done.Bytes += n
	return err
}

// forgetLog lets go of the days of the audit log whose last row was signed.
func (d *Desk) forgetLog(ctx context.Context, o Order, before time.Time, done *Done) error {
	days, err := d.Ledger.LogDays(ctx, calendar.DateOf(before))
	if err != nil || len(days) == 0 {
		return err
	}
	heads, err := d.signed()
	if err != nil {
		return err
	}
	e := o.Entry
	e.Kind, e.Purpose, e.Outcome, e.Reason = audit.LogsRemoved, "retention.logs", audit.OK, o.By+": "+o.Reason
	for _, day := range days {
		h := heads[day.Day]
		if day.Held || h.Rows != day.Rows {
			continue
		}
		err := d.Ledger.ForgetLogDay(ctx, h, o.By, e)
		if domain.ReasonOf(err) == "log_broken" {
			done.Problems = append(done.Problems, Problem{day.Day.String(), err.Error()})
			continue
		}
		if err != nil {
			return err
		}
		done.LogDays++
	}
	return nil
}

// forgetRecords lets go of old records of exports and rulings; the audit log says how many.
func (d *Desk) forgetRecords(ctx context.Context, o Order, before time.Time, done *Done) error {
	old, err := d.Ledger.OldRecords(ctx, before)
	if err != nil {
		return err
	}
	what := ""
	for _, x := range old {
		if x.N > 0 {
			what += fmt.Sprintf(" %s %d", x.Table, x.N)
		}
	}
	if what == "" {
		return nil
	}
	e := o.Entry
	e.Kind, e.Object, e.Purpose, e.Outcome, e.Reason = audit.LogsRemoved, "records", "retention.logs", audit.OK, o.By+": "+o.Reason+";"+what
	return audit.Done(func(e audit.Entry) error { return d.Ledger.Audit(ctx, e) }, e, func() (err error) {
		done.Records, err = d.Ledger.ForgetRecords(ctx, before)
		return err
	})
}

// Again removes what a register says had gone, after a backup from before was put back: by the
// rule it went by, and whatever its period is now. What is not over or under a hold stays all the
// same, and is told of.
func (d *Desk) Again(ctx context.Context, o Order, register []retention.Removal) (done Done, err error) {
	began := time.Now()
	done = Done{ByClass: map[string]int{}, Problems: []Problem{}}
	defer func() { done.Took = time.Since(began).Seconds() }()
	seen := map[string]bool{}
	for _, r := range register {
		if seen[r.File] {
			continue
		}
		seen[r.File] = true
		if err := d.removeAgain(ctx, o, r, &done); err != nil {
			return done, err
		}
	}
	return done, d.dropBytes(ctx, &done)
}

func (d *Desk) removeAgain(ctx context.Context, o Order, r retention.Removal, done *Done) error {
	f, err := d.Ledger.FileNamed(ctx, r.File)
	if domain.CodeOf(err) == domain.CodeNotFound {
		done.Problems = append(done.Problems, Problem{r.File, "the ledger does not have it"})
		return nil
	}
	if err != nil || f.Removed {
		return err
	}
	var stays retention.Verdict
	files, problems := done.Files, len(done.Problems)
	err = d.remove(ctx, r.File, o, done, func(f, master *store.File) retention.Verdict {
		v := d.verdict(*f, master, d.Now())
		if v.Keep != retention.Open && v.Keep != retention.Held {
			v.Keep, v.Rule = "", r.Rule
		}
		stays = v
		return v
	})
	if err == nil && done.Files == files && len(done.Problems) == problems {
		done.Problems = append(done.Problems, Problem{r.File, retention.Whys[stays.Keep].ZH + " " + retention.Whys[stays.Keep].EN})
	}
	return err
}
