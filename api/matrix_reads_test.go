package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/machine"
	"huajie/domain/org"
)

// readsOf are what is read of something of a kind, below its address: every operation there is.
func readsOf(t testing.TB, of string) (below []string) {
	t.Helper()
	whole := at(of, "{no}")
	for _, o := range operations(t) {
		if rest, ok := strings.CutPrefix(o.path, whole); ok && o.method == http.MethodGet {
			below = append(below, rest)
		}
	}
	slices.Sort(below)
	require.Greater(t, len(below), 2, "nothing is read of a %s", of)
	return below
}

// TestMatrixReads: whatever is read of a case, session or whistle is found by those in
// whose scope it lies, and by nobody else; it names nobody who raised the matter.
func TestMatrixReads(t *testing.T) {
	t.Parallel()
	w := newWalk(t).build()
	cast, elsewhere := w.cast(map[string]bool{}), []person{}
	for role := range w.m.Roles { // an office may be held in any unit
		for _, u := range castUnits {
			elsewhere = append(elsewhere, somebody(string(role)+"@"+u))
		}
	}
	t.Run("stages", func(t *testing.T) {
		for _, s := range w.stages {
			t.Run(s.of+" "+s.name, func(t *testing.T) {
				t.Parallel()
				below := readsOf(t, s.of)
				cheap := slices.DeleteFunc(slices.Clone(below), func(suffix string) bool { return suffix == "/receipt" })
				insiders, outsiders, accused := 0, 0, 0
				for _, p := range cast {
					own := below
					if !w.m.sees(s.scene, p) {
						outsiders++
					} else if insiders++; insiders > 3 { // to sign a receipt is dear
						own = cheap
					}
					w.tryReads(t, s, p, own)
				}
				for _, p := range elsewhere {
					if s.scene.sealed && p.grants[0].Unit == s.scene.accused {
						w.tryReads(t, s, p, below)
						accused++
						continue
					}
					w.tryReads(t, s, p, []string{""})
				}
				assert.Positive(t, outsiders, "nobody was kept out")
				assert.True(t, accused > 0 || s.scene.accused == "", "nobody of the accused unit tried")
			})
		}
	})
}

func (w *walk) tryReads(t *testing.T, s stage, p person, below []string) {
	for _, suffix := range below {
		want := http.StatusNotFound
		if w.m.sees(s.scene, p) {
			want = http.StatusOK
			if suffix == "/qr" && !w.m.showsCode(s.scene, p) {
				want = http.StatusForbidden
			}
		}
		got := w.ask(p.user, http.MethodGet, at(s.of, s.no)+suffix, "")
		if got.status != want {
			assert.Fail(t, "the matrix says otherwise", "%s by %s: got %d %s, want %d", suffix, p.user, got.status, got.reason, want)
			return
		}
		for _, secret := range []string{"张三丰", "13800005678"} {
			if strings.Contains(string(got.body), secret) {
				assert.Fail(t, "identity is never told unmasked", "%s by %s", suffix, p.user)
			}
		}
	}
}

// showsCode tells whether a person stands for the township of a whistle on site (W5).
func (m *matrix) showsCode(s scene, p person) bool {
	o := m.operation("get-whistle-code")
	return slices.ContainsFunc(p.grants, func(g org.Grant) bool {
		area := base(g.Unit)
		return slices.Contains(o.roles(), string(g.Role)) && len(area) >= 9 && area[:9] == s.area
	})
}

// operation finds the row of an operation.
func (m *matrix) operation(id string) matrixOperation {
	for _, r := range m.Actions {
		for _, o := range r.Operations {
			if o.ID == id {
				return o
			}
		}
	}
	panic("no row for the operation " + id)
}

// TestMatrixLists: the list holds what the caller may read, and its total counts that and
// nothing else; the list of whistles likewise.
func TestMatrixLists(t *testing.T) {
	t.Parallel()
	w := newWalk(t).build()
	for _, p := range w.cast(nil) {
		for path, of := range map[string][]string{"/api/v1/cases?limit=200&total=true": {"grievance", "grid_event"}, "/api/v1/whistles?limit=200": {"whistle"}} {
			var page struct {
				Items []struct{ No string }
				Total *int
			}
			got := w.ask(p.user, http.MethodGet, path, "")
			require.NoError(t, json.Unmarshal(got.body, &page), string(got.body))
			listed := map[string]bool{}
			for _, x := range page.Items {
				listed[x.No] = true
			}
			if page.Total != nil {
				assert.Len(t, page.Items, *page.Total, "%s: a count tells no more than the list", p.user)
			}
			for _, s := range w.stages {
				if slices.Contains(of, s.of) {
					assert.Equal(t, w.m.sees(s.scene, p), listed[s.no], "%s in the list of %s", s.name, p.user)
				}
			}
		}
	}
}

// TestMatrixActions: what a caller is offered is what the matrix lets them do in that
// state, less what a guard already refuses.
func TestMatrixActions(t *testing.T) {
	t.Parallel()
	w := newWalk(t).build()
	t.Run("stages", func(t *testing.T) {
		for _, s := range w.stages {
			t.Run(s.of+" "+s.name, func(t *testing.T) {
				t.Parallel()
				for _, p := range w.cast(map[string]bool{}) {
					if w.m.sees(s.scene, p) {
						w.tryActions(t, s, p)
					}
				}
			})
		}
	})
}

func (w *walk) tryActions(t *testing.T, s stage, p person) {
	var list struct {
		Items []struct{ Action string }
	}
	got := w.ask(p.user, http.MethodGet, at(s.of, s.no)+"/actions", "")
	require.NoError(t, json.Unmarshal(got.body, &list), string(got.body))
	offered := map[string]bool{}
	for _, x := range list.Items {
		offered[x.Action] = true
	}
	own := s.scene.registeredBy != "" && p.user == s.scene.registeredBy
	before := w.moment(s.of, s.no)
	state := before.subject.GetHead().State
	for _, b := range builtSteps() {
		if b.of != s.of || b.system {
			continue
		}
		row, _ := w.m.step(b.of, b.do)
		open := slices.Contains(b.from, state) && w.expect(s, row, row.offices(), p, true) == http.StatusOK && (!own || row.Petitioner)
		if offered[b.do] && !open {
			assert.Fail(t, "offered what the matrix does not allow", "%s to %s", b.do, p.user)
		}
		if open && !offered[b.do] {
			got := w.ask(p.user, http.MethodPost, at(s.of, s.no)+"/actions/"+b.do, "{}")
			if got.status != http.StatusConflict && got.status != http.StatusUnprocessableEntity {
				assert.Fail(t, "not offered, though nothing stands against it", "%s to %s: %d", b.do, p.user, got.status)
			}
			w.back(s.of, s.no, before)
		}
		delete(offered, b.do)
	}
	delete(offered, machine.Approve)
	delete(offered, machine.Decline)
	assert.Empty(t, offered, "offered steps there are not")
}

// calls are how operations that are for some are called: nothing in them is wrong but,
// perhaps, who calls.
var calls = map[string]string{
	"answer-recheck": `{"verdict":"not_possible","reason":"changed","client":"c3d0a3f2-7f52-4b6a-9a39-1c2d3e4f5a6d"}`,
	"hold-case":      `{"reason":"法院调卷函件"}`, "lift-hold": `{"reason":"法院已结案"}`,
	"create-account": newClerk, "rename-account": `{"zh":"某","en":"Somebody"}`, "change-offices": toIntake, "close-account": justWords, "open-account": justWords, "reset-password": justWords,
	"check-grids": `{"type":"FeatureCollection","features":[]}`, "reset-second-factor": justWords, "decide-offices": `{"approve":true}`,
	"register-grievance": matterJSON, "report-grid-event": "{}", "draft-whistle": draft,
	"declare-exemption": `{"area":"220402008","from":"2026-11-23","to":"2026-11-23","reason":"暴雪预警","client":"c3d0a3f2-7f52-4b6a-9a39-1c2d3e4f5a6b"}`,
	"rule-flag":         `{"member":"grid.220402008901001","kind":"mock_location","day":"2026-11-20","n":1,"clear":true,"reason":"已核实"}`,
	"add-update":        `{"kind":"building","ref":"19号楼","client":"c3d0a3f2-7f52-4b6a-9a39-1c2d3e4f5a6c"}`,
	"put-draft-row":     `{"values":{"code":"0502"}}`,
	"field-duty":        "{}", "start-patrol": "{}", "stop-patrol": "{}", "send-track": "{}", "send-heartbeats": "{}", "add-device": "{}",
	"ask-leave": `{"excuse":"leave","from":"2026-11-24","to":"2026-11-24","reason":"事假一天","client":"c3d0a3f2-7f52-4b6a-9a39-1c2d3e4f5a6b"}`,
}

// TestMatrixOperations calls what is for some offices as every role from its usual place.
func TestMatrixOperations(t *testing.T) {
	t.Parallel()
	w := newWalk(t).build()
	ops := operations(t)
	for _, r := range w.m.Actions {
		for _, o := range r.Operations {
			w.tryOperation(t, o, ops[o.ID])
		}
	}
}

func (w *walk) tryOperation(t *testing.T, o matrixOperation, way wayIn) {
	path := strings.NewReplacer("{no}", w.whistleNo(), "{id}", "1", "{code}", theGrid, "{n}", "1", "{version}", "000000000000", "{year}", "2027", "{username}", dispatcher, "{sheet}", "duty").Replace(way.path)
	if o.May.Word == "public" || o.May.Word == "device" {
		return // there is no office to ask for; whoever calls proves themselves otherwise
	}
	if got := w.ask("", way.method, path, ""); got.status != http.StatusUnauthorized {
		assert.Fail(t, "nobody is asked who they are", "%s: %d", o.ID, got.status)
	}
	allowed := o.roles()
	switch {
	case o.May.Word == "member":
		allowed = []string{"grid_member_ft", "grid_member_pt"}
	case o.May.Word != "" && o.May.Word != "own_or_listed":
		return // judged by what it is about: TestMatrixReads, TestMatrixLists, TestMatrixOfOthers
	case o.May.Word == "own_or_listed":
		path += "?member=" + walker + "&reason=appeal"
	}
	for role, reach := range w.m.Roles {
		p := somebody(string(role) + "@" + home(reach, role))
		got := w.ask(p.user, way.method, path, calls[o.ID])
		if got.status >= http.StatusInternalServerError {
			assert.Fail(t, "a fault is no answer", "%s by %s: %d %s", o.ID, p.user, got.status, got.reason)
			continue
		}
		refused := got.status == http.StatusForbidden || got.status == http.StatusNotFound && (o.May.Word == "own_or_listed" || o.ID == "get-whistle-code")
		if refused == slices.Contains(allowed, string(role)) {
			assert.Fail(t, "the matrix says otherwise", "%s by %s: %d %s", o.ID, p.user, got.status, got.reason)
		}
	}
}

func (w *walk) whistleNo() string {
	for _, s := range w.stages {
		if s.name == "blown" {
			return s.no
		}
	}
	return ""
}
