// Package tracker reads the points that programs of others send in formats of
// their own: OwnTracks in HTTP mode, and the OsmAnd protocol that Traccar Client
// speaks, as query, form or JSON.
package tracker

import (
	"errors"
	"math"
	"time"

	"huajie/domain/patrol"
)

// ErrFormat says that a message is not what the format prescribes. It holds
// nothing of what was sent.
var ErrFormat = errors.New("tracker: not in the format")

// earliest and latest bound the times that are read; beyond them a number is no time.
var (
	earliest = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// checked gives the point if it is one.
func checked(p patrol.Point) (patrol.Point, error) {
	if !p.Valid() || !p.At.IsZero() && (p.At.Before(earliest) || p.At.After(latest)) {
		return patrol.Point{}, ErrFormat
	}
	p.Accuracy = known(p.Accuracy)
	if p.Speed != nil && (*p.Speed < 0 || !finite(*p.Speed)) {
		p.Speed = nil // how devices say that they do not know
	}
	return p, nil
}

// known is an accuracy, or 0 for what is none.
func known(metres float64) float64 {
	if !finite(metres) || metres < 0 {
		return 0
	}
	return metres
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// unix is a time in seconds, or in milliseconds where these could not be meant.
func unix(v float64) (time.Time, error) {
	const milliseconds = 1 << 31
	if !finite(v) || math.Abs(v) >= 1<<53 {
		return time.Time{}, ErrFormat
	}
	if v >= milliseconds {
		return time.UnixMilli(int64(v)).UTC(), nil
	}
	return time.UnixMilli(int64(math.Round(v * 1000))).UTC(), nil
}
