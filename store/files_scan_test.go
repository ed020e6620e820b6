package store_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/evidence"
	"huajie/domain/view"
	"huajie/store"
)

// keep keeps so many whole photos.
func (s shelf) keep(t *testing.T, many int) {
	t.Helper()
	for n := range many {
		p := evidence.Photo{ID: fileID(n), SHA256: declared(n, "").SHA256, TakenAt: day, UploadedAt: day, Source: evidence.Live, Bytes: 1, By: "wang"}
		require.NoError(t, s.KeepPhoto(t.Context(), "220402", p, ""))
	}
}

// TestEachPhotoIsClaimedOnce: by several workers at once, and again when a lease is over.
func TestEachPhotoIsClaimedOnce(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.keep(t, 12)
	_, _, err := s.DeclareUpload(t.Context(), declared(99, "wang"), evidence.Quota{})
	require.NoError(t, err)
	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := map[string]int{}
	claimAll := func(now time.Time) {
		for {
			id, original, ok, err := s.ClaimScan(t.Context(), now, time.Minute)
			if !assert.NoError(t, err) || !ok {
				return
			}
			assert.NotZero(t, original)
			mu.Lock()
			seen[id]++
			mu.Unlock()
		}
	}
	for range 4 {
		wg.Go(func() { claimAll(day) })
	}
	wg.Wait()
	// SKIP LOCKED may leave one behind that another worker was just looking at.
	claimAll(day)
	assert.Len(t, seen, 12, "what is not whole is not scanned")
	for id, times := range seen {
		assert.Equal(t, 1, times, id)
	}
	claimAll(day.Add(time.Minute))
	for id, times := range seen {
		assert.Equal(t, 2, times, "nobody said anything of %s in time", id)
	}
}

func TestWhatAScannerSaidIsKept(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.keep(t, 4)
	no := register(t, s.Store, day).No
	require.NoError(t, s.attach(t.Context(), no, evidence.Attachment{File: fileID(1), Purpose: evidence.Before}))
	again := day.Add(time.Hour)
	settle := func(n int, state evidence.ScanState, found string) {
		require.NoError(t, s.SettleScan(t.Context(), fileID(n), evidence.Verdict{State: state, Found: found}, day, again))
	}
	settle(0, evidence.ScanClean, "")
	settle(1, evidence.ScanInfected, "Eicar-Signature")
	settle(1, evidence.ScanClean, "") // the first word counts
	settle(2, evidence.ScanError, "refused")
	for n, want := range []evidence.ScanState{evidence.ScanClean, evidence.ScanInfected, evidence.ScanError, evidence.ScanPending} {
		_, scan, err := s.FileObject(t.Context(), store.Everything, "wang", fileID(n), true)
		require.NoError(t, err)
		assert.Equal(t, want, scan)
		u, err := s.Upload(t.Context(), "wang", fileID(n))
		require.NoError(t, err)
		assert.Equal(t, want, u.Scan)
	}
	waits, err := s.UnscannedPhotos(t.Context(), day.Add(90*time.Minute))
	require.NoError(t, err)
	assert.Equal(t, view.Unscanned{Pending: 1, Failed: 1, Oldest: 90 * time.Minute}, waits)
	found, err := s.Photos(t.Context(), []string{fileID(0), fileID(1), fileID(2), fileID(3)}, evidence.Search{})
	require.NoError(t, err)
	assert.Len(t, found, 3, "no report can be made with malware")

	list, err := s.CaseFiles(t.Context(), store.Everything, no, "")
	require.NoError(t, err)
	require.Len(t, list, 1, "the case shows that there was one")
	assert.Equal(t, evidence.ScanInfected, list[0].Scan)
	told, err := s.CaseNotices(t.Context(), store.Everything, no)
	require.NoError(t, err)
	last := told[len(told)-1]
	assert.Equal(t, []any{"wang", no, "照片已停用"}, []any{last.To.User, last.No, last.TitleZH})
	inbox, err := s.Notices(t.Context(), store.Everything, domain.Actor{User: "wang"}, true, "", 10)
	require.NoError(t, err)
	assert.Len(t, inbox.Items, 1, "told once")

	rows, err := s.AuditRows(t.Context(), calendar.DateOf(time.Now()))
	require.NoError(t, err)
	require.Len(t, rows, 1)
	assert.Equal(t, audit.Entry{Actor: "system", Kind: audit.FileInfected, Object: fileID(1), Purpose: "Eicar-Signature", Reason: "uploaded by wang", Outcome: audit.OK}, rows[0].Entry)

	for _, at := range []time.Time{day, again} {
		claimed := map[string]bool{}
		for {
			id, _, ok, err := s.ClaimScan(t.Context(), at, 24*time.Hour)
			require.NoError(t, err)
			if !ok {
				break
			}
			claimed[id] = true
		}
		if at.Equal(day) {
			assert.Equal(t, map[string]bool{fileID(3): true}, claimed, "an error waits for its hour")
		} else {
			assert.Equal(t, map[string]bool{fileID(2): true}, claimed)
		}
	}
	settle(2, evidence.ScanClean, "")
	_, scan, err := s.FileObject(t.Context(), store.Everything, "wang", fileID(2), true)
	require.NoError(t, err)
	assert.Equal(t, evidence.ScanClean, scan, "an error is not for good")
}
