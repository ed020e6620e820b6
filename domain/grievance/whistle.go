package grievance

import (
	"huajie/domain/machine"
	"huajie/domain/whistle"
)

// whistleSteps are the case's side of a whistle (§3.8): its township asks for one, and the
// case hears of its end. The whistle itself is a machine of its own.
func whistleSteps() []step {
	blow := step{Action: "blow-whistle", Rule: "W1", ZH: "吹哨", EN: "Blow whistle",
		From: []machine.State{LocalResolving, Dispatched, Signed, Handling, JointResolving, LeaderResolving, Rework},
		Who:  machine.As(inTownship, townOffice), Fields: whistle.CallFields, Guard: guardBlow, Do: do(blowWhistle)}
	return append([]step{blow}, whistle.HeardSteps(active, []machine.State{Closed}, do(whistleOpened), do(whistleEnded))...)
}

// guardBlow: an accusation is not carried to a place for all to see.
func guardBlow(t *machine.Turn[*Case]) error {
	if t.Case.sealed() {
		return refuse("sealed", "§2.3", "检举控告件不得吹哨", "no whistle is blown about an accusation")
	}
	return whistle.MayCall(t.In, t.Case.Area, t.Rules, t.Now)
}

// blowWhistle has a whistle drafted for the case (W1).
func blowWhistle(t turn) error {
	c := t.Case
	effect, err := whistle.Call(t.World, c.No, c.Area, t.Actor, t.In, t.Rules)
	if err != nil {
		return err
	}
	c.Whistles.Know(effect.To, whistle.Drafted)
	t.Record("whistle_asked", "W1").Untold("the whistle itself tells").Cause(effect)
	return nil
}

// whistleOpened hears of a whistle the township drafted for the case by hand.
func whistleOpened(t turn) error {
	t.Case.Whistles.Hear(t.In)
	t.Record("whistle_opened", "W1").Untold("the whistle itself tells")
	return nil
}

// whistleEnded hears how a whistle ended. An answer had to wait for it.
func whistleEnded(t turn) error {
	if err := t.Case.Whistles.HearEnd(t.In); err != nil {
		return err
	}
	t.Record("whistle_ended", "§3.8").Notify("N13", t.desk(t.Case.Owner.Unit)...)
	return nil
}

// noWhistle holds that no whistle still goes on for the case (§3.0: a case waits for its children).
func (c *Case) noWhistle() error {
	if c.Whistles.Open() {
		return refuse("whistle_open", "§3.8", "吹哨尚未结束,不能答复", "a whistle still goes on")
	}
	return nil
}
