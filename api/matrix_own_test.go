package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/org"
)

// belonging is how an operation on something of somebody's is called, and who it is for.
type belonging struct {
	path, body string
	owner      string // who is let through when everybody else has tried
	also       func(p person) bool
}

// TestMatrixOfOthers calls whatever is one's own, or of the caller's area, on what is
// somebody else's: it is not found, or refused.
func TestMatrixOfOthers(t *testing.T) {
	t.Parallel()
	w := newWalk(t)
	of := w.belongings(t)
	ops := operations(t)
	for _, r := range w.m.Actions {
		for _, o := range r.Operations {
			if (o.May.Word == "own" || o.May.Word == "scope") && ofSomething(ops[o.ID].path) && o.ID != "end-own-session" { // whose that is the ledger of accounts tells: store
				assert.Contains(t, of, o.ID, "on whose is it to be tried?")
			}
		}
	}
	everybody := w.cast(nil)
	for id, b := range of {
		method, tried := ops[id].method, 0
		for _, p := range everybody {
			if p.user == b.owner || b.also != nil && b.also(p) {
				continue
			}
			tried++
			got := w.ask(p.user, method, b.path, b.body)
			if got.status != http.StatusNotFound && got.status != http.StatusForbidden {
				assert.Fail(t, "what is somebody else's is not found", "%s by %s: %d %s", id, p.user, got.status, got.reason)
			}
		}
		assert.Greater(t, tried, 100, id)
	}
	for _, id := range theirOrder { // nothing that was refused has taken anything away
		b := of[id]
		got := w.ask(b.owner, ops[id].method, b.path, b.body)
		assert.Less(t, got.status, 300, "%s by who may: %s", id, got.body)
		delete(of, id)
	}
	assert.Empty(t, of, "never tried by who may")
}

// ofSomething tells whether a path names one thing that is no case, session or whistle.
func ofSomething(path string) bool {
	return strings.Contains(path, "{") && !strings.Contains(path, "{no}")
}

// theirOrder is the order in which those who may take what belongs to them.
var theirOrder = []string{"get-file", "put-file-part", "complete-file", "get-file-content", "get-export", "get-export-file", "get-grid", "decide-leave", "withdraw-exemption"}

// belongings puts one of everything there, and tells whose it is. The grid is that of the
// walker, in the first township of the county.
func (w *walk) belongings(t *testing.T) map[string]belonging {
	t.Helper()
	made := func(as, path, body string) {
		got := w.ask(as, http.MethodPost, path, body)
		require.Less(t, got.status, 300, "%s: %s", path, got.body)
	}
	made(walker, "/api/v1/files", announcement(`"size":10`, `"size":4`))
	made(walker, "/api/v1/field/leave", calls["ask-leave"])
	made(platform, "/api/v1/field/exemptions", calls["declare-exemption"])
	export := w.asked(t, supervisor, `{"list":"cases","format":"csv","reason":"季度督查通报"}`)
	w.drawer.made(export, "no\n")

	in := scene{county: "220402", area: "220402008", grid: theGrid}
	office := func(roles []string, area string) func(person) bool {
		return func(p person) bool {
			return slices.ContainsFunc(p.grants, func(g org.Grant) bool { return slices.Contains(roles, string(g.Role)) && serves(g.Unit, area) })
		}
	}
	sees := func(p person) bool { return w.m.sees(in, p) }
	near := func(p person) bool { // of a place everybody knows who works in its township, or in a department over it
		return sees(p) || slices.ContainsFunc(p.grants, func(g org.Grant) bool { return g.Role == org.RoleSysAdmin }) || slices.ContainsFunc(p.grants, func(g org.Grant) bool {
			return strings.HasPrefix(in.grid, base(g.Unit)[:min(len(base(g.Unit)), len(in.area))])
		})
	}
	file, exported := "/api/v1/files/"+someFile, fmt.Sprint("/api/v1/exports/", export)
	return map[string]belonging{
		"get-file":           {path: file, owner: walker},
		"put-file-part":      {path: file + "/parts/1", body: "data", owner: walker},
		"complete-file":      {path: file + "/complete", owner: walker},
		"get-file-content":   {path: file + "/content", owner: walker, also: sees},
		"get-export":         {path: exported, owner: supervisor},
		"get-export-file":    {path: exported + "/file", owner: supervisor},
		"get-grid":           {path: "/api/v1/grids/" + theGrid, owner: walker, also: near},
		"decide-leave":       {path: "/api/v1/field/leave/1/decision", body: `{"approve":true}`, owner: townLeader, also: office([]string{"township_office", "township_leader"}, in.grid)},
		"withdraw-exemption": {path: "/api/v1/field/exemptions/1", owner: platform, also: office(w.m.operation("declare-exemption").roles(), in.area)},
	}
}
