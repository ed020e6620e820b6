package rulebook_test

import (
	"cmp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/org"
	"huajie/domain/policy"
	"huajie/rulebook"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, calendar.Zone)

// The books are immutable, so that one of each serves every test.
var (
	plainBook = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Default() })
	drillBook = sync.OnceValues(func() (*rulebook.Book, error) { return rulebook.Default(rulebook.WithDrill()) })
)

func load(t testing.TB, opts ...rulebook.Option) *rulebook.Book {
	t.Helper()
	from := plainBook
	if len(opts) > 0 {
		from = drillBook
	}
	b, err := from()
	require.NoError(t, err)
	return b
}

func countKinds(tree *org.Tree, within string) map[org.Kind]int {
	n := map[org.Kind]int{}
	for _, u := range tree.Units() {
		if tree.Within(u.ID, within) {
			n[u.Kind]++
		}
	}
	return n
}

func TestOrganisationOfLiaoyuan(t *testing.T) {
	t.Parallel()
	tree := load(t).Org
	n := countKinds(tree, "220400")
	assert.Equal(t, map[org.Kind]int{
		org.KindCity: 1, org.KindCounty: 4, org.KindZone: 1, org.KindStreet: 17, org.KindTown: 23, org.KindTownship: 7,
		org.KindCentreCounty: 4, org.KindCentreTownship: 47, org.KindDepartment: 4*37 + 4,
		org.KindCommunity: 27, org.KindVillage: 61, org.KindGrid: 50,
	}, n)
	points := 0
	for _, u := range tree.Units() {
		points += len(tree.Points(u.ID))
	}
	assert.Equal(t, 4*16+2+47*3, points)
	for county, townships := range map[string]int{"220402": 10, "220403": 7, "220421": 17, "220422": 13} {
		assert.Equal(t, townships, countKinds(tree, county)[org.KindCentreTownship], county)
		assert.Len(t, tree.Departments(county), 37)
		want := 16
		if county == "220422" {
			want = 18
		}
		assert.Len(t, tree.Points(county+"-C"), want, county)
		assert.Len(t, tree.Rota(county), 3)
		u, ok := tree.Unit(county + "-C")
		assert.True(t, ok)
		assert.Equal(t, org.Layout268N, u.Layout)
		kinds := map[org.PointKind]int{}
		for _, p := range tree.Points(county + "-C") {
			if !p.Custom {
				kinds[p.Kind]++
			}
		}
		assert.Equal(t, map[org.PointKind]int{org.PointDesk: 2, org.PointWindow: 6, org.PointRoom: 8}, kinds)
	}
	assert.Len(t, tree.Points("220402008-C"), 3)
	_, ok := tree.Unit("220498")
	assert.False(t, ok, "the drill area is loaded only when asked")
	centre, _ := tree.CentreOf("220402070")
	assert.Equal(t, "220402-C", centre.ID, "the zone has no centre of its own")
	_, ok = tree.Unit("220402070-C")
	assert.False(t, ok)
}

func TestUnitsAsTheSpecNamesThem(t *testing.T) {
	t.Parallel()
	tree := load(t).Org
	get := func(id string) org.Unit {
		u, ok := tree.Unit(id)
		require.True(t, ok, id)
		return u
	}
	for nn, zh := range map[string]string{
		"01": "龙山区政法委", "02": "龙山区信访局", "05": "龙山区公安局", "08": "龙山区组织部", "22": "龙山区消防救援大队", "37": "龙山区残联",
	} {
		assert.Equal(t, zh, get("220402-D"+nn).ZH)
	}
	assert.Equal(t, []string{"市委政法委"}, get("220400-D01").Aliases)
	assert.Contains(t, get("220422203").Aliases, "金洲乡")
	assert.Equal(t, "Fuzhen Subdistrict", get("220402008").EN)
	for id, want := range map[string][2]bool{ // verified, provisional
		"220403004901": {true, true}, "220403004903": {false, true}, "220402008901": {false, true}, "220402004901": {false, true},
		"220421100002": {false, false}, "220422101001": {true, false}, "220422101200001": {true, false}, "220402008901001": {false, true},
		"220421100002001": {false, false},
	} {
		u := get(id)
		assert.Equal(t, want, [2]bool{u.Verified, u.Provisional}, id)
	}
	for short, want := range map[string]org.Presence{
		"discipline": "resident", "police": "resident", "court": "resident", "justice": "resident", "petition": "resident", "law_society": "resident",
		"education": "on_call", "environment": "on_call", "transport": "on_call", "health": "rotating", "civil_affairs": "rotating", "market": "rotating",
	} {
		d, ok := tree.DepartmentNamed("220421", short)
		require.True(t, ok, short)
		assert.Equal(t, want, d.Presence, short)
		assert.Equal(t, "B", d.Confidence, short)
	}
	for short, want := range map[string]org.OrgKind{"tax": "vertical", "power": "enterprise", "court": "judicial", "women": "mass_org", "organization": "party"} {
		d, _ := tree.DepartmentNamed("220403", short)
		assert.Equal(t, want, d.OrgKind, short)
	}
	p, ok := tree.Point("220402-C", "room_discipline")
	assert.True(t, ok)
	assert.True(t, p.Restricted)
	assert.Equal(t, "220402008901", get("220402008901001").Parent)
}

func TestGridsOutsideTheRangeOnlyWarn(t *testing.T) {
	t.Parallel()
	b := load(t)
	require.Len(t, b.Warnings, 2)
	for i, grid := range []string{"220403004901001", "220403004902001"} {
		assert.Equal(t, "grids.yaml", b.Warnings[i].File)
		assert.Contains(t, b.Warnings[i].EN, grid)
	}
}

func TestDemoUsers(t *testing.T) {
	t.Parallel()
	for _, b := range []*rulebook.Book{load(t), load(t, rulebook.WithDrill())} {
		for _, u := range b.Org.Units() {
			if u.Kind != org.KindCounty {
				continue
			}
			held := map[org.Role]bool{}
			for _, user := range b.Users.Users() {
				for _, g := range user.Grants {
					held[g.Role] = held[g.Role] || b.Org.Within(g.Unit, u.ID) || g.Unit == b.Org.Root() || b.Org.CountyOf(g.Unit) == ""
				}
			}
			for _, r := range org.Roles() {
				assert.True(t, held[r.Role], "%s has nobody as %s", u.ID, r.Role)
			}
		}
		for _, u := range b.Org.Units() {
			var roles []org.Role
			switch {
			case u.Kind == org.KindDepartment && u.County != "":
				roles = []org.Role{org.RoleDeptLiaison, org.RoleDeptHandler, org.RoleDeptLeader}
			case u.Kind == org.KindCentreTownship:
				roles = []org.Role{org.RoleTownshipIntake, org.RoleTownshipOffice, org.RoleTownshipLeader, org.RoleTownshipHead}
			case u.Kind == org.KindCentreCounty:
				roles = []org.Role{org.RoleGuide, org.RoleDispatcher, org.RoleCentreDirector, org.RoleCentreDutyLeader, org.RolePlatformAdmin}
			}
			for _, r := range roles {
				assert.NotEmpty(t, b.Users.Holding(r, u.ID), "%s %s", u.ID, r)
			}
		}
	}
	b := load(t)
	for name, grant := range map[string]org.Grant{
		"disp.220402":            {Role: org.RoleDispatcher, Unit: "220402-C"},
		"disp2.220402":           {Role: org.RoleDispatcher, Unit: "220402-C"},
		"liaison.220402-D08":     {Role: org.RoleDeptLiaison, Unit: "220402-D08"},
		"tleader.220402008":      {Role: org.RoleTownshipLeader, Unit: "220402008-C"},
		"intake.220402008":       {Role: org.RoleTownshipIntake, Unit: "220402008-C", Point: "win_demand"},
		"cleader3.220422":        {Role: org.RoleCountyLeader, Unit: "220422"},
		"judge.220422-D03":       {Role: org.RoleCourtLiaison, Unit: "220422-D03"},
		"recheck.220400-D02":     {Role: org.RoleRecheckOfficer, Unit: "220400-D02"},
		"citysup.220400":         {Role: org.RoleCitySupervisor, Unit: "220400"},
		"grid.220402008901001":   {Role: org.RoleGridMemberFullTime, Unit: "220402008901001"},
		"gridlead.220402008901":  {Role: org.RoleGridLeader, Unit: "220402008901"},
		"win-petition.220403":    {Role: org.RoleWindowClerk, Unit: "220403-C", Point: "win_petition"},
		"discipline.220421-D07":  {Role: org.RoleDisciplineOfficer, Unit: "220421-D07"},
		"community.220402008901": {Role: org.RoleCommunityStaff, Unit: "220402008901"},
	} {
		u, ok := b.Users.User(name)
		require.True(t, ok, name)
		assert.Equal(t, []org.Grant{grant}, u.Grants, name)
	}
	leader, ok := b.Org.LeaderOnRota("220402", noon)
	assert.True(t, ok)
	u, ok := b.Users.User(leader)
	assert.True(t, ok)
	assert.True(t, u.HoldsAt(org.RoleCountyLeader, "220402"))
}

// TestNobodyIsFromTheNewspaper: the given names of the people the source names
// cannot arise from names.yaml (§9.3). Only given names are listed here.
func TestNobodyIsFromTheNewspaper(t *testing.T) {
	t.Parallel()
	given := strings.Fields("茵 伟 立新 阳 光 瑞 永为 晓波 于建 树仁 雪光 雪莹 雨倩 彬 景明 琳 远鑫 万同 洋 艳 少宏 永涛 凤鸣 磊 家玉 雨 鑫 静 及肃 广龙")
	for _, u := range load(t, rulebook.WithDrill()).Users.Users() {
		name := []rune(u.ZH)
		assert.NotContains(t, given, string(name[1:]), u.Username)
	}
}

func TestCodeTables(t *testing.T) {
	t.Parallel()
	ts := load(t).Codes
	for _, name := range codes.RequiredTables() {
		_, ok := ts.Table(name)
		assert.True(t, ok, name)
	}
	for table, n := range map[string]int{
		"nature": 10, "legal_route": 6, "channel": 15, "urgency": 4, "risk": 4, "scale": 3, "event_level": 4, "event_nature": 5, "complexity": 3,
		"dispute_category_24": 25, "mediation_report_type": 18, "mediation_method": 10, "guidance_reason": 11, "extension_reason": 8, "hangup_reason": 8,
		"escalation_trigger": 12, "supervision_cause": 12, "document": 30, "department": 37, "satisfaction": 4, "outcome_grade": 4, "element": 5,
	} {
		tab, _ := ts.Table(table)
		assert.Len(t, tab.Items, n, table)
	}
	for _, c := range [][3]string{
		{"nature", "02", "help"}, {"nature", "help", "help"}, {"channel", "07", "hotline_12345"}, {"channel", "walk_in", "walk_in"}, {"urgency", "3", "normal"},
		{"dispute_category", "0201", "0201"}, {"satisfaction", "3", "satisfied"}, {"department", "05", "police"}, {"scale", "02", "02"}, {"return_reason", "B01", "B01"},
	} {
		got, ok := ts.Canonical(c[0], c[1])
		assert.True(t, ok, c)
		assert.Equal(t, c[2], got)
	}
	assert.False(t, ts.Has("return_reason", "N01"), "too hard is no reason to return")
	cats, _ := ts.Table(codes.TableDisputeCategory)
	for _, it := range cats.Items {
		if len(it.Code) == 4 {
			assert.Equal(t, it.Code[:2], it.Parent)
		}
	}
	old, _ := ts.Table(codes.TableDisputeCategory24)
	for _, it := range old.Items {
		_, ok := ts.Map24(it.Code)
		assert.True(t, ok, it.Code)
	}
}

func TestPolicyDefaultsAreThoseOfTheSpec(t *testing.T) {
	t.Parallel()
	b := load(t)
	s := b.PolicyAt("220402008", noon)
	assert.Equal(t, "220400@2026.1", s.Version())
	limits := func(f func(codes.Urgency) calendar.Limit) string {
		var out []string
		for _, u := range codes.Urgencies() {
			out = append(out, cmp.Or(f(u).String(), "-"))
		}
		return strings.Join(out, " ")
	}
	assert.Equal(t, "15min 1uh 4wh 1wd", limits(s.SignLimit))
	assert.Equal(t, "30min 2uh 1wd 1wd", limits(s.ContactLimit))
	for track, want := range map[codes.Track]string{
		codes.TrackConsultation: "- 4wh 1wd 5wd", codes.TrackSuggestion: "- - 5wd 15wd", codes.TrackDemand: "2uh 24uh 5wd 15wd",
		codes.TrackPetition: "- - - -", codes.TrackAccusation: "30min - 1wd -", codes.TrackLegalRoute: "- - 1wd -",
		codes.TrackDispute: "30cd 30cd 30cd 30cd", codes.TrackGridEvent: "- - - 15wd", codes.TrackLeaderInstruction: "- - - -", codes.TrackOnlineTransfer: "- - - -",
	} {
		assert.Equal(t, want, limits(func(u codes.Urgency) calendar.Limit { l, _ := s.HandleLimit(track, u); return l }), track)
	}
	days := 0
	for i, want := range []string{"3wd", "5wd", "15wd", "20wd"} {
		level := codes.Levels()[i]
		assert.Equal(t, want, s.Budget(codes.TrackDemand, level).String())
		days += s.Budget(codes.TrackPetition, level).Count()
	}
	assert.Equal(t, 60, days, "petition budgets fill the 60 days (§3.2 a)")
	assert.Equal(t, "24uh", s.LevelLimit(codes.TrackDemand, codes.LevelUnit, codes.UrgencyUrgent).String())
	assert.Equal(t, "5wd 15cd", s.LevelLimit(codes.TrackPetition, codes.LevelUnit, codes.UrgencyUrgent).String()+" "+s.LevelLimit(codes.TrackPetition, codes.LevelUnit, codes.UrgencyNormal).String())
	assert.Equal(t, "15wd", s.LevelLimit(codes.TrackDemand, codes.LevelJoint, codes.UrgencyUrgent).String())
	assert.True(t, s.Grace(codes.UrgencyEmergency).IsZero())
	assert.Equal(t, "1wd", s.Grace("").String())
	assert.Equal(t, "3wd", s.ReworkLimit(calendar.MustLimit("5wd")).String())
	assert.Equal(t, "1wd", s.ReworkLimit(calendar.MustLimit("4wh")).String())
	assert.Equal(t, "12uh", s.AssistLimit(calendar.MustLimit("24uh")).String())
	assert.Equal(t, "5wd", s.ExtendLength(codes.TrackDemand, calendar.MustLimit("5wd")).String())
	assert.Equal(t, "15wd", s.ExtendLength(codes.TrackDemand, calendar.MustLimit("20wd")).String())
	assert.Equal(t, []int{80, 75}, []int{s.YellowPercent(calendar.MustLimit("5wd")), s.YellowPercent(calendar.MustLimit("10wd"))})
	assert.Equal(t, "4wh", s.ExtendApplyBefore(calendar.MustLimit("3wd")).String())
	assert.Equal(t, "1wd", s.ExtendApplyBefore(calendar.MustLimit("5wd")).String())
	assert.Equal(t, []codes.Scale{"01", "02", "02", "03"}, []codes.Scale{s.ScaleOf(4), s.ScaleOf(5), s.ScaleOf(29), s.ScaleOf(30)})
	assert.True(t, s.Lists("extend.never", "risk_red"))
	for _, k := range policy.Keys() {
		assert.NotEmpty(t, s.Text(k.Name), k.Name)
	}
}

func TestDrillAreaIsApartAndFast(t *testing.T) {
	t.Parallel()
	plain, b := load(t), load(t, rulebook.WithDrill())
	assert.NotEqual(t, plain.Version, b.Version)
	n := countKinds(b.Org, "220498")
	assert.Equal(t, 37, n[org.KindDepartment])
	assert.Equal(t, 1, n[org.KindCentreTownship])
	assert.Equal(t, 1, n[org.KindCentreCounty])
	for _, u := range b.Org.Units() {
		assert.Equal(t, b.Org.Within(u.ID, "220498"), u.Drill, u.ID)
	}
	s := b.PolicyAt("220498001", noon)
	assert.Equal(t, "220400@2026.1+220498@drill.1", s.Version())
	total := s.Limit("pickup.limit").Nominal() + 2*s.Limit("triage.hard").Nominal()
	for _, level := range codes.Levels() {
		l := s.LevelLimit(codes.TrackDemand, level, codes.UrgencyNormal)
		assert.Equal(t, calendar.Seconds, l.Class())
		total += l.Nominal() + s.Grace(codes.UrgencyNormal).Nominal()
	}
	total += s.EvaluationWindow(codes.TrackDemand).Nominal() + s.ArchiveLimit(codes.TrackDemand).Nominal()
	assert.Less(t, total, 2*time.Minute)
	kept := map[string]bool{"review.window": true, "archive.petition": true,
		"outage.min": true, "clock.drift_max": true, "event.recheck.within": true} // of the system as a whole: read for the city alone
	for _, k := range policy.Keys() {
		scope, _ := s.Where(k.Name)
		if k.Kind == policy.KindLimit && !kept[k.Name] && s.Text(k.Name) != "none" {
			assert.Equal(t, calendar.Seconds, s.Limit(k.Name).Class(), k.Name)
			assert.Equal(t, "220498", scope, k.Name)
		}
	}
	assert.Equal(t, "220400@2026.1", b.PolicyAt("220402", noon).Version(), "the rest of the city is untouched")
	who, ok := b.Org.LeaderOnRota("220498", noon)
	assert.True(t, ok)
	assert.Contains(t, who, ".220498")
}

func TestABookCanBeLoadedAgainFromItsFiles(t *testing.T) {
	t.Parallel()
	b := load(t, rulebook.WithDrill())
	fsys := fstest.MapFS{}
	for name, raw := range b.Files() {
		fsys[name] = &fstest.MapFile{Data: raw}
	}
	again, err := rulebook.Load(fsys, rulebook.WithDrill())
	require.NoError(t, err)
	assert.Equal(t, b.Version, again.Version)
	assert.Equal(t, b.Users.Users(), again.Users.Users())
	assert.Equal(t, b.Org.Units(), again.Org.Units())
}
