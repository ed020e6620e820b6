package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A wall shows counts: what came in, how far it climbed, and nobody.
func TestABoardShowsCounts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.do(t, request{as: supervisor, method: http.MethodGet, path: "/api/v1/stats/board"})
	require.Equal(t, http.StatusOK, r.Code, r.Body)
	var b struct {
		Today, Month   struct{ Grievances, Events, Closed int }
		Open, Late     int
		Levels, Ladder []struct {
			Level, ZH  string
			Open, Late int
		}
		Categories []struct {
			Kind, Code, ZH string
			Count          int
		}
		Trend []struct {
			Date               string
			Registered, Closed int
		}
	}
	require.NoError(t, json.Unmarshal(r.Body.Bytes(), &b))
	assert.Equal(t, 3, b.Today.Grievances)
	assert.Equal(t, 2, b.Today.Events)
	assert.Equal(t, 2, b.Today.Closed)
	assert.Equal(t, 8, b.Open)
	assert.Equal(t, 2, b.Late)
	assert.Equal(t, []int{8, 4, 1, 1}, []int{b.Ladder[0].Open, b.Ladder[1].Open, b.Ladder[2].Open, b.Ladder[3].Open}, "who came to L3 has come past L1")
	assert.Equal(t, "待分流", b.Levels[0].ZH, "what is at no level yet has a name, too")
	require.Len(t, b.Categories, 2)
	assert.Equal(t, "0402", b.Categories[0].Code, "over days, together")
	assert.Equal(t, 4, b.Categories[0].Count)
	require.Len(t, b.Trend, 31)
	assert.Equal(t, 5, b.Trend[30].Registered, "today comes last")
	assert.Equal(t, 5, b.Trend[29].Closed)
	assert.NotContains(t, r.Body.String(), "no\":", "no case is named")
}
