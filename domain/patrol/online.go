package patrol

import (
	"slices"
	"time"
)

// Online is how long the app was alive on duty: the time between signs of life no
// further apart than Rules.BeatGap, within one duty (§7.5 online_minutes). It is
// not capped.
func Online(beats []time.Time, duty []Span, r Rules) (d time.Duration) {
	beats = slices.Clone(beats)
	slices.SortFunc(beats, time.Time.Compare)
	for i := 1; i < len(beats); i++ {
		apart := beats[i].Sub(beats[i-1])
		if in := within(duty, beats[i-1]); apart <= r.BeatGap && in >= 0 && in == within(duty, beats[i]) {
			d += apart
		}
	}
	return d
}
