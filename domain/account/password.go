package account

import (
	_ "embed"
	"strings"
	"sync"
	"unicode/utf8"

	"huajie/domain"
)

// DemoPassword is the password of every demonstration account. It is public: outside of
// the demonstration nobody signs in with it.
const DemoPassword = "Huajie-2026-demo" //nolint:gosec // public on purpose

// longestPassword is as much as is hashed, in bytes.
const longestPassword = 1000

// Policy is what a password must be.
type Policy struct {
	// Least is the least number of characters.
	Least int
	// Demo lets the demonstration have its public password.
	Demo bool
}

// The commonest passwords of ten characters and more, as published lists of leaked ones
// have them, in lower case. Shorter ones are too short anyway.
//
//go:embed common.txt
var common string

var commonest = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(common) {
		out[w] = true
	}
	return out
})

// Refuses tells of a password that fits, but must not open anything: the one everybody
// knows from the demonstration.
func (p Policy) Refuses(password string) bool { return !p.Demo && password == DemoPassword }

// Check finds what is wrong with a new password of an account, named as its input.
func (p Policy) Check(field, username, password string) []domain.FieldError {
	fault := func(reason, zh, en string) []domain.FieldError {
		return []domain.FieldError{domain.Fault(field, reason, zh, en)}
	}
	lower := strings.ToLower(password)
	switch {
	case password == "" || !utf8.ValidString(password):
		return fault("required", "必填", "is required")
	case len(password) > longestPassword:
		return fault("range", "过长", "is too long")
	case p.Demo:
		return nil
	case utf8.RuneCountInString(password) < p.Least:
		return fault("too_short", "过短", "is too short")
	case username != "" && strings.Contains(lower, strings.ToLower(username)):
		return fault("user_name", "不得包含用户名", "must not contain the user name")
	case password == DemoPassword, commonest()[lower], repeated(lower):
		return fault("too_common", "过于常见", "is one of the commonest: everybody tries it first")
	}
	return nil
}

// repeated tells of a short piece said again and again: aaaaaaaaaa, 123123123123.
func repeated(s string) bool {
	for n := 1; n <= 4 && n*2 <= len(s); n++ {
		if strings.Repeat(s[:n], len(s)/n+1)[:len(s)] == s {
			return true
		}
	}
	return false
}
