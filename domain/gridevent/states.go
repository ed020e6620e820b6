// Package gridevent is the machine of a grid event (网格事件): its states and the
// transitions E1–E21 of the specification §3.3, the three photos, the stages of a
// disposal, the verification on the spot, and one handling for many reports.
//
// Start with steps.go (the table of everything a person may do), report.go (how an
// event begins) and expiry.go (everything time does).
package gridevent

import (
	"slices"

	"huajie/domain/machine"
)

// The states of §3.3.
const (
	Reported       machine.State = "reported"
	NeedSupplement machine.State = "need_supplement"
	Rejected       machine.State = "rejected"
	Merged         machine.State = "merged"
	SelfClosing    machine.State = "self_closing"
	Dispatched     machine.State = "dispatched"
	Signed         machine.State = "signed"
	ReturnPending  machine.State = "return_pending"
	Disposing      machine.State = "disposing"
	Feedback       machine.State = "feedback"
	Rework         machine.State = "rework"
	Suspended      machine.State = "suspended"
	Closed         machine.State = "closed"
	Converted      machine.State = "converted"
	Voided         machine.State = "voided"
)

// Label is how a state is shown.
type Label struct{ ZH, EN string }

// Labels names every state in both languages.
var Labels = map[machine.State]Label{
	Reported:       {"已上报待审核", "reported, awaiting review"},
	NeedSupplement: {"退回补充", "returned for supplement"},
	Rejected:       {"审核不通过", "rejected"},
	Merged:         {"重复并案", "merged"},
	SelfClosing:    {"自处置待确认", "self-disposed, awaiting confirmation"},
	Dispatched:     {"已转办待签收", "dispatched, awaiting sign-for"},
	Signed:         {"已签收", "signed for"},
	ReturnPending:  {"退回审核", "return under review"},
	Disposing:      {"处置中", "being put right"},
	Feedback:       {"已反馈待核查", "fed back, awaiting verification"},
	Rework:         {"核查不通过返工", "rework"},
	Suspended:      {"挂账", "suspended"},
	Closed:         {"核查通过办结", "closed"},
	Converted:      {"转诉求/吹哨", "converted"},
	Voided:         {"作废", "voided"},
}

// active are the states in which somebody must do something, in the order of a life.
var active = []machine.State{Reported, NeedSupplement, SelfClosing, Dispatched, Signed, ReturnPending, Disposing, Feedback, Rework, Suspended}

// Over tells whether the state is terminal in §3.3.
func Over(s machine.State) bool {
	return slices.Contains([]machine.State{Rejected, Merged, Closed, Converted, Voided}, s)
}

// Final tells whether nothing can happen to the event any more, so that its
// workflow may end.
func Final(c *Event) bool {
	if !Over(c.State) || len(c.Deadlines) > 0 {
		return false
	}
	// A merged report waits for the answer of its master.
	return c.State != Merged || c.MasterOver
}
