package whistle_test

import (
	"testing"

	"huajie/domain/whistle"
	"huajie/internal/testkit/recorded"
)

func TestEveryTypeOfEventIsNamed(t *testing.T) {
	t.Parallel()
	recorded.Named(t, whistle.Machine.TypeLabels())
}
