package machine

import (
	"bytes"
	"encoding/json"
	"iter"
	"unicode/utf8"
)

// members walks the members of a JSON object, which must be valid, without looking
// into their values.
func members(object []byte) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		for at := skipSpace(object, 0) + 1; ; {
			at = skipSpace(object, at)
			if at >= len(object) || object[at] == '}' {
				return
			}
			if object[at] == ',' {
				at = skipSpace(object, at+1)
			}
			end := skipString(object, at)
			name := nameOf(object[at:end])
			at = skipSpace(object, skipSpace(object, end)+1) // past the colon
			end = skipValue(object, at)
			if !yield(name, object[at:end:end]) {
				return
			}
			at = end
		}
	}
}

// nameOf reads the name of a member, with its quotes.
func nameOf(quoted []byte) (name string) {
	if bytes.IndexByte(quoted, '\\') < 0 && utf8.Valid(quoted) {
		return string(quoted[1 : len(quoted)-1])
	}
	_ = json.Unmarshal(quoted, &name) // it is valid
	return name
}

func skipSpace(doc []byte, at int) int {
	for at < len(doc) && (doc[at] == ' ' || doc[at] == '\n' || doc[at] == '\t' || doc[at] == '\r') {
		at++
	}
	return at
}

// skipString gives the place after a string that begins here.
func skipString(doc []byte, at int) int {
	for at++; at < len(doc) && doc[at] != '"'; at++ {
		if doc[at] == '\\' {
			at++
		}
	}
	return min(at+1, len(doc))
}

// skipValue gives the place after a value that begins here.
func skipValue(doc []byte, at int) int {
	for depth := 0; at < len(doc); at++ {
		switch doc[at] {
		case '"':
			at = skipString(doc, at) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return at
			}
			depth--
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return at
			}
		}
	}
	return len(doc)
}
