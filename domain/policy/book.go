package policy

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sort"
	"time"
)

// Layer is what one place sets from one moment on. Later layers of the same place
// replace only the keys they name.
type Layer struct {
	Scope         string           `json:"scope"` // unit ID of the place
	EffectiveFrom time.Time        `json:"effective_from"`
	Version       string           `json:"version"`
	Values        map[string]Value `json:"-"`
}

// Fault is one thing wrong with a book: the scope and version of the layer, and
// the key where one is at fault.
type Fault struct {
	Scope, Version, Key string
	ZH, EN              string
}

// Error tells layer, key and what is wrong.
func (f *Fault) Error() string {
	return fmt.Sprintf("%s@%s %s: %s", f.Scope, f.Version, f.Key, f.EN)
}

// Book holds every layer, immutable and safe for concurrent use.
type Book struct {
	root   string
	scopes map[string][]Layer // per place, the earliest first
}

// NewBook checks the layers and joins all faults: unknown keys, values of the
// wrong kind, a root place that does not set every key from the start, and
// statutory keys looser than the law or than a wider place. pathOf gives the IDs
// from the root down to a unit, nil for an unknown one.
func NewBook(root string, layers []Layer, pathOf func(unit string) []string) (*Book, error) {
	b := &Book{root: root, scopes: map[string][]Layer{}}
	var fs []error
	fault := func(l Layer, key, zh, en string) { fs = append(fs, &Fault{l.Scope, l.Version, key, zh, en}) }
	for _, l := range layers {
		l.Values = maps.Clone(l.Values)
		checkLayer(l, pathOf, fault)
		for _, other := range b.scopes[l.Scope] {
			if other.EffectiveFrom.Equal(l.EffectiveFrom) || other.Version == l.Version {
				fault(l, "", "同一地区的版本或生效时间重复", "version or effective_from used twice for this place")
			}
		}
		b.scopes[l.Scope] = append(b.scopes[l.Scope], l)
	}
	for _, ls := range b.scopes {
		sort.SliceStable(ls, func(i, j int) bool { return ls[i].EffectiveFrom.Before(ls[j].EffectiveFrom) })
	}
	b.checkComplete(fault)
	for _, l := range layers {
		b.checkStrict(l, pathOf, fault)
	}
	if len(fs) > 0 {
		return nil, errors.Join(fs...)
	}
	return b, nil
}

type faultFunc func(l Layer, key, zh, en string)

func checkLayer(l Layer, pathOf func(string) []string, fault faultFunc) {
	if l.Version == "" || l.EffectiveFrom.IsZero() {
		fault(l, "", "缺少版本或生效时间", "version or effective_from missing")
	}
	if pathOf(l.Scope) == nil {
		fault(l, "", "适用单位不存在", "scope is not a known unit")
	}
	for _, name := range sorted(l.Values) {
		k, ok := keyIndex[name]
		switch {
		case !ok:
			fault(l, name, "未知的政策项", "unknown key")
		case l.Values[name].kind != k.Kind:
			fault(l, name, "值的类型不符", "value of the wrong kind")
		}
	}
}

// checkComplete asks the first layer of the root for every key, so that a Set is
// always complete.
func (b *Book) checkComplete(fault faultFunc) {
	ls := b.scopes[b.root]
	if len(ls) == 0 {
		fault(Layer{Scope: b.root}, "", "缺少市级政策", "the root place has no layer")
		return
	}
	for _, k := range registry {
		if _, ok := ls[0].Values[k.Name]; !ok {
			fault(ls[0], k.Name, "缺少该项", "missing")
		}
	}
}

// checkStrict holds the statutory values of a layer against the law and, at every
// moment something changes, against those of each wider place.
func (b *Book) checkStrict(l Layer, pathOf func(string) []string, fault faultFunc) {
	for _, name := range sorted(l.Values) {
		k, ok := keyIndex[name]
		v := l.Values[name]
		if !ok || !k.Statutory || v.kind != k.Kind {
			continue
		}
		if law, err := Parse(k, k.Law); err != nil || !v.asStrict(law, k.strict()) {
			fault(l, name, "宽于法定值 "+k.Law, v.String()+" is looser than the statute, "+k.Law)
			continue
		}
		for _, wider := range pathOf(l.Scope) {
			if wider == l.Scope {
				break
			}
			if w, scope, bad := b.looser(k, l, wider); bad {
				fault(l, name, "宽于上级地区的 "+w.String(), v.String()+" is looser than "+w.String()+" of "+scope)
			}
		}
	}
}

// looser tells whether the key as layer l sets it is, while it is in force, ever
// looser than the value the wider place sets by itself.
func (b *Book) looser(k Key, l Layer, wider string) (w Value, scope string, bad bool) {
	for _, m := range slices.Concat(b.scopes[l.Scope], b.scopes[wider]) {
		own, ok := b.own(k.Name, l.Scope, m.EffectiveFrom)
		if !ok || own.Version != l.Version || !own.EffectiveFrom.Equal(l.EffectiveFrom) {
			continue
		}
		above, ok := b.own(k.Name, wider, m.EffectiveFrom)
		if !ok || above.Values[k.Name].kind != k.Kind {
			continue
		}
		if w = above.Values[k.Name]; !l.Values[k.Name].asStrict(w, k.strict()) {
			return w, wider, true
		}
	}
	return Value{}, "", false
}

// own is the layer of the place itself that decides the key at the moment. The
// first layer of the root holds from the beginning of time.
func (b *Book) own(key, scope string, when time.Time) (Layer, bool) {
	for _, l := range inForce(b.scopes[scope], when) {
		if _, ok := l.Values[key]; ok {
			return l, true
		}
	}
	if ls := b.scopes[scope]; scope == b.root && len(ls) > 0 {
		_, ok := ls[0].Values[key]
		return ls[0], ok
	}
	return Layer{}, false
}

// At is the policy of the place whose IDs from the root down are given, in force
// at that moment. Narrower places win; before its first layer the root's first
// layer holds.
func (b *Book) At(path []string, when time.Time) Set {
	var s Set
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] != b.root {
			s.layers = append(s.layers, inForce(b.scopes[path[i]], when)...)
		}
	}
	root := inForce(b.scopes[b.root], when)
	if len(root) == 0 {
		root = b.scopes[b.root][:1]
	}
	s.layers = append(s.layers, root...)
	return s
}

// inForce lists the layers begun by the moment, the latest first.
func inForce(ls []Layer, when time.Time) []Layer {
	var out []Layer
	for i := len(ls) - 1; i >= 0; i-- {
		if !ls[i].EffectiveFrom.After(when) {
			out = append(out, ls[i])
		}
	}
	return out
}

// Layers lists every layer, by place and then by time.
func (b *Book) Layers() []Layer {
	var out []Layer
	for _, scope := range sorted(b.scopes) {
		for _, l := range b.scopes[scope] {
			l.Values = maps.Clone(l.Values)
			out = append(out, l)
		}
	}
	return out
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
