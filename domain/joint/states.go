package joint

import (
	"slices"

	"huajie/domain/machine"
)

// The states of §3.5. Adjourned lasts no time: an adjournment names the next
// meeting, and with that its units are notified again.
const (
	Planned   machine.State = "planned"
	Notified  machine.State = "notified"
	Held      machine.State = "held"
	Adjourned machine.State = "adjourned"
	Concluded machine.State = "concluded"
	Failed    machine.State = "failed"
	Cancelled machine.State = "cancelled"
)

// Label is how a state is shown.
type Label struct{ ZH, EN string }

// Labels names every state in both languages.
var Labels = map[machine.State]Label{
	Planned:   {"已召集待通知", "planned, units not yet notified"},
	Notified:  {"已通知待召开", "units notified, not yet held"},
	Held:      {"已召开待结论", "held, not yet concluded"},
	Adjourned: {"休会改期", "adjourned"},
	Concluded: {"形成结论", "concluded"},
	Failed:    {"未形成结论", "failed"},
	Cancelled: {"已取消", "cancelled"},
}

// open are the states in which the session is still going on.
var open = []machine.State{Planned, Notified, Held}

var over = []machine.State{Concluded, Failed, Cancelled}

// Over tells whether the session has ended.
func Over(s machine.State) bool { return slices.Contains(over, s) }

// Final tells whether nothing can happen to the session any more, so that its
// workflow may end.
func Final(s *Session) bool { return Over(s.State) && len(s.Deadlines) == 0 }
