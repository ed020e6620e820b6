package api

import (
	"fmt"
	"math"
	"time"

	"huajie/domain"
	"huajie/domain/patrol"
)

// FieldDay is one day of a member with how every figure was made.
type FieldDay struct {
	ServerTime time.Time `json:"server_time,omitzero"`
	Date       string    `json:"date" format:"date"`
	Policy     string    `json:"policy" doc:"version of the rules it is measured by"`
	Open       bool      `json:"open" doc:"the day is not over"`
	Workday    bool      `json:"workday" doc:"the calendar asks for a patrol"`
	Share      float64   `json:"share" doc:"what of the day is left to work: 1, less leave and exemptions"`
	Away       []Absence `json:"away"`

	OnlineMinutes float64 `json:"online_minutes" doc:"time between signs of life on duty, up to the cap of a day"`
	OnlineFull    float64 `json:"online_minutes_uncapped"`
	PatrolMinutes float64 `json:"patrol_minutes" doc:"sum of the segments that count"`
	PatrolKm      float64 `json:"patrol_km" doc:"sum of the segments that count"`
	NeedMinutes   float64 `json:"need_minutes" doc:"what is asked, after leave and exemptions"`
	NeedKm        float64 `json:"need_km"`
	OK            *bool   `json:"day_ok" nullable:"true" doc:"null when nothing is asked, or while it may still be reached"`

	Duty      []patrol.Span         `json:"duty"`
	Patrols   []patrol.Span         `json:"patrols"`
	Segments  []FieldSegment        `json:"segments" doc:"the patrols from beginning to end, what does not count included"`
	Unused    map[patrol.Reason]int `json:"unused_points" doc:"points that were not used, by reason"`
	Unbounded bool                  `json:"unbounded" doc:"no grid of the member has a shape yet: everywhere counts"`
	Flags     []FieldFlag           `json:"flags"`
}

// Absence is why less is asked.
type Absence struct {
	Excuse patrol.Excuse `json:"excuse" enum:"leave,emergency_assignment,severe_weather"`
	From   string        `json:"from" format:"date"`
	To     string        `json:"to" format:"date" doc:"included"`
	Half   patrol.Half   `json:"half,omitempty" enum:"am,pm" doc:"the part of each day; the whole day when absent"`
}

// FieldSegment is a stretch of a patrol of one kind.
type FieldSegment struct {
	From     time.Time     `json:"from"`
	To       time.Time     `json:"to"`
	Part     int           `json:"part" doc:"counts up after every long silence"`
	Counts   bool          `json:"counts"`
	Reason   patrol.Reason `json:"reason,omitempty" doc:"why it does not count"`
	ReasonZH string        `json:"reason_zh,omitempty"`
	ReasonEN string        `json:"reason_en,omitempty"`
	Minutes  float64       `json:"minutes"`
	Metres   float64       `json:"metres"`
}

// FieldFlag is an integrity flag.
type FieldFlag struct {
	Kind   patrol.FlagKind `json:"kind" enum:"mock_location,drift,same_track,burst,album_photo,same_photo,false_pass"`
	ZH     string          `json:"zh"`
	EN     string          `json:"en"`
	Date   string          `json:"date,omitempty" format:"date" doc:"day, or first day of the week"`
	Like   string          `json:"like,omitempty" format:"date" doc:"the day it resembles"`
	N      int             `json:"n" doc:"how often"`
	Zeroes []patrol.Part   `json:"zeroes" doc:"parts of the monthly score it takes away, unless it is cleared"`
	Ruling *RulingView     `json:"ruling,omitempty" doc:"of whoever looked at it; absent while it is open"`
}

// RulingView is what somebody who looked at a flag says of it.
type RulingView struct {
	Cleared bool      `json:"cleared" doc:"it takes nothing away any more"`
	Reason  string    `json:"reason"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

func showDay(d patrol.Day) FieldDay {
	v := FieldDay{
		Date: d.Date.String(), Policy: d.Version, Open: d.Open, Workday: d.Workday, Share: d.Share, Away: []Absence{},
		OnlineMinutes: d.OnlineMinutes(), OnlineFull: twoPlaces(d.OnlineFull.Minutes()), PatrolMinutes: d.Track.Minutes(), PatrolKm: d.Track.Km(),
		NeedMinutes: twoPlaces(d.NeedMinutes), NeedKm: threePlaces(d.NeedKm), OK: d.OK,
		Duty: orEmpty(d.Duty), Patrols: orEmpty(d.Patrols), Segments: []FieldSegment{}, Unused: d.Track.Unused, Unbounded: d.Track.Unbounded, Flags: showFlags(d.Flags),
	}
	for _, a := range d.Away {
		v.Away = append(v.Away, showAway(a))
	}
	for _, s := range d.Track.Segments {
		label := reasonLabel(s.Reason)
		v.Segments = append(v.Segments, FieldSegment{s.From, s.To, s.Part, s.Counts(), s.Reason, label.ZH, label.EN, twoPlaces(s.Length().Minutes()), math.Round(s.Metres)})
	}
	return v
}

func showAway(a patrol.Away) Absence {
	return Absence{a.Excuse, a.From.String(), a.To.String(), a.Half}
}

func showFlags(flags []patrol.Flag) []FieldFlag {
	out := []FieldFlag{}
	for _, f := range flags {
		out = append(out, showFlag(f))
	}
	return out
}

func showFlag(f patrol.Flag) FieldFlag {
	label := f.Kind.Label()
	v := FieldFlag{Kind: f.Kind, ZH: label.ZH, EN: label.EN, Date: f.Date.String(), Like: f.Like.String(), N: f.N, Zeroes: f.Kind.Zeroes()}
	if r := f.Ruling; r != nil {
		v.Ruling = &RulingView{r.Cleared, r.Reason, r.By, r.At}
	}
	return v
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func twoPlaces(v float64) float64   { return math.Round(v*100) / 100 }
func threePlaces(v float64) float64 { return math.Round(v*1000) / 1000 }

var reasonLabels = map[patrol.Reason]domain.Text{
	patrol.Clock:     {ZH: "时间不可信", EN: "time that cannot be believed"},
	patrol.OffDuty:   {ZH: "不在岗", EN: "off duty"},
	patrol.NoPatrol:  {ZH: "未开始巡查", EN: "no patrol under way"},
	patrol.Mock:      {ZH: "模拟定位", EN: "mock location"},
	patrol.Vague:     {ZH: "精度不足", EN: "too vague"},
	patrol.Drift:     {ZH: "漂移", EN: "drift"},
	patrol.TooFast:   {ZH: "超速(乘车)", EN: "too fast: a vehicle"},
	patrol.TooSlow:   {ZH: "停留", EN: "standing"},
	patrol.Jitter:    {ZH: "原地抖动", EN: "trembling on the spot"},
	patrol.Gap:       {ZH: "无轨迹", EN: "no track"},
	patrol.Elsewhere: {ZH: "网格外", EN: "outside the grid"},
}

func reasonLabel(r patrol.Reason) domain.Text { return reasonLabels[r] }

// FieldWeek is one ISO week of a member.
type FieldWeek struct {
	ServerTime time.Time     `json:"server_time,omitzero"`
	Week       string        `json:"week" doc:"ISO week, such as 2026-W48"`
	From       string        `json:"from" format:"date"`
	To         string        `json:"to" format:"date"`
	Policy     string        `json:"policy"`
	Open       bool          `json:"open"`
	WeekEvents float64       `json:"week_events" doc:"accepted, first reported, trivial ones weighted"`
	Need       float64       `json:"need_events" doc:"what is asked, after leave and exemptions"`
	Planned    float64       `json:"planned_days"`
	Worked     float64       `json:"days_left" doc:"planned days less leave and exemptions"`
	OK         *bool         `json:"week_ok" nullable:"true" doc:"null when nothing is asked, or while it may still be reached"`
	Reports    []WeighedCase `json:"reports"`
	Flags      []FieldFlag   `json:"flags"`
}

// WeighedCase is a report with what it counts.
type WeighedCase struct {
	No     string    `json:"no"`
	At     time.Time `json:"at"`
	Weight float64   `json:"weight"`
	Why    string    `json:"why,omitempty" enum:"trivial,undecided,rejected,duplicate" doc:"why it does not count in full"`
}

func showWeek(w patrol.Week) FieldWeek {
	v := FieldWeek{Week: fmt.Sprintf("%04d-W%02d", w.Year, w.Number), From: w.From.String(), To: w.To.String(), Policy: w.Version, Open: w.Open,
		WeekEvents: w.Events, Need: w.Need, Planned: w.Planned, Worked: w.Worked, OK: w.OK, Reports: []WeighedCase{}, Flags: showFlags(w.Flags)}
	for _, r := range w.Reports {
		v.Reports = append(v.Reports, WeighedCase(r))
	}
	return v
}

// FieldMonth is a month of a member with its score.
type FieldMonth struct {
	ServerTime time.Time   `json:"server_time,omitzero"`
	From       string      `json:"from" format:"date"`
	To         string      `json:"to" format:"date"`
	Policy     string      `json:"policy" doc:"version of the weights"`
	DaysOK     RateView    `json:"days_ok" doc:"day_ok of duty days"`
	WeeksOK    RateView    `json:"weeks_ok" doc:"week_ok of duty weeks"`
	Score      *float64    `json:"score" nullable:"true" doc:"of 100; parts without a denominator are left out of both sides"`
	Parts      []ScorePart `json:"parts"`
	Days       []FieldDay  `json:"days"`
	Weeks      []FieldWeek `json:"weeks" doc:"the ISO weeks whose Thursday lies in the month"`
	Flags      []FieldFlag `json:"flags"`
}

// RateView is a ratio with its parts.
type RateView struct {
	Done    float64  `json:"done"`
	Of      float64  `json:"of"`
	Percent *float64 `json:"percent" nullable:"true" doc:"null for a zero denominator"`
}

// ScorePart is a part of the score with how it was made: weight × done ÷ of.
type ScorePart struct {
	Part   patrol.Part `json:"part"`
	ZH     string      `json:"zh"`
	EN     string      `json:"en"`
	Weight float64     `json:"weight"`
	RateView
	Points *float64          `json:"points" nullable:"true" doc:"null when the part does not count"`
	Zeroed []patrol.FlagKind `json:"zeroed_by,omitempty" doc:"the flags that took the points"`
}

func showRate(r patrol.Rate) RateView {
	return RateView{twoPlaces(r.Done), twoPlaces(r.Of), r.Percent()}
}

func showMonth(m patrol.Month) FieldMonth {
	v := FieldMonth{From: m.From.String(), To: m.To.String(), Policy: m.Version, DaysOK: showRate(m.DaysOK), WeeksOK: showRate(m.WeeksOK), Score: m.Score,
		Parts: []ScorePart{}, Days: []FieldDay{}, Weeks: []FieldWeek{}, Flags: showFlags(m.Flags)}
	for _, p := range m.Parts {
		label := p.Part.Label()
		v.Parts = append(v.Parts, ScorePart{p.Part, label.ZH, label.EN, p.Weight, showRate(p.Rate), p.Points, p.Zeroed})
	}
	for _, d := range m.Days {
		v.Days = append(v.Days, showDay(d))
	}
	for _, w := range m.Weeks {
		v.Weeks = append(v.Weeks, showWeek(w))
	}
	return v
}
