package policy

import (
	"slices"
	"time"

	"huajie/domain"
)

// Direction tells which way a value has been moved.
type Direction string

// The directions.
const (
	Tightened Direction = "tightened"
	Loosened  Direction = "loosened"
	Moved     Direction = "changed" // neither can be shown: a list, a switch, amounts of different classes
)

// Label names a direction.
func (d Direction) Label() domain.Text {
	switch d {
	case Tightened:
		return domain.Text{ZH: "收紧", EN: "tightened"}
	case Loosened:
		return domain.Text{ZH: "放宽", EN: "loosened"}
	}
	return domain.Text{ZH: "变更", EN: "changed"}
}

// Direction tells which way the key is moved from one value to another: the direction of the
// registry where it has one, otherwise less time or room is tighter.
func (k Key) Direction(from, to Value) Direction {
	tighter, looser := to.asStrict(from, k.strict()), from.asStrict(to, k.strict())
	switch {
	case tighter && !looser:
		return Tightened
	case looser && !tighter:
		return Loosened
	}
	return Moved
}

// Change is a key that a place sets otherwise in one book than in another.
type Change struct {
	Scope string
	Key   Key
	Steps []Step // every moment from which something else holds, the earliest first
}

// Step is what holds there from a moment on, by either book, what wider places set included.
type Step struct {
	From      time.Time
	Old, New  string
	Direction Direction
}

// Compare tells every key that a place sets otherwise in b than in old, once, by place and then
// in the order of the registry. pathOf gives the IDs from the root down to a unit. What a place
// has from a wider one is told where that one sets it.
func (b *Book) Compare(old *Book, pathOf func(unit string) []string) []Change {
	var out []Change
	for _, scope := range sorted(union(old.scopes, b.scopes)) {
		path := pathOf(scope)
		for _, k := range registry {
			if c, differs := b.compareKey(old, k, scope, path); differs {
				out = append(out, c)
			}
		}
	}
	return out
}

func union(a, b map[string][]Layer) map[string]bool {
	out := map[string]bool{}
	for s := range a {
		out[s] = true
	}
	for s := range b {
		out[s] = true
	}
	return out
}

func (b *Book) compareKey(old *Book, k Key, scope string, path []string) (Change, bool) {
	c := Change{Scope: scope, Key: k}
	differs := false
	for _, m := range moments(old.scopes[scope], b.scopes[scope], k.Name) {
		was, is := old.set(k.Name, scope, m), b.set(k.Name, scope, m)
		if was == is {
			continue
		}
		differs = true
		from, to := old.At(path, m).value(k.Name, k.Kind), b.At(path, m).value(k.Name, k.Kind)
		if n := len(c.Steps); n > 0 && c.Steps[n-1].Old == from.String() && c.Steps[n-1].New == to.String() {
			continue // the same goes on
		}
		step := Step{From: m, Old: from.String(), New: to.String()}
		if !from.equal(to) {
			step.Direction = k.Direction(from, to)
		}
		c.Steps = append(c.Steps, step)
	}
	return c, differs
}

// moments are when the place begins to set the key, by either book.
func moments(a, b []Layer, key string) []time.Time {
	var out []time.Time
	for _, l := range slices.Concat(a, b) {
		if _, ok := l.Values[key]; ok {
			out = append(out, l.EffectiveFrom)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// set is what the place itself sets at a moment, "" for nothing.
func (b *Book) set(key, scope string, when time.Time) string {
	l, ok := b.own(key, scope, when)
	if !ok {
		return ""
	}
	return l.Values[key].String()
}
