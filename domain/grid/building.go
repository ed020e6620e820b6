package grid

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// block is a run of buildings of an estate, or the whole of it.
type block struct {
	estate   string // as plain writes it
	from, to int    // 0: the whole estate
	grid     int
}

func (b block) whole() bool { return b.from == 0 }

// The words that follow the number of a building; the longer ones first.
const buildingWord = `号楼|号院|栋|幢|座|#楼|#|号`

var (
	listed   = regexp.MustCompile(`^(.+?)((?:第?\d{1,4}(?:` + buildingWord + `)?[-、,]?)*第?\d{1,4}(?:` + buildingWord + `))$`)
	run      = regexp.MustCompile(`^第?(\d{1,4})(?:` + buildingWord + `)?(?:-第?(\d{1,4})(?:` + buildingWord + `)?)?$`)
	numbered = regexp.MustCompile(`^第?(\d{1,4})(?:` + buildingWord + `|-|$)`)
	spelt    = regexp.MustCompile(`[一二三四五六七八九十]{1,3}(?:号楼|号院|栋|幢|座)`)
	through  = regexp.MustCompile(`(\d(?:` + buildingWord + `)?)[到至]`)
)

// plain writes an address one way: half-width, without blanks, capital letters,
// one kind of dash, numbers of buildings in digits.
func plain(address string) string {
	s := strings.Map(func(r rune) rune {
		if r > '\uff00' && r < '\uff5f' { // full-width
			r -= 0xfee0
		}
		switch {
		case unicode.IsSpace(r):
			return -1
		case r == '~' || r == '\u301c' || r > '\u200f' && r < '\u2016': // hyphens and dashes
			return '-'
		case r == '號':
			return '号'
		}
		return r
	}, address)
	s = spelt.ReplaceAllStringFunc(strings.ToUpper(s), func(m string) string {
		digits := strings.TrimRight(m, "号楼院栋幢座")
		n, ok := spelled(digits)
		if !ok {
			return m
		}
		return strconv.Itoa(n) + strings.TrimPrefix(m, digits)
	})
	return through.ReplaceAllString(s, "$1-")
}

// spelled reads a Chinese numeral below one hundred.
func spelled(s string) (n int, ok bool) {
	tens, ones, found := strings.Cut(s, "十")
	digit := func(s string, none int) int {
		if s == "" {
			return none
		}
		if i := strings.Index("一二三四五六七八九", s); i >= 0 {
			return i/len("一") + 1
		}
		return -1
	}
	if !found {
		n = digit(s, -1)
		return n, n > 0
	}
	t, o := digit(tens, 1), digit(ones, 0)
	return t*10 + o, t > 0 && o >= 0
}

// readBlocks reads one entry of a building list: 龙山新城A区19号到29号楼,
// 福兴小区3、5、7号楼, or an estate without a number for all of it. Nothing comes
// of an entry that cannot be read.
func readBlocks(text string) []block {
	s := plain(text)
	if s == "" {
		return nil
	}
	m := listed.FindStringSubmatch(s)
	if m == nil {
		return []block{{estate: s}}
	}
	var out []block
	for _, part := range strings.FieldsFunc(m[2], func(r rune) bool { return r == '、' || r == ',' }) {
		n := run.FindStringSubmatch(part)
		if n == nil {
			return nil
		}
		b := block{estate: m[1]}
		b.from, _ = strconv.Atoi(n[1])
		b.to = b.from
		if n[2] != "" {
			b.to, _ = strconv.Atoi(n[2])
		}
		if b.from == 0 || b.to < b.from {
			return nil
		}
		out = append(out, b)
	}
	return out
}

// InBuilding tells to which grid an address belongs by the building lists (R56).
// The number of a building counts more than an estate as a whole, and a longer
// name of an estate more than a shorter.
func (x *Index) InBuilding(address string) Placement {
	if x == nil {
		return choose(Unknown, nil)
	}
	s := plain(address)
	var best int
	var grids []int
	for estate, blocks := range x.blocks {
		_, rest, found := strings.Cut(s, estate)
		if !found {
			continue
		}
		number := 0
		if m := numbered.FindStringSubmatch(rest); m != nil {
			number, _ = strconv.Atoi(m[1])
		}
		for _, b := range blocks {
			if !b.whole() && (number < b.from || number > b.to) {
				continue
			}
			rank := len(estate)
			if !b.whole() {
				rank += len(s) // above every estate as a whole
			}
			if rank > best {
				best, grids = rank, nil
			}
			if rank == best {
				grids = append(grids, b.grid)
			}
		}
	}
	return x.listing(grids)
}

// listing is the answer for a building that these grids list.
func (x *Index) listing(grids []int) Placement {
	slices.SortFunc(grids, x.smaller)
	grids = slices.Compact(grids)
	if len(grids) > 1 && x.grids[grids[0]].Special {
		grids = slices.DeleteFunc(grids, func(i int) bool { return !x.grids[i].Special })
	}
	var out []Candidate
	for _, i := range grids {
		out = append(out, Candidate{Code: x.grids[i].Code})
	}
	switch len(out) {
	case 0:
		return choose(Unknown, nil)
	case 1:
		return choose(Inside, out)
	}
	return choose(Overlap, out)
}
