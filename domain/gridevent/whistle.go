package gridevent

import (
	"time"

	"huajie/domain/machine"
	"huajie/domain/whistle"
)

// whistleSteps are the event's side of a whistle (§3.8). It hears of one its township
// drafted for it, as E14 suggests, and of its end; its own loop goes on meanwhile. Or it
// becomes a whistle itself (E18), and comes back to its platform if that comes to nothing.
func whistleSteps() []step {
	become := step{Action: "convert-to-whistle", Rule: "E18", ZH: "转吹哨", EN: "Convert to a whistle",
		From: convertible, Who: machine.As(onArea, admin, townOffice), Fields: whistle.CallFields, Guard: guardWhistle, Do: do(convertToWhistle)}
	return append([]step{become}, whistle.HeardSteps(active, []machine.State{Closed, Converted}, do(whistleOpened), do(whistleEnded))...)
}

// guardWhistle: one whistle at a time.
func guardWhistle(t *machine.Turn[*Event]) error {
	if t.Case.Whistles.Open() {
		return refuse("whistle_open", "E18", "已有吹哨尚未结束", "a whistle goes on for it already")
	}
	return whistle.MayCall(t.In, t.Case.Area, t.Rules, t.Now)
}

// convertToWhistle calls the units to the place together; what they do there answers the
// event (E18).
func convertToWhistle(t turn) error {
	c := t.Case
	effect, err := whistle.Call(t.World, c.No, c.Area, t.Actor, t.In, t.Rules)
	if err != nil {
		return err
	}
	c.Whistles.Know(effect.To, whistle.Drafted)
	t.Cause(effect)
	t.becomes(effect.To, "converted_to_whistle", "E18", "decided")
	return nil
}

// whistleOpened hears of a whistle the township drafted for the event.
func whistleOpened(t turn) error {
	t.Case.Whistles.Hear(t.In)
	t.Record("whistle_opened", "W1").Untold("the whistle itself tells")
	return nil
}

// whistleEnded hears how a whistle ended.
func whistleEnded(t turn) error {
	c := t.Case
	if err := c.Whistles.HearEnd(t.In); err != nil {
		return err
	}
	if c.State == Converted && c.Converted == t.In.Text("whistle") {
		t.answeredByWhistle()
		return nil
	}
	e := t.Record("whistle_ended", "§3.8").Notify("N13", at(t.township(), townOffice)...)
	if lead := c.LeadUnit; lead != "" {
		e.Notify("N13", t.counter(lead)...)
	}
	return nil
}

// answeredByWhistle tells the reporter what the whistle brought. One that was not approved,
// or called off, has put nothing right: the event is back with its platform, and the
// limits of whoever gets it next begin anew.
func (t turn) answeredByWhistle() {
	if t.Case.whistled() {
		t.Start("rating", t.Rules.Policy.Limit("event.reopen.window"), machine.Deadline{})
		t.tellFollowers(t.Record("whistle_done", "E18").Notify("N23", t.reporter()).Notify("N13", t.desk()...))
		return
	}
	c := t.Case
	c.Converted, c.LeadUnit, c.Handlers = "", "", nil
	c.DispatchedAt, c.ReworkLimit, c.Stages, c.Pauses, c.Disposal = time.Time{}, time.Time{}, nil, nil, nil
	c.owns(Owner{Unit: t.centre()})
	t.reopened(Reported)
	t.owe()
	t.tellFollowers(t.Record("whistle_failed", "E18").Notify("N20", t.desk()...))
}

// whistled tells whether the event became a whistle for which units came and worked.
func (c *Event) whistled() bool { return c.Whistles[c.Converted].Done() }
