package gridevent

import (
	"fmt"

	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/domain/machine"
)

// FlagPhotosMissing marks an emergency reported with fewer photos than it takes.
const FlagPhotosMissing = "photos_missing"

// firstPhotos attaches the photos of the report: three at least, each of this place
// and of now (R66). An emergency is taken in with fewer, which then follow (§6
// item 72).
func (t turn) firstPhotos() []domain.FieldError {
	c := t.Case
	least, most := evidence.Range(t.Rules.Policy)
	distinct, faults := t.attach("photos", evidence.Before)
	switch {
	case len(faults) > 0 || len(t.In.List("photos")) > most:
		if len(faults) == 0 {
			faults = append(faults, domain.Fault("photos", "too_many", fmt.Sprintf("照片不超过%d张", most), fmt.Sprintf("at most %d photos", most)))
		}
		return faults
	case distinct >= least || c.ByCitizen:
		return nil
	case !c.emergency():
		return append(faults, domain.Fault("photos", "too_few", fmt.Sprintf("至少%d张不同的现场照片", least), fmt.Sprintf("at least %d different photos", least)))
	case !t.In.Has("photos_missing"):
		return append(faults, domain.Fault("photos_missing", "required", "照片不足的原因:必填", "say why photos are missing"))
	}
	c.flag(FlagPhotosMissing)
	c.PhotosDue = t.Start("photos", t.Rules.Policy.Limit("event.supplement"), machine.Deadline{Duty: true, Unit: c.FirstUnit}).At
	return nil
}

// photosBeside keeps what the reporter shows of the place put right where nobody will look
// at it: the report joins another event, or does not say what was done.
func (t turn) photosBeside() []domain.FieldError {
	if t.In.Has("self_disposed") && !t.In.Has("same_as") {
		return nil // attached when it is put right
	}
	_, faults := t.attach("after_photos", evidence.After)
	return faults
}

// attach takes the photos an input names onto the event with what is to be known of
// each, and counts the different ones. A photo that is not whole, of another time or
// from an album is a fault.
func (t turn) attach(name string, purpose evidence.Purpose) (distinct int, faults []domain.FieldError) {
	c := t.Case
	ctx := evidence.Context{Place: &c.Place, At: t.Now, Case: c.No, Policy: t.Rules.Policy, Calendar: t.Rules.Calendar}
	var seen []evidence.Photo
	for i, id := range t.In.List(name) {
		at := fmt.Sprintf("%s[%d]", name, i)
		p, ok := t.World.Photos[id]
		if !ok {
			faults = append(faults, domain.Fault(at, "unknown_file", "照片尚未上传完成", "the photo has not been uploaded"))
			continue
		}
		flags := evidence.Judge(p, ctx)
		if evidence.Blocks(flags) && (!c.emergency() || purpose != evidence.Before) {
			for _, f := range flags {
				if f.Blocks {
					faults = append(faults, domain.Fault(at, f.Code, f.ZH, f.EN))
				}
			}
			continue
		}
		if most := evidence.MostOf(t.Rules.Policy); len(c.Photos) >= most {
			return evidence.Distinct(seen...), append(faults, domain.Fault(at, "too_many", fmt.Sprintf("一件事项的照片不超过%d张", most), fmt.Sprintf("at most %d photos of one case", most)))
		}
		photo := Photo{ID: id, Purpose: purpose, By: t.Actor.User, At: p.TakenAt}
		for _, f := range flags {
			photo.Flags = append(photo.Flags, f.Code)
		}
		c.Photos, seen = append(c.Photos, photo), append(seen, p)
	}
	return evidence.Distinct(seen...), faults
}

// mustShow attaches photos of which there must be so many.
func (t turn) mustShow(name string, purpose evidence.Purpose, least int) error {
	distinct, faults := t.attach(name, purpose)
	if len(faults) == 0 && distinct < least {
		faults = append(faults, domain.Fault(name, "too_few", fmt.Sprintf("至少%d张现场照片", least), fmt.Sprintf("at least %d photos", least)))
	}
	if len(faults) > 0 {
		return domain.Invalid(faults...)
	}
	return nil
}

// morePhotos brings the photos an emergency still owed, or those a reviewer asked for.
func morePhotos(t turn) error {
	if err := t.mustShow("photos", evidence.Supplement, 1); err != nil {
		return err
	}
	c := t.Case
	least, _ := evidence.Range(t.Rules.Policy)
	if n := c.shown(evidence.Before, evidence.Supplement); n >= least {
		t.Clear("photos")
	}
	t.Record("photos_added", "§6 item 72")
	return nil
}

// shown counts the photos of some purposes.
func (c *Event) shown(purposes ...evidence.Purpose) int {
	n := 0
	for _, p := range c.Photos {
		for _, want := range purposes {
			if p.Purpose == want {
				n++
			}
		}
	}
	return n
}
