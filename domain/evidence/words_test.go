package evidence_test

import (
	"testing"

	"huajie/domain/evidence"
	"huajie/internal/testkit/recorded"
)

func TestEveryFlagIsNamed(t *testing.T) {
	t.Parallel()
	recorded.Constants(t, "Far", evidence.FlagLabels)
}
