package api_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/domain/view"
)

// files are photos in a map: what they are is not looked at.
type files struct{ h *house }

func (f files) MostBytes() int64 { return 1 << 20 }

func (f files) Declare(_ context.Context, want evidence.Upload, _ evidence.Quota) (evidence.Upload, bool, error) {
	f.h.mu.Lock()
	defer f.h.mu.Unlock()
	u, known := f.h.uploads[want.ID]
	if !known {
		want.State = evidence.Uploading
		f.h.uploads[want.ID] = want
		return want, true, f.h.fault()
	}
	if u.By != want.By || !u.Equal(want.Declared) {
		return u, false, &domain.Error{Code: domain.CodeConflict, Reason: "key_reused"}
	}
	return u, false, nil
}

func (f files) Show(_ context.Context, account, id string, _ evidence.Search) (evidence.Upload, error) {
	f.h.mu.Lock()
	defer f.h.mu.Unlock()
	u, known := f.h.uploads[id]
	if !known || u.By != account {
		return u, domain.NotFound()
	}
	return u, f.h.fault()
}

func (f files) Put(ctx context.Context, account, id string, n int, data []byte, _ time.Time) (evidence.Upload, error) {
	u, err := f.Show(ctx, account, id, evidence.Search{})
	if err != nil {
		return u, err
	}
	if len(data) != u.SizeOf(n) {
		return u, &domain.Error{Code: domain.CodeInvalid, Reason: "part_size"}
	}
	f.h.mu.Lock()
	defer f.h.mu.Unlock()
	sum := sha256.Sum256(data)
	u.Parts = append(u.Parts, evidence.Part{N: n, Size: len(data), SHA256: hex.EncodeToString(sum[:])})
	f.h.uploads[id] = u
	return u, nil
}

func (f files) Finish(ctx context.Context, account, id string, at time.Time) error {
	u, err := f.Show(ctx, account, id, evidence.Search{})
	if err != nil {
		return err
	}
	f.h.mu.Lock()
	defer f.h.mu.Unlock()
	u.State = evidence.Complete
	u.Photo = &evidence.Photo{ID: id, SHA256: u.SHA256, TakenAt: u.TakenAt, UploadedAt: at, ExifTime: u.TakenAt.Add(-time.Hour), At: u.At, Source: u.Source, By: u.By}
	f.h.uploads[id] = u
	return nil
}

func (f files) Content(_ context.Context, scope view.Scope, account, id string, thumb bool) ([]byte, error) {
	f.h.mu.Lock()
	defer f.h.mu.Unlock()
	if u, known := f.h.uploads[id]; !known || (u.By != account && !slices.Contains(scope.Counties, "220402")) {
		return nil, domain.NotFound()
	}
	return fmt.Appendf(nil, "picture, thumb %t", thumb), nil
}

func (f files) CaseFiles(_ context.Context, _ view.Scope, _, only string) ([]view.CaseFile, error) {
	var out []view.CaseFile
	for _, x := range f.h.attached {
		if only == "" || only == x.By {
			out = append(out, x)
		}
	}
	return out, f.h.fault()
}

const someFile = "0b9fdc1e-8f5c-4d0c-9a57-0c3f1d0a7e11"

// announcement is a declaration, some of whose words are replaced.
func announcement(replace ...string) string {
	return strings.NewReplacer(replace...).Replace(`{"id":"` + someFile + `","sha256":"` + strings.Repeat("ab", 32) + `","size":10,"type":"image/jpeg","part_size":4,` +
		`"captured":{"at":"2026-11-23T09:50:00+08:00","lat":42.9,"lon":125.1,"accuracy":8.5,"source":"live","device":"phone"}}`)
}

func fileView(t *testing.T, res *httptest.ResponseRecorder) (v struct {
	State   string
	Missing []int
	Parts   []evidence.Part
	Photo   struct {
		Flags  []evidence.Flag
		Blocks bool
	}
}) {
	t.Helper()
	require.NoError(t, json.Unmarshal(res.Body.Bytes(), &v), res.Body.String())
	return v
}

func TestAPhotoComesInParts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	at := "/api/v1/files/" + someFile
	first := h.do(t, request{as: liaison, method: http.MethodPost, path: "/api/v1/files", body: announcement()})
	require.Equal(t, http.StatusCreated, first.Code, first.Body)
	assert.Equal(t, at, first.Header().Get("Location"))
	assert.Equal(t, []int{1, 2, 3}, fileView(t, first).Missing)
	assert.Equal(t, "220402", h.uploads[someFile].County, "photos are compared within the county of the account")

	again := h.do(t, request{as: liaison, method: http.MethodPost, path: "/api/v1/files", body: announcement()})
	assert.Equal(t, http.StatusOK, again.Code)
	reused := h.do(t, request{as: liaison, method: http.MethodPost, path: "/api/v1/files", body: announcement("42.9", "42.8")})
	assert.Equal(t, http.StatusConflict, reused.Code)
	assert.Equal(t, "key_reused", problemOf(t, reused).Reason)

	for n, part := range map[int]string{1: "abcd", 2: "efgh", 3: "ij"} {
		res := h.do(t, request{as: liaison, method: http.MethodPut, path: fmt.Sprintf("%s/parts/%d", at, n), body: part, header: map[string]string{"Content-Type": "application/octet-stream"}})
		require.Equal(t, http.StatusOK, res.Code, res.Body)
	}
	res := h.do(t, request{as: liaison, method: http.MethodPost, path: at + "/complete"})
	require.Equal(t, http.StatusOK, res.Code, res.Body)
	v := fileView(t, res)
	assert.Equal(t, "complete", v.State)
	assert.Empty(t, v.Missing)
	require.Len(t, v.Photo.Flags, 1)
	assert.Equal(t, evidence.TimeMismatch, v.Photo.Flags[0].Code)
	assert.False(t, v.Photo.Blocks)
	assert.Equal(t, http.StatusNotFound, h.do(t, request{as: dispatcher, method: http.MethodGet, path: at}).Code, "somebody else's")
	assert.Equal(t, http.StatusNotFound, h.do(t, request{as: dispatcher, method: http.MethodPost, path: at + "/complete"}).Code)
	assert.Equal(t, http.StatusUnauthorized, h.do(t, request{method: http.MethodGet, path: at}).Code)
}

func TestAPartMayBeLargerThanAForm(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	body := announcement(`"size":10`, `"size":1048576`, `"part_size":4`, `"part_size":1048576`)
	require.Equal(t, http.StatusCreated, h.do(t, request{as: liaison, method: http.MethodPost, path: "/api/v1/files", body: body}).Code)
	for _, of := range []struct{ size, status int }{{1 << 20, http.StatusOK}, {4 << 20, http.StatusUnprocessableEntity}, {4<<20 + 1, http.StatusRequestEntityTooLarge}} {
		res := h.do(t, request{as: liaison, method: http.MethodPut, path: "/api/v1/files/" + someFile + "/parts/1", body: strings.Repeat("x", of.size)})
		assert.Equal(t, of.status, res.Code)
	}
	res := h.do(t, request{as: liaison, method: http.MethodPost, path: "/api/v1/files", body: strings.Repeat(" ", 1<<20+1)})
	assert.Equal(t, http.StatusRequestEntityTooLarge, res.Code, "a form may not")
}

func TestAnAnnouncementIsChecked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, of := range map[string]struct {
		body   string
		faults []string
	}{
		"nothing":              {`{}`, []string{"captured:required", "id:required", "sha256:required", "size:required", "type:required"}},
		"no UUID":              {announcement(someFile, "photo-1"), []string{"id:type"}},
		"a UUID in capitals":   {announcement(someFile, strings.ToUpper(someFile)), nil},
		"no hash":              {announcement("abab", "zzzz"), []string{"sha256:type"}},
		"too large":            {announcement(`"size":10`, `"size":2000000`), []string{"size:range"}},
		"too many parts":       {announcement(`"size":10`, `"size":100000`), []string{"part_size:range"}},
		"parts too large":      {announcement(`"part_size":4`, `"part_size":5000000`), []string{"part_size:range"}},
		"HEIC":                 {announcement("jpeg", "heic"), []string{"type:heic"}},
		"a film":               {announcement("image/jpeg", "video/mp4"), []string{"type:unknown_code"}},
		"half a place":         {announcement(`"lat":42.9,`, ``), []string{"captured.lat:range"}},
		"no place":             {announcement(`"lat":42.9,"lon":125.1,"accuracy":8.5,`, ``), nil},
		"off the earth":        {announcement(`42.9`, `142.9`), []string{"captured.lat:range"}},
		"words for numbers":    {announcement(`42.9`, `"here"`, `8.5`, `-1`), []string{"captured.accuracy:range", "captured.lat:range", "captured.lat:type"}},
		"no source, no moment": {announcement(`"live"`, `"found"`, `2026-11-23T09:50:00+08:00`, `this morning`), []string{"captured.at:type", "captured.source:unknown_code"}},
		"something else":       {announcement(`"device"`, `"owner"`), []string{"captured.owner:unknown_field"}},
	} {
		t.Run(name, func(t *testing.T) {
			res := h.do(t, request{as: liaison, method: http.MethodPost, path: "/api/v1/files", body: of.body})
			if of.faults == nil {
				assert.Less(t, res.Code, 300, res.Body)
				delete(h.uploads, someFile)
				return
			}
			require.Equal(t, http.StatusUnprocessableEntity, res.Code, res.Body)
			var told []string
			for _, f := range problemOf(t, res).Errors {
				told = append(told, f.Field+":"+f.Reason)
			}
			slices.Sort(told)
			assert.Equal(t, of.faults, told)
		})
	}
}

func TestAPictureIsNothingButAPicture(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	require.Equal(t, http.StatusCreated, h.do(t, request{as: liaison, method: http.MethodPost, path: "/api/v1/files", body: announcement()}).Code)
	path := "/api/v1/files/" + someFile + "/content"
	for size, body := range map[string]string{"": "picture, thumb false", "?size=full": "picture, thumb false", "?size=thumb": "picture, thumb true"} {
		res := h.do(t, request{as: dispatcher, method: http.MethodGet, path: path + size})
		require.Equal(t, http.StatusOK, res.Code, res.Body)
		assert.Equal(t, body, res.Body.String())
		for name, value := range map[string]string{
			"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
			"Cache-Control": "private, no-cache", "Content-Disposition": `inline; filename="photo.jpg"`, "Cross-Origin-Resource-Policy": "same-origin",
		} {
			assert.Equal(t, value, res.Header().Get(name))
		}
		again := map[string]string{"If-None-Match": res.Header().Get("ETag")}
		assert.Equal(t, http.StatusNotModified, h.do(t, request{as: dispatcher, method: http.MethodGet, path: path + size, header: again}).Code)
		assert.Equal(t, http.StatusNotFound, h.do(t, request{as: elsewhere, method: http.MethodGet, path: path + size, header: again}).Code, "who has a copy and may not see it any more")
	}
	assert.Equal(t, http.StatusNotFound, h.do(t, request{as: elsewhere, method: http.MethodGet, path: path}).Code)
	assert.Equal(t, http.StatusUnauthorized, h.do(t, request{method: http.MethodGet, path: path}).Code)
	assert.Equal(t, http.StatusUnprocessableEntity, h.do(t, request{as: liaison, method: http.MethodGet, path: path + "?size=huge"}).Code)
}

func TestPhotosOfACase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	path := "/api/v1/cases/" + no + "/files"
	res := h.do(t, request{as: dispatcher, method: http.MethodGet, path: path})
	require.Equal(t, http.StatusOK, res.Code)
	assert.JSONEq(t, `{"items":[]}`, res.Body.String())
	h.attached = []view.CaseFile{{ID: someFile, Purpose: evidence.Before, Seq: 1, AttachedAt: noon, TakenAt: noon, UploadedAt: noon, By: liaison, Source: evidence.Live,
		Flags: []evidence.Flag{{Code: evidence.Far, Metres: 230, Text: domain.Text{ZH: "远", EN: "far"}}}}}
	res = h.do(t, request{as: dispatcher, method: http.MethodGet, path: path})
	require.Equal(t, http.StatusOK, res.Code)
	assert.Contains(t, res.Body.String(), `"metres":230`)
	assert.Equal(t, http.StatusNotFound, h.do(t, request{as: elsewhere, method: http.MethodGet, path: path}).Code)
}
