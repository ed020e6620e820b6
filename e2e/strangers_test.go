package e2e

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/casefile"
	"huajie/domain/org"
	"huajie/rulebook"
	"huajie/store"
)

// strangersAsk is how many requests are made up, unless HUAJIE_STRANGERS says otherwise.
const strangersAsk = 1000

// strange makes up requests as anybody, out of the served document.
type strange struct {
	*stand
	rnd        *rand.Rand
	users      []org.User
	cards      []casefile.Card
	names      map[string]bool // of petitioners, their numbers and addresses
	whistled   map[string]bool // cases a whistle was blown from: the units it calls are told the number
	operations []operationAsked
	pieces     []string // what is put where a text is asked for
}

type operationAsked struct {
	method, path, id string
	query            []string
}

// nobodyLearnsWhatIsNotTheirs: whatever anybody asks, by the reads of the document and with
// every parameter they have, no answer, header or refusal holds the number or the words of a
// case that is closed to them, or names a petitioner unmasked; and nothing is a fault of ours.
// Who may know is told here from §2.1 and §2.3, wider than the product's own rule where the
// words leave room: what it finds is a leak.
func nobodyLearnsWhatIsNotTheirs(t *testing.T, s *stand) {
	x := newStrange(t, s)
	answered, most := map[int]int{}, strangersAsk
	if n, err := strconv.Atoi(os.Getenv("HUAJIE_STRANGERS")); err == nil {
		most = n
	}
	for range most {
		u := x.users[x.rnd.IntN(len(x.users))]
		o := x.operations[x.rnd.IntN(len(x.operations))]
		path, sent := x.madeUp(o)
		a, err := s.Do(context.Background(), u.Username, o.method, path, "", nil)
		if err != nil && statusOf(err) == 0 {
			t.Fatalf("%s %s by %s: %v", o.method, path, u.Username, err)
		}
		answered[a.Status]++
		if a.Status >= 500 && a.Status != http.StatusServiceUnavailable {
			t.Errorf("%s %s by %s: %d %s", o.method, path, u.Username, a.Status, a.Body)
		}
		header, _ := json.Marshal(a.Header)
		for _, w := range x.leaked(u, o, sent, string(a.Body)+string(header)) {
			t.Errorf("%s %s by %s tells %q", o.method, path, u.Username, w)
		}
		if a.Status == http.StatusOK && x.closedTo(u, path) {
			t.Errorf("%s %s by %s is answered", o.method, path, u.Username)
		}
	}
	t.Logf("%d accounts, %d operations, %d cases, answers %v", len(x.users), len(x.operations), len(x.cards), answered)
	require.Greater(t, answered[http.StatusOK], most/5, "enough is answered at all")
	require.Greater(t, answered[http.StatusNotFound], most/20)
}

func newStrange(t *testing.T, s *stand) *strange {
	seed, err := strconv.ParseUint(os.Getenv("HUAJIE_STRANGERS_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", seed)
	x := &strange{stand: s, rnd: rand.New(rand.NewPCG(seed, 1)), names: map[string]bool{}}
	book, err := rulebook.Default()
	require.NoError(t, err)
	for _, u := range book.Users.Users() {
		if x.rnd.IntN(8) == 0 && u.Username != "analyst.220422" {
			x.users = append(x.users, u)
		}
	}
	for _, must := range []string{"disp.220402", "supervisor.220402", "handler.220402-D07", "leader.220402-D08", "grid.220402008901001", "analyst.220402", "disp.220403", "auditor.220400"} {
		u, ok := book.Users.User(must)
		require.True(t, ok, must)
		x.users = append(x.users, slices.Repeat([]org.User{u}, 6)...) // they ask more often than others
	}
	require.NoError(t, s.SignIn(context.Background(), usernames(x.users)...))
	for _, no := range s.column(`SELECT no FROM cases`) {
		c, err := s.app.Store.Case(context.Background(), store.Everything, no)
		require.NoError(t, err)
		x.cards = append(x.cards, c.Card())
	}
	s.judge.mu.Lock()
	for w := range s.judge.people {
		x.names[w] = true
	}
	s.judge.mu.Unlock()
	require.Greater(t, len(x.names), 20)
	x.whistled = map[string]bool{}
	for _, no := range s.column(`SELECT case_no FROM whistles WHERE case_no <> ''`) {
		x.whistled[no] = true
	}
	x.operations = s.judge.contract.reads()
	x.pieces = x.somePieces()
	return x
}

func usernames(list []org.User) (out []string) {
	for _, u := range list {
		out = append(out, u.Username)
	}
	return out
}

// somePieces are texts that searches and addresses are made of: beginnings of what is
// secret among them.
func (x *strange) somePieces() []string {
	out := []string{"", "0", "-1", "1", "7", "999999999999", "220402", "220402008", "220403", "220402-D08", "220402-D07", "E0102", "0201", "true", "2026-11", "2026-11-26", "0000-01-01", "C3", "accusation",
		"closed", "registered", "%", "'", "漏水", "干部", "\u0000", strings.Repeat("长", 300), "created_at", "-created_at", "cases", "overdue"}
	for w := range x.names {
		out = append(out, w)
	}
	for _, c := range x.cards {
		out = append(out, c.No, firstOf(c.Summary, 6))
	}
	for _, table := range []string{"sessions", "whistles"} {
		out = append(out, x.column(`SELECT no FROM `+table)...)
	}
	return out
}

func firstOf(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}

// madeUp is a request of an operation: sent are the texts in it, which an answer may repeat.
func (x *strange) madeUp(o operationAsked) (path string, sent []string) {
	piece := func() string {
		p := x.pieces[x.rnd.IntN(len(x.pieces))]
		sent = append(sent, p)
		return p
	}
	number := func() string {
		c := x.cards[x.rnd.IntN(len(x.cards))]
		sent = append(sent, c.No)
		return c.No
	}
	parts := strings.Split(o.path, "/")
	for i, p := range parts {
		switch {
		case p == "{no}" && x.rnd.IntN(3) > 0:
			parts[i] = number()
		case strings.HasPrefix(p, "{"):
			parts[i] = url.PathEscape(piece())
			if parts[i] == "" {
				parts[i] = "1"
			}
		}
	}
	q := url.Values{}
	for _, name := range o.query {
		if x.rnd.IntN(4) == 0 {
			q.Set(name, piece())
		}
	}
	path = strings.Join(parts, "/")
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path, sent
}

// closedTo tells whether an address is below a case that is closed to somebody.
func (x *strange) closedTo(u org.User, path string) bool {
	return slices.ContainsFunc(x.cards, func(c casefile.Card) bool {
		return strings.HasPrefix(path+"/", "/api/v1/cases/"+c.No+"/") && !mayKnow(u, c)
	})
}

// leaked are words of an answer that whoever asked may not be told. Who sends a word whole
// knows it.
func (x *strange) leaked(u org.User, o operationAsked, sent []string, body string) (out []string) {
	open, shut := map[string]bool{}, map[string]bool{}
	for _, c := range x.cards {
		words := shut
		if mayKnow(u, c) {
			words = open
		}
		words[c.No], words[c.Summary] = true, true
		audited := o.id == "read-audit-log" && u.Holds(org.RoleAuditor) // who looked at which case
		if (x.whistled[c.No] || audited) && c.Confidentiality != "C3" {
			open[c.No] = true
		}
	}
	tell := func(w string) {
		if len(w) >= shortest && strings.Contains(body, w) && !slices.ContainsFunc(sent, func(s string) bool { return strings.Contains(s, w) }) {
			out = append(out, w)
		}
	}
	for w := range shut {
		if !open[w] {
			tell(w)
		}
	}
	for w := range x.names {
		tell(w)
	}
	return out
}

// mayKnow tells who may at most know of a case.
func mayKnow(u org.User, c casefile.Card) bool {
	named := append([]string{c.FirstResponder, c.Owner.User, c.OfferedUser, c.RegisteredBy, c.OwningLeader}, slices.Concat(c.Handlers, c.Helpers)...)
	sealed, vault := c.Confidentiality == "C3", false
	for _, g := range u.Grants {
		area, _, _ := strings.Cut(g.Unit, "-")
		if sealed && c.RespondentUnit != "" && (g.Unit == c.RespondentUnit || strings.HasPrefix(area, c.RespondentUnit)) {
			return false
		}
		vault = vault || g.Role == org.RoleDisciplineOfficer || strings.HasSuffix(g.Unit, "-D07") && g.Role != org.RoleDeptHandler
	}
	if slices.Contains(named, u.Username) {
		return true
	}
	if sealed && !vault {
		return false
	}
	units := append(slices.Concat(c.Units, c.AssistUnits), c.LeadUnit, c.FirstUnit, c.OfferedUnit, c.Owner.Unit)
	return slices.ContainsFunc(u.Grants, func(g org.Grant) bool { return reachesAtMost(g, c) || slices.Contains(units, g.Unit) })
}

func reachesAtMost(g org.Grant, c casefile.Card) bool {
	area, organ, _ := strings.Cut(g.Unit, "-")
	switch g.Role {
	case org.RoleSysAdmin, org.RoleAuditor, org.RoleAnalyst, org.RoleIntegrator, org.RolePetitioner:
		return false
	case org.RoleDeptHandler, org.RoleDeptLeader, org.RoleDeptLiaison:
		return false
	}
	if area == "220400" {
		return organ == "" || g.Role != org.RoleMediator
	}
	return strings.HasPrefix(c.Area, area) || strings.HasPrefix(c.Grid, area) || c.County == area
}

// reads are the operations of the document that change nothing. What does not end by itself
// is left out, and what gives names to whom they were agreed to.
func (c *contract) reads() (out []operationAsked) {
	for path, item := range c.paths {
		get, ok := item.(map[string]any)["get"].(map[string]any)
		if !ok {
			continue
		}
		o := operationAsked{method: http.MethodGet, path: path, id: get["operationId"].(string)}
		if slices.Contains([]string{"follow-changes", "get-export-file"}, o.id) {
			continue
		}
		params, _ := get["parameters"].([]any)
		for _, p := range params {
			if p := p.(map[string]any); p["in"] == "query" {
				o.query = append(o.query, p["name"].(string))
			}
		}
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b operationAsked) int { return strings.Compare(a.path, b.path) })
	return out
}
