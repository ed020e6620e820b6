package mask

import (
	"regexp"
	"strings"
	"time"
)

// between is what may stand between two digits of a number: people group them.
const between = `[ -]{0,3}`

// Numbers by which a person is found, as they are matched in what even makes of a text. The
// part to be masked is the first group.
var (
	citizen  = regexp.MustCompile(`^([1-9](?:` + between + `[0-9]){16}` + between + `[0-9X])`)
	citizen1 = regexp.MustCompile(`^([1-9](?:` + between + `[0-9]){14})`) // of the first generation
	mobile   = regexp.MustCompile(`^(?:(?:\+|00)?86` + between + `)?(1` + between + `[3-9](?:` + between + `[0-9]){9})`)
	landline = []*regexp.Regexp{ // the area, and eight places or seven
		regexp.MustCompile(`^(?:(?:\+|00)?86` + between + `0?|0)([1-9][0-9]{1,2}(?:` + between + `[0-9]){8})`),
		regexp.MustCompile(`^(?:(?:\+|00)?86` + between + `0?|0)([1-9][0-9]{1,2}(?:` + between + `[0-9]){7})`),
	}
)

// Numbers masks the numbers of people wherever they stand in a text, however they are
// grouped (§2.3): mobile numbers, numbers of telephones with their area, and numbers of
// identity cards, old and new. The first three places and the last four stay: 138****5678.
func Numbers(s string) string {
	text, simple := []rune(s), even(s)
	for i := 0; i < len(simple); i++ {
		if !digit(simple[i]) && simple[i] != '+' || i > 0 && digit(simple[i-1]) {
			continue
		}
		from, to, ok := numberAt(simple, i)
		if !ok {
			continue
		}
		hide(text, simple, from, to)
		i = to - 1
	}
	return string(text)
}

// HoldsNumber tells whether a text holds the number of somebody's telephone or document.
func HoldsNumber(s string) bool { return Numbers(s) != s }

// numberAt finds a whole number of a person that begins at a place.
func numberAt(simple string, at int) (from, to int, ok bool) {
	rest := simple[at:]
	whole := func(of *regexp.Regexp) (string, bool) {
		m := of.FindStringSubmatchIndex(rest)
		if m == nil || m[3] < len(rest) && (digit(rest[m[3]]) || rest[m[3]] == 'X') {
			return "", false
		}
		from, to = at+m[2], at+m[3]
		return rest[m[2]:m[3]], true
	}
	if n, ok := whole(citizen); ok && (len(n) == 18 || born(digits(n)[6:14])) {
		return from, to, true
	}
	if n, ok := whole(citizen1); ok && born("19"+digits(n)[6:12]) {
		return from, to, true
	}
	for _, of := range append([]*regexp.Regexp{mobile}, landline...) {
		if _, ok := whole(of); ok {
			return from, to, true
		}
	}
	return 0, 0, false
}

// born tells whether somebody can be born on a day: other long numbers hold none.
func born(day string) bool {
	at, err := time.Parse("20060102", day)
	return err == nil && at.Year() >= 1880 && at.Year() < 2100
}

// hide puts stars in the place of the digits of a number, but for the first three and the
// last four.
func hide(text []rune, simple string, from, to int) {
	count, seen := len(digits(simple[from:to])), 0
	for i := from; i < to; i++ {
		if !digit(simple[i]) && simple[i] != 'X' {
			continue
		}
		if seen++; seen > 3 && seen <= count-4 {
			text[i] = star
		}
	}
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// digits leaves out what groups them.
func digits(s string) string { return strings.NewReplacer(" ", "", "-", "").Replace(s) }

// even writes a text with one byte for each character: digits of any width as digits, what
// groups them as a space or a hyphen, everything else as a dot.
func even(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteByte(byte(r))
		case r >= '\uFF10' && r <= '\uFF19':
			b.WriteByte(byte('0' + r - '\uFF10'))
		case r == '+' || r == '\uFF0B':
			b.WriteByte('+')
		case strings.ContainsRune("xX\uFF58\uFF38", r):
			b.WriteByte('X')
		case strings.ContainsRune(" \t\u00A0\u2009\u202F\u3000", r):
			b.WriteByte(' ')
		case strings.ContainsRune("-\u2010\u2011\u2012\u2013\u2014\u2212\uFF0D\u00B7()\uFF08\uFF09", r):
			b.WriteByte('-')
		default:
			b.WriteByte('.')
		}
	}
	return b.String()
}
