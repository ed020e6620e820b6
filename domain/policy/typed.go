package policy

import (
	"time"

	"huajie/domain/calendar"
	"huajie/domain/codes"
)

// urgencyOr takes an urgency not yet chosen as normal.
func urgencyOr(u codes.Urgency) string {
	if u == "" {
		return string(codes.UrgencyNormal)
	}
	return string(u)
}

// pressing tells whether the matter runs day and night (§4.1 night.weekend).
func pressing(u codes.Urgency) bool {
	return u == codes.UrgencyEmergency || u == codes.UrgencyUrgent
}

// pick takes the limit of the key for petitions or the one for everything else.
func (s Set) pick(t codes.Track, prefix, other string) calendar.Limit {
	if t == codes.TrackPetition {
		return s.Limit(prefix + ".petition")
	}
	return s.Limit(prefix + "." + other)
}

// optional is the limit of a key the registry may not have: the "–" of a table.
func (s Set) optional(key string) (calendar.Limit, bool) {
	if _, ok := keyIndex[key]; !ok {
		return calendar.Limit{}, false
	}
	return s.Limit(key), true
}

// TriageLimits are the target and the latest time of triage (G2). Emergency and
// urgent matters run day and night.
func (s Set) TriageLimits(u codes.Urgency) (soft, hard calendar.Limit) {
	if pressing(u) {
		return s.Limit("triage.soft.urgent"), s.Limit("triage.hard.urgent")
	}
	return s.Limit("triage.soft"), s.Limit("triage.hard")
}

// SignLimit is how soon a unit must sign for a grievance (G10, §4.4 sign.limit).
func (s Set) SignLimit(u codes.Urgency) calendar.Limit {
	return s.Limit("sign.limit." + urgencyOr(u))
}

// ContactLimit is how soon the handler must speak with the petitioner (G12).
func (s Set) ContactLimit(u codes.Urgency) calendar.Limit {
	return s.Limit("contact.limit." + urgencyOr(u))
}

// HandleLimit is the handling limit of §4.2 from dispatch; ok is false where the
// table has a dash.
func (s Set) HandleLimit(t codes.Track, u codes.Urgency) (l calendar.Limit, ok bool) {
	return s.optional("handle." + string(t) + "." + urgencyOr(u))
}

// FirstLimit is the limit of the first reply that §4.2 asks of a unit besides the
// handling itself; ok is false where there is none.
func (s Set) FirstLimit(t codes.Track, u codes.Urgency) (l calendar.Limit, ok bool) {
	return s.optional("first." + string(t) + "." + urgencyOr(u))
}

// StatutoryLimit is the statutory limit of the whole case, which only petitions
// have (§4.2, XF §34).
func (s Set) StatutoryLimit(t codes.Track) (l calendar.Limit, ok bool) {
	return s.optional("statutory." + string(t) + ".handle")
}

// GuideLimit is how soon a written notice must say that the matter is guided,
// not or no longer accepted (G3–G5).
func (s Set) GuideLimit(t codes.Track) calendar.Limit { return s.pick(t, "guide.limit", "other") }

// Budget is the budget of a level (§3.2): of a petition inside its 60 days, of
// every other track as a general demand of normal urgency.
func (s Set) Budget(t codes.Track, level codes.Level) calendar.Limit {
	if t == codes.TrackPetition {
		return s.Limit("budget.petition." + string(level))
	}
	return s.Limit("budget.general." + string(level))
}

// LevelLimit is the budget of a level for the urgency of the case: at L1 the
// handling limit of §4.2 holds where there is one ("urgent 24 h, emergency 2 h,
// complex 15 wd"). The levels of a petition share its 60 days; an urgent one has its
// first reply sooner.
func (s Set) LevelLimit(t codes.Track, level codes.Level, u codes.Urgency) calendar.Limit {
	if level == codes.LevelUnit {
		within := s.HandleLimit
		if t == codes.TrackPetition {
			within = s.FirstLimit
		}
		if l, ok := within(t, u); ok {
			return l
		}
	}
	return s.Budget(t, level)
}

// Grace is the time after red before the case goes up; zero means at once (§4.3).
func (s Set) Grace(u codes.Urgency) calendar.Limit {
	if pressing(u) {
		return s.Limit("escalate.grace.urgent")
	}
	return s.Limit("escalate.grace")
}

// ReturnWindow is how long a unit may ask to return a case (G13, §4.4).
func (s Set) ReturnWindow(t codes.Track) calendar.Limit {
	if t == codes.TrackGridEvent {
		return s.Limit("return.window.event")
	}
	return s.pick(t, "return.window", "demand")
}

// EvaluationWindow is how long the petitioner may rate a reply (G28, §4.9).
func (s Set) EvaluationWindow(t codes.Track) calendar.Limit {
	return s.pick(t, "evaluation.window", "other")
}

// ArchiveLimit is when a closed case is archived (G36): a petition not before its
// review window is over.
func (s Set) ArchiveLimit(t codes.Track) calendar.Limit {
	if t == codes.TrackPetition {
		return s.Limit("archive.petition")
	}
	return s.Limit("archive.limit")
}

// ReworkLimit is the limit of a rework: half of the original, at least the
// minimum (G30).
func (s Set) ReworkLimit(original calendar.Limit) calendar.Limit {
	return longer(original.Scale(s.Percent("rework.percent"), 100), s.Limit("rework.min"))
}

// AssistLimit is the limit of an assisting unit, as a share of the lead's (§4.4).
func (s Set) AssistLimit(lead calendar.Limit) calendar.Limit {
	return lead.Scale(s.Percent("assist.percent"), 100)
}

// DesignateLimit is how soon the owning leader must be named (G23, G39).
func (s Set) DesignateLimit(red bool) calendar.Limit { return s.red("leader.designate", red) }

// ConveneLimit is how soon a joint session must meet at L2 or L3 (J1).
func (s Set) ConveneLimit(level codes.Level, red bool) calendar.Limit {
	if red {
		return s.Limit("joint.convene.red")
	}
	return s.Limit("joint.convene." + string(level))
}

// SessionNotice is how long before a joint session its units must know (J2).
func (s Set) SessionNotice(red bool) calendar.Limit { return s.red("joint.notice", red) }

// AckLimit is how soon a unit must acknowledge the notice of a session (J2).
func (s Set) AckLimit(red bool) calendar.Limit { return s.red("joint.ack", red) }

func (s Set) red(key string, red bool) calendar.Limit {
	if red {
		key += ".red"
	}
	return s.Limit(key)
}

// YellowPercent is the share of a limit after which the light turns yellow; long
// limits turn earlier (§4.3 warn.yellow).
func (s Set) YellowPercent(l calendar.Limit) int {
	if l.Nominal() >= days(s.Int("warn.yellow.long_from")) {
		return s.Percent("warn.yellow.long")
	}
	return s.Percent("warn.yellow")
}

// ExtendApplyBefore is how long before the due moment an extension must be asked
// for (§4.5).
func (s Set) ExtendApplyBefore(l calendar.Limit) calendar.Limit {
	if l.Nominal() <= days(s.Int("extend.apply_before.short_to")) {
		return s.Limit("extend.apply_before.short")
	}
	return s.Limit("extend.apply_before.long")
}

// ExtendLength is the longest extension of a limit: of a petition the statutory
// one, of a dispute what both parties may consent to (§4.2), otherwise the original
// limit up to the cap (§4.5).
func (s Set) ExtendLength(t codes.Track, original calendar.Limit) calendar.Limit {
	switch t {
	case codes.TrackPetition:
		return s.Limit("extend.petition.length")
	case codes.TrackDispute:
		return s.Limit("extend.dispute")
	}
	share, most := original.Scale(s.Percent("extend.demand.percent"), 100), s.Limit("extend.demand.cap")
	if share.Nominal() > most.Nominal() {
		return most
	}
	return share
}

// ExtendMax is how many extensions a case may have (§4.5).
func (s Set) ExtendMax(t codes.Track) int {
	if t == codes.TrackPetition {
		return s.Int("extend.petition.max")
	}
	return s.Int("extend.demand.max")
}

// ScaleOf is the scale of a matter by the number of persons (§8.3).
func (s Set) ScaleOf(headcount int) codes.Scale {
	switch {
	case headcount >= s.Int("scale.major"):
		return codes.ScaleMajor
	case headcount >= s.Int("scale.group"):
		return codes.ScaleGroup
	}
	return codes.ScaleIndividual
}

// PauseLimit is how long a pause for a reason may last; ok is false for one that
// has no end of its own (§4.1 policy.pause_reasons).
func (s Set) PauseLimit(reason string) (l calendar.Limit, ok bool) {
	switch reason {
	case "supplement":
		return s.Limit("pause.supplement"), true
	case "appraisal":
		return s.Limit("pause.appraisal"), true
	}
	return calendar.Limit{}, false
}

// FollowUps are when a closed matter of the risk is visited (§4.2).
func (s Set) FollowUps(risk string) []calendar.Limit {
	switch codes.Risk(risk) {
	case codes.RiskRed:
		return s.Limits("followup.red")
	case codes.RiskOrange:
		return s.Limits("followup.orange")
	}
	return nil
}

// Within tells whether one case more keeps a share at or under a quota (§4.5
// hangup.quota, §6 item 54). One case is always within it.
func Within(quota, counted, of int) bool {
	return (counted+1)*100 <= quota*max(of, 100/max(1, quota))
}

func days(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }

// longer takes the longer limit on paper, the second when equal.
func longer(a, b calendar.Limit) calendar.Limit {
	if a.Nominal() > b.Nominal() {
		return a
	}
	return b
}

// eventKind is the last word of the keys of grid events, whose limits know three
// urgencies.
func eventKind(u codes.Urgency) string {
	if pressing(u) {
		return string(u)
	}
	return string(codes.UrgencyNormal)
}

// EventReview is how soon a report is reviewed (E2).
func (s Set) EventReview(u codes.Urgency) calendar.Limit {
	return s.Limit("event.review." + eventKind(u))
}

// EventSign is how soon a unit signs for an event (E9).
func (s Set) EventSign(u codes.Urgency) calendar.Limit { return s.Limit("event.sign." + eventKind(u)) }

// EventVerify is how soon somebody goes to look (E15).
func (s Set) EventVerify(u codes.Urgency) calendar.Limit {
	if u == codes.UrgencyEmergency {
		return s.Limit("event.verify.emergency")
	}
	return s.Limit("event.verify.normal")
}
