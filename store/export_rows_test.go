package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/export"
	"huajie/domain/grievance"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/store"
)

// taken reads an export to its end.
func taken(t *testing.T, s *store.Store, scope view.Scope, f view.Filter, sort view.Sort) (total int, rows []export.CaseRow) {
	t.Helper()
	if f.Now.IsZero() {
		f.Now = day
	}
	require.NoError(t, s.ExportCases(t.Context(), scope, f, sort, export.Terms{}, func(n int, some []export.CaseRow) error {
		total, rows = n, append(rows, some...)
		return nil
	}))
	return total, rows
}

// TestAnExportIsTheListWithoutAccusations, in its order and whoever asks, with as many
// rows as were told of before the first.
func TestAnExportIsTheListWithoutAccusations(t *testing.T) {
	t.Parallel()
	s, r := fresh(t), seeded(t, 17)
	byNo := map[string]*grievance.Case{}
	for _, c := range seed(t, s, r, 120) {
		byNo[c.No] = c
	}
	yes := true
	for range 25 {
		scope := anyScope(r)
		f := pick(r, view.Filter{}, view.Filter{Open: &yes}, view.Filter{Overdue: &yes, Now: day}, view.Filter{Units: []string{units[1]}}, view.Filter{Area: "220402"})
		sort := pick(r, view.ByDue, view.ByNewest, view.ByOldest, view.ByUpdated)
		want := slices.DeleteFunc(all(t, s, scope, f, sort, 200), func(no string) bool { return byNo[no].Confidentiality == "C3" })
		total, rows := taken(t, s, scope, f, sort)
		got := []string{}
		for _, row := range rows {
			got = append(got, row.No)
			require.Equal(t, byNo[row.No].Confidentiality, row.Card.Confidentiality)
		}
		require.Equal(t, want, got)
		require.Equal(t, len(want), total)
	}
}

// TestAnExportIsOfOneMoment: what comes in and goes while it is written neither adds nor
// hides a row.
func TestAnExportIsOfOneMoment(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	var nos []string
	for i := range 600 { // more than a page
		nos = append(nos, register(t, s, day.Add(time.Duration(i)*time.Second), due(day.AddDate(0, 0, 9))).No)
	}
	var got []string
	first := true
	require.NoError(t, s.ExportCases(t.Context(), store.Everything, view.Filter{Now: day}, view.ByDue, export.Terms{}, func(n int, some []export.CaseRow) error {
		assert.Equal(t, 600, n)
		if len(some) > 0 && first {
			first = false
			register(t, s, day, due(day.AddDate(0, 0, 30)))
			step(t, s, nos[599], "looked", day, due(day.AddDate(0, 0, 1))) // would have come before
			step(t, s, nos[0], "looked", day, due(day.AddDate(0, 0, 31)))  // would come again
		}
		for _, row := range some {
			got = append(got, row.No)
			assert.Empty(t, row.Person.Name, "nobody is looked up who was not asked for")
		}
		return nil
	}))
	assert.Equal(t, nos, got)
	stop := errors.New("the disk is full")
	assert.ErrorIs(t, s.ExportCases(t.Context(), store.Everything, view.Filter{Now: day}, "", export.Terms{}, func(int, []export.CaseRow) error { return stop }), stop)
}

func TestWhistlesAreTakenOut(t *testing.T) {
	t.Parallel()
	s, b := fresh(t), theBook(t)
	require.NoError(t, s.UpsertUsers(context.WithoutCancel(t.Context()), b.Users.Users(), ""))
	var want []string
	for i := range 3 {
		want = append(want, draft(t, s, b, day.Add(time.Duration(i)*time.Hour), police))
	}
	read := func(scope view.Scope, f view.WhistleFilter) (total int, nos []string) {
		f.Now = day
		require.NoError(t, s.ExportWhistles(t.Context(), scope, f, func(n int, some []export.WhistleRow) error {
			total = n
			for _, row := range some {
				nos = append(nos, row.No)
			}
			return nil
		}))
		return total, nos
	}
	total, nos := read(view.Scope{Counties: []string{longshan}}, view.WhistleFilter{})
	assert.Equal(t, 3, total)
	assert.ElementsMatch(t, want, nos)
	total, nos = read(view.Scope{Counties: []string{"220403"}}, view.WhistleFilter{})
	assert.Zero(t, total)
	assert.Empty(t, nos)
	total, _ = read(view.Scope{City: true}, view.WhistleFilter{Kinds: []string{"emergency"}})
	assert.Zero(t, total)
}

// TestWhistlesSayNoMoreThanTheirCases: what grew out of an accusation is in no file, and what
// is told of any other carries the class of its case, both as they are now.
func TestWhistlesSayNoMoreThanTheirCases(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	b, db := theBook(t), raw(t, url)
	want := map[string]string{draft(t, s, b, day, police): ""}
	var later, laterCase string
	for _, class := range []string{"C0", "C1", "C2", "C3", "later"} {
		first := class
		if class == "later" {
			first = "C1"
		}
		c := register(t, s, day, func(c *grievance.Case) { c.Confidentiality = first })
		no := draft(t, s, b, day, police)
		_, err := db.Exec(t.Context(), `UPDATE whistles SET case_no = $2, body = jsonb_set(body, '{case}', to_jsonb($2::text)) WHERE no = $1`, no, c.No)
		require.NoError(t, err)
		switch class {
		case "later":
			later, laterCase = no, c.No
		case "C3":
		default:
			want[no] = class
		}
	}
	_, err := db.Exec(t.Context(), `UPDATE cases SET confidentiality = 'C3' WHERE no = $1`, laterCase)
	require.NoError(t, err)
	got, total := map[string]string{}, 0
	require.NoError(t, s.ExportWhistles(t.Context(), view.Scope{City: true}, view.WhistleFilter{Now: day}, func(n int, some []export.WhistleRow) error {
		total = n
		for _, row := range some {
			got[row.No] = row.Confidentiality
		}
		return nil
	}))
	assert.Equal(t, want, got)
	assert.NotContains(t, got, later)
	assert.Equal(t, len(want), total, "not even counted")
}

// TestManyWhistlesAreTakenOut: each once, beyond a page, whatever comes in meanwhile.
func TestManyWhistlesAreTakenOut(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	one := draft(t, s, theBook(t), day, police)
	w, err := s.StoredWhistle(t.Context(), one)
	require.NoError(t, err)
	plain, err := json.Marshal(w) // what is sealed opens in no other row
	require.NoError(t, err)
	_, err = raw(t, url).Exec(t.Context(), `INSERT INTO whistles (no, case_no, seq, head_hash, kind, state, open, county, township, owner_unit, units, readers, created_at, updated_at, due_at, body)
		SELECT to_char(n, 'FM"220402W2027"000000000'), case_no, seq, head_hash, kind, state, open, county, township, owner_unit, units, readers, created_at, updated_at,
			due_at + interval '1 minute' * (n / 7), jsonb_set($2::jsonb, '{no}', to_jsonb(to_char(n, 'FM"220402W2027"000000000')))
		FROM whistles, generate_series(1, 1100) AS n WHERE no = $1`, one, plain)
	require.NoError(t, err)
	want := []string{one}
	for n := 1; n <= 1100; n++ {
		want = append(want, fmt.Sprintf("220402W2027%09d", n))
	}
	var got []string
	pages := 0
	require.NoError(t, s.ExportWhistles(t.Context(), view.Scope{City: true}, view.WhistleFilter{Now: day}, func(n int, some []export.WhistleRow) error {
		assert.Equal(t, len(want), n)
		if len(some) > 0 {
			pages++
		}
		for _, row := range some {
			got = append(got, row.No)
		}
		return nil
	}))
	assert.Equal(t, want, got)
	assert.Equal(t, 3, pages)
}

// TestWhoIsLookedUp: nobody who may not stand in the file leaves the ledger: neither of a class
// for few, nor who wants to be reached through the centre where whoever asks handles the case.
func TestWhoIsLookedUp(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	_, err := raw(t, url).Exec(t.Context(), `INSERT INTO persons (id, name, phone, id_type, id_no, address, kind, language, via_centre)
		SELECT id, '慕容甲乙', '13811112222', '', '', '', '', '', id = 'centre' FROM unnest(ARRAY['p', 'centre']) AS id`)
	require.NoError(t, err)
	rules := theBook(t).RulesFor("220402", day)
	watcher := domain.Actor{User: "sun", Grants: []org.Grant{{Role: org.RoleSupervisor, Unit: "220402"}}}
	both := domain.Actor{User: "both", Grants: append([]org.Grant{{Role: org.RoleDeptLeader, Unit: "220402-D11"}}, watcher.Grants...)}
	names := map[string]string{}
	add := func(name, person, class string, change func(*grievance.Case)) {
		names[register(t, s, day, func(c *grievance.Case) {
			c.Confidentiality, c.Petitioner, c.Area, c.County = class, person, "220402008", "220402"
			change(c)
		}).No] = name
	}
	add("C0", "p", "C0", func(*grievance.Case) {})
	add("C1", "p", "C1", func(*grievance.Case) {})
	add("C2", "p", "C2", func(*grievance.Case) {})
	add("nobody", "", "C1", func(*grievance.Case) {})
	add("centre", "centre", "C1", func(*grievance.Case) {})
	add("handled", "centre", "C1", func(c *grievance.Case) { c.Handlers = []string{"sun"} })
	add("of the unit", "centre", "C1", func(c *grievance.Case) { c.Units = []string{"220402-D11"} })
	masked, whole, none, untold := view.Person{Name: "慕**", Phone: "138****2222"}, view.Person{Name: "慕容甲乙", Phone: "13811112222"}, view.Person{}, view.Person{Name: "〔不予提供〕", Phone: "〔不予提供〕"}
	nobody := map[string]view.Person{"C0": none, "C1": none, "C2": none, "nobody": none, "centre": none, "handled": none, "of the unit": none}
	for _, c := range []struct {
		who    domain.Actor
		people export.People
		want   map[string]view.Person
	}{
		{watcher, export.Nobody, nobody},
		{watcher, export.Masked, map[string]view.Person{"C0": masked, "C1": masked, "C2": masked, "nobody": none, "centre": masked, "handled": untold, "of the unit": masked}},
		{watcher, export.Whole, map[string]view.Person{"C0": masked, "C1": whole, "C2": masked, "nobody": none, "centre": whole, "handled": untold, "of the unit": whole}},
		{both, export.Whole, map[string]view.Person{"C0": masked, "C1": whole, "C2": masked, "nobody": none, "centre": whole, "handled": whole, "of the unit": untold}},
	} {
		got := map[string]view.Person{}
		require.NoError(t, s.ExportCases(t.Context(), store.Everything, view.Filter{Now: day}, "", export.Terms{Rules: rules, Actor: c.who, People: c.people}, func(_ int, some []export.CaseRow) error {
			for _, row := range some {
				row.Person.ViaCentre = false
				got[names[row.No]] = row.Person
			}
			return nil
		}))
		assert.Equal(t, c.want, got, "%s %v", c.who.User, c.people)
	}
}

// TestWordsThatAreWithheldAreNotFoundEither: who searches for words is not told by a row which
// sensitive case holds them; by its number it is found.
func TestWordsThatAreWithheldAreNotFoundEither(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	nos := map[string]string{}
	for _, class := range []string{"C0", "C1", "C2"} {
		nos[class] = register(t, s, day, summary("家暴220402求助"), func(c *grievance.Case) { c.Confidentiality = class }).No
	}
	for query, want := range map[string][]string{
		"": {"C0", "C1", "C2"}, "家暴": {"C0", "C1"}, " 家暴 ": {"C0", "C1"}, nos["C2"]: {"C2"}, nos["C2"][:9]: {"C0", "C1", "C2"}, "220402": {"C0", "C1", "C2"}, "求助 家暴": {"C0", "C1"},
	} {
		total, rows := taken(t, s, store.Everything, view.Filter{Query: query}, "")
		got := []string{}
		for _, row := range rows {
			got = append(got, row.Card.Confidentiality)
		}
		assert.ElementsMatch(t, want, got, "%q", query)
		assert.Equal(t, len(want), total, "%q", query)
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	in := func(at time.Time, change ...func(*grievance.Case)) { register(t, s, at, change...) }
	in(day, func(c *grievance.Case) { c.Confidentiality = "C1" })
	in(day.Add(time.Hour), func(c *grievance.Case) { c.Confidentiality = "C2" }, due(day.AddDate(0, 0, 3)))
	in(day.Add(2*time.Hour), func(c *grievance.Case) { c.Confidentiality = "C3" })
	in(day.Add(3*time.Hour), func(c *grievance.Case) { c.Confidentiality, c.Master = "C1", "220402G2026112300001" })
	in(day.AddDate(0, 0, 1), func(c *grievance.Case) { c.Confidentiality = "C1" })
	got, err := s.Figures(t.Context(), "220402", day, day.AddDate(0, 0, 1))
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"grievance": 2}, got)
	got, err = s.Figures(t.Context(), "220403", day, day.AddDate(0, 0, 1))
	require.NoError(t, err)
	assert.Empty(t, got)
}
