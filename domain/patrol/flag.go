package patrol

import (
	"maps"
	"math"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
)

// FlagKind is a sign that a figure was made up (§7.5 integrity flags, §6 items
// 74–76).
type FlagKind string

// The integrity flags.
const (
	FlagMock       FlagKind = "mock_location"
	FlagDrift      FlagKind = "drift"
	FlagSameTrack  FlagKind = "same_track"
	FlagBurst      FlagKind = "burst"
	FlagAlbumPhoto FlagKind = "album_photo"
	FlagSamePhoto  FlagKind = "same_photo"
	FlagFalsePass  FlagKind = "false_pass"
)

// Flag is one such sign.
type Flag struct {
	Kind FlagKind
	Date calendar.Date // day, or first day of the week; zero for a whole month
	Like calendar.Date // the other day, for FlagSameTrack
	N    int           // how often

	Ruling *Ruling // of whoever looked at it; nil: nobody has, it is open
}

// flagTable names the flags and what each of them zeroes.
var flagTable = map[FlagKind]struct {
	name   domain.Text
	zeroes []Part
}{
	FlagMock:       {domain.Text{ZH: "设备报告模拟定位", EN: "the device reports a mock location"}, []Part{ScoreTime, ScoreDistance}},
	FlagDrift:      {domain.Text{ZH: "轨迹多次瞬移", EN: "the track jumps again and again"}, []Part{ScoreTime, ScoreDistance}},
	FlagSameTrack:  {domain.Text{ZH: "两日轨迹雷同", EN: "two days have the same track"}, []Part{ScoreTime, ScoreDistance}},
	FlagBurst:      {domain.Text{ZH: "短时集中上报", EN: "a burst of reports"}, []Part{ScoreEvents}},
	FlagAlbumPhoto: {domain.Text{ZH: "多次使用相册照片", EN: "photos from the album, repeatedly"}, []Part{ScoreEvents, ScoreQuality}},
	FlagSamePhoto:  {domain.Text{ZH: "多次使用相同照片", EN: "the same photo, repeatedly"}, []Part{ScoreEvents, ScoreQuality}},
	FlagFalsePass:  {domain.Text{ZH: "核查通过经复核不属实", EN: "a pass on the spot that did not hold"}, []Part{ScoreVerification}},
}

// Label names a flag.
func (k FlagKind) Label() domain.Text { return flagTable[k].name }

// Zeroes are the parts of the month a flag takes away.
func (k FlagKind) Zeroes() []Part { return flagTable[k].zeroes }

// dayFlags are the signs one day shows by itself.
func dayFlags(d Day, r Rules) (out []Flag) {
	if n := d.Track.Unused[Mock]; n > 0 {
		out = append(out, Flag{Kind: FlagMock, Date: d.Date, N: n})
	}
	if n := d.Track.Teleports; r.Teleports > 0 && n >= r.Teleports {
		out = append(out, Flag{Kind: FlagDrift, Date: d.Date, N: n})
	}
	return out
}

// places are where a phone was, to about ten centimetres. A satellite receiver
// never gives so exact a place twice, unless it lies still or plays a record.
// The places are in order and each is there once: days of a month are compared with
// one another, so that comparing must be cheap. They are folded to four bytes, for days are
// kept: that two of some hundred fall together by chance says nothing against half of them.
func places(points []Point) []uint32 {
	out := make([]uint32, len(points))
	for i, p := range points {
		place := uint64(int64(math.Round(p.Lat*1e6))<<32 + int64(math.Round(p.Lon*1e6)))
		out[i] = uint32(place * 0x9e3779b97f4a7c15 >> 32)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// sameTracks finds days that repeat an earlier one.
func sameTracks(all []Day, rules func(calendar.Date) Rules) (out []Flag) {
	for i := range all {
		r := rules(all[i].Date)
		for _, before := range all[:i] {
			least := min(len(all[i].places), len(before.places))
			if r.SamePlace <= 0 || least < r.SamePlace {
				continue
			}
			if n := common(all[i].places, before.places); float64(n) >= r.SameTrack*float64(least) {
				out = append(out, Flag{Kind: FlagSameTrack, Date: all[i].Date, Like: before.Date, N: n})
				break
			}
		}
	}
	return out
}

// common counts what two lists in order have in common.
func common(a, b []uint32) (n int) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			n, a, b = n+1, a[1:], b[1:]
		}
	}
	return n
}

// falsePasses are the days on which the member passed what the city found not to be so. It
// counts when it was passed, not when the city went there.
func falsePasses(passes []time.Time, s Span) (out []Flag) {
	for _, at := range passes {
		switch n := len(out) - 1; {
		case !s.Holds(at):
		case n >= 0 && out[n].Date == calendar.DateOf(at):
			out[n].N++
		default:
			out = append(out, Flag{Kind: FlagFalsePass, Date: calendar.DateOf(at), N: 1})
		}
	}
	return out
}

// photoFlags count what was objected to in the reports of a month.
func photoFlags(reports []EventFact, r Rules) (out []Flag) {
	count := map[FlagKind]int{}
	for _, e := range reports {
		for _, f := range e.Flags {
			if k := FlagKind(f); k == FlagAlbumPhoto || k == FlagSamePhoto {
				count[k]++
			}
		}
	}
	for _, k := range slices.Sorted(maps.Keys(count)) {
		if r.Photos > 0 && count[k] >= r.Photos {
			out = append(out, Flag{Kind: k, N: count[k]})
		}
	}
	return out
}
