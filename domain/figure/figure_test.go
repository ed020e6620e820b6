package figure_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"huajie/domain/figure"
)

func TestSmallCountsAreNotShown(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]string{0: {"<5", "<10"}, 1: {"<5", "<10"}, 4: {"<5", "<10"}, 5: {"5", "<10"}, 9: {"5", "<10"}, 10: {"10", "10"}, 14: {"10", "10"}, 19: {"15", "10"}, 123: {"120", "120"}} {
		assert.Equal(t, want, [2]string{figure.Month(n).Text, figure.Day(n).Text}, n)
		assert.Equal(t, n < 5, figure.Month(n).Value == nil)
		assert.Equal(t, n < 10, figure.Day(n).Value == nil)
	}
}

// town is what is counted: two kinds of matter this month, and all of today.
type town struct{ first, second, today int }

func (s town) face() string {
	return fmt.Sprint(figure.Month(s.first+s.second).Text, figure.Month(s.first).Text, figure.Month(s.second).Text, figure.Day(s.today).Text)
}

// next is what one more matter makes of it.
func (s town) next() [2]town {
	return [2]town{{s.first + 1, s.second, s.today + 1}, {s.first, s.second + 1, s.today + 1}}
}

// watcher knows how figures are made, and looks so often that no two matters ever come in
// between. It holds every town there can be, from all it has seen since the month began.
type watcher map[town]bool

// quiet is what the watcher thinks possible while nothing that is shown changes: matters may
// have come in, or not.
func (w watcher) quiet() {
	var more []town
	for s := range w {
		more = append(more, s)
	}
	for len(more) > 0 {
		s := more[0]
		more = more[1:]
		for _, n := range s.next() {
			if n.face() == s.face() && !w[n] {
				w[n] = true
				more = append(more, n)
			}
		}
	}
}

// saw is what is left when what is shown has changed by one matter.
func (w watcher) saw(face string) watcher {
	out := watcher{}
	for s := range w {
		for _, n := range s.next() {
			if n.face() == face {
				out[n] = true
			}
		}
	}
	return out
}

// midnight begins a day.
func (w watcher) midnight() watcher {
	out := watcher{}
	for s := range w {
		out[town{s.first, s.second, 0}] = true
	}
	return out
}

// TestNobodyWhoKeepsWatchingLearnsASmallCount plays a month of publications, and somebody who
// sees every one of them: never is a count of one to four, of a kind in the month or of the
// day, the only one there can be.
func TestNobodyWhoKeepsWatchingLearnsASmallCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var s town
		w := watcher{s: true}
		share := rapid.IntRange(0, 20).Draw(t, "share of the first kind, of 20")
		busy := rapid.IntRange(1, 12).Draw(t, "most a day")
		for day := range 30 {
			if day > 0 {
				s.today, w = 0, w.midnight()
			}
			w.quiet()
			for range rapid.IntRange(0, busy).Draw(t, "matters") {
				before := s.face()
				which := 1
				if rapid.IntRange(1, 20).Draw(t, "kind") <= share {
					which = 0
				}
				s = s.next()[which]
				if s.face() != before {
					w = w.saw(s.face())
					w.quiet()
				}
				w.check(t, s)
			}
		}
	})
}

func (w watcher) check(t *rapid.T, truth town) {
	t.Helper()
	if !w[truth] {
		t.Fatalf("the watcher is wrong about %v", truth)
	}
	first, second, today := map[int]bool{}, map[int]bool{}, map[int]bool{}
	for s := range w {
		first[s.first], second[s.second], today[s.today] = true, true, true
	}
	for _, c := range []struct {
		n        int
		possible map[int]bool
	}{{truth.first, first}, {truth.second, second}, {truth.today, today}} {
		if c.n > 0 && c.n < 5 && len(c.possible) < 2 {
			t.Fatalf("%d is known: %v", c.n, truth)
		}
	}
}
