package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// rowOf finds a row in an answer.
func rowOf(t *testing.T, v map[string]any, id string) map[string]any {
	t.Helper()
	for _, r := range v["rows"].([]any) {
		if r := r.(map[string]any); r["id"] == id {
			return r
		}
	}
	require.Fail(t, "no row "+id)
	return nil
}

// TestRowsOfADraft: one row is changed, the rest of the file stays, and two persons publish it.
func TestRowsOfADraft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path, tag := h.drafted(t, `{"title":"医疗纠纷改由司法局牵头"}`)
	of := "?draft=" + strings.TrimPrefix(path, "/drafts/")
	_, base, _ := h.rules(t, admin, "GET", path+"/file?name=duty.yaml", "", "")

	status, v, next := h.rules(t, admin, "PUT", path+"/rows/duty?row=0502", `{"values":{"lead":"justice","assist":["health"]}}`, tag)
	require.Equal(t, 200, status, v)
	assert.NotEqual(t, tag, next)
	_, now, _ := h.rules(t, admin, "GET", path+"/file?name=duty.yaml", "", "")
	assert.Equal(t, strings.Replace(base["text"].(string), `"0502", start: L1, lead: health, assist: [justice]`, `"0502", start: L1, lead: justice, assist: [health]`, 1), now["text"])
	_, v, _ = h.rules(t, citySup, "GET", "/rows/duty"+of, "", "")
	row := rowOf(t, v, "0502")
	assert.Equal(t, "justice", row["values"].(map[string]any)["lead"])
	assert.Equal(t, []any{}, row["faults"])
	_, v, _ = h.rules(t, admin, "GET", "/rows/duty", "", "")
	assert.Equal(t, "health", rowOf(t, v, "0502")["values"].(map[string]any)["lead"], "what is drafted is not in force")

	// Refused: by whom, on what, and why.
	status, _, _ = h.rules(t, citySup, "PUT", path+"/rows/duty?row=0502", `{"values":{"lead":"police"}}`, next)
	assert.Equal(t, 403, status)
	status, v, _ = h.rules(t, admin, "PUT", path+"/rows/duty?row=0502", `{"values":{"lead":"police"}}`, tag)
	assert.Equal(t, http.StatusPreconditionFailed, status, v)
	status, _, _ = h.rules(t, admin, "PUT", path+"/rows/duty?row=0502", `{"values":{"lead":"police"}}`, "")
	assert.Equal(t, http.StatusPreconditionRequired, status)
	status, v, _ = h.rules(t, admin, "PUT", path+"/rows/duty?row=0502", `{"values":{"lead":"township"}}`, next)
	assert.Equal(t, 422, status)
	assert.Equal(t, "lead", v["errors"].([]any)[0].(map[string]any)["field"])
	status, v, _ = h.rules(t, admin, "DELETE", path+"/rows/codes?row=nature/07", "", next)
	assert.Equal(t, 409, status)
	assert.Contains(t, v["detail_zh"], "不能删除")
	status, _, _ = h.rules(t, admin, "PUT", path+"/rows/duty", `{"lead":"police"}`, next)
	assert.Equal(t, 422, status)
	status, _, _ = h.rules(t, admin, "DELETE", path+"/rows/duty", "", next)
	assert.Equal(t, 422, status)
	status, _, _ = h.rules(t, admin, "GET", "/rows/taxes", "", "")
	assert.Equal(t, 422, status)
	_, still, _ := h.rules(t, admin, "GET", path+"/file?name=duty.yaml", "", "")
	assert.Equal(t, now["text"], still["text"], "what is refused changes nothing")

	_, v, _ = h.rules(t, citySup, "GET", path+"/review", "", "")
	require.Empty(t, v["faults"])
	change := v["changes"].([]any)[0].(map[string]any)
	assert.Equal(t, "duty 0502", change["area"].(string)+" "+change["key"].(string))
	assert.Contains(t, change["old_zh"], "卫健局")
	assert.Contains(t, change["new_zh"], "司法局")
	status, v, _ = h.rules(t, admin, "POST", path+"/actions/submit", "", "")
	require.Equal(t, 200, status, v)
	status, v, _ = h.rules(t, citySup, "POST", path+"/actions/approve", "", "")
	require.Equal(t, 200, status, v)
	suggestion, ok := h.holder.Current().Duty.Suggest("0502", "220402", "220402001")
	require.True(t, ok)
	assert.Equal(t, "220402-D06", suggestion.Lead)
}

// TestWhatARowBreaksElsewhere: it is saved, told at the rows that must follow, and not published before they do.
func TestWhatARowBreaksElsewhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path, tag := h.drafted(t, `{"title":"撤销工会席位"}`)
	of := "?draft=" + strings.TrimPrefix(path, "/drafts/")
	status, v, tag := h.rules(t, admin, "DELETE", path+"/rows/departments?row=34", "", tag)
	require.Equal(t, 200, status, v)
	_, v, _ = h.rules(t, admin, "GET", "/rows/duty"+of, "", "")
	fault := rowOf(t, v, "07")["faults"].([]any)[0].(map[string]any)
	assert.Equal(t, "assist", fault["field"])
	assert.Contains(t, fault["zh"], "未知的部门")
	_, v, _ = h.rules(t, admin, "GET", "/rows/departments"+of, "", "")
	assert.NotEmpty(t, v["faults"], "and told where one looks at the departments")
	status, _, _ = h.rules(t, admin, "POST", path+"/actions/submit", "", "")
	assert.Equal(t, 409, status)
	for _, row := range []string{"07", "0701", "0703", "0799"} {
		status, v, tag = h.rules(t, admin, "PUT", path+"/rows/duty?row="+row, `{"values":{"assist":[]}}`, tag)
		require.Equal(t, 200, status, v)
	}
	status, v, _ = h.rules(t, admin, "PUT", path+"/rows/duty?row=0702", `{"values":{"assist":["tax"]}}`, tag)
	require.Equal(t, 200, status, v)
	_, v, _ = h.rules(t, admin, "GET", path+"/review", "", "")
	assert.Empty(t, v["faults"])
}
