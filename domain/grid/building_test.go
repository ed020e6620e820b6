package grid_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"huajie/domain/grid"
)

func TestWhichGridABuildingBelongsTo(t *testing.T) {
	t.Parallel()
	x := grid.NewIndex([]grid.Grid{
		{Code: "1", Buildings: []string{"龙山新城A区19号到29号楼"}},
		{Code: "2", Buildings: []string{"龙山新城A区1-18号楼", "龙山新城B区", "福兴小区3、5、7-9号楼"}},
		{Code: "3", Buildings: []string{"龙山新城", "富国新村2期十一栋", "兴合小区1号楼"}},
		{Code: "4", Buildings: []string{"兴合小区1-4号楼"}},
		{Code: "6", Buildings: []string{"福兴小区"}},
		{Code: "5", Special: true, Buildings: []string{"福兴小区5号楼"}},
	}, limits)
	for address, want := range map[string]struct {
		grid string
		why  grid.Reason
	}{
		"龙山新城A区19号楼": {"1", grid.Inside},
		"龙山新城A区29号":  {"1", grid.Inside},
		"吉林省辽源市龙山区龙山新城A区21号楼3单元502室": {"1", grid.Inside},
		"龙山新城A区 21 号楼":               {"1", grid.Inside},
		"龙山新城a区21#":                  {"1", grid.Inside},
		"龙山新城A区二十一号楼":                {"1", grid.Inside},
		"龙山新城A区21栋":                  {"1", grid.Inside},
		"龙山新城A区21-3-502":             {"1", grid.Inside},
		"龙山新城A区第21幢":                 {"1", grid.Inside},
		"龙山新城A区18号楼":                 {"2", grid.Inside},
		"龙山新城A区1號樓":                  {"2", grid.Inside},
		"龙山新城A区190号楼":                {"3", grid.Inside}, // no such number: the estate as a whole
		"龙山新城B区3号楼":                  {"2", grid.Inside}, // the longer name of an estate
		"龙山新城C区":                     {"3", grid.Inside},
		"福兴小区8号楼":                    {"2", grid.Inside},
		"福兴小区4号楼":                    {"6", grid.Inside}, // the rest of the estate
		"福兴小区5号楼":                    {"5", grid.Inside}, // a special grid lies over it
		"富国新村2期11号楼":                 {"3", grid.Inside},
		"富国新村2号楼":                    {"", grid.Unknown},
		"兴合小区1号楼":                    {"3", grid.Overlap},
		"兴合小区4号楼":                    {"4", grid.Inside},
		"兴合小区":                       {"", grid.Unknown},
		"":                           {"", grid.Unknown},
	} {
		got := x.InBuilding(address)
		assert.Equal(t, want.grid, got.Grid, address)
		assert.Equal(t, want.why, got.Reason, address)
	}
}

func FuzzInBuilding(f *testing.F) {
	for _, s := range []string{"龙山新城A区19号到29号楼", "龙山新城A区19、20号楼", "十号楼", "0号楼", "9-1号楼", "9", "\xff号楼"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, entry, address string) {
		x := grid.NewIndex([]grid.Grid{{Code: "1", Buildings: []string{entry}}}, limits)
		if p := x.InBuilding(address); (p.Grid == "1") != (p.Reason == grid.Inside) {
			t.Fatalf("%q in %q: %+v", address, entry, p)
		}
	})
}
