// Package grievance is the machine of a group demand (群众诉求件): its states, the
// transitions G1–G36 and G39 of the specification §3.1, the resolution chain
// L0–L3 of §3.2, the two clocks, and what happens when time runs out.
//
// Start with steps.go (the table of everything a person may do), chain.go (the
// four levels) and expiry.go (everything time does).
package grievance

import (
	"slices"

	"huajie/domain/machine"
)

// The states of §3.1.
const (
	Registered       machine.State = "registered"
	Triage           machine.State = "triage"
	LocalResolving   machine.State = "local_resolving"
	Dispatched       machine.State = "dispatched"
	Signed           machine.State = "signed"
	Handling         machine.State = "handling"
	ReturnPending    machine.State = "return_pending"
	Adjudicating     machine.State = "adjudicating"
	JointResolving   machine.State = "joint_resolving"
	LeaderResolving  machine.State = "leader_resolving"
	Suspended        machine.State = "suspended"
	Replied          machine.State = "replied"
	Rework           machine.State = "rework"
	Closed           machine.State = "closed"
	Archived         machine.State = "archived"
	NotAccepted      machine.State = "not_accepted"
	NoLongerAccepted machine.State = "no_longer_accepted"
	Guided           machine.State = "guided"
	Merged           machine.State = "merged"
	Withdrawn        machine.State = "withdrawn"
	Voided           machine.State = "voided"
)

// Label is how a state is shown.
type Label struct{ ZH, EN string }

// Labels names every state in both languages.
var Labels = map[machine.State]Label{
	Registered:       {"已登记", "registered"},
	Triage:           {"甄别分流", "triage"},
	LocalResolving:   {"就地化解中", "resolving locally"},
	Dispatched:       {"已交办待签收", "dispatched, awaiting sign-for"},
	Signed:           {"已签收", "signed for"},
	Handling:         {"办理中", "handling"},
	ReturnPending:    {"退回审核中", "return under review"},
	Adjudicating:     {"职责裁定中", "duty adjudication"},
	JointResolving:   {"中心牵头联合化解中", "centre-led joint resolution"},
	LeaderResolving:  {"县(区)领导牵头化解中", "county-leader-led resolution"},
	Suspended:        {"挂账", "suspended"},
	Replied:          {"已答复待评价", "replied, awaiting evaluation"},
	Rework:           {"返工重办", "rework"},
	Closed:           {"办结", "closed"},
	Archived:         {"归档", "archived"},
	NotAccepted:      {"不予受理", "not accepted"},
	NoLongerAccepted: {"不再受理", "no longer accepted"},
	Guided:           {"引导法定途径", "guided to statutory channel"},
	Merged:           {"并案", "merged"},
	Withdrawn:        {"撤回", "withdrawn"},
	Voided:           {"作废", "voided"},
}

// over are the states in which nobody works on the case any more. Closed may
// be reopened, merged may be undone, each within its window.
var over = []machine.State{Closed, Archived, NotAccepted, NoLongerAccepted, Guided, Merged, Withdrawn, Voided}

// Over tells whether the state is terminal in §3.1.
func Over(s machine.State) bool { return slices.Contains(over, s) }

// Final tells whether nothing can happen to a case in this state any more, so
// that its workflow may end.
func Final(c *Case) bool {
	if !Over(c.State) || len(c.Deadlines) > 0 {
		return false
	}
	// A merged case waits for its master's answer, which its petitioner rates.
	return c.State != Merged || c.MasterOver || c.Evaluation != nil
}

// active are all states that are not terminal.
var active = []machine.State{Registered, Triage, LocalResolving, Dispatched, Signed, Handling, ReturnPending,
	Adjudicating, JointResolving, LeaderResolving, Suspended, Replied, Rework}
