package view

import (
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/evidence"
	"huajie/domain/geo"
	"huajie/domain/gridevent"
)

// CaseFile is a photo attached to a case, with what was found about it when it was
// attached.
type CaseFile struct {
	ID         string           `json:"id"`
	Purpose    evidence.Purpose `json:"purpose" doc:"before, after, verify, supplement"`
	Seq        int              `json:"seq" doc:"of the event that attached it"`
	AttachedAt time.Time        `json:"attached_at"`
	By         string           `json:"by" doc:"account"`
	SHA256     string           `json:"sha256" doc:"of the bytes as the camera made them"`
	Size       int64            `json:"size" doc:"bytes of the original"`
	Width      int              `json:"width"`
	Height     int              `json:"height"`
	TakenAt    time.Time        `json:"taken_at" doc:"by the clock of the phone"`
	UploadedAt time.Time        `json:"uploaded_at"`
	Position   *geo.Point       `json:"position,omitempty" doc:"where it was taken, by the phone"`
	Accuracy   float64          `json:"accuracy,omitempty" doc:"of the position, in metres"`
	Source     evidence.Source  `json:"source" doc:"live, offline, album"`
	Device     string           `json:"device,omitempty"`
	Flags      []evidence.Flag  `json:"flags"`
	// Scan is left out where no scanner looks.
	Scan evidence.ScanState `json:"scan,omitempty" doc:"pending: not shown yet; clean; infected: malware was found and it was removed; error: it could not be scanned and is tried again. Absent where no scanner looks"`
	// Withheld is there of one that nobody is shown any more.
	Withheld *PhotoWithheld `json:"withheld,omitempty" doc:"nobody is shown it any more (410); position and device are left out"`
}

// PhotoWithheld is who has withheld a photo, when and why.
type PhotoWithheld struct {
	At          time.Time   `json:"at,omitzero"`
	By          string      `json:"by,omitempty" doc:"account; absent where an event withholds it that is not this case"`
	Ground      string      `json:"ground,omitempty" doc:"person, minor, private"`
	GroundLabel domain.Text `json:"ground_label,omitzero"`
	Until       time.Time   `json:"until,omitzero" doc:"until when it can be shown again; its bytes go after that"`
	GoneAt      time.Time   `json:"gone_at,omitzero" doc:"when its bytes were removed"`
}

// SayWithheld tells of the photos an event has withheld by whom, when and why.
func SayWithheld(files []CaseFile, c casefile.Case) {
	e, ok := c.(*gridevent.Event)
	if !ok {
		return
	}
	for _, p := range e.Photos {
		i := slices.IndexFunc(files, func(f CaseFile) bool { return f.ID == p.ID })
		if i < 0 || p.Withheld == nil {
			continue
		}
		gone := time.Time{}
		if w := files[i].Withheld; w != nil {
			gone = w.GoneAt
		}
		w := p.Withheld
		files[i].Withheld = &PhotoWithheld{At: Local(w.At), By: w.By, Ground: w.Ground, GroundLabel: gridevent.Grounds[w.Ground], Until: Local(w.Until), GoneAt: Local(gone)}
	}
}
