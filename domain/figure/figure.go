// Package figure makes counts fit to be shown to everybody (§2.2 stats.view, §6 items 90 and
// I13): a count below five could be somebody, so it is never shown, and nothing else that is
// shown gives it away, however often somebody looks.
package figure

import "strconv"

// least is the smallest count that is shown, and what every count of a month is rounded down
// to a multiple of: a figure that is asked for again and again would otherwise tell of every
// single matter by going up. None is shown as one to four are: that there was none a minute
// ago would tell that it is one now.
const least = 5

// coarse is the same for a count of one day, of which another is known at every midnight:
// none.
const coarse = 10

// Shown is a count as everybody may see it.
type Shown struct {
	Text  string `json:"shown" doc:"the count rounded down to a multiple of 5 (today: of 10); <5 (today: <10) for fewer, none included"`
	Value *int   `json:"value" nullable:"true" doc:"the same as a number; null for fewer"`
}

// Month shows a count of a month, or a part of it.
func Month(n int) Shown { return show(n, least) }

// Day shows the count of the day that is not over. It is shown as a whole only.
func Day(n int) Shown { return show(n, coarse) }

func show(n, step int) Shown {
	if n < step {
		return Shown{Text: "<" + strconv.Itoa(step)}
	}
	n -= n % step
	return Shown{Text: strconv.Itoa(n), Value: &n}
}
