package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// marker is a word that no answer has of its own.
const marker = "ZQJXWV"

// TestNoInputBreaksTheDoor sends what no client should: whatever comes, the
// answer is never an internal error, keeps to the document, and does not repeat
// what was sent.
func TestNoInputBreaksTheDoor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	var templates []string
	for _, r := range c.paths {
		templates = append(templates, r.template)
	}
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{marker, marker + "\x00", "<" + marker + ">", "-1", "9e99", "true", "*", `"3"`, "W/\"3\""}))
	value := jsonValue(text)
	rapid.Check(t, func(rt *rapid.T) {
		path := rapid.SampledFrom(templates).Draw(rt, "path")
		path = strings.ReplaceAll(path, "{no}", rapid.SampledFrom([]string{no, marker, "%00", "%ff" + marker}).Draw(rt, "no"))
		query := url.Values{}
		for range rapid.IntRange(0, 3).Draw(rt, "parameters") {
			name := rapid.OneOf(rapid.SampledFrom([]string{"code", "limit", "cursor", "sort", "state", "due_before", "light", "area", "q", "source", "from", "total"}), text)
			query.Set(name.Draw(rt, "name"), text.Draw(rt, "parameter"))
		}
		body := rapid.OneOf(text, rapid.Map(value, encode)).Draw(rt, "body")
		method := rapid.SampledFrom([]string{http.MethodGet, http.MethodPost, http.MethodDelete}).Draw(rt, "method")
		req := httptest.NewRequest(method, path, strings.NewReader(body))
		req.URL.RawQuery = query.Encode()
		for _, name := range []string{"Idempotency-Key", "If-Match", "If-None-Match", "Accept", "Accept-Language", "Content-Type", "Cookie"} {
			if rapid.Bool().Draw(rt, "has "+name) {
				req.Header.Set(name, text.Draw(rt, name))
			}
		}
		req.Header.Set("Authorization", "Bearer test-"+rapid.SampledFrom([]string{dispatcher, clerk, liaison, elsewhere, marker}).Draw(rt, "who"))
		res := httptest.NewRecorder()
		h.handler.ServeHTTP(res, req)
		if res.Code >= 500 {
			rt.Fatalf("%s %s: %d %s", method, path, res.Code, res.Body)
		}
		if res.Code >= 400 && strings.Contains(res.Body.String(), marker) {
			rt.Fatalf("%s %s repeats what was sent: %s", method, path, res.Body)
		}
		c.check(t, method, req.URL.Path, res)
	})
	if strings.Contains(h.log.String(), marker) {
		t.Error("the log repeats what was sent")
	}
}

// jsonValue makes JSON values of any kind, forms above all.
func jsonValue(text *rapid.Generator[string]) *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.Map(text, func(s string) any { return s }),
		rapid.Map(rapid.Float64(), func(f float64) any { return f }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Just[any](nil),
	)
	name := rapid.OneOf(rapid.SampledFrom([]string{"nature", "summary", "channel", "area", "petitioner", "name", "representatives",
		"headcount", "lead_unit", "handlers", "username", "password", "request", "reason"}), text)
	list := rapid.Map(rapid.SliceOfN(leaf, 0, 3), func(l []any) any { return l })
	inner := rapid.Map(rapid.MapOfN(name, leaf, 0, 3), func(m map[string]any) any { return m })
	return rapid.Map(rapid.MapOfN(name, rapid.OneOf(leaf, list, inner), 0, 6), func(m map[string]any) any { return m })
}

// encode is JSON of a value; what JSON cannot hold is left out.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}
