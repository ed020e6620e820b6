package e2e

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/internal/demo"
)

// urban is the city-management bureau of Longshan.
const urban = "220402-D23"

// sit takes a step on a joint session.
func (s *stand) sit(user, no, action string, in map[string]any) map[string]any {
	s.t.Helper()
	if in == nil {
		in = map[string]any{}
	}
	a, err := s.Do(context.Background(), user, http.MethodPost, "/api/v1/sessions/"+no+"/actions/"+action, s.key(), in)
	require.NoError(s.t, err, "%s %s", user, action)
	var out map[string]any
	require.NoError(s.t, a.Into(&out))
	return out
}

// sessionSoon plans a session at L2 and brings it to the table.
func (s *stand) sessionSoon(no string) string {
	s.t.Helper()
	session, held := s.planned(no, "director.220402")
	s.meet(session, "director.220402", held)
	return session
}

// planned opens a session under the case that meets in a few seconds, and calls its units.
func (s *stand) planned(no, planner string) (session string, held time.Time) {
	s.t.Helper()
	before := len(s.sessions(no))
	held = time.Now().Add(20 * time.Second) // beside everything else that runs, a session may take seconds to open
	s.do(planner, no, "plan-session", map[string]any{"purpose": "厘清责任", "lead_unit": housing, "assist_units": []string{urban},
		"held_at": held.Format(time.RFC3339), "room": "会商室", "agenda": "电梯停运"})
	require.Eventually(s.t, func() bool {
		list := s.sessions(no)
		if len(list) > before {
			session = list[len(list)-1].No
		}
		return session != ""
	}, 20*time.Second, 50*time.Millisecond, "the session opens under the case")
	s.sit("disp.220402", session, "notify-units", map[string]any{"agenda": "电梯停运"})
	s.sit("liaison."+housing, session, "acknowledge", nil)
	return session, held
}

// meet holds a session: one unit attends and speaks, the other stays away.
func (s *stand) meet(session, chair string, held time.Time) {
	s.t.Helper()
	require.Eventually(s.t, func() bool { return time.Now().After(held) }, 40*time.Second, 50*time.Millisecond)
	s.sit(chair, session, "record-attendance", map[string]any{"seats": []map[string]any{
		{"unit": housing, "attendance": "attended", "attendee": "负责人"},
		{"unit": urban, "attendance": "absent"},
	}})
	s.sit("leader."+housing, session, "give-opinion", map[string]any{"position": "可由维修资金支出", "legal_basis": "维修资金办法", "undertaking": "三日内启动"})
	s.sit(chair, session, "hold", map[string]any{"facts_agreed": "停运十日", "legal_basis": "特种设备安全法"})
}

type sessionView struct {
	No    string `json:"no"`
	State string `json:"state"`
}

func (s *stand) sessions(no string) []sessionView {
	s.t.Helper()
	var page struct {
		Items []sessionView `json:"items"`
	}
	require.Equal(s.t, http.StatusOK, s.get("citysup.220400", "/cases/"+no+"/sessions", &page))
	return page.Items
}

func (s *stand) atL2() demo.View {
	s.t.Helper()
	v, err := s.Register(context.Background(), "win-general.220402", s.key(), map[string]any{
		"nature": "help", "summary": "电梯停运", "channel": "walk_in", "area": "220402008", "category": "0402", "petitioner": map[string]any{"anonymous": true}})
	require.NoError(s.t, err)
	s.do("disp.220402", v.No, "start-triage", nil)
	return s.do("director.220402", v.No, "start-joint", map[string]any{"trigger": "T02", "reason": "两家以上单位无法牵头"})
}

// playJointHandling plays J1–J5: units are called, attend or are absent on
// record, give their opinion and sign; a measure becomes a task that keeps the
// case from being answered until it is done.
func playJointHandling(t *testing.T, s *stand) {
	v := s.atL2()
	require.Equal(t, "L2", v.Level)
	early := s.refused("director.220402", v.No, "joint-conclude", jointAnswer())
	require.Equal(t, "session_required", early.Reason)

	session := s.sessionSoon(v.No)
	s.sit("leader."+housing, session, "sign-minutes", nil)
	s.sit("director.220402", session, "conclude", map[string]any{"lead_unit_final": housing, "joint_opinion": "住建局牵头维修",
		"measures": []map[string]any{{"executor": housing, "what": "更换曳引绳", "due": today(2)}}})
	s.until(v.No, func(v demo.View) bool { return s.countEvents(v.No, "session_concluded") == 1 })

	open := s.refused("director.220402", v.No, "joint-conclude", jointAnswer())
	require.Equal(t, "task_open", open.Reason)
	s.do("handler."+housing, v.No, "complete-task", map[string]any{"result": "已更换"})
	v = s.do("director.220402", v.No, "joint-conclude", jointAnswer())
	require.Equal(t, "replied", v.State)
}

func jointAnswer() map[string]any {
	in := replyInput("电梯恢复运行")
	in["joint_opinion"], in["executing_unit"], in["executing_date"] = "住建局牵头", housing, today(2)
	return in
}

// playTwoFailedSessionsLiftTheCase plays J6.
func playTwoFailedSessionsLiftTheCase(t *testing.T, s *stand) {
	v := s.atL2()
	for n := range 2 {
		session := s.sessionSoon(v.No)
		s.sit("director.220402", session, "fail", map[string]any{"reasons": "意见不一", "next": "提请县领导"})
		s.until(v.No, func(v demo.View) bool { return s.countEvents(v.No, "session_failed") == n+1 })
	}
	v = s.until(v.No, func(v demo.View) bool { return v.Level == "L3" })
	require.Equal(t, "leader_resolving", v.State)
}

// playLeaderChairsAtL3: the named leader chairs, a leader named later takes the
// chair of the open session, and only the leader answers (J1, §3.2 L3, G24).
func playLeaderChairsAtL3(t *testing.T, s *stand) {
	v := s.triaged(map[string]any{"category": "0402"})
	in := map[string]any{"trigger": "T09", "reason": "领导批示办理", "proposed_leader": "cleader.220402"}
	require.Equal(t, http.StatusForbidden, s.refused("disp.220402", v.No, "start-leader", in).Status)
	v = s.do("director.220402", v.No, "start-leader", in)
	require.Equal(t, "L3", v.Level)
	require.Equal(t, "cleader.220402", v.Owner.User)
	s.hears("cleader.220402", v.No, "N14")
	require.Equal(t, http.StatusForbidden, s.refused("cleader2.220402", v.No, "leader-conclude", nil).Status)

	session, held := s.planned(v.No, "cleader.220402")
	v = s.do("director.220402", v.No, "designate-leader", map[string]any{"leader": "cleader2.220402"})
	require.Equal(t, "cleader2.220402", v.Owner.User)
	require.Eventually(t, func() bool {
		var x struct {
			Chair string `json:"chair"`
		}
		return s.read("citysup.220400", "/sessions/"+session, &x) == nil && x.Chair == "cleader2.220402"
	}, soon, tick)
	s.meet(session, "cleader2.220402", held)
	reply := jointAnswer()
	delete(reply, "joint_opinion")
	reply["plan"], reply["minutes"], reply["decision"] = "两部门同责包案", "现场会议记录", "限期恢复运行"
	require.Equal(t, "session_open", s.refused("cleader2.220402", v.No, "leader-conclude", reply).Reason)
	conclusion := map[string]any{"lead_unit_final": housing, "joint_opinion": "住建局牵头维修"}
	conclude := func(user string) answer {
		return s.ask(altered{header: s.keyed()}, user, http.MethodPost, "/sessions/"+session+"/actions/conclude", conclusion)
	}
	require.Equal(t, "minutes_unsigned", conclude("cleader2.220402").Reason)
	s.sit("leader."+housing, session, "sign-minutes", nil)
	require.Equal(t, http.StatusForbidden, conclude("cleader.220402").Status, "no longer in the chair")
	require.Equal(t, http.StatusOK, conclude("cleader2.220402").Status)
	s.until(v.No, func(demo.View) bool { return s.has(v.No, "session_concluded") })
	require.Equal(t, "replied", s.do("cleader2.220402", v.No, "leader-conclude", reply).State)
	s.hears("win-general.220402", v.No, "N16")
}
