package api

import (
	"strconv"
	"strings"

	"huajie/domain"
)

// etag is the strong entity tag of a version.
func etag(seq int) string { return `"` + strconv.Itoa(seq) + `"` }

// precondition is a parsed If-Match or If-None-Match header.
type precondition struct {
	given bool
	any   bool // *
	tags  []tag
}

type tag struct {
	value string // without quotes
	weak  bool
}

// parsePrecondition reads a list of entity tags (RFC 9110 §13.1). ok is false
// when it is none.
func parsePrecondition(header string) (p precondition, ok bool) {
	rest := strings.TrimSpace(header)
	if rest == "" {
		return p, true
	}
	p.given = true
	if rest == "*" {
		p.any = true
		return p, true
	}
	for rest != "" {
		var t tag
		if after, weak := strings.CutPrefix(rest, "W/"); weak {
			t.weak, rest = true, after
		}
		after, quoted := strings.CutPrefix(rest, `"`)
		value, after, closed := strings.Cut(after, `"`)
		if !quoted || !closed {
			return p, false
		}
		t.value = value
		p.tags = append(p.tags, t)
		rest = strings.TrimSpace(after)
		if rest == "" {
			break
		}
		after, comma := strings.CutPrefix(rest, ",")
		if !comma {
			return p, false
		}
		rest = strings.TrimSpace(after)
	}
	return p, true
}

// ifMatch checks an If-Match header against the version read, by strong
// comparison: a weak tag never matches. It answers the version the step
// depends on, 0 for any.
func ifMatch(header string, seq int, state string) (int, error) {
	p, ok := parsePrecondition(header)
	switch {
	case !ok:
		return 0, malformed("if_match", "If-Match 请求头格式不正确", "the If-Match header is not a list of entity tags")
	case !p.given, p.any:
		return 0, nil
	}
	for _, t := range p.tags {
		if !t.weak && `"`+t.value+`"` == etag(seq) {
			return seq, nil
		}
	}
	return 0, &domain.Error{Code: domain.CodeStale, Reason: "stale", State: state,
		Text: domain.Text{ZH: "办件已被他人更新,请刷新后再试", EN: "the case has changed since it was read"}}
}

// notModified tells whether an If-None-Match header names the version, by weak
// comparison; a header that cannot be read is as good as none.
func notModified(header string, seq int) bool { return unchanged(header, etag(seq)) }

// unchanged does so for any entity tag.
func unchanged(header, current string) bool {
	p, ok := parsePrecondition(header)
	if !ok {
		return false
	}
	for _, t := range p.tags {
		if `"`+t.value+`"` == current {
			return true
		}
	}
	return p.any
}
