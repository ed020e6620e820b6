package org_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/codes"
	"huajie/domain/org"
)

func sampleUnits() []org.Unit {
	return []org.Unit{
		{ID: "220400", Kind: org.KindCity, ZH: "辽源市", EN: "Liaoyuan"},
		{ID: "220400-D01", Parent: "220400", Kind: org.KindDepartment, ZH: "市委政法委", EN: "PLC", ShortCode: "pl_commission", OrgKind: org.OrgParty},
		{ID: "220402", Parent: "220400", Kind: org.KindCounty, ZH: "龙山区", EN: "Longshan"},
		{ID: "220402-C", Parent: "220402", Kind: org.KindCentreCounty, ZH: "中心", EN: "Centre", Layout: org.Layout268N},
		{ID: "220402-D05", Parent: "220402", Kind: org.KindDepartment, ZH: "公安局", EN: "Police", ShortCode: "police", OrgKind: org.OrgGovernment},
		{ID: "220402-D06", Parent: "220402", Kind: org.KindDepartment, ZH: "司法局", EN: "Justice", ShortCode: "justice", OrgKind: org.OrgGovernment},
		{ID: "220402008", Parent: "220402", Kind: org.KindStreet, ZH: "福镇街道", EN: "Fuzhen"},
		{ID: "220402008-C", Parent: "220402008", Kind: org.KindCentreTownship, ZH: "中心", EN: "Centre", Layout: org.Layout1P2},
		{ID: "220402070", Parent: "220402", Kind: org.KindZone, ZH: "高新区", EN: "Zone"},
		{ID: "220402008901", Parent: "220402008", Kind: org.KindCommunity, ZH: "福阳社区", EN: "Fuyang"},
		{ID: "220402008901001", Parent: "220402008901", Kind: org.KindGrid, ZH: "网格", EN: "Grid"},
		{ID: "220498", Parent: "220400", Kind: org.KindCounty, ZH: "演练区", EN: "Drill", Drill: true},
		{ID: "220498-D05", Parent: "220498", Kind: org.KindDepartment, ZH: "公安局", EN: "Police", ShortCode: "police", OrgKind: org.OrgGovernment},
		{ID: "220498-D06", Parent: "220498", Kind: org.KindDepartment, ZH: "司法局", EN: "Justice", ShortCode: "justice", OrgKind: org.OrgGovernment},
	}
}

func samplePoints() []org.ServicePoint {
	return []org.ServicePoint{
		{Unit: "220402-C", Code: "desk_guide", Kind: org.PointDesk, ZH: "导引", EN: "guide"},
		{Unit: "220402-C", Code: "room_zgl", Kind: org.PointRoom, ZH: "土地", EN: "land", Custom: true, Categories: []string{"0901"}},
	}
}

func sampleTree(t *testing.T) *org.Tree {
	t.Helper()
	tree, err := org.NewTree(sampleUnits(), samplePoints(), []org.Rota{{County: "220402", Leaders: []string{"a", "b", "c"}}})
	require.NoError(t, err)
	return tree
}

func TestRolesAreThoseOfTheSpec(t *testing.T) {
	t.Parallel()
	roles := org.Roles()
	assert.Len(t, roles, 35) // 33 rows of §2.1, one of which names two roles, and the township principal of W2
	seen := map[org.Role]bool{}
	for _, r := range roles {
		assert.False(t, seen[r.Role], r.Role)
		seen[r.Role] = true
		assert.NotEmpty(t, r.ZH)
		assert.NotEmpty(t, r.EN)
		assert.True(t, r.Role.Valid())
		zh, en := r.Role.Label()
		assert.Equal(t, []string{r.ZH, r.EN}, []string{zh, en})
	}
	assert.False(t, org.Role("mayor").Valid())
	_, ok := org.RoleDispatcher.Info()
	assert.True(t, ok)
}

// TestWhoIsAnOfficer: not who raises a matter, speaks for them or is party to it, and no program.
func TestWhoIsAnOfficer(t *testing.T) {
	t.Parallel()
	outside := []org.Role{org.RolePetitioner, org.RolePetitionerRep, org.RoleAgent, org.RoleParty, org.RoleIntegrator, "unheard_of"}
	for _, r := range outside {
		require.False(t, r.Officer(), r)
		require.False(t, org.User{Grants: []org.Grant{{Role: r}}}.Officer(), r)
	}
	officers := 0
	for _, r := range org.Roles() {
		if r.Role.Officer() {
			officers++
			require.True(t, org.User{Grants: []org.Grant{{Role: org.RolePetitioner}, {Role: r.Role}}}.Officer(), "an officer may raise a matter, too")
		}
	}
	require.Equal(t, len(org.Roles())-len(outside)+1, officers)
	require.False(t, org.User{}.Officer())
}

func TestTreeAnswersWhereUnitsBelong(t *testing.T) {
	t.Parallel()
	tree := sampleTree(t)
	assert.Equal(t, "220400", tree.Root())
	assert.Equal(t, []string{"220400", "220402", "220402008", "220402008901", "220402008901001"}, tree.Path("220402008901001"))
	assert.Nil(t, tree.Path("nowhere"))

	assert.True(t, tree.Within("220402008901001", "220402"))
	assert.True(t, tree.Within("220402", "220402"))
	assert.False(t, tree.Within("220402", "220402008"))
	assert.False(t, tree.Within("nowhere", "nowhere"))
	assert.False(t, tree.Within("", ""))

	assert.Equal(t, "220402", tree.CountyOf("220402-D05"))
	assert.Equal(t, "220402", tree.CountyOf("220402"))
	assert.Empty(t, tree.CountyOf("220400-D01"))
	assert.Equal(t, "220402008", tree.TownshipOf("220402008901001"))
	assert.Equal(t, "220402008", tree.TownshipOf("220402008-C"))
	assert.Empty(t, tree.TownshipOf("220402-D05"))

	assert.Equal(t, "220402", tree.Area("220402-C"))
	assert.Equal(t, "220402-D05", tree.Area("220402-D05"))
	assert.True(t, tree.Reaches("220402-C", "220402008901001"))
	assert.False(t, tree.Reaches("220402008-C", "220402-D05"))

	d, ok := tree.DepartmentNamed("220402", "police")
	assert.True(t, ok)
	assert.Equal(t, "220402-D05", d.ID)
	_, ok = tree.DepartmentNamed("220402", "navy")
	assert.False(t, ok)
	assert.Len(t, tree.Departments("220402"), 2)
	assert.Len(t, tree.Children("220402"), 5)

	u, _ := tree.Unit("220498-D05")
	assert.True(t, u.Drill, "drill is inherited")
}

func TestCentreOfAndSuperior(t *testing.T) {
	t.Parallel()
	tree := sampleTree(t)
	for unit, want := range map[string]string{
		"220402": "220402-C", "220402008": "220402008-C", "220402008901001": "220402008-C", "220402008901": "220402008-C",
		"220402070": "220402-C", "220402-D05": "220402-C", "220402-C": "220402-C", "220402008-C": "220402008-C",
		"220400": "", "220400-D01": "", "220498-D05": "", "nowhere": "",
	} {
		c, ok := tree.CentreOf(unit)
		assert.Equal(t, want, c.ID, unit)
		assert.Equal(t, want != "", ok, unit)
	}
	for unit, want := range map[string]string{
		"220402008901001": "220402008901", "220402008901": "220402008-C", "220402008-C": "220402-C", "220402008": "220402-C",
		"220402070": "220402-C", "220402-D05": "220402-C", "220402-C": "220400-D01", "220402": "220400-D01", "220400-D01": "", "220400": "", "nowhere": "",
	} {
		s, ok := tree.Superior(unit)
		assert.Equal(t, want, s.ID, unit)
		assert.Equal(t, want != "", ok, unit)
	}
}

func TestLeaderOnRotaTurnsOnMonday(t *testing.T) {
	t.Parallel()
	tree := sampleTree(t)
	cst := time.FixedZone("CST", 8*3600)
	sunday, _ := tree.LeaderOnRota("220402", time.Date(2026, 11, 22, 23, 59, 59, 0, cst))
	monday, ok := tree.LeaderOnRota("220402", time.Date(2026, 11, 23, 0, 0, 0, 0, cst))
	assert.True(t, ok)
	assert.NotEqual(t, sunday, monday)
	_, ok = tree.LeaderOnRota("220498", time.Now())
	assert.False(t, ok)
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-4e9, 8e9).Draw(t, "at"), 0)
		now, ok := tree.LeaderOnRota("220402", at)
		require.True(t, ok)
		again, _ := tree.LeaderOnRota("220402", at.AddDate(0, 0, 21))
		next, _ := tree.LeaderOnRota("220402", at.AddDate(0, 0, 7))
		require.Equal(t, now, again)
		require.Equal(t, map[string]string{"a": "b", "b": "c", "c": "a"}[now], next)
	})
}

func TestTreeReportsEveryFault(t *testing.T) {
	t.Parallel()
	units := append(sampleUnits(),
		org.Unit{ID: "220402", Parent: "220400", Kind: org.KindCounty, ZH: "又", EN: "again"},
		org.Unit{ID: "220402009", Parent: "220499", Kind: org.KindStreet, ZH: "孤", EN: "orphan"},
		org.Unit{ID: "22040200", Parent: "220402", Kind: org.KindStreet, ZH: "短", EN: "short"},
		org.Unit{ID: "220402008901002", Parent: "220402008", Kind: org.KindGrid, ZH: "错", EN: "wrong parent"},
		org.Unit{ID: "220402-D07", Parent: "220402", Kind: org.KindDepartment, ZH: "无", EN: "no codes"},
		org.Unit{ID: "220402-D08", Parent: "220402", Kind: org.KindDepartment, ZH: "同", EN: "same", ShortCode: "police", OrgKind: org.OrgParty},
		org.Unit{ID: "x", Parent: "220402", Kind: "castle", ZH: "城", EN: ""},
	)
	_, err := org.NewTree(units, nil, nil)
	require.Error(t, err)
	for _, want := range []string{
		"220402: id: code used twice", "220402009: parent: parent 220499 does not exist", "22040200: id: code does not fit",
		"220402008901002: parent: parent 220402008 of kind street cannot hold a grid", "220402-D07: short_code: short code missing",
		"220402-D07: org_kind", "220402-D08: short_code: short code police used twice", "x: kind: unknown kind castle", "x: name",
	} {
		assert.ErrorContains(t, err, want)
	}
	var f *org.Fault
	assert.True(t, errors.As(err, &f))

	_, err = org.NewTree(sampleUnits(), []org.ServicePoint{
		{Unit: "nowhere", Code: "a", Kind: org.PointDesk, ZH: "甲", EN: "a"}, {Unit: "220402", Code: "a", Kind: org.PointDesk, ZH: "甲", EN: "a"},
		{Unit: "220402-C", Code: "a", Kind: "shed", ZH: "甲", EN: "a"}, {Unit: "220402-C", Code: "a", Kind: org.PointDesk, ZH: "甲", EN: "a"},
	}, []org.Rota{{County: "220402008", Leaders: []string{"a"}}, {County: "220402"}})
	for _, want := range []string{"unknown unit nowhere", "220402 is not a centre", "kind unknown", "given twice", "rota of an unknown county", "names nobody"} {
		assert.ErrorContains(t, err, want)
	}

	loop := []org.Unit{{ID: "a", Parent: "b", Kind: org.KindGrid, ZH: "甲", EN: "a"}, {ID: "b", Parent: "a", Kind: org.KindGrid, ZH: "乙", EN: "b"}}
	_, err = org.NewTree(loop, nil, nil)
	assert.ErrorContains(t, err, "loop")
	assert.ErrorContains(t, err, "no unit of kind city")
}

func TestTreeIsImmutable(t *testing.T) {
	t.Parallel()
	units := sampleUnits()
	tree, err := org.NewTree(units, samplePoints(), nil)
	require.NoError(t, err)
	units[2].ZH = "改"
	tree.Units()[2].ZH = "改"
	u, _ := tree.Unit("220402")
	assert.Equal(t, "龙山区", u.ZH)
	p, ok := tree.PointFor("220402-C", "0901")
	assert.True(t, ok)
	assert.Equal(t, "220402-C/room_zgl", p.ID)
	_, ok = tree.PointFor("220402-C", "0902")
	assert.False(t, ok)
	tree.Points("220402-C")[0].Code = "x"
	_, ok = tree.Point("220402-C", "desk_guide")
	assert.True(t, ok)
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	tree := sampleTree(t)
	d, err := org.NewDirectory(tree, []org.User{
		{Username: "disp.220402", ZH: "林清禾", EN: "Lin Qinghe", Grants: []org.Grant{{Role: org.RoleDispatcher, Unit: "220402-C"}}},
		{Username: "guide.220402", ZH: "周知远", EN: "Zhou Zhiyuan", Grants: []org.Grant{{Role: org.RoleGuide, Unit: "220402-C", Point: "desk_guide"}}},
	})
	require.NoError(t, err)
	assert.Equal(t, 2, d.Len())
	u, ok := d.User("disp.220402")
	require.True(t, ok)
	assert.True(t, u.Holds(org.RoleDispatcher))
	assert.True(t, u.HoldsAt(org.RoleDispatcher, "220402-C"))
	assert.False(t, u.HoldsAt(org.RoleDispatcher, "220402"))
	u.Grants[0].Role = org.RoleSysAdmin
	assert.Len(t, d.Holding(org.RoleDispatcher, "220402-C"), 1)
	assert.Empty(t, d.Holding(org.RoleSysAdmin, "220402-C"))
	assert.False(t, d.Users()[0].Holds(org.RoleSysAdmin))

	_, err = org.NewDirectory(tree, []org.User{
		{Username: "a", ZH: "甲", EN: "A", Grants: []org.Grant{{Role: "king", Unit: "220402"}}}, {Username: "a", ZH: "甲", EN: "A"},
		{Username: " b", Grants: []org.Grant{{Role: org.RoleGuide, Unit: "nowhere", Point: "p"}}}, {Username: "c", ZH: "丙", EN: "C"},
	})
	for _, want := range []string{"unknown role king", "used twice", "padded", "name missing", "unknown unit nowhere", "no service point p", "holds no office"} {
		assert.ErrorContains(t, err, want)
	}
}

func TestCatalogue(t *testing.T) {
	t.Parallel()
	tree := sampleTree(t)
	police := org.DutyEntry{Route: org.RouteLevel, Level: codes.LevelUnit, Lead: "police"}
	cat, err := org.NewCatalogue(tree, []org.DutyEntry{
		{Category: "02", Route: org.RouteLevel, Level: codes.LevelLocal, Lead: org.LeadTownship, Next: "justice", Assist: []string{"police"}},
		{Category: "0901", Route: org.RouteLevel, Level: codes.LevelUnit, Lead: "justice"},
	}, police)
	require.NoError(t, err)
	s, ok := cat.Suggest("0201", "", "220402008901001")
	require.True(t, ok, "an unknown leaf falls back to its class")
	assert.Equal(t, codes.LevelLocal, s.Level)
	assert.Equal(t, []string{"220402008-C", "220402-D06", "220402-D05"}, []string{s.Lead, s.NextLead, s.Assist[0]})
	for _, place := range []string{"", "220402070"} {
		s, ok = cat.Suggest("02", "220402", place)
		require.True(t, ok)
		assert.Equal(t, codes.LevelUnit, s.Level, "without a township centre the department begins")
		assert.Equal(t, "220402-D06", s.Lead)
		assert.Empty(t, s.NextLead)
	}
	s, _ = cat.Suggest("0901", "220402", "")
	assert.Equal(t, "220402-C/room_zgl", s.Room)
	for _, bad := range [][3]string{{"0801", "220402", ""}, {"02", "", ""}, {"02", "220400", ""}, {"02", "220498", "220402008"}} {
		_, ok = cat.Suggest(bad[0], bad[1], bad[2])
		assert.False(t, ok, bad)
	}
	s, ok = cat.Security("220498")
	assert.True(t, ok)
	assert.Equal(t, "220498-D05", s.Lead)

	_, err = org.NewCatalogue(tree, []org.DutyEntry{
		{Category: "01", Route: org.RouteLevel, Level: codes.LevelUnit, Lead: org.LeadTownship}, {Category: "01", Route: org.RouteGuide, Lead: "navy"},
		{Category: "03", Route: org.RouteGuide, Level: codes.LevelUnit},
	}, police)
	for _, want := range []string{"given twice", "no department navy", "names its next", "disagree", "lead missing"} {
		assert.ErrorContains(t, err, want)
	}
}
