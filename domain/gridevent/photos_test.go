package gridevent_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/form"
	"huajie/domain/gridevent"
)

// TestACaseHoldsSoManyPhotos: whatever step brings them (photo.case).
func TestACaseHoldsSoManyPhotos(t *testing.T) {
	t.Parallel()
	p := newPlay(t, moment("2026-03-02 23:00"))
	p.report(member, form.Input{"category": "E0101", "photos": p.shots(2), "photos_missing": "相机故障"})
	for len(p.c.Photos) < 99 {
		p.c.Photos = append(p.c.Photos, gridevent.Photo{ID: fmt.Sprint("earlier-", len(p.c.Photos))})
	}
	p.refuse("too_many", member, "add-photos", form.Input{"photos": p.shots(2)})
	p.do(member, "add-photos", form.Input{"photos": p.shots(1)})
	require.Len(t, p.c.Photos, 100)
}
