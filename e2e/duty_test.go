package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/grievance"
	"huajie/internal/demo"
	"huajie/store"
)

// The desks of one street of Longshan, and of another.
const (
	street      = "220402008-C"
	streetDesk  = "office.220402008"
	streetClerk = "intake.220402008"
	otherDesk   = "intake.220402002"
)

func (s *stand) fromStreet(user string) demo.View {
	return s.registerAs(user, map[string]any{"nature": "help", "summary": "邻里噪声扰民", "channel": "walk_in", "area": "220402008", "category": "0201",
		"petitioner": map[string]any{"name": "乙某某", "phone": "13712345678"}})
}

// playHandOver: an offer changes nothing until it is confirmed, and by the one it
// was made to (FR2, FR6).
func playHandOver(t *testing.T, s *stand) {
	v := s.register(nil)
	giver := v.FirstResponder
	offer := func(in map[string]any) answer { return s.try(giver, v.No, "hand-over", in, s.keyed()) }
	require.Equal(t, []string{"to_unit"}, offer(map[string]any{"to_unit": housing, "reason": "转部门"}).fields(), "a department gets it by dispatch")
	require.Equal(t, []string{"to_user"}, offer(map[string]any{"to_unit": street, "to_user": "disp.220402", "reason": "转街道"}).fields())

	v = s.do(giver, v.No, "hand-over", map[string]any{"to_unit": street, "to_user": streetDesk, "reason": "就近办理"})
	require.Equal(t, giver, v.Owner.User, "the giver answers for it until the taker says yes")
	require.Equal(t, "offer_open", offer(map[string]any{"to_unit": street, "reason": "再次移交"}).Reason)
	w := s.look(streetDesk, v.No)
	require.Equal(t, streetDesk, w.Offer.User)
	s.hears(streetDesk, v.No, "N7")
	require.Equal(t, http.StatusForbidden, s.refused(streetClerk, v.No, "confirm-hand-over", nil).Status, "offered to a colleague")

	v = s.do(streetDesk, v.No, "decline-hand-over", map[string]any{"reason": "不属本街道"})
	require.Equal(t, demo.Owner{Unit: "220402-C", User: giver, Name: v.Owner.Name}, v.Owner)
	s.hears(giver, v.No, "N13")

	s.do(giver, v.No, "hand-over", map[string]any{"to_unit": street, "reason": "就近办理"})
	v = s.do(streetClerk, v.No, "confirm-hand-over", nil) // to the desk: any of its clerks
	require.Equal(t, street, v.Owner.Unit)
	require.Equal(t, streetClerk, v.Owner.User)
	require.Equal(t, giver, v.FirstResponder, "who was asked first stays so")
	require.Equal(t, http.StatusForbidden, s.refused(streetDesk, v.No, "confirm-hand-over", nil).Status, "nothing is offered any more")
	s.hears(giver, v.No, "N13")
}

// playFirstResponderStaysInformed: the first one asked can follow a case they have
// no other part in, and hears of its result (FR9).
func playFirstResponderStaysInformed(t *testing.T, s *stand) {
	v := s.fromStreet(otherDesk)
	require.Equal(t, otherDesk, v.FirstResponder)
	s.do("disp.220402", v.No, "start-triage", nil)
	s.do("disp.220402", v.No, "dispatch", map[string]any{"lead_unit": land})
	s.do("liaison."+land, v.No, "sign-for", nil)
	s.do("liaison."+land, v.No, "assign-handler", map[string]any{"handlers": []string{"handler." + land}, "recusal_declared": true})
	for _, part := range []string{"", "/timeline", "/clocks", "/actions", "/sessions", "/petitioner"} {
		require.Equal(t, http.StatusOK, s.get(otherDesk, "/cases/"+v.No+part, nil), part)
		require.Equal(t, http.StatusNotFound, s.get("intake.220402003", "/cases/"+v.No+part, nil), part)
	}
	require.Contains(t, s.listAll(otherDesk, "first_responder", "me"), v.No)
	require.Equal(t, http.StatusForbidden, s.refused(otherDesk, v.No, "classify", map[string]any{"reason": "改紧急", "urgency": "urgent"}).Status, "reading is not acting")

	s.do("leader."+land, v.No, "issue-reply", replyInput("噪声源已停用"))
	require.Contains(t, s.hears(otherDesk, v.No, "N16").BodyZH, "已答复")
	require.Equal(t, http.StatusOK, s.evaluate(v.No, "satisfied").Status)
	closed := s.inbox(otherDesk, v.No)
	require.Equal(t, "N16", closed[0].N, "newest first: the closing")
	require.False(t, strings.Contains(closed[0].BodyZH, "已答复"))
	require.Equal(t, "closed", s.look(otherDesk, v.No).State)
}

// playLocalOfferConfirmedByActing: a case sent to the street by the county is the
// street's once it acts (FR6, G7).
func playLocalOfferConfirmedByActing(t *testing.T, s *stand) {
	v := s.register(nil)
	s.do("disp.220402", v.No, "start-triage", nil)
	v = s.do("disp.220402", v.No, "assign-local", nil)
	require.Equal(t, "local_resolving", v.State)
	require.Equal(t, "L0", v.Level)
	require.Equal(t, "220402-C", v.Owner.Unit, "the county centre answers for it until the street has it")
	s.hears(streetDesk, v.No, "N7")
	v = s.do(streetDesk, v.No, "contact-petitioner", map[string]any{"method": "visit", "reached": true, "summary": "现场查看渗水"})
	require.Equal(t, street, v.Owner.Unit)
	require.Equal(t, "wrong_state", s.refused(streetDesk, v.No, "dispatch", map[string]any{"lead_unit": housing}).Reason)
	v = s.do("tleader.220402008", v.No, "report-up", map[string]any{"reason": "超出街道职权", "tried": "已调解两次", "lead_unit": housing})
	require.Equal(t, "L1", v.Level)
	require.Equal(t, housing, v.Owner.Unit)
	require.Equal(t, http.StatusOK, s.get(streetDesk, "/cases/"+v.No, nil), "it took part")
}

// playOfferLapses: nobody confirms, and the case is where it was (drill: 4 s).
func playOfferLapses(t *testing.T, s *stand) {
	desk := s.drill(nil)
	s.do("win-general.220498", desk.No, "hand-over", map[string]any{"to_unit": "220498001-C", "reason": "就近办理"})
	local := s.drill(nil)
	s.do("disp.220498", local.No, "start-triage", nil)
	v := s.do("disp.220498", local.No, "assign-local", nil)
	require.Equal(t, "220498-C", v.Owner.Unit)

	for _, no := range []string{desk.No, local.No} {
		s.until(no, func(demo.View) bool { return s.has(no, "hand_over_lapsed") })
	}
	c := s.after(desk.No, "hand_over_lapsed")
	require.Equal(t, grievance.Owner{Unit: "220498-C", User: "win-general.220498"}, c.Owner)
	require.Nil(t, c.Offer)
	s.hears("win-general.220498", desk.No, "N20")
	c = s.after(local.No, "hand_over_lapsed")
	require.Equal(t, grievance.Triage, c.State, "the street never had it")
	require.Empty(t, c.Level)
	require.Equal(t, "220498-C", c.Owner.Unit)
	s.hears("tleader.220498001", local.No, "N20")
	require.Contains(t, []int{http.StatusForbidden, http.StatusConflict}, s.refused("office.220498001", local.No, "confirm-hand-over", nil).Status)
}

// after is a case as an event of time has left it; drill cases move on at once.
func (s *stand) after(no, typ string) *grievance.Case {
	s.t.Helper()
	e := s.event(no, typ)
	require.NotEmpty(s.t, e.Deadline, "time did it")
	c, err := s.app.Store.CaseAt(context.Background(), store.Everything, no, e.Seq)
	require.NoError(s.t, err)
	return c.(*grievance.Case)
}
