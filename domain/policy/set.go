package policy

import (
	"fmt"
	"slices"
	"strings"

	"huajie/domain/calendar"
)

// Set is the complete policy of one place at one time, immutable and safe for
// concurrent use. Asking for a key that is not registered, or by the wrong kind,
// is a programming error and panics; a complete book cannot lack a registered
// key.
type Set struct {
	layers []Layer // the narrowest and latest first
}

// Known tells a policy from none: a form is also described where no case and no
// place is at hand, with every input it may have.
func (s Set) Known() bool { return len(s.layers) > 0 }

// Version names the layers the set is made of, the widest first, such as
// "220400@2026-01-01+220498@drill-1". It is recorded with every step of a case.
func (s Set) Version() string {
	parts := make([]string, len(s.layers))
	for i, l := range s.layers {
		parts[len(parts)-1-i] = l.Scope + "@" + l.Version
	}
	return strings.Join(parts, "+")
}

// Where tells which place and version decide the key: the answer to "who says
// so" in an explained deadline.
func (s Set) Where(key string) (scope, version string) {
	for _, l := range s.layers {
		if _, ok := l.Values[key]; ok {
			return l.Scope, l.Version
		}
	}
	return "", ""
}

// Text is the value of the key as the policy files write it.
func (s Set) Text(key string) string {
	k, ok := keyIndex[key]
	if !ok {
		panic("policy: unknown key " + key)
	}
	return s.value(key, k.Kind).String()
}

// Limit is the value of a key of kind limit; zero means "none".
func (s Set) Limit(key string) calendar.Limit { return s.value(key, KindLimit).limit }

// Limits is the value of a key of kind limits.
func (s Set) Limits(key string) []calendar.Limit {
	return slices.Clone(s.value(key, KindLimits).limits)
}

// Int is the value of a key of kind int.
func (s Set) Int(key string) int { return s.value(key, KindInt).number }

// Percent is the value of a key of kind percent, 0–100.
func (s Set) Percent(key string) int { return s.value(key, KindPercent).number }

// Bool is the value of a key of kind bool.
func (s Set) Bool(key string) bool { return s.value(key, KindBool).yes }

// List is the value of a key of kind list.
func (s Set) List(key string) []string { return slices.Clone(s.value(key, KindList).list) }

// Lists tells whether the list of the key holds the entry.
func (s Set) Lists(key, entry string) bool {
	return slices.Contains(s.value(key, KindList).list, entry)
}

func (s Set) value(key string, kind Kind) Value {
	k, ok := keyIndex[key]
	if !ok {
		panic("policy: unknown key " + key)
	}
	if k.Kind != kind {
		panic(fmt.Sprintf("policy: %s is a %s, not a %s", key, k.Kind, kind))
	}
	for _, l := range s.layers {
		if v, ok := l.Values[key]; ok {
			return v
		}
	}
	panic("policy: no value for " + key)
}
