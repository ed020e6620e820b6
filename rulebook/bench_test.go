package rulebook_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/rulebook"
)

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		_, err := rulebook.Default()
		require.NoError(b, err)
	}
}
