package api_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/supervision"
)

// inputs are those that cannot be made up from the form alone.
func (w *walk) inputs() map[string]map[string]any {
	done := with(theAnswer, nil)
	return map[string]map[string]any{
		"grievance hand-over":         {"to_unit": "220402008-C"},
		"grievance merge":             {"master": w.masters["grievance"]},
		"grievance no-longer-accept":  {"ground": "in_progress"},
		"grievance accept-return":     {"lead_unit": "220402-D12"},
		"grievance waive-task":        {"task": w.masters["task"]},
		"grievance plan-session":      {"lead_unit": "220402-D08", "assist_units": []any{"220402-D01"}},
		"grievance close-unreachable": {"notice_posted": "已在社区公告栏公告"},
		"grievance show-photos":       {"photos": []any{"brought"}},
		"grievance sender-answered":   {"answer": "refused"},
		"grievance local-conclude":    done,
		"grievance joint-conclude":    with(done, map[string]any{"joint_opinion": "共同认定", "executing_unit": "220402-D08", "executing_date": "2026-12-10"}),
		"grievance leader-conclude": with(done, map[string]any{"plan": "包案方案", "minutes": "会议纪要", "decision": "同意", "executing_unit": "220402-D08",
			"executing_date": "2026-12-10"}),
		"grievance answer-supervision":  {"plan": "三日内完工"},
		"grid_event answer-supervision": {"plan": "三日内完工"},
		"grid_event merge":              {"master": w.masters["grid_event"]},
		"grid_event adopt":              {"events": []any{w.masters["duplicate"]}},
		"grid_event stage-done":         {"stage": "make_safe", "result": "已围挡", "photos": []any{"f5"}},
		"grid_event verify":             {"score": 5},
		"grid_event verify-from-photos": theWhy,
		"grid_event close-unverified":   theWhy,
		"grid_event answer-root-cause":  {"finding": "线路老化", "measures": "整体更换"},
		"grid_event rule-grid":          with(theWhy, map[string]any{"grid": theGrid}),
		"joint record-attendance":       theAttendance,
		"joint hold":                    theMinutes,
		"joint conclude":                {"joint_opinion": "共同认定", "lead_unit_final": "220402-D08"},
		"whistle arrive":                {"point": map[string]any{"lat": 42.9, "lon": 125.14}},
		"whistle complete-work":         {"result": "已清理", "photos": []any{"f1"}},
	}
}

// tryRecast lets an office play a part that nobody holding it has in the stages: where the
// step could be taken, it is put into the part, and must be let through; a namesake in the
// same office who has no part must stand as the matrix says, too.
func (w *walk) tryRecast(t *testing.T, b built, row matrixStep, o officeAt, seen *tally) bool {
	done, ok := seen.taken[b.of+" "+b.do]
	if !ok {
		return false
	}
	p := somebody(o.role + "@" + w.homeOf(o))
	s := done.stage
	s.no = w.like(s.of, s.no)
	w.recast(s, o, p)
	s.scene = w.sceneFor(s.of, s.no)
	if !w.m.sees(s.scene, p) || !s.scene.stands(o.place, p, p.grants[0]) {
		return false
	}
	before := w.moment(s.of, s.no)
	for _, who := range []person{p, somebody(p.user + "#2")} {
		got := w.ask(who.user, http.MethodPost, at(s.of, s.no)+"/actions/"+b.do, done.body)
		want := w.expect(s, row, row.offices(), who, true)
		fits := got.status == want || want == http.StatusOK && (got.status == http.StatusUnprocessableEntity || got.status == http.StatusConflict && got.reason != "wrong_state")
		if !fits {
			assert.Fail(t, "the matrix says otherwise", "%s by %s as %s: got %d %s, want %d", b.do, who.user, o.place, got.status, got.reason, want)
		}
		w.back(s.of, s.no, before)
	}
	return true
}

// homeOf is where a role sits to play its part: the one in the county, or, for the lead unit
// of an event, in the township.
func (w *walk) homeOf(o officeAt) string {
	if o.role == "mediator" && (o.place == "township" || o.place == "handler") {
		return "220402008-C"
	}
	for role, reach := range w.m.Roles {
		if string(role) == o.role {
			return home(reach, role)
		}
	}
	return ""
}

// recast gives somebody the part of an entry.
func (w *walk) recast(s stage, o officeAt, p person) {
	unit := p.grants[0].Unit
	switch c := w.moment(s.of, s.no).subject.(type) {
	case *grievance.Case:
		w.recastCase(c, o.place, p.user, unit)
		if !w.m.sees(sceneOf(c), p) { // whose tasks are assigned is named on the case
			c.Handlers = append(slices.Clone(c.Handlers), p.user)
		}
	case *gridevent.Event:
		switch o.place {
		case "ordered":
			c.LeadUnit, c.Units = unit, append(slices.Clone(c.Units), unit)
			c.Orders = supervision.Orders{{Mark: supervision.Reminded, Unit: unit}}
		case "reporter":
			c.Reporter, c.ByCitizen = p.user, o.role == "petitioner"
		case "verifier":
			c.Verifier = p.user
			c.Looks = append(slices.Clone(c.Looks), gridevent.Look{By: p.user})
		case "handler":
			c.LeadUnit, c.Handlers = unit, []string{p.user}
			c.Units = append(slices.Clone(c.Units), unit)
		}
	case *joint.Session:
		if o.place == "chair" {
			c.Chair, c.ChairUnit = p.user, unit
		}
	}
}

func (w *walk) recastCase(c *grievance.Case, place, user, unit string) {
	switch place {
	case "first":
		c.FirstResponder = user
	case "ordered":
		c.Orders, c.Units = supervision.Orders{{Mark: supervision.Reminded, Unit: unit}}, append(slices.Clone(c.Units), unit)
	case "offered":
		c.Offer = &grievance.Offer{Unit: unit, User: user, From: c.Owner, Back: c.State}
	case "owner":
		c.Owner.Unit, c.Owner.User = unit, user
	case "handler":
		c.LeadUnit, c.Handlers = unit, []string{user}
	case "vault", "vault_callback":
		c.Confidentiality, c.RespondentUnit = "C3", "220402-D12"
	}
}
