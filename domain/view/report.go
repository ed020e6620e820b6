package view

import (
	"time"

	"huajie/domain/notice"
)

// Committed is what a command key was used for.
type Committed struct {
	No          string
	Seq         int       // of the subject after the command
	Fingerprint string    // of the request
	At          time.Time // when it was written down
}

// Trial counts a period as the platform reports it: persons received are kept
// apart from matters registered (R81), and the rate is of matters.
type Trial struct {
	From       time.Time `json:"from,omitzero"`
	To         time.Time `json:"to,omitzero"`
	Persons    int       `json:"persons_received"`
	Registered int       `json:"matters_registered"`
	Resolved   int       `json:"matters_resolved"`

	Events         int `json:"events_reported"` // grid events; reports merged into another are counted with it (§6 item 87)
	EventsResolved int `json:"events_resolved"`
}

// Rate is the share of registered matters that are resolved, in percent with
// two decimals, rounded half up; ok is false when nothing was registered (§7.1).
func (t Trial) Rate() (percent float64, ok bool) { return share(t.Resolved, t.Registered) }

// EventRate is the same of grid events (§7.6).
func (t Trial) EventRate() (percent float64, ok bool) { return share(t.EventsResolved, t.Events) }

func share(part, whole int) (percent float64, ok bool) {
	if whole == 0 {
		return 0, false
	}
	return float64((part*20000+whole)/(2*whole)) / 100, true
}

// Gauges is how the casework of the house stands at one moment, for those who
// watch the machine: it names no case.
type Gauges struct {
	Open      []LevelCount  // by kind, level and light
	Unstarted int           // registered, but no workflow runs yet
	Unfired   int           // deadlines that have passed and not taken effect
	Oldest    time.Duration // how late the oldest of them is
	Untold    int           // cases that word to many has not reached yet (outages, transfers)
	Drift     time.Duration // the largest difference of a process's clock from the database's

	Deliveries     map[notice.State]int // that wait, and the others of the last day
	OldestDelivery time.Duration        // how long the oldest that is due has waited
}

// Unscanned are the photographs that are whole and that no scanner of malware has judged.
type Unscanned struct {
	Pending int           // nobody has looked yet
	Failed  int           // the scanner would not look; it is asked again every hour
	Oldest  time.Duration // how long the oldest pending one has been whole
}

// LevelCount counts the open cases of one kind on one level under one light.
type LevelCount struct {
	Kind  string
	Level string
	Light Light
	Count int
}

// Lateness tells how late deadlines took effect after the moment they were due.
type Lateness struct {
	Machine string        // "grievance", "joint_session" or "whistle"; "" for the total
	Kind    string        // kind of deadline; "" for the total
	Fired   int           // deadlines that took effect
	Marked  int           // of these, late by the fault of the system
	P50     time.Duration // half of them were no later than this
	P99     time.Duration
	Max     time.Duration
}

// Escalations is what time has done in a period: every kind of deadline, and all
// of them together.
type Escalations struct {
	Kinds   []Lateness
	Total   Lateness
	Unfired int // in scope, due in the period, passed and not taken effect yet
}
