package grievance

import (
	"fmt"
	"time"

	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/policy"
)

// Photo is what a petitioner shows of the matter. A grievance needs none: what was found
// about one is for the officer to weigh and turns nobody away.
type Photo struct {
	ID    string    `json:"id"`
	At    time.Time `json:"at"`              // taken, by the clock of the phone
	Flags []string  `json:"flags,omitempty"` // codes of evidence.Flag
}

// photoStep lets the petitioner show what words do not, or bring it to a desk (FR5).
func photoStep(desk []machine.Who) step {
	return step{Action: "show-photos", Rule: "FR5", ZH: "补充照片", EN: "Add photos", From: active, Who: desk, Petitioner: true,
		Fields: []form.Field{{Name: "photos", ZH: "照片", EN: "photos", Type: form.Files, Required: true}},
		Guard:  guardPhotos, Do: do(showPhotos)}
}

// MostPhotos is how many may be added to one matter.
func MostPhotos(p policy.Set) int { return min(p.Int("photo.petitioner"), evidence.MostOf(p)) }

func guardPhotos(t *machine.Turn[*Case]) error {
	if len(t.Case.Photos) >= MostPhotos(t.Rules.Policy) {
		return refuse("photos_full", "FR5", "照片已达上限", "no more photos can be added")
	}
	return nil
}

// showPhotos attaches photos to the matter: only such as its own petitioner or whoever acts has
// sent, so that nobody shows, or learns of, what others have taken.
func showPhotos(t turn) error {
	c, most := t.Case, MostPhotos(t.Rules.Policy)
	ctx := evidence.Context{At: t.Now, Case: c.No, Policy: t.Rules.Policy, Calendar: t.Rules.Calendar}
	var faults []domain.FieldError
	for i, id := range t.In.List("photos") {
		at := fmt.Sprintf("photos[%d]", i)
		p, ok := t.World.Photos[id]
		switch {
		case !ok || !c.showsAs(t.Actor.User, p.By) || c.shows(id):
			faults = append(faults, domain.Fault(at, "unknown_file", "照片尚未上传完成", "the photo has not been uploaded"))
			continue
		case len(c.Photos) >= most:
			faults = append(faults, domain.Fault(at, "too_many", fmt.Sprintf("照片不超过%d张", most), fmt.Sprintf("at most %d photos", most)))
			continue
		}
		photo := Photo{ID: id, At: p.TakenAt}
		for _, f := range evidence.Judge(p, ctx) {
			if f.Code != evidence.NoPosition { // a petitioner is not asked for one
				photo.Flags = append(photo.Flags, f.Code)
			}
		}
		c.Photos = append(c.Photos, photo)
	}
	if len(faults) > 0 {
		return domain.Invalid(faults...)
	}
	who := t.handlers()
	if len(who) == 0 {
		who = t.desk(c.Owner.Unit)
	}
	t.Record("photos_shown", "FR5").Notify("N20", who...)
	return nil
}

// showsAs tells whether somebody may show photos of an account: the petitioner's or their own.
func (c *Case) showsAs(who, account string) bool {
	return account == evidence.SenderOf(c.No) || account != "" && (account == c.RegisteredBy || account == who)
}

// shows tells whether a photo is attached already.
func (c *Case) shows(id string) bool {
	for _, p := range c.Photos {
		if p.ID == id {
			return true
		}
	}
	return false
}
