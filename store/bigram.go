package store

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Chinese has no spaces between words, and trigrams cannot find a word of two
// characters. So every pair of neighbouring letters or digits is a lexeme: a
// text holds a word only if it holds all pairs of the word. The pairs may stand
// apart, so what the index finds is compared with the text once more. The last
// character of a run stands alone as well: with it, a word of one character is
// the prefix of some lexeme wherever it occurs.

// fold makes letters comparable: lower case, full-width forms as half-width.
func fold(s string) string { return strings.ToLower(width.Fold.String(s)) }

// runs splits a folded text where letters and digits end.
func runs(folded string) []string {
	return strings.FieldsFunc(folded, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
	})
}

// lexemes are the entries of a folded text in the search index, each once.
func lexemes(folded string) []string {
	out := []string{}
	for _, run := range runs(folded) {
		chars := []rune(run)
		for i := range len(chars) - 1 {
			out = append(out, string(chars[i:i+2]))
		}
		out = append(out, string(chars[len(chars)-1:]))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// asked turns one folded word of a query into a tsquery; it is empty when the
// word has neither letters nor digits. Lexemes hold nothing that needs quoting.
func asked(word string) string {
	var parts []string
	for _, run := range runs(word) {
		chars := []rune(run)
		if len(chars) == 1 {
			parts = append(parts, "'"+run+"':*")
		}
		for i := range len(chars) - 1 {
			parts = append(parts, "'"+string(chars[i:i+2])+"'")
		}
	}
	return strings.Join(parts, " & ")
}

// literal takes the meaning from the signs of LIKE.
func literal(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}
