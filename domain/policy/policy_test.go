package policy_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/calendar"
	"huajie/domain/policy"
)

var epoch = time.Date(2020, 8, 28, 0, 0, 0, 0, calendar.Zone)

func pathOf(id string) []string {
	for _, p := range [][]string{{"city"}, {"city", "county"}, {"city", "county", "town"}, {"city", "other"}} {
		if p[len(p)-1] == id {
			return p
		}
	}
	return nil
}

// value is a value that any key of its kind may have.
func value(t require.TestingT, k policy.Key, raw string) policy.Value {
	var v policy.Value
	var err error
	switch {
	case raw != "":
		v, err = policy.Parse(k, raw)
	case k.Law != "":
		v, err = policy.Parse(k, k.Law)
	case k.Kind == policy.KindList:
		v, err = policy.ParseList(k, []string{"a"})
	case k.Kind == policy.KindLimits:
		v, err = policy.ParseList(k, []string{"7cd", "30cd"})
	default:
		v, err = policy.Parse(k, map[policy.Kind]string{
			policy.KindLimit: "5wd", policy.KindInt: "2", policy.KindPercent: "50%", policy.KindBool: "true",
		}[k.Kind])
	}
	require.NoError(t, err, k.Name)
	return v
}

func city(t require.TestingT) policy.Layer {
	l := policy.Layer{Scope: "city", Version: "1", EffectiveFrom: epoch, Values: map[string]policy.Value{}}
	for _, k := range policy.Keys() {
		l.Values[k.Name] = value(t, k, "")
	}
	return l
}

func layer(t require.TestingT, scope, version string, from time.Time, values map[string]string) policy.Layer {
	l := policy.Layer{Scope: scope, Version: version, EffectiveFrom: from, Values: map[string]policy.Value{}}
	for name, raw := range values {
		k, ok := policy.KeyNamed(name)
		require.True(t, ok, name)
		l.Values[name] = value(t, k, raw)
	}
	return l
}

func TestRegistry(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[a-z_]+(\.[a-zA-Z0-9_]+)+$`)
	for _, k := range policy.Keys() {
		assert.Regexp(t, form, k.Name)
		assert.NotEmpty(t, k.ZH, k.Name)
		assert.NotEmpty(t, k.EN, k.Name)
		assert.Contains(t, k.Source, "§", k.Name)
		assert.Regexp(t, `[ABCD]`, k.Source, k.Name)
		assert.Equal(t, k.Statutory, k.Law != "", k.Name)
		if k.Statutory {
			value(t, k, k.Law)
		}
	}
	_, ok := policy.KeyNamed("nope")
	assert.False(t, ok)
}

func TestParse(t *testing.T) {
	t.Parallel()
	key := func(k policy.Kind) policy.Key { return policy.Key{Name: "k", Kind: k} }
	for _, c := range []struct {
		kind policy.Kind
		raw  string
		want string
	}{
		{policy.KindLimit, "5wd", "5wd"}, {policy.KindInt, "0", "0"}, {policy.KindPercent, "80%", "80%"}, {policy.KindPercent, "80", "80%"}, {policy.KindBool, "false", "false"},
	} {
		v, err := policy.Parse(key(c.kind), c.raw)
		require.NoError(t, err)
		assert.Equal(t, c.want, v.String())
	}
	for _, c := range []struct {
		kind policy.Kind
		raw  string
	}{
		{policy.KindLimit, "5"}, {policy.KindLimit, "none"}, {policy.KindLimit, ""}, {policy.KindInt, "-1"}, {policy.KindInt, "+1"}, {policy.KindInt, "1.5"},
		{policy.KindPercent, "101%"}, {policy.KindPercent, "x"}, {policy.KindBool, "yes"}, {policy.KindList, "a"},
	} {
		_, err := policy.Parse(key(c.kind), c.raw)
		assert.Error(t, err, c)
	}
	none, err := policy.Parse(policy.Key{Kind: policy.KindLimit, None: true}, "none")
	require.NoError(t, err)
	assert.Equal(t, "none", none.String())
	for _, bad := range [][]string{{}, {"a", "a"}, {""}} {
		_, err := policy.ParseList(key(policy.KindList), bad)
		assert.Error(t, err, bad)
	}
	_, err = policy.ParseList(key(policy.KindLimits), []string{"7cd", "x"})
	assert.Error(t, err)
	_, err = policy.ParseList(key(policy.KindInt), []string{"1"})
	assert.Error(t, err)
}

func TestBookReportsEveryFault(t *testing.T) {
	t.Parallel()
	c := city(t)
	delete(c.Values, "sign.auto")
	county := layer(t, "county", "1", epoch, map[string]string{"statutory.petition.handle": "61cd", "reception.rep_max": "6", "review.window": "29cd"})
	county.Values["nope"] = value(t, policy.Key{Kind: policy.KindInt}, "1")
	county.Values["rework.max"] = value(t, policy.Key{Kind: policy.KindBool}, "true")
	_, err := policy.NewBook("city", []policy.Layer{
		c, county, layer(t, "moon", "1", epoch, nil), layer(t, "town", "", time.Time{}, nil), layer(t, "county", "1", epoch.AddDate(1, 0, 0), nil),
	}, pathOf)
	for _, want := range []string{
		"city@1 sign.auto: missing", "county@1 nope: unknown key", "county@1 rework.max: value of the wrong kind", "moon@1 : scope is not a known unit",
		"town@ : version or effective_from missing", "county@1 : version or effective_from used twice", "statutory.petition.handle: 61cd is looser than the statute",
		"reception.rep_max: 6 is looser", "review.window: 29cd is looser",
	} {
		assert.ErrorContains(t, err, want)
	}
	_, err = policy.NewBook("city", nil, pathOf)
	assert.ErrorContains(t, err, "the root place has no layer")
}

func TestStatutoryAcrossClassesAndTime(t *testing.T) {
	t.Parallel()
	base := func(extra ...policy.Layer) error {
		_, err := policy.NewBook("city", append([]policy.Layer{city(t)}, extra...), pathOf)
		return err
	}
	one := func(raw string) policy.Layer {
		return layer(t, "county", raw, epoch, map[string]string{"statutory.petition.handle": raw})
	}
	for _, ok := range []string{"60cd", "30cd", "60s", "24uh", "1440uh"} {
		assert.NoError(t, base(one(ok)), ok)
	}
	for _, bad := range []string{"61cd", "10wd", "8wh", "1441uh"} {
		assert.Error(t, base(one(bad)), bad)
	}
	// The city tightens later: a county looser than that is refused, whenever it began.
	tight := layer(t, "city", "2", epoch.AddDate(1, 0, 0), map[string]string{"statutory.petition.handle": "40cd"})
	assert.ErrorContains(t, base(tight, one("50cd")), "looser than 40cd of city")
	assert.NoError(t, base(tight, one("40cd")))
	// The city loosens again before the county begins: only what is in force together counts.
	loose := layer(t, "city", "3", epoch.AddDate(2, 0, 0), map[string]string{"statutory.petition.handle": "55cd"})
	late := layer(t, "county", "late", epoch.AddDate(3, 0, 0), map[string]string{"statutory.petition.handle": "50cd"})
	assert.NoError(t, base(tight, loose, late))
	// A later layer that does not name the key leaves the older value in force.
	other := layer(t, "city", "4", epoch.AddDate(2, 0, 0), map[string]string{"rework.max": "3"})
	assert.ErrorContains(t, base(tight, other, late), "looser than 40cd of city")
}

func TestTheTownBeatsTheCountyBeatsTheCity(t *testing.T) {
	t.Parallel()
	later := epoch.AddDate(0, 0, 10)
	book, err := policy.NewBook("city", []policy.Layer{
		city(t),
		layer(t, "county", "1", epoch, map[string]string{"rework.max": "3", "sign.limit.normal": "3wh"}),
		layer(t, "county", "2", later, map[string]string{"sign.limit.normal": "1wh"}),
		layer(t, "town", "1", epoch, map[string]string{"rework.max": "1"}),
	}, pathOf)
	require.NoError(t, err)
	at := func(place string, when time.Time) string {
		s := book.At(pathOf(place), when)
		return s.Text("rework.max") + " " + s.Text("sign.limit.normal")
	}
	assert.Equal(t, "2 5wd", at("city", later))
	assert.Equal(t, "2 5wd", at("other", later))
	assert.Equal(t, "3 3wh", at("county", epoch))
	assert.Equal(t, "3 1wh", at("county", later))
	assert.Equal(t, "1 3wh", at("town", epoch))
	assert.Equal(t, "1 1wh", at("town", later))
	assert.Equal(t, "2 5wd", at("town", epoch.Add(-time.Second)), "before its first day the city holds")
	assert.Equal(t, "city@1+county@1+county@2+town@1", book.At(pathOf("town"), later).Version())
	assert.Len(t, book.Layers(), 4)
}

// TestNarrowerWins compares the book with a plain reading of the rule.
func TestNarrowerWins(t *testing.T) {
	t.Parallel()
	names := []string{"rework.max", "sign.limit.normal", "warn.yellow", "sign.auto"}
	raws := map[string][]string{"rework.max": {"1", "2", "3"}, "sign.limit.normal": {"1wh", "4wh", "30s"}, "warn.yellow": {"70%", "80%"}, "sign.auto": {"true", "false"}}
	base := city(t)
	rapid.Check(t, func(t *rapid.T) {
		layers := []policy.Layer{base}
		for _, scope := range []string{"city", "county", "town", "other"} {
			days := rapid.SliceOfNDistinct(rapid.IntRange(1, 9), 1, 2, rapid.ID[int]).Draw(t, "days")
			for i, d := range days {
				values := map[string]string{}
				for _, n := range names {
					if raw := rapid.SampledFrom(append(raws[n], "", "")).Draw(t, n); raw != "" {
						values[n] = raw
					}
				}
				layers = append(layers, layer(t, scope, string(rune('b'+i)), epoch.AddDate(0, 0, d), values))
			}
		}
		book, err := policy.NewBook("city", layers, pathOf)
		require.NoError(t, err)
		path := pathOf(rapid.SampledFrom([]string{"city", "county", "town", "other"}).Draw(t, "place"))
		when := epoch.AddDate(0, 0, rapid.IntRange(-2, 10).Draw(t, "day"))
		set := book.At(path, when)
		for _, n := range names {
			want, scope := base.Values[n].String(), "city"
			var at time.Time
			for _, p := range path { // wider first: whatever is narrower overwrites
				at = time.Time{}
				for _, l := range layers {
					v, ok := l.Values[n]
					if ok && l.Scope == p && !l.EffectiveFrom.After(when) && !l.EffectiveFrom.Before(at) {
						want, scope, at = v.String(), p, l.EffectiveFrom
					}
				}
			}
			require.Equal(t, want, set.Text(n))
			gotScope, version := set.Where(n)
			require.Equal(t, scope, gotScope)
			require.Contains(t, set.Version(), scope+"@"+version)
		}
	})
}

// TestStatutoryNeverLooser: whatever is accepted, at no time and nowhere is a
// statutory value looser than the law or than the place above.
func TestStatutoryNeverLooser(t *testing.T) {
	t.Parallel()
	base := city(t)
	const key = "statutory.petition.handle"
	accepted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		layers := []policy.Layer{base}
		for _, scope := range []string{"city", "county", "town"} {
			for i, d := range rapid.SliceOfNDistinct(rapid.IntRange(1, 20), 0, 2, rapid.ID[int]).Draw(t, "days") {
				raw := rapid.SampledFrom([]string{"10cd", "30cd", "45cd", "60cd", "70cd", "90s"}).Draw(t, "raw")
				layers = append(layers, layer(t, scope, string(rune('b'+i)), epoch.AddDate(0, 0, d), map[string]string{key: raw}))
			}
		}
		book, err := policy.NewBook("city", layers, pathOf)
		never := true // by looking at every day
		for day := 0; day <= 21; day++ {
			wide := 60.0
			for _, place := range []string{"city", "county", "town"} {
				v, set := 0.0, false
				for d := day; d >= 0 && !set; d-- {
					for _, l := range layers[1:] {
						if l.Scope == place && l.EffectiveFrom.Equal(epoch.AddDate(0, 0, d)) {
							lim, _ := calendar.ParseLimit(l.Values[key].String())
							v, set = lim.Nominal().Hours()/24, true
						}
					}
				}
				if set && v > wide {
					never = false
				}
				if set {
					wide = v
				}
			}
		}
		require.Equal(t, never, err == nil)
		if err != nil {
			refused++
			return
		}
		accepted++
		for day := 0; day <= 21; day++ {
			wide := 60 * 24 * time.Hour
			for _, place := range []string{"city", "county", "town"} {
				got := book.At(pathOf(place), epoch.AddDate(0, 0, day)).Limit(key).Nominal()
				require.LessOrEqual(t, got, wide)
				wide = got
			}
		}
	})
	assert.Positive(t, accepted)
	assert.Positive(t, refused)
}
