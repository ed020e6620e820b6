package whistle

import "huajie/domain/calendar"

// respondKey, arriveKey and the others name the policy keys of the limits of §3.8.
func respondKey(kind string) string {
	switch kind {
	case Emergency:
		return "whistle.respond.emergency"
	case Enforcement:
		return "whistle.respond.enforcement"
	case KeyWork:
		return "whistle.respond.key_work"
	}
	return "whistle.respond.routine"
}

func arriveKey(kind string) string {
	switch kind {
	case Emergency:
		return "whistle.arrive.emergency"
	case Enforcement:
		return "whistle.arrive.enforcement"
	case KeyWork:
		return "whistle.arrive.key_work"
	}
	return "whistle.arrive.routine"
}

func (t turn) limit(key string) calendar.Limit { return t.Rules.Policy.Limit(key) }

// approveLimit is how long the approver has: less for a draft than for an emergency that
// is blown already (W2).
func (t turn) approveLimit() calendar.Limit {
	if t.Case.emergency() {
		return t.limit("whistle.approve.afterwards")
	}
	return t.limit("whistle.approve")
}

// silence is how long a unit may let a missed limit lie before that is a refusal to report (W10).
func (t turn) silence() calendar.Limit {
	if t.Case.emergency() {
		return t.limit("whistle.silence.emergency")
	}
	return t.limit("whistle.silence.other")
}

// coordination is how long the centre has to decide (W9).
func (t turn) coordination() calendar.Limit {
	if t.Case.emergency() {
		return t.limit("whistle.coordinate.emergency")
	}
	return t.limit("whistle.coordinate.other")
}
