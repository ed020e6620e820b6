package rulebook

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/policy"
	"huajie/domain/publishing"
)

var today = calendar.Date{Year: 2026, Month: 11, Day: 26}

func changed(t require.TestingT, b *Book, edits map[string]string) *Book {
	files := b.Files()
	for name, text := range edits {
		files[name] = []byte(text)
	}
	out, err := Check(files)
	require.NoError(t, err)
	return out
}

func keysOf(changes []publishing.Change) (out []string) {
	for _, c := range changes {
		out = append(out, string(c.Area)+" "+c.Key)
	}
	return out
}

func swap(b *Book, file, from, to string) map[string]string {
	text := string(b.files[file])
	if !strings.Contains(text, from) {
		panic(from + " is not in " + file)
	}
	return map[string]string{file: strings.Replace(text, from, to, 1)}
}

// TestWhatIsOtherwiseIsTold: one change of every area, told by what a person calls it.
func TestWhatIsOtherwiseIsTold(t *testing.T) {
	t.Parallel()
	b, err := Default()
	require.NoError(t, err)
	for _, c := range []struct {
		name  string
		edits map[string]string
		want  []string
	}{
		{"a tighter limit", swap(b, filePolicy, "budget.general.L0: 3wd", "budget.general.L0: 2wd"), []string{"policy 220400 budget.general.L0"}},
		{"a holiday more", swap(b, "calendar/2026.yaml", "to: 2026-10-07", "to: 2026-10-08"), []string{"calendar 2026-10-08"}},
		{"a working Sunday less", swap(b, "calendar/2026.yaml", "2026-09-20, ", ""), []string{"calendar 2026-09-20"}},
		{"the number of the notice", swap(b, "calendar/2026.yaml", "7号", "8号"), []string{"calendar 2026"}},
		{"office hours", swap(b, fileHours, "08:30-11:30", "09:00-11:30"), []string{"hours calendar/hours.yaml"}},
		{"what is called otherwise", swap(b, "codes/dispute.yaml", "婚姻家庭", "婚姻和家庭"), nil},
		{"a remark", swap(b, filePolicy, "# §3.1 transitions", "# §3.1"), []string{"files policy.yaml"}},
		{"a name nobody tells", swap(b, fileNames, "surnames:", "surnames: # invented"), []string{"files names.yaml"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := changed(t, b, c.edits).Compare(b)
			if c.want == nil {
				require.NotEmpty(t, got)
				return
			}
			assert.Equal(t, c.want, keysOf(got))
			if got[0].Area != publishing.Files {
				assert.NotEqual(t, got[0].Old, got[0].New)
			}
			for _, x := range got {
				assert.NotEmpty(t, x.Name.ZH, x.Key)
				assert.NotEmpty(t, x.Name.EN, x.Key)
			}
		})
	}
}

// TestWhichWayALimitMoves: and what of it may be published (§2.2 policy.publish, §6 item 43).
func TestWhichWayALimitMoves(t *testing.T) {
	t.Parallel()
	b, err := Default()
	require.NoError(t, err)
	for _, c := range []struct {
		name    string
		set     Setting
		way     policy.Direction
		allowed bool
	}{
		{"shorter, from tomorrow", Setting{Key: "budget.general.L0", Values: []string{"2wd"}, From: today.AddDays(1)}, policy.Tightened, true},
		{"shorter, from today", Setting{Key: "budget.general.L0", Values: []string{"2wd"}, From: today}, policy.Tightened, false},
		{"shorter, since long", Setting{Key: "budget.general.L0", Values: []string{"2wd"}, From: calendar.Date{Year: 2020, Month: 8, Day: 28}}, policy.Tightened, false},
		{"longer, since long", Setting{Key: "budget.general.L0", Values: []string{"4wd"}, From: calendar.Date{Year: 2020, Month: 8, Day: 28}}, policy.Loosened, true},
		{"of another class, in the past", Setting{Key: "budget.general.L0", Values: []string{"5cd"}, From: today.AddDays(-3)}, policy.Moved, false},
		{"of another class, ahead", Setting{Key: "budget.general.L0", Values: []string{"5cd"}, From: today.AddDays(3)}, policy.Moved, true},
		{"fewer attempts, in the past", Setting{Key: "local.attempts", Values: []string{"1"}, From: today.AddDays(-3)}, policy.Tightened, false},
		{"a right of the citizen longer", Setting{Key: "review.window", Values: []string{"40cd"}, From: today.AddDays(9)}, policy.Tightened, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.set.Scope = b.Org.Root()
			name, text, err := WriteSetting(b.files, c.set)
			require.NoError(t, err)
			got := changed(t, b, map[string]string{name: text}).Compare(b)
			require.NotEmpty(t, got)
			require.NotEmpty(t, got[0].Steps)
			assert.Equal(t, c.way, got[0].Steps[0].Direction)
			assert.Equal(t, c.set.From, got[0].Steps[0].From)
			assert.Equal(t, c.set.Values[0], got[0].Steps[0].New)
			faults := publishing.Refused(got, today)
			assert.Equal(t, c.allowed, len(faults) == 0, "%v", faults)
			if !c.allowed {
				assert.Contains(t, faults[0].Key, c.set.Key)
			}
		})
	}
}

// TestTheCalendarIsCorrectedAhead (§4.1 calendar.recompute): what has passed stays, and what was published is not taken
// back; a year nobody had entered may come late.
func TestTheCalendarIsCorrectedAhead(t *testing.T) {
	t.Parallel()
	b, err := Default()
	require.NoError(t, err)
	_, year := WriteYear(calendar.Year{Year: 2027, Notice: "国办发明电〔2026〕9号", Holidays: []calendar.Span{{From: calendar.Date{Year: 2027, Month: 1, Day: 1}, To: calendar.Date{Year: 2027, Month: 1, Day: 3}, Name: "元旦"}}}, "# read\n")
	after := calendar.Date{Year: 2027, Month: 3, Day: 1}
	for _, c := range []struct {
		name    string
		edits   map[string]string
		when    calendar.Date
		allowed bool
	}{
		{"a day that has passed", swap(b, "calendar/2026.yaml", "to: 2026-10-07", "to: 2026-10-08"), today, false},
		{"the same before it came", swap(b, "calendar/2026.yaml", "to: 2026-10-07", "to: 2026-10-08"), calendar.Date{Year: 2026, Month: 9, Day: 1}, true},
		{"the name of a holiday that has passed", swap(b, "calendar/2026.yaml", "name: 国庆节", "name: 国庆"), today, true},
		{"a year taken back", swap(b, "calendar/2026.yaml", "verified: true", "verified: true\nprovisional: true"), calendar.Date{Year: 2025, Month: 12, Day: 1}, false},
		{"next year", map[string]string{"calendar/2027.yaml": year}, today, true},
		{"a year that comes late", map[string]string{"calendar/2027.yaml": year}, after, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			faults := publishing.Refused(changed(t, b, c.edits).Compare(b), c.when)
			assert.Equal(t, c.allowed, len(faults) == 0, "%v", faults)
		})
	}
}

// TestOfABookAndItselfThereIsNothingToTell, with the drill and without.
func TestOfABookAndItselfThereIsNothingToTell(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]Option{nil, {WithDrill()}} {
		a, err := Default(opts...)
		require.NoError(t, err)
		b, err := Default(opts...)
		require.NoError(t, err)
		assert.Empty(t, b.Compare(a))
	}
}

// TestEveryChangeIsToldOnce: whatever values and days are changed, each is told once and nothing else is; and back again
// the same are told the other way.
func TestEveryChangeIsToldOnce(t *testing.T) {
	t.Parallel()
	b, err := Default()
	require.NoError(t, err)
	root := b.Org.Root()
	var counts []policy.Key
	for _, k := range policy.Keys() {
		if k.Kind == policy.KindInt && !k.Statutory {
			counts = append(counts, k)
		}
	}
	var years []calendar.Year
	for _, n := range b.Calendar.Years() {
		y, _ := b.Calendar.Year(n)
		years = append(years, y)
	}
	name := func(k policy.Key) string { return k.Name }
	rapid.Check(t, func(r *rapid.T) {
		layers, want := b.Policy.Layers(), map[string]bool{}
		for i, k := range rapid.SliceOfNDistinct(rapid.SampledFrom(counts), 0, 5, name).Draw(r, "keys") {
			from := today.AddDays(10*i + rapid.IntRange(1, 9).Draw(r, "from"))
			v, err := policy.Parse(k, fmt.Sprint(b.PolicyAt(root, from.Start()).Int(k.Name)+1))
			require.NoError(r, err)
			layers = append(layers, policy.Layer{Scope: root, Version: from.String(), EffectiveFrom: from.Start(), Values: map[string]policy.Value{k.Name: v}})
			want["policy "+root+" "+k.Name] = true
		}
		y, all := calendar.Year{Year: 2027, Notice: "〔2026〕9号"}, slices.Clone(years)
		for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, 364), 0, 6, rapid.ID[int]).Draw(r, "days") {
			d := calendar.Date{Year: 2027, Month: 1, Day: 1}.AddDays(n)
			y.Holidays = append(y.Holidays, calendar.Span{From: d, To: d, Name: "休" + d.String()})
			want["calendar "+d.String()] = true
		}
		if len(y.Holidays) > 0 {
			for _, d := range []string{"2027", "2027-01-01", "2027-05-01", "2027-05-02", "2027-10-01", "2027-10-02", "2027-10-03"} {
				want["calendar "+d] = true // the fixed rule had them
			}
			all = append(all, y)
		}
		next := *b
		var err error
		next.Calendar, err = calendar.New("next", all, b.Calendar.Hours())
		require.NoError(r, err)
		next.Policy, err = policy.NewBook(root, layers, b.Org.Path)
		require.NoError(r, err)
		told, back := keysOf(next.Compare(b)), keysOf(b.Compare(&next))
		assert.ElementsMatch(r, slices.Collect(maps.Keys(want)), told)
		assert.ElementsMatch(r, told, back)
	})
}

// TestWhatIsEnteredCanBeRead: a year and a value written from a form are read as they were entered.
func TestWhatIsEnteredCanBeRead(t *testing.T) {
	t.Parallel()
	b, err := Default()
	require.NoError(t, err)
	for _, y := range b.Calendar.Years() {
		was, _ := b.Calendar.Year(y)
		name, text := WriteYear(was, string(b.files[yearFile(y)]))
		got, ok := ReadYear(map[string][]byte{name: []byte(text)}, y)
		require.True(t, ok)
		assert.Equal(t, was, got)
		assert.True(t, strings.HasPrefix(text, "# "), "the remarks of the file stay")
	}
	files := b.Files()
	for i, s := range []Setting{
		{Key: "followup.red", Values: []string{"7cd", "20cd"}, Source: "会议纪要\n第3号"},
		{Key: "warn.first", Values: []string{"40%"}},
		{Key: "warn.first", Values: []string{"45%"}},
		{Key: "local.attempts", Values: []string{"3"}},
	} {
		s.Scope, s.From = b.Org.Root(), today.AddDays(7)
		name, text, err := WriteSetting(files, s)
		require.NoError(t, err)
		assert.Equal(t, "policy/220400-2026-12-03.yaml", name, "%d: one layer for a place and a day", i)
		files[name] = []byte(text)
	}
	next := changed(t, b, map[string]string{"policy/220400-2026-12-03.yaml": string(files["policy/220400-2026-12-03.yaml"])})
	set := next.PolicyAt(next.Org.Root(), today.AddDays(7).Start())
	assert.Equal(t, "7cd,20cd", set.Text("followup.red"))
	assert.Equal(t, 45, set.Percent("warn.first"))
	assert.Equal(t, 3, set.Int("local.attempts"))
	for _, s := range []Setting{{Key: "no.such"}, {Key: "warn.first", Values: []string{"140%"}}, {Key: "warn.first", Values: nil}, {Key: "followup.red", Values: []string{"soon"}}} {
		_, _, err := WriteSetting(files, s)
		assert.Equal(t, domain.CodeInvalid, domain.CodeOf(err), s.Key)
	}
}
