package evidence_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/evidence"
)

func TestWhatAQuotaAllows(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 15, 0, 0, 0, time.FixedZone("", 8*3600))
	q := evidence.QuotaOf(contextOf(t).Policy, now)
	assert.Equal(t, []any{200, int64(1024 << 20), 100}, []any{q.Files, q.Bytes, q.Unfinished})
	assert.Equal(t, 24*time.Hour, q.Until.Sub(q.Since))
	q.AllBytes = 5 << 30
	for name, of := range map[string]struct {
		used   evidence.Used
		code   domain.Code
		reason string
		wait   time.Duration
	}{
		"as much as there is":     {evidence.Used{Files: 200, Bytes: 1024 << 20, Unfinished: 100, AllBytes: 5 << 30}, "", "", 0},
		"one file more":           {evidence.Used{Files: 201}, domain.CodeTooMany, "too_many_uploads", 9 * time.Hour},
		"one byte more":           {evidence.Used{Bytes: 1024<<20 + 1}, domain.CodeTooMany, "too_many_bytes", 9 * time.Hour},
		"one more unfinished":     {evidence.Used{Unfinished: 101}, domain.CodeConflict, "too_many_unfinished", 0},
		"too much of everybody's": {evidence.Used{AllBytes: 5<<30 + 1}, domain.CodeUnavailable, "uploads_crowded", 5 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := q.Allows(of.used, now)
			assert.Equal(t, of.code, domain.CodeOf(err))
			assert.Equal(t, of.reason, domain.ReasonOf(err))
			if err != nil {
				var e *domain.Error
				require.ErrorAs(t, err, &e)
				assert.Equal(t, of.wait, e.Wait)
			}
		})
	}
	require.NoError(t, evidence.Quota{}.Allows(evidence.Used{Files: 1e9, Bytes: 1e18, Unfinished: 1e9, AllBytes: 1e18}, now), "nothing is bounded that is not said")
}
