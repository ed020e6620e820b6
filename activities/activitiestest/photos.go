package activitiestest

import (
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain/evidence"
	"huajie/domain/geo"
)

// Shelf is a ledger that photos can be put beside.
type Shelf interface {
	activities.Ledger
	// KeepPhoto makes a photo of an account of a county whole, and attaches it to a
	// case where one is named.
	KeepPhoto(ctx context.Context, county string, p evidence.Photo, no string) error
}

// shelved is a photo in memory.
type shelved struct {
	evidence.Photo
	county, no string
}

// KeepPhoto implements Shelf.
func (m *Memory) KeepPhoto(_ context.Context, county string, p evidence.Photo, no string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	p.Twins = nil
	m.photos = append(m.photos, shelved{p, county, no})
	return nil
}

// Photos gives whole photos with their twins (activities.Current).
func (c current) Photos(ids []string, search evidence.Search) (map[string]evidence.Photo, error) {
	out := map[string]evidence.Photo{}
	for _, p := range c.m.photos {
		if slices.Contains(ids, p.ID) {
			out[p.ID] = withTwins(p, c.m.photos, ids, search)
		}
	}
	return out, nil
}

func withTwins(p shelved, all []shelved, ids []string, search evidence.Search) evidence.Photo {
	for _, o := range all {
		if o.county == p.county && search.IsTwin(p.Photo, o.Photo, o.no != "", slices.Contains(ids, o.ID)) {
			p.Twins = append(p.Twins, evidence.Twin{ID: o.ID, Case: o.no, By: o.By, At: o.UploadedAt, Same: o.SHA256 == p.SHA256, Bits: evidence.Distance(o.PHash, p.PHash)})
		}
	}
	slices.SortFunc(p.Twins, func(a, b evidence.Twin) int {
		same := map[bool]int{true: 0, false: 1}
		return cmp.Or(same[a.Same]-same[b.Same], a.At.Compare(b.At), strings.Compare(a.ID, b.ID))
	})
	return p.Photo
}

// TestPhotos is what every ledger must know of photos, by the words of
// activities.Current.
func TestPhotos(t *testing.T, newShelf func(t *testing.T) Shelf) {
	l, r := newShelf(t), rand.New(rand.NewPCG(66, 3))
	no := open(t, l, "").No
	var all []shelved
	for i := range 60 {
		p := anyPhoto(r, i)
		if r.IntN(3) == 0 {
			p.no = no
		}
		all = append(all, p)
		require.NoError(t, l.KeepPhoto(t.Context(), p.county, p.Photo, p.no))
	}
	found := 0
	for n := range 60 {
		search := evidence.Search{Since: Day.AddDate(0, 0, -5), Bits: n % 15}
		ids := []string{"none", all[r.IntN(len(all))].ID, all[r.IntN(len(all))].ID, all[r.IntN(len(all))].ID}
		want := map[string]evidence.Photo{}
		for _, p := range all {
			if slices.Contains(ids, p.ID) {
				want[p.ID] = withTwins(p, all, ids, search)
				found += len(want[p.ID].Twins)
			}
		}
		look(t, l, no, func(cur activities.Current) {
			got, err := cur.Photos(ids, search)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
	require.Positive(t, found, "some were shown before")
	look(t, l, no, func(cur activities.Current) {
		got, err := cur.Photos(nil, evidence.Search{Bits: 6})
		require.NoError(t, err)
		assert.Empty(t, got)
	})
}

// anyPhoto is one of few that are much alike.
func anyPhoto(r *rand.Rand, i int) shelved {
	looks := []uint64{0, 0xf0f0_1234_5678_9abc, 0xf0f0_1234_5678_9abf, 0xf0f0_1234_5678_ffff, 0x0f0f_edcb_a987_6543, 1<<63 | 1}
	p := evidence.Photo{
		ID: fmt.Sprintf("00000000-0000-4000-8000-%012x", i), SHA256: hex.EncodeToString(slices.Repeat([]byte{byte(r.IntN(12))}, 32)),
		PHash: blurred(r, looks[r.IntN(len(looks))]), TakenAt: Day.Add(-time.Hour), UploadedAt: Day.Add(-time.Duration(r.IntN(10*24)) * time.Hour),
		Source: evidence.Live, Width: 4000, Height: 3000, Bytes: 1234, By: []string{"wang", "li"}[r.IntN(2)], Device: "phone",
	}
	if r.IntN(2) == 0 {
		p.At, p.Accuracy = &geo.Point{Lat: 42.9, Lon: 125.1}, 8
		p.ExifAt, p.ExifTime = &geo.Point{Lat: 42.91, Lon: 125.11}, Day.Add(-2*time.Hour)
	}
	return shelved{p, []string{"220402", "220403"}[r.IntN(2)], ""}
}

// blurred is a look with some bits the other way round.
func blurred(r *rand.Rand, look uint64) uint64 {
	for range r.IntN(8) {
		look ^= 1 << r.IntN(64)
	}
	return look
}
