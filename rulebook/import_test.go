package rulebook_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/geo"
	"huajie/domain/grid"
	"huajie/domain/org"
	"huajie/rulebook"
)

const table = `网格编码,网格名称,户数,社区,楼栋,范围,暂定
220402008901001,福阳社区第一网格,431,,龙山新城A区19-29号楼;龙山新城B区,,否
220402006001001,向阳一网格,700,朝阳社区,甲区1-5号楼,,
220402006001002,向阳二网格,400,朝阳社区,,"POLYGON((125.3 42.9,125.31 42.9,125.31 42.91,125.3 42.91,125.3 42.9))",
220421103201001,村一网格,90,某某村,,"POLYGON((125.305 42.9,125.32 42.9,125.32 42.91,125.305 42.91))",是
`

func imported(t *testing.T, fsys fstest.MapFS, name, raw string) (*rulebook.Import, rulebook.Faults) {
	t.Helper()
	out, err := rulebook.ImportGrids(fsys, rulebook.GridFile{Name: name, Raw: []byte(raw)})
	if err == nil {
		return out, nil
	}
	var faults rulebook.Faults
	require.True(t, errors.As(err, &faults), "%v", err)
	return nil, faults
}

func TestImportedGridsAreInTheNextBook(t *testing.T) {
	t.Parallel()
	fsys := files(t)
	out, faults := imported(t, fsys, "grids.csv", table)
	require.Empty(t, faults)
	assert.Equal(t, []int{3, 1, 2}, []int{out.Added, out.Replaced, out.Founded})
	assert.Len(t, out.Changed, 3)
	for name, raw := range out.Changed {
		fsys[name] = &fstest.MapFile{Data: raw}
	}
	b, err := rulebook.Load(fsys, rulebook.WithDrill())
	require.NoError(t, err)
	assert.Equal(t, out.Book.Version, b.Version, "what is written is what was checked")
	assert.NotEqual(t, load(t, rulebook.WithDrill()).Version, b.Version)

	g, ok := b.Grids.Grid("220402008901001")
	require.True(t, ok)
	assert.Equal(t, 431, g.Households)
	assert.Equal(t, "Fuyang Community grid 1", g.Name.EN)
	assert.False(t, g.Shaped(), "delivered without an area, it has none any more")
	assert.Equal(t, g.Code, b.Grids.InBuilding("龙山新城B区7号楼").Grid)
	assert.Equal(t, "220402006001002", b.Grids.At(geo.Point{Lat: 42.905, Lon: 125.302}).Grid)
	for id, kind := range map[string]org.Kind{"220402006001": org.KindCommunity, "220421103201": org.KindVillage} {
		u, ok := b.Org.Unit(id)
		require.True(t, ok)
		assert.Equal(t, kind, u.Kind)
	}
	u, _ := b.Org.Unit("220402006001")
	assert.Equal(t, "朝阳社区", u.ZH)
	assert.Equal(t, "Community 001, Xiangyang Subdistrict", u.EN)
	assert.Equal(t, len(load(t, rulebook.WithDrill()).Grids.All())+3, len(b.Grids.All()), "the others stay")
	for _, comment := range []string{"# Demo grids", "# 西宁社区 is known"} {
		assert.Contains(t, string(out.Changed["grids.yaml"]), comment)
	}

	var lines []string
	for _, w := range out.Warnings {
		lines = append(lines, w.String())
	}
	assert.Equal(t, []string{
		"grids.csv:3: 220402006001001: grid 220402006001001 has 700 households, outside 300-500",
		"grids.csv:4: 220402006001002: grids 220402006001002 and 220421103201001 share ground",
		"grids.csv:5: 220421103201001: grid 220421103201001 has 90 households, outside 300-500",
		"grids.csv:5: 220421103201001: grid 220421103201001 has an open ring, taken as closed",
	}, lines)

	again, faults := imported(t, fsys, "grids.csv", table)
	require.Empty(t, faults)
	assert.Equal(t, []int{0, 4, 0}, []int{again.Added, again.Replaced, again.Founded})
	assert.Equal(t, b.Version, again.Book.Version, "imported again nothing changes")
	assert.Empty(t, again.Changed)
}

func TestImportTellsEveryFault(t *testing.T) {
	t.Parallel()
	head := "code,name,households,community,wkt\n"
	for name, tc := range map[string]struct{ file, raw, want string }{
		"no township":       {"a.csv", head + "220402099001001,甲,400,乙,\n", "a.csv:2: 220402099001001: the first 9 digits are those of no street, town or township"},
		"unknown community": {"a.csv", head + "220402006001001,甲,400,,\n", "a.csv:2: 220402006001001: community or village 220402006001 is not in the rulebook: give its name (community)"},
		"crossing": {"a.csv", head + "220402006990009,甲,400,,\"POLYGON((0.1 0.1,0.2 0.2,0.2 0.1,0.1 0.15,0.1 0.1))\"\n",
			"a.csv:2: 220402006990009: grid 220402006990009 has a ring that crosses itself"},
		"twice": {"a.csv", head + "220402006990009,甲,400,,\n220402006990009,甲,400,,\n", "a.csv:3: 220402006990009: the code is already used in line 2"},
		"empty": {"a.geojson", `{"type":"FeatureCollection","features":[]}`, "a.geojson: there is no grid in the file"},
		"json":  {"a.geojson", "{\"type\":\n\"FeatureCollection\",,", "a.geojson:2: JSON: invalid character"},
	} {
		out, faults := imported(t, files(t), tc.file, tc.raw)
		require.Nil(t, out, name)
		assert.Contains(t, faults.Error(), tc.want, name)
		for _, f := range faults {
			assert.NotEmpty(t, f.ZH, name)
		}
	}
	two := rulebook.GridFile{Name: "b.csv", Raw: []byte(head + "220402006990009,甲,400,,\n")}
	_, err := rulebook.ImportGrids(files(t), rulebook.GridFile{Name: "a.csv", Raw: two.Raw}, two)
	require.ErrorContains(t, err, "b.csv:2: 220402006990009: the grid is in a.csv, too")
}

// TestAWholeCountyCanBeImported: 1 504 grids in one file; the largest county has 1 495.
func TestAWholeCountyCanBeImported(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	var b strings.Builder
	b.WriteString("code,name,households,rural,community,wkt\n")
	n := 0
	for _, u := range load(t).Org.Units() {
		for k := 1; u.Kind.Township() && u.ID != "220402070" && k <= 32; k++ {
			w, s := 124+float64(n%80)*0.02, 41+float64(n/80)*0.02
			n++
			writeRow(&b, u.ID, k, w, s)
		}
	}
	out, faults := imported(t, files(t), "county.csv", b.String())
	require.Empty(t, faults)
	assert.Equal(t, n, out.Added)
	assert.Equal(t, grid.Inside, out.Book.Grids.At(geo.Point{Lat: 41.01, Lon: 124.01}).Reason)
}

func writeRow(b *strings.Builder, township string, k int, w, s float64) {
	fmt.Fprintf(b, "%s801%03d,网格,100,是,某村,\"POLYGON((%g %g,%g %g,%g %g,%g %g,%g %g))\"\n", township, k, w, s, w+.02, s, w+.02, s+.02, w, s+.02, w, s)
}
