package account_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/org"
)

// TestWaitsGrowAndEnd: the free failures cost nothing, each further one at least as much as
// the one before, and none more than the longest.
func TestWaitsGrowAndEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		limits := account.Throttle{Free: rapid.IntRange(1, 50).Draw(rt, "free"), Delay: time.Duration(rapid.IntRange(1, 1e10).Draw(rt, "delay"))}
		limits.Longest = limits.Delay + time.Duration(rapid.IntRange(0, 1e13).Draw(rt, "longest"))
		before := time.Duration(0)
		for n := range 200 {
			wait := limits.Wait(n, limits.Free)
			if n <= limits.Free && wait != 0 || n > limits.Free && (wait < limits.Delay || wait < before || wait > limits.Longest) {
				rt.Fatalf("after %d failures: %s after %s", n, wait, before)
			}
			before = wait
		}
		if before != limits.Longest {
			rt.Fatalf("it comes to %s only", before)
		}
	})
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	policy, demo := account.Policy{Least: 10}, account.Policy{Least: 10, Demo: true}
	for password, want := range map[string]string{
		"": "required", "\xff\xfe": "required", "九个字也不够长": "too_short", "十个字的密码就足够长了": "", "correct horse battery": "",
		"Zhang.San-2026": "user_name", "1234567890": "too_common", "WOAINI1314": "too_common", "aaaaaaaaaaaa": "too_common", "12341234123": "too_common",
		"passwordpassword!": "", strings.Repeat("长密码", 200): "range", account.DemoPassword: "too_common",
	} {
		reason := ""
		if faults := policy.Check("new", "zhang.san", password); len(faults) > 0 {
			reason = faults[0].Reason
		}
		assert.Equal(t, want, reason, password)
	}
	assert.Empty(t, demo.Check("new", "zhang.san", account.DemoPassword))
	assert.NotEmpty(t, demo.Check("new", "zhang.san", ""))
	assert.True(t, policy.Refuses(account.DemoPassword))
	assert.False(t, demo.Refuses(account.DemoPassword))
}

// TestWhatOpensWhat is the whole table: one row for each kind of pass.
func TestWhatOpensWhat(t *testing.T) {
	t.Parallel()
	all := []account.Scope{account.Read, account.Intake, account.Act, account.Field, account.Anyone, account.Own, account.Person, account.Admin, account.Step, account.Leave, account.Public, ""}
	admin := org.User{Grants: []org.Grant{{Role: org.RoleSysAdmin}}}
	for name, row := range map[string]struct {
		pass  account.Pass
		opens string
		next  string
	}{
		"nobody":              {account.Pass{}, "leave public", ""},
		"a person":            {account.Pass{Kind: account.Session}, "read intake act field anyone own person leave public", ""},
		"an administrator":    {account.Pass{Kind: account.Session, User: admin}, "read intake act field anyone own person admin leave public", ""},
		"must change":         {account.Pass{Kind: account.Session, User: admin, MustChange: true, MustEnrol: true}, "anyone own leave public", account.NextChange},
		"must enrol":          {account.Pass{Kind: account.Session, User: admin, MustEnrol: true}, "anyone own leave public", account.NextEnrol},
		"half signed in":      {account.Pass{Kind: account.Half, User: admin, Scopes: all}, "step leave public", account.NextFactor},
		"a program":           {account.Pass{Kind: account.Token, Scopes: []account.Scope{account.Read, account.Act}}, "read act anyone leave public", ""},
		"one that has it all": {account.Pass{Kind: account.Token, User: admin, Scopes: all, MustChange: true}, "read intake act field anyone leave public", ""},
		"of no known kind":    {account.Pass{Kind: "other", User: admin, Scopes: all}, "leave public", ""},
	} {
		var opens []string
		for _, s := range all {
			err := row.pass.Admit(s)
			if err == nil {
				opens = append(opens, string(s))
				continue
			}
			assert.Equal(t, domain.CodeForbidden, domain.CodeOf(err), "%s %s", name, s)
		}
		assert.Equal(t, row.opens, strings.Join(opens, " "), name)
		assert.Equal(t, row.next, row.pass.Next(), name)
	}
}

func TestScopesAreReadWhole(t *testing.T) {
	t.Parallel()
	list, ok := account.ScopesOf(" read  act read ")
	assert.True(t, ok)
	assert.Equal(t, []account.Scope{account.Read, account.Act}, list)
	for _, bad := range []string{"", " ", "read own", "admin", "READ", "read,act"} {
		_, ok := account.ScopesOf(bad)
		assert.False(t, ok, bad)
	}
}
