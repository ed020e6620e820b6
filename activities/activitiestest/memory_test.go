package activitiestest_test

import (
	"testing"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain/org"
)

func TestMemoryIsALedger(t *testing.T) {
	t.Parallel()
	activitiestest.TestLedger(t, func(_ *testing.T, users ...org.User) activities.Ledger {
		m := activitiestest.NewMemory(nil)
		m.Know(users...)
		return m
	})
}

func TestMemoryKnowsPhotos(t *testing.T) {
	t.Parallel()
	activitiestest.TestPhotos(t, func(*testing.T) activitiestest.Shelf { return activitiestest.NewMemory(nil) })
}
