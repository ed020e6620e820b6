package publishing_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/org"
	"huajie/domain/publishing"
)

var at = time.Date(2026, time.November, 26, 10, 0, 0, 0, time.UTC)

func officer(name string, roles ...org.Role) domain.Actor {
	a := domain.Actor{User: name}
	for _, r := range roles {
		a.Grants = append(a.Grants, org.Grant{Role: r, Unit: "220400"})
	}
	return a
}

func text(s string) *string { return &s }

// TestTwoPersons: who has had a hand in a draft does not approve it, whatever offices they hold, and
// nobody else than the city's supervision does (§2.2 policy.publish).
func TestTwoPersons(t *testing.T) {
	t.Parallel()
	both := officer("both", org.RoleSysAdmin, org.RoleCitySupervisor)
	admin, city := officer("admin", org.RoleSysAdmin), officer("city", org.RoleCitySupervisor)
	for _, c := range []struct {
		name         string
		drafts, adds domain.Actor
		approves     domain.Actor
		reason       string
	}{
		{"another person", admin, admin, city, ""},
		{"who drafted it", both, both, both, "same_person"},
		{"who added to it", admin, both, both, "same_person"},
		{"who holds both and wrote nothing of it", admin, admin, both, ""},
		{"an administrator", admin, admin, officer("admin2", org.RoleSysAdmin), "not_your_office"},
		{"the county's supervision", admin, admin, officer("county", org.RoleSupervisor), "not_your_office"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, err := publishing.Open(c.drafts, "2027年节假日", "v1", 3, at)
			require.NoError(t, err)
			require.NoError(t, d.Put(c.adds, "calendar/2027.yaml", text("year: 2027\n"), nil, at))
			require.NoError(t, d.Submit(c.drafts, "", 0, at))
			_, _, decides := d.May(c.approves)
			assert.Equal(t, c.reason == "", decides, "what may be done is what is offered")
			err = d.Approve(c.approves, "", "v2", "v1", 3, 0, at)
			assert.Equal(t, c.reason, domain.ReasonOf(err))
			if c.reason == "" {
				assert.Equal(t, publishing.Published, d.State)
				e := d.Noted(publishing.Approved, audit.Entry{Actor: "city"})
				assert.Equal(t, audit.Entry{Actor: "city", Kind: audit.RulebookPublished, Object: "v2", Reason: "draft 0", Outcome: audit.OK}, e)
			} else {
				assert.Equal(t, publishing.Submitted, d.State)
			}
		})
	}
}

// TestWhatIsNotPublished: a draft with faults, one begun on what is no longer in force, one that nobody has handed in.
func TestWhatIsNotPublished(t *testing.T) {
	t.Parallel()
	admin, city := officer("admin", org.RoleSysAdmin), officer("city", org.RoleCitySupervisor)
	ready := func() publishing.Draft {
		d, err := publishing.Open(admin, "t", "v1", 3, at)
		require.NoError(t, err)
		require.NoError(t, d.Put(admin, "policy.yaml", text("x"), text("y"), at))
		return d
	}
	d := ready()
	assert.Equal(t, "not_submitted", domain.ReasonOf(d.Approve(city, "", "v2", "v1", 3, 0, at)))
	assert.Equal(t, "faulty", domain.ReasonOf(d.Submit(admin, "", 2, at)))
	require.NoError(t, d.Submit(admin, "", 0, at))
	assert.Equal(t, "not_drafting", domain.ReasonOf(d.Put(admin, "policy.yaml", text("z"), text("y"), at)), "what waits for an answer stays as it is")
	assert.Equal(t, "faulty", domain.ReasonOf(d.Approve(city, "", "v2", "v1", 3, 1, at)))
	assert.Equal(t, "base_replaced", domain.ReasonOf(d.Approve(city, "", "v2", "v9", 3, 0, at)))
	assert.Equal(t, "base_replaced", domain.ReasonOf(d.Approve(city, "", "v2", "v1", 4, 0, at)), "the same content, published anew in between")
	assert.Equal(t, domain.CodeInvalid, domain.CodeOf(d.Decline(city, "不行", at)), "a reason is given")
	require.NoError(t, d.Decline(city, "缺少文号依据", at))
	assert.Equal(t, publishing.Drafting, d.State)
	assert.Equal(t, publishing.Entry{Act: publishing.Declined, By: "city", At: at, Note: "缺少文号依据"}, d.Last())

	require.NoError(t, d.Put(admin, "policy.yaml", text("y"), text("y"), at))
	assert.Empty(t, d.Files, "what is again as it was is no change")
	assert.Equal(t, "nothing_changed", domain.ReasonOf(d.Submit(admin, "", 0, at)))
	require.NoError(t, d.Discard(admin, at))
	assert.Equal(t, "not_drafting", domain.ReasonOf(d.Submit(admin, "", 0, at)))
}

// TestNoWayLeadsOutOfTheFolder: a file of a draft has a name a rulebook may have.
func TestNoWayLeadsOutOfTheFolder(t *testing.T) {
	t.Parallel()
	admin := officer("admin", org.RoleSysAdmin)
	d, err := publishing.Open(admin, "t", "v1", 0, at)
	require.NoError(t, err)
	for _, name := range []string{"../policy.yaml", "/etc/passwd", "calendar/../x.yaml", "calendar/2027.yml", "", "keys/master.yaml", "Policy.yaml", "policy.yaml/", "a/b.yaml"} {
		assert.Equal(t, domain.CodeInvalid, domain.CodeOf(d.Put(admin, name, text("x"), nil, at)), name)
	}
	big := string(make([]byte, publishing.MostFile+1))
	for _, bad := range []string{big, "a\x00b", "\xff\xfe"} {
		assert.Equal(t, domain.CodeInvalid, domain.CodeOf(d.Put(admin, "policy.yaml", &bad, nil, at)))
	}
	assert.Equal(t, "not_your_office", domain.ReasonOf(d.Put(officer("x", org.RoleSupervisor), "policy.yaml", text("x"), nil, at)))
	assert.Equal(t, 1, d.Seq, "nothing of it is kept")
}
