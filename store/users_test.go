package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/org"
	"huajie/store"
)

func accounts(n int) []org.User {
	var out []org.User
	for i := range n {
		out = append(out, org.User{Username: fmt.Sprintf("user%03d", i), ZH: "某", EN: "Somebody", Grants: []org.Grant{
			{Role: org.RoleWindowClerk, Unit: "220402-C", Point: "W1"}, {Role: org.RoleDispatcher, Unit: fmt.Sprintf("%d-C", 220402+i%2)}}})
	}
	return out
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	hash, err := store.HashPassword("平安建设111")
	require.NoError(t, err)
	assert.Contains(t, hash, "$argon2id$v=19$m=19456,t=2,p=1$")
	list := accounts(600)
	require.NoError(t, s.UpsertUsers(t.Context(), list, hash))
	require.NoError(t, s.UpsertUsers(t.Context(), list, hash), "seeding again changes nothing")

	u, err := s.Authenticate(t.Context(), "user007", "平安建设111")
	require.NoError(t, err)
	assert.Equal(t, list[7], u)
	for _, row := range [][2]string{{"user007", "wrong"}, {"nobody", "平安建设111"}, {"user007", ""}, {"", ""}} {
		_, err := s.Authenticate(t.Context(), row[0], row[1])
		assert.Equal(t, domain.CodeSignIn, domain.CodeOf(err))
		assert.Equal(t, "wrong_password", domain.ReasonOf(err))
	}
	members, err := s.Members(t.Context(), org.RoleDispatcher, "220402-C")
	require.NoError(t, err)
	assert.Len(t, members, 300)
	assert.Equal(t, list[0], members[0])

	require.NoError(t, s.SetActive(t.Context(), "user009", false))
	people, err := s.People(t.Context(), []string{"user009", "nobody", "user003", "user009"})
	require.NoError(t, err)
	assert.Equal(t, []org.User{list[3], list[9]}, people, "who has left is still named")
	people, err = s.People(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, people)

	moved := list[7]
	moved.Grants = []org.Grant{{Role: org.RoleGuide, Unit: "220403-C"}}
	other, err := store.HashPassword("another")
	require.NoError(t, err)
	require.NoError(t, s.UpsertUsers(t.Context(), []org.User{moved}, other))
	u, err = s.Authenticate(t.Context(), "user007", "平安建设111")
	require.NoError(t, err, "a password somebody has stays")
	assert.Equal(t, moved, u)

	require.NoError(t, s.SetPassword(t.Context(), "user007", other))
	_, err = s.Authenticate(t.Context(), "user007", "another")
	require.NoError(t, err)
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(s.SetPassword(t.Context(), "nobody", other)))
	assert.Error(t, s.SetPassword(t.Context(), "user008", "plain text"), "only hashes are stored")
	assert.Error(t, s.UpsertUsers(t.Context(), []org.User{{Username: domain.System}}, ""), "nobody is called system")
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	list := accounts(2)
	require.NoError(t, s.UpsertUsers(t.Context(), list, ""))
	_, token, err := s.Issue(t.Context(), account.Opening{Username: "user000", Until: time.Now().Add(time.Hour)})
	require.NoError(t, err)
	assert.Regexp(t, `^hj_[A-Za-z0-9_-]{43}$`, token)
	u, err := s.PassOf(t.Context(), token)
	require.NoError(t, err)
	assert.Equal(t, list[0], u.User)
	assert.Equal(t, account.Session, u.Kind)

	var kept int
	require.NoError(t, raw(t, url).QueryRow(t.Context(), `SELECT count(*) FROM tokens WHERE strpos(tokens::text, $1) > 0`, token[3:]).Scan(&kept))
	assert.Zero(t, kept, "the token itself is not stored")

	refused := func(token string) {
		t.Helper()
		_, err := s.PassOf(t.Context(), token)
		assert.Equal(t, domain.CodeSignIn, domain.CodeOf(err))
	}
	refused("")
	refused("hj_")
	refused(token + "x")
	_, over, err := s.Issue(t.Context(), account.Opening{Username: "user000", Until: time.Now().Add(-time.Second)})
	require.NoError(t, err)
	refused(over)

	require.NoError(t, s.SetActive(t.Context(), "user000", false))
	refused(token)
	_, _, err = s.Issue(t.Context(), account.Opening{Username: "user000", Until: time.Now().Add(time.Hour)})
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
	_, err = s.UserNamed(t.Context(), "user000")
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
	require.NoError(t, s.SetActive(t.Context(), "user000", true))
	_, err = s.PassOf(t.Context(), token)
	require.NoError(t, err)
	require.NoError(t, s.RevokeToken(t.Context(), token))
	require.NoError(t, s.RevokeToken(t.Context(), token))
	refused(token)
}

func TestRulebooksAreKept(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	files := map[string][]byte{"policy.yaml": []byte("sign.limit: 4wh"), "空.yaml": {}}
	require.NoError(t, s.SaveRulebook(t.Context(), "v1", files, "wang"))
	require.NoError(t, s.SaveRulebook(t.Context(), "v1", files, "li"))
	require.NoError(t, s.SaveRulebook(t.Context(), "v2", files, "li"))
	got, err := s.Rulebook(t.Context(), "v1")
	require.NoError(t, err)
	assert.Equal(t, files, got)
	versions, err := s.Rulebooks(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"v1", "v2"}, versions)
	_, err = s.Rulebook(t.Context(), "v3")
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
}
