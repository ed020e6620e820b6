package codes_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/codes"
)

func sample() []codes.Table {
	return []codes.Table{
		{Name: "nature", Items: []codes.Item{{Code: "01", Key: "consultation", ZH: "咨询", EN: "consultation"}, {Code: "02", Key: "help", ZH: "求助", EN: "help"}}},
		{Name: "return_reason", Items: []codes.Item{{Code: "B01", ZH: "不属", EN: "not ours"}, {Code: "N01", ZH: "难办", EN: "hard", Blocked: true}}},
		{Name: codes.TableDisputeCategory24, MapsTo: "new", Items: []codes.Item{{Code: "17", ZH: "邻里", EN: "neighbours", MapsTo: "02"}, {Code: "00", ZH: "无", EN: "none"}}},
		{Name: "new", Items: []codes.Item{{Code: "02", ZH: "邻里", EN: "neighbours"}, {Code: "0201", ZH: "用水", EN: "water", Parent: "02"}}},
	}
}

func TestCodesAndKeysAreOneThing(t *testing.T) {
	t.Parallel()
	ts, err := codes.NewTables(sample())
	require.NoError(t, err)
	for _, given := range []string{"02", "help"} {
		assert.True(t, ts.Has("nature", given))
		c, ok := ts.Canonical("nature", given)
		assert.True(t, ok)
		assert.Equal(t, "help", c)
		zh, en := ts.Label("nature", given)
		assert.Equal(t, "求助 help", zh+" "+en)
	}
	c, ok := ts.Canonical("new", "0201")
	assert.True(t, ok)
	assert.Equal(t, "0201", c, "without a key the number is stored")
	for _, bad := range [][2]string{{"nature", "3"}, {"nature", ""}, {"none", "01"}, {"return_reason", "N01"}} {
		assert.False(t, ts.Has(bad[0], bad[1]), bad)
		_, ok := ts.Canonical(bad[0], bad[1])
		assert.False(t, ok, bad)
	}
	zh, _ := ts.Label("return_reason", "N01")
	assert.Equal(t, "难办", zh, "what is refused still has a name")
	zh, en := ts.Label("none", "x")
	assert.Equal(t, "xx", zh+en)
	assert.Equal(t, []string{"B01"}, ts.Options("return_reason"))
	assert.Nil(t, ts.Options("none"))
	assert.Equal(t, []string{"nature", "return_reason", codes.TableDisputeCategory24, "new"}, ts.Names())
	m, ok := ts.Map24("17")
	assert.True(t, ok)
	assert.Equal(t, "02", m)
	_, ok = ts.Map24("00")
	assert.False(t, ok)
	tab, ok := ts.Table("new")
	assert.True(t, ok)
	tab.Items[0].ZH = "改"
	zh, _ = ts.Label("new", "02")
	assert.Equal(t, "邻里", zh)
	_, ok = ts.Table("none")
	assert.False(t, ok)
}

func TestFaultsAreToldTogether(t *testing.T) {
	t.Parallel()
	_, err := codes.NewTables([]codes.Table{
		{Name: "a", Items: []codes.Item{{Code: "1", Key: "x", ZH: "甲", EN: "a"}, {Code: "1", ZH: "乙", EN: "b"}, {Code: "2", Key: "x", ZH: "丙", EN: "c"}}},
		{Name: "a", Items: []codes.Item{{Code: "1", ZH: "甲", EN: "a"}}},
		{Name: "b", MapsTo: "a", Items: []codes.Item{{Code: "1", ZH: "甲", EN: "", Parent: "9"}, {Code: "2", ZH: "乙", EN: "b", MapsTo: "7"}}},
		{Name: "c"},
	})
	for _, want := range []string{"a 1: code 1 used twice", "a 2: code x used twice", "table name empty or used twice", "b 1: code or label missing",
		"b 1: parent 9 does not exist", "b 2: mapping target 7 does not exist", "c : table has no items"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestTrackOfEveryNature(t *testing.T) {
	t.Parallel()
	for nature, track := range map[codes.Nature]codes.Track{
		codes.NatureConsultation: codes.TrackConsultation, codes.NatureHelp: codes.TrackDemand, codes.NatureComplaint: codes.TrackDemand,
		codes.NatureAccusation: codes.TrackAccusation, codes.NatureSuggestion: codes.TrackSuggestion, codes.NaturePetition: codes.TrackPetition,
		codes.NatureDispute: codes.TrackDispute, codes.NatureLitigationRelated: codes.TrackLegalRoute, codes.NatureEvent: codes.TrackGridEvent,
		codes.NatureOther: codes.TrackDemand, "": "", "02": "",
	} {
		assert.Equal(t, track, codes.TrackOf(nature), nature)
	}
	assert.Len(t, codes.Tracks(), 10)
	assert.NotEmpty(t, codes.Required())
	assert.NotEmpty(t, codes.RequiredTables())
}
