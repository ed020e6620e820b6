package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain/org"
	"huajie/internal/testkit"
	"huajie/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// migrate is named: testkit runs it once and copies its result.
func migrate(url string) error { return store.Migrate(context.Background(), url) }

// fresh is a store on a database of the test's own.
func fresh(t *testing.T, opts ...store.Option) *store.Store {
	t.Helper()
	s, _ := freshAt(t, opts...)
	return s
}

func freshAt(t *testing.T, opts ...store.Option) (*store.Store, string) {
	t.Helper()
	url := testkit.MigratedDatabase(t, migrate)
	s, err := store.New(t.Context(), url, append([]store.Option{store.WithFields(testkit.Fields())}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s, url
}

func TestStoreIsALedger(t *testing.T) {
	t.Parallel()
	activitiestest.TestLedger(t, func(t *testing.T, users ...org.User) activities.Ledger {
		s := fresh(t)
		require.NoError(t, s.UpsertUsers(t.Context(), users, ""))
		return s
	})
}
