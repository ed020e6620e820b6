package rulebook_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/codes"
	"huajie/domain/org"
)

// TestDutyCatalogue holds every line of §8.5.
func TestDutyCatalogue(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, c := range []struct {
		categories string
		route      org.Route
		level      codes.Level
		lead       string // short code or township
		next       string
		linkage    string
	}{
		{"01 0101 0103 0199 02 0201 0202 0203 0299", org.RouteLevel, "L0", "township", "justice", "people_mediation"},
		{"0102", org.RouteLevel, "L1", "justice", "", "people_mediation lit_med"},
		{"0401 0602 06 0601 0603 0604 0699 08 0801 0802 0803 0804 0899", org.RouteLevel, "L1", "justice", "", "spec_med lit_med"},
		{"0402", org.RouteLevel, "L0", "township", "housing", "spec_med"},
		{"0502", org.RouteLevel, "L1", "health", "", "spec_med"},
		{"0503", org.RouteLevel, "L1", "police", "", "spec_med pol_med"},
		{"07 0701 0702 0703 0704 0799", org.RouteLevel, "L1", "human_resources", "", "spec_med"},
		{"0901 0902", org.RouteLevel, "L0", "township", "agriculture", "spec_med"},
		{"11 1101 1104 1199", org.RouteLevel, "L1", "housing", "", "pet_med"},
		{"1102 1103", org.RouteLevel, "L1", "natural_resources", "", "pet_med"},
		{"1401", org.RouteGuide, "", "police", "", ""},
		{"1402", org.RouteGuide, "", "procuratorate", "", ""},
		{"1403", org.RouteGuide, "", "court", "", ""},
		{"1404", org.RouteGuide, "", "justice", "", ""},
		{"15 1502 1599", org.RouteAccusation, "", "discipline", "", ""},
		{"1501", org.RouteAccusation, "", "organization", "", ""},
	} {
		for _, category := range strings.Fields(c.categories) {
			for _, place := range [][2]string{{"220402", "220402008"}, {"220422", "220422101200001"}} {
				s, ok := b.Duty.Suggest(category, place[0], place[1])
				require.True(t, ok, category)
				assert.Equal(t, []any{c.route, c.level}, []any{s.Route, s.Level}, category)
				want := b.Org.TownshipOf(place[1]) + "-C"
				if c.lead != "township" {
					d, ok := b.Org.DepartmentNamed(place[0], c.lead)
					require.True(t, ok, c.lead)
					want = d.ID
				}
				assert.Equal(t, want, s.Lead, category)
				next, _ := b.Org.DepartmentNamed(place[0], c.next)
				assert.Equal(t, next.ID, s.NextLead, category)
				assert.Equal(t, strings.Fields(c.linkage), append([]string{}, s.Linkage...), category)
			}
		}
	}
	s, ok := b.Duty.Security("220403")
	require.True(t, ok)
	assert.Equal(t, []string{"220403-D05", "pol_med"}, []string{s.Lead, s.Linkage[0]})
}

func TestDutyCatalogueCoversEveryCategoryHonestly(t *testing.T) {
	t.Parallel()
	b := load(t)
	cats, _ := b.Codes.Table(codes.TableDisputeCategory)
	entries := map[string]org.DutyEntry{}
	for _, e := range b.Duty.Entries() {
		entries[e.Category] = e
	}
	assert.Len(t, entries, len(cats.Items))
	for _, it := range cats.Items {
		e, ok := entries[it.Code]
		require.True(t, ok, it.Code)
		require.NotEmpty(t, e.Basis, it.Code)
		for _, basis := range e.Basis {
			if basis.Tag != "A" {
				assert.True(t, strings.HasSuffix(basis.ZH, "(待核)"), "%s %s", it.Code, basis.ZH)
			}
		}
		assert.NotEmpty(t, e.Source)
	}
	for _, c := range []string{"1101", "1102", "1103", "1104", "1105", "1199"} {
		assert.Equal(t, codes.LevelJoint, entries[c].Then, "11xx goes on to L2")
	}
}

func TestLandDisputesOfDongliaoHaveTheirRoom(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, c := range []string{"0901", "0902", "1102"} {
		s, _ := b.Duty.Suggest(c, "220422", "220422100")
		assert.Equal(t, "220422-C/room_zgl", s.Room, c)
		s, _ = b.Duty.Suggest(c, "220421", "220421100")
		assert.Empty(t, s.Room, c)
	}
	s, _ := b.Duty.Suggest("0804", "220422", "")
	assert.Empty(t, s.Room)
}

func TestPlacesWithoutACentreBeginAtTheDepartment(t *testing.T) {
	t.Parallel()
	b := load(t)
	s, ok := b.Duty.Suggest("0201", "", "220402070")
	require.True(t, ok)
	assert.Equal(t, codes.LevelUnit, s.Level)
	assert.Equal(t, "220402-D06", s.Lead)
	s, ok = b.Duty.Suggest("0204", "220402", "220402008")
	require.True(t, ok, "an unknown leaf falls back to its class")
	assert.Equal(t, "220402008-C", s.Lead)
	for _, bad := range [][3]string{{"77", "220402", ""}, {"", "220402", ""}, {"02", "220400", ""}, {"02", "220403", "220402008"}} {
		_, ok = b.Duty.Suggest(bad[0], bad[1], bad[2])
		assert.False(t, ok, bad)
	}
}
