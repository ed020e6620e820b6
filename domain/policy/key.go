package policy

import "slices"

// Kind is the sort of value a key has.
type Kind string

// The kinds of value.
const (
	KindLimit   Kind = "limit"   // an amount of time, e.g. 5wd
	KindLimits  Kind = "limits"  // several amounts of time
	KindInt     Kind = "int"     // a count, zero or more
	KindPercent Kind = "percent" // 0–100
	KindBool    Kind = "bool"    // yes or no
	KindList    Kind = "list"    // identifiers or codes
)

// Strict says which way a statutory value may be moved by a narrower place.
type Strict string

// The directions of strictness.
const (
	StrictLower  Strict = "lower"  // less is stricter: time and room of the authorities
	StrictHigher Strict = "higher" // more is stricter: time and rights of the citizen
)

// Key is one entry of the registry.
type Key struct {
	Name   string `json:"name"`
	Kind   Kind   `json:"kind"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Source string `json:"source"` // section, name there and confidence tag, e.g. "§4.4 sign.limit D"

	Statutory bool   `json:"statutory,omitempty"`
	Law       string `json:"law,omitempty"`    // value the statute itself sets; the city may not be looser either
	Strict    Strict `json:"strict,omitempty"` // direction a narrower place may take; lower when empty

	None  bool   `json:"none,omitempty"`  // a limit that may be "none"
	Codes string `json:"codes,omitempty"` // lists: the code table the entries are from
}

// strict is the direction of a statutory key.
func (k Key) strict() Strict {
	if k.Strict == "" {
		return StrictLower
	}
	return k.Strict
}

var registry = slices.Concat(chainKeys, levelKeys, handleKeys, warnKeys, signKeys, extendKeys, firstKeys, receptionKeys, gridKeys, whistleKeys, photoKeys, eventKeys, notifyKeys, patrolKeys, scoreKeys, outageKeys, privacyKeys, retentionKeys)

var keyIndex = func() map[string]Key {
	m := make(map[string]Key, len(registry))
	for _, k := range registry {
		if _, dup := m[k.Name]; dup {
			panic("policy: key registered twice: " + k.Name)
		}
		m[k.Name] = k
	}
	return m
}()

// Keys lists the registry in the order of the sections.
func Keys() []Key { return slices.Clone(registry) }

// KeyNamed finds a key.
func KeyNamed(name string) (Key, bool) {
	k, ok := keyIndex[name]
	return k, ok
}
