package grievance

import (
	"slices"

	"huajie/domain/calendar"
	"huajie/domain/machine"
)

// ofClocks are how the kinds of deadlines begin that follow the two clocks of a case.
var ofClocks = []string{"policy.", "statutory"}

// recount counts what rests on a year without a calendar again, by the one that was published
// (§4.1 calendar.recompute, §6 item 42). A date lies later or where it lay: what was told is not
// taken back. It records nothing where no date of the case was provisional.
func recount(t turn) error {
	c := t.Case
	c.ReturnUntil = t.Wider(c.UnitSince, t.Rules.Policy.ReturnWindow(c.Track), c.ReturnUntil, nil)
	moved, known := t.RecountSteps(ofClocks, c.pausesOf, t.datesFollow)
	law, settled := t.recountStatutory()
	policy, agreed := t.recountPolicy()
	if !moved && !law && !policy && !known && !settled && !agreed {
		return nil
	}
	e := t.Record("recounted", "§4.1 calendar.recompute").Fact("years", t.In.Text("years"))
	if moved || law || policy {
		e.Notify("N19", t.handlers()...).Notify("N19", t.desk(c.Owner.Unit)...)
	}
	if c.State != Replied && (law || policy && c.Statutory == nil) { // the date they were told (N6)
		e.Notify("N19", t.petitioners()...)
	}
	return nil
}

// pausesOf are what a running step is counted with: the outages that move it.
func (c *Case) pausesOf(d machine.Deadline) []calendar.Pause {
	if c.Outlasts(d) {
		return c.Outages
	}
	return nil
}

// recountStatutory counts the clock the petitioner was told by its limit and its extensions.
func (t turn) recountStatutory() (moved, settled bool) {
	c := t.Case
	if c.Statutory == nil || !c.Statutory.Provisional {
		return false, false
	}
	k := *c.Statutory
	due := t.Rules.Calendar.Due(k.Start, k.Limit)
	for _, x := range k.Extensions {
		due = t.Rules.Calendar.Extend(due.At, x.Limit)
	}
	k.Provisional = due.Provisional
	if moved = due.At.After(k.Due); moved {
		k.Due = due.At
	}
	c.Statutory = &k
	if c.State != Replied && k.Due.After(t.Now) {
		t.armStatutory()
	}
	return moved, !k.Provisional
}

// recountPolicy counts the policy clock by its ledger. One that stands still is counted when it
// runs again.
func (t turn) recountPolicy() (moved, settled bool) {
	c := t.Case
	if c.Policy == nil || !c.Policy.Provisional || c.Policy.Due.IsZero() {
		return false, false
	}
	k := *c.Policy
	k.Pauses = slices.Clone(k.Pauses)
	counted := t.counted(k)
	k.Provisional = counted.Provisional
	if moved = counted.Due.After(k.Due); moved {
		k.Due = counted.Due
	}
	t.putClock(k)
	if d, waits := c.Deadlines["policy.red"]; waits {
		d.Provisional = k.Provisional
		t.Set(d)
	}
	return moved, !k.Provisional
}

// counted is where a clock stands by its ledger, within what bounds it.
func (t turn) counted(k Clock) Clock {
	due := t.ledgerDue(k)
	out := Clock{AllThatIsLeft: k.AllThatIsLeft, Due: due.At, Provisional: due.Provisional}
	t.bound(&out)
	return out
}

// datesFollow has what is kept of the date of a step follow it.
func (t turn) datesFollow(_, now machine.Deadline) {
	c := t.Case
	switch now.Kind {
	case "pickup", "triage":
		c.DeskDue = now.At
	case "task":
		k := c.Tasks[now.Ref]
		k.Due = now.At
		c.Tasks[now.Ref] = k
	case "sign":
		t.remindToSign(now)
	}
}
