package api_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/view"
)

func (h *house) Reveal(ctx context.Context, no string, e audit.Entry, most view.UnmaskLimits, alarms []notice.Message) (view.Person, bool, error) {
	read, asked := 0, 0
	for _, x := range h.audited {
		if x.Actor == e.Actor && x.Kind == e.Kind {
			asked++
			if x.Outcome == audit.OK {
				read++
			}
		}
	}
	if asked >= most.Hour {
		h.alarms = append(h.alarms, alarms...)
	}
	if e.Outcome == audit.OK && read >= most.Hour {
		return view.Person{}, false, &domain.Error{Code: domain.CodeTooMany, Reason: "identity_reads"}
	}
	if err := h.Audit(ctx, e); err != nil || e.Outcome != audit.OK {
		return view.Person{}, false, err
	}
	p, ok := h.people[no]
	return p, ok, nil
}

const whyJSON = `{"purpose":"contact","reason":"约定上门查看时间"}`

func unmasking(as, no, body string) request {
	return request{as: as, method: http.MethodPost, path: "/api/v1/cases/" + no + "/unmask", body: body}
}

// matter registers a case with changes.
func (h *house) matter(t *testing.T, more map[string]any) string {
	t.Helper()
	in := map[string]any{}
	require.NoError(t, json.Unmarshal([]byte(matterJSON), &in))
	maps.Copy(in, more)
	body, err := json.Marshal(in)
	require.NoError(t, err)
	res := h.do(t, request{as: clerk, method: http.MethodPost, path: "/api/v1/grievances", body: string(body)})
	require.Equal(t, http.StatusCreated, res.Code, res.Body.String())
	return bodyOf(t, res)["no"].(string)
}

// TestUnmask: who may see an identity sees it once, for a purpose, on record; everybody else
// is refused, which is on record too.
func TestUnmask(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	who := []string{"张三丰", "13800005678"}
	h.play(t, []scenario{
		{name: "the window that took it in", request: unmasking(clerk, no, whyJSON), status: 200, want: who},
		{name: "a petition receptionist's colleague is not on the case", request: unmasking("win-petition.220402", no, whyJSON), status: 403, code: "forbidden", not: who},
		{name: "a supervisor", request: unmasking("supervisor.220402", no, whyJSON), status: 200, want: who},
		{name: "a dispatcher is not on the case", request: unmasking(dispatcher, no, whyJSON), status: 403, code: "forbidden", not: who},
		{name: "another county does not know of it", request: unmasking("supervisor.220403", no, whyJSON), status: 404, not: who},
		{name: "an administrator sees no content", request: unmasking(admin, no, whyJSON), status: 404, not: who},
		{name: "nothing said", request: unmasking(clerk, no, ``), status: 422, want: []string{`"purpose"`, `"reason"`}, not: who},
		{name: "a short reason", request: unmasking(clerk, no, `{"purpose":"contact","reason":"看看"}`), status: 422, want: []string{`"reason"`}, not: who},
		{name: "no such purpose", request: unmasking(clerk, no, `{"purpose":"curiosity","reason":"约定上门查看时间"}`), status: 422, want: []string{`"purpose"`}, not: who},
		{name: "masked again", request: request{as: clerk, method: http.MethodGet, path: "/api/v1/cases/" + no + "/petitioner"}, status: 200,
			want: []string{"张**", "138****5678", `"may_unmask":true`}, not: who},
		{name: "who may not is told so", request: request{as: dispatcher, method: http.MethodGet, path: "/api/v1/cases/" + no + "/petitioner"}, status: 200, want: []string{`"may_unmask":false`}},
	})
	var got [][]string
	for _, e := range h.audited {
		got = append(got, []string{e.Actor, string(e.Kind), e.Object, e.Purpose, e.Reason, e.Outcome})
		assert.Regexp(t, `^token [0-9a-f]{12}$`, e.Via)
		assert.NotEmpty(t, e.Request)
	}
	why := func(who, outcome string) []string {
		return []string{who, "identity_read", no, "contact", "约定上门查看时间", outcome}
	}
	assert.Equal(t, [][]string{why(clerk, "ok"), why("win-petition.220402", "refused"), why("supervisor.220402", "ok"), why(dispatcher, "refused")}, got)
	assert.NotContains(t, h.log.String(), "约定上门")

	h.unaudited = &domain.Error{Code: domain.CodeUnavailable, Reason: "database_away"}
	for _, as := range []string{clerk, dispatcher} {
		res := h.do(t, unmasking(as, no, whyJSON))
		assert.Equal(t, http.StatusServiceUnavailable, res.Code, "what cannot be recorded is refused")
		assert.NotContains(t, res.Body.String(), "张三丰")
	}
}

// TestUnmaskIsWatched: above the limit of the policy it is refused, and the overseers are told.
func TestUnmaskIsWatched(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	for range 20 {
		require.Equal(t, http.StatusOK, h.do(t, unmasking(clerk, no, whyJSON)).Code)
	}
	res := h.do(t, unmasking(clerk, no, whyJSON))
	assert.Equal(t, http.StatusTooManyRequests, res.Code)
	assert.NotContains(t, res.Body.String(), "张三丰")
	require.Len(t, h.alarms, 2)
	assert.Equal(t, "220402", h.alarms[0].To.Unit)
	assert.Equal(t, "220400", h.alarms[1].To.Unit)
	for _, m := range h.alarms {
		assert.Contains(t, m.BodyZH, no)
		assert.NotContains(t, m.BodyZH+m.BodyEN, "张")
	}
	assert.Contains(t, h.log.String(), "more identities than is allowed")
}

// TestRefusedReadsAreWatched: who asks again and again for what is not to be had is told of too.
func TestRefusedReadsAreWatched(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	for range 20 {
		require.Equal(t, http.StatusForbidden, h.do(t, unmasking(dispatcher, no, whyJSON)).Code)
	}
	require.Empty(t, h.alarms)
	assert.Equal(t, http.StatusForbidden, h.do(t, unmasking(dispatcher, no, whyJSON)).Code)
	assert.Len(t, h.alarms, 2)
}

// TestTheAlarmOfAnAccusationIsForItsKeeper: those who may not know of it are not told of it.
func TestTheAlarmOfAnAccusationIsForItsKeeper(t *testing.T) {
	t.Parallel()
	for respondent, want := range map[string][]machine.Recipient{
		"220402-D11": {{Role: org.RoleDeptLeader, Unit: "220402-D07"}},
		"220402-D07": nil, // the keeper itself is accused: the log has it
	} {
		h := newHouse(t)
		no := h.matter(t, map[string]any{"nature": "accusation", "respondent_unit": respondent})
		for range 21 { // the window knows of it, and is of another unit
			require.Equal(t, http.StatusForbidden, h.do(t, unmasking(clerk, no, whyJSON)).Code)
		}
		var to []machine.Recipient
		for _, m := range h.alarms {
			to = append(to, m.To)
			assert.Equal(t, notice.ForOverseers, m.Exempt)
		}
		assert.Equal(t, want, to)
	}
}

// TestAUnitDoesNotLearnWho: a handler sees the identity of an ordinary matter; not of a
// sensitive one, nor of anybody who asked to be reached through the centre. The centre does.
func TestAUnitDoesNotLearnWho(t *testing.T) {
	t.Parallel()
	const handler = "handler.220402-D08"
	for name, c := range map[string]struct {
		more       map[string]any
		unit       int
		reason     string
		supervisor int
	}{
		"ordinary":           {nil, http.StatusOK, "", http.StatusOK},
		"through the centre": {map[string]any{"petitioner": map[string]any{"name": "张三丰", "phone": "13800005678", "contact_via_centre": true}}, http.StatusForbidden, "identity_via_centre", http.StatusOK},
		"sensitive":          {map[string]any{"confidentiality": "C2"}, http.StatusForbidden, "identity_sensitive", http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			no := h.matter(t, c.more)
			h.act(t, dispatcher, no, "start-triage", "")
			h.act(t, dispatcher, no, "dispatch", dispatchJSON)
			h.act(t, liaison, no, "sign-for", "")
			h.act(t, liaison, no, "assign-handler", `{"handlers":["`+handler+`"],"recusal_declared":true}`)
			assert.Equal(t, http.StatusForbidden, h.do(t, unmasking("leader.220402-D08", no, whyJSON)).Code, "no task on the case")
			res := h.do(t, unmasking(handler, no, whyJSON))
			assert.Equal(t, c.unit, res.Code)
			shown := h.do(t, request{as: handler, method: http.MethodGet, path: "/api/v1/cases/" + no + "/petitioner"}).Body.String()
			if c.reason != "" {
				assert.Equal(t, c.reason, problemOf(t, res).Reason)
				assert.Contains(t, shown, `"withheld":true`)
				for _, left := range []string{"张", "138", "5678"} {
					assert.NotContains(t, shown+res.Body.String(), left)
				}
			} else {
				assert.Contains(t, shown, "张**")
			}
			assert.Equal(t, http.StatusOK, h.do(t, unmasking(clerk, no, whyJSON)).Code, "the centre passes on what is to be said")
			assert.Equal(t, c.supervisor, h.do(t, unmasking("supervisor.220402", no, whyJSON)).Code, "of a sensitive matter only those named on it")
		})
	}
}

// TestAnAccusationIsForTheDisciplineOfficer: of those who may know of it, nobody else sees
// who raised it, the window that took it in included.
func TestAnAccusationIsForTheDisciplineOfficer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.matter(t, map[string]any{"nature": "accusation", "respondent_unit": "220402-D11"})
	for as, want := range map[string]int{"discipline.220402-D07": http.StatusOK, clerk: http.StatusForbidden, "leader.220402-D07": http.StatusForbidden, "supervisor.220402": http.StatusNotFound} {
		res := h.do(t, unmasking(as, no, whyJSON))
		assert.Equal(t, want, res.Code, as)
		assert.Equal(t, want == http.StatusOK, bodyOf(t, res)["person"] != nil, as)
	}
	assert.Contains(t, h.do(t, request{as: clerk, method: http.MethodGet, path: "/api/v1/cases/" + no + "/petitioner"}).Body.String(), `"withheld":true`)
}

// TestAMaskedValueIsNeverStored: whatever was masked, by whomever, is refused where a person
// is described, and as the whole of any other word of a form.
func TestAMaskedValueIsNeverStored(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	person := view.Person{Name: "张三丰", Phone: "13800005678", IDNo: "220402197001011234", Address: "福镇街道福阳社区3号楼"}
	m := person.Masked()
	register := func(in map[string]any) request {
		body, err := json.Marshal(in)
		require.NoError(t, err)
		return request{as: clerk, method: http.MethodPost, path: "/api/v1/grievances", body: string(body)}
	}
	var list []scenario
	add := func(name, field string, r request) {
		list = append(list, scenario{name: name, request: r, status: 422, code: "invalid", want: []string{`"` + field + `"`, `"masked"`}, not: []string{"**"}})
	}
	before := len(h.cases)
	for field, values := range map[string][]string{
		"name":    {m.Name, "张＊＊", "欧阳**", "张*丰", "***", "●●●"},
		"phone":   {m.Phone, "138＊＊＊＊5678", "***", "*******5678", "138*****678"},
		"id_no":   {m.IDNo, "220402********1234", "******", "2204021970010112**"},
		"address": {m.Address, "***", "福镇街道***", "福阳社区*号楼"},
	} {
		for _, v := range values {
			matter := map[string]any{"nature": "help", "summary": "井盖破损", "channel": "walk_in", "area": "220402008", "petitioner": map[string]any{"name": "甲某", field: v}}
			add("a person's "+field+" "+v, "petitioner."+field, register(matter))
			if field == "name" || field == "phone" {
				matter = map[string]any{"nature": "help", "summary": "井盖破损", "channel": "walk_in", "area": "220402008", "headcount": 6, "petitioner": map[string]any{"name": "甲某"},
					"representatives": []any{map[string]any{"name": "乙某", field: v}}}
				add("a representative's "+field+" "+v, "representatives[0]."+field, register(matter))
			}
		}
	}
	for _, v := range []string{m.Name, m.Phone, m.IDNo, m.Address} {
		add("respondent "+v, "respondent", register(map[string]any{"nature": "help", "summary": "井盖破损", "channel": "walk_in", "area": "220402008", "respondent": v, "petitioner": map[string]any{"anonymous": true}}))
		add("summary "+v, "summary", register(map[string]any{"nature": "help", "summary": v, "channel": "walk_in", "area": "220402008", "petitioner": map[string]any{"anonymous": true}}))
		add("spot of a report "+v, "spot", request{as: walker, method: http.MethodPost, path: "/api/v1/grid-events", body: `{"spot":"` + v + `"}`})
		add("a step "+v, "statement", step(clerk, no, "withdraw", "key", `{"statement":"`+v+`"}`))
		list[len(list)-1].updates = 1 // the engine refuses it
		add("why an identity is looked at "+v, "reason", unmasking(clerk, no, `{"purpose":"contact","reason":"`+v+`"}`))
	}
	h.play(t, list)
	assert.Len(t, h.cases, before, "nothing was stored")
}
