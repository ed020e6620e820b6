package whistle

import (
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// Ref is what a case knows of a whistle that grew out of it.
type Ref struct {
	No    string `json:"no"`
	State string `json:"state"` // drafted while it goes on, then how it ended
}

// Open tells whether the whistle still goes on.
func (r Ref) Open() bool { return !Over(machine.State(r.State)) }

// Done tells whether units came and did their work. A whistle that was not approved, was
// called off, or ended with rulings alone has put nothing right.
func (r Ref) Done() bool { return machine.State(r.State) == Evaluated }

// Refs are the whistles that grew out of a case, by number.
type Refs map[string]Ref

// Open tells whether any of them still goes on.
func (r Refs) Open() bool {
	for _, w := range r {
		if w.Open() {
			return true
		}
	}
	return false
}

// Know notes where a whistle stands.
func (r *Refs) Know(no string, state machine.State) {
	if *r == nil {
		*r = Refs{}
	}
	(*r)[no] = Ref{No: no, State: string(state)}
}

// Hear notes what a case has heard of a whistle (HeardSteps).
func (r *Refs) Hear(in form.Input) {
	r.Know(in.Text("whistle"), machine.State(in.Text("whistle_state")))
}

// HearEnd is Hear for the end of a whistle, which the case must have known of.
func (r *Refs) HearEnd(in form.Input) error {
	if _, ok := (*r)[in.Text("whistle")]; !ok {
		return domain.Refuse("unknown_whistle", "§3.8", "没有这张吹哨单", "the case has no such whistle")
	}
	r.Hear(in)
	return nil
}

// HeardSteps are the steps with which a case hears that a whistle was drafted for it by
// hand, and how one ended (§3.8). One that ended is heard of by a case that is over, too.
func HeardSteps[S machine.Subject](active, over []machine.State, opened, ended func(*machine.Turn[S]) error) []machine.Step[S] {
	heard := []form.Field{line("whistle", "吹哨单", "whistle").Need(), line("whistle_state", "状态", "state").Need()}
	return []machine.Step[S]{
		{Action: Opened, Rule: "W1", SystemOnly: true, ZH: "已吹哨", EN: "Whistle opened", From: active, Fields: heard, Do: opened},
		{Action: Ended, Rule: "§3.8", SystemOnly: true, ZH: "吹哨结束", EN: "Whistle ended", From: slices.Concat(over, active), Fields: heard, Do: ended},
	}
}

// MayCall checks the call of a case as the whistle will, so that no case waits for, or ends
// in, one that cannot be. What is not filled in yet is not judged.
func MayCall(in form.Input, area string, rules *machine.Rules, now time.Time) error {
	if !in.Has("kind") {
		return nil
	}
	if faults := CheckCall(in, rules.Org.TownshipOf(area), rules, now); len(faults) > 0 {
		return domain.Invalid(faults...)
	}
	return nil
}

// Call has a whistle drafted for a case, in the name of the officer who asks for it, under
// a number the case knows at once (W1).
func Call(t machine.World, no, area string, by domain.Actor, in form.Input, rules *machine.Rules) (machine.Effect, error) {
	if t.NewNo == "" {
		return machine.Effect{}, domain.Refuse("no_number", "§3.0", "暂无法生成吹哨单号", "no number could be drawn for the whistle")
	}
	draft := form.Input{"township": rules.Org.TownshipOf(area), "case": no, "drafted_by": by.User}
	for name, v := range in {
		draft[name] = v
	}
	return machine.Effect{Kind: machine.EffectBlowWhistle, To: t.NewNo, Input: draft}, nil
}
