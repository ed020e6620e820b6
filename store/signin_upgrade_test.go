package store_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/account"
)

// TestTokensOfBeforeGoOn: what was signed in stays signed in, and what programs had keeps
// opening cases and the field; it was made without scopes, and gets those.
func TestTokensOfBeforeGoOn(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	require.NoError(t, s.UpsertUsers(t.Context(), accounts(1), ""))
	text, err := os.ReadFile("migrations/0015_signin.sql")
	require.NoError(t, err)
	up, down, found := strings.Cut(string(text), "-- +goose Down")
	require.True(t, found)
	db := raw(t, url)
	_, half, err := s.Issue(t.Context(), account.Opening{Username: "user000", Kind: account.Half, Until: time.Now().Add(time.Hour)})
	require.NoError(t, err)
	tokens := map[string]string{}
	for _, label := range []string{"session", "command line"} {
		_, tokens[label], err = s.Issue(t.Context(), account.Opening{Username: "user000", Label: label, Until: time.Now().Add(time.Hour)})
		require.NoError(t, err)
	}
	for _, part := range []string{down, up} {
		_, err = db.Exec(t.Context(), part)
		require.NoError(t, err)
	}
	person, err := s.PassOf(t.Context(), tokens["session"])
	require.NoError(t, err)
	assert.Equal(t, account.Session, person.Kind)
	program, err := s.PassOf(t.Context(), tokens["command line"])
	require.NoError(t, err)
	assert.Equal(t, account.Token, program.Kind)
	assert.ElementsMatch(t, account.Grantable, program.Scopes)
	assert.NotEqual(t, person.ID, program.ID)
	_, err = s.PassOf(t.Context(), half)
	assert.Error(t, err, "half a sign-in opens nothing for a version that does not know it")
}
