package evidence_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/evidence"
	"huajie/domain/geo"
	"huajie/domain/policy"
	"huajie/rulebook"
)

var (
	manhole = geo.Point{Lat: 42.9000, Lon: 125.1400}
	report  = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
)

// north is a place so many metres north of the manhole.
func north(metres float64) *geo.Point {
	return &geo.Point{Lat: manhole.Lat + metres/111_194.93, Lon: manhole.Lon}
}

func contextOf(t *testing.T) evidence.Context {
	t.Helper()
	b, err := rulebook.Default()
	require.NoError(t, err)
	return evidence.Context{Place: &manhole, At: report, Policy: b.PolicyAt("220402008", report), Calendar: b.Calendar}
}

// honest is a photo taken on the spot a minute ago.
func honest() evidence.Photo {
	return evidence.Photo{ID: "a", SHA256: "aa", PHash: 0xff00, TakenAt: report.Add(-2 * time.Minute), UploadedAt: report.Add(-time.Minute), At: north(12), Accuracy: 8, Source: evidence.Live, By: "wang"}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	type photo = evidence.Photo
	type about = evidence.Context
	for name, of := range map[string]struct {
		change func(*photo, *about)
		want   []string
		blocks bool
	}{
		"taken on the spot":             {func(*photo, *about) {}, nil, false},
		"99 m away":                     {func(p *photo, _ *about) { p.At = north(99) }, nil, false},
		"101 m away":                    {func(p *photo, _ *about) { p.At = north(101) }, []string{evidence.Far}, false},
		"the place is not known yet":    {func(p *photo, c *about) { p.At, c.Place = north(5000), nil }, nil, false},
		"no position":                   {func(p *photo, _ *about) { p.At = nil }, []string{evidence.NoPosition}, false},
		"the sea off Africa":            {func(p *photo, _ *about) { p.At = &geo.Point{} }, []string{evidence.NoPosition}, false},
		"live, two hours ago":           {func(p *photo, _ *about) { p.TakenAt = report.Add(-2 * time.Hour) }, nil, false},
		"live, longer ago":              {func(p *photo, _ *about) { p.TakenAt = report.Add(-2*time.Hour - time.Second) }, []string{evidence.Stale}, true},
		"no line, 23 h":                 {func(p *photo, _ *about) { p.Source, p.TakenAt = evidence.Offline, report.Add(-23*time.Hour) }, []string{evidence.OfflineLate}, false},
		"no line, a quarter of an hour": {func(p *photo, _ *about) { p.Source, p.TakenAt = evidence.Offline, report.Add(-15*time.Minute) }, nil, false},
		"no line, 24 h and more": {func(p *photo, _ *about) {
			p.Source, p.TakenAt = evidence.Offline, report.Add(-24*time.Hour-time.Second)
		}, []string{evidence.Stale}, true},
		"from an album":                        {func(p *photo, _ *about) { p.Source = evidence.Album }, []string{evidence.FromAlbum}, true},
		"from an album, long ago":              {func(p *photo, _ *about) { p.Source, p.TakenAt = evidence.Album, report.AddDate(0, -1, 0) }, []string{evidence.FromAlbum, evidence.Stale}, true},
		"from who knows where":                 {func(p *photo, _ *about) { p.Source = "" }, []string{evidence.FromAlbum}, true},
		"a clock ten minutes ahead":            {func(p *photo, _ *about) { p.TakenAt = p.UploadedAt.Add(10 * time.Minute) }, nil, false},
		"a clock further ahead":                {func(p *photo, _ *about) { p.TakenAt = p.UploadedAt.Add(11 * time.Minute) }, []string{evidence.Future}, false},
		"ahead, and nobody knows when it came": {func(p *photo, _ *about) { p.UploadedAt, p.TakenAt = time.Time{}, report.Add(time.Hour) }, []string{evidence.Future}, false},
		"the image agrees":                     {func(p *photo, _ *about) { p.ExifAt, p.ExifTime = north(150), p.TakenAt.Add(-9*time.Minute) }, nil, false},
		"the image tells another place":        {func(p *photo, _ *about) { p.ExifAt = north(300) }, []string{evidence.PositionMismatch}, false},
		"the image tells another zone":         {func(p *photo, _ *about) { p.ExifTime = p.TakenAt.Add(-8 * time.Hour) }, []string{evidence.TimeMismatch}, false},
		"the image tells a later time":         {func(p *photo, _ *about) { p.ExifTime = p.TakenAt.Add(11 * time.Minute) }, []string{evidence.TimeMismatch}, false},
		"the image tells last week":            {func(p *photo, _ *about) { p.ExifTime = p.TakenAt.AddDate(0, 0, -7) }, []string{evidence.Stale, evidence.TimeMismatch}, true},
		"the same photo again":                 {func(p *photo, _ *about) { p.Twins = []evidence.Twin{{ID: "b", Bits: 3}, {ID: "c", Same: true}} }, []string{evidence.DuplicateHash}, false},
		"one like it":                          {func(p *photo, _ *about) { p.Twins = []evidence.Twin{{ID: "b", Bits: 3}} }, []string{evidence.DuplicateLook}, false},
		"one like it in the same case":         {func(p *photo, c *about) { c.Case, p.Twins = "E1", []evidence.Twin{{ID: "b", Case: "E1"}} }, nil, false},
		"one like it in another case": {func(p *photo, c *about) {
			c.Case, p.Twins = "E1", []evidence.Twin{{ID: "b", Case: "E1"}, {ID: "d", Case: "E2"}}
		}, []string{evidence.DuplicateLook}, false},
		"the same one in the same case": {func(p *photo, c *about) { c.Case, p.Twins = "E1", []evidence.Twin{{ID: "b", Case: "E1", Same: true}} }, []string{evidence.DuplicateHash}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, c := honest(), contextOf(t)
			of.change(&p, &c)
			flags := evidence.Judge(p, c)
			var got []string
			for _, f := range flags {
				got = append(got, f.Code)
				assert.NotContains(t, f.ZH+f.EN, "%", "every text is whole")
				assert.NotEmpty(t, f.ZH)
				assert.NotEmpty(t, f.EN)
			}
			assert.Equal(t, of.want, got)
			assert.Equal(t, of.blocks, evidence.Blocks(flags))
		})
	}
}

func TestFlagsSayHowMuch(t *testing.T) {
	t.Parallel()
	p, c := honest(), contextOf(t)
	p.At, p.Source, p.TakenAt = north(230), evidence.Offline, report.Add(-5*time.Hour-20*time.Minute)
	flags := evidence.Judge(p, c)
	require.Len(t, flags, 2)
	assert.Equal(t, 320, flags[0].Minutes)
	assert.Equal(t, "离线拍摄,5小时20分钟后上报", flags[0].ZH)
	assert.Equal(t, "taken without a line, reported 5 h 20 min later", flags[0].EN)
	assert.InDelta(t, 230, flags[1].Metres, 1)
	assert.Contains(t, flags[1].EN, "m from the place of the event")
}

// TestTheNumbersAreThoseOfThePolicy moves each of them.
func TestTheNumbersAreThoseOfThePolicy(t *testing.T) {
	t.Parallel()
	c := contextOf(t)
	p := honest()
	p.Source = evidence.Album
	c.Policy = changed(t, map[string]string{"photo.album": "true"})
	assert.False(t, evidence.Blocks(evidence.Judge(p, c)), "where albums are let in they only warn")
	p = honest()
	p.At, p.TakenAt = north(40), report.Add(-3*time.Hour)
	c.Policy = changed(t, map[string]string{"photo.radius": "30", "photo.fresh": "4uh"})
	flags := evidence.Judge(p, c)
	require.Len(t, flags, 1)
	assert.Equal(t, evidence.Far, flags[0].Code)
	least, most := evidence.Range(c.Policy)
	assert.Equal(t, []int{3, 9}, []int{least, most})
	s := evidence.SearchFor(c.Policy, c.Calendar, report)
	assert.Equal(t, 6, s.Bits)
	assert.InDelta(t, 90*24, report.Sub(s.Since).Hours(), 48)
}

// changed is the policy of the city with other values.
func changed(t *testing.T, values map[string]string) policy.Set {
	t.Helper()
	b, err := rulebook.Default()
	require.NoError(t, err)
	city := b.PolicyAt("220402008", report)
	all := map[string]policy.Value{}
	for _, k := range policy.Keys() {
		text := city.Text(k.Name)
		if other, ok := values[k.Name]; ok {
			text = other
		}
		v, err := policy.Parse(k, text)
		if k.Kind == policy.KindList || k.Kind == policy.KindLimits {
			v, err = policy.ParseList(k, strings.Split(text, ","))
		}
		require.NoError(t, err)
		all[k.Name] = v
	}
	book, err := policy.NewBook("city", []policy.Layer{{Scope: "city", EffectiveFrom: report.AddDate(-1, 0, 0), Version: "v", Values: all}},
		func(unit string) []string { return []string{unit} })
	require.NoError(t, err)
	return book.At([]string{"city"}, report)
}

func TestDistinct(t *testing.T) {
	t.Parallel()
	a, b := evidence.Photo{ID: "1", SHA256: "a"}, evidence.Photo{ID: "2", SHA256: "b"}
	again := evidence.Photo{ID: "3", SHA256: "a"}
	assert.Equal(t, 2, evidence.Distinct(a, b, again), "one photo sent twice is one")
	assert.Zero(t, evidence.Distinct())
}

func TestWhoIsATwin(t *testing.T) {
	t.Parallel()
	s := evidence.Search{Since: report.AddDate(0, 0, -90), Bits: 6}
	mine := evidence.Photo{ID: "1", SHA256: "a", PHash: 0xff, By: "wang", UploadedAt: report}
	other := func(sha string, look uint64, by string) evidence.Photo {
		return evidence.Photo{ID: "2", SHA256: sha, PHash: look, By: by, UploadedAt: report.AddDate(0, 0, -1)}
	}
	old := other("a", 0xff, "li")
	old.UploadedAt = s.Since.Add(-time.Second)
	for name, of := range map[string]struct {
		other           evidence.Photo
		attached, asked bool
		want            bool
	}{
		"itself":                             {mine, false, true, false},
		"itself, attached before":            {mine, true, true, true},
		"the same of another account":        {other("a", 0xff, "li"), false, false, true},
		"my own first try":                   {other("a", 0xff, "wang"), false, false, false},
		"my own, shown together":             {other("a", 0xff, "wang"), false, true, true},
		"my own, attached":                   {other("a", 0xff, "wang"), true, false, true},
		"six bits":                           {other("b", 0xff^0x3f00, "li"), false, false, true},
		"seven bits":                         {other("b", 0xff^0x7f00, "li"), false, false, false},
		"my own of the same scene":           {other("b", 0xff, "wang"), false, true, false},
		"a hand before the lens":             {other("b", 0, "li"), true, false, false},
		"so long ago that it does not count": {old, true, false, false},
	} {
		assert.Equal(t, of.want, s.IsTwin(mine, of.other, of.attached, of.asked), name)
	}
}

// TestBandsFindWhatIsAlike: whatever differs in no more bits than a search lets it has a band
// that is looked for, however the bits lie.
func TestBandsFindWhatIsAlike(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := evidence.Search{Bits: rapid.IntRange(0, 11).Draw(rt, "bits")}
		look := rapid.Uint64Min(1).Draw(rt, "look")
		other := look
		for _, bit := range rapid.SliceOfN(rapid.IntRange(0, 63), 0, s.Bits).Draw(rt, "flipped") {
			other ^= 1 << bit
		}
		wanted, ok := s.Bands(look)
		found := false
		own, _ := evidence.Search{}.Bands(other)
		for n := range own {
			found = found || slices.Contains(wanted[n], own[n][0])
		}
		if !ok || !found {
			rt.Fatalf("%x is not found for %x", other, look)
		}
	})
	_, ok := evidence.Search{Bits: 12}.Bands(1)
	assert.False(t, ok, "all are gone through")
}

// TestPartsMakeTheWhole: however a photo is cut, its parts are as long as it is.
func TestPartsMakeTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := evidence.Declared{Size: rapid.Int64Range(1, 20<<20).Draw(rt, "size"), PartSize: rapid.IntRange(100_000, 4<<20).Draw(rt, "part")}
		if rapid.Bool().Draw(rt, "usual") {
			d.PartSize = evidence.PartSize(d.Size)
		}
		var sum int64
		for n := 1; n <= d.Parts(); n++ {
			if d.SizeOf(n) < 1 || d.SizeOf(n) > d.PartSize {
				rt.Fatalf("part %d has %d bytes", n, d.SizeOf(n))
			}
			sum += int64(d.SizeOf(n))
		}
		if sum != d.Size || d.Parts() > evidence.MostParts || d.SizeOf(0) != 0 || d.SizeOf(d.Parts()+1) != 0 {
			rt.Fatalf("%d parts make %d of %d bytes", d.Parts(), sum, d.Size)
		}
	})
}
