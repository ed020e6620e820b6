package whistle

import (
	"fmt"
	"time"

	"huajie/domain"
	"huajie/domain/evidence"
)

// Photo is a photo a unit shows of what it has done, with what there is to know of it.
type Photo struct {
	ID    string    `json:"id"` // of the file
	At    time.Time `json:"taken_at"`
	Flags []string  `json:"flags,omitempty"` // codes of evidence.Flag
}

// photos counts what all units have shown.
func (t turn) photos() (n int) {
	for _, seat := range t.Case.Seats {
		n += len(seat.Photos)
	}
	return n
}

// shown are the photos of a result (W6), judged like those of an event: one that is not
// whole, of another time or from an album is a fault, and so are too few different ones.
func (t turn) shown() (out []Photo, err error) {
	ctx := evidence.Context{Place: t.Case.Point, At: t.Now, Case: t.Case.No, Policy: t.Rules.Policy, Calendar: t.Rules.Calendar}
	var faults []domain.FieldError
	var seen []evidence.Photo
	if most := evidence.MostOf(t.Rules.Policy); t.photos()+len(t.In.List("photos")) > most {
		return nil, domain.Invalid(domain.Fault("photos", "too_many", fmt.Sprintf("一件事项的照片不超过%d张", most), fmt.Sprintf("at most %d photos of one case", most)))
	}
	for i, id := range t.In.List("photos") {
		at := fmt.Sprintf("photos[%d]", i)
		p, ok := t.World.Photos[id]
		if !ok {
			faults = append(faults, domain.Fault(at, "unknown_file", "照片尚未上传完成", "the photo has not been uploaded"))
			continue
		}
		photo := Photo{ID: id, At: p.TakenAt}
		for _, f := range evidence.Judge(p, ctx) {
			photo.Flags = append(photo.Flags, f.Code)
			if f.Blocks {
				faults = append(faults, domain.Fault(at, f.Code, f.ZH, f.EN))
			}
		}
		out, seen = append(out, photo), append(seen, p)
	}
	if least := t.Rules.Policy.Int("whistle.photos.min"); len(faults) == 0 && evidence.Distinct(seen...) < least {
		faults = append(faults, domain.Fault("photos", "too_few", fmt.Sprintf("至少%d张现场照片", least), fmt.Sprintf("at least %d photos", least)))
	}
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	return out, nil
}
