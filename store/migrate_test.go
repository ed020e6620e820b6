package store_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/internal/testkit"
	"huajie/store"
)

func TestMigrateTakesTurns(t *testing.T) {
	t.Parallel()
	url := testkit.Database(t)
	s, err := store.New(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	require.Equal(t, domain.CodeUnavailable, domain.CodeOf(s.Ping(t.Context())), "an empty database is not ready")

	var together sync.WaitGroup
	for range 3 {
		together.Go(func() { assert.NoError(t, store.Migrate(t.Context(), url)) })
	}
	together.Wait()
	require.NoError(t, s.Ping(t.Context()))
	for _, f := range s.Check(t.Context()) {
		assert.True(t, f.OK, "%s: %s", f.What, f.Detail)
		assert.Empty(t, f.MendZH+f.MendEN)
	}
}

func TestCheckSeesAnOldSchema(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	_, err := raw(t, url).Exec(t.Context(), `DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
	require.NoError(t, err)
	assert.Equal(t, "schema_outdated", domain.ReasonOf(s.Ping(t.Context())))
	last := s.Check(t.Context())[2]
	assert.False(t, last.OK)
	assert.NotEmpty(t, last.MendZH)
}
