package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/audit"
	"huajie/domain/calendar"
)

const (
	citySup    = "citysup.220400"
	citySup2   = "citysup2.220400"
	holidays27 = `{"notice":"国办发明电〔2026〕9号","verified":true,"holidays":[{"name":"元旦","name_en":"New Year's Day","from":"2027-01-01","to":"2027-01-03"}],"workdays":[{"date":"2027-01-09"}]}`
)

// rules calls a way below /rulebook as somebody; an ETag is sent as If-Match.
func (h *house) rules(t *testing.T, as, method, path, body, tag string) (int, map[string]any, string) {
	t.Helper()
	r := request{as: as, method: method, path: "/api/v1/rulebook" + path, body: body}
	if tag != "" {
		r.header = map[string]string{"If-Match": tag}
	}
	res := h.do(t, r)
	var v map[string]any
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &v), res.Body.String())
	return res.Code, v, res.Header().Get("ETag")
}

// drafted opens a draft and gives its way and ETag.
func (h *house) drafted(t *testing.T, body string) (path, tag string) {
	t.Helper()
	status, v, tag := h.rules(t, admin, "POST", "/drafts", body, "")
	require.Equal(t, http.StatusCreated, status, v)
	return fmt.Sprint("/drafts/", v["id"]), tag
}

// TestAYearIsPublishedByTwo: drafted on the year view, seen by the second person, in force at once.
func TestAYearIsPublishedByTwo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	before := h.holder.Current().Version
	monday := calendar.Date{Year: 2027, Month: 1, Day: 4}
	_, provisional := h.holder.Current().Calendar.AddWorkdays(calendar.Date{Year: 2026, Month: 12, Day: 31}, 1)
	require.True(t, provisional)

	path, tag := h.drafted(t, `{"title":"2027年节假日"}`)
	status, v, _ := h.rules(t, admin, "PUT", path+"/calendar/2027", holidays27, tag)
	require.Equal(t, 200, status, v)
	status, v, _ = h.rules(t, admin, "GET", "/calendar/2027?draft="+strings.TrimPrefix(path, "/drafts/"), "", "")
	require.Equal(t, 200, status, v)
	assert.Equal(t, true, v["entered"])
	assert.Equal(t, map[string]any{"date": "2027-01-09", "kind": "makeup_workday", "worked": true, "zh": "调休上班", "en": "make-up workday"}, v["days"].([]any)[8])
	_, v, _ = h.rules(t, admin, "GET", "/calendar/2027", "", "")
	assert.Equal(t, false, v["entered"], "what is drafted is not in force")

	status, v, _ = h.rules(t, admin, "POST", path+"/actions/submit", `{"note":"依据国务院通知"}`, "")
	require.Equal(t, 200, status, v)
	status, v, _ = h.rules(t, citySup, "GET", path+"/review", "", "")
	require.Equal(t, 200, status, v)
	assert.Empty(t, v["faults"])
	told := map[string]string{}
	for _, c := range v["changes"].([]any) {
		c := c.(map[string]any)
		told[c["key"].(string)] = c["new_zh"].(string)
	}
	assert.Equal(t, "班 调休上班", told["2027-01-09"])
	assert.Equal(t, "休 元旦", told["2027-01-02"])
	assert.Contains(t, told, "2027")

	status, v, _ = h.rules(t, admin, "POST", path+"/actions/approve", "", "")
	assert.Equal(t, 403, status, "nobody publishes alone: %v", v)
	require.Equal(t, before, h.holder.Current().Version)
	for range 2 { // again, it changes nothing
		status, v, _ = h.rules(t, citySup, "POST", path+"/actions/approve", "", "")
		require.Equal(t, 200, status, v)
		assert.Equal(t, "published", v["state"])
	}
	now := h.holder.Current()
	assert.NotEqual(t, before, now.Version)
	assert.Equal(t, v["version"], now.Version)
	due, provisional := now.Calendar.AddWorkdays(calendar.Date{Year: 2026, Month: 12, Day: 31}, 1)
	assert.Equal(t, monday, due)
	assert.False(t, provisional, "the year is known")

	status, v, _ = h.rules(t, citySup, "GET", "", "", "")
	require.Equal(t, 200, status)
	assert.Equal(t, now.Version, v["version"])
	assert.Equal(t, citySup, v["publication"].(map[string]any)["approved_by"])
	_, v, _ = h.rules(t, admin, "GET", "/versions", "", "")
	assert.Equal(t, true, v["items"].([]any)[0].(map[string]any)["in_force"])
	_, v, _ = h.rules(t, admin, "GET", "/versions/"+now.Version+"/file?name=calendar/2027.yaml", "", "")
	assert.Contains(t, v["text"], "国办发明电〔2026〕9号")

	var kinds []string
	for _, e := range h.audited {
		if e.Kind == audit.RulebookDrafted || e.Kind == audit.RulebookPublished {
			kinds = append(kinds, e.Actor+" "+e.Object)
			assert.NotContains(t, e.Object+e.Reason, "元旦", "the log says who did what, not what is in it")
			assert.NotContains(t, e.Object+e.Reason, "依据国务院通知")
			assert.NotEmpty(t, e.Via)
		}
	}
	assert.Equal(t, []string{admin + " draft 1: opened", admin + " draft 1: edited", admin + " draft 1: submitted", citySup + " " + now.Version}, kinds)
}

// TestWhatIsNotPublished: faulty files, values that would hold already, drafts on what is no longer in force.
func TestWhatIsNotPublished(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.holder.Current().Version
	path, tag := h.drafted(t, `{"title":"调整办理时限"}`)

	// A file with a fault is kept, told by its line, and goes no further.
	status, v, tag := h.rules(t, admin, "PUT", path+"/file?name=policy/220400-x.yaml", `{"text":"scope: \"220400\"\nversion: \"x\"\neffective_from: 2027-01-01\nvalues:\n  rework.max: two\n"}`, tag)
	require.Equal(t, 200, status, v)
	_, v, _ = h.rules(t, admin, "GET", path+"/review", "", "")
	require.NotEmpty(t, v["faults"])
	fault := v["faults"].([]any)[0].(map[string]any)
	assert.Equal(t, "policy/220400-x.yaml", fault["file"])
	assert.InDelta(t, 5, fault["line"], 0)
	assert.NotEmpty(t, fault["zh"])
	assert.Equal(t, false, v["may_submit"])
	status, v, _ = h.rules(t, admin, "POST", path+"/actions/submit", "", "")
	assert.Equal(t, 409, status)
	assert.Equal(t, "faulty", v["reason"])
	status, v, tag = h.rules(t, admin, "DELETE", path+"/file?name=policy/220400-x.yaml", "", tag)
	require.Equal(t, 200, status, v)
	assert.Empty(t, v["files"])

	// A tighter value from today on is refused, with its name; from tomorrow it may come.
	set := func(day string) {
		status, v, tag = h.rules(t, admin, "PUT", path+"/policy", `{"key":"budget.general.L0","scope":"220400","value":"2wd","effective_from":"`+day+`","source":"市委政法委〔2026〕3号"}`, tag)
		require.Equal(t, 200, status, v)
	}
	set("2026-11-23")
	_, v, _ = h.rules(t, admin, "GET", path+"/review", "", "")
	assert.Empty(t, v["faults"])
	require.Len(t, v["refused"], 1)
	assert.Equal(t, "220400 budget.general.L0", v["refused"].([]any)[0].(map[string]any)["key"])
	status, _, _ = h.rules(t, admin, "POST", path+"/actions/submit", "", "")
	assert.Equal(t, 409, status)
	_, _, tag = h.rules(t, admin, "DELETE", path+"/file?name=policy/220400-2026-11-23.yaml", "", tag)
	set("2026-11-24")
	_, v, _ = h.rules(t, admin, "GET", path+"/review", "", "")
	require.Len(t, v["changes"], 2, "the key, and that there is a new file")
	change := v["changes"].([]any)[0].(map[string]any)
	assert.Equal(t, true, change["tightens"])
	assert.Equal(t, "3wd", change["old_zh"])
	status, _, _ = h.rules(t, admin, "POST", path+"/actions/submit", "", "")
	require.Equal(t, 200, status)

	// What is submitted is looked at again when it is approved: the day has come, and it would hold already.
	h.now = h.now.AddDate(0, 0, 1)
	status, v, _ = h.rules(t, citySup, "POST", path+"/actions/approve", "", "")
	assert.Equal(t, 409, status)
	assert.Equal(t, "faulty", v["reason"])
	h.now = noon

	// Another version comes first: the draft is begun anew, and takes over what nobody has changed since.
	other, otherTag := h.drafted(t, `{"title":"2027年节假日"}`)
	status, _, _ = h.rules(t, admin, "PUT", other+"/calendar/2027", holidays27, otherTag)
	require.Equal(t, 200, status)
	status, _, _ = h.rules(t, admin, "POST", other+"/actions/submit", "", "")
	require.Equal(t, 200, status)
	status, v, _ = h.rules(t, citySup2, "POST", other+"/actions/approve", "", "")
	require.Equal(t, 200, status, v)
	status, v, _ = h.rules(t, citySup, "POST", path+"/actions/approve", "", "")
	assert.Equal(t, 409, status)
	assert.Equal(t, "base_replaced", v["reason"])
	anew, _ := h.drafted(t, `{"title":"调整办理时限(重开)","from":`+strings.TrimPrefix(path, "/drafts/")+`}`)
	_, v, _ = h.rules(t, admin, "GET", anew, "", "")
	assert.Equal(t, []any{map[string]any{"name": "policy/220400-2026-11-24.yaml"}}, v["files"])
	status, _, _ = h.rules(t, admin, "POST", anew+"/actions/submit", "", "")
	require.Equal(t, 200, status)
	status, _, _ = h.rules(t, citySup, "POST", anew+"/actions/decline", `{"note":"请先征求县区意见"}`, "")
	require.Equal(t, 200, status)
	_, v, _ = h.rules(t, admin, "GET", anew, "", "")
	assert.Equal(t, "drafting", v["state"])
	assert.NotEqual(t, first, h.holder.Current().Version)
	assert.Equal(t, "3wd", h.holder.Current().PolicyAt("220400", noon.AddDate(1, 0, 0)).Text("budget.general.L0"), "nothing of it holds")
}

// TestTwoWhoWriteAtOnce: whoever writes names what they have read, and nobody writes over somebody else.
func TestTwoWhoWriteAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path, tag := h.drafted(t, `{"title":"草案"}`)
	body := `{"text":"# 一\n"}`
	status, v, _ := h.rules(t, admin, "PUT", path+"/file?name=names.yaml", body, "")
	assert.Equal(t, http.StatusPreconditionRequired, status, v)
	status, _, _ = h.rules(t, admin, "PUT", path+"/file?name=names.yaml", body, tag)
	require.Equal(t, 200, status)
	status, v, _ = h.rules(t, admin, "PUT", path+"/file?name=names.yaml", `{"text":"# 二\n"}`, tag)
	assert.Equal(t, http.StatusPreconditionFailed, status, v)
	_, v, _ = h.rules(t, admin, "GET", path+"/file?name=names.yaml", "", "")
	assert.Equal(t, "# 一\n", v["text"], "to the letter")
	for name, body := range map[string]string{"..%2Fx.yaml": body, "names.yaml": `{"text":5}`, "": body} {
		_, _, tag := h.rules(t, admin, "GET", path, "", "")
		status, v, _ := h.rules(t, admin, "PUT", path+"/file?name="+name, body, tag)
		assert.Equal(t, http.StatusUnprocessableEntity, status, "%s: %v", name, v)
	}
	_, _, tag = h.rules(t, admin, "GET", path, "", "")
	status, v, _ = h.rules(t, admin, "PUT", path+"/policy", `{"key":"no.such","scope":"220400","value":"1","effective_from":"2027-01-01","source":"某文件"}`, tag)
	assert.Equal(t, http.StatusUnprocessableEntity, status)
	assert.Equal(t, "key", v["errors"].([]any)[0].(map[string]any)["field"])

	// The same key is the same draft.
	again := request{as: admin, method: "POST", path: "/api/v1/rulebook/drafts", body: `{"title":"同一份"}`, header: map[string]string{"Idempotency-Key": "k1"}}
	one, two := bodyOf(t, h.do(t, again)), bodyOf(t, h.do(t, again))
	assert.Equal(t, one["id"], two["id"])
	again.body = `{"title":"另一份"}`
	assert.Equal(t, http.StatusUnprocessableEntity, h.do(t, again).Code)
}

// TestNobodyElseReadsDrafts: nor what is in force; the city's supervision reads and does not write.
func TestNobodyElseReadsDrafts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path, tag := h.drafted(t, `{"title":"草案"}`)
	for _, who := range []string{dispatcher, supervisor, director, auditor, machineUA, "cleader.220402"} {
		for _, p := range []string{"", "/versions", "/drafts", path, path + "/review", path + "/file?name=policy.yaml", "/calendar/2026", "/policy", "/calendar/2026?draft=1", "/policy?draft=1", "/versions/" + h.book.Version, "/versions/" + h.book.Version + "/file?name=policy.yaml"} {
			status, v, _ := h.rules(t, who, "GET", p, "", "")
			assert.Equal(t, 403, status, "%s %s: %v", who, p, v)
		}
	}
	for _, who := range []string{citySup, dispatcher} {
		for _, w := range [][3]string{{"POST", "/drafts", `{"title":"草案"}`}, {"PUT", path + "/file?name=names.yaml", `{"text":""}`}, {"DELETE", path + "/file?name=names.yaml", ""}, {"PUT", path + "/calendar/2027", holidays27}, {"POST", path + "/actions/submit", ""}, {"POST", path + "/actions/discard", ""}} {
			status, v, _ := h.rules(t, who, w[0], w[1], w[2], tag)
			assert.Equal(t, 403, status, "%s %s: %v", who, w[1], v)
		}
	}
	status, v, _ := h.rules(t, citySup, "GET", path, "", "")
	assert.Equal(t, 200, status)
	assert.Equal(t, false, v["may_edit"])
	assert.Equal(t, false, v["may_decide"], "nobody has handed it in")
}

// TestEveryKeyIsShown: with where it is set and what holds now.
func TestEveryKeyIsShown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, v, _ := h.rules(t, citySup, "GET", "/policy", "", "")
	assert.Greater(t, len(v["keys"].([]any)), 200)
	for _, k := range v["keys"].([]any) {
		k := k.(map[string]any)
		require.NotEmpty(t, k["settings"], k["name"])
		require.NotEmpty(t, k["zh"])
		require.NotEmpty(t, k["source"])
	}
	h.now = time.Date(2026, 11, 1, 0, 0, 0, 0, calendar.Zone)
	_, v, _ = h.rules(t, citySup, "GET", "", "", "")
	assert.InDelta(t, 2027, v["missing_year"], 0, "§4.1 calendar.missing_year: alarm from 1 Nov")
	h.now = noon
}
