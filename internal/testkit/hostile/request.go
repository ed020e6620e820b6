package hostile

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Request makes up a request of an operation under a base URL. Whoever sends it signs it.
func (m *Maker) Request(base string, o Op) (*http.Request, error) {
	body := m.body(o)
	req, err := http.NewRequest(o.Method, base, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if o.Media == "" && m.oneIn(2) {
		req.Body, req.ContentLength = http.NoBody, 0
	}
	m.address(req, o)
	m.headers(req, o)
	return req, nil
}

func (m *Maker) address(req *http.Request, o Op) {
	parts := strings.Split(o.Path, "/")
	for i, p := range parts {
		name, named := strings.CutPrefix(strings.TrimSuffix(p, "}"), "{")
		if !named {
			continue
		}
		fit := m.Names[parts[i-1]+"/"+name]
		if len(fit) == 0 {
			fit = m.Names[name]
		}
		if len(fit) > 0 && !m.oneIn(6) {
			parts[i] = pick(m.R, fit)
		} else if parts[i] = m.odd(); strings.Trim(parts[i], ".") == "" {
			parts[i] = m.Mark
		}
	}
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	req.URL.RawPath = strings.Join(parts, "/")
	req.URL.Path, _ = url.PathUnescape(req.URL.RawPath) // it was escaped here
	q := url.Values{}
	for _, name := range o.Query {
		if m.oneIn(5) {
			q.Set(name, m.odd())
		}
	}
	if m.oneIn(8) {
		q.Set(m.Mark, m.odd())
	}
	req.URL.RawQuery = q.Encode()
}

// odds are texts that trouble somebody somewhere.
var odds = []string{"", " ", "0", "-1", "1", "1e9", "9223372036854775808", "NaN", "true", "null", "*", "%", "%00", "_", "\\", "'", "\"", "''; --", "${x}", "{{.}}", "<b>", "../../etc/passwd",
	"\u0000", "\u202e", "\ufeff", "\ufffd", "\ud7ff", "a\r\nSet-Cookie: x=1", "220402", "220402-D08", "0201", "2026-11-24", "2026-13-45", "0000-00-00", "2026-11-24T10:00:00+08:00",
	strings.Repeat("长", 300), strings.Repeat("x", 5000), "😀", "\xff\xfe"}

// odd is a text, more or less strange, often with the mark in it.
func (m *Maker) odd() string {
	switch m.R.IntN(4) {
	case 0:
		return pick(m.R, m.Words)
	case 1:
		return m.Mark
	case 2:
		return m.Mark + pick(m.R, odds)
	}
	return pick(m.R, odds)
}

// kept are header values as they are used, and as they are not.
var kept = map[string][]string{
	"If-Match":        {`"3"`, `*`, `W/"3"`, `"`, `"a","b"`, `,`, `""`},
	"If-None-Match":   {`"3"`, `*`, `W/"3"`, `,`},
	"Accept":          {"*/*", "text/html", ";;;", "application/json;q=2"},
	"Accept-Language": {"en", "zh-CN,zh;q=0.9", ";q=", "en;q=1e99,zh;q=NaN", strings.Repeat("en,", 500)},
	"Content-Type":    {"application/json", "application/json; charset=utf-16", "text/plain", "multipart/form-data; boundary=x", "application/problem+json", ";", "application/octet-stream"},
	"Range":           {"bytes=0-1", "bytes=-1", "bytes=0-0,1-1,2-2", "bytes=99999999999999999999-"},
	"Origin":          {"null", "https://evil.example.net", "http://127.0.0.1:8233"},
	"Cookie":          {"huajie_session=x", "huajie_session=\"", "=;=", strings.Repeat("a=b;", 400)},
	"X-Forwarded-For": {"127.0.0.1", "::1, 10.0.0.1", "x", strings.Repeat("1.1.1.1,", 300)},
	"Last-Event-ID":   {"0", "-1", "99999999999999999999"},
	"Expect":          {"100-continue"},
}

func (m *Maker) headers(req *http.Request, o Op) {
	for _, name := range sortedHints(kept) {
		if m.oneIn(6) {
			value := pick(m.R, kept[name])
			if m.oneIn(3) {
				value = strings.Map(visible, m.odd())
			}
			req.Header.Set(name, value)
		}
	}
	if slices.Contains(o.Header, "Idempotency-Key") && !m.oneIn(6) {
		req.Header.Set("Idempotency-Key", strings.Map(visible, pick(m.R, m.Words))+m.Mark[:4]+string(rune('a'+m.R.IntN(26))))
	}
	if o.Media != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", o.Media)
	}
}

// visible keeps what a client may send in a header at all.
func visible(r rune) rune {
	if r < ' ' || r == 0x7f || r == '\ufffd' {
		return -1
	}
	return r
}

// body is one that fits, one with a fault in it, or one that is none.
func (m *Maker) body(o Op) []byte {
	if o.Media == "application/octet-stream" || m.oneIn(12) {
		return m.raw()
	}
	schema := o.Body
	if schema == nil {
		schema = map[string]any{"type": "object"}
	}
	v := m.value(schema, 0)
	in, ok := v.(map[string]any)
	if ok && m.oneIn(2) {
		for range 1 + m.R.IntN(2) {
			in = m.spoilt(in, 0)
		}
		v = in
	}
	out, err := json.Marshal(v)
	if err != nil {
		return []byte("{}")
	}
	return out
}

// spoilt is an object with one fault somewhere in it.
func (m *Maker) spoilt(in map[string]any, depth int) map[string]any {
	in = maps.Clone(in)
	names := sorted(in)
	if len(names) == 0 || m.oneIn(6) {
		in[pick(m.R, []string{m.Mark, "__proto__", "", "no", "id", "state", "owner", "\u0000", strings.Repeat("n", 300)})] = m.wrong()
		return in
	}
	name := pick(m.R, names)
	inner, nested := in[name].(map[string]any)
	switch {
	case nested && depth < 4 && !m.oneIn(3):
		in[name] = m.spoilt(inner, depth+1)
	case m.oneIn(5):
		delete(in, name)
	default:
		in[name] = m.wrong()
	}
	return in
}

// wrong is a value for which hardly any field asks.
func (m *Maker) wrong() any {
	return pick(m.R, []any{nil, true, -1, 0, 1 << 60, math.MaxFloat64, -0.5, m.Mark, m.Mark + "\u0000", m.odd(), []any{}, []any{m.Mark}, []any{nil, []any{m.Mark}},
		map[string]any{}, map[string]any{m.Mark: m.Mark}, map[string]any{"lat": 91, "lon": 1e300}, strings.Repeat(m.Mark, 2000), slices.Repeat([]any{m.Mark}, 500)})
}

// raw are bytes that are no form.
func (m *Maker) raw() []byte {
	deep := func(open string, n int) []byte { return []byte(strings.Repeat(open, n) + m.Mark) }
	all := [][]byte{nil, []byte("{"), []byte("null"), []byte("[]"), []byte(`"` + m.Mark + `"`), []byte(`{"a":1}{"b":2}`), []byte(`{"summary":"` + m.Mark + `","summary":null}`),
		deep("[", 20_000), deep(`{"a":`, 20_000), deep(`{"petitioner":[`, 2_000), []byte(`{"headcount":1e999999}`), []byte(`{"headcount":` + strings.Repeat("9", 5000) + `}`),
		[]byte("\xef\xbb\xbf{}"), []byte("\xff\xfe{\x00}\x00"), []byte(`{"summary":"\ud800"}`), []byte("{\"summary\":\"" + m.Mark + "\xff\"}"), []byte(`{"summary":"` + m.Mark + `\u0000"}`),
		[]byte("--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"" + m.Mark + "\"\r\n\r\nx\r\n--x--"), zipped(m.Mark), []byte(strings.Repeat("x", 70_000))}
	return pick(m.R, all)
}

// zipped is what would be a megabyte if somebody opened it.
func zipped(mark string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, `{"summary":"`+strings.Repeat(mark, 1<<17)+`"}`) // memory does not fail
	_ = z.Close()
	return b.Bytes()
}
