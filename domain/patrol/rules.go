package patrol

import (
	"time"

	"huajie/domain/policy"
)

// Rules are what §4.10 and §7.5 leave to policy, for one place on one day.
type Rules struct {
	Version string // of the policy they are read from

	Every     time.Duration // a point vouches for so much time until the next
	Gap       time.Duration // a longer silence ends a segment
	Accuracy  float64       // metres; a vaguer point is not used
	MinSpeed  float64       // metres per second
	MaxSpeed  float64       // metres per second
	Slack     float64       // metres outside the own grid that still count
	Jitter    float64       // metres within which a phone is thought to stand
	Late      time.Duration // how old a point may be when it arrives
	Skew      time.Duration // how far ahead a phone's clock may be
	DutyMax   time.Duration // after so long a duty ends by itself
	BeatGap   time.Duration // heartbeats further apart are not one stretch online
	OnlineCap time.Duration // most that counts a day

	Minutes  float64 // asked a day, before pro rata
	Metres   float64 // asked a day, before pro rata
	Events   float64 // asked a week, before pro rata
	Trivial  float64 // what a trivial event weighs
	PartTime float64 // share of the demands asked of part-time members

	Updates float64 // parts of the grid's data to look through in a month, before pro rata

	Teleport  float64 // metres per second no member travels at
	Teleports int     // so many jumps a day are a flag
	Burst     int     // so many events within BurstIn are a flag
	BurstIn   time.Duration
	Photos    int     // so many objected photos a month are a flag
	SameTrack float64 // share of places two days have in common that is a flag
	SamePlace int     // fewest places a day must have to be compared

	Weights Weights
}

// Weights are what each part of the month is worth (§7.5).
type Weights struct {
	Online, Time, Distance, Events, Quality, Verification, Info, Rating float64
}

// RulesOf reads the rules off the policy of a place.
func RulesOf(p policy.Set) Rules {
	return Rules{
		Version: p.Version(),
		Every:   p.Limit("patrol.point_every").Nominal(), Gap: p.Limit("patrol.gap").Nominal(), Accuracy: float64(p.Int("patrol.accuracy")),
		MinSpeed: perHour(p.Int("patrol.speed_min")), MaxSpeed: perHour(p.Int("patrol.speed_max")),
		Slack: float64(p.Int("patrol.grid_slack")), Jitter: float64(p.Int("patrol.jitter")),
		Late: p.Limit("patrol.late_max").Nominal(), Skew: p.Limit("patrol.clock_skew").Nominal(), DutyMax: p.Limit("patrol.duty_max").Nominal(),
		BeatGap: p.Limit("patrol.beat_gap").Nominal(), OnlineCap: p.Limit("patrol.online_cap").Nominal(),
		Minutes: float64(p.Int("patrol.daily_minutes")), Metres: float64(p.Int("patrol.daily_metres")), Events: float64(p.Int("patrol.weekly_events")),
		Trivial: share(p.Percent("patrol.trivial_weight")), PartTime: share(p.Percent("patrol.part_time")), Updates: float64(p.Int("patrol.monthly_updates")),
		Teleport: perHour(p.Int("patrol.teleport_speed")), Teleports: p.Int("patrol.teleports"),
		Burst: p.Int("patrol.burst_events"), BurstIn: p.Limit("patrol.burst_window").Nominal(), Photos: p.Int("patrol.photo_flags"),
		SameTrack: share(p.Percent("patrol.same_track")), SamePlace: p.Int("patrol.same_track_places"),
		Weights: Weights{
			Online: float64(p.Int("score.grid.online")), Time: float64(p.Int("score.grid.time")), Distance: float64(p.Int("score.grid.distance")),
			Events: float64(p.Int("score.grid.events")), Quality: float64(p.Int("score.grid.quality")),
			Verification: float64(p.Int("score.grid.verification")), Info: float64(p.Int("score.grid.info")), Rating: float64(p.Int("score.grid.rating")),
		},
	}
}

// perHour turns metres per hour, as policy writes speeds, into metres per second.
func perHour(metres int) float64 { return float64(metres) / 3600 }

func share(percent int) float64 { return float64(percent) / 100 }

// Plausible tells whether a moment told by a phone can be believed when it
// arrives: not from the future, not older than may be sent late (§6 item 73).
func (r Rules) Plausible(at, received time.Time) bool {
	return !at.After(received.Add(r.Skew)) && !at.Before(received.Add(-r.Late))
}
