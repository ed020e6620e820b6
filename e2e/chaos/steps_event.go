package chaos

import (
	"fmt"
	"math/rand/v2"
)

// Those who report what they see in the grid of the drill area, and who sends it on.
const (
	community = "220498001901"
	platform  = "platform." + county
	duty      = "duty." + county
	head      = "thead." + township
)

// reporters find events.
var reporters = []string{"grid." + community + "001", "gridpt." + community + "001", "community." + community}

// spot is a place as the phone tells it.
type spot struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// place draws one in the grid. There are few enough that one event is reported twice, and
// comes back.
func place(r *rand.Rand) spot {
	return spot{42.9960 + 0.0010*float64(r.IntN(4)), 125.0560 + 0.0012*float64(r.IntN(3))}
}

// eventPart is what an officer sees of a grid event beyond any other case.
type eventPart struct {
	Location    spot   `json:"location"`
	Reporter    string `json:"reporter"`
	Verifier    string `json:"verifier"`
	VerifyStage string `json:"verify_stage"`
	ConvertedTo string `json:"converted_to"`
	Stages      []struct {
		Stage  string `json:"stage"`
		DoneAt string `json:"done_at"`
	} `json:"stages"`
	RootCause *struct {
		DoneAt string `json:"done_at"`
	} `json:"root_cause"`
}

// report is an event as it is seen, with its photos; some are put right at once.
func report(r *rand.Rand, n int) (in map[string]any, at spot) {
	in, at = seen(r, n, "E0102", "E0303", "E0302", "E0203")
	in["photos"] = shots(3)
	if r.IntN(8) == 0 {
		in["self_disposed"], in["after_photos"] = "已当场清理", shots(1)
	}
	return in, at
}

// reportOfEmergency comes without photos.
func reportOfEmergency(r *rand.Rand, n int) (in map[string]any, at spot) {
	in, at = seen(r, n, "E0101", "E0103")
	in["photos_missing"] = "夜间光线不足"
	return in, at
}

func seen(r *rand.Rand, n int, kinds ...string) (in map[string]any, at spot) {
	at = place(r)
	return map[string]any{"category": pick(r, kinds...), "description": fmt.Sprintf("演练事件 %d:现场情况需要尽快处置", n), "location": at}, at
}

// nextOfEvent is what somebody would do about a grid event as it stands.
func nextOfEvent(r *rand.Rand, v view) (move, bool) {
	e, unit := v.Event, v.LeadUnit
	if c := e.RootCause; c != nil && c.DoneAt == "" && (v.Over || r.IntN(4) == 0) { // it rings until somebody answers
		return move{director, "answer-root-cause", words("finding", "measures")}, true
	}
	switch v.State {
	case "reported":
		return reviewed(r, v), true
	case "need_supplement":
		add := move{e.Reporter, "supplement", words("note")}
		return pick(r, add, add.showing("photos", 1)), true
	case "self_closing":
		return pick(r, move{platform, "confirm-self", nil}, move{platform, "reject-self", words("reason")}), true
	case "dispatched", "signed":
		return taken(r, v), true
	case "return_pending":
		return pick(r, move{platform, "accept-return", map[string]any{"lead_unit": pick(r, departments...)}},
			move{platform, "reject-return", words("reason")}), true
	case "disposing":
		return pick(r, stage(v), stage(v), stage(v), stage(v), stage(v), stage(v), submitted(unit), move{e.Reporter, "add-photos", nil}.showing("photos", 1), emergency(platform), converted(r, v)), true
	case "feedback":
		return looked(r, v)
	case "rework":
		return pick(r, submitted(unit), submitted(unit), submitted(unit), converted(r, v)), true
	case "closed":
		return pick(r, move{platform, "reopen", words("reason")}, rated(e.Reporter), rated(e.Reporter)), r.IntN(3) == 0
	case "merged":
		return pick(r, move{platform, "unmerge", words("reason")}, move{e.Reporter, "disagree", words("reason")}), r.IntN(3) == 0
	}
	return move{}, false
}

// endOfEvent brings an old event nearer to its end.
func endOfEvent(r *rand.Rand, v view) (move, bool) {
	switch v.State {
	case "reported":
		return pick(r, move{platform, "void", words("reason")}, rejected()), true
	case "signed":
		return started(v.LeadUnit), true
	case "disposing":
		return stage(v), true
	case "rework":
		return submitted(v.LeadUnit), true
	}
	return nextOfEvent(r, v)
}

func reviewed(r *rand.Rand, v view) move {
	if v.twin != "" && r.IntN(2) == 0 {
		return pick(r, move{platform, "merge", map[string]any{"master": v.twin}},
			move{platform, "adopt", map[string]any{"events": []string{v.twin}}})
	}
	sent := move{platform, "dispatch", map[string]any{"lead_unit": pick(r, departments...), "requirements": "当日处置"}}
	return pick(r, sent, sent, sent, sent, sent, sent, sent, sent, rejected(), converted(r, v), emergency(duty),
		move{platform, "review-supplement", words("missing")},
		move{v.Event.Reporter, "self-dispose", words("self_disposed")}.showing("after_photos", 1))
}

func taken(r *rand.Rand, v view) move {
	unit := v.LeadUnit
	back := move{"leader." + unit, "request-return", map[string]any{
		"reason_code": "B01", "reason": "不属本单位职责", "suggested_unit": pick(r, departments...)}}
	if v.State == "dispatched" {
		sign := move{"liaison." + unit, "sign-for", nil}
		return pick(r, sign, sign, sign, sign, back)
	}
	return pick(r, started(unit), started(unit), started(unit), started(unit), back, converted(r, v))
}

func looked(r *rand.Rand, v view) (move, bool) {
	e := v.Event
	if e.VerifyStage == "desk" {
		return pick(r, move{platform, "close-unverified", words("reason")}, move{platform, "verify-from-photos", words("reason")}), true
	}
	look := move{e.Verifier, "verify", map[string]any{"verdict": "pass", "score": 1 + r.IntN(5), "location": e.Location}}
	bad := move{e.Verifier, "verify", map[string]any{"verdict": "fail", "comment": "未修复", "location": e.Location}}
	return pick(r, look.showing("photos", 1), look.showing("photos", 1), bad.showing("photos", 1),
		move{pick(r, e.Verifier, platform), "hand-over-verification", words("reason")}), e.Verifier != ""
}

func started(unit string) move {
	return move{"liaison." + unit, "start-disposal", map[string]any{"handlers": []string{"handler." + unit}}}
}

func submitted(unit string) move {
	return move{"liaison." + unit, "submit-disposal", words("result")}.showing("after_photos", 1)
}

// stage is the next of a disposal; the last is done with the result.
func stage(v view) move {
	all := v.Event.Stages
	for i, s := range all {
		if s.DoneAt == "" && i < len(all)-1 {
			m := move{"handler." + v.LeadUnit, "stage-done", words("result")}
			m.input["stage"] = s.Stage
			return m.showing("photos", 1)
		}
	}
	return submitted(v.LeadUnit)
}

func rejected() move {
	return move{platform, "review-reject", map[string]any{"reason_code": "not_event", "note": "属物业日常维护"}}
}

func emergency(user string) move {
	return move{user, "mark-emergency", map[string]any{"call": "110", "reason": "有人员受伤危险"}}
}

func rated(user string) move {
	return move{user, "rate", map[string]any{"score": 4}}
}

// converted makes a grievance or a whistle of an event.
func converted(r *rand.Rand, v view) move {
	if r.IntN(3) > 0 {
		return move{platform, "convert", words("reason")}
	}
	return move{pick(r, platform, office), "convert-to-whistle", call(r, v.Event.Location)}
}

// words fills inputs in which it matters only that something is said.
func words(names ...string) map[string]any {
	out := map[string]any{}
	for _, name := range names {
		out[name] = "已按演练方案办理"
	}
	return out
}
