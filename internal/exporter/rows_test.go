package exporter_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"huajie/domain/export"
	"huajie/internal/sheet"
)

// TestMoreThanASheetHoldsIsRefused: at once, in plain words, and never cut; a CSV may have more.
func TestMoreThanASheetHoldsIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format export.Format
		most   int
		total  int
		why    string
	}{
		{export.XLSX, 2_000_000, sheet.MostRows, ""},
		{export.XLSX, 2_000_000, sheet.MostRows + 1, "too_many_rows"},
		{export.XLSX, 10, 11, "too_many_rows"},
		{export.CSV, 2_000_000, sheet.MostRows + 1, ""},
		{export.CSV, 10, 11, "too_many_rows"},
	} {
		d, m := newDesk(t)
		d.e.Format, d.total, m.Most = c.format, c.total, c.most
		m.Round(t.Context())
		assert.Equal(t, c.why, d.e.Why, c)
		assert.Equal(t, c.why == "", len(d.files) == 1, "no file is half made: %v", c)
	}
}
