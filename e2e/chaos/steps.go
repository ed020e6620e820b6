package chaos

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// The offices of the drill area, whose limits are seconds.
const (
	county   = "220498"
	township = "220498001"
	clerk    = "win-general." + county
	disp     = "disp." + county
	disp2    = "disp2." + county
	director = "director." + county
	office   = "office." + township
	tleader  = "tleader." + township
	watcher  = "supervisor." + county
)

// departments that cases are sent to.
var departments = []string{county + "-D11", county + "-D12", county + "-D13", county + "-D23"}

// users are everybody who signs in.
func users() []string {
	out := append([]string{clerk, disp, disp2, director, office, tleader, watcher, platform, duty, head, "gridlead." + community}, reporters...)
	for _, p := range []string{"cleader", "cleader2", "cleader3"} {
		out = append(out, p+"."+county)
	}
	for _, d := range departments {
		for _, p := range []string{"liaison", "leader", "handler"} {
			out = append(out, p+"."+d)
		}
	}
	return out
}

// view is what an officer sees of a case or whistle.
type view struct {
	No           string `json:"no"`
	State        string `json:"state"`
	Level        string `json:"level"`
	LeadUnit     string `json:"lead_unit"`
	OwningLeader string `json:"owning_leader"`
	Over         bool   `json:"over"`
	Seq          int    `json:"seq"`

	Event eventPart `json:"event"` // of a grid event

	// of a whistle
	Case  string          `json:"case"`
	Seats map[string]seat `json:"seats"`
	Point spot            `json:"point"`

	code string // the petitioner has it; what an event became has none
	twin string // an event like it
}

// over tells whether nobody has to do anything any more.
func (v view) over() bool {
	return v.Over || len(v.Seats) > 0 && slices.Contains([]string{"evaluated", "adjudicated", "withdrawn", "rejected"}, v.State)
}

// place is where one stands to take a photo.
func (v view) place() spot {
	if v.Point != (spot{}) {
		return v.Point
	}
	return v.Event.Location
}

// move is a step somebody could take.
type move struct {
	user, action string
	input        map[string]any
}

// shots stands in an input for so many photos, to be taken on the spot.
type shots int

// showing is the same step with photos.
func (mv move) showing(input string, n shots) move {
	if mv.input = maps.Clone(mv.input); mv.input == nil {
		mv.input = map[string]any{}
	}
	mv.input[input] = n
	return mv
}

// trade is how one kind of matter is dealt with.
type trade struct {
	path  string // in the API, before the number
	watch string // who looks how it stands
	next  func(*rand.Rand, view) (move, bool)
	end   func(*rand.Rand, view) (move, bool) // brings an old one nearer to its end
}

// trades are the tables of moves, by kind.
var trades = map[string]trade{
	"grievance":  {"/api/v1/cases/", watcher, next, takenBack},
	"grid_event": {"/api/v1/cases/", watcher, nextOfEvent, endOfEvent},
	"whistle":    {"/api/v1/whistles/", office, nextOfWhistle, endOfWhistle},
}

// takenBack is a petitioner who wants no more. What an event became has none, and is
// worked on until it is over.
func takenBack(r *rand.Rand, v view) (move, bool) {
	switch {
	case v.code == "" && v.State == "leader_resolving" && v.OwningLeader != "":
		return move{v.OwningLeader, "leader-conclude", leaderReply()}, true
	case v.code == "":
		return next(r, v)
	}
	return move{citizen, "withdraw", map[string]any{"statement": "本人自愿撤回诉求"}}, true
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

// next is what an officer would do with a case as it stands; not always the wisest.
func next(r *rand.Rand, v view) (move, bool) {
	switch v.State {
	case "registered":
		return move{pick(r, disp, disp2, office), "start-triage", nil}, true
	case "triage":
		return triaged(r), true
	case "dispatched", "signed", "handling", "return_pending", "adjudicating":
		return atUnit(r, v), true
	case "local_resolving":
		return pick(r, contact(office), move{office, "record-attempt", map[string]any{"outcome": "未达成一致", "measures": "上门调解"}},
			move{office, "local-conclude", reply()}, move{tleader, "report-up", map[string]any{"reason": "超出职权", "tried": "已调解两次"}}), true
	case "joint_resolving":
		return pick(r, contact(director), plan(r, director), plan(r, director), move{director, "joint-conclude", jointReply()},
			move{director, "escalate-l3", map[string]any{"trigger": "T12", "summary": "需资金决策", "proposed_leader": "cleader." + county}}), true
	case "leader_resolving":
		if v.OwningLeader == "" {
			return move{director, "designate-leader", map[string]any{"leader": pick(r, "cleader.", "cleader2.") + county}}, true
		}
		return pick(r, contact(v.OwningLeader), plan(r, v.OwningLeader), move{v.OwningLeader, "leader-conclude", leaderReply()}), true
	case "rework":
		return reworked(r, v), true
	case "replied":
		return move{citizen, "evaluate", map[string]any{"rating": pick(r, "satisfied", "basic", "unsatisfied"), "comment": "评价意见"}}, v.code != ""
	}
	return move{}, false
}

func triaged(r *rand.Rand) move {
	return pick(r,
		move{disp, "assign-local", nil}, move{office, "assign-local", nil},
		dispatch(r, disp), dispatch(r, disp2), dispatch(r, disp), dispatch(r, disp2),
		move{director, "start-joint", map[string]any{"trigger": "T02", "reason": "两家以上单位"}})
}

func dispatch(r *rand.Rand, user string) move {
	return move{user, "dispatch", map[string]any{"lead_unit": pick(r, departments...)}}
}

func atUnit(r *rand.Rand, v view) move {
	unit := v.LeadUnit
	back := map[string]any{"reason_code": "B01", "legal_basis": "三定方案", "suggested_unit": pick(r, departments...), "note": "不属本单位职责"}
	switch v.State {
	case "dispatched":
		sign := move{"liaison." + unit, "sign-for", nil}
		return pick(r, sign, sign, sign, move{"leader." + unit, "request-return", back})
	case "signed":
		return move{"liaison." + unit, "assign-handler", map[string]any{"handlers": []string{"handler." + unit}, "recusal_declared": true}}
	case "return_pending":
		return pick(r, move{disp, "accept-return", map[string]any{"lead_unit": pick(r, departments...)}},
			move{disp, "reject-return", map[string]any{"reason": "属于本单位职责"}})
	case "adjudicating":
		return move{director, "adjudicate", map[string]any{"lead_unit": pick(r, departments...), "decision": "由该单位承办", "legal_basis": "三定方案"}}
	}
	return pick(r, contact("handler."+unit), move{"leader." + unit, "issue-reply", reply()}, move{"leader." + unit, "issue-reply", reply()},
		move{disp, "escalate-l2", map[string]any{"trigger": "T02", "summary": "单位无力办理"}})
}

func reworked(r *rand.Rand, v view) move {
	var answer move
	switch v.Level {
	case "L0":
		answer = move{office, "local-conclude", reply()}
	case "L2":
		answer = move{director, "joint-conclude", jointReply()}
	case "L3":
		answer = move{v.OwningLeader, "leader-conclude", leaderReply()}
	default:
		answer = move{"leader." + v.LeadUnit, "issue-reply", reply()}
	}
	answer.input["new_measures"] = "补做检验"
	return pick(r, answer, answer, contact(answer.user))
}

func contact(user string) move {
	return move{user, "contact-petitioner", map[string]any{"method": "phone", "reached": true, "summary": "已约上门"}}
}

func reply() map[string]any {
	return map[string]any{"result": "已修好", "outcome_grade": "disposed", "evidence": "现场照片", "legal_basis": "《民法典》",
		"service_method": "in_person", "service_date": today(0)}
}

func jointReply() map[string]any {
	in := reply()
	in["joint_opinion"], in["executing_unit"], in["executing_date"] = "由一家牵头", departments[0], today(2)
	return in
}

func leaderReply() map[string]any {
	in := reply()
	in["plan"], in["minutes"], in["decision"] = "同责包案", "会议记录", "限期办结"
	in["executing_unit"], in["executing_date"] = departments[0], today(2)
	return in
}

// plan calls a session for a few seconds from now; the rules want a second's notice.
func plan(r *rand.Rand, user string) move {
	return move{user, "plan-session", map[string]any{"purpose": "厘清责任", "lead_unit": departments[0], "assist_units": []string{departments[1]},
		"held_at": time.Now().Add(between(r, 3*time.Second, 6*time.Second)).Format(time.RFC3339), "room": "会商室", "agenda": "责任划分"}}
}

// session is what an officer sees of a joint session.
type session struct {
	No    string `json:"no"`
	State string `json:"state"`
	Chair string `json:"chair"`
}

// nextAt is what somebody would do at a session.
func nextAt(r *rand.Rand, s session) (move, bool) {
	chair := s.Chair
	if chair == "" {
		chair = director
	}
	switch s.State {
	case "planned":
		tell := move{disp, "notify-units", map[string]any{"agenda": "责任划分"}}
		return pick(r, tell, tell, move{director, "cancel-session", map[string]any{"reason": "改期"}}), true // too late to tell them, perhaps
	case "notified":
		opinion := map[string]any{"position": "可由我方牵头", "legal_basis": "三定方案", "undertaking": "三日内启动"}
		return pick(r, move{"liaison." + departments[0], "acknowledge", nil}, move{"liaison." + departments[1], "acknowledge", nil},
			move{chair, "record-attendance", map[string]any{"seats": []map[string]any{
				{"unit": departments[0], "attendance": "attended", "attendee": "负责人"}, {"unit": departments[1], "attendance": "absent"}}}},
			move{"leader." + departments[0], "give-opinion", opinion},
			move{chair, "hold", map[string]any{"facts_agreed": "停运十日", "legal_basis": "特种设备安全法"}}), true
	case "held":
		return pick(r, move{"leader." + departments[0], "sign-minutes", nil},
			move{chair, "conclude", map[string]any{"lead_unit_final": departments[0], "joint_opinion": "由其牵头"}},
			move{chair, "fail", map[string]any{"reasons": "意见不一", "next": "提请县领导"}}), true
	}
	return move{}, false
}

// complaint is a matter as it comes over the counter.
func complaint(r *rand.Rand, n int) map[string]any {
	person := map[string]any{"anonymous": true}
	if r.IntN(2) == 0 {
		person = map[string]any{"name": fmt.Sprintf("演练人%d", n), "phone": "13800000000"}
	}
	return map[string]any{"nature": "help", "summary": fmt.Sprintf("演练事项 %d:路灯不亮", n), "channel": "walk_in", "area": township,
		"category": pick(r, "0201", "0402", "1104", "0901"), "urgency": pick(r, "normal", "normal", "normal", "urgent", "complex"), "petitioner": person}
}

// today is the date in Liaoyuan some days from now.
func today(days int) string {
	return time.Now().In(time.FixedZone("Asia/Shanghai", 8*60*60)).AddDate(0, 0, days).Format(time.DateOnly)
}
