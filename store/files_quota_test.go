package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/evidence"
)

// TestNoTwoUploadsSlipThroughAtOnce: twenty that begin at the same time are exactly as many as
// a quota lets through, and what is refused leaves nothing.
func TestNoTwoUploadsSlipThroughAtOnce(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]struct {
		quota  evidence.Quota
		by     func(n int) string
		reason string
	}{
		"files of a day": {daily(day, 5), func(int) string { return "wang" }, "too_many_uploads"},
		"bytes of a day": {evidence.Quota{Since: day, Bytes: 59}, func(int) string { return "wang" }, "too_many_bytes"},
		"unfinished":     {evidence.Quota{Since: day, Unfinished: 5}, func(int) string { return "wang" }, "too_many_unfinished"},
		"of everybody":   {evidence.Quota{Since: day, AllBytes: 59}, func(n int) string { return fmt.Sprint("member-", n) }, "uploads_crowded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fresh(t)
			var through atomic.Int32
			var wg sync.WaitGroup
			for n := range 20 {
				wg.Go(func() {
					_, created, err := s.DeclareUpload(t.Context(), declared(n, of.by(n)), of.quota)
					switch {
					case err == nil && created:
						through.Add(1)
					default:
						assert.Equal(t, of.reason, domain.ReasonOf(err))
					}
				})
			}
			wg.Wait()
			assert.EqualValues(t, 5, through.Load())
			left := 0
			for n := range 20 {
				if _, err := s.Upload(t.Context(), of.by(n), fileID(n)); err == nil {
					left++
				}
			}
			assert.Equal(t, 5, left)
		})
	}
}

// TestWhatIsFinishedMakesRoom: only what is on its way counts as unfinished, and the same
// announcement again does not count twice.
func TestWhatIsFinishedMakesRoom(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	one := evidence.Quota{Since: day, Unfinished: 1, AllBytes: 10}
	_, _, err := s.DeclareUpload(t.Context(), declared(1, "wang"), one)
	require.NoError(t, err)
	_, created, err := s.DeclareUpload(t.Context(), declared(1, "wang"), one)
	require.NoError(t, err)
	assert.False(t, created)
	_, _, err = s.DeclareUpload(t.Context(), declared(2, "wang"), one)
	assert.Equal(t, "too_many_unfinished", domain.ReasonOf(err))
	require.NoError(t, s.FinishUpload(t.Context(), fileID(1), evidence.Developed{Media: "image/jpeg", Width: 3, Height: 4}, day))
	_, _, err = s.DeclareUpload(t.Context(), declared(2, "wang"), one)
	require.NoError(t, err)
	_, _, err = s.DeclareUpload(t.Context(), declared(3, "li"), one)
	assert.Equal(t, "uploads_crowded", domain.ReasonOf(err), "li has none, but all together have too much")
	require.NoError(t, s.RefuseUpload(t.Context(), fileID(2), evidence.Refusal{Reason: "heic"}))
	_, _, err = s.DeclareUpload(t.Context(), declared(3, "li"), one)
	require.NoError(t, err)
}
