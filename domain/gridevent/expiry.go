package gridevent

import (
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/supervision"
)

// expiries is everything time does to an event, by the kind of deadline.
func expiries(m *machine.Machine[*Event]) map[string]func(*machine.Turn[*Event], machine.Deadline) error {
	rules := map[string]func(turn, machine.Deadline) error{
		supervision.Deadline: func(t turn, d machine.Deadline) error { return supervision.Expire(ladder)(t.Turn, d) },
		"review":             reviewOverdue,
		"supplement":         supplementMissing,
		"photos":             photosMissing,
		"self.confirm":       selfUnchecked,
		"sign":               autoSign,
		"return.review":      func(t turn, _ machine.Deadline) error { return t.backToUnit("return_lapsed") },
		"stage.yellow":       stageYellow,
		"stage":              stageOverdue,
		"whistle":            whistleCalledFor,
		"card.yellow":        func(t turn, _ machine.Deadline) error { t.card("yellow_card"); return nil },
		"card.red":           redCard,
		"verify":             notVerified,
		"rework":             reworkOverdue,
		"hangup.review":      hangUpOver("review_missed"),
		"hangup.until":       hangUpOver("resumed"),
		"root_cause":         rootCauseOverdue,
		"boundary":           boundaryOverdue,
		"unmerge":            quietly("merge_final", "E5"),
		"rating":             quietly("rating_window_over", "R71"),
		"reopen":             quietly("reopen_window_over", "E20"),
		withholding:          forGood,
	}
	out := map[string]func(*machine.Turn[*Event], machine.Deadline) error{"request": m.ExpireRequest}
	for kind, rule := range rules {
		out[kind] = func(t *machine.Turn[*Event], d machine.Deadline) error { return rule(turn{t}, d) }
	}
	return out
}

func quietly(event, rule string) func(turn, machine.Deadline) error {
	return func(t turn, _ machine.Deadline) error {
		t.Record(event, rule).Untold("nothing_to_do")
		return nil
	}
}

// reviewOverdue: the next reviewer and the duty leader are told, again and again; an
// emergency goes to whoever must act without anybody's leave (E2). Where nobody is
// named for the kind, the duty leader must choose.
func reviewOverdue(t turn, d machine.Deadline) error {
	c := t.Case
	t.blame("late_review")
	if lead := c.Suggested; c.emergency() && lead != "" {
		t.send(lead, "forwarded_unreviewed", "E2").Notify("N20", t.county(dutyLeader, admin)...)
		return nil
	}
	due, yellow := c.Due, c.YellowAt
	t.Start("review", t.Rules.Policy.EventReview(c.Urgency), machine.Deadline{Duty: true, Unit: d.Unit})
	c.Due, c.YellowAt = due, yellow // late since the first
	t.Record("review_overdue", "E2").Notify("N20", t.county(admin, dutyLeader)...)
	return nil
}

func supplementMissing(t turn, _ machine.Deadline) error {
	t.Case.Rejected = "no_supplement"
	t.end(Rejected)
	t.tellFollowers(t.Record("supplement_lapsed", "E4").Notify("N23", t.reporter()))
	return nil
}

// photosMissing marks an emergency whose photos never came (§6 item 72).
func photosMissing(t turn, _ machine.Deadline) error {
	t.blame("photos_not_supplied")
	t.Record("photos_overdue", "§6 item 72").Notify("N20", t.reporter()).Notify("N20", t.desk()...)
	return nil
}

// selfUnchecked: nobody has looked. One that was drawn is asked for once more; then
// it is closed, and counts as unchecked (E7).
func selfUnchecked(t turn, d machine.Deadline) error {
	if t.Case.Sampled && d.Ref == "" {
		t.blame("sample_late")
		t.Start("self.confirm", t.Rules.Policy.Limit("event.self.confirm"), machine.Deadline{Duty: true, Unit: d.Unit, Ref: "again"})
		t.Record("sample_overdue", "E7").Notify("N20", t.county(admin, dutyLeader)...)
		return nil
	}
	t.closeAs(ClosedUnchecked, "self_unchecked", "E7")
	return nil
}

// autoSign: who does not sign in time has signed, late (E9).
func autoSign(t turn, _ machine.Deadline) error {
	t.sign("", !t.Blameless())
	t.blame("late_sign")
	t.Record("auto_signed", "E9").Because("S01").Notify("N20", t.counter(t.Case.LeadUnit)...).Notify("N20", t.head(t.Case.LeadUnit)...)
	return nil
}

func stageYellow(t turn, _ machine.Deadline) error {
	t.supervise("reminded")
	t.Record("stage_yellow", "E14").Notify("N20", t.handlers()...).Notify("N20", t.counter(t.Case.LeadUnit)...)
	return nil
}

// stageOverdue: the stage turns red (E13). After half as much time again a whistle is
// called for (E14), and cards follow as on every case (§4.7).
func stageOverdue(t turn, d machine.Deadline) error {
	c, cal, pol := t.Case, t.Rules.Calendar, t.Rules.Policy
	if s := c.stage(); s != nil {
		s.Late, s.Spared = !t.Blameless(), t.Blameless()
	}
	half := cal.Fraction(d.At, cal.Due(d.At, d.Limit).At, d.Limit.Class(), pol.Percent("event.whistle.after"), 100)
	t.Set(machine.Deadline{ID: "whistle", At: half, Unit: d.Unit, Ref: d.Ref})
	yellow := t.Now
	if grace := pol.Grace(c.Urgency); !grace.IsZero() {
		yellow = cal.Due(t.Now, grace).At
	}
	t.Set(machine.Deadline{ID: "card.yellow", At: yellow, Unit: d.Unit})
	t.Start("card.red", pol.Limit("escalate.fail"), machine.Deadline{Unit: d.Unit})
	t.Record("stage_overdue", "E13").Because("S03").Notify("N20", t.handlers()...).Notify("N20", t.counter(c.LeadUnit)...).
		Notify("N20", t.head(c.LeadUnit)...).Notify("N20", t.county(admin, supervisor)...)
	return nil
}

// whistleCalledFor suggests to the township to blow a whistle (E14).
func whistleCalledFor(t turn, _ machine.Deadline) error {
	t.Case.flag("whistle_suggested")
	t.Record("whistle_suggested", "E14").Notify("N20", at(t.township(), townOffice, townLeader)...)
	return nil
}

// card raises the supervision mark and tells whoever answers for the unit (§4.7).
func (t turn) card(mark string) {
	t.supervise(mark)
	n := "N21"
	if t.Blameless() {
		n = "N20"
	}
	t.Record(mark, "§4.7").Because("S03").Notify(n, t.head(t.Case.LeadUnit)...).
		Notify(n, t.county(director, supervisor)...).Fact("cause", "S03")
}

// redCard is what follows a red light that stays. As long as it stays the director is
// told again: an event nobody moves must not fall silent.
func redCard(t turn, d machine.Deadline) error {
	t.Start("card.red", t.Rules.Policy.Limit("escalate.fail"), machine.Deadline{Unit: d.Unit, Ref: "again"})
	if d.Ref == "" {
		t.card("red_card")
		return nil
	}
	t.Record("still_overdue", "§4.7").Notify("N20", t.county(director, supervisor)...).Notify("N20", t.head(t.Case.LeadUnit)...)
	return nil
}

// notVerified: the next one looks; when nobody has, the platform judges from the
// photos, and when not even that happens, time closes it. It does not count as
// verified (E15, I12).
func notVerified(t turn, d machine.Deadline) error {
	c := t.Case
	switch c.VerifyStage {
	case byMember:
		t.blame("late_verification")
		t.sendLeader()
	case byLeader:
		t.blame("late_verification")
		t.awaitVerifier(byDesk, "")
	default:
		t.closeAs(ClosedUnverified, "closed_unverified", "E15")
		return nil
	}
	t.tellVerifier(t.Record("verification_overdue", "E15").Notify("N20", at(t.township(), townOffice)...))
	return nil
}

func reworkOverdue(t turn, _ machine.Deadline) error {
	c := t.Case
	t.blame("late_rework")
	t.supervise("yellow_card")
	t.Start("card.red", t.Rules.Policy.Limit("escalate.fail"), machine.Deadline{Unit: c.LeadUnit})
	t.Record("rework_overdue", "E17").Because("S03").Notify("N20", t.counter(c.LeadUnit)...).Notify("N20", t.head(c.LeadUnit)...).
		Notify("N20", t.county(admin, supervisor)...)
	return nil
}

func hangUpOver(event string) func(turn, machine.Deadline) error {
	return func(t turn, _ machine.Deadline) error {
		if event == "review_missed" {
			t.supervise("yellow_card")
		}
		t.resumeNow()
		return nil
	}
}

func rootCauseOverdue(t turn, d machine.Deadline) error {
	t.Start("root_cause", t.Rules.Policy.Limit("event.recur.answer"), machine.Deadline{Duty: true, Unit: d.Unit})
	t.Record("root_cause_overdue", "§6 item 81").Notify("N20", t.county(director)...).Notify("N20", at(t.Rules.Org.Root(), org.RoleCitySupervisor)...)
	return nil
}

// blame flags the event with a fault of somebody, unless its limit passed while the
// system was away (§6 item 95).
func (t turn) blame(flag string) {
	if !t.Blameless() {
		t.Case.flag(flag)
	}
}
