package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/account"
	"huajie/domain/org"
)

// run carries a command out and gives what it prints.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := (&state{version: "test"}).root()
	root.SetArgs(args)
	root.SetOut(&out)
	err := root.ExecuteContext(t.Context())
	return strings.TrimSpace(out.String()), err
}

// TestTokensAndPasswordsByCommand: what an operator does for whoever cannot sign in.
func TestTokensAndPasswordsByCommand(t *testing.T) {
	url := migratedFor(t)
	t.Setenv("HUAJIE_DATABASE_URL", url)
	t.Setenv("HUAJIE_DATA_DIR", t.TempDir())
	s := openStore(t, url)
	require.NoError(t, s.UpsertUsers(t.Context(), []org.User{{Username: "hotline", ZH: "热线", EN: "hotline"}}, ""))

	for _, args := range [][]string{{"--user", "hotline", "--scopes", "own"}, {"--user", "hotline", "--ttl", "90000h"}, {"--user", "nobody"}, {}} {
		_, err := run(t, append([]string{"token", "create"}, args...)...)
		assert.Error(t, err, args)
	}
	token, err := run(t, "token", "create", "--user", "hotline", "--scopes", "read,intake", "--label", "12345")
	require.NoError(t, err)
	pass, err := s.PassOf(t.Context(), token)
	require.NoError(t, err)
	assert.Equal(t, []account.Scope{account.Read, account.Intake}, pass.Scopes)
	listed, err := run(t, "token", "list", "--json")
	require.NoError(t, err)
	var list []account.Issued
	require.NoError(t, json.Unmarshal([]byte(listed), &list))
	require.Len(t, list, 1)
	assert.Equal(t, []string{"hotline", "12345", "command line"}, []string{list[0].Username, list[0].Label, list[0].MadeBy})
	assert.NotContains(t, listed, token)
	table, err := run(t, "token", "list", "--user", "hotline")
	require.NoError(t, err)
	assert.Contains(t, table, "12345")

	password, err := run(t, "user", "password", "hotline")
	require.NoError(t, err)
	_, err = s.Authenticate(t.Context(), "hotline", password)
	require.NoError(t, err)
	_, err = s.PassOf(t.Context(), token)
	assert.Error(t, err, "everything made before has ended")
	_, err = run(t, "user", "password", "nobody")
	assert.Error(t, err)

	_, err = run(t, "token", "create", "--user", "hotline")
	require.NoError(t, err)
	list, err = s.Issued(t.Context(), "hotline", account.Token)
	require.NoError(t, err)
	_, err = run(t, "token", "revoke", fmt.Sprint(list[0].ID))
	require.NoError(t, err)
	list, err = s.Issued(t.Context(), "hotline", account.Token)
	require.NoError(t, err)
	assert.Empty(t, list)

	_, err = run(t, "user", "reset-second-factor", "hotline")
	assert.Error(t, err, "there is none")
	_, err = run(t, "user", "forget-identity", "hotline")
	require.NoError(t, err)
}
