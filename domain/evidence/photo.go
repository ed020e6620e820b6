// Package evidence judges photographs: whether they were taken at the place and in
// the moment they are shown for, and whether they were shown before (R66, §4.10
// photo.*, §6 items 56, 73, 74).
package evidence

import (
	"math/bits"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/geo"
	"huajie/domain/policy"
)

// Source is how the phone came by a photo.
type Source string

// The ways a phone comes by a photo.
const (
	Live    Source = "live"    // the camera of the app, sent at once
	Offline Source = "offline" // the camera of the app, kept until there was a line (§6 item 73)
	Album   Source = "album"   // chosen from what lay on the phone
)

// Purpose is what a photo is attached to a case for.
type Purpose string

// The purposes.
const (
	Before     Purpose = "before"     // the event as it was found (E1)
	After      Purpose = "after"      // the event as it was left (E14)
	Verify     Purpose = "verify"     // what the verifier saw on the spot (E15, E16)
	Supplement Purpose = "supplement" // asked for by the reviewer (E4)
)

// Photo is what is known of one photo: what the phone told, what the image itself
// tells, and who has shown something like it before.
type Photo struct {
	ID         string     `json:"id"`
	SHA256     string     `json:"sha256"` // of the bytes as the camera made them, in hexadecimal
	PHash      uint64     `json:"phash,string"`
	TakenAt    time.Time  `json:"taken_at"`    // by the clock of the phone
	UploadedAt time.Time  `json:"uploaded_at"` // by ours, when it was complete
	At         *geo.Point `json:"at,omitempty"`
	Accuracy   float64    `json:"accuracy,omitempty"` // metres
	ExifAt     *geo.Point `json:"exif_at,omitempty"`
	ExifTime   time.Time  `json:"exif_time,omitzero"`
	Device     string     `json:"device,omitempty"`
	Source     Source     `json:"source"`
	Width      int        `json:"width"` // pixels, upright
	Height     int        `json:"height"`
	Bytes      int64      `json:"bytes"`
	By         string     `json:"by"` // account

	Twins []Twin `json:"-"` // found with it under a Search
}

// Twin is a photo that was shown before and is the same or looks the same.
type Twin struct {
	ID   string
	Case string // it is attached to; "" for none
	By   string
	At   time.Time // uploaded
	Same bool      // byte for byte
	Bits int       // in which the looks differ
}

// Distance is in how many of 64 bits two looks differ.
func Distance(a, b uint64) int { return bits.OnesCount64(a ^ b) }

// Search bounds the search for twins.
type Search struct {
	Since time.Time // uploaded at or after
	Bits  int       // in which looks may differ and still be alike
}

// SearchFor is the search a policy asks for at a moment.
func SearchFor(p policy.Set, c *calendar.Calendar, at time.Time) Search {
	return Search{Since: c.Before(at, p.Limit("photo.twins")), Bits: p.Int("photo.look")}
}

// IsTwin tells whether other, attached to a case or to none, is a twin of p under a
// search. asked tells that both are shown together. Of one's own photos that have
// served no case only the very same one counts, and only when shown together:
// whoever begins anew after a lost line has shown nothing twice.
func (s Search) IsTwin(p, other Photo, attached, asked bool) bool {
	if p.ID == other.ID {
		return attached
	}
	shown := attached || p.By != other.By
	switch {
	case other.UploadedAt.Before(s.Since):
		return false
	case p.SHA256 == other.SHA256:
		return shown || asked
	}
	return shown && p.PHash != 0 && other.PHash != 0 && Distance(p.PHash, other.PHash) <= s.Bits
}

// bands are what a look is cut into, of sixteen bits each.
const bands = 4

// Bands are, for each band of a look, what a look that differs in no more bits than the search
// lets it may have there: of so few bits one band has a quarter at most, so what is like it
// has at least one of them. ok tells that the search is not so wide that going through all
// looks is less work.
func (s Search) Bands(look uint64) (out [bands][]int64, ok bool) {
	const width, widest = 64 / bands, 2
	radius := s.Bits / bands
	if radius > widest {
		return out, false
	}
	for n := range out {
		band := int64(look >> (n * width) & (1<<width - 1))
		out[n] = []int64{band}
		for i := 0; radius >= 1 && i < width; i++ {
			out[n] = append(out[n], band^1<<i)
			for j := 0; radius == widest && j < i; j++ {
				out[n] = append(out[n], band^1<<i^1<<j)
			}
		}
	}
	return out, true
}

// Range is how many photos a report takes, at least and at most (R66).
func Range(p policy.Set) (least, most int) { return p.Int("photo.min"), p.Int("photo.max") }

// Distinct counts the photos that are not byte for byte another one of them: one
// photo sent three times is one (R66).
func Distinct(photos ...Photo) int {
	seen := map[string]bool{}
	for _, p := range photos {
		seen[p.SHA256] = true
	}
	return len(seen)
}

// Attachment is a photo as a decision attaches it to a case, with what was found
// about it then.
type Attachment struct {
	File    string
	Purpose Purpose
	Flags   []Flag
}
