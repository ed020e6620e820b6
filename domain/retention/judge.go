package retention

import (
	"slices"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/codes"
	"huajie/domain/policy"
)

// The classes of files on record; each has a period of its own.
const (
	Petition = "petition" // 信访件: a grievance of the petition track
	Demand   = "demand"   // 诉求件: any other grievance
	Event    = "event"    // 网格事件
	Whistle  = "whistle"  // 吹哨单 that grew out of no case
)

// Labels names the classes in both languages.
var Labels = map[string]domain.Text{
	Petition: {ZH: "信访件", EN: "petition files"},
	Demand:   {ZH: "诉求件", EN: "demand files"},
	Event:    {ZH: "网格事件", EN: "grid events"},
	Whistle:  {ZH: "吹哨单", EN: "whistles of their own"},
}

// Why is the reason a file is kept.
type Why string

// The reasons a file is kept, the weightiest first.
const (
	Open     Why = "open"      // it is not over
	Held     Why = "held"      // somebody has said that it must stay
	Followed Why = "followed"  // another file that hangs on it stays
	LongTerm Why = "long_term" // its kind is kept for good
	Period   Why = "period"    // its time is not over
)

// Reasons lists them in their order.
var Reasons = []Why{Open, Held, Followed, LongTerm, Period}

// Whys names the reasons in both languages.
var Whys = map[Why]domain.Text{
	Open:     {ZH: "在办或尚可变动", EN: "not over yet"},
	Held:     {ZH: "已冻结(依法留存)", EN: "under a legal hold"},
	Followed: {ZH: "关联件仍须留存", EN: "a file that hangs on it stays"},
	LongTerm: {ZH: "长期保存", EN: "kept for good"},
	Period:   {ZH: "保存期限未满", EN: "its period is not over"},
}

// File is a case, or a whistle of its own, as its period is judged by.
type File struct {
	No              string
	Class           string
	Area            string // township, or county: whose policy counts
	Leader          bool   // a county leader has handled it (L3)
	Confidentiality string
	EndedAt         time.Time // zero: it has not
	Final           bool      // nothing can happen to it, its sessions and its whistles any more
	Held            bool
	Followed        bool // its master, or a case merged into it or split off it, is to stay
}

// ClassOf is the class of a case of a kind.
func ClassOf(kind string, track codes.Track) string {
	switch {
	case kind == casefile.KindGridEvent:
		return Event
	case track == codes.TrackPetition:
		return Petition
	}
	return Demand
}

// Verdict is what is to become of a file.
type Verdict struct {
	Keep  Why       // "": it may go
	Rule  string    // key of the policy its period is from
	Until time.Time // when its period is over; zero where there is no telling
}

// Judge says whether a file may go at a moment. Its period counts from its end. Policy is
// that of its area as it is now: what was dispatched under a shorter one is kept for longer.
func Judge(f File, p policy.Set, now time.Time) Verdict {
	v := Verdict{Rule: rule(f.Class)}
	if !f.EndedAt.IsZero() {
		v.Until = f.EndedAt.Add(p.Limit(v.Rule).Nominal())
	}
	switch {
	case !f.Final || f.EndedAt.IsZero():
		v.Keep, v.Until = Open, time.Time{}
	case f.Held:
		v.Keep = Held
	case f.Followed:
		v.Keep = Followed
	case f.forGood(p):
		v.Keep, v.Rule, v.Until = LongTerm, "retention.long_term", time.Time{}
	case v.Until.After(now):
		v.Keep = Period
	}
	return v
}

// forGood tells whether the policy keeps such a file without an end: by its class, because a
// county leader has handled it, or because it is an accusation.
func (f File) forGood(p policy.Set) bool {
	const key = "retention.long_term"
	return p.Lists(key, f.Class) || f.Leader && p.Lists(key, string(codes.LevelLeader)) || p.Lists(key, f.Confidentiality)
}

// Unknown gives the entries of retention.long_term that name nothing: what somebody wanted to
// be kept for good, and would not be.
func Unknown(p policy.Set) (out []string) {
	for _, entry := range strings.Split(p.Text("retention.long_term"), ",") {
		if _, class := Labels[entry]; !class && entry != string(codes.LevelLeader) && !slices.Contains([]string{"C0", "C1", "C2", "C3"}, entry) {
			out = append(out, entry)
		}
	}
	return out
}

// rule is the key of the period of a class.
func rule(class string) string {
	switch class {
	case Petition:
		return petitions()
	case Demand:
		return demands()
	}
	return events()
}

// The keys, each named once, where the test that every key has a reader finds it.
func petitions() string { return "retention.petitions" }
func demands() string   { return "retention.demands" }
func events() string    { return "retention.events" }

// Shortest is how long any file is kept at least under a policy: nothing that ended later
// need be looked at.
func Shortest(p policy.Set) time.Duration {
	out := p.Limit(petitions()).Nominal()
	for _, key := range []string{demands(), events()} {
		out = min(out, p.Limit(key).Nominal())
	}
	return out
}

// Logs is how long it is kept who looked, took or decided what (§4.9 "unmask logs").
func Logs(p policy.Set) time.Duration { return p.Limit("retention.logs").Nominal() }

// Photos is how long a photograph is kept that no file has taken up.
func Photos(p policy.Set) time.Duration { return p.Limit("retention.photos").Nominal() }

// Tracks is how long it is kept where members were (§4.9, PIPL §19).
func Tracks(p policy.Set) time.Duration { return p.Limit("retention.tracks").Nominal() }
