package retention

import (
	"context"
	"fmt"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/casekind"
	"huajie/domain/machine"
	"huajie/domain/retention"
	"huajie/store"
)

// Who asks for what is kept of them: by telephone, document number, or both.
type Who struct{ Phone, IDNo string }

// KnownPerson is what one registration has kept of somebody.
type KnownPerson struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Phone     string    `json:"phone,omitempty"`
	IDType    string    `json:"id_type,omitempty"`
	IDNo      string    `json:"id_no,omitempty"`
	Address   string    `json:"address,omitempty"`
	Kind      string    `json:"kind,omitempty"`
	Language  string    `json:"language,omitempty"`
	ViaCentre bool      `json:"contact_via_centre,omitempty"`
	Since     time.Time `json:"since"`
}

// KnownCase is a case somebody raised, and how long it is kept.
type KnownCase struct {
	No         string         `json:"no"`
	Person     string         `json:"person"`
	Kind       domain.Text    `json:"kind"`
	State      domain.Text    `json:"state"`
	Level      string         `json:"level,omitempty"`
	Category   string         `json:"category,omitempty"`
	CreatedAt  time.Time      `json:"created_at"`
	EndedAt    time.Time      `json:"ended_at,omitzero"`
	Summary    string         `json:"summary"`
	Details    map[string]any `json:"details,omitempty"`
	Photos     int            `json:"photos,omitempty"`
	Kept       retention.Why  `json:"kept,omitempty"` // "": it may go
	KeptText   domain.Text    `json:"kept_text,omitzero"`
	Rule       string         `json:"rule"`
	Until      time.Time      `json:"until,omitzero"`
	WhyNotGone string         `json:"problem,omitempty"` // of an erasure
}

// PersonReport is everything that is found of somebody (PIPL §45).
type PersonReport struct {
	At      time.Time      `json:"at"`
	Persons []KnownPerson  `json:"persons"`
	Cases   []KnownCase    `json:"cases"`
	Told    []store.Told   `json:"notices"`
	Looked  []store.Looked `json:"looked_at"` // who asked for the identity
	// Beyond is what no index finds.
	Beyond domain.Text `json:"beyond"`
}

// beyond says what a report cannot hold.
var beyond = domain.Text{
	ZH: "本报告按电话或证件号查找诉求人;他人办件文字中提到的本人、纸质材料、备份以及已导出的文件不在其中。",
	EN: "A person is found as a petitioner, by telephone or document number. What the words of other people's cases say of them, paper, backups, and files that were exported are not in it.",
}

// Report gives what is kept of somebody. That it was asked for is on the audit log, first, and
// names nobody but by the ids of what was found.
func (d *Desk) Report(ctx context.Context, who Who, o Order) (PersonReport, error) {
	r := PersonReport{At: d.Now().UTC(), Persons: []KnownPerson{}, Cases: []KnownCase{}, Told: []store.Told{}, Looked: []store.Looked{}, Beyond: beyond}
	known, err := d.Ledger.KnownBy(ctx, who.Phone, who.IDNo)
	if err != nil {
		return r, err
	}
	if err := d.Ledger.Audit(ctx, entryOf(o, audit.PersonReported, known)); err != nil {
		return r, err
	}
	var ids []string
	for _, k := range known {
		ids = append(ids, k.ID)
		r.Persons = append(r.Persons, KnownPerson{k.ID, k.Name, k.Phone, k.IDType, k.IDNo, k.Address, k.Kind, k.Language, k.ViaCentre, k.Since})
	}
	if r.Cases, err = d.casesOf(ctx, ids, nil); err != nil {
		return r, err
	}
	var nos []string
	for _, c := range r.Cases {
		nos = append(nos, c.No)
	}
	if r.Told, err = d.Ledger.ToldOf(ctx, nos); err != nil {
		return r, err
	}
	r.Looked, err = d.Ledger.LookedAt(ctx, nos)
	return r, err
}

// entryOf is what the audit log keeps of a request about a person.
func entryOf(o Order, kind audit.Kind, known []store.Known) audit.Entry {
	e := o.Entry
	e.Kind, e.Outcome, e.Reason = kind, audit.OK, o.By+": "+o.Reason
	for _, k := range known {
		e.Object += " " + k.ID
	}
	if e.Object = strings.TrimSpace(e.Object); e.Object == "" {
		e.Object = "nobody"
	}
	return e
}

// casesOf gives the cases of persons, with how long each is kept; with a ground, as it judges.
func (d *Desk) casesOf(ctx context.Context, ids []string, ground *retention.Ground) ([]KnownCase, error) {
	files, err := d.Ledger.FilesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := []KnownCase{}
	for _, f := range files {
		master, err := d.Ledger.MasterOf(ctx, f.File)
		if err != nil {
			return nil, err
		}
		v := d.under(f.File, master, d.Now(), ground)
		c := KnownCase{No: f.No, Person: f.Person, Level: f.Level, Category: f.Category, CreatedAt: f.CreatedAt, EndedAt: f.EndedAt, Summary: f.Summary,
			Details: f.Details, Photos: f.Photos, Kept: v.Keep, KeptText: retention.Whys[v.Keep], Rule: v.Rule, Until: v.Until.UTC()}
		if v.Until.IsZero() {
			c.Until = time.Time{}
		}
		if k, ok := casekind.OfNumber(f.No); ok {
			c.Kind = k.Label
			c.State, _ = k.StateLabel(machine.State(f.State))
		}
		out = append(out, c)
	}
	return out, nil
}

// under is the verdict on a file, set aside where a ground does.
func (d *Desk) under(f store.File, master *store.File, now time.Time, ground *retention.Ground) retention.Verdict {
	v := d.verdict(f, master, now)
	if ground != nil {
		v = ground.Over(v)
	}
	return v
}

// Erasure is the answer to somebody who asks to be erased (PIPL §47).
type Erasure struct {
	At      time.Time     `json:"at"`
	Applied bool          `json:"applied"`
	Ground  string        `json:"ground,omitempty"`
	Persons []string      `json:"persons"` // ids
	Erased  []KnownCase   `json:"erased"`  // or, unless applied, that would be
	Kept    []KnownCase   `json:"kept"`    // and why
	Done    Done          `json:"done"`
	Beyond  domain.Text   `json:"beyond"`
	Answer  []domain.Text `json:"answer"` // in words that can be given to the person
}

// Erase lets go of what the law lets the house let go of, and says what stays, why, and until
// when. Within its period a file goes only on one of the grounds there are; one that is not over
// or is under a hold does not go at all. Unless apply, nothing is changed.
func (d *Desk) Erase(ctx context.Context, who Who, o Order, groundCode string, apply bool) (Erasure, error) {
	out := Erasure{At: d.Now().UTC(), Applied: apply, Ground: groundCode, Persons: []string{}, Erased: []KnownCase{}, Kept: []KnownCase{}, Beyond: beyond, Done: Done{ByClass: map[string]int{}, Problems: []Problem{}}}
	var ground *retention.Ground
	if groundCode != "" {
		g, ok := retention.GroundOf(groundCode)
		if !ok {
			return out, fmt.Errorf("no ground is called %q", groundCode)
		}
		ground = &g
	}
	known, err := d.Ledger.KnownBy(ctx, who.Phone, who.IDNo)
	if err != nil {
		return out, err
	}
	e := entryOf(o, audit.PersonErased, known)
	if e.Purpose = groundCode; !apply {
		e.Purpose, e.Kind = "dry run", audit.PersonReported
	}
	if err := d.Ledger.Audit(ctx, e); err != nil {
		return out, err
	}
	for _, k := range known {
		out.Persons = append(out.Persons, k.ID)
	}
	cases, err := d.casesOf(ctx, out.Persons, ground)
	if err != nil {
		return out, err
	}
	for _, c := range cases {
		if err := d.eraseCase(ctx, c, o, ground, apply, &out); err != nil {
			return out, err
		}
	}
	if apply {
		err = d.dropBytes(ctx, &out.Done)
	}
	out.Answer = answer(out)
	return out, err
}

func (d *Desk) eraseCase(ctx context.Context, c KnownCase, o Order, ground *retention.Ground, apply bool, out *Erasure) error {
	if c.Kept != "" {
		out.Kept = append(out.Kept, c)
		return nil
	}
	if apply {
		before := out.Done.Files
		err := d.remove(ctx, c.No, o, &out.Done, func(f, master *store.File) retention.Verdict { return d.under(*f, master, d.Now(), ground) })
		if err != nil {
			return err
		}
		if out.Done.Files == before {
			c.WhyNotGone = "it could not be removed: see the problems"
			out.Kept = append(out.Kept, c)
			return nil
		}
	}
	c.Summary, c.Details = "", nil // the answer does not repeat what it lets go of
	out.Erased = append(out.Erased, c)
	return nil
}

// answer says to the person what has become of the request.
func answer(e Erasure) (out []domain.Text) {
	if len(e.Persons) == 0 {
		return []domain.Text{{ZH: "未查到与所提供号码相符的个人信息。", EN: "Nothing is kept under the number given."}}
	}
	if n := len(e.Erased); n > 0 {
		t := domain.Text{ZH: fmt.Sprintf("已删除%d件办件中的个人信息及内容。", n), EN: fmt.Sprintf("The personal information and the words of %d cases have been erased.", n)}
		if !e.Applied {
			t = domain.Text{ZH: fmt.Sprintf("可删除%d件(尚未删除)。", n), EN: fmt.Sprintf("%d cases can be erased (not done yet).", n)}
		}
		out = append(out, t)
	}
	for _, c := range e.Kept {
		zh, en := c.No+":"+c.KeptText.ZH, c.No+": "+c.KeptText.EN
		if c.WhyNotGone != "" {
			zh, en = c.No+":校验不通过,暂不能删除", c.No+": "+c.WhyNotGone
		}
		if !c.Until.IsZero() {
			zh, en = zh+",至 "+day(c.Until), en+", until "+day(c.Until)
		}
		out = append(out, domain.Text{ZH: zh + "(" + lawOf(c.Kept) + ")。", EN: en + " (" + lawOf(c.Kept) + ")."})
	}
	return out
}

// lawOf is what a reason to keep a file rests on.
func lawOf(w retention.Why) string {
	if w == retention.Open || w == retention.Held {
		return "PIPL §13(3), §47"
	}
	return "PIPL §47, §4.9 retention"
}

func day(at time.Time) string { return at.In(calendar.Zone).Format(time.DateOnly) }
