package evidence

import (
	"fmt"
	"math"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/geo"
	"huajie/domain/policy"
)

// The codes of flags.
const (
	Far              = "far"               // taken elsewhere
	Stale            = "stale"             // taken too long before
	Future           = "future"            // by a clock that is ahead
	FromAlbum        = "album"             // not taken for this
	NoPosition       = "no_position"       // the phone did not tell where
	PositionMismatch = "position_mismatch" // phone and image tell different places
	TimeMismatch     = "time_mismatch"     // phone and image tell different times
	DuplicateHash    = "duplicate_hash"    // shown before, byte for byte
	DuplicateLook    = "duplicate_look"    // much like one shown before
	OfflineLate      = "offline_late"      // taken without a line, within what is allowed
)

// Flag is one thing to know of a photo before trusting it. A flag that does not block
// is for the reviewer to weigh.
type Flag struct {
	Code    string `json:"code"`
	Blocks  bool   `json:"blocks,omitempty"`
	Metres  int    `json:"metres,omitempty"`
	Minutes int    `json:"minutes,omitempty"`
	domain.Text
}

// names are the flags in short, for where only their code was kept.
var names = map[string]domain.Text{
	Far: {ZH: "拍摄位置距事件地点较远", EN: "taken elsewhere"}, Stale: {ZH: "拍摄时间过早", EN: "taken long before"},
	Future: {ZH: "手机时钟超前", EN: "clock ahead"}, FromAlbum: {ZH: "非现场拍摄(相册)", EN: "from an album"},
	NoPosition: {ZH: "无定位", EN: "no position"}, PositionMismatch: {ZH: "照片内位置与定位不符", EN: "positions differ"},
	TimeMismatch: {ZH: "照片内时间与所报不符", EN: "times differ"}, DuplicateHash: {ZH: "此前已提交过", EN: "submitted before"},
	DuplicateLook: {ZH: "与此前照片高度相似", EN: "much like one before"}, OfflineLate: {ZH: "离线拍摄后补传", EN: "taken without a line"},
}

// Told is a flag with words, whether they were kept or its code alone.
func (f Flag) Told() Flag {
	if f.ZH == "" {
		f.Text = names[f.Code]
	}
	return f
}

// Context is what a photo is shown for.
type Context struct {
	Place    *geo.Point // of the event; nil: not known yet
	At       time.Time  // of the report
	Case     string     // that exists already; "" for a new report
	Policy   policy.Set
	Calendar *calendar.Calendar
}

// Blocks tells whether one of the flags keeps a normal event from being reported
// (§4.10 "no album upload", §6 item 74).
func Blocks(flags []Flag) bool {
	for _, f := range flags {
		if f.Blocks {
			return true
		}
	}
	return false
}

// Judge tells everything there is to know of a photo, in one order. A photo from an
// album and one of another time block; all else warns.
func Judge(p Photo, c Context) []Flag {
	var flags []Flag
	for _, judge := range []func(Photo, Context) (Flag, bool){judgeSource, judgeAge, judgeClock, judgePlace, judgeExifPlace, judgeExifTime, judgeTwins} {
		if f, found := judge(p, c); found {
			flags = append(flags, f)
		}
	}
	return flags
}

func flag(code, zh, en string) Flag { return Flag{Code: code, Text: domain.Text{ZH: zh, EN: en}} }

func judgeSource(p Photo, c Context) (Flag, bool) {
	f := flag(FromAlbum, "照片来自相册,不是现场拍摄", "chosen from an album, not taken on the spot")
	f.Blocks = !c.Policy.Bool("photo.album")
	return f, p.Source != Live && p.Source != Offline
}

// judgeAge compares the shutter with the report: a live photo must be fresh, one taken
// without a line may be late. The image itself may betray an older age than the
// phone tells; it gets the longer limit, as its time is written without a zone.
func judgeAge(p Photo, c Context) (Flag, bool) {
	fresh, late := c.Policy.Limit("photo.fresh"), c.Policy.Limit("photo.offline")
	within := func(taken time.Time, l calendar.Limit) bool {
		return l.IsZero() || !c.At.After(c.Calendar.Due(taken, l).At)
	}
	allowed := late
	if p.Source == Live {
		allowed = fresh
	}
	old := p.TakenAt
	if !within(old, allowed) || (!p.ExifTime.IsZero() && !within(p.ExifTime, late)) {
		if !p.ExifTime.IsZero() && p.ExifTime.Before(old) {
			old = p.ExifTime
		}
		f := flag(Stale, "照片是%s前拍摄的,超过允许时限", "taken %s before the report, longer than allowed")
		f.Blocks = true
		return f.late(c.At.Sub(old)), true
	}
	f := flag(OfflineLate, "离线拍摄,%s后上报", "taken without a line, reported %s later")
	return f.late(c.At.Sub(old)), p.Source == Offline && !within(old, fresh)
}

// judgeClock holds the clock of the phone against ours.
func judgeClock(p Photo, c Context) (Flag, bool) {
	ours := c.At
	if !p.UploadedAt.IsZero() {
		ours = p.UploadedAt
	}
	f := flag(Future, "拍摄时间比系统时间晚%s,手机时钟可能不准", "taken %s after it arrived: the clock of the phone is ahead")
	return f.late(p.TakenAt.Sub(ours)), c.apart(ours, p.TakenAt)
}

// apart tells whether b is further after a than clocks may differ.
func (c Context) apart(a, b time.Time) bool {
	return b.After(c.Calendar.Due(a, c.Policy.Limit("photo.clock")).At)
}

func judgePlace(p Photo, c Context) (Flag, bool) {
	if p.At == nil || !p.At.Valid() {
		return flag(NoPosition, "拍摄时没有定位", "the phone did not tell where it was taken"), true
	}
	if c.Place == nil {
		return Flag{}, false
	}
	return apartBy(Far, *p.At, *c.Place, c.Policy.Int("photo.radius"),
		"拍摄位置距事件地点%d米", "taken %d m from the place of the event")
}

func judgeExifPlace(p Photo, c Context) (Flag, bool) {
	if p.At == nil || !p.At.Valid() || p.ExifAt == nil || !p.ExifAt.Valid() {
		return Flag{}, false
	}
	return apartBy(PositionMismatch, *p.At, *p.ExifAt, c.Policy.Int("photo.exif.radius"),
		"照片内记录的位置与手机定位相差%d米", "the image tells a place %d m from the one of the phone")
}

// apartBy flags two places that are further apart than the metres allowed.
func apartBy(code string, a, b geo.Point, allowed int, zh, en string) (Flag, bool) {
	metres := int(math.Ceil(geo.Metres(a, b)))
	f := flag(code, fmt.Sprintf(zh, metres), fmt.Sprintf(en, metres))
	f.Metres = metres
	return f, metres > allowed
}

func judgeExifTime(p Photo, c Context) (Flag, bool) {
	if p.ExifTime.IsZero() {
		return Flag{}, false
	}
	f := flag(TimeMismatch, "照片内记录的时间与手机所报相差%s", "the image tells a time %s from the one of the phone")
	return f.late(p.TakenAt.Sub(p.ExifTime).Abs()), c.apart(p.ExifTime, p.TakenAt) || c.apart(p.TakenAt, p.ExifTime)
}

// judgeTwins flags what was shown before. Photos of one case look alike by nature:
// there only the very same one counts.
func judgeTwins(p Photo, c Context) (Flag, bool) {
	like := false
	for _, t := range p.Twins {
		if t.Same {
			return flag(DuplicateHash, "同一张照片此前已提交过", "the very same photo was submitted before"), true
		}
		like = like || c.Case == "" || t.Case != c.Case
	}
	return flag(DuplicateLook, "与此前提交的照片高度相似", "looks much like a photo submitted before"), like
}

// late fills an amount of time into both texts.
func (f Flag) late(by time.Duration) Flag {
	f.Minutes = max(1, int(by.Round(time.Minute)/time.Minute))
	h, m := f.Minutes/60, f.Minutes%60
	zh, en := fmt.Sprintf("%d分钟", m), fmt.Sprintf("%d min", m)
	if h > 0 {
		zh, en = fmt.Sprintf("%d小时%d分钟", h, m), fmt.Sprintf("%d h %d min", h, m)
	}
	f.ZH, f.EN = fmt.Sprintf(f.ZH, zh), fmt.Sprintf(f.EN, en)
	return f
}
