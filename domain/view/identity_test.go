package view_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/org"
	"huajie/domain/view"
)

// TestMayIdentify is §2.2 grievance.view_identity and §2.3, class by class.
func TestMayIdentify(t *testing.T) {
	t.Parallel()
	tree := book.Org
	user := func(name string, role org.Role, unit string) domain.Actor {
		return domain.Actor{User: name, Grants: []org.Grant{{Role: role, Unit: unit}}}
	}
	centre, _ := tree.CentreOf(county)
	window := user("window", org.RoleWindowClerk, centre.ID)
	unit := user("unit", org.RoleDeptHandler, lead)
	boss := user("boss", org.RoleCountyLeader, county)
	reception := user("reception", org.RolePetitionOfficer, centre.ID)
	elsewhere := user("elsewhere", org.RolePetitionOfficer, "220403")
	watcher := user("watcher", org.RoleSupervisor, county)
	city := user("city", org.RoleSupervisor, tree.Root())
	sealed := user("sealed", org.RoleDisciplineOfficer, "220402-D07")
	stranger := user("stranger", org.RoleDispatcher, centre.ID)
	mate := user("mate", org.RoleDeptLeader, lead)
	owner := user("owner", org.RoleDispatcher, centre.ID)
	both := user("both", org.RoleDeptHandler, lead) // handles it, and supervises
	both.Grants = append(both.Grants, org.Grant{Role: org.RoleSupervisor, Unit: county})
	nobody := domain.Actor{Grants: []org.Grant{{Role: org.RoleDispatcher, Unit: centre.ID}}}
	everybody := []domain.Actor{nobody, owner, both, window, unit, boss, reception, elsewhere, watcher, city, sealed, stranger, mate}
	for _, c := range []struct {
		class  string
		centre bool
		see    []string
	}{
		{"C0", false, nil},
		{"C1", false, []string{"owner", "both", "window", "unit", "boss", "reception", "watcher", "city"}},
		{"C1", true, []string{"owner", "window", "boss", "reception", "watcher", "city"}},
		{"C2", false, []string{"owner", "window", "boss"}},
		{"C2", true, []string{"owner", "window", "boss"}},
		{"C3", false, []string{"sealed"}},
		{"C3", true, []string{"sealed"}},
		{"", false, []string{"owner", "window", "boss"}},
		{"C9", false, []string{"owner", "window", "boss"}},
	} {
		card := casefile.Card{Confidentiality: c.class, Area: "220402008", County: county, FirstResponder: "window", Owner: casefile.Owner{Unit: centre.ID, User: "owner"}, Handlers: []string{"unit", "both"}, OwningLeader: "boss", LeadUnit: lead, Units: []string{lead}}
		var see []string
		for _, a := range everybody {
			refused := view.MayIdentify(a, card, c.centre, tree)
			if refused == nil {
				see = append(see, a.User)
				assert.False(t, view.Withheld(a, card, c.centre, tree))
				continue
			}
			assert.NotEmpty(t, refused.Rule)
			assert.NotEmpty(t, refused.Text.ZH)
			assert.NotEmpty(t, refused.Text.EN)
		}
		assert.Equal(t, c.see, see, "%s %v", c.class, c.centre)
		hidden := c.centre || c.class != "C1"
		for _, a := range []domain.Actor{unit, mate, both} {
			assert.Equal(t, hidden, view.Withheld(a, card, c.centre, tree), "%s %v: the department is shown not even the mask", c.class, c.centre)
		}
		assert.Equal(t, c.class == "C3", view.Withheld(stranger, card, c.centre, tree))
	}
}
