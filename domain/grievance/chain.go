package grievance

import (
	"time"

	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/machine"
)

// Level is a step of the resolution chain (§3.2). One case number goes all the
// way; going up is recorded with its reason.
type Level = codes.Level

// The four levels.
const (
	L0 = codes.LevelLocal  // resolved locally: community, township or street
	L1 = codes.LevelUnit   // the unit that holds the authority
	L2 = codes.LevelJoint  // centre-led joint handling
	L3 = codes.LevelLeader // led by a named county leader
)

// Levels is the chain from the ground up, with who owns the case on each.
var Levels = []struct {
	Level  Level
	ZH, EN string
	Owner  string
}{
	{L0, "村(社区)/乡(街)就地化解", "resolved locally", "township centre"},
	{L1, "事权单位化解", "resolved by the unit holding the authority", "lead unit"},
	{L2, "中心牵头联合化解", "centre-led joint resolution", "centre director"},
	{L3, "县(区)领导牵头化解", "led by a county leader", "named county leader"},
}

// resolvingState is where a case stands while its level works on it.
var resolvingState = map[Level]machine.State{L0: LocalResolving, L1: Handling, L2: JointResolving, L3: LeaderResolving}

// petition tells whether the case has the statutory 60-day clock (XF §34).
func (c *Case) petition() bool { return c.Track == codes.TrackPetition }

// stay gives the present stay on the chain.
func (c *Case) stay() *Stay {
	if len(c.Stays) == 0 {
		return nil
	}
	return &c.Stays[len(c.Stays)-1]
}

// everyone gives the units that ever took part, with one more.
func (c *Case) joins(units ...string) {
	for _, u := range units {
		if u != "" && !contains(c.Units, u) {
			c.Units = append(c.Units, u)
		}
	}
}

// owns hands the case to a new owner at once.
func (c *Case) owns(o Owner) {
	c.Owner, c.Offer = o, nil
	c.joins(o.Unit)
}

// keeps leaves a unit on the case as assisting unit until closing (§3.2 c).
func (c *Case) keeps(unit string) {
	if unit != "" && unit != c.Owner.Unit && unit != c.LeadUnit && !contains(c.AssistUnits, unit) {
		c.AssistUnits = append(c.AssistUnits, unit)
	}
}

// release ends the first responder's duty: the next owner has confirmed (FR6).
func (t turn) release() {
	if t.Case.ReleasedAt.IsZero() {
		t.Case.ReleasedAt = t.Now
	}
}

// climb enters a level: the stay before it ends, the budget of the new one
// begins, and with it the policy clock.
//
// Budgets of levels follow one another from the first dispatch, so days a
// level leaves unused flow to the next and a late entry shrinks what follows.
// The statutory date is a ceiling that never moves (§3.2 a).
func (t turn) climb(to Level, owner Owner, trigger string) {
	c := t.Case
	before, from := c.Level, c.Owner.Unit
	if s := c.stay(); s != nil && s.Left.IsZero() {
		s.Left = t.Now
	}
	c.owns(owner)
	if before != "" {
		c.keeps(from)
	}
	c.Level = to
	budget := t.budget(to)
	k := t.follow(budget)
	k.AllThatIsLeft = to == L3
	c.Stays = append(c.Stays, Stay{Level: to, Entered: t.Now, Budget: budget, Trigger: trigger, Owner: owner})
	t.runPolicy(k, budget)
}

// follow is the clock of a budget that comes after the one before it.
func (t turn) follow(budget calendar.Limit) Clock {
	k, last := Clock{Start: t.Now, Limit: budget}, t.Case.Policy
	if last == nil || t.Case.stay() == nil || budget.Class().Hours() {
		return k // an hours' limit counts from the moment the matter arrives
	}
	k.Pauses = closePauses(last, t.Now)
	if sum, ok := last.Limit.Plus(budget); ok {
		k.Start, k.Limit, k.Extensions = last.Start, sum, granted(last.Extensions)
	} else if !last.Due.IsZero() {
		k.Start = last.Due
	}
	return k
}

// granted are the extensions somebody approved, which stay added whatever level
// the case is on; a least time given once belongs to that moment only.
func granted(all []calendar.Extension) []calendar.Extension {
	var out []calendar.Extension
	for _, x := range all {
		if !x.Limit.IsZero() {
			out = append(out, x)
		}
	}
	return out
}

// reclock gives the unit the limit of a new urgency (§4.2): a pressing one from
// now, any other from the day the case came to the level. What is overdue stays
// overdue.
func (t turn) reclock() {
	c := t.Case
	k, s := c.Policy, c.stay()
	if c.Level != L1 || k == nil || s == nil || !t.Now.Before(k.Due) {
		return // a paused clock has no due date and is left alone, too
	}
	budget := t.budget(L1)
	if budget == s.Budget {
		return
	}
	fresh := Clock{Start: s.Entered, Limit: budget, Pauses: k.Pauses, Extensions: granted(k.Extensions)}
	if budget.Class().Hours() {
		fresh.Start = t.Now
	}
	s.Budget = budget
	t.runPolicy(fresh, budget)
	if sign, waiting := c.Deadlines["sign"]; waiting {
		if limit := t.Rules.Policy.SignLimit(c.Urgency); t.Rules.Calendar.Due(t.Now, limit).At.Before(sign.At) {
			t.Clear("sign.half")
			t.Start("sign", limit, machine.Deadline{Duty: true, Unit: c.LeadUnit})
		}
	}
}

// liftAtOnce takes a red or major mass matter to the centre without waiting (§3.2 L2,
// §4.2 risk colour), from wherever somebody below is working on it.
func (t turn) liftAtOnce() error {
	c := t.Case
	switch c.State {
	case Suspended:
		if c.Risk == "red" {
			t.resumeNow("resumed")
		}
	default:
		if !contains(below, string(c.State)) {
			return nil
		}
	}
	switch {
	case c.Level != L0 && c.Level != L1:
		return nil
	case c.Risk == "red":
		return escalateL2(t, codes.TriggerRedRisk)
	case c.State != Suspended && c.Scale == string(codes.ScaleMajor): // a group of five to 29 is for the dispatcher to judge (T07)
		return escalateL2(t, codes.TriggerScale)
	}
	return nil
}

// budget is the time a level has: the general or petition budgets of §3.2, at L1
// the limit of §4.2 by track and urgency, and for a dispute at L0 the time of a
// mediation (G26).
func (t turn) budget(l Level) calendar.Limit {
	if l == L0 && t.Case.Track == codes.TrackDispute {
		return t.Rules.Policy.Limit("local.mediation")
	}
	return t.Rules.Policy.LevelLimit(t.Case.Track, l, t.Case.Urgency)
}

// runPolicy starts a policy clock. At least so much (or one working day, where
// that is less) remains from now, so that no level begins already late; nothing
// goes beyond the statutory date or the date a sender has set.
func (t turn) runPolicy(k Clock, atLeast calendar.Limit) {
	cal := t.Rules.Calendar
	due, _ := cal.DuePaused(k.Start, k.Limit, k.Pauses)
	for _, x := range granted(k.Extensions) {
		due, _ = cal.ExtendPaused(due.At, x.Limit, k.Pauses)
	}
	k.Due, k.Provisional = later(due.At, k.HeldDue), due.Provisional
	k.HeldDue = time.Time{}
	if !atLeast.IsZero() {
		if minimum := cal.Due(t.Now, t.least(atLeast)); k.Due.Before(minimum.At) {
			k.Extensions = append(k.Extensions, calendar.Extension{At: t.Now, From: k.Due, To: minimum.At, By: t.Actor.User, Reason: "minimum"})
			k.Due, k.Provisional = minimum.At, minimum.Provisional
		}
	}
	t.bound(&k)
	t.Case.Policy = &k
	t.armPolicy()
}

// bound keeps a due date within the statutory date and the date a sender has set.
func (t turn) bound(k *Clock) {
	if s := t.Case.Statutory; s != nil && s.Due.After(t.Now) && (k.AllThatIsLeft || k.Due.After(s.Due)) {
		k.Due, k.Provisional = s.Due, s.Provisional
	}
	if i := t.Case.InheritedDue; i.After(t.Now) && k.Due.After(i) {
		k.Due = i
	}
}

// least is the shortest time a level or a new unit is given: one working day
// (§4.4 clock.on_return), or its own limit where that is shorter.
func (t turn) least(own calendar.Limit) calendar.Limit {
	floor := t.Rules.Policy.Limit("return.clock_min")
	if t.Rules.Calendar.Due(t.Now, floor).At.Before(t.Rules.Calendar.Due(t.Now, own).At) {
		return floor
	}
	return own
}

// armPolicy sets the warnings of the policy clock (§4.3): half used, yellow,
// red, the grace after which the case climbs, and the red card.
func (t turn) armPolicy() {
	t.disarmPolicy()
	k := t.Case.Policy
	if k == nil || k.Due.IsZero() {
		return
	}
	cal, pol := t.Rules.Calendar, t.Rules.Policy
	if s := t.Case.stay(); s != nil && s.Left.IsZero() {
		s.Due = k.Due
	}
	class := k.Limit.Class()
	k.YellowAt = t.yellow(k)
	unit := t.Case.Owner.Unit
	if half := cal.Fraction(k.Start, k.Due, class, pol.Percent("warn.first"), 100); half.After(t.Now) {
		t.Set(machine.Deadline{ID: "policy.half", Kind: "policy.half", At: half, Unit: unit})
	}
	if k.YellowAt.After(t.Now) {
		t.Set(machine.Deadline{ID: "policy.yellow", At: k.YellowAt, Unit: unit})
	}
	t.Set(machine.Deadline{ID: "policy.red", At: later(k.Due, t.Now), Start: k.Start, Limit: k.Limit, Provisional: k.Provisional, Duty: true, Unit: unit})
}

func (t turn) disarmPolicy() {
	t.Clear("policy.half", "policy.yellow", "policy.red", "policy.grace", "policy.fail")
}

// yellow is when the light turns yellow: 80 % used or one working day left,
// whichever comes first; 75 % for limits of ten days and more (§4.3).
func (t turn) yellow(k *Clock) time.Time {
	cal, pol := t.Rules.Calendar, t.Rules.Policy
	at := cal.Fraction(k.Start, k.Due, k.Limit.Class(), pol.YellowPercent(k.Limit), 100)
	left := cal.Before(k.Due, pol.Limit("warn.yellow.left"))
	if left.After(k.Start) && left.Before(at) {
		at = left
	}
	return at
}

// runStatutory starts the clock that is quoted to the petitioner and that
// nothing but the one approved extension moves (§0.4, XF §34).
func (t turn) runStatutory(start time.Time) {
	c := t.Case
	if c.Statutory != nil {
		return
	}
	limit, ok := t.Rules.Policy.StatutoryLimit(c.Track)
	if !ok {
		return
	}
	due := t.Rules.Calendar.Due(start, limit)
	c.Statutory = &Clock{Start: start, Limit: limit, Due: due.At, Provisional: due.Provisional}
	t.armStatutory()
}

// armStatutory sets the countdown of the statutory clock: 15, 7, 3 and 1
// calendar days before, and the day itself.
func (t turn) armStatutory() {
	k := t.Case.Statutory
	for _, l := range t.Rules.Policy.Limits("statutory.countdown") {
		id := "statutory." + l.String()
		t.Clear(id)
		if at := t.Rules.Calendar.Before(k.Due, l); at.After(t.Now) {
			t.Set(machine.Deadline{ID: id, Kind: "statutory.countdown", At: at, Limit: l})
		}
	}
	t.Set(machine.Deadline{ID: "statutory", At: later(k.Due, t.Now), Start: k.Start, Limit: k.Limit, Provisional: k.Provisional, Duty: true})
}

// stopClocks ends both clocks: the case has been answered or is over.
func (t turn) stopClocks() {
	t.disarmPolicy()
	t.Clear("statutory")
	for _, d := range t.Case.Pending() {
		if d.Kind == "statutory.countdown" {
			t.Clear(d.ID)
		}
	}
}

func closePauses(k *Clock, at time.Time) []calendar.Pause {
	if k == nil {
		return nil
	}
	pauses := append([]calendar.Pause(nil), k.Pauses...)
	for i := range pauses {
		if pauses[i].To.IsZero() {
			pauses[i].To = at
		}
	}
	return pauses
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
