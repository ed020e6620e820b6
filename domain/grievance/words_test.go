package grievance_test

import (
	"testing"

	"huajie/domain/grievance"
	"huajie/internal/testkit/recorded"
)

func TestEveryTypeOfEventIsNamed(t *testing.T) {
	t.Parallel()
	recorded.Named(t, grievance.Machine.TypeLabels(), "supervision")
}

// TestEveryFlagIsNamed reads in the sources what a case is marked with.
func TestEveryFlagIsNamed(t *testing.T) {
	t.Parallel()
	recorded.Flagged(t, grievance.FlagLabels)
}

func TestEveryTaskIsNamed(t *testing.T) {
	t.Parallel()
	recorded.Constants(t, "TaskAssist", grievance.TaskLabels)
}
