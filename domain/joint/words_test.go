package joint_test

import (
	"testing"

	"huajie/domain/joint"
	"huajie/internal/testkit/recorded"
)

func TestEveryTypeOfEventIsNamed(t *testing.T) {
	t.Parallel()
	recorded.Named(t, joint.Machine.TypeLabels())
}
