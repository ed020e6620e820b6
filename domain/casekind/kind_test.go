package casekind_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/casefile"
	"huajie/domain/casekind"
)

func TestEveryKindIsFoundByNameNumberAndCase(t *testing.T) {
	for _, k := range casekind.All() {
		byName, ok := casekind.Named(k.Name)
		require.True(t, ok)
		require.Equal(t, k.Letter, byName.Letter)
		byNo, ok := casekind.OfNumber("220402" + k.Letter + "2026112300017")
		require.True(t, ok)
		require.Equal(t, k.Name, byNo.Name)
		require.Equal(t, k.Name, casekind.Of(k.Fresh()).Name)

		require.NotEmpty(t, k.Actions())
		for _, a := range k.Actions() {
			require.True(t, k.Takes(a))
			require.NotEqual(t, a, k.ActionLabel(a).EN)
		}
		require.True(t, k.Takes("approve"))
		require.False(t, k.Takes("no-such-step"))
		require.Equal(t, "no-such-step", k.ActionLabel("no-such-step").EN)
		_, ok = k.StateLabel("no_such_state")
		require.False(t, ok)
		require.False(t, k.Final(k.Fresh()))
	}
	_, ok := casekind.Named("joint_session")
	require.False(t, ok)
	_, ok = casekind.OfNumber("220402V2026112300017")
	require.False(t, ok)
	require.Panics(t, func() { casekind.Of(stray{}) })
}

type stray struct{ casefile.Case }
