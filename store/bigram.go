package store

import (
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Chinese has no spaces between words, and trigrams cannot find a word of two
// characters. So every pair of neighbouring letters or digits is a lexeme at its
// place, and a word is found as its pairs one after the other; every character is
// a lexeme as well, for words of one. The index holds no characters but what
// stands for them (Fields.Blind): it can be asked for words, and not read.

// fold makes letters comparable: lower case, full-width forms as half-width.
func fold(s string) string { return strings.ToLower(width.Fold.String(s)) }

// runs splits a folded text where letters and digits end.
func runs(folded string) []string {
	return strings.FieldsFunc(folded, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

// lexeme is a pair or a character, and its place; 0 for none.
type lexeme struct {
	chars string
	place int
}

// lexemes are the entries of a folded text in the search index. Where letters and
// digits end a place is left out, so that no word reaches over it.
func lexemes(folded string) (out []lexeme) {
	place := 0
	for _, run := range runs(folded) {
		chars := []rune(run)
		for i, c := range chars {
			out = append(out, lexeme{chars: string(c)})
			if place++; i+1 < len(chars) {
				out = append(out, lexeme{string(chars[i : i+2]), place})
			}
		}
		place++
	}
	return out
}

// tokenSize is how many bytes stand for a lexeme: as many as make chance no matter.
const tokenSize = 6

// token is what stands for a pair or a character.
func (s *Store) token(chars string) (string, error) {
	b, err := s.fields.Blind("case_search", chars, tokenSize)
	return hex.EncodeToString(b), err
}

// searchVector is the text form of the tsvector of a text.
func (s *Store) searchVector(text string) (string, error) {
	var out []string
	told := map[string]bool{}
	for _, l := range lexemes(fold(text)) {
		token, err := s.token(l.chars)
		if err != nil {
			return "", err
		}
		if l.place > 0 {
			token += ":" + strconv.Itoa(l.place)
		}
		if !told[token] {
			told[token] = true
			out = append(out, token)
		}
	}
	return strings.Join(out, " "), nil
}

// asked turns one folded word of a query into a tsquery; it is empty when the
// word has neither letters nor digits.
func (s *Store) asked(word string) (string, error) {
	var parts []string
	for _, run := range runs(word) {
		chars := []rune(run)
		var phrase []string
		for i := range max(1, len(chars)-1) {
			token, err := s.token(string(chars[i:min(i+2, len(chars))]))
			if err != nil {
				return "", err
			}
			phrase = append(phrase, token)
		}
		parts = append(parts, strings.Join(phrase, " <-> "))
	}
	return strings.Join(parts, " & "), nil
}

// literal takes the meaning from the signs of LIKE.
func literal(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}
