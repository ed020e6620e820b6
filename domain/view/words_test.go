package view_test

import (
	"testing"

	"huajie/domain/view"
	"huajie/internal/testkit/recorded"
)

func TestEveryStateOfATaskIsNamed(t *testing.T) {
	t.Parallel()
	recorded.Constants(t, "TaskOpen", view.TaskStates)
}
