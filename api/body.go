package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime"
	"strconv"
	"strings"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// FormBody is the body of a request as it came. It is read against the form of
// the step by the rules, which find every fault at once.
type FormBody struct {
	RawBody     []byte
	ContentType string `header:"Content-Type" hidden:"true"`
}

func (b *FormBody) read() (form.Input, error) { return readInput(b.ContentType, b.RawBody) }

// readInput reads a JSON object. An empty body is an empty form: a step without
// inputs needs none.
func readInput(contentType string, body []byte) (form.Input, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return form.Input{}, nil
	}
	if contentType != "" {
		media, _, err := mime.ParseMediaType(contentType)
		if err != nil || (media != "application/json" && !strings.HasSuffix(media, "+json")) {
			return nil, &domain.Error{Code: codeMediaType, Reason: "media_type",
				Text: domain.Text{ZH: "请以 application/json 提交", EN: "send application/json"}}
		}
	}
	var in form.Input
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&in); err != nil || in == nil {
		return nil, malformed("not_json", "提交内容不是JSON对象", "the body is not a JSON object")
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, malformed("not_json", "提交内容不是JSON对象", "the body is not one JSON object")
	}
	return in, nil
}

// fingerprint tells requests apart that carry the same key. JSON objects are
// encoded with sorted names, so that the order of a form does not matter.
func fingerprint(action string, in form.Input) string {
	b, err := json.Marshal(in)
	if err != nil {
		return "" // cannot happen: in was read from JSON
	}
	return digest(action, string(b))
}

// commandKey scopes an idempotency key to its caller and subject, and hides what
// the caller has put into it.
func commandKey(user, subject, key string) string { return digest(user, subject, key)[:40] }

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = io.WriteString(h, p)
		_, _ = h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// maxKey is the longest idempotency key taken.
const maxKey = 255

// readKey checks an Idempotency-Key header.
func readKey(key string, required bool) error {
	if key == "" {
		if !required {
			return nil
		}
		return &domain.Error{Code: domain.CodeRequired, Reason: "idempotency_key_required",
			Text: domain.Text{ZH: "请求头须带 Idempotency-Key,重试时保持不变", EN: "send an Idempotency-Key header, the same one with every retry"}}
	}
	visible := func(r rune) bool { return r < ' ' || r > '~' }
	if len(key) > maxKey || strings.ContainsFunc(key, visible) {
		return malformed("idempotency_key", "Idempotency-Key 应为不超过255个可见字符", "the Idempotency-Key must be at most 255 visible ASCII characters")
	}
	return nil
}

// updateID names one attempt at a wish: see temporalEngine.act.
func updateID(cmd machine.Command, seen int) string {
	return cmd.Key + "-" + digest(cmd.Fingerprint, strconv.Itoa(seen))[:16]
}
