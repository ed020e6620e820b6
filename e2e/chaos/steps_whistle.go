package chaos

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// seat is the place of a unit at a whistle.
type seat struct {
	State      string `json:"state"`
	Evaluation *struct {
		By string `json:"by"`
	} `json:"evaluation"`
}

// call is what is said of a whistle.
func call(r *rand.Rand, at spot) map[string]any {
	in := map[string]any{"kind": pick(r, "emergency", "routine", "enforcement"), "place": "演练街道东门", "point": at, "matter": "占道经营堵塞消防通道",
		"why": "本级无执法权", "units": []string{departments[r.IntN(2)], departments[2+r.IntN(2)]}}
	if in["kind"] != "emergency" {
		in["due"] = today(0)
	}
	return in
}

// draft is a whistle of the township's own.
func draft(r *rand.Rand) map[string]any {
	in := call(r, place(r))
	in["township"] = township
	return in
}

// nextOfWhistle is what somebody would do about a whistle as it stands.
func nextOfWhistle(r *rand.Rand, v view) (move, bool) {
	approve := move{pick(r, head, head, tleader), "approve-whistle", nil}
	switch v.State {
	case "drafted":
		return pick(r, approve, approve, approve, approve, move{head, "reject-whistle", words("reason")},
			move{office, "withdraw-whistle", words("reason")}), true
	case "blown", "responded", "arrived", "working", "coordinating":
		unit := pick(r, slices.Sorted(maps.Keys(v.Seats))...)
		mv, ok := atSeat(r, v, unit)
		return pick(r, mv, mv, mv, mv, mv, approve), ok
	case "completed":
		return assessed(r, v)
	}
	return move{}, false
}

// endOfWhistle brings an old whistle nearer to its end.
func endOfWhistle(r *rand.Rand, v view) (move, bool) {
	for unit, s := range v.Seats {
		switch s.State {
		case "coordinating":
			return move{director, "adjudicate-whistle", ruling(unit, "excused")}, true
		case "arrived", "working":
			return worked(unit), true
		case "blown", "responded":
			return move{head, "release-unit", map[string]any{"unit": unit, "reason": "情况已消除"}}, true
		}
	}
	return nextOfWhistle(r, v)
}

func atSeat(r *rand.Rand, v view, unit string) (move, bool) {
	liaison, handler := "liaison."+unit, "handler."+unit
	arrive := move{handler, "arrive", map[string]any{"point": v.Point}}
	switch v.Seats[unit].State {
	case "blown":
		respond := move{liaison, "respond", map[string]any{"led_by": "带队人"}}
		return pick(r, respond, respond, respond, arrive,
			move{"leader." + unit, "refuse-whistle", map[string]any{"ground": pick(r, "not_its_power", "other"), "reason": "人手紧张", "legal_basis": "三定方案"}}), true
	case "responded":
		return arrive, true
	case "arrived":
		return pick(r, move{handler, "start-work", words("measures")}, worked(unit)), true
	case "working":
		return worked(unit), true
	case "coordinating":
		return pick(r, move{disp, "coordinate", map[string]any{"unit": unit, "outcome": "recall", "reason": "属其职责"}},
			move{director, "adjudicate-whistle", ruling(unit, pick(r, "must_report", "excused"))}), true
	}
	return move{}, false
}

// assessed is what both sides say of each other.
func assessed(r *rand.Rand, v view) (move, bool) {
	for unit, s := range v.Seats {
		if s.State != "completed" || s.Evaluation != nil {
			continue
		}
		return pick(r, move{"liaison." + unit, "counter-evaluate", map[string]any{"proper": true}},
			move{tleader, "evaluate-unit", map[string]any{"unit": unit, "arrival": 5, "attitude": 4, "result": 3}},
			move{head, "return-work", map[string]any{"unit": unit, "reason": "现场未清理干净"}}), true
	}
	return move{}, false
}

func worked(unit string) move {
	return move{"handler." + unit, "complete-work", words("result")}.showing("photos", 1)
}

func ruling(unit, how string) map[string]any {
	return map[string]any{"unit": unit, "ruling": how, "decision": "按职责分工办理", "legal_basis": "三定方案"}
}
