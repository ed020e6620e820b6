package audit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/audit"
)

// TestEveryKindHasAName: the table holds each constant of the package once, named in both
// languages, and nothing else.
func TestEveryKindHasAName(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), "entry.go", nil, 0)
	require.NoError(t, err)
	var want []audit.Kind
	ast.Inspect(file, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if of, ok := v.Type.(*ast.Ident); ok && of.Name == "Kind" {
			code, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			want = append(want, audit.Kind(code))
		}
		return true
	})
	require.NotEmpty(t, want)
	assert.ElementsMatch(t, want, audit.Kinds())
	names := map[string]audit.Kind{}
	for _, k := range want {
		label := k.Label()
		assert.NotEmpty(t, label.EN, k)
		assert.NotEqual(t, string(k), label.ZH, "%s has no name", k)
		assert.Empty(t, names[label.ZH], "%s is called like %s", k, names[label.ZH])
		names[label.ZH] = k
	}
	assert.Equal(t, "x", audit.Kind("x").Label().ZH)
}
