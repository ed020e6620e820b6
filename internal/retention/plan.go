package retention

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/retention"
	"huajie/store"
)

// Line is what would become of one kind of record.
type Line struct {
	What   string                `json:"what"`
	Label  domain.Text           `json:"label"`
	Rule   string                `json:"rule"` // key of the policy
	Due    int                   `json:"due"`  // that would go
	Oldest time.Time             `json:"oldest,omitzero"`
	Kept   map[retention.Why]int `json:"kept,omitempty"`
	Next   time.Time             `json:"next,omitzero"` // when the next of them is due, as far as it was looked at
	// Unsigned are days of the audit log that stay because no head of them was signed.
	Unsigned int `json:"unsigned,omitempty"`
}

// Plan is what Apply would do.
type Plan struct {
	At    time.Time `json:"at"`
	Lines []Line    `json:"lines"`
	// Digest is over the numbers of the files that would go: two plans with the same one name the same files.
	Digest string `json:"digest"`
	// Files are their numbers, where they were asked for.
	Files []PlannedFile `json:"files,omitempty"`
}

// PlannedFile is a file that would go (拟销毁清册).
type PlannedFile struct {
	No      string    `json:"no"`
	What    string    `json:"what"`
	Rule    string    `json:"rule"`
	EndedAt time.Time `json:"ended_at"`
	Until   time.Time `json:"until"`
}

// Due counts everything that would go.
func (p Plan) Due() (n int) {
	for _, l := range p.Lines {
		n += l.Due
	}
	return n
}

// ruleOf are the keys by which the classes are kept.
var ruleOf = map[string]string{retention.Petition: "retention.petitions", retention.Demand: "retention.demands", retention.Event: "retention.events", retention.Whistle: "retention.events"}

// Plan tells what has been kept long enough, and changes nothing. With list it names each file.
func (d *Desk) Plan(ctx context.Context, list bool) (Plan, error) {
	now := d.Now()
	p := Plan{At: now.UTC()}
	if err := d.sound(); err != nil {
		return p, err
	}
	lines := map[string]*Line{}
	line := func(class string) *Line {
		if lines[class] == nil {
			lines[class] = &Line{What: class, Label: retention.Labels[class], Rule: ruleOf[class], Kept: map[retention.Why]int{}}
		}
		return lines[class]
	}
	before := now.Add(-d.shortest())
	young, err := d.Ledger.YoungFiles(ctx, before)
	if err != nil {
		return p, err
	}
	for _, y := range young {
		line(y.Class).Kept[retention.Open] += y.Open
		line(y.Class).Kept[retention.Period] += y.Over
	}
	sum, looked := sha256.New(), 0
	err = d.ended(ctx, before, func(f store.File) error {
		master, err := d.Ledger.MasterOf(ctx, f)
		if err != nil {
			return err
		}
		l, v := line(f.Class), d.verdict(f, master, now)
		if looked++; looked%page == 0 {
			d.progress("files", looked, 0)
		}
		if v.Keep != "" {
			l.Kept[v.Keep]++
			if v.Keep == retention.Period && (l.Next.IsZero() || v.Until.Before(l.Next)) {
				l.Next = v.Until.UTC()
			}
			return nil
		}
		if l.Due++; l.Oldest.IsZero() || f.EndedAt.Before(l.Oldest) {
			l.Oldest = f.EndedAt
		}
		sum.Write([]byte(f.No + "\n"))
		if list {
			p.Files = append(p.Files, PlannedFile{f.No, f.Class, v.Rule, f.EndedAt, v.Until.UTC()})
		}
		return nil
	})
	if err != nil {
		return p, err
	}
	for _, class := range []string{retention.Petition, retention.Demand, retention.Event, retention.Whistle} {
		p.Lines = append(p.Lines, *line(class))
	}
	p.Digest = hex.EncodeToString(sum.Sum(nil))[:16]
	return p, d.planBeside(ctx, &p, now)
}

// planBeside looks at what is kept beside the files.
func (d *Desk) planBeside(ctx context.Context, p *Plan, now time.Time) error {
	city := d.Policy("")
	photos := Line{What: "photos", Label: beside["photos"], Rule: "retention.photos"}
	var err error
	if photos.Due, photos.Oldest, err = d.Ledger.UnusedPhotos(ctx, now.Add(-retention.Photos(city))); err != nil {
		return err
	}
	before := now.Add(-retention.Logs(city))
	days, err := d.Ledger.LogDays(ctx, calendar.DateOf(before))
	if err != nil {
		return err
	}
	heads, err := d.signed()
	if err != nil {
		return err
	}
	log := Line{What: "audit_log", Label: beside["audit_log"], Rule: "retention.logs", Kept: map[retention.Why]int{}}
	for _, day := range days {
		switch h := heads[day.Day]; {
		case day.Held:
			log.Kept[retention.Held]++
		case h.Rows != day.Rows:
			log.Unsigned++
		default:
			if log.Due++; log.Oldest.IsZero() {
				log.Oldest = day.Day.Start().UTC()
			}
		}
	}
	p.Lines = append(p.Lines, photos, log)
	old, err := d.Ledger.OldRecords(ctx, before)
	for _, o := range old {
		p.Lines = append(p.Lines, Line{What: o.Table, Label: beside[o.Table], Rule: "retention.logs", Due: o.N, Oldest: o.Oldest})
	}
	return err
}
