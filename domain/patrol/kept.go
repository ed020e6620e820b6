package patrol

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	"huajie/domain/calendar"
)

// Kept is what is measured of a day from points, signs of life and marks. Once nothing more
// of a day can come in it never changes under the same rules, and may be kept in the place
// of what it was measured from. What is asked of the day, and what anybody ruled, is not in it.
type Kept struct {
	Basis     string
	Walked    time.Duration
	Metres    float64
	Online    time.Duration // not capped
	Mocks     int
	Teleports int
	Places    []uint32
}

// method is part of every basis: count it up when measuring itself changes.
const method = 1

// Basis names what a day is measured by: two days of the same facts and basis give the same.
// shape is where the member's own grids lie.
func (r Rules) Basis(shape string) string {
	r.Version, r.Weights = "", Weights{}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d|%v|%s", method, r, shape))
	return fmt.Sprintf("%x", sum[:12])
}

// Settled tells whether nothing of a day can come in any more: whatever is sent later is
// refused for its age. An hour is left for what is just being written.
func (r Rules) Settled(d calendar.Date, now time.Time) bool {
	return d.End().Add(r.Late + time.Hour).Before(now)
}

// Keep gives what may be kept of a day.
func (d Day) Keep(basis string) Kept {
	return Kept{Basis: basis, Walked: d.Track.Walked, Metres: d.Track.Metres, Online: d.OnlineFull, Mocks: d.Track.Unused[Mock], Teleports: d.Track.Teleports,
		Places: slices.Clone(d.places)}
}

// recall takes a day as it was kept. Its segments are not known.
func (d *Day) recall(k Kept) {
	d.Track = Result{Walked: k.Walked, Metres: k.Metres, Teleports: k.Teleports, Unused: map[Reason]int{}}
	if k.Mocks > 0 {
		d.Track.Unused[Mock] = k.Mocks
	}
	d.OnlineFull, d.places = k.Online, k.Places
}
