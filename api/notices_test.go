package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/notice"
	"huajie/domain/view"
)

// mailTo puts a notice into somebody's inbox.
func (h *house) mailTo(user string, id int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mail[user] = append(h.mail[user], view.NoticeItem{ID: id, Message: notice.Message{N: "N20"}, At: noon})
}

// TestStreamTellsOfNotices: who is connected hears of a notice at once, who comes back
// hears how things stand, and nobody hears of what is for others.
func TestStreamTellsOfNotices(t *testing.T) {
	t.Parallel()
	w, srv := newWire(t, nil)
	no := w.registered(t)
	mine, other := w.follow(t, srv, "disp.220402", ""), w.follow(t, srv, "director.220402", "")
	mine.next(": following")
	other.next(": following")
	w.mailTo("disp.220402", 7)
	w.tell(no, 2) // every commit tells its number
	require.Equal(t, `data: {"id":7,"unread":1}`, mine.notice())
	w.mailTo("director.220402", 8)
	w.tell(no, 3)
	require.Equal(t, `data: {"id":8,"unread":1}`, other.notice(), "the first a colleague hears is their own")

	mine.close()
	w.mailTo("disp.220402", 9) // nobody listens; the process may even be another one
	require.Equal(t, `data: {"id":9,"unread":2}`, w.follow(t, srv, "disp.220402", "1").notice())
}

// notice is the data of the next event of a notice.
func (r *reader) notice() string {
	r.t.Helper()
	for r.next("event") != "event: notice" {
	}
	return r.next("data")
}

// TestNoticesOutliveTheConnection: what was posted while the ledger could not be heard
// is told when it can.
func TestNoticesOutliveTheConnection(t *testing.T) {
	t.Parallel()
	w, srv := newWire(t, nil)
	r := w.follow(t, srv, "disp.220402", "")
	r.next(": following")
	w.mailTo("disp.220402", 3)
	w.mu.Lock()
	close(w.broken)
	w.mu.Unlock()
	require.Equal(t, `data: {"id":3,"unread":1}`, r.notice())
}

func TestNoticesAreFetchedAndReceived(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mailTo("disp.220402", 4)
	h.mailTo("disp.220402", 5)
	call := func(method, path, user string, body any) *httptest.ResponseRecorder {
		r := request{method: method, path: "/api/v1" + path, as: user}
		if body != nil {
			b, err := json.Marshal(body)
			require.NoError(t, err)
			r.body = string(b)
		}
		return h.do(t, r)
	}
	ask := func(method, path, user string, body any) (status int, out map[string]any) {
		a := call(method, path, user, body)
		require.NoError(t, json.Unmarshal(a.Body.Bytes(), &out))
		return a.Code, out
	}
	status, page := ask(http.MethodGet, "/notices?after=start", "disp.220402", nil)
	require.Equal(t, http.StatusOK, status)
	require.Len(t, page["items"], 2)
	require.Equal(t, "next", page["next_cursor"])
	require.Equal(t, false, page["more"])
	require.EqualValues(t, 2, page["unread"])

	status, got := ask(http.MethodPost, "/notices/receipts", "disp.220402", map[string]any{"delivered": []int{4, 5}, "read": []int{4}})
	require.Equal(t, http.StatusOK, status)
	require.EqualValues(t, 1, got["unread"])
	_, page = ask(http.MethodGet, "/notices?unread=true", "disp.220402", nil)
	require.Len(t, page["items"], 1)
	status, got = ask(http.MethodPost, "/notices/receipts", "disp.220402", map[string]any{})
	require.Equal(t, http.StatusOK, status)
	require.EqualValues(t, 1, got["unread"])

	for name, row := range map[string]struct {
		method, path string
		body         any
		status       int
	}{
		"a cursor nobody made":     {http.MethodGet, "/notices?after=nonsense", nil, http.StatusBadRequest},
		"two directions":           {http.MethodGet, "/notices?after=start&unread=true", nil, http.StatusUnprocessableEntity},
		"no list":                  {http.MethodPost, "/notices/receipts", map[string]any{"read": "4"}, http.StatusUnprocessableEntity},
		"null":                     {http.MethodPost, "/notices/receipts", map[string]any{"read": nil}, http.StatusUnprocessableEntity},
		"no ids":                   {http.MethodPost, "/notices/receipts", map[string]any{"read": []any{"x"}}, http.StatusUnprocessableEntity},
		"not whole":                {http.MethodPost, "/notices/receipts", map[string]any{"read": []any{1.5}}, http.StatusUnprocessableEntity},
		"no id":                    {http.MethodPost, "/notices/receipts", map[string]any{"read": []any{0}}, http.StatusUnprocessableEntity},
		"too many":                 {http.MethodPost, "/notices/receipts", map[string]any{"read": make([]int, 501)}, http.StatusUnprocessableEntity},
		"a field there is not":     {http.MethodPost, "/notices/receipts", map[string]any{"seen": []int{4}}, http.StatusUnprocessableEntity},
		"a number that is masked":  {http.MethodPost, "/me/phone", map[string]any{"phone": "138****5678"}, http.StatusUnprocessableEntity},
		"a number":                 {http.MethodPost, "/me/phone", map[string]any{"phone": "13804371234"}, http.StatusNoContent},
		"a report without signing": {http.MethodPost, "/delivery/sms", map[string]any{"events": []any{}}, http.StatusUnauthorized},
	} {
		a := call(row.method, row.path, "disp.220402", row.body)
		require.Equal(t, row.status, a.Code, name)
		for _, number := range []string{"1380437", "138**"} { // three digits alone also stand in some request ids
			require.NotContains(t, a.Body.String(), number, name)
		}
	}
	require.Equal(t, "13804371234", h.phones["disp.220402"])
	require.NotContains(t, h.log.String(), "13804371234")
	for _, path := range []string{"/notices", "/notices?after=start"} {
		status, _ = ask(http.MethodGet, path, "", nil)
		require.Equal(t, http.StatusUnauthorized, status)
	}
}
