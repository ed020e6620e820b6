package casefile_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/casefile"
)

func TestKindOf(t *testing.T) {
	for no, want := range map[string]string{
		"220402G2026112300017": casefile.KindGrievance, "220402G2026112300017-J1": casefile.KindGrievance,
		"220402E2026112300017": casefile.KindGridEvent,
		"220402V2026112300017": "", "220402": "", "": "", "G220402": "", "二二〇四〇二G": "",
	} {
		kind, ok := casefile.KindOf(no)
		require.Equal(t, want, kind, no)
		require.Equal(t, want != "", ok, no)
	}
}
