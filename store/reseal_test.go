package store_test

import (
	"context"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/internal/seal"
	"huajie/store"
)

// process is a store as a process of its own opens it, with the keys of a folder.
func process(t *testing.T, url, dir string) (*store.Store, *seal.Fields) {
	t.Helper()
	master, err := seal.Master("", filepath.Join(dir, "master.json"))
	require.NoError(t, err)
	fields, err := seal.OpenFields(filepath.Join(dir, "fields.json"), master)
	require.NoError(t, err)
	s, err := store.New(t.Context(), url, store.WithFields(fields))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s, fields
}

// TestRotationBesideOfficers: another process rotates while officers write; it is cut off in
// the middle, again and again, and each time another takes it up where it was. No step of an officer fails or is
// lost, and in the end nothing is left of the old key.
func TestRotationBesideOfficers(t *testing.T) {
	t.Parallel()
	_, url := freshAt(t)
	dir := t.TempDir()
	office, first := process(t, url, dir)
	place := seal.Place{Table: "rechecks", Column: "comment", Row: "1"}
	comment, err := first.Seal("灯仍不亮", place)
	require.NoError(t, err)
	_, err = raw(t, url).Exec(t.Context(), `INSERT INTO rechecks (no, seq, percent, closed_at, verifier, due_at, verdict, comment, answered_by, answered_at) VALUES ('x', 1, 3, $1, 'v', $1, 'fail', $2, 'c', $1)`, day, comment)
	require.NoError(t, err)
	var nos []string
	for range 230 {
		nos = append(nos, register(t, office, day, summary("电梯停运多日")).No)
	}
	operator, keys := process(t, url, dir)
	old := keys.KeyID()
	require.NoError(t, keys.Rotate())
	require.NotEqual(t, old, keys.KeyID())

	var stop atomic.Bool
	var written atomic.Int64
	var officers sync.WaitGroup
	for o := range 2 {
		officers.Go(func() {
			for i := o; i < 160 && !stop.Load(); i += 2 {
				no := nos[len(nos)-1-i%len(nos)] // towards the operator
				at := day.Add(time.Duration(i+1) * time.Minute)
				_, err := office.Change(t.Context(), activities.Write{Kind: activities.KindGrievance, No: no, Seq: -1, Decide: activitiestest.Step("classified", at)})
				assert.NoError(t, err)
				_, err = office.Create(t.Context(), stream(at, summary("新登记的诉求")))
				assert.NoError(t, err)
				written.Add(2)
			}
		})
	}
	looked, cut := map[string]int{}, 0
	for done := false; !done; {
		ctx, cancel := context.WithCancel(t.Context())
		another, _ := process(t, url, dir)
		parts := 0
		run := map[string]int{}
		err := another.Reseal(ctx, func(r store.Resealed) {
			run[r.Table] = r.Looked
			if parts++; parts == 10 { // more than there are tables, or no run would come to its end
				cancel() // in the middle of something
			}
		})
		for table, n := range run {
			looked[table] += n
		}
		if done = err == nil; !done {
			cut++
		}
		cancel()
	}
	stop.Store(true)
	officers.Wait()
	require.Greater(t, cut, 0, "it was cut off")
	require.Positive(t, written.Load(), "officers wrote meanwhile")
	require.LessOrEqual(t, looked["cases"], len(nos)+int(written.Load()), "nothing is begun anew")

	// The officers' process has written with the old key as long as it did not know of the new
	// one, `keys rotate` waits for that.
	require.NoError(t, operator.Reseal(t.Context(), func(store.Resealed) {}))
	left := 0
	require.NoError(t, operator.Reseal(t.Context(), func(r store.Resealed) { left += r.Sealed }))
	require.Zero(t, left, "nothing is sealed with the old key any more")
	reader, last := process(t, url, dir)
	require.NoError(t, raw(t, url).QueryRow(t.Context(), `SELECT comment FROM rechecks`).Scan(&comment))
	require.True(t, last.Current(comment), "what the city said, too")
	comment, err = last.Open(comment, place)
	require.NoError(t, err)
	require.Equal(t, "灯仍不亮", comment)
	for _, no := range nos {
		require.NoError(t, reader.VerifyChain(t.Context(), no))
		require.NotEmpty(t, held(t, reader, no).Summary)
	}
}
