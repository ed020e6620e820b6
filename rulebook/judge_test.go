package rulebook_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/grid"
	"huajie/rulebook"
)

// TestAFileIsJudgedAndNothingComesOfIt: what would be added, replaced and odd, and the files of
// the next version, which is the one an import of the same file makes; the book in force stays.
func TestAFileIsJudgedAndNothingComesOfIt(t *testing.T) {
	t.Parallel()
	book, err := rulebook.Default()
	require.NoError(t, err)
	h := rulebook.NewHolder(book)
	raw := []byte(`{"type":"FeatureCollection","features":[
		{"type":"Feature","properties":{"code":"220402008901001","name":"福阳社区第一网格","households":410},"geometry":{"type":"Polygon","coordinates":[[[125.10,42.90],[125.12,42.90],[125.12,42.92],[125.10,42.92],[125.10,42.90]]]}},
		{"type":"Feature","properties":{"code":"220402008901009","name":"福阳社区第九网格","households":12},"geometry":{"type":"Polygon","coordinates":[[[125.11,42.91],[125.13,42.91],[125.13,42.93],[125.11,42.93],[125.11,42.91]]]}}]}`)
	j, err := h.JudgeGrids("division.geojson", raw)
	require.NoError(t, err)
	require.Empty(t, j.Faults)
	require.Len(t, j.Grids, 2)
	assert.Equal(t, []bool{true, false}, []bool{j.Grids[0].Known, j.Grids[1].Known})
	kinds := map[grid.Kind]bool{}
	for _, f := range j.Found {
		kinds[f.Kind] = true
	}
	assert.True(t, kinds[grid.Overlaps] && kinds[grid.Households], "%v", j.Found)
	done, err := rulebook.ImportGrids(rulebook.Data(), rulebook.GridFile{Name: "division.geojson", Raw: raw})
	require.NoError(t, err)
	assert.NotEqual(t, book.Version, j.Version, "there would be another version")
	require.Len(t, j.Files, len(done.Changed))
	for _, f := range j.Files {
		assert.Equal(t, string(done.Changed[f.Name]), string(f.Raw), f.Name)
	}
	assert.Same(t, book, h.Current())
	_, there := h.Current().Grids.Grid("220402008901009")
	assert.False(t, there)

	crossed := strings.Replace(string(raw), "[125.12,42.90],[125.12,42.92]", "[125.12,42.92],[125.12,42.90]", 1)
	j, err = h.JudgeGrids("division.geojson", []byte(crossed))
	require.NoError(t, err)
	require.Len(t, j.Faults, 1)
	assert.Contains(t, j.Faults[0].ZH, "自相交")
	assert.Empty(t, j.Files)
}
