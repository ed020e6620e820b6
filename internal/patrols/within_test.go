package patrols

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/geo"
	"huajie/rulebook"
)

// TestWithinTheOwnGrids: a hundred metres beside one's grids still count (§4.10 track.valid).
func TestWithinTheOwnGrids(t *testing.T) {
	t.Parallel()
	book, err := rulebook.Default()
	require.NoError(t, err)
	const own, other = "220402008901001", "220403004901001"
	home := geo.Point{Lat: 42.919, Lon: 125.1699}
	north := func(metres float64) geo.Point { return geo.Point{Lat: home.Lat + metres/111195, Lon: home.Lon} }
	edge := 0.0
	for book.Grids.Contains(own, north(edge), 0) {
		edge++
	}
	require.Positive(t, edge)
	inside := within(book.Grids, []string{other, own}, 100)
	require.NotNil(t, inside)
	assert.True(t, inside(home))
	assert.True(t, inside(north(edge+50)))
	assert.False(t, inside(north(edge+150)))
	assert.False(t, within(book.Grids, []string{other}, 100)(home))
	assert.Nil(t, within(book.Grids, []string{own, "220402999999999"}, 100), "nobody knows where that is: everywhere counts")
}
