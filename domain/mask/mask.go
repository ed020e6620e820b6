// Package mask hides what identifies a person (§2.3), and knows what it has hidden when it
// comes back: a form that was filled from a masked page must never overwrite the real value.
package mask

import (
	"slices"
	"strings"
	"unicode"
)

const star = '*'

// all stands for a value of which nothing is shown.
const all = "***"

// Name shows the first character: 张某某 → 张**.
func Name(s string) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) == 0 {
		return ""
	}
	return string(r[0]) + "**"
}

// Phone shows the first three and the last four of a mobile number, 138****5678, and the
// last three of a shorter one.
func Phone(s string) string {
	if len([]rune(s)) >= 11 {
		return middle(s, 3, 4)
	}
	return middle(s, 0, 3)
}

// IDNo shows the first three and the last four of an identity number, 220***********1234,
// and one and two of the shorter number of another document, of which that would be most.
func IDNo(s string) string {
	if len([]rune(s)) >= 15 {
		return middle(s, 3, 4)
	}
	return middle(s, 1, 2)
}

// middle hides as many characters as there are between a head and a tail; at least four.
func middle(s string, head, tail int) string {
	r := []rune(s)
	if len(r) == 0 {
		return ""
	}
	if len(r) < head+tail+4 {
		return all
	}
	return string(r[:head]) + strings.Repeat(string(star), len(r)-head-tail) + string(r[len(r)-tail:])
}

// levels end the part of an address that may be shown, the finest first; 街道 before 镇: 福镇街道.
var levels = [][]string{{"社区", "居委会", "村委会", "村"}, {"街道", "镇", "乡"}, {"区", "县", "市"}}

// estate is a housing estate, whose 区 is no district; a sign of as many bytes stands for it.
const estate, noDistrict = "小区", "小□"

// houses are words of an address that say which house it is, or nearly.
var houses = []string{"号", "栋", "幢", "座", "楼", "单元", "层", "室", "户", "弄", noDistrict}

// Address shows an address down to its community or village, or as far above it as it can
// be read; of any other nothing. What is shown names no house: an address written backwards,
// 19号501室(福阳社区), is cut above its community, or not shown.
func Address(s string) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	marked := strings.ReplaceAll(s, estate, noDistrict)
	for _, words := range levels {
		for _, w := range words {
			if i := strings.Index(marked, w); i > 0 && !namesHouse(marked[:i]) {
				return s[:i+len(w)] + all
			}
		}
	}
	return all
}

// namesHouse tells whether words of an address say more than a street.
func namesHouse(s string) bool {
	return strings.ContainsFunc(s, unicode.IsDigit) || slices.ContainsFunc(houses, func(w string) bool { return strings.Contains(s, w) })
}

// stars are the characters people and programs mask with.
var stars = []rune("*＊﹡∗✱•●")

func isStar(r rune) bool { return slices.Contains(stars, r) }

// bullet stands between the parts of many a name, 买买提•艾力, and then masks nothing.
const bullet = '•'

// plain are the characters of a value, a bullet between two letters being none of a mask.
func plain(s string) []rune {
	r := []rune(s)
	for i := 1; i < len(r)-1; i++ {
		if r[i] == bullet && unicode.IsLetter(r[i-1]) && unicode.IsLetter(r[i+1]) {
			r[i] = '·'
		}
	}
	return r
}

// Any tells whether a value holds a character of a mask at all. No name, number or address
// of a person does.
func Any(s string) bool { return slices.ContainsFunc(plain(s), isStar) }

// longestMask is the longest text taken for a mask as a whole.
const longestMask = 80

// Looks tells whether a value as a whole is what a mask leaves of one: a name, a number or an
// address, whoever made it. Words about somebody may name them 张** and be no mask.
func Looks(s string) bool {
	r := plain(strings.TrimSpace(s))
	if len(r) > longestMask {
		return false
	}
	first := slices.IndexFunc(r, isStar)
	if first < 0 {
		return false
	}
	last := len(r) - 1
	for !isStar(r[last]) {
		last--
	}
	if last-first < 1 || slices.ContainsFunc(r[first:last+1], func(c rune) bool { return !isStar(c) }) {
		return false
	}
	head, tail := string(r[:first]), r[last+1:]
	switch {
	case len(tail) > 0: // 138****5678, ***678
		return len(tail) <= 6 && number(tail) && number(r[:first])
	case number(r[:first]), first <= 2: // 220***, ***, 张**, 欧阳**
		return true
	}
	for _, words := range levels { // an address down to somewhere
		if slices.ContainsFunc(words, func(w string) bool { return strings.HasSuffix(head, w) }) {
			return true
		}
	}
	return false
}

// number tells whether characters may stand in the number of a telephone or a document.
func number(r []rune) bool {
	return !slices.ContainsFunc(r, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '-' && c != '+' && c != ' '
	})
}
