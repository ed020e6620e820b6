package form_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
)

// TestOptionsAreNamed: an option comes with its names, and a field that gets one more leaves
// the field it was made from alone.
func TestOptionsAreNamed(t *testing.T) {
	t.Parallel()
	base := form.Choice.Named("how", "方式", "how").Or("a", "甲", "first")
	one, other := base.Or("b", "乙", "second"), base.Or("c", "丙", "third")
	require.Equal(t, []string{"a"}, base.Values())
	require.Equal(t, []form.Option{{Value: "a", ZH: "甲", EN: "first"}, {Value: "b", ZH: "乙", EN: "second"}}, one.Options)
	require.Equal(t, []string{"a", "c"}, other.Values())
	upper := func(s string) domain.Text { return domain.Text{ZH: "第" + s, EN: strings.ToUpper(s)} }
	require.Equal(t, one.Or("x", "第x", "X").Options, form.Among(one, []string{"x"}, upper).Options)
	require.Empty(t, form.Line.Named("x", "x", "x").Values())
}
