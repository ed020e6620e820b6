package whistle

import (
	"slices"

	"huajie/domain/machine"
)

// The states of §3.8. Approved and Refused last no time: an approved whistle is blown at
// once (W3), and every refusal is coordinated (W9). A seat has the states from Blown on.
const (
	Drafted      machine.State = "drafted"
	Approved     machine.State = "approved"
	Blown        machine.State = "blown"
	Responded    machine.State = "responded"
	Arrived      machine.State = "arrived"
	Working      machine.State = "working"
	Completed    machine.State = "completed"
	Evaluated    machine.State = "evaluated"
	Refused      machine.State = "refused"
	Coordinating machine.State = "coordinating"
	Adjudicated  machine.State = "adjudicated"
	Withdrawn    machine.State = "withdrawn"
	Rejected     machine.State = "rejected"
)

// Excused is the end of a seat only: the township let the unit go, or called it in vain.
const Excused machine.State = "excused"

// Label is how a state is shown.
type Label struct{ ZH, EN string }

// Labels names every state in both languages.
var Labels = map[machine.State]Label{
	Drafted:      {"已起草待审批", "drafted, awaiting approval"},
	Approved:     {"已批准", "approved"},
	Blown:        {"已吹哨待应哨", "blown, awaiting responses"},
	Responded:    {"已应哨待报到", "responded, awaiting arrival"},
	Arrived:      {"已报到", "arrived on site"},
	Working:      {"处置中", "working on site"},
	Completed:    {"处置完毕待评价", "completed, awaiting evaluation"},
	Evaluated:    {"已评价", "evaluated"},
	Refused:      {"拒绝报到", "refused"},
	Coordinating: {"协调中", "in coordination"},
	Adjudicated:  {"已裁定", "adjudicated"},
	Withdrawn:    {"已撤回", "withdrawn"},
	Rejected:     {"未获批准", "not approved"},
}

// SeatLabels names every state of a seat.
var SeatLabels = map[machine.State]Label{
	Drafted:      {"拟吹哨", "to be called"},
	Blown:        {"待应哨", "to respond"},
	Responded:    {"待报到", "to arrive"},
	Arrived:      {"已报到", "on site"},
	Working:      {"处置中", "working"},
	Completed:    {"处置完毕", "done"},
	Coordinating: {"协调中", "in coordination"},
	Refused:      {"不予报到(理由成立)", "does not come, for good reason"},
	Adjudicated:  {"已裁定", "adjudicated"},
	Excused:      {"免予到场", "excused"},
}

// live are the states in which units are called, on their way or at work.
var live = []machine.State{Blown, Responded, Arrived, Working, Coordinating}

var over = []machine.State{Evaluated, Adjudicated, Withdrawn, Rejected}

// Over tells whether the whistle has ended.
func Over(s machine.State) bool { return slices.Contains(over, s) }

// Final tells whether nothing can happen to the whistle any more, so that its workflow
// may end: an ended one may still wait for its approval or for what the units think of it.
func Final(w *Whistle) bool { return Over(w.State) && len(w.Deadlines) == 0 }
