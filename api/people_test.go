package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPeople: officers are told the names of officers, and of nobody else.
func TestPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ask := func(as, query string) request {
		return request{as: as, method: http.MethodGet, path: "/api/v1/org/people" + query}
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("user%d", i)
	}
	h.play(t, []scenario{
		{name: "anonymous", request: ask("", "?username="+clerk), status: 401},
		{name: "a petitioner", request: ask(citizen, "?username="+clerk), status: 403, code: "forbidden"},
		{name: "a program", request: ask(machineUA, "?username="+clerk), status: 403},
		{name: "two names", request: ask(clerk, "?username="+dispatcher+"&username="+clerk), status: 200, want: []string{`"username":"` + clerk, `"username":"` + dispatcher, `"zh":"`}},
		{name: "with a comma", request: ask(clerk, "?username="+dispatcher+","+clerk), status: 200, want: []string{`"username":"` + clerk, `"username":"` + dispatcher}},
		{name: "unknown ones are left out", request: ask(clerk, "?username=nobody-here&username="+clerk), status: 200, want: []string{clerk}, not: []string{"nobody-here"}},
		{name: "petitioners are left out", request: ask(clerk, "?username="+citizen), status: 200, want: []string{`{"items":[]}`}},
		{name: "nobody", request: ask(clerk, ""), status: 422, code: "invalid", want: []string{`"username"`, `"required"`}},
		{name: "as many as a page has", request: ask(clerk, "?username="+strings.Join(many[:100], ",")), status: 200, want: []string{`{"items":[]}`}},
		{name: "too many", request: ask(clerk, "?username="+strings.Join(many, ",")), status: 422, code: "invalid", want: []string{`"username"`, `"range"`}},
		{name: "of devices nothing is asked", request: ask(clerk, "?device=x&username="+clerk), status: 422, want: []string{"unknown_field"}},
	})
	user, _ := h.book.Users.User(clerk)
	res := h.do(t, ask(dispatcher, "?username="+clerk))
	var got struct {
		Items []struct{ Username, ZH, EN string }
	}
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &got))
	require.Len(t, got.Items, 1)
	assert.Equal(t, user.ZH, got.Items[0].ZH)
	assert.Equal(t, user.EN, got.Items[0].EN)
}

// entry is what the console needs of an event to tell it in words.
type entry struct {
	Type, By string
	From, To string
	LabelZH  string `json:"label_zh"`
	LabelEN  string `json:"label_en"`
	ByZH     string `json:"by_zh"`
	ByEN     string `json:"by_en"`
	FromZH   string `json:"from_zh"`
	ToZH     string `json:"to_zh"`
	ToEN     string `json:"to_en"`
}

func (h *house) entries(t *testing.T, as, path string) []entry {
	t.Helper()
	res := h.do(t, request{as: as, method: http.MethodGet, path: path})
	require.Equal(t, http.StatusOK, res.Code, res.Body.String())
	var line struct{ Items []entry }
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &line))
	require.NotEmpty(t, line.Items)
	return line.Items
}

// TestATimelineIsToldInWords: what happened, who did it, and from where to where.
func TestATimelineIsToldInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := bodyOf(t, h.do(t, request{as: citizen, method: http.MethodPost, path: "/api/v1/grievances", body: strings.Replace(matterJSON, "walk_in", "web", 1)}))
	no := body["no"].(string)
	h.act(t, dispatcher, no, "start-triage", "")
	h.act(t, dispatcher, no, "dispatch", dispatchJSON)
	h.now = h.now.AddDate(0, 1, 0)
	h.act(t, citizen, no, "withdraw", `{"statement":"已自行解决"}`)

	of := map[string]entry{}
	for _, e := range h.entries(t, dispatcher, "/api/v1/cases/"+no+"/timeline") {
		assert.NotEmpty(t, e.LabelZH, e.Type)
		assert.NotEmpty(t, e.LabelEN, e.Type)
		assert.NotEqual(t, e.Type, e.LabelZH)
		assert.Equal(t, e.From != "", e.FromZH != "", e.Type)
		assert.NotEmpty(t, e.ToZH, e.Type)
		of[e.Type] = e
	}
	user, _ := h.book.Users.User(dispatcher)
	assert.Equal(t, entry{Type: "dispatched", By: dispatcher, From: "triage", To: "dispatched", LabelZH: "已交办", LabelEN: "dispatched", ByZH: user.ZH, ByEN: user.EN,
		FromZH: "甄别分流", ToZH: "已交办待签收", ToEN: "dispatched, awaiting sign-for"}, of["dispatched"])
	assert.Equal(t, "诉求人", of["registered"].ByZH, "the account of a petitioner is not their name, and that is not told")
	assert.Equal(t, "系统", of["auto_signed"].ByZH)
	assert.Equal(t, "system", of["auto_signed"].ByEN)
	assert.Equal(t, "petitioner", of["withdrawn"].ByEN)

	for _, e := range h.entries(t, citizen, "/api/v1/cases/"+no+"/timeline") {
		assert.Empty(t, e.By+e.ByZH+e.ByEN, "petitioners are told of no officer")
		assert.NotEmpty(t, e.LabelZH)
	}
}

// TestSessionsAndWhistlesAreToldInWords: so are they, to officers.
func TestSessionsAndWhistlesAreToldInWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	session := "/api/v1/sessions/" + h.convened(t, h.dispatched(t))
	first := h.entries(t, director, session+"/timeline")[0]
	assert.Equal(t, "已召集会商", first.LabelZH)
	assert.Equal(t, "已召集待通知", first.ToZH)
	assert.NotContains(t, first.ByZH, ".", "a name, no account")
}

// TestAnUnknownAccountIsToldAsItIs: nobody is left out of a timeline.
func TestAnUnknownAccountIsToldAsItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.registered(t)
	h.events[no][0].By = "gone.220402"
	first := h.entries(t, dispatcher, "/api/v1/cases/"+no+"/timeline")[0]
	assert.Equal(t, "gone.220402", first.ByZH)
	assert.Equal(t, "gone.220402", first.ByEN)
}
