package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/internal/testkit/hostile"
)

// doorOfFuzz is a house with a case in it, for every input one and the same.
func doorOfFuzz(f *testing.F) (*house, *contract, []hostile.Op, string) {
	f.Helper()
	h := newHouse(f)
	c, err := theContract()
	require.NoError(f, err)
	return h, c, hostile.Operations(c.doc, "follow-changes"), h.dispatched(f)
}

// sound holds an answer against all that must be true of every one.
func (h *house) sound(t *testing.T, c *contract, o hostile.Op, req *http.Request, secret string) {
	t.Helper()
	res := httptest.NewRecorder()
	h.handler.ServeHTTP(res, req)
	if res.Code >= 500 {
		t.Fatalf("%s: %d %s", o.ID, res.Code, res.Body)
	}
	c.check(t, o.Method, req.URL.Path, res)
	if secret != "" && res.Code >= 400 && strings.Contains(res.Body.String(), secret) {
		t.Fatalf("%s repeats what was sent: %s", o.ID, res.Body)
	}
}

// FuzzBody: whatever the bytes of a body, of whatever operation, it is answered, by the
// document, and a refusal does not hold it.
func FuzzBody(f *testing.F) {
	h, c, operations, no := doorOfFuzz(f)
	var taking []hostile.Op
	for _, o := range operations {
		if o.Media != "" {
			taking = append(taking, o)
		}
	}
	for i := range taking {
		f.Add(uint16(i), []byte(`{"summary":"ZQJXWV","reason":1}`))
	}
	for _, body := range [][]byte{nil, []byte("{"), []byte("null"), []byte(`{"a":1}{"b":2}`), []byte(`{"summary":"a","summary":["b"]}`),
		bytes.Repeat([]byte("["), 20_000), bytes.Repeat([]byte(`{"petitioner":`), 11_000), []byte(`{"headcount":1e999999}`), []byte(`{"headcount":` + strings.Repeat("9", 4000) + `}`),
		[]byte(`{"headcount":-0.0000000000000000000001}`), []byte("{\"summary\":\"ZQJXWV\xff\xfe\"}"), []byte(`{"summary":"ZQJXWV\u0000"}`), []byte(`{"summary":"\ud800ZQJXWV"}`),
		[]byte("\xef\xbb\xbf{}"), []byte("\xff\xfe{\x00}\x00"), []byte("--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nx\r\n--x--"), []byte("summary=x&reason=y"), bytes.Repeat([]byte("x"), 1<<20+1)} {
		for _, i := range []int{0, len(taking) / 3, len(taking) / 2, len(taking) - 1} {
			f.Add(uint16(i), body)
		}
	}
	f.Fuzz(func(t *testing.T, which uint16, body []byte) {
		o := taking[int(which)%len(taking)]
		h.now = h.now.Add(failureWindowAndMore) // what was guessed before is forgotten
		req := httptest.NewRequest(o.Method, strings.NewReplacer("{no}", no, "{id}", someFile, "{n}", "1", "{provider}", "sms").Replace(o.Path), bytes.NewReader(body))
		req.Header.Set("Content-Type", o.Media)
		req.Header.Set("Idempotency-Key", "fuzz")
		req.Header.Set("Authorization", "Bearer test-"+[]string{clerk, dispatcher, liaison, walker, admin}[int(which)%5])
		secret := ""
		if bytes.Contains(body, []byte(marker)) {
			secret = marker
		}
		h.sound(t, c, o, req, secret)
	})
}

// fuzzedHeaders are the headers that are read, each of them by something else.
var fuzzedHeaders = []string{"If-Match", "If-None-Match", "Idempotency-Key", "Accept-Language", "Authorization", "Range", "Content-Type", "Cookie", "X-Forwarded-For", "Origin", "Accept", "X-Signature", "X-Timestamp", "X-Namespace", "Content-Encoding", "Expect"}

// FuzzHeader: the same of whatever stands in a header.
func FuzzHeader(f *testing.F) {
	h, c, operations, no := doorOfFuzz(f)
	for i := range fuzzedHeaders {
		for j, v := range []string{"", "*", `"3"`, `W/"3", "4"`, `"`, ",,,", "bytes=0-1,2-3", "Bearer", "Bearer \x00", "en;q=1e999,zh;q=-1", ";q=;", "application/json; charset=\xff", "huajie_session=\"a", "1.1.1.1, ::ffff:10.0.0.1, x",
			strings.Repeat("a,", 3000), "gzip", "null", "ZQJXWV\r\nX-Injected: 1", "9223372036854775808"} {
			f.Add(uint8(i), uint16(i*31+j*7), v)
		}
	}
	f.Fuzz(func(t *testing.T, name uint8, which uint16, value string) {
		o := operations[int(which)%len(operations)]
		h.now = h.now.Add(failureWindowAndMore)
		req := httptest.NewRequest(o.Method, strings.NewReplacer("{no}", no, "{id}", someFile, "{n}", "1", "{code}", theGrid, "{provider}", "sms").Replace(o.Path), strings.NewReader("{}"))
		req.Header.Set("Authorization", "Bearer test-"+dispatcher)
		req.Header.Set("Idempotency-Key", "fuzz")
		req.Header.Set(fuzzedHeaders[int(name)%len(fuzzedHeaders)], value)
		h.sound(t, c, o, req, "")
	})
}

// FuzzQuery: the same of whatever stands behind the question mark, and in the path.
func FuzzQuery(f *testing.F) {
	h, c, operations, no := doorOfFuzz(f)
	for i, o := range operations {
		if len(o.Query) > 0 {
			f.Add(uint16(i), o.Query[0]+"=ZQJXWV&"+o.Query[len(o.Query)-1]+"=1", no)
		}
	}
	for _, q := range []string{"cursor=AAAA", "cursor=%00", "limit=-1&limit=2", "limit=99999999999999999999", "a;b=c", "%zz", "&&&=", "q=%ff%fe", "sort=-created_at,due_at", "after=start&cursor=x", "bbox=1,2,3,NaN", "code=" + strings.Repeat("A", 5000)} {
		for _, path := range []string{no, "%2e%2e", "..", "220402G2026000000000", "%00", "长", strings.Repeat("9", 300)} {
			f.Add(uint16(len(q)*len(path)), q, path)
		}
	}
	f.Fuzz(func(t *testing.T, which uint16, query, name string) {
		o := operations[int(which)%len(operations)]
		h.now = h.now.Add(failureWindowAndMore)
		path := strings.NewReplacer("{id}", someFile, "{n}", "1", "{code}", theGrid, "{provider}", "sms").Replace(o.Path)
		req := httptest.NewRequest(o.Method, "/", http.NoBody)
		req.URL.Path, req.URL.RawQuery = strings.ReplaceAll(path, "{no}", name), query
		req.Header.Set("Authorization", "Bearer test-"+dispatcher)
		req.Header.Set("Idempotency-Key", "fuzz")
		h.sound(t, c, o, req, "")
	})
}

// FuzzJSON: what is read of a form is what encoding/json reads of it, and nothing else is
// let in.
func FuzzJSON(f *testing.F) {
	h := newHouse(f)
	for _, s := range []string{`{}`, `{"lat":1,"lon":2,"at":1}`, `{"_type":"location","tst":1e18}`, `[1]`, `{"a":"\ud83d"}`, "{\"a\":\"\xc3\x28\"}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		req := httptest.NewRequest(http.MethodPost, "/api/v1/session", bytes.NewReader(body))
		h.now = h.now.Add(failureWindowAndMore)
		res := httptest.NewRecorder()
		h.handler.ServeHTTP(res, req)
		var in map[string]any
		readable := len(bytes.TrimSpace(body)) == 0 || json.Unmarshal(body, &in) == nil && in != nil
		if (res.Code == http.StatusBadRequest) == readable && len(body) <= 1<<20 {
			t.Fatalf("%q is answered %d %s", body, res.Code, res.Body)
		}
	})
}
