package grievance

import (
	"slices"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/policy"
)

var suspendFields = []form.Field{code("reason_code", "挂账理由", "reason", "hangup_reason").Need(), text("milestones", "节点计划", "milestones").Need(),
	date("until", "挂账至", "until").Need(), interimMeasures.Need()}

var interimMeasures = text("interim_measures", "过渡措施", "interim measures")

// suspendFieldsFor demands interim measures where the policy does (§4.5 hangup.interim).
func suspendFieldsFor(t *machine.Turn[*Case]) []form.Field {
	if pol := t.Rules.Policy; !pol.Known() || pol.Bool("hangup.interim") {
		return suspendFields
	}
	return append(slices.Clone(suspendFields[:len(suspendFields)-1]), interimMeasures)
}

// hangUpUntil is the end of a hang-up asked for: the end of that day.
func hangUpUntil(t *machine.Turn[*Case]) time.Time {
	return t.In.Time("until", calendar.Zone).AddDate(0, 0, 1)
}

// suspendSigners: up to 90 days the director, longer the county leader; above the
// unit's quota a supervisor must review (§4.5 hangup.max, hangup.quota).
func suspendSigners(t *machine.Turn[*Case]) []machine.Who {
	director90 := t.Rules.Calendar.Due(asked(t), t.Rules.Policy.Limit("hangup.max.director")).At
	if hangUpUntil(t).After(director90) {
		return machine.As(inCounty, countyLeader)
	}
	return machine.As(inCounty, director, countyLeader)
}

// guardSuspend keeps a hang-up from hiding lateness (§6 item 51).
func guardSuspend(t *machine.Turn[*Case]) error {
	c, pol := t.Case, t.Rules.Policy
	until := hangUpUntil(t)
	total := t.Rules.Calendar.Due(t.Now, pol.Limit("hangup.max.total")).At.Add(-c.hungUp())
	switch why := t.In.Text("reason_code"); {
	case why != "" && !pol.Lists("hangup.reasons", why):
		return fault("reason_code", "not_a_ground", "该理由不能挂账", "this is no ground to hang a case up")
	case c.Policy != nil && !c.Policy.Due.IsZero() && !t.Now.Before(c.Policy.Due) && t.By.Role != supervisor && t.AskedAt.IsZero():
		return refuse("suspend_after_red", "§6 item 51", "超期后只能由督办员提请挂账", "after the red light only a supervisor may ask for it")
	case !until.After(asked(t).AddDate(0, 0, 1)) || !until.After(t.Now):
		return fault("until", "past", "挂账期限应晚于今天", "must lie after today")
	case until.After(total.AddDate(0, 0, 1)):
		return fault("until", "range", "挂账期限超过最长期限", "is beyond the longest hang-up allowed")
	}
	if q := t.World.HangUps; t.By.Role != supervisor && t.AskedAt.IsZero() && q.Due > 0 &&
		!policy.Within(pol.Percent("hangup.quota"), q.Suspended, q.Due) {
		return refuse("hangup_quota", "§4.5 hangup.quota", "本单位本季度挂账比例已达上限,须由督办员提请", "the unit's quota is used; a supervisor must ask")
	}
	return nil
}

// hungUp is how long the case has been hung up already (§4.5 hangup.max: 180
// days in all).
func (c *Case) hungUp() time.Duration {
	var sum time.Duration
	if c.Policy != nil {
		for _, p := range c.Policy.Pauses {
			if p.Reason == hangUp && !p.To.IsZero() {
				sum += p.To.Sub(p.From)
			}
		}
	}
	return sum
}

// hangUp is the reason a hang-up pauses the policy clock with.
const hangUp = "hang_up"

// suspend hangs the case up (G19). The policy clock pauses; on the petition
// track the statutory one goes on and a reply stays due.
func suspend(t turn) error {
	c := t.Case
	t.closePause() // one pause at a time: the hang-up takes over
	t.openPause(hangUp, t.Actor.User)
	c.Suspension = &Suspension{Since: t.Now, Until: hangUpUntil(t.Turn), Reason: t.In.Text("reason_code"), Approver: t.Actor.User}
	t.armReview()
	t.Set(machine.Deadline{ID: "hangup.until", At: c.Suspension.Until, Start: t.Now, Unit: c.LeadUnit})
	t.To(Suspended)
	t.Record("suspended", "G19").Notify("N12", t.petitioners()...)
	return nil
}

func (t turn) armReview() {
	d := t.Start("hangup.review", t.Rules.Policy.Limit("hangup.review"), machine.Deadline{Duty: true, Unit: t.Case.LeadUnit})
	t.Case.Suspension.ReviewBy = d.At
	if !d.At.Before(t.Case.Suspension.Until) {
		t.Clear("hangup.review")
	}
}

func reviewSuspension(t turn) error {
	t.armReview()
	t.Record("suspension_reviewed", "§4.5 hangup.review").Notify("N13", t.county(dispatcher)...)
	return nil
}

// resume brings a suspended case back to its unit (G20).
func resume(t turn) error {
	t.resumeNow("resumed")
	return nil
}

func (t turn) resumeNow(event string) *machine.Event {
	t.Clear("hangup.review", "hangup.until")
	t.Case.Suspension = nil
	t.closePause()
	t.To(Handling)
	t.awaitHandler()
	return t.Record(event, "G20").Notify("N12", t.petitioners()...)
}
