package api_test

import (
	"net/http"
	"slices"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/gridevent"
)

func (w *walk) buildEvents() {
	e := "grid_event"
	photos := w.shots(6)
	_, v := w.report(w.t, walker, "", "/api/v1/grid-events", lampBody(map[string]any{"photos": photos[:3], "grid": theGrid}))
	require.NotNil(w.t, v["no"], v)
	reported := w.keep("reported", e, v["no"].(string))
	_, v = w.report(w.t, citizen, "", "/api/v1/grid-events", lampBody(map[string]any{"grid": theGrid}))
	require.NotNil(w.t, v["no"], v)
	w.keep("reported by a citizen", e, v["no"].(string))
	admin := somebody("platform_admin@220402-C+grid_leader@220402008901").user
	_, v = w.report(w.t, admin, "", "/api/v1/grid-events", lampBody(map[string]any{"photos": photos[:3], "grid": theGrid}))
	require.NotNil(w.t, v["no"], v)
	w.keep("reported by who reviews", e, v["no"].(string))
	more := w.like(e, reported)
	w.took(e, more, platform, "review-supplement", form.Input{"missing": "近景照片"})
	w.keep("to be supplemented", e, more)
	self := w.like(e, reported)
	w.took(e, self, walker, "self-dispose", form.Input{"self_disposed": "已更换灯泡", "after_photos": photos[3:4]})
	w.keep("put right by the reporter", e, self)
	dispatched := w.like(e, reported)
	w.took(e, dispatched, platform, "dispatch", form.Input{"lead_unit": "220402-D08"})
	w.keep("event dispatched", e, dispatched)
	signed := w.like(e, dispatched)
	w.took(e, signed, liaison, "sign-for", nil)
	w.keep("event signed", e, signed)
	back := w.like(e, signed)
	w.took(e, back, liaison, "request-return", with(theWhy, form.Input{"reason_code": "B01", "suggested_unit": "220402-D12"}))
	w.keep("event return asked for", e, back)
	disposing := w.like(e, signed)
	w.took(e, disposing, liaison, "start-disposal", form.Input{"handlers": []any{handlerD08}})
	w.keep("disposing", e, disposing)
	urged := w.like(e, disposing)
	w.took(e, urged, overseer, "remind", theOrder)
	w.keep("event reminded", e, urged)
	suspended := w.like(e, disposing)
	w.took(e, suspended, leaderD08, "suspend", theHangUp)
	w.took(e, suspended, director, "approve", nil)
	w.keep("event suspended", e, suspended)
	feedback := w.like(e, disposing)
	w.took(e, feedback, handlerD08, "submit-disposal", form.Input{"result": "已更换灯泡", "after_photos": photos[4:5], "location": map[string]any{"lat": lamp.Lat, "lon": lamp.Lon}})
	w.keep("to be verified", e, feedback)
	photosOnly := w.like(e, feedback)
	for range 3 { // another member, the grid leader, the platform
		w.took(e, photosOnly, platform, "hand-over-verification", theWhy)
	}
	w.keep("to be judged from the photos", e, photosOnly)
	closed := w.like(e, feedback)
	w.took(e, closed, walker, "verify", form.Input{"verdict": "pass", "location": map[string]any{"lat": lamp.Lat, "lon": lamp.Lon}, "photos": photos[5:6], "score": 5})
	w.keep("event closed", e, closed)
	fewer := w.like(e, reported)
	w.took(e, fewer, platform, "withhold-photos", form.Input{"photos": photos[:1], "ground": "person"})
	w.keep("with a withheld photo", e, fewer)
	merged := w.like(e, reported)
	w.took(e, merged, platform, "merge", form.Input{"master": dispatched})
	w.keep("event merged", e, merged)
	w.masters["grid_event"], w.masters["duplicate"] = dispatched, reported
	w.buildRareEvents(reported, photos)
}

// buildRareEvents are what needs a history that is not told here: a place two grids claim,
// a spot where the same comes back, and an event that is put right in stages.
func (w *walk) buildRareEvents(reported string, photos []string) {
	e := "grid_event"
	border, again := w.like(e, reported), w.like(e, reported)
	w.reported[border].Flags = append(slices.Clone(w.reported[border].Flags), "place_border")
	w.keep("on a border", e, border)
	w.reported[again].RootCause = &gridevent.RootCause{Unit: "220402-C", OpenedAt: noon, Due: noon.AddDate(0, 0, 5)}
	w.keep("back again", e, again)
	_, v := w.report(w.t, walker, "", "/api/v1/grid-events", lampBody(map[string]any{"category": "E0101", "photos": photos[:3], "grid": theGrid}))
	require.NotNil(w.t, v["no"], v)
	stages := v["no"].(string)
	if w.reported[stages].State == gridevent.Reported {
		w.took(e, stages, platform, "dispatch", form.Input{"lead_unit": "220402-D08"})
	}
	w.took(e, stages, liaison, "sign-for", nil)
	w.took(e, stages, liaison, "start-disposal", form.Input{"handlers": []any{handlerD08}})
	w.keep("put right in stages", e, stages)
}

func (w *walk) buildWhistles() {
	k := "whistle"
	r := w.do(w.t, request{as: townOffice, method: http.MethodPost, path: "/api/v1/whistles", body: draft})
	require.Equal(w.t, http.StatusCreated, r.Code, r.Body.String())
	drafted := w.keep("drafted", k, bodyOf(w.t, r)["no"].(string))
	blown := w.like(k, drafted)
	w.took(k, blown, townLeader, "approve-whistle", nil)
	w.keep("blown", k, blown)
	refused := w.like(k, blown)
	w.took(k, refused, "leader."+policeUnit, "refuse-whistle", form.Input{"ground": "not_its_power", "reason": "非职权", "legal_basis": "条例"})
	w.keep("coordinating", k, refused)
	working := w.like(k, blown)
	units := []string{policeUnit, "220402-D23"}
	for _, u := range units {
		w.took(k, working, "liaison."+u, "respond", nil)
		w.took(k, working, "handler."+u, "arrive", form.Input{"point": map[string]any{"lat": 42.9, "lon": 125.14}})
	}
	w.keep("on site", k, working)
	working = w.like(k, working)
	for _, u := range units {
		w.took(k, working, "handler."+u, "start-work", nil)
	}
	w.keep("working", k, working)
	completed := w.like(k, working)
	for _, u := range units {
		w.took(k, completed, "handler."+u, "complete-work", form.Input{"result": "已清理", "photos": w.shots(6)[:1]})
	}
	w.keep("completed", k, completed)
}
