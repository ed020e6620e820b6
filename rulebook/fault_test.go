package rulebook_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/rulebook"
)

// files copies the embedded rulebook, to be spoilt.
func files(t testing.TB) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(rulebook.Data(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(rulebook.Data(), name)
		out[name] = &fstest.MapFile{Data: raw}
		return err
	}))
	return out
}

// seed spoils one place of a file. The fault is expected at the line of the new
// text.
type seed struct {
	file, old, new string
	key, en        string
}

var seeds = []seed{
	{file: "org.yaml", old: "township_centres: 10", new: "township_centres: 11", key: "counties[0].township_centres", en: "states 11 township centres, but 10 are listed"},
	{file: "org.yaml", old: `{code: "220403002", zh: 仙城街道, en: Xiancheng, kind: street, centre: "220403002-C"}`, new: `{code: "220403001", zh: 仙城街道, en: Xiancheng, kind: street, centre: "220403001-C"}`, key: "counties[1].units[1]", en: "code 220403001 is already used"},
	{file: "org.yaml", old: "kind: town, centre: \"220421101-C\"", new: "kind: hamlet, centre: \"220421101-C\"", key: "counties[2].units[4].kind", en: "unknown kind"},
	{file: "org.yaml", old: `code: "220422104"`, new: "code: 220422104", key: "counties[3].units[4].code", en: "put the code in quotes"},
	{file: "org.yaml", old: "zh: 建安镇, ", new: "zh: 建安镇, mayor: 某人, ", key: "counties[3].units[5].mayor", en: "unknown key"},
	{file: "org.yaml", old: "custom: [room_zgl, room_judge]", new: "custom: [room_zgl, room_spa]", key: "counties[3].centre.custom", en: "no custom point room_spa"},
	{file: "layouts.yaml", old: "{code: desk_police, kind: desk", new: "{code: desk_police, kind: table", key: "layouts[0].points[1].kind", en: "unknown kind of service point"},
	{file: "departments.yaml", old: "short: tax, zh: 税务局, en: Tax Bureau, org_kind: vertical", new: "short: tax, zh: 税务局, en: Tax Bureau, org_kind: royal", key: "departments[26].org_kind", en: "unknown org_kind"},
	{file: "departments.yaml", old: `nn: "34", short: trade_union, zh: 工会, en: Trade Union, org_kind: mass_org, presence: rotating`, new: `nn: "34", short: trade_union, zh: 工会, en: Trade Union, org_kind: mass_org`, key: "departments[33].presence", en: "missing"},
	{file: "communities.yaml", old: `township: "220402004"`, new: `township: "220402014"`, key: "townships[2].township", en: "township 220402014 does not exist"},
	{file: "communities.yaml", old: `suffix: "217", kind: village, zh: 太升村`, new: `suffix: "216", kind: village, zh: 太升村`, key: "townships[3].settlements[23]", en: "code 220421100216 is already used"},
	{file: "grids.yaml", old: `code: "220422101001001"`, new: `code: "220422101099001"`, key: "grids[5].code", en: "parent 220422101099 does not exist"},
	{file: "grids.yaml", old: "households: 380", new: "households: many", key: "grids[1].households", en: "must be a whole number, not a single value of type str"},
	{file: "grids.geojson", old: `"code":"220402001990001"`, new: `"code":"220402001990007"`, key: "220402001990007", en: "there is no such grid"},
	{file: "grids.geojson", old: `"code":"220402002990001","provisional":true`, new: `"code":"220402002990001","colour":"red"`, key: "feature 2: colour", en: "unknown property"},
	{file: "grids.geojson", old: `"220402003990001","provisional":true},"geometry":{"type":"Polygon","coordinates":[[[`, new: `"220402003990001","provisional":true},"geometry":{"type":"Polygon","coordinates":[[[42.9,125.1],[`, key: "220402003990001", en: "no degrees"},
	{file: "drill.geojson", old: `"Polygon"`, new: `"Point"`, key: "feature 1: geometry", en: "must be a Polygon"},
	{file: "codes/case.yaml", old: `{code: "05", key: suggestion,`, new: `{code: "04", key: suggestion,`, key: "tables[0].items[4].code", en: "code 04 used twice"},
	{file: "codes/dispute.yaml", old: `labour contracts and dispatch, parent: "07"`, new: `labour contracts and dispatch, parent: "77"`, key: "tables[0].items[36].code", en: "parent 77 does not exist"},
	{file: "codes/reasons.yaml", old: "zh: 冻土/季节, en: frozen ground or season", new: "zh: 冻土/季节", key: "tables[3].items[0].en", en: "missing"},
	{file: "duty.yaml", old: `{category: "0502", start: L1, lead: health`, new: `{category: "0502", start: L1, lead: hospital`, en: "unknown department hospital"},
	{file: "duty.yaml", old: `{category: "0503", start: L1`, new: `{category: "0503", start: L9`, en: "unknown start"},
	{file: "duty.yaml", old: "basis: [product_quality]", new: "basis: [feudal_law]", en: "basis feudal_law is not among the laws"},
	{file: "policy.yaml", old: "sign.auto: true", new: "sign.automatic: true", key: "values.sign.automatic", en: "unknown key"},
	{file: "policy.yaml", old: "sign.limit.urgent: 1uh", new: "sign.limit.urgent: soon", key: "values.sign.limit.urgent", en: "not a valid limit"},
	{file: "policy.yaml", old: "statutory.petition.handle: 60cd", new: "statutory.petition.handle: 90cd", key: "values.statutory.petition.handle", en: "looser than the statute, 60cd"},
	{file: "policy.yaml", old: "hangup.reasons: [H01, ", new: "hangup.reasons: [H99, ", key: "values.hangup.reasons", en: "H99 is not in the table hangup_reason"},
	{file: "policy.yaml", old: "warn.first: 50%", new: "warn.first: 150%", key: "values.warn.first", en: "not a valid percent"},
	{file: "users.demo.yaml", old: "{role: analyst, prefix: analyst, at: county}", new: "{role: prophet, prefix: analyst, at: county}", en: "unknown role prophet"},
	{file: "users.demo.yaml", old: "cleader.220403, ", new: "7, ", key: "rota[1].leaders[0]", en: "must be text"},
	{file: "names.yaml", old: "zh: 林, en: Lin", new: "zh: 林", key: "surnames[0].en", en: "missing"},
	{file: "calendar/2025.yaml", old: "year: 2025", new: "year: twenty", key: "year", en: "must be a whole number"},
}

func lineOf(t testing.TB, raw []byte, text string) int {
	t.Helper()
	i := strings.Index(string(raw), text)
	require.GreaterOrEqual(t, i, 0, "not in the file: %s", text)
	return 1 + strings.Count(string(raw[:i]), "\n")
}

func spoil(t testing.TB, fsys fstest.MapFS, s seed) {
	t.Helper()
	raw := string(fsys[s.file].Data)
	require.Equal(t, 1, strings.Count(raw, s.old), "%s: %s", s.file, s.old)
	fsys[s.file] = &fstest.MapFile{Data: []byte(strings.Replace(raw, s.old, s.new, 1))}
}

func faultsOf(t testing.TB, fsys fs.FS) rulebook.Faults {
	t.Helper()
	_, err := rulebook.Load(fsys, rulebook.WithDrill())
	var faults rulebook.Faults
	require.True(t, errors.As(err, &faults), "want faults, got %v", err)
	for _, f := range faults {
		assert.NotEmpty(t, f.File)
		assert.NotEmpty(t, f.ZH)
		assert.NotEmpty(t, f.EN)
	}
	return faults
}

func (s seed) in(t testing.TB, fsys fstest.MapFS, faults rulebook.Faults) bool {
	line := lineOf(t, fsys[s.file].Data, s.new)
	for _, f := range faults {
		if f.File == s.file && f.Line == line && (s.key == "" || f.Key == s.key) && strings.Contains(f.EN, s.en) {
			return true
		}
	}
	return false
}

func TestEverySeededFaultIsFoundAtItsPlace(t *testing.T) {
	t.Parallel()
	for _, s := range seeds {
		t.Run(s.file+" "+s.new, func(t *testing.T) {
			t.Parallel()
			fsys := files(t)
			spoil(t, fsys, s)
			faults := faultsOf(t, fsys)
			assert.True(t, s.in(t, fsys, faults), "want %s:%d %s: %s\ngot %v", s.file, lineOf(t, fsys[s.file].Data, s.new), s.key, s.en, faults)
			assert.LessOrEqual(t, len(faults), 3, "a single slip must not drown in consequences: %v", faults)
		})
	}
}

func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	fsys := files(t)
	for _, s := range seeds {
		spoil(t, fsys, s)
	}
	faults := faultsOf(t, fsys)
	for _, s := range seeds {
		assert.True(t, s.in(t, fsys, faults), "%s: %s is missing from\n%v", s.file, s.en, faults)
	}
	for i := 1; i < len(faults); i++ {
		assert.LessOrEqual(t, faults[i-1].File, faults[i].File, "ordered by file")
	}
	assert.Contains(t, faults.Error(), fmt.Sprintf("%d faults", len(faults)))
}

func TestFilesMissingStrayOrBroken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		spoil func(fstest.MapFS)
		want  string
	}{
		{"missing file", func(f fstest.MapFS) { delete(f, "policy.yaml") }, "policy.yaml: file is missing"},
		{"missing drill", func(f fstest.MapFS) { delete(f, "drill.yaml") }, "drill.yaml: file is missing"},
		{"stray file", func(f fstest.MapFS) { f["polcy.yaml"] = &fstest.MapFile{} }, "polcy.yaml: unknown file"},
		{"empty file", func(f fstest.MapFS) { f["grids.yaml"] = &fstest.MapFile{} }, "grids.yaml:1: file is empty"},
		{"syntax", func(f fstest.MapFS) { f["grids.yaml"] = &fstest.MapFile{Data: []byte("grids:\n  - {code: \"1\n")} }, "grids.yaml:"},
		{"a list", func(f fstest.MapFS) { f["grids.yaml"] = &fstest.MapFile{Data: []byte("- 1\n")} }, "grids.yaml:1: must be a mapping, not a list"},
		{"two documents", func(f fstest.MapFS) {
			f["grids.yaml"] = &fstest.MapFile{Data: append(append([]byte{}, f["grids.yaml"].Data...), "---\nx: 1\n"...)}
		}, "holds more than one document"},
		{"alias", func(f fstest.MapFS) {
			f["grids.yaml"] = &fstest.MapFile{Data: []byte("x: &a [1]\ngrids: *a\n")}
		}, "grids.yaml:2: grids: must be a list, not an alias"},
		{"key twice", func(f fstest.MapFS) { f["grids.yaml"] = &fstest.MapFile{Data: []byte("grids: []\ngrids: []\n")} }, "grids.yaml:2: grids: key given twice"},
		{"areas twice", func(f fstest.MapFS) {
			f["drill.geojson"] = &fstest.MapFile{Data: f["grids.geojson"].Data}
		}, "drill.geojson:2: 220402001990001: the area is given twice"},
		{"areas broken", func(f fstest.MapFS) { f["grids.geojson"] = &fstest.MapFile{Data: []byte("{\n]")} }, "grids.geojson:2: JSON: invalid character"},
		{"no codes", func(f fstest.MapFS) { delete(f, "codes/case.yaml") }, "codes: nature: code table nature is missing"},
		{"no years", func(f fstest.MapFS) {
			for _, y := range []string{"2024", "2025", "2026"} {
				delete(f, "calendar/"+y+".yaml")
			}
		}, "calendar: no years"},
		{"calendar contradiction", func(f fstest.MapFS) {
			f["calendar/2026.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(f["calendar/2026.yaml"].Data), "2026-10-10]", "2026-10-10, 2026-10-12]", 1))}
		}, "2026-10-12"},
		{"bad hours", func(f fstest.MapFS) {
			f["calendar/hours.yaml"] = &fstest.MapFile{Data: []byte("week:\n  mon: [8-12]\n")}
		}, "calendar/hours.yaml:2: week.mon: not a work window"},
		{"looser township", func(f fstest.MapFS) {
			f["policy/x.yaml"] = &fstest.MapFile{Data: []byte("scope: \"220402008\"\nversion: \"1\"\neffective_from: 2026-01-01\nvalues:\n  return.window.petition: 6wd\n")}
		}, "policy/x.yaml:5: values.return.window.petition: 6wd is looser than the statute, 5wd"},
		{"unknown scope", func(f fstest.MapFS) {
			f["policy/x.yaml"] = &fstest.MapFile{Data: []byte("scope: \"220499\"\nversion: \"1\"\neffective_from: 2026-01-01\nvalues: {}\n")}
		}, "policy/x.yaml:1: scope: scope is not a known unit"},
		{"rota of a stranger", func(f fstest.MapFS) {
			f["drill.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(f["drill.yaml"].Data), "cleader2.220498", "disp.220498", 1))}
		}, "disp.220498 is not a leader of the county"},
		{"no drill mark", func(f fstest.MapFS) {
			f["drill.yaml"] = &fstest.MapFile{Data: []byte(strings.Replace(string(f["drill.yaml"].Data), "    drill: true\n", "", 1))}
		}, "must say drill: true"},
		{"category missing", func(f fstest.MapFS) {
			var kept []string
			for _, l := range strings.Split(string(f["duty.yaml"].Data), "\n") {
				if !strings.Contains(l, `category: "0804"`) {
					kept = append(kept, l)
				}
			}
			f["duty.yaml"] = &fstest.MapFile{Data: []byte(strings.Join(kept, "\n"))}
		}, "no entry for category 0804"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			fsys := files(t)
			c.spoil(fsys)
			assert.Contains(t, faultsOf(t, fsys).Error(), c.want)
		})
	}
}

func TestPolicyMayBeStricterInANarrowerPlace(t *testing.T) {
	t.Parallel()
	fsys := files(t)
	fsys["policy/fuzhen.yaml"] = &fstest.MapFile{Data: []byte("scope: \"220402008\"\nversion: \"1\"\neffective_from: 2026-01-01\nvalues:\n  return.window.petition: 3wd\n  rework.max: 1\n")}
	b, err := rulebook.Load(fsys)
	require.NoError(t, err)
	assert.Equal(t, "3wd", b.PolicyAt("220402008-C", noon).Text("return.window.petition"))
	assert.Equal(t, "5wd", b.PolicyAt("220402008-C", noon.AddDate(-1, 0, 0)).Text("return.window.petition"))
	assert.Equal(t, "5wd", b.PolicyAt("220402", noon).Text("return.window.petition"))
}

func FuzzLoad(f *testing.F) {
	base := files(f)
	names := []string{"org.yaml", "layouts.yaml", "departments.yaml", "communities.yaml", "grids.yaml", "grids.geojson", "duty.yaml", "policy.yaml", "drill.yaml", "users.demo.yaml", "names.yaml", "codes/case.yaml", "codes/dispute.yaml", "calendar/2026.yaml", "calendar/hours.yaml"}
	for i, n := range names {
		f.Add(i, string(base[n].Data))
	}
	for i := range names {
		for _, raw := range []string{"", "null", "a: &a [*a]", "? [x]\n: y", "rules: [{}]", "values: {sign.auto: ~}", "tables: [{name: ~, items: [[]]}]", "!!binary x", "\x00", "counties: [{}]\ncity: {}", "surnames: []\ngiven: []"} {
			f.Add(i, raw)
		}
	}
	f.Fuzz(func(t *testing.T, which int, raw string) {
		if which < 0 {
			which = -(which + 1)
		}
		fsys := fstest.MapFS{}
		for n, file := range base {
			fsys[n] = file
		}
		fsys[names[which%len(names)]] = &fstest.MapFile{Data: []byte(raw)}
		b, err := rulebook.Load(fsys, rulebook.WithDrill())
		var faults rulebook.Faults
		if err != nil && (!errors.As(err, &faults) || len(faults) == 0 || b != nil) {
			t.Fatalf("want faults and no book, got %v, %v", b, err)
		}
	})
}
