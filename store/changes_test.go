package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/view"
	"huajie/internal/testkit"
	"huajie/store"
)

// listener follows a ledger until the test ends.
func listener(t *testing.T, s *store.Store) <-chan view.Change {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, heard, ended := make(chan struct{}), make(chan view.Change, 100), make(chan error, 1)
	go func() { ended <- s.Listen(ctx, func() { close(ready) }, func(c view.Change) { heard <- c }) }()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	select {
	case <-ready:
	case err := <-ended:
		require.NoError(t, err)
	}
	return heard
}

// hears waits until all of these changes were heard, in whatever order they came: what is
// told together is in none.
func hears(t *testing.T, heard <-chan view.Change, want ...view.Change) {
	t.Helper()
	missing := map[view.Change]bool{}
	for _, c := range want {
		missing[c] = true
	}
	enough := time.After(30 * time.Second)
	for len(missing) > 0 {
		select {
		case c := <-heard:
			delete(missing, c)
		case <-enough:
			require.Fail(t, "not heard", "%v", missing)
		}
	}
}

// TestAListenerHearsEveryCommit: what begins, and what moves, of another process too, and
// what that process committed just before it stopped.
func TestAListenerHearsEveryCommit(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	before := register(t, s, day).No
	heard := listener(t, s)
	no := register(t, s, day).No
	hears(t, heard, view.Change{No: no, Seq: 1})
	other, err := store.New(t.Context(), url, store.WithFields(testkit.Fields()))
	require.NoError(t, err)
	step(t, other, no, "classified", day.Add(time.Minute))
	step(t, other, before, "classified", day.Add(time.Minute))
	other.Close()
	hears(t, heard, view.Change{No: no, Seq: 2}, view.Change{No: before, Seq: 2})
	var loud int
	require.NoError(t, raw(t, url).QueryRow(t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'huajie listener'`).Scan(&loud))
	require.Equal(t, 1, loud)
}

// TestAListenerFindsWhatNobodyTold: a process that dies between its commit and the telling
// takes nothing with it (decision 8).
func TestAListenerFindsWhatNobodyTold(t *testing.T) {
	t.Parallel()
	s, url := freshAt(t)
	no := register(t, s, day).No
	heard := listener(t, s)
	_, err := raw(t, url).Exec(t.Context(), `INSERT INTO events (no, seq, kind, type, rule, at, recorded_at, actor, unit, from_state, to_state, key, deadline, body, prev_hash, hash)
		SELECT no, 2, kind, type, rule, at, now(), actor, unit, from_state, to_state, '', deadline, body, hash, hash FROM events WHERE no = $1`, no)
	require.NoError(t, err)
	hears(t, heard, view.Change{No: no, Seq: 2})
}
