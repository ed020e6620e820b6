package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// TestUpdatesOfTheGrid: noted once, also without a line, of the own grid, without personal
// data, and part of the score of the month.
func TestUpdatesOfTheGrid(t *testing.T) {
	t.Parallel()
	q := newSquare(t)
	note := func(want int, kind, ref, client string) map[string]any {
		return q.as(walker, want, "POST", "/field/updates", fmt.Sprintf(`{"kind":%q,"ref":%q,"count":3,"client":%q}`, kind, ref, client))
	}
	first := note(200, "household", "19号楼2单元301", "u-1")
	assert.Equal(t, true, first["news"])
	assert.Equal(t, "220402008901001", first["grid"])
	assert.Equal(t, false, note(200, "household", "19号楼2单元301", "u-1")["news"], "sent again")
	assert.Equal(t, "key_reused", note(422, "household", "19号楼2单元302", "u-1")["code"])
	note(200, "household", "19号楼2单元301", "u-2") // the same household, a second time
	note(422, "household", "张某 13800138000", "u-3")
	note(422, "household", "张某 138-0013-8000", "u-3")
	q.as(walker, 422, "POST", "/field/updates", `{"kind":"building","ref":"1号楼","grid":"220403004901001","client":"u-4"}`)
	q.as(walker, 422, "POST", "/field/updates", `{"kind":"building","ref":"1号楼","at":"2026-11-20T09:00:00+08:00","client":"u-4"}`)
	q.as(office, 403, "POST", "/field/updates", `{"kind":"building","ref":"1号楼","client":"u-4"}`)

	batch := `{"commands":[{"id":"command-1","kind":"update","input":{"kind":"building","ref":"20号楼","at":"2026-11-23T08:00:00+08:00"}},` +
		`{"id":"` + strings.Repeat("long-", 20) + `","kind":"update","input":{"kind":"facility","ref":"小广场"}},{"id":"command-3","kind":"update","input":{"kind":"nonsense","ref":"20号楼"}}]}`
	for range 2 {
		var status []float64
		for _, r := range q.as(walker, 200, "POST", "/field/sync", batch)["results"].([]any) {
			status = append(status, r.(map[string]any)["status"].(float64))
		}
		assert.Equal(t, []float64{200, 200, 422}, status)
	}
	assert.Equal(t, 4, q.count(`SELECT count(*) FROM field_updates`))

	mine := q.as(walker, 200, "GET", "/field/updates", "")
	assert.EqualValues(t, 3, mine["done"])
	assert.EqualValues(t, 20, mine["need"])
	assert.Len(t, mine["items"], 4)
	assert.Empty(t, q.as(neighbour, 200, "GET", "/field/updates", "")["items"])
	q.at(nine.Add(30 * 24 * time.Hour))
	for _, p := range q.as(walker, 200, "GET", "/field/month?month=2026-11", "")["parts"].([]any) {
		if part := p.(map[string]any); part["part"] == "info" {
			assert.EqualValues(t, 3, part["done"])
			assert.EqualValues(t, 20, part["of"])
			assert.EqualValues(t, 0.75, part["points"])
		}
	}
}
