package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asked is what came of one request, read no further than the walk needs.
type asked struct {
	status int
	reason string
	body   []byte
}

// ask calls the handler as `do` does, without holding the answer against the document: the
// walk asks some ten thousand times.
func (w *walk) ask(as, method, path, body string) asked {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPut {
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	if as != "" {
		req.Header.Set("Authorization", "Bearer test-"+as)
	}
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", w.key())
	}
	res := httptest.NewRecorder()
	w.handler.ServeHTTP(res, req)
	a := asked{status: res.Code, body: res.Body.Bytes()}
	if res.Code >= 400 {
		var p problem
		_ = json.Unmarshal(a.body, &p)
		a.reason = p.Reason
	}
	return a
}

// theNamed are the demo accounts that the stages name, and others beside them.
var theNamed = []string{clerk, citizen, "petitioner.220403", dispatcher, "disp2.220402", director, "duty.220402", "petition.220402", "guide.220402", "police.220402",
	office, townLeader, townHead, townIntake, "mediator.220402008", "office.220402007", "tleader.220402007",
	liaison, handlerD08, "handler2.220402-D08", leaderD08, "liaison.220402-D01", "handler.220402-D01", "leader.220402-D01", "liaison.220402-D12", "leader.220402-D12",
	vaultOfficer, "leader.220402-D07", "liaison.220402-D07", "handler.220402-D07", "discipline.220403-D07",
	"liaison." + policeUnit, "handler." + policeUnit, "leader." + policeUnit, "leader.220402-D23", "liaison.220402-D23",
	countyLead, "cleader2.220402", "cleader.220403", overseer, secondOfficer, "analyst.220402", "citysup.220400", "supervisor.220400", auditor, admin, machineUA,
	walker, "gridpt." + theGrid, "gridlead.220402008901", "community.220402008901", platform, "platform.220403", elsewhere, "director.220403"}

// both offices at once: who reviews what they have reported.
const both = "platform_admin@220402-C+grid_leader@220402008901"

// cast are the people who try: the named ones; for the roles in question everywhere, for
// all others at home. nil asks for every role everywhere.
func (w *walk) cast(roles map[string]bool) (out []person) {
	for _, name := range theNamed {
		u, ok := w.book.Users.User(name)
		require.True(w.t, ok, "no account %s", name)
		out = append(out, person{name, u.Grants})
	}
	out = append(out, somebody(both))
	for role, reach := range w.m.Roles {
		units := []string{home(reach, role)}
		if roles == nil || roles[string(role)] {
			units = castUnits
		}
		for _, u := range units {
			out = append(out, somebody(string(role)+"@"+u))
		}
	}
	slices.SortFunc(out, func(a, b person) int { return strings.Compare(a.user, b.user) })
	return out
}

// tally counts what the walk has seen, so that a row nobody walked is noticed.
type tally struct {
	mu      sync.Mutex
	tries   int
	through map[string]bool   // step, role and place: let through
	taken   map[string]taking // step: carried out
	refused map[string]string // step: why not, the last time somebody was let through
}

func (c *tally) note(key string, offices []officeAt, p person, s scene) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range offices {
		for _, g := range p.grants {
			if string(g.Role) == o.role && s.stands(o.place, p, g) {
				c.through[key+" "+o.role+" @ "+o.place] = true
			}
		}
	}
}

// taking is where a step could be carried out, and with what.
type taking struct {
	stage stage
	body  string
}

// TestMatrixWalk posts every step at everything in every characteristic state, as
// everybody, and compares who is let through with the matrix.
func TestMatrixWalk(t *testing.T) {
	t.Parallel()
	w := newWalk(t).build()
	seen := &tally{through: map[string]bool{}, taken: map[string]taking{}, refused: map[string]string{}}
	steps := builtSteps()
	t.Run("stages", func(t *testing.T) {
		for _, s := range w.stages {
			t.Run(s.of+" "+s.name, func(t *testing.T) {
				t.Parallel()
				for _, b := range steps {
					if b.of == s.of && !b.system {
						w.tryStep(t, s, b, seen)
					}
				}
			})
		}
	})
	for _, b := range steps {
		if b.system {
			continue
		}
		key := b.of + " " + b.do
		_, taken := seen.taken[key]
		assert.True(t, taken, "%s was taken by nobody: %s", key, seen.refused[key])
		row, _ := w.m.step(b.of, b.do)
		for _, o := range row.offices() {
			if entry := key + " " + o.role + " @ " + o.place; !seen.through[entry] {
				assert.True(t, w.tryRecast(t, b, row, o, seen), "%s never could", entry)
			}
		}
	}
	t.Logf("%d stages, %d tries", len(w.stages), seen.tries)
}

// tryStep lets everybody try one step on one stage.
func (w *walk) tryStep(t *testing.T, s stage, b built, seen *tally) {
	row, ok := w.m.step(b.of, b.do)
	if !ok {
		return // TestMatrixNamesEveryStep tells
	}
	before := w.moment(s.of, s.no)
	open := slices.Contains(b.from, before.subject.GetHead().State)
	offices, roles := row.offices(), map[string]bool{}
	for _, o := range offices {
		roles[o.role] = true
	}
	path := at(s.of, s.no) + "/actions/" + b.do
	body := "{}"
	if open {
		body = w.filled(s, b)
	}
	left := map[int]int{http.StatusConflict: 2, http.StatusForbidden: 1}
	for _, p := range w.cast(roles) {
		if want := w.expect(s, row, offices, p, open); !open {
			if left[want]--; left[want] < 0 {
				continue // where the state does not allow it a few are enough
			}
		}
		got := w.ask(p.user, http.MethodPost, path, body)
		want := w.expect(s, row, offices, p, open)
		fits := got.status == want
		if want == http.StatusOK { // let through; the rest is for the form and the guards
			fits = got.status == http.StatusOK || got.status == http.StatusUnprocessableEntity || got.status == http.StatusConflict && got.reason != "wrong_state"
		}
		if !fits {
			assert.Fail(t, "the matrix says otherwise", "%s by %s: got %d %s, want %d", b.do, p.user, got.status, got.reason, want)
		}
		after := w.moment(s.of, s.no)
		if got.status == http.StatusOK {
			assert.Greater(t, len(after.events), len(before.events), "%s: something must have happened", b.do)
			w.back(s.of, s.no, before)
		} else if after.subject != before.subject || len(after.events) != len(before.events) {
			assert.Fail(t, "a refused attempt changed something", "%s by %s", b.do, p.user)
			w.back(s.of, s.no, before)
		}
		seen.mu.Lock()
		seen.tries++
		seen.mu.Unlock()
		if want == http.StatusOK && fits {
			seen.mu.Lock()
			if got.status == http.StatusOK {
				seen.taken[b.of+" "+b.do] = taking{s, body}
			} else {
				seen.refused[b.of+" "+b.do] += "\n" + s.name + ": " + got.reason + " " + body
			}
			seen.mu.Unlock()
			seen.note(b.of+" "+b.do, offices, p, s.scene)
		}
	}
	if got := w.ask("", http.MethodPost, path, body); got.status != http.StatusUnauthorized {
		assert.Fail(t, "nobody may do anything", "%s: got %d", b.do, got.status)
	}
}

// expect is the answer the matrix leads to; 200 for whoever must be let through.
func (w *walk) expect(s stage, row matrixStep, offices []officeAt, p person, open bool) int {
	if !w.m.sees(s.scene, p) {
		return http.StatusNotFound
	}
	ok, known := s.scene.may(offices, p)
	if row.Petitioner && s.scene.registeredBy != "" && p.user == s.scene.registeredBy {
		ok, known = true, true
	}
	switch {
	case !known:
		return http.StatusForbidden
	case !open:
		return http.StatusConflict
	case !ok:
		return http.StatusForbidden
	}
	return http.StatusOK
}

// filled is an input the form of a step would take, made up from what the caller is shown;
// "{}" where nobody is shown the step.
func (w *walk) filled(s stage, b built) string {
	row, _ := w.m.step(b.of, b.do)
	var in map[string]any
	for _, p := range w.cast(nil) {
		if ok, _ := s.scene.may(row.offices(), p); !ok || !w.m.sees(s.scene, p) {
			continue
		}
		if fields, ok := w.formOf(s, b.do, p.user); ok {
			in = w.fill(fields)
			break
		}
	}
	if in == nil {
		in = map[string]any{}
	}
	for k, v := range w.inputs()[b.of+" "+b.do] {
		in[k] = v
		if v == nil {
			delete(in, k)
		}
	}
	body, _ := json.Marshal(in)
	return string(body)
}

type formField struct {
	Name     string
	Type     string
	Required bool
	When     string
	Options  []string
	Min      int
	Of       []formField
}

func (w *walk) formOf(s stage, action, as string) ([]formField, bool) {
	var list struct {
		Items []struct {
			Action string
			Fields []formField
		}
	}
	if a := w.ask(as, http.MethodGet, at(s.of, s.no)+"/actions", ""); json.Unmarshal(a.body, &list) != nil {
		return nil, false
	}
	for _, x := range list.Items {
		if x.Action == action {
			return x.Fields, true
		}
	}
	return nil, false
}

func (w *walk) fill(fields []formField) map[string]any {
	in := map[string]any{}
	for _, f := range fields {
		if f.Required && f.When == "" {
			in[f.Name] = w.valueOf(f)
		}
	}
	return in
}

func (w *walk) valueOf(f formField) any {
	first := func(or string) string {
		if len(f.Options) > 0 {
			return f.Options[0]
		}
		return or
	}
	switch f.Type {
	case "unit":
		return first("220402-D08")
	case "units":
		return []any{first("220402-D01")}
	case "user":
		return first(handlerD08)
	case "users":
		return []any{first(handlerD08)}
	case "moment":
		return "2026-12-07T09:00:00+08:00"
	case "date":
		return "2026-12-10"
	case "integer":
		return max(f.Min, 1)
	case "boolean":
		return true
	case "point":
		return map[string]any{"lat": lamp.Lat, "lon": lamp.Lon}
	case "files":
		return []any{"f5"}
	case "attached":
		return []any{first("")}
	case "objects":
		return []any{w.fill(f.Of)}
	case "code", "choice":
		return first("")
	}
	return first("情况属实")
}
