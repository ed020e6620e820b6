package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/evidence"
)

// Whoever knows number and code sends a photo of the matter, and attaches it.
func TestAPetitionerShowsAPhoto(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	at := "/api/v1/public/cases/" + no
	code := "?code=" + codeOf(no)
	declare := func(code, body string) int {
		return h.do(t, request{method: http.MethodPost, path: at + "/files" + code, body: body}).Code
	}
	assert.Equal(t, http.StatusNotFound, declare("?code=WRONG123", announcement()))
	assert.Equal(t, http.StatusNotFound, declare("", announcement()))
	assert.Empty(t, h.uploads)
	require.Equal(t, http.StatusCreated, declare(code, announcement()))
	require.Equal(t, http.StatusOK, declare(code, announcement()), "the answer was lost")
	assert.Equal(t, evidence.SenderOf(no), h.uploads[someFile].By)
	assert.Equal(t, "220402", h.uploads[someFile].County)

	file := at + "/files/" + someFile
	other := h.dispatched(t)
	assert.Equal(t, http.StatusNotFound, h.do(t, request{method: http.MethodGet, path: "/api/v1/public/cases/" + other + "/files/" + someFile + "?code=" + codeOf(other)}).Code, "of another matter")
	assert.Equal(t, http.StatusNotFound, h.do(t, request{as: liaison, method: http.MethodGet, path: "/api/v1/files/" + someFile}).Code)
	for n, part := range []string{"abcd", "efgh", "ij"} {
		path := fmt.Sprintf("%s/parts/%d", file, n+1)
		assert.Equal(t, http.StatusNotFound, h.do(t, request{method: http.MethodPut, path: path + "?code=WRONG123", body: part}).Code)
		res := h.do(t, request{method: http.MethodPut, path: path + code, body: part, header: map[string]string{"Content-Type": "application/octet-stream"}})
		require.Equal(t, http.StatusOK, res.Code, res.Body)
	}
	assert.Equal(t, http.StatusRequestEntityTooLarge, h.do(t, request{method: http.MethodPut, path: file + "/parts/1" + code, body: strings.Repeat("x", 4<<20+1)}).Code)
	res := h.do(t, request{method: http.MethodPost, path: file + "/complete" + code})
	require.Equal(t, http.StatusOK, res.Code, res.Body)
	assert.Contains(t, res.Body.String(), `"state":"complete"`)
	assert.NotContains(t, res.Body.String(), `"flags"`, "what was found is for officers")

	h.photos[someFile] = *h.uploads[someFile].Photo
	res = h.do(t, request{method: http.MethodPost, path: at + "/actions/show-photos" + code, body: `{"photos":["` + someFile + `"]}`, header: map[string]string{"Idempotency-Key": "k"}})
	require.Equal(t, http.StatusOK, res.Code, res.Body)
	assert.Equal(t, someFile, h.cases[no].Photos[0].ID)
	assert.Contains(t, res.Body.String(), `"photos":1,"photos_most":3`)

	many := 0
	for i := range 30 {
		if declare(code, announcement(someFile[:8], fmt.Sprintf("%08d", i))) == http.StatusTooManyRequests {
			many++
		}
	}
	assert.Positive(t, many, "an address is not endless")
}

// What is over takes no photos.
func TestAMatterThatIsOverTakesNoPhotos(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	at, code := "/api/v1/public/cases/"+no, "?code="+codeOf(no)
	res := h.do(t, request{method: http.MethodPost, path: at + "/actions/withdraw" + code, body: `{"statement":"已自行解决"}`, header: map[string]string{"Idempotency-Key": "k"}})
	require.Equal(t, http.StatusOK, res.Code, res.Body)
	res = h.do(t, request{method: http.MethodPost, path: at + "/files" + code, body: announcement()})
	assert.Equal(t, http.StatusConflict, res.Code)
	assert.Equal(t, "takes_no_photos", problemOf(t, res).Reason)
	assert.Empty(t, h.uploads)
}
