package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/audit"
)

func onHold(as, no, act, body string) request {
	return request{as: as, method: http.MethodPost, path: "/api/v1/cases/" + no + act, body: body}
}

const (
	courtAsks = `{"reason":"法院调卷函〔2026〕17号"}`
	courtDone = `{"reason":"法院已结案,函件归档"}`
)

// holdsFor are the holds somebody is shown, "+" behind those that were lifted.
func (h *house) holdsFor(t *testing.T, as, query string) (out []string) {
	t.Helper()
	var page struct {
		Items []struct {
			No, By, Reason string
			LiftedBy       string `json:"lifted_by"`
		}
	}
	res := h.do(t, request{as: as, method: http.MethodGet, path: "/api/v1/retention/holds" + query})
	require.Equal(t, http.StatusOK, res.Code, res.Body.String())
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &page))
	for _, x := range page.Items {
		out = append(out, x.No+strings.Repeat("+", len(x.LiftedBy)/max(1, len(x.LiftedBy))))
	}
	return out
}

// TestHolds: who supervises sets a hold where they do, with a reason on the audit log; another
// of them lifts it. The same wish again is answered again and recorded once.
func TestHolds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	h.play(t, []scenario{
		{name: "who handles it", request: onHold(dispatcher, no, "/hold", courtAsks), status: 403, want: []string{`"not_your_office"`}},
		{name: "who applies what is due", request: onHold(admin, no, "/hold", courtAsks), status: 403},
		{name: "who reads the log", request: onHold(auditor, no, "/hold", courtAsks), status: 403},
		{name: "without a reason", request: onHold(supervisor, no, "/hold", `{}`), status: 422, want: []string{`"reason"`}},
		{name: "with somebody's number", request: onHold(supervisor, no, "/hold", `{"reason":"联系13800005678核实"}`), status: 422, want: []string{`"number"`}},
		{name: "in another county", request: onHold("supervisor.220403", no, "/hold", courtAsks), status: 404},
		{name: "nothing to lift", request: onHold(secondOfficer, no, "/hold/lift", courtDone), status: 409, want: []string{`"not_held"`}},
		{name: "set", request: onHold(supervisor, no, "/hold", courtAsks), status: 200, want: []string{`"by":"` + supervisor + `"`, "〔2026〕17号"}, not: []string{"lifted"}},
		{name: "once more", request: onHold(supervisor, no, "/hold", courtAsks), status: 200, want: []string{`"id":1,`}},
		{name: "for another reason", request: onHold(supervisor, no, "/hold", courtDone), status: 409, want: []string{`"held_already"`}},
		{name: "by another", request: onHold(secondOfficer, no, "/hold", courtAsks), status: 409, want: []string{`"held_already"`}},
		{name: "lifted by who set it", request: onHold(supervisor, no, "/hold/lift", courtDone), status: 403, want: []string{`"same_person"`}},
	})
	assert.Equal(t, []string{no}, h.holdsFor(t, secondOfficer, ""))
	assert.Equal(t, []string{no}, h.holdsFor(t, "citysup.220400", "?no="+no))
	assert.Empty(t, h.holdsFor(t, "supervisor.220403", ""))
	assert.Empty(t, h.holdsFor(t, supervisor, "?before=1"))
	h.play(t, []scenario{
		{name: "lifted by another", request: onHold("citysup.220400", no, "/hold/lift", courtDone), status: 200, want: []string{`"lifted_by":"citysup.220400"`}},
		{name: "once more", request: onHold("citysup.220400", no, "/hold/lift", courtDone), status: 200, want: []string{`"id":1,`}},
		{name: "by who came too late", request: onHold(secondOfficer, no, "/hold/lift", courtDone), status: 409, want: []string{`"not_held"`}},
		{name: "the list of others", request: request{as: dispatcher, method: http.MethodGet, path: "/api/v1/retention/holds"}, status: 403},
		{name: "of who reads the log", request: request{as: auditor, method: http.MethodGet, path: "/api/v1/retention/holds"}, status: 403},
	})
	assert.Empty(t, h.holdsFor(t, supervisor, ""))
	assert.Equal(t, []string{no + "+"}, h.holdsFor(t, supervisor, "?lifted=true"))
	var said []string
	for _, e := range h.audited {
		if e.Kind == audit.HoldSet || e.Kind == audit.HoldLifted {
			said = append(said, string(e.Kind)+" "+e.Actor+" "+e.Object+" "+e.Reason)
			assert.NotEmpty(t, e.Request)
			assert.NotEmpty(t, e.Via)
		}
	}
	assert.Equal(t, []string{"hold_set " + supervisor + " " + no + " 法院调卷函〔2026〕17号", "hold_lifted citysup.220400 " + no + " 法院已结案,函件归档"}, said)
}

// TestHoldsOfAccusations are for the discipline reception, and not for that of the accused.
func TestHoldsOfAccusations(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.matter(t, map[string]any{"nature": "accusation", "respondent_unit": "220402-D11"})
	own := h.matter(t, map[string]any{"nature": "accusation", "respondent_unit": "220402-D07"})
	h.play(t, []scenario{
		{name: "the supervision does not know of it", request: onHold(supervisor, no, "/hold", courtAsks), status: 404},
		{name: "nor the city's", request: onHold("citysup.220400", no, "/hold", courtAsks), status: 404},
		{name: "about the vault itself", request: onHold(vaultOfficer, own, "/hold", courtAsks), status: 404},
		{name: "the vault", request: onHold(vaultOfficer, no, "/hold", courtAsks), status: 200},
	})
	assert.Equal(t, []string{no}, h.holdsFor(t, vaultOfficer, ""))
	assert.Empty(t, h.holdsFor(t, supervisor, ""))
	assert.Empty(t, h.holdsFor(t, "citysup.220400", ""))
}
