package store_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities/activitiestest"
	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/domain/geo"
	"huajie/domain/view"
	"huajie/store"
)

// shelf is a store with a connection of its own to attach photos by.
type shelf struct {
	*store.Store
	conn *pgx.Conn
}

func newShelf(t *testing.T) shelf {
	s, url := freshAt(t)
	return shelf{s, raw(t, url)}
}

// KeepPhoto implements activitiestest.Shelf.
func (s shelf) KeepPhoto(ctx context.Context, county string, p evidence.Photo, no string) error {
	u := evidence.Upload{By: p.By, County: county, CreatedAt: p.UploadedAt, Declared: evidence.Declared{
		ID: p.ID, SHA256: p.SHA256, Size: p.Bytes, Media: "image/jpeg", PartSize: 1000, TakenAt: p.TakenAt, At: p.At, Accuracy: p.Accuracy, Source: p.Source, Device: p.Device}}
	if _, _, err := s.DeclareUpload(ctx, u, evidence.Quota{}); err != nil {
		return err
	}
	d := evidence.Developed{Media: "image/jpeg", Width: p.Width, Height: p.Height, PHash: p.PHash, ExifAt: p.ExifAt, ExifTime: p.ExifTime,
		Full: sha256.Sum256([]byte(p.ID)), Thumb: sha256.Sum256([]byte("thumb" + p.ID))}
	if err := s.FinishUpload(ctx, p.ID, d, p.UploadedAt); err != nil || no == "" {
		return err
	}
	return s.attach(ctx, no, evidence.Attachment{File: p.ID, Purpose: evidence.Before})
}

// attach is what the commit of an event does; cases of any kind serve to see who may look.
func (s shelf) attach(ctx context.Context, no string, list ...evidence.Attachment) error {
	for _, a := range list {
		if a.Flags == nil {
			a.Flags = []evidence.Flag{}
		}
		if _, err := s.conn.Exec(ctx, `INSERT INTO case_files (no, seq, file_id, purpose, at, flags) VALUES ($1, 1, $2, $3, $4, $5)`, no, a.File, a.Purpose, day, a.Flags); err != nil {
			return err
		}
	}
	return nil
}

func TestStoreKnowsPhotos(t *testing.T) {
	t.Parallel()
	activitiestest.TestPhotos(t, func(t *testing.T) activitiestest.Shelf { return newShelf(t) })
}

// fileID makes up ids of files.
func fileID(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", n) }

func declared(n int, by string) evidence.Upload {
	sum := sha256.Sum256([]byte("abcdefghij"))
	return evidence.Upload{By: by, County: "220402", CreatedAt: day, Declared: evidence.Declared{ID: fileID(n), SHA256: hex.EncodeToString(sum[:]),
		Size: 10, Media: "image/jpeg", PartSize: 4, TakenAt: day, At: &geo.Point{Lat: 42.9, Lon: 125.1}, Accuracy: 5, Source: evidence.Live, Device: "phone"}}
}

// daily lets so many files through since a moment.
func daily(since time.Time, files int) evidence.Quota {
	return evidence.Quota{Since: since, Until: since.AddDate(0, 0, 1), Files: files}
}

func put(t *testing.T, s *store.Store, by string, n, part int, data string, at time.Time) (evidence.Upload, error) {
	t.Helper()
	sum := sha256.Sum256([]byte(data))
	return s.PutPart(t.Context(), by, fileID(n), evidence.Part{N: part, Size: len(data), SHA256: hex.EncodeToString(sum[:])}, []byte(data), at)
}

func TestAnUploadIsDeclaredOnce(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	u, created, err := s.DeclareUpload(t.Context(), declared(1, "wang"), daily(day, 2))
	require.NoError(t, err)
	assert.True(t, created)
	assert.Equal(t, evidence.Uploading, u.State)
	assert.Equal(t, []int{1, 2, 3}, u.Missing())

	again, created, err := s.DeclareUpload(t.Context(), declared(1, "wang"), daily(day, 2))
	require.NoError(t, err)
	assert.False(t, created)
	assert.Equal(t, u, again)

	other := declared(1, "wang")
	other.At = &geo.Point{Lat: 42.9, Lon: 125.2}
	for _, w := range []evidence.Upload{other, declared(1, "li")} {
		_, _, err = s.DeclareUpload(t.Context(), w, daily(day, 2))
		assert.Equal(t, domain.CodeConflict, domain.CodeOf(err))
		assert.Equal(t, "key_reused", domain.ReasonOf(err))
	}

	_, _, err = s.DeclareUpload(t.Context(), declared(2, "wang"), daily(day, 2))
	require.NoError(t, err)
	_, _, err = s.DeclareUpload(t.Context(), declared(3, "wang"), daily(day, 2))
	assert.Equal(t, domain.CodeTooMany, domain.CodeOf(err))
	_, err = s.Upload(t.Context(), "wang", fileID(3))
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err), "what is too much leaves nothing")
	_, _, err = s.DeclareUpload(t.Context(), declared(3, "wang"), daily(day.Add(time.Hour), 2))
	require.NoError(t, err, "the next day")
}

func TestPartsMayComeAgainAndInAnyOrder(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	_, _, err := s.DeclareUpload(t.Context(), declared(1, "wang"), daily(day, 10))
	require.NoError(t, err)
	for _, p := range []struct {
		n    int
		data string
		left []int
	}{{3, "ij", []int{1, 2}}, {1, "abxd", []int{2}}, {2, "efgh", []int{}}, {2, "efgh", []int{}}, {1, "abcd", []int{}}} {
		u, err := put(t, s, "wang", 1, p.n, p.data, day)
		require.NoError(t, err)
		assert.Equal(t, p.left, u.Missing())
	}
	_, err = put(t, s, "li", 1, 1, "abcd", day)
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err), "somebody else's")
	_, err = s.Upload(t.Context(), "li", fileID(1))
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))

	whole, err := s.UploadedBytes(t.Context(), fileID(1))
	require.NoError(t, err)
	assert.Equal(t, "abcdefghij", string(whole), "a part replaces the one with its number")

	require.NoError(t, s.FinishUpload(t.Context(), fileID(1), evidence.Developed{Media: "image/jpeg", Width: 3, Height: 4}, day))
	require.NoError(t, s.FinishUpload(t.Context(), fileID(1), evidence.Developed{Media: "image/jpeg", Width: 9, Height: 9}, day.Add(time.Hour)))
	require.NoError(t, s.RefuseUpload(t.Context(), fileID(1), evidence.Refusal{Reason: "damaged"}))
	u, err := put(t, s, "wang", 1, 1, "abcd", day)
	require.NoError(t, err, "the same once more")
	require.NotNil(t, u.Photo)
	assert.Equal(t, []int{3, 4}, []int{u.Photo.Width, u.Photo.Height}, "the first that finishes counts")
	assert.Empty(t, u.Missing())
	_, err = put(t, s, "wang", 1, 1, "abxd", day)
	assert.Equal(t, "upload_over", domain.ReasonOf(err))
	whole, err = s.UploadedBytes(t.Context(), fileID(1))
	require.NoError(t, err)
	assert.Empty(t, whole, "its parts take no room any more")
}

func TestARefusedUploadSaysWhy(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	_, _, err := s.DeclareUpload(t.Context(), declared(1, "wang"), daily(day, 10))
	require.NoError(t, err)
	why := evidence.Refusal{Reason: "heic", Text: domain.Text{ZH: "不支持", EN: "no"}}
	require.NoError(t, s.RefuseUpload(t.Context(), fileID(1), why))
	u, err := s.Upload(t.Context(), "wang", fileID(1))
	require.NoError(t, err)
	assert.Equal(t, evidence.Refused, u.State)
	assert.Equal(t, &why, u.Refusal)
	assert.Nil(t, u.Photo)
	found, err := s.Photos(t.Context(), []string{fileID(1)}, evidence.Search{})
	require.NoError(t, err)
	assert.Empty(t, found)
}

func TestTheForgottenAreSwept(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	for n, by := range []string{"wang", "wang", "wang"} {
		_, _, err := s.DeclareUpload(t.Context(), declared(n, by), daily(day, 10))
		require.NoError(t, err)
		_, err = put(t, s.Store, by, n, 1, "abcd", day)
		require.NoError(t, err)
	}
	require.NoError(t, s.FinishUpload(t.Context(), fileID(0), evidence.Developed{Media: "image/jpeg"}, day))
	_, err := put(t, s.Store, "wang", 1, 2, "efgh", day.AddDate(0, 0, 8))
	require.NoError(t, err)

	swept, err := s.SweepUploads(t.Context(), day.AddDate(0, 0, 7))
	require.NoError(t, err)
	assert.Equal(t, 1, swept)
	for n, want := range []domain.Code{"", "", domain.CodeNotFound} {
		_, err := s.Upload(t.Context(), "wang", fileID(n))
		assert.Equal(t, want, domain.CodeOf(err), "only what nobody has gone on with: %d", n)
	}
	var parts int
	require.NoError(t, s.conn.QueryRow(t.Context(), `SELECT count(*) FROM file_parts WHERE file_id = $1`, fileID(2)).Scan(&parts))
	assert.Zero(t, parts)
}

// TestPhotosAreSeenWithTheirCase: with any scope and any case, a copy of a photo is given
// to its uploader and to whoever may read the case, and to nobody else.
func TestPhotosAreSeenWithTheirCase(t *testing.T) {
	t.Parallel()
	s, r := newShelf(t), seeded(t, 66)
	cases := seed(t, s.Store, r, 40)
	for i, c := range cases {
		p := evidence.Photo{ID: fileID(i), SHA256: hex.EncodeToString(make([]byte, 32)), TakenAt: day, UploadedAt: day, Source: evidence.Live, Bytes: 1, By: pick(r, officers...)}
		require.NoError(t, s.KeepPhoto(t.Context(), c.County, p, ""))
		flags := []evidence.Flag{{Code: evidence.Far, Metres: 230, Text: domain.Text{ZH: "远", EN: "far"}}}
		require.NoError(t, s.attach(t.Context(), c.No, evidence.Attachment{File: p.ID, Purpose: evidence.Before, Flags: flags}))
	}
	seen, hidden := 0, 0
	for range 40 {
		scope := anyScope(r)
		for i, c := range cases {
			f, err := s.CaseFiles(t.Context(), scope, c.No, "")
			require.NoError(t, err)
			thumb, scan, objectErr := s.FileObject(t.Context(), scope, "nobody", fileID(i), true)
			full, _, _ := s.FileObject(t.Context(), scope, "nobody", fileID(i), false)
			if !scope.Sees(c.Card()) || !scope.Reads(c.Card()) {
				hidden++
				assert.Empty(t, f)
				assert.Equal(t, domain.CodeNotFound, domain.CodeOf(objectErr))
				continue
			}
			seen++
			require.Len(t, f, 1)
			assert.Equal(t, []any{fileID(i), evidence.Before, 1, 230}, []any{f[0].ID, f[0].Purpose, f[0].Seq, f[0].Flags[0].Metres})
			require.NoError(t, objectErr)
			assert.Equal(t, sha256.Sum256([]byte("thumb"+fileID(i))), thumb)
			assert.Equal(t, evidence.ScanPending, scan)
			assert.Equal(t, sha256.Sum256([]byte(fileID(i))), full)
			own, err := s.CaseFiles(t.Context(), scope, c.No, f[0].By)
			require.NoError(t, err)
			assert.Equal(t, f, own)
			none, err := s.CaseFiles(t.Context(), scope, c.No, "nobody")
			require.NoError(t, err)
			assert.Empty(t, none)
		}
	}
	assert.Positive(t, seen)
	assert.Positive(t, hidden)
	u, err := s.Photos(t.Context(), []string{fileID(0)}, evidence.Search{})
	require.NoError(t, err)
	_, _, err = s.FileObject(t.Context(), view.Scope{}, u[fileID(0)].By, fileID(0), true)
	require.NoError(t, err, "the uploader needs no case")
}
