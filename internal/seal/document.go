package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Which tells what in a document is words.
type Which struct {
	// Always are keys whose text is sealed even where it looks like a code.
	Always map[string]bool
	// Never are keys whose text is a code whatever it looks like: the database asks for it.
	Never map[string]bool
	// Everything seals all text.
	Everything bool
}

// sealed tells whether the text under a key is to be sealed. Codes, numbers, times and
// account names have neither spaces nor letters beyond ASCII; what people write has.
func (w Which) sealed(key, text string) bool {
	switch {
	case text == "" || w.Never[key]:
		return false
	case w.Everything || w.Always[key]:
		return true
	}
	return worded(text)
}

func worded(text string) bool {
	for i := range len(text) {
		if c := text[i]; c <= ' ' || c > '~' {
			return true
		}
	}
	return strings.HasPrefix(text, Mark)
}

// SealDocument seals the words in a JSON document and leaves its shape, its numbers and its
// codes as they are, so that the database can still be asked for these.
func (f *Fields) SealDocument(doc []byte, at Place, which Which) ([]byte, error) {
	return rewrite(doc, func(key, text string) (string, bool, error) {
		if !which.sealed(key, text) {
			return "", false, nil
		}
		out, err := f.Seal(text, at)
		return out, true, err
	})
}

// OpenDocument opens what SealDocument has made.
func (f *Fields) OpenDocument(doc []byte, at Place) ([]byte, error) {
	if !bytes.Contains(doc, []byte(`"`+Mark)) {
		return doc, nil
	}
	return rewrite(doc, func(_, text string) (string, bool, error) {
		if !strings.HasPrefix(text, Mark) {
			return "", false, nil
		}
		out, err := f.Open(text, at)
		return out, true, err
	})
}

// CurrentDocument tells whether all words of a document are sealed with the key that seals now.
func (f *Fields) CurrentDocument(doc []byte, which Which) (bool, error) {
	current := true
	_, err := rewrite(doc, func(key, text string) (string, bool, error) {
		if strings.HasPrefix(text, Mark) || which.sealed(key, text) {
			current = current && f.Current(text)
		}
		return "", false, nil
	})
	return current, err
}

var errDocument = errors.New("not a JSON document")

// rewrite passes every text of a document that is no key by a function, which may replace it.
// What is not replaced stays byte for byte.
func rewrite(doc []byte, replace func(key, text string) (with string, ok bool, err error)) ([]byte, error) {
	out := make([]byte, 0, len(doc)+len(doc)/2)
	key := ""
	for i := 0; i < len(doc); {
		if doc[i] != '"' {
			out = append(out, doc[i])
			i++
			continue
		}
		end := closing(doc, i)
		if end < 0 {
			return nil, errDocument
		}
		literal := doc[i:end]
		i = end
		text, err := textOf(literal)
		if err != nil {
			return nil, err
		}
		if next := bytes.TrimLeft(doc[i:], " \t\r\n"); len(next) > 0 && next[0] == ':' {
			key = text
			out = append(out, literal...)
			continue
		}
		with, ok, err := replace(key, text)
		if err != nil {
			return nil, err
		}
		if !ok {
			out = append(out, literal...)
			continue
		}
		if literal, err = json.Marshal(with); err != nil {
			return nil, err
		}
		out = append(out, literal...)
	}
	return out, nil
}

// textOf reads a literal; most have nothing in them that stands for something else.
func textOf(literal []byte) (text string, err error) {
	if bytes.IndexByte(literal, '\\') < 0 {
		return string(literal[1 : len(literal)-1]), nil
	}
	if err = json.Unmarshal(literal, &text); err != nil {
		err = fmt.Errorf("%w: %w", errDocument, err)
	}
	return text, err
}

// closing gives the place after the end of the text that begins at i; -1 without an end.
func closing(doc []byte, i int) int {
	for j := i + 1; j < len(doc); j++ {
		switch doc[j] {
		case '\\':
			j++
		case '"':
			return j + 1
		}
	}
	return -1
}
