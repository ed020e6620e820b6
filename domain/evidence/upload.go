package evidence

import (
	"fmt"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/geo"
)

// The bounds of an upload: what one request can carry, and what one row can count.
const (
	MostParts = 256
	MostPart  = 4 << 20   // bytes
	usualPart = 256 << 10 // bytes: a few seconds on a poor line
)

// PartSize is how long parts are where the phone does not say.
func PartSize(size int64) int { return int(max(usualPart, (size+MostParts-1)/MostParts)) }

// Declared is what a phone says of a photo before it sends it. Equal declarations
// under one id are one upload.
type Declared struct {
	ID       string // made by the phone, a UUID
	SHA256   string // of the whole, in hexadecimal
	Size     int64  // bytes
	Media    string // media type
	PartSize int    // bytes of every part but the last
	TakenAt  time.Time
	At       *geo.Point
	Accuracy float64 // metres
	Source   Source
	Device   string
}

// Equal tells whether two declarations say the same.
func (d Declared) Equal(o Declared) bool {
	samePlace := d.At == o.At || d.At != nil && o.At != nil && *d.At == *o.At
	same := d.TakenAt.Equal(o.TakenAt) && samePlace
	d.TakenAt, o.TakenAt, d.At, o.At = time.Time{}, time.Time{}, nil, nil
	return same && d == o
}

// Parts is in how many parts the photo comes.
func (d Declared) Parts() int { return int((d.Size + int64(d.PartSize) - 1) / int64(d.PartSize)) }

// SizeOf is how long the part with the number must be, 0 where there is none.
// Parts are counted from 1.
func (d Declared) SizeOf(n int) int {
	switch last := d.Parts(); {
	case n < 1 || n > last:
		return 0
	case n == last:
		return int(d.Size - int64(last-1)*int64(d.PartSize))
	}
	return d.PartSize
}

// UploadState is how far an upload has come.
type UploadState string

// The states of an upload.
const (
	Uploading UploadState = "uploading" // parts are missing, or do not make the whole
	Complete  UploadState = "complete"  // verified, developed and kept
	Refused   UploadState = "refused"   // arrived as declared, and is no picture we can open
)

// Part is one part that has arrived.
type Part struct {
	N      int    `json:"n"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
}

// Refusal is why an upload was refused for good.
type Refusal struct {
	Reason string `json:"reason"`
	domain.Text
}

// Upload is a photo on its way, and after.
type Upload struct {
	Declared
	By        string // account
	County    string // of the account: photos are compared within it
	State     UploadState
	Refusal   *Refusal // of a refused one
	CreatedAt time.Time
	Parts     []Part // in the order of their numbers
	Photo     *Photo // of a complete one, with its twins
	Scan      ScanState
}

// Missing are the numbers of the parts that have not arrived.
func (u Upload) Missing() []int {
	there := map[int]bool{}
	for _, p := range u.Parts {
		there[p.N] = true
	}
	missing := []int{}
	for n := 1; n <= u.Declared.Parts(); n++ {
		if !there[n] && u.State == Uploading {
			missing = append(missing, n)
		}
	}
	return missing
}

// Take takes a part that has arrived whole. While an upload goes on a part replaces the
// one with its number; afterwards only what was sent before is taken, and changes
// nothing. A part is refused that does not exist, or is not as long as it must be.
func (u Upload) Take(part Part) (next Upload, changed bool, err error) {
	want := u.SizeOf(part.N)
	at, there := slices.BinarySearchFunc(u.Parts, part.N, func(p Part, n int) int { return p.N - n })
	switch {
	case want == 0:
		return u, false, domain.NotFound()
	case part.Size != want:
		return u, false, &domain.Error{Code: domain.CodeInvalid, Reason: "part_size", Rule: "R66", Text: domain.Text{
			ZH: fmt.Sprintf("该分片应为%d字节,请重新发送", want), EN: fmt.Sprintf("this part must have %d bytes: send it again", want)}}
	case there && u.Parts[at] == part:
		return u, false, nil
	case u.State != Uploading:
		return u, false, domain.Refuse("upload_over", "R66", "上传已结束,该分片与原内容不同", "the upload is over and this part differs from what was sent")
	}
	u.Parts = slices.Clone(u.Parts)
	if there {
		u.Parts[at] = part
	} else {
		u.Parts = slices.Insert(u.Parts, at, part)
	}
	return u, true, nil
}

// Developed is what a picture turned out to be, and where it is kept.
type Developed struct {
	Media         string
	Width, Height int
	PHash         uint64
	ExifAt        *geo.Point
	ExifTime      time.Time
	Device        string   // as the image names it
	Full, Thumb   [32]byte // SHA-256 of the copies
}
