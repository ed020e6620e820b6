package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wordTables reads the words at an address, by table and code.
func wordTables(t *testing.T, h *house, as, path string) map[string]map[string][2]string {
	t.Helper()
	res := h.do(t, request{as: as, method: http.MethodGet, path: path})
	require.Equal(t, http.StatusOK, res.Code, res.Body.String())
	var answer struct {
		Tables []struct {
			Name  string
			Items []struct{ Code, ZH, EN string }
		}
	}
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &answer))
	out := map[string]map[string][2]string{}
	for _, table := range answer.Tables {
		require.NotContains(t, out, table.Name, "a table twice")
		require.NotEmpty(t, table.Items, table.Name)
		out[table.Name] = map[string][2]string{}
		for _, i := range table.Items {
			require.NotContains(t, out[table.Name], i.Code, "%s: the code has two names", table.Name)
			require.NotEmpty(t, i.ZH, "%s %s", table.Name, i.Code)
			require.NotEmpty(t, i.EN, "%s %s", table.Name, i.Code)
			out[table.Name][i.Code] = [2]string{i.ZH, i.EN}
		}
	}
	return out
}

// TestWords: everything an officer is shown as a code has a name.
func TestWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	words := wordTables(t, h, clerk, "/api/v1/words")
	for _, name := range []string{"grievance", "grid_event", "joint_session", "whistle"} {
		for _, sort := range []string{"state.", "step.", "event.", "clock.", "input."} {
			assert.NotEmpty(t, words[sort+name], sort+name)
		}
		assert.Contains(t, words["kind"], name)
		assert.Contains(t, words["event."+name], "requested", "what every machine records")
		assert.Contains(t, words["step."+name], "approve")
	}
	for table, row := range map[string][3]string{
		"event.grievance":                       {"signed_for", "已签收", "signed for"},
		"event.joint_session":                   {"units_notified", "已通知参会单位", "units notified"},
		"state.grid_event":                      {"disposing", "处置中", "being put right"},
		"state.seat":                            {"responded", "待报到", "to arrive"},
		"step.whistle":                          {"refuse-whistle", "说明理由不予报到", "Refuse with reasons"},
		"clock.grievance":                       {"sign", "签收", "sign for it"},
		"clock.joint_session":                   {"sign", "会签纪要", "sign the minutes"},
		"flag.grid_event":                       {"place_gap", "位于网格空白处", "in a gap between grids"},
		"supervision":                           {"reminded", "已催办", "reminded"},
		"flag.grievance":                        {"precedent", "裁定先例", ""},
		"flag.photo":                            {"far", "拍摄位置较远", "taken elsewhere"},
		"task":                                  {"assist", "协办", "assist"},
		"state.task":                            {"cancelled", "已取消", "cancelled"},
		"closing.grievance":                     {"withdrawn", "撤回", "withdrawn"},
		"closing.grid_event":                    {"unverified", "未经现场核查", "not verified on the spot"},
		"light":                                 {"red", "红灯", "red"},
		"level":                                 {"L3", "县(区)领导牵头化解", ""},
		"role":                                  {"dispatcher", "调度员(指挥研判中心)", "case dispatcher"},
		"choice.grievance.rating":               {"basic", "基本满意", "basically satisfied"},
		"choice.grievance.ground":               {"contact_made", "已与诉求人取得联系", "the petitioner has been reached"},
		"choice.joint_session.seats.attendance": {"proxy", "委托代为参会", "by proxy"},
		"choice.leave.half":                     {"am", "上午", "morning"},
		"input.grid_event":                      {"requirements", "", ""},
	} {
		got, named := words[table][row[0]]
		assert.True(t, named && (row[1] == "" || row[1] == got[0]) && (row[2] == "" || row[2] == got[1]), "%s %s: %v", table, row[0], got)
	}
}

// TestWordsForEverybody: a petitioner's page is told what it shows, and nothing of the house.
func TestWordsForEverybody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	words := wordTables(t, h, "", "/api/v1/public/words")
	assert.Equal(t, "已签收", words["state.grievance"]["signed"][0])
	assert.Equal(t, "不满意", words["choice.grievance.rating"]["unsatisfied"][0])
	assert.Equal(t, "未评价", words["satisfaction"]["unrated"][0])
	assert.Equal(t, "自处置,已确认", words["closing.grid_event"]["self"][0])
	assert.Equal(t, "撤回", words["closing_type"]["withdrawn"][0])
	assert.Len(t, words["kind"], 2, "sessions and whistles are for officers")
	for name := range words {
		for _, kept := range []string{"event.", "step.", "clock.", "role", "input.", "whistle", "joint"} {
			assert.False(t, strings.Contains(name, kept), "%s is told to everybody", name)
		}
	}
	h.play(t, []scenario{{name: "anonymous", request: request{method: http.MethodGet, path: "/api/v1/words"}, status: 401}})
}

// TestWordsAreKept: who has them asks whether they are still these.
func TestWordsAreKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for path, as := range map[string]string{"/api/v1/words": clerk, "/api/v1/public/words": ""} {
		ask := func(tag string) (int, string, string) {
			r := request{as: as, method: http.MethodGet, path: path}
			if tag != "" {
				r.header = map[string]string{"If-None-Match": tag}
			}
			res := h.do(t, r)
			return res.Code, res.Header().Get("ETag"), res.Body.String()
		}
		status, tag, _ := ask("")
		require.Equal(t, http.StatusOK, status)
		require.Regexp(t, `^"[0-9a-f]{32}"$`, tag, "a strong tag")
		status, again, body := ask(tag)
		assert.Equal(t, http.StatusNotModified, status)
		assert.Equal(t, tag, again)
		assert.Empty(t, body)
		status, _, _ = ask(`"` + strings.Repeat("0", 32) + `"`)
		assert.Equal(t, http.StatusOK, status)
	}
}

// TestNoFormShowsABareCode: what is chosen from is named in every form of every step, of
// registrations, reports, drafts and exports.
func TestNoFormShowsABareCode(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	seen := 0
	var walk func(where string, fields []any)
	walk = func(where string, fields []any) {
		for _, f := range fields {
			f := f.(map[string]any)
			name := where + " " + f["name"].(string)
			if of, ok := f["of"].([]any); ok {
				walk(name, of)
			}
			if f["type"] != "choice" && f["type"] != "code" {
				continue
			}
			options, choices := f["options"].([]any), f["choices"].([]any)
			require.Len(t, choices, len(options), name)
			for i, c := range choices {
				c := c.(map[string]any)
				assert.Equal(t, options[i], c["value"], name)
				assert.NotEmpty(t, c["zh"], name)
				assert.NotEmpty(t, c["en"], name)
				seen++
			}
		}
	}
	for _, path := range []string{"/grievances/form", "/grid-events/form", "/whistles/form"} {
		res := h.do(t, request{as: office, method: http.MethodGet, path: "/api/v1" + path})
		require.Equal(t, http.StatusOK, res.Code)
		var form map[string]any
		require.NoError(t, json.Unmarshal(res.Body.Bytes(), &form))
		for part, fields := range form {
			walk(path+" "+part, fields.([]any))
		}
	}
	require.Positive(t, seen)
}
