package export_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/casefile"
	"huajie/domain/export"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/rulebook"
)

var noon = time.Date(2026, time.November, 23, 12, 0, 0, 0, calendar.Zone)

// town is the built-in organisation with its demonstration accounts.
func town(t *testing.T) (*machine.Rules, func(username string) domain.Actor) {
	t.Helper()
	book, err := rulebook.Default()
	require.NoError(t, err)
	users := book.Users.Users()
	return rulebook.NewHolder(book).Rules("", "", noon), func(username string) domain.Actor {
		i := slices.IndexFunc(users, func(u org.User) bool { return u.Username == username })
		require.GreaterOrEqual(t, i, 0, username)
		return domain.Actor{User: username, Grants: users[i].Grants}
	}
}

func TestWhoTakesListsOut(t *testing.T) {
	t.Parallel()
	rules, as := town(t)
	for user, want := range map[string]struct{ plain, named []string }{
		"supervisor.220402": {[]string{"220402"}, []string{"220402"}}, "supervisor.220400": {[]string{"220400"}, []string{"220400"}},
		"director.220402": {[]string{"220402"}, nil}, "cleader.220402": {[]string{"220402"}, nil}, "citysup.220400": {[]string{"220400"}, nil},
		"disp.220402": {}, "office.220402008": {}, "analyst.220402": {}, "discipline.220402-D07": {}, "leader.220402-D11": {}, "admin.220400": {}, "win-general.220402": {},
	} {
		a := as(user)
		assert.Equal(t, want.plain, export.Areas(a, false, rules.Org), user)
		assert.Equal(t, want.plain == nil, export.MayAsk(a, false, rules.Org) != nil, user)
		assert.Equal(t, want.named, export.Areas(a, true, rules.Org), user)
		assert.Equal(t, want.named == nil, export.MayAsk(a, true, rules.Org) != nil, "%s: who may not look at an identity takes none out", user)
	}
	assert.Equal(t, "identity_not_your_office", domain.ReasonOf(export.MayAsk(as("director.220402"), true, rules.Org)))
	scope := export.Scope(as("supervisor.220402"), false, rules.Org)
	assert.Equal(t, []string{"220402"}, scope.Counties)
	assert.False(t, scope.City)
	assert.Empty(t, scope.User, "what one has a part in elsewhere stays in the house")
	two := domain.Actor{User: "x", Grants: []org.Grant{{Role: org.RoleSupervisor, Unit: "220402"}, {Role: org.RoleDisciplineOfficer, Unit: "220403-D07"}, {Role: org.RoleCountyLeader, Unit: "220422"}}}
	scope = export.Scope(two, true, rules.Org)
	assert.Equal(t, []string{"220402"}, scope.Counties, "another office adds nothing")
	assert.False(t, scope.Vault)
	assert.Equal(t, []string{"220402", "220422"}, export.Scope(two, false, rules.Org).Counties)
}

func TestTheSecondPerson(t *testing.T) {
	t.Parallel()
	rules, as := town(t)
	e := export.Export{By: "supervisor.220402", At: noon, Areas: []string{"220402"}, State: export.First(true), Identities: true}
	require.Equal(t, export.Waiting, e.State)
	for user, may := range map[string]bool{
		"director.220402": true, "cleader.220402": true, "citysup.220400": true,
		"supervisor.220402": false, "supervisor2.220402": false, "supervisor.220400": false, "director.220403": false, "cleader.220403": false, "disp.220402": false,
	} {
		entry, to, err := e.Decide(as(user), true, "", noon, rules.Org)
		assert.Equal(t, may, err == nil, user)
		assert.Equal(t, may, e.MayDecide(as(user), rules.Org), user)
		if may {
			assert.Equal(t, export.Queued, to)
			assert.Equal(t, export.Entry{Act: export.Approved, By: user, At: noon}, entry)
		}
	}
	own := e
	own.By = "director.220402"
	_, _, err := own.Decide(as("director.220402"), true, "", noon, rules.Org)
	assert.Equal(t, "same_person", domain.ReasonOf(err))
	city := e
	city.By, city.Areas = "citysup.220400", []string{"220400"}
	assert.False(t, city.MayDecide(as("director.220402"), rules.Org), "nobody agrees to more than the own area")
	assert.True(t, city.MayDecide(as("citysup2.220400"), rules.Org))

	_, _, err = e.Decide(as("director.220402"), false, "no", noon, rules.Org)
	assert.Equal(t, domain.CodeInvalid, domain.CodeOf(err))
	_, to, err := e.Decide(as("director.220402"), false, "用途不明确", noon, rules.Org)
	require.NoError(t, err)
	assert.Equal(t, export.Declined, to)
	last := noon.Add(export.Patience - time.Second)
	_, _, err = e.Decide(as("director.220402"), true, "", last, rules.Org)
	require.NoError(t, err)
	_, _, err = e.Withdraw(as("supervisor.220402"), last)
	require.NoError(t, err)
	assert.Equal(t, export.Waiting, e.StateAt(last))
	late := noon.Add(export.Patience)
	_, _, err = e.Decide(as("director.220402"), true, "", late, rules.Org)
	assert.Equal(t, "not_waiting", domain.ReasonOf(err), "its time is over, whether or not somebody has noted so")
	assert.Equal(t, export.Lapsed, e.StateAt(late))

	entry, to, err := e.Withdraw(as("supervisor.220402"), noon)
	require.NoError(t, err)
	assert.Equal(t, export.Withdrawn, to)
	assert.Equal(t, export.Entry{Act: "withdrawn", By: e.By, At: noon}, entry)
	_, _, err = e.Withdraw(as("director.220402"), noon)
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
	for state := range export.Labels {
		if e.State = state; state != export.Waiting {
			_, _, err = e.Withdraw(as("supervisor.220402"), noon)
			assert.Equal(t, "not_waiting", domain.ReasonOf(err), state)
			_, _, err = e.Decide(as("director.220402"), true, "", noon, rules.Org)
			assert.Equal(t, "not_waiting", domain.ReasonOf(err), state)
		}
	}
	assert.Equal(t, export.Queued, export.First(false))
}

func TestTheRightsAreThoseOfTheMoment(t *testing.T) {
	t.Parallel()
	rules, as := town(t)
	e := export.Export{By: "supervisor.220402", Areas: []string{"220402"}, State: export.Done, ExpiresAt: noon.Add(time.Hour)}
	a := as("supervisor.220402")
	assert.NoError(t, e.StillHolds(a, rules.Org))
	assert.NoError(t, e.MayFetch(a, noon, rules.Org))
	now := func(grants ...org.Grant) domain.Actor { return domain.Actor{User: e.By, Grants: grants} }
	for name, c := range map[string]struct {
		areas      []string
		identities bool
		who        domain.Actor
		want       string
	}{
		"lost":                            {[]string{"220402"}, false, now(org.Grant{Role: org.RoleDispatcher, Unit: "220402"}), "office_lost"},
		"moved":                           {[]string{"220402"}, false, now(org.Grant{Role: org.RoleSupervisor, Unit: "220403"}), "office_changed"},
		"risen":                           {[]string{"220402"}, false, now(org.Grant{Role: org.RoleSupervisor, Unit: "220400"}), "office_changed"},
		"narrowed":                        {[]string{"220400"}, false, now(org.Grant{Role: org.RoleSupervisor, Unit: "220402"}), "office_changed"},
		"one of two":                      {[]string{"220402", "220403"}, false, now(org.Grant{Role: org.RoleSupervisor, Unit: "220402"}), "office_changed"},
		"another office":                  {[]string{"220402"}, false, now(org.Grant{Role: org.RoleCountyLeader, Unit: "220402"}), ""},
		"another office, with identities": {[]string{"220402"}, true, now(org.Grant{Role: org.RoleCountyLeader, Unit: "220402"}), "office_lost"},
	} {
		e := e
		e.Areas, e.Identities = c.areas, c.identities
		assert.Equal(t, c.want, domain.ReasonOf(e.StillHolds(c.who, rules.Org)), name)
		assert.Equal(t, c.want, domain.ReasonOf(e.MayFetch(c.who, noon, rules.Org)), name)
	}
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(e.MayFetch(as("director.220402"), noon, rules.Org)))
	assert.NoError(t, e.MayFetch(a, e.ExpiresAt.Add(-time.Second), rules.Org))
	assert.Equal(t, "file_deleted", domain.ReasonOf(e.MayFetch(a, e.ExpiresAt, rules.Org)), "whether or not it is deleted yet")
	for state, want := range map[export.State]string{export.Expired: "file_deleted", export.Waiting: "not_ready", export.Running: "not_ready", export.Declined: "not_ready"} {
		e.State = state
		assert.Equal(t, want, domain.ReasonOf(e.MayFetch(a, noon, rules.Org)), state)
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	for _, l := range export.Lists() {
		seen := map[string]bool{}
		for _, c := range export.Columns(l) {
			assert.False(t, seen[c.Code], "%s %s", l, c.Code)
			seen[c.Code] = true
			assert.NotEmpty(t, c.ZH)
			assert.NotEmpty(t, c.EN)
			assert.False(t, c.Default && c.Identity, "who somebody is stands in no file unless it is asked for (§6 item 91)")
		}
		chosen, faults := export.Choose(l, nil, false)
		require.Empty(t, faults)
		require.NotEmpty(t, chosen)
		assert.Equal(t, export.Nobody, (&export.Export{List: l, Columns: chosen}).Persons())
		assert.Len(t, export.Header(l, chosen), len(chosen))
	}
	chosen, faults := export.Choose(export.Cases, []string{"state", "no", "no"}, false)
	require.Empty(t, faults)
	assert.Equal(t, []string{"no", "state"}, chosen)
	chosen, faults = export.Choose(export.Cases, nil, true)
	require.Empty(t, faults)
	assert.Subset(t, chosen, []string{"petitioner_name", "petitioner_phone"})
	assert.Equal(t, export.Masked, (&export.Export{List: export.Cases, Columns: chosen}).Persons())
	assert.Equal(t, export.Whole, (&export.Export{List: export.Cases, Columns: chosen, Identities: true}).Persons())
	_, faults = export.Choose(export.Cases, []string{"no"}, true)
	assert.Equal(t, "no_identity", faults[0].Reason)
	_, faults = export.Choose(export.Whistles, nil, true)
	assert.Equal(t, "no_identity", faults[0].Reason)
	_, faults = export.Choose(export.Cases, []string{"id_no"}, false)
	assert.Equal(t, "unknown_code", faults[0].Reason)
}

// TestWhoIsNamed: whole names and numbers stand in a file only of ordinary cases, only when a
// second person has agreed, and only of those whose identity whoever asked may look at case by
// case (§2.3): of others a mask, or not even that, as on the case itself.
func TestWhoIsNamed(t *testing.T) {
	t.Parallel()
	rules, as := town(t)
	const housing = "220402-D11"
	watcher := as("supervisor.220402")
	handles, ofHousing := watcher, domain.Actor{User: "both", Grants: append([]org.Grant{{Role: org.RoleDeptHandler, Unit: housing}}, watcher.Grants...)}
	handles.User = "handles"
	director := as("director.220402")
	whole, masked := []string{"n", "电话13812345678求助", "张某某", "13812345678"}, []string{"n", "电话138****5678求助", "张**", "138****5678"}
	untold := []string{"n", "电话138****5678求助", "〔不予提供〕", "〔不予提供〕"}
	closed, shut := []string{"n", "〔敏感件,内容不导出〕", "张**", "138****5678"}, []string{"n", "〔敏感件,内容不导出〕", "〔不予提供〕", "〔不予提供〕"}
	for _, c := range []struct {
		who       domain.Actor
		class     string
		viaCentre bool
		people    export.People
		want      []string
	}{
		{watcher, "C1", false, export.Masked, masked},
		{watcher, "C1", false, export.Whole, whole},
		{watcher, "C0", false, export.Masked, masked},
		{watcher, "C0", false, export.Whole, masked},
		{watcher, "C2", false, export.Masked, closed},
		{watcher, "C2", false, export.Whole, closed},
		{watcher, "C3", false, export.Whole, shut},
		{watcher, "", false, export.Whole, closed},
		{watcher, "C1", true, export.Whole, whole},
		{director, "C1", true, export.Masked, masked},
		{director, "C1", false, export.Whole, masked},
		{domain.Actor{}, "C1", false, export.Whole, masked},
		{handles, "C1", false, export.Whole, whole},
		{handles, "C1", true, export.Whole, untold},
		{handles, "C1", true, export.Masked, untold},
		{handles, "C2", false, export.Whole, shut},
		{ofHousing, "C1", false, export.Whole, whole},
		{ofHousing, "C1", true, export.Whole, untold},
		{ofHousing, "C1", true, export.Masked, untold},
		{ofHousing, "C0", false, export.Masked, untold},
		{ofHousing, "C2", false, export.Masked, shut},
	} {
		card := casefile.Card{Confidentiality: c.class, County: "220402", Area: "220402008", Handlers: []string{"handles"}, Units: []string{housing}}
		row := export.CaseRow{Row: view.Row{No: "n", Summary: "电话13812345678求助"}, Card: card, Person: view.Person{Name: "张某某", Phone: "13812345678", ViaCentre: c.viaCentre}}
		terms := export.Terms{Rules: rules, Now: noon, Actor: c.who, People: c.people}
		assert.Equal(t, c.want, caseCells(row, terms), "%s %s %v %v", c.who.User, c.class, c.viaCentre, c.people)
		row.Person = terms.Person(row)
		assert.Equal(t, c.want, caseCells(row, terms), "%s %s %v %v: hidden once is hidden", c.who.User, c.class, c.viaCentre, c.people)
		row.Person = view.Person{}
		assert.Equal(t, []string{"", ""}, caseCells(row, terms)[2:], "nobody is nobody")
	}
}

func caseCells(row export.CaseRow, terms export.Terms) (out []string) {
	for _, cell := range export.CaseCells([]string{"no", "summary", "petitioner_name", "petitioner_phone"}, row, terms) {
		out = append(out, cell.String())
	}
	return out
}

func TestARowOfACase(t *testing.T) {
	t.Parallel()
	rules, _ := town(t)
	row := export.CaseRow{Card: casefile.Card{Confidentiality: "C1"}, Row: view.Row{No: "220402G2026112300001", Kind: "grievance", State: "handling", Level: "L1", Category: "0201", Urgency: "normal",
		Summary: "=楼上漏水", County: "220402", Area: "220402008", OwnerUnit: "220402-D11", LeadUnit: "220402-D11", Headcount: 2, CreatedAt: noon.Add(-48 * time.Hour),
		DueAt: noon.Add(-90 * time.Minute), Light: view.Red}}
	chosen, _ := export.Choose(export.Overdue, nil, false)
	byName := map[string]string{}
	cells := export.CaseCells(chosen, row, export.Terms{Rules: rules, Now: noon})
	for i, name := range export.Header(export.Overdue, chosen) {
		byName[name] = cells[i].String()
	}
	assert.Equal(t, "群众诉求", byName["类别"])
	assert.Equal(t, "'=楼上漏水", byName["事项摘要"])
	assert.Equal(t, "2026-11-21 12:00:00", byName["登记时间"])
	assert.Equal(t, "1.5", byName["超期小时数"])
	assert.Equal(t, "红灯", byName["亮灯"])
	for _, name := range []string{"状态", "层级", "事项分类", "紧急程度", "县(区)", "属地", "当前责任单位", "牵头单位"} {
		assert.NotEmpty(t, byName[name], name)
		assert.False(t, strings.ContainsAny(byName[name], "0123456789"), "%s is shown by its name: %s", name, byName[name])
	}
}

// TestThePlaceOfAWhistle: what grew out of a case whose words are for few says as little.
func TestThePlaceOfAWhistle(t *testing.T) {
	t.Parallel()
	rules, _ := town(t)
	for _, c := range []struct{ no, class, want string }{
		{"", "", "张家 138****5678"}, {"x", "C1", "张家 138****5678"}, {"x", "C0", "张家 138****5678"}, {"x", "C2", "〔敏感件,内容不导出〕"}, {"x", "C3", "〔敏感件,内容不导出〕"}, {"x", "", "〔敏感件,内容不导出〕"},
	} {
		row := export.WhistleRow{WhistleRow: view.WhistleRow{Case: c.no, Place: "张家 13812345678"}, Confidentiality: c.class}
		assert.Equal(t, c.want, export.WhistleCells([]string{"place"}, row, export.Terms{Rules: rules, Now: noon})[0].String(), c)
	}
}

func TestCellsThatBeginAFormula(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"=1", "+1", "-1", "@x", "\t=x", "\nx", "\rx", "\r\nx", "\uFF1D1", "\uFF0B1", "\uFF0D1", "\uFF20x", "=1", "+1", "-1", "@x", " =1", "\u00a0=1", "\u200b=1", "\ufeff+1", "\u202e-1", "−5"} {
		got := export.Safe(s)
		assert.True(t, strings.HasPrefix(got, "'"), "%q is written as %q", s, got)
		assert.Equal(t, got, export.Safe(got))
	}
	for _, s := range []string{"", "小区", "a=b", "1-2", "'x", "(=1)", "# 1"} {
		assert.Equal(t, s, export.Safe(s))
	}
	for s, want := range map[string]string{"a\tb": "a b", "a;=1": "a;'=1", "a; +1;-2": "a; '+1;'-2", "a\n=1": "a\n'=1", "\n=1": "'\n'=1", "a;b": "a;b", "a;\u200b@x": "a;\u200b'@x"} {
		assert.Equal(t, want, export.Safe(s), "%q: a spreadsheet may part cells there", s)
	}
	assert.Equal(t, "a\nb\nc", export.Safe("a\r\nb\rc"))
	assert.Len(t, []rune(export.Safe(strings.Repeat("长", 40_000))), 32_001)
	assert.Equal(t, "-3.5", export.Figure(-3.5).String(), "numbers are numbers")
}

func TestTheNameOfAFile(t *testing.T) {
	t.Parallel()
	e := export.Export{ID: 12, List: export.Overdue, Format: export.XLSX, By: `sup/../"x.220402`, ReadyAt: noon, Attempt: 2}
	assert.Equal(t, "huajie-overdue-20261123-1200-12-sup_..__x.220402.xlsx", e.Download())
	assert.Equal(t, "exports/12-2.xlsx", e.FileName())
	assert.Equal(t, []string{"exports/12-1.xlsx", "exports/12-2.xlsx"}, e.FileNames())
}
