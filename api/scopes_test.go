package api

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/assert"

	"huajie/domain/account"
	"huajie/domain/org"
)

// TestEveryOperationAsksForAScope walks through all of them: what is secured asks for one,
// what is not is said to be public, and nothing is listed that is not there.
func TestEveryOperationAsksForAScope(t *testing.T) {
	t.Parallel()
	s := newServer(Deps{Log: slog.New(slog.DiscardHandler), Now: time.Now, Reader: nobody{}, Engine: nobody{}})
	seen := map[string]bool{}
	for path, item := range s.api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete, item.Patch, item.Head, item.Options, item.Trace} {
			if op == nil {
				continue
			}
			seen[op.OperationID] = true
			scope := scopeOf(op)
			own := slices.Contains([]string{"owntracks", "traccar", "traccar-query"}, op.OperationID)
			assert.NotEmpty(t, scope, "%s %s (%s) is open to nobody: give it a scope in scopes.go", op.Method, path, op.OperationID)
			assert.Equal(t, len(op.Security) == 0 || own, scope == account.Public, "%s %s", op.Method, path)
			if scope != account.Public {
				assert.Equal(t, string(scope), op.Extensions[scopeKey], "%s %s: the document tells", op.Method, path)
			}
		}
	}
	for id := range scopes {
		assert.True(t, seen[id], "%s is in scopes.go and is no operation", id)
	}
}

// TestWhatNobodyNamedIsOpenToNobody: an operation without a scope refuses every pass.
func TestWhatNobodyNamedIsOpenToNobody(t *testing.T) {
	t.Parallel()
	op := operation("GET", basePath+"/new-thing", "new-thing", tagCases, "made in a hurry")
	withScope(&op)
	for _, p := range []account.Pass{{}, {Kind: account.Session, User: org.User{Grants: []org.Grant{{Role: org.RoleSysAdmin}}}}, {Kind: account.Token, Scopes: account.Grantable}} {
		assert.Error(t, p.Admit(scopeOf(&op)))
	}
}
