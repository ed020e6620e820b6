package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// marker is a word that no answer has of its own.
const marker = "ZQJXWV"

// operation is a route of the document with the names of what it takes.
type operation struct {
	method, template string
	fields           []string
	parameters       []string
}

// operations are all routes, in a fixed order.
func (c *contract) operations() []operation {
	var out []operation
	for template, item := range c.doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			o := operation{method: strings.ToUpper(method), template: template}
			if template == "/api/v1/events" { // it does not end by itself; TestStream… are its tests
				continue
			}
			for _, p := range list(op.(map[string]any)["parameters"]) {
				if p.(map[string]any)["in"] == "query" {
					o.parameters = append(o.parameters, p.(map[string]any)["name"].(string))
				}
			}
			if body, ok := op.(map[string]any)["requestBody"].(map[string]any); ok {
				media, _ := body["content"].(map[string]any)["application/json"].(map[string]any) // none for a part of a photo
				schema, _ := media["schema"].(map[string]any)
				properties, _ := schema["properties"].(map[string]any) // none for a step without inputs
				for name := range properties {
					o.fields = append(o.fields, name)
				}
				slices.Sort(o.fields)
			}
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b operation) int { return strings.Compare(a.method+a.template, b.method+b.template) })
	return out
}

func list(v any) []any { l, _ := v.([]any); return l }

// words are values that look right, look wrong, or are wrong.
var words = rapid.OneOf(
	rapid.SampledFrom([]string{marker, "<" + marker + ">", marker + "\n", "help", "walk_in", "220402008", "220402-D08", "0201", "normal",
		"2026-11-24", "2026-11-24T09:00:00+08:00", "-1", "1", "50", "9e99", "true", "*", `"3"`, `W/"3"`, "disp.220402", "R3"}),
	rapid.StringMatching(`[a-zA-Z0-9一-龥 ,;:'"%&=/<>\\-]{0,20}`),
)

// wild are values that may hold anything at all.
var wild = rapid.OneOf(words, words, words, rapid.String(), rapid.Just(marker+"\x00"), rapid.Just("\xff"+marker))

// drawRequest makes a request to one of the routes, more or less as it should be.
func drawRequest(rt *rapid.T, o operation, no string) *http.Request {
	often := rapid.SampledFrom([]string{no, no, no, no, marker, "%00", "%ff" + marker})
	path := strings.ReplaceAll(o.template, "{no}", often.Draw(rt, "no"))
	path = strings.NewReplacer("{id}", rapid.SampledFrom([]string{someFile, someFile, "1", marker}).Draw(rt, "id"),
		"{n}", rapid.SampledFrom([]string{"1", "2", "0", marker}).Draw(rt, "n")).Replace(path)
	query := url.Values{}
	for range rapid.IntRange(0, 2).Draw(rt, "parameters") {
		name := marker
		if len(o.parameters) > 0 && rapid.IntRange(0, 5).Draw(rt, "known") > 0 {
			name = rapid.SampledFrom(o.parameters).Draw(rt, "parameter")
		}
		query.Set(name, wild.Draw(rt, "value"))
	}
	if strings.Contains(path, "/public/") && rapid.IntRange(0, 3).Draw(rt, "right code") > 0 {
		query.Set("code", codeOf(no))
	}
	names := rapid.Just(marker)
	if len(o.fields) > 0 {
		names = rapid.OneOf(rapid.SampledFrom(o.fields), rapid.SampledFrom(o.fields), rapid.SampledFrom(o.fields), names)
	}
	body := rapid.OneOf(rapid.Map(formOf(names), encode), rapid.Map(formOf(names), encode), rapid.Map(formOf(names), encode), wild).Draw(rt, "body")
	req := httptest.NewRequest(o.method, path, strings.NewReader(body))
	req.URL.RawQuery = query.Encode()
	for _, name := range []string{"If-Match", "If-None-Match", "Accept", "Accept-Language", "Content-Type", "Cookie"} {
		if rapid.IntRange(0, 5).Draw(rt, "has "+name) == 0 {
			req.Header.Set(name, wild.Draw(rt, name))
		}
	}
	if rapid.IntRange(0, 7).Draw(rt, "has key") > 0 {
		req.Header.Set("Idempotency-Key", words.Draw(rt, "key"))
	}
	req.Header.Set("Authorization", "Bearer test-"+rapid.SampledFrom([]string{dispatcher, director, supervisor, clerk, liaison, elsewhere, walker, office, marker}).Draw(rt, "who"))
	return req
}

// TestNoInputBreaksTheDoor sends what no client should, and what one should:
// whatever comes, the answer is never an internal error, keeps to the document,
// and a refusal does not repeat what was sent.
func TestNoInputBreaksTheDoor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	session := h.convened(t, no)
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	operations := c.operations()
	answers := map[int]int{}
	rapid.Check(t, func(rt *rapid.T) {
		h.now = h.now.Add(failureWindowAndMore) // what was guessed before is forgotten
		o := rapid.SampledFrom(operations).Draw(rt, "operation")
		subject := no
		if strings.Contains(o.template, "/sessions/{no}") {
			subject = session
		}
		req := drawRequest(rt, o, subject)
		res := httptest.NewRecorder()
		h.handler.ServeHTTP(res, req)
		answers[res.Code]++
		if res.Code >= 500 {
			rt.Fatalf("%s %s: %d %s", o.method, o.template, res.Code, res.Body)
		}
		if res.Code >= 400 && strings.Contains(res.Body.String(), marker) {
			rt.Fatalf("%s %s repeats what was sent: %s", o.method, o.template, res.Body)
		}
		c.check(t, o.method, req.URL.Path, res)
	})
	t.Log("answers by status:", answers)
	if strings.Contains(h.log.String(), marker) {
		t.Error("the log repeats what was sent")
	}
}

// formOf makes the JSON objects of a form, and worse.
func formOf(names *rapid.Generator[string]) *rapid.Generator[any] {
	leaf := rapid.OneOf(
		rapid.Map(wild, func(s string) any { return s }),
		rapid.Map(words, func(s string) any { return s }),
		rapid.Map(rapid.IntRange(-1, 200000), func(n int) any { return n }),
		rapid.Map(rapid.Float64(), func(f float64) any { return f }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
		rapid.Just[any](nil),
	)
	object := func(value *rapid.Generator[any], most int) *rapid.Generator[any] {
		return rapid.Map(rapid.MapOfN(names, value, 0, most), func(m map[string]any) any { return m })
	}
	array := rapid.Map(rapid.SliceOfN(rapid.OneOf(leaf, object(leaf, 3)), 0, 3), func(l []any) any { return l })
	return object(rapid.OneOf(leaf, leaf, leaf, array, object(leaf, 3)), 8)
}

// encode is JSON of a value; what JSON cannot hold is left out.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}
