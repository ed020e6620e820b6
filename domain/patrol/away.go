package patrol

import "huajie/domain/calendar"

// Excuse is why nothing, or less, is asked of a member (§4.10 patrol.exempt).
type Excuse string

// The excuses of §4.10.
const (
	Leave               Excuse = "leave"                // 请假
	EmergencyAssignment Excuse = "emergency_assignment" // 应急任务抽调
	SevereWeather       Excuse = "severe_weather"       // 极端天气
)

// Half is the part of each day an absence takes.
type Half string

// The parts of a day.
const (
	WholeDay  Half = ""
	Morning   Half = "am"
	Afternoon Half = "pm"
)

// Away is an absence that has been approved, or declared for everybody.
type Away struct {
	Excuse Excuse        `json:"excuse"`
	From   calendar.Date `json:"from"`
	To     calendar.Date `json:"to"` // included
	Half   Half          `json:"half,omitempty"`
}

// On tells whether the absence touches the day.
func (a Away) On(d calendar.Date) bool { return a.From.Compare(d) <= 0 && d.Compare(a.To) <= 0 }

// shareOn is what of a day remains to be worked, 0, ½ or 1, with the excuses for
// the rest. Two absences of the same half count once.
func shareOn(all []Away, d calendar.Date) (share float64, why []Away) {
	var am, pm bool
	for _, a := range all {
		if !a.On(d) {
			continue
		}
		why = append(why, a)
		am = am || a.Half != Afternoon
		pm = pm || a.Half != Morning
	}
	share = 1
	for _, gone := range []bool{am, pm} {
		if gone {
			share -= 0.5
		}
	}
	return share, why
}
