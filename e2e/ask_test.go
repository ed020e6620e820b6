package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/internal/demo"
)

// problem is a refusal as a caller reads it.
type problem struct {
	Code    string   `json:"code"`
	Reason  string   `json:"reason"`
	Rule    string   `json:"rule"`
	State   string   `json:"state"`
	Allowed []string `json:"allowed_actions"`
	ZH      string   `json:"detail_zh"`
	EN      string   `json:"detail_en"`
	Errors  []struct {
		Field  string `json:"field"`
		Reason string `json:"reason"`
	} `json:"errors"`
}

func (p problem) fields() []string {
	var out []string
	for _, e := range p.Errors {
		out = append(out, e.Field)
	}
	return out
}

// answer is any answer, refusals with the rest.
type answer struct {
	demo.Answer
	problem
}

// ask makes one call, whatever comes of it.
func (s *stand) ask(a altered, user, method, path string, body any) answer {
	s.t.Helper()
	got, err := s.Do(altering(a), user, method, "/api/v1"+path, "", body)
	if statusOf(err) == 0 {
		require.NoError(s.t, err)
	}
	out := answer{Answer: got}
	if got.Status >= 400 {
		require.NoError(s.t, got.Into(&out.problem))
	}
	return out
}

// try takes a step with headers of its own.
func (s *stand) try(user, no, action string, in map[string]any, header map[string]string) answer {
	s.t.Helper()
	if in == nil {
		in = map[string]any{}
	}
	return s.ask(altered{header: header}, user, http.MethodPost, "/cases/"+no+"/actions/"+action, in)
}

// keyed are headers with a fresh idempotency key.
func (s *stand) keyed(more ...string) map[string]string {
	h := map[string]string{"Idempotency-Key": s.key()}
	for i := 0; i+1 < len(more); i += 2 {
		h[more[i]] = more[i+1]
	}
	return h
}

// view is a case as far as the plays look at it.
type caseView struct {
	demo.View
	Overdue        bool      `json:"overdue"`
	Paused         bool      `json:"paused"`
	PolicyDueAt    time.Time `json:"policy_due_at"`
	StatutoryDueAt time.Time `json:"statutory_due_at"`
	ReturnCount    int       `json:"return_count"`
	ReassignCount  int       `json:"reassign_count"`
	ExtensionCount int       `json:"extension_count"`
	Supervision    string    `json:"supervision"`
	Master         string    `json:"master"`
	Origin         string    `json:"origin"`
	Followers      []string  `json:"followers"`
	Handlers       []string  `json:"handlers"`
	Confidential   string    `json:"confidentiality"`
	Offer          *struct {
		Unit string `json:"unit"`
		User string `json:"user"`
	} `json:"offer"`
	Requests []struct {
		ID     string `json:"id"`
		Action string `json:"action"`
		By     string `json:"by"`
	} `json:"requests"`
	Sessions   []sessionView `json:"sessions"`
	Suspension *struct {
		Until time.Time `json:"until"`
	} `json:"suspension"`
	Evaluation *struct {
		Rating string `json:"rating"`
	} `json:"evaluation"`
}

// look reads a case that must be there for the user.
func (s *stand) look(user, no string) caseView {
	s.t.Helper()
	var v caseView
	require.Equal(s.t, http.StatusOK, s.get(user, "/cases/"+no, &v), "%s reads %s", user, no)
	return v
}

// entry is one event of a timeline.
type entry struct {
	Seq      int            `json:"seq"`
	Type     string         `json:"type"`
	Rule     string         `json:"rule"`
	By       string         `json:"by"`
	Reason   string         `json:"reason"`
	Deadline string         `json:"deadline"`
	Input    map[string]any `json:"input"`
}

// timeline reads every event of a case as somebody may.
func (s *stand) timeline(user, no string) []entry {
	s.t.Helper()
	var page struct {
		Items []entry `json:"items"`
	}
	require.Equal(s.t, http.StatusOK, s.get(user, "/cases/"+no+"/timeline", &page))
	return page.Items
}

// event finds the last event of a type.
func (s *stand) event(no, typ string) entry {
	s.t.Helper()
	all := s.timeline("citysup.220400", no)
	for _, e := range slices.Backward(all) {
		if e.Type == typ {
			return e
		}
	}
	require.Failf(s.t, "no such event", "%s of %s", typ, no)
	return entry{}
}

// has tells whether an event has happened, for use while waiting.
func (s *stand) has(no, typ string) bool {
	var page struct {
		Items []entry `json:"items"`
	}
	err := s.read("citysup.220400", "/cases/"+no+"/timeline", &page)
	return err == nil && slices.ContainsFunc(page.Items, func(e entry) bool { return e.Type == typ })
}

// told is a notice in somebody's inbox.
type told struct {
	N       string `json:"n"`
	No      string `json:"no"`
	TitleZH string `json:"title_zh"`
	TitleEN string `json:"title_en"`
	BodyZH  string `json:"body_zh"`
	BodyEN  string `json:"body_en"`
}

// inbox reads the notices of a user about one case, newest first.
func (s *stand) inbox(user, no string) []told {
	s.t.Helper()
	var out []told
	for cursor := ""; ; {
		var page struct {
			Items []told `json:"items"`
			Next  string `json:"next_cursor"`
		}
		require.Equal(s.t, http.StatusOK, s.get(user, "/notices?limit=200&cursor="+url.QueryEscape(cursor), &page))
		for _, n := range page.Items {
			if n.No == no {
				out = append(out, n)
			}
		}
		if cursor = page.Next; cursor == "" {
			return out
		}
	}
}

// hears tells that the inbox of a user holds a notice about a case, with both texts.
func (s *stand) hears(user, no, n string) told {
	s.t.Helper()
	var have []string
	for _, m := range s.inbox(user, no) {
		if m.N == n {
			require.Contains(s.t, m.BodyZH+m.TitleZH, no)
			require.Contains(s.t, m.BodyEN, no)
			require.NotEqual(s.t, m.BodyZH, m.BodyEN)
			return m
		}
		have = append(have, m.N)
	}
	require.Failf(s.t, "not told", "%s should have %s about %s, has %v", user, n, no, have)
	return told{}
}

// unique is a word nobody else uses, made of Chinese characters so that it is
// found the way Chinese is.
func (s *stand) unique() string {
	const signs = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
	runes, n := []rune(signs), int(s.n.Add(1))
	word := []rune("标")
	for range 4 {
		word = append(word, runes[n%len(runes)])
		n /= len(runes)
	}
	return string(word) + "记"
}

// row is one case in a list.
type row struct {
	No        string    `json:"no"`
	State     string    `json:"state"`
	Level     string    `json:"level"`
	County    string    `json:"county"`
	OwnerUnit string    `json:"owner_unit"`
	Light     string    `json:"light"`
	DueAt     time.Time `json:"due_at"`
}

// page is one page of a list.
type page struct {
	Items []row  `json:"items"`
	Next  string `json:"next_cursor"`
	Total *int   `json:"total"`
}

func (p page) nos() []string {
	out := []string{}
	for _, r := range p.Items {
		out = append(out, r.No)
	}
	return out
}

// list reads one page; the query is given as name, value, …
func (s *stand) list(user string, query ...string) page {
	s.t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(query); i += 2 {
		q.Add(query[i], query[i+1])
	}
	var p page
	require.Equal(s.t, http.StatusOK, s.get(user, "/cases?"+q.Encode(), &p), "%s lists %s", user, q.Encode())
	return p
}

// find lists what matches some words, for use while waiting.
func (s *stand) find(user, words string) (p page, err error) {
	return p, s.read(user, "/cases?q="+url.QueryEscape(words), &p)
}

// read is get for use while waiting.
func (s *stand) read(user, path string, v any) error {
	a, err := s.Do(context.Background(), user, http.MethodGet, "/api/v1"+path, "", nil)
	if err != nil {
		return err
	}
	return a.Into(v)
}

// How long and how often the plays look for what happens by itself.
const (
	soon = 30 * time.Second
	tick = 50 * time.Millisecond
)

// listAll follows a list to its end.
func (s *stand) listAll(user string, query ...string) []string {
	s.t.Helper()
	var out []string
	for p := s.list(user, query...); ; p = s.list(user, append(query, "cursor", p.Next)...) {
		out = append(out, p.nos()...)
		if p.Next == "" {
			return out
		}
	}
}

// evaluate rates a case as the holder of its query code.
func (s *stand) evaluate(no, rating string) answer {
	s.t.Helper()
	return s.public(no, "evaluate", map[string]any{"rating": rating})
}

// public takes a step as the petitioner.
func (s *stand) public(no, action string, in map[string]any) answer {
	s.t.Helper()
	return s.ask(altered{header: s.keyed()}, "", http.MethodPost, "/public/cases/"+no+"/actions/"+action+"?code="+url.QueryEscape(s.codeOf(no)), in)
}

// equalJSON compares two answers without what depends on the moment.
func equalJSON(a, b demo.Answer) bool {
	var x, y map[string]any
	if json.Unmarshal(a.Body, &x) != nil || json.Unmarshal(b.Body, &y) != nil {
		return false
	}
	for _, m := range []map[string]any{x, y} {
		for _, name := range []string{"light", "overdue", "late"} {
			delete(m, name)
		}
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return string(p) == string(q)
}

// agrees tells that ledger and workflow give the same view of a subject at the
// same version. Time moves drill cases meanwhile, hence the patience.
func (s *stand) agrees(path string) {
	s.t.Helper()
	var ledger, engine demo.Answer
	var errs [2]error
	user := "citysup.220400"
	same := func() bool {
		ledger, errs[0] = s.Do(context.Background(), user, http.MethodGet, "/api/v1"+path, "", nil)
		if ledger.Status == http.StatusNotFound {
			user = "discipline." + path[len("/cases/"):][:6] + "-D07" // an accusation
		}
		engine, errs[1] = s.Do(context.Background(), user, http.MethodGet, "/api/v1"+path+"?source=workflow", "", nil)
		return errs[0] == nil && errs[1] == nil && ledger.Header.Get("ETag") == engine.Header.Get("ETag") && equalJSON(ledger, engine)
	}
	if !assert.Eventually(s.t, same, 20*time.Second, 20*time.Millisecond) {
		require.Failf(s.t, "ledger and workflow differ", "%s %v\n%s\n%s", path, errs, ledger.Body, engine.Body)
	}
}

// agree tells it of every case and session the play has registered.
func (s *stand) agree() {
	s.t.Helper()
	for _, no := range s.mine {
		s.agrees("/cases/" + no)
	}
}
