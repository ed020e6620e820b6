package e2e

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/internal/demo"
)

// Other departments of Longshan, and one under vertical management.
const (
	land     = "220402-D12"
	farming  = "220402-D13"
	vertical = "220402-D20"
)

func returnTo(unit string) map[string]any {
	return map[string]any{"reason_code": "B01", "legal_basis": "三定方案", "suggested_unit": unit, "note": "不属本单位职责范围"}
}

// sealed is a return with the seal of the unit, which the second of a case needs.
func sealed(in map[string]any) map[string]any {
	in["seal"] = true
	return in
}

// playReturnNeedsTheHead: the liaison asks, the head of the unit signs, the
// dispatcher decides; once refused, the unit handles (G13, G15).
func playReturnNeedsTheHead(t *testing.T, s *stand) {
	v := s.toUnit(nil)
	s.do("liaison."+housing, v.No, "request-return", returnTo(land))
	w := s.look("disp.220402", v.No)
	require.Equal(t, "dispatched", w.State, "asked for, not returned")
	require.Len(t, w.Requests, 1)
	require.Equal(t, housing, w.Owner.Unit)
	require.Equal(t, http.StatusForbidden, s.refused("liaison2."+housing, v.No, "approve", nil).Status)
	require.Equal(t, "already_requested", s.refused("liaison2."+housing, v.No, "request-return", returnTo(land)).Reason)
	s.hears("leader."+housing, v.No, "N9")

	v = s.do("leader."+housing, v.No, "approve", nil)
	require.Equal(t, "return_pending", v.State)
	require.Equal(t, housing, v.Owner.Unit, "the unit answers for it until somebody else does")
	s.hears("disp.220402", v.No, "N9")

	v = s.do("disp.220402", v.No, "reject-return", map[string]any{"reason": "属于住建职责"})
	require.Equal(t, "handling", v.State)
	s.hears("liaison."+housing, v.No, "N10")
	started := s.try("leader."+housing, v.No, "request-return", returnTo(land), s.keyed())
	require.Equal(t, http.StatusConflict, started.Status, "handling has started")
	require.Equal(t, "handling", started.State)
	require.Contains(t, started.Allowed, "issue-reply")
	require.NotContains(t, started.Allowed, "request-return")
}

// playDeclinedByTheHead: what the head does not sign was never returned.
func playDeclinedByTheHead(t *testing.T, s *stand) {
	v := s.toUnit(nil)
	s.do("liaison."+housing, v.No, "request-return", returnTo(land))
	v = s.do("leader."+housing, v.No, "decline", map[string]any{"reason": "本单位职责"})
	require.Equal(t, "dispatched", v.State)
	require.Equal(t, 0, s.look("disp.220402", v.No).ReturnCount)
	s.hears("liaison."+housing, v.No, "N10")
}

// playPingPongEndsInAdjudication: a second return is the director's, two
// reassignments force a ruling, and who was designated keeps the case (G14–G17).
func playPingPongEndsInAdjudication(t *testing.T, s *stand) {
	v := s.toUnit(nil)
	s.do("leader."+housing, v.No, "request-return", returnTo(land)) // who may sign asks alone
	require.Equal(t, "returned_before", s.refused("disp.220402", v.No, "accept-return", map[string]any{"lead_unit": housing}).Reason)
	v = s.do("disp.220402", v.No, "accept-return", map[string]any{"lead_unit": land})
	require.Equal(t, land, v.Owner.Unit)
	require.Equal(t, 1, s.look("disp.220402", v.No).ReassignCount)
	s.hears("liaison."+land, v.No, "N7")

	s.do("liaison."+land, v.No, "sign-for", nil)
	require.Equal(t, []string{"seal"}, s.try("leader."+land, v.No, "request-return", returnTo(farming), s.keyed()).fields())
	s.do("leader."+land, v.No, "request-return", sealed(returnTo(farming)))
	require.Equal(t, "director_decides", s.refused("disp.220402", v.No, "accept-return", map[string]any{"lead_unit": farming}).Reason)
	require.Equal(t, "director_decides", s.refused("disp.220402", v.No, "reject-return", map[string]any{"reason": "属你局,不宜再退"}).Reason)
	v = s.do("director.220402", v.No, "accept-return", nil) // no third dispatch
	require.Equal(t, "adjudicating", v.State)
	require.Equal(t, "220402-C", v.Owner.Unit)
	require.Equal(t, "T03", s.event(v.No, "adjudication_started").Reason)
	s.hears("director.220402", v.No, "N8")

	ruling := map[string]any{"lead_unit": urban, "decision": "由城管执法局承办", "legal_basis": "三定方案"}
	require.Equal(t, http.StatusForbidden, s.refused("disp.220402", v.No, "adjudicate", ruling).Status)
	v = s.do("director.220402", v.No, "adjudicate", ruling)
	require.Equal(t, "dispatched", v.State)
	require.Equal(t, urban, v.Owner.Unit)
	kept := s.refused("leader."+urban, v.No, "request-return", returnTo(housing))
	require.Equal(t, "designated_no_return", kept.Reason)
	require.Equal(t, http.StatusConflict, kept.Status)
	require.Equal(t, "signed", s.do("liaison."+urban, v.No, "sign-for", nil).State)
}

// playVerticalUnitIsTheLeaders: the director rules over the units in reach only (G17).
func playVerticalUnitIsTheLeaders(t *testing.T, s *stand) {
	v := s.toUnit(nil)
	v = s.do("disp.220402", v.No, "start-adjudication", map[string]any{"parties": []string{housing, vertical}, "arguments": "双方均认为属对方职责"})
	require.Equal(t, "adjudicating", v.State)
	s.hears("liaison."+vertical, v.No, "N8")
	ruling := map[string]any{"lead_unit": vertical, "assist_units": []string{housing}, "decision": "由环境分局承办", "legal_basis": "三定方案"}
	require.Equal(t, "leader_decides", s.refused("director.220402", v.No, "adjudicate", ruling).Reason)
	v = s.do("cleader.220402", v.No, "adjudicate", ruling)
	require.Equal(t, vertical, v.Owner.Unit)
	s.hears("liaison."+housing, v.No, "N7")
}

// playEmergencyIsMadeSafeFirst: no unit sends an emergency back; nor is a blocked
// ground taken from anybody (§4.4).
func playEmergencyIsMadeSafeFirst(t *testing.T, s *stand) {
	v := s.toUnit(map[string]any{"urgency": "emergency"})
	require.Equal(t, "make_safe_first", s.refused("leader."+housing, v.No, "request-return", returnTo(land)).Reason)

	v = s.toUnit(nil)
	hard := returnTo(land)
	hard["reason_code"] = "N01"
	bad := s.try("leader."+housing, v.No, "request-return", hard, s.keyed())
	require.Equal(t, http.StatusUnprocessableEntity, bad.Status, "too hard is no ground")
	require.Equal(t, []string{"reason_code"}, bad.fields())
	require.Equal(t, []string{"suggested_unit"}, s.try("leader."+housing, v.No, "request-return", returnTo(housing), s.keyed()).fields())
}

// playReturnWindowCloses: time takes the right to return away (drill: 3 s).
func playReturnWindowCloses(t *testing.T, s *stand) {
	const unit = "220498-D11"
	v := s.drill(map[string]any{"urgency": "complex"})
	s.do("disp.220498", v.No, "start-triage", nil)
	s.do("disp.220498", v.No, "dispatch", map[string]any{"lead_unit": unit})
	s.until(v.No, func(v demo.View) bool { return v.State == "signed" }) // by itself, after 4 s
	require.Equal(t, "auto_signed", s.event(v.No, "auto_signed").Type)
	require.Equal(t, "return_window_closed", s.refused("leader."+unit, v.No, "request-return", returnTo("220498-D12")).Reason)
	s.hears("leader."+unit, v.No, "N20")
}
