package view

import (
	"time"

	"huajie/domain/evidence"
	"huajie/domain/geo"
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
}
