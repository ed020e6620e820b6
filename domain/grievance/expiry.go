package grievance

import (
	"time"

	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/supervision"
)

// expiries is everything time does to a grievance, by the kind of deadline. A
// kind without a rule here only notes that its limit has passed.
func expiries(m *machine.Machine[*Case]) map[string]func(*machine.Turn[*Case], machine.Deadline) error {
	rules := map[string]func(turn, machine.Deadline) error{
		// the front desk
		supervision.Deadline: func(t turn, d machine.Deadline) error { return supervision.Expire(ladder)(t.Turn, d) },
		"pickup":             alarm("intake_unattended", "G1", dutyLeader),
		"triage.soft":        alarm("triage_slow", "G2", dispatcher),
		"triage":             triageOverdue,
		"triage.decide":      decisionOverdue,
		"unassigned":         assignByCatalogue,
		"accept_notice":      deemAccepted,
		"handover":           offerLapsed,
		"inform":             informMissed,
		"sender":             alarm("sender_silent", "§6 item 21", dispatcher),
		// the unit
		"sign.half":     remindUnit("sign_reminded", "G10"),
		"sign":          autoSign,
		"assign":        unitLate("assign_overdue", "G11"),
		"contact":       contactMissed,
		"return.review": returnLapsed,
		"adjudicate":    adjudicationLate,
		"task":          taskLate,
		"pause.max":     pauseOver,
		"pause.review":  pauseUnreviewed,
		"hangup.review": reviewMissed,
		"hangup.until":  hangUpOver,
		// the policy clock (§4.3)
		"policy.half":   halfUsed,
		"policy.yellow": yellowLight,
		"policy.red":    redLight,
		"policy.grace":  graceOver,
		"policy.fail":   redCard,
		// the statutory clock
		"statutory.countdown": countdown,
		"statutory":           statutoryPassed,
		// the upper levels
		"joint.convene":    alarm("session_overdue", "J1", director, supervisor),
		"leader.designate": leaderByRota,
		"leader.meet":      alarm("meeting_overdue", "§3.2 L3", director, supervisor),
		// after the answer
		"evaluation":    evaluationOver,
		"rework.decide": foundedByDefault,
		"followup":      followUp,
		"archive":       archive,
		"unmerge":       quietly("merge_final", "§2.2"),
		"no_body":       noBodyOver,
	}
	out := map[string]func(*machine.Turn[*Case], machine.Deadline) error{"request": m.ExpireRequest}
	for kind, rule := range rules {
		out[kind] = func(t *machine.Turn[*Case], d machine.Deadline) error { return rule(turn{t}, d) }
	}
	return out
}

type expiry = func(turn, machine.Deadline) error

func quietly(event, rule string) expiry {
	return func(t turn, _ machine.Deadline) error {
		t.Record(event, rule)
		return nil
	}
}

// alarm tells offices of the county centre that a limit passed; the duty stays.
func alarm(event, rule string, roles ...org.Role) expiry {
	return func(t turn, _ machine.Deadline) error {
		t.Record(event, rule).Notify("N20", t.county(roles...)...).Notify("N20", user(t.Case.Owner.User))
		return nil
	}
}

func remindUnit(event, rule string) expiry {
	return func(t turn, _ machine.Deadline) error {
		t.Record(event, rule).Notify("N20", t.desk(t.Case.LeadUnit)...)
		return nil
	}
}

func unitLate(event, rule string) expiry {
	return func(t turn, _ machine.Deadline) error {
		t.Record(event, rule).Notify("N20", t.deskAndHead(t.Case.LeadUnit)...)
		return nil
	}
}

// triageOverdue tells the duty leader, with the unit the duty catalogue proposes
// (G8: auto-assign suggestion). An accusation gets no proposal (§6 item 13).
func triageOverdue(t turn, _ machine.Deadline) error {
	e := t.Record("triage_overdue", "G2").Notify("N20", t.county(dutyLeader, supervisor)...).Notify("N20", user(t.Case.Owner.User))
	if lead, _ := t.suggested(); t.Case.Confidentiality != codes.ConfidentialityAccusation {
		e.Fact("suggested_unit", lead)
	}
	return nil
}

// deemAccepted: without a notice within 15 days the matter counts as accepted,
// and that is a fault (§4.1 statutory.start).
func deemAccepted(t turn, _ machine.Deadline) error {
	c := t.Case
	if c.AcceptedAt.IsZero() {
		c.AcceptedAt, c.AcceptedDeemed = t.Now, true
		c.flag("deemed_accepted")
		t.runStatutory(t.Now)
	}
	t.awaitCatalogue()
	t.Record("deemed_accepted", "§4.1 statutory.start").
		Notify("N6", t.petitioners()...).
		Notify("N20", t.county(dutyLeader, supervisor)...)
	return nil
}

// offerLapsed: an unconfirmed hand-over returns to who gave it (FR6).
func offerLapsed(t turn, _ machine.Deadline) error {
	if t.Case.Offer == nil {
		return nil
	}
	to := t.Case.Offer.Unit
	e := t.fallBack("hand_over_lapsed")
	e.Notify("N20", user(t.Case.Owner.User)).Notify("N20", t.county(dutyLeader)...).Notify("N20", t.head(to)...)
	return nil
}

// autoSign: who does not sign in time has signed, late (视同签收, §4.4 sign.auto).
// Where the policy does without, the unit and its head are reminded again and again;
// the clock runs all the same (I10).
func autoSign(t turn, _ machine.Deadline) error {
	if !t.Rules.Policy.Bool("sign.auto") {
		t.Start("sign", t.Rules.Policy.SignLimit(t.Case.Urgency), machine.Deadline{Duty: true, Unit: t.Case.LeadUnit})
		t.blame("late_sign")
		t.Record("sign_overdue", "G10").Because("S01").Notify("N20", t.deskAndHead(t.Case.LeadUnit)...)
		return nil
	}
	t.sign("", !t.Blameless())
	t.blame("late_sign")
	t.Record("auto_signed", "G10").Because("S01").
		Notify("N20", t.deskAndHead(t.Case.LeadUnit)...)
	return nil
}

// contactMissed marks that nobody reached the petitioner in time (G12, S02).
func contactMissed(t turn, _ machine.Deadline) error {
	t.blame("contact_missed")
	t.supervise("yellow_card")
	t.Record("contact_missed", "G12").Because("S02").
		Notify(t.card(), t.head(t.Case.LeadUnit)...).Fact("cause", "S02")
	return nil
}

// returnLapsed: a return nobody decided is rejected (G14).
func returnLapsed(t turn, _ machine.Deadline) error { return t.backToWork("return_lapsed") }

// adjudicationLate: after the director the county leader decides within a day;
// after that the centre takes the case (G16, G21).
func adjudicationLate(t turn, _ machine.Deadline) error {
	c := t.Case
	if c.AdjudicateByLeader {
		return escalateL2(t, "T02")
	}
	c.AdjudicateByLeader = true
	t.Start("adjudicate", t.Rules.Policy.Limit("adjudicate.leader"), machine.Deadline{Duty: true, Unit: t.centre()})
	e := t.Record("adjudication_passed_on", "G17").Notify("N20", t.county(director, supervisor)...)
	if name, ok := t.Rules.Org.LeaderOnRota(c.County, t.Now); ok {
		e.Notify("N8", user(name))
	}
	return nil
}

func taskLate(t turn, d machine.Deadline) error {
	k := t.Case.Tasks[d.Ref]
	k.Late, k.Spared = !t.Blameless(), t.Blameless()
	t.Case.Tasks[d.Ref] = k
	t.supervise("reminded")
	t.Record("task_overdue", "§4.4 assist").
		Notify("N20", t.deskAndHead(k.Unit)...).
		Notify("N20", t.desk(t.Case.LeadUnit)...)
	return nil
}

func pauseOver(t turn, _ machine.Deadline) error {
	t.closePause()
	t.Record("clock_resumed", "§4.1 policy.pause_reasons").Notify("N20", t.handlers()...)
	return nil
}

// pauseUnreviewed reminds of a pause that has no end of its own.
func pauseUnreviewed(t turn, _ machine.Deadline) error {
	t.awaitPauseReview()
	t.Record("pause_unreviewed", "§4.1 policy.pause_reasons").
		Notify("N20", t.deskAndHead(t.Case.LeadUnit)...).
		Notify("N20", t.county(director)...)
	return nil
}

// reviewMissed: a hang-up without its review ends, with a yellow card (§4.5).
func reviewMissed(t turn, _ machine.Deadline) error {
	t.supervise("yellow_card")
	t.resumeNow("review_missed").
		Notify(t.card(), t.head(t.Case.LeadUnit)...).Fact("cause", "S03")
	return nil
}

// hangUpOver ends a hang-up; one that has used its whole time goes to the
// centre (G20).
func hangUpOver(t turn, _ machine.Deadline) error {
	t.resumeNow("resumed").Notify("N20", t.deskAndHead(t.Case.LeadUnit)...)
	if t.Case.hungUp() >= t.Rules.Policy.Limit("hangup.max.total").Nominal() {
		return escalateL2(t, "T01")
	}
	return nil
}

func halfUsed(t turn, _ machine.Deadline) error {
	e := t.Record("half_used", "§4.3 warn.first").Notify("N20", t.handlers()...)
	if len(t.Case.Handlers) == 0 {
		e.Notify("N20", t.desk(t.Case.Owner.Unit)...)
	}
	return nil
}

func yellowLight(t turn, _ machine.Deadline) error {
	if k := t.Case.Policy; !machine.Touched(machine.Deadline{Start: k.Start, At: t.Now, Limit: k.Limit}, t.Case.Outages) {
		t.supervise("reminded")
	}
	t.Record("light_yellow", "§4.3 warn.yellow").
		Notify("N20", t.handlers()...).
		Notify("N20", t.deskAndHead(t.Case.Owner.Unit)...)
	return nil
}

// redLight: the due date has passed. After the grace the case climbs (§4.3).
func redLight(t turn, d machine.Deadline) error {
	c, pol := t.Case, t.Rules.Policy
	climbAt := t.climbsAt(t.Now, nil)
	if c.Level == L3 {
		t.supervise("red_card")
	} else {
		t.Set(machine.Deadline{ID: "policy.grace", At: climbAt, Unit: d.Unit})
	}
	t.Start("policy.fail", pol.Limit("escalate.fail"), machine.Deadline{Unit: d.Unit})
	e := t.Record("overdue", "§4.3 warn.red").Because("S03").
		Notify("N20", t.handlers()...).
		Notify("N20", t.deskAndHead(c.Owner.Unit)...).
		Notify("N20", t.county(dispatcher, supervisor)...)
	if c.Level == L3 { // G24: the city is told, the lead unit gets a red card
		e.Notify("N20", t.city()...).Notify(t.card(), t.head(c.LeadUnit)...).Fact("cause", "S03")
	}
	return nil
}

// climbsAt is when a case goes up a level that turned red at a moment: after the grace.
// Emergencies and urgent matters know none.
func (t turn) climbsAt(red time.Time, pauses []calendar.Pause) time.Time {
	grace := t.Rules.Policy.Grace(t.Case.Urgency)
	if grace.IsZero() {
		return red
	}
	due, _ := t.Rules.Calendar.DuePaused(red, grace, pauses)
	return due.At
}

// graceOver lifts the case one level (G21, G23, G27): L0 to the unit, the unit
// to the centre, the centre to the county leader.
func graceOver(t turn, _ machine.Deadline) error {
	switch c := t.Case; {
	case c.Level == L0 && c.State == LocalResolving:
		return reportUpNow(t, "T01", "")
	case c.Level == L0, c.Level == L1: // in rework the centre takes it
		return escalateL2(t, "T01")
	case c.Level == L2:
		return escalateL3(t, "T01", "", "G23")
	}
	return nil
}

// redCard is what follows a red light that stays. L3 is the end of the chain: nothing
// lifts the case further, so the city is told again and again.
func redCard(t turn, d machine.Deadline) error {
	if t.Case.Level == L3 {
		t.Start("policy.fail", t.Rules.Policy.Limit("escalate.fail"), machine.Deadline{Duty: true, Unit: d.Unit})
		if d.Duty { // it has come round again
			t.Record("still_overdue", "§4.3 escalate.fail").Notify("N20", t.county(director)...).Notify("N20", t.city()...)
			return nil
		}
	}
	t.supervise("red_card")
	t.Record("red_card", "§4.3 escalate.fail").Because("S03").
		Notify(t.card(), t.head(t.Case.LeadUnit)...).
		Notify(t.card(), t.county(director, supervisor)...).Fact("cause", "S03")
	return nil
}

func countdown(t turn, d machine.Deadline) error {
	t.Record("statutory_countdown", "§4.3 statutory.countdown").
		Notify("N20", t.handlers()...).
		Notify("N20", t.deskAndHead(t.Case.Owner.Unit)...).Fact("left", d.Limit.String())
	return nil
}

// statutoryPassed: the law's date has gone by. It moves nothing, it is told
// upward (§4.3).
func statutoryPassed(t turn, _ machine.Deadline) error {
	t.Case.flag("statutory_overdue")
	t.supervise("red_card")
	t.Record("statutory_overdue", "XF §34").
		Notify("N20", t.county(director)...).
		Notify("N20", t.city()...).
		Notify(t.card(), t.head(t.Case.LeadUnit)...).Fact("cause", "S03")
	return nil
}

// leaderByRota names the leader whose turn it is when nobody else did (G23).
func leaderByRota(t turn, _ machine.Deadline) error {
	name, ok := t.Rules.Org.LeaderOnRota(t.Case.County, t.Now)
	if !ok {
		t.Start("leader.designate", t.Rules.Policy.DesignateLimit(t.Case.Risk == "red"), machine.Deadline{Duty: true, Unit: t.centre()})
		t.Record("leader_missing", "G23").Notify("N20", t.county(director, supervisor)...)
		return nil
	}
	t.nameLeader(name, "leader_by_rota")
	return nil
}

// evaluationOver closes what nobody rated; unrated is not satisfied (§4.9).
func evaluationOver(t turn, _ machine.Deadline) error {
	t.Case.Evaluation = &Evaluation{Rating: "unrated", At: t.Now, By: "system"}
	t.close("unrated", "evaluation_lapsed", "G28")
	return nil
}

func foundedByDefault(t turn, _ machine.Deadline) error { return reworkNow(t, "founded") }

// followUp asks for the visit after a red or orange case (§4.2).
func followUp(t turn, _ machine.Deadline) error {
	t.Record("follow_up_due", "§4.2 risk").Notify("N20", at(t.townshipCentre(), townOffice, townLeader)...)
	return nil
}

// archive files a closed case once its checklist is complete (G36, §3.10);
// otherwise the dispatcher is told and the limit starts again.
func archive(t turn, _ machine.Deadline) error {
	if missing := t.Case.Unmet(); len(missing) > 0 {
		t.Start("archive", t.Rules.Policy.Limit("archive.limit"), machine.Deadline{})
		t.Record("archive_blocked", "§3.10").Notify("N20", t.county(dispatcher)...)
		return nil
	}
	var visit time.Time
	for _, d := range t.Case.Pending() {
		if d.Kind == "followup" {
			visit = d.At
		}
	}
	if !visit.IsZero() { // the last visit still due comes first
		t.Set(machine.Deadline{ID: "archive", At: visit.Add(time.Second)})
		t.Record("archive_waits", "G36")
		return nil
	}
	t.To(Archived)
	t.leadFollowers()
	t.Record("archived", "G36").Untold("told_when_closed")
	return nil
}

// blame flags the case with a fault of the unit, unless its limit passed while
// the system was away (§6 items 44, 95).
func (t turn) blame(flag string) {
	if !t.Blameless() {
		t.Case.flag(flag)
	}
}

// card is the notice that brings a card: a plain warning when none is raised
// because the system was away.
func (t turn) card() string {
	if t.Blameless() {
		return "N20"
	}
	return "N21"
}

// supervise raises the supervision mark; it never sinks, and is not raised for a
// limit that passed while the system was away.
func (t turn) supervise(mark string) {
	if t.Blameless() {
		return
	}
	t.Case.Supervision = supervision.Raise(t.Case.Supervision, mark)
}

// city are the city's supervisors, above the counties.
func (t turn) city() []machine.Recipient { return at(t.Rules.Org.Root(), citySupervisor) }
