package account

import (
	"slices"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/org"
)

// Scope is what an operation asks of whoever calls it, beyond the rights of their offices.
// The first four are given to tokens.
type Scope string

// The scopes.
const (
	Read   Scope = "read"   // look at cases, lists, notices and statistics
	Intake Scope = "intake" // register matters, report events, draft whistles, upload photos
	Act    Scope = "act"    // take steps on cases, sessions and whistles
	Field  Scope = "field"  // duty, patrols, tracks and leave of the account

	Anyone Scope = "anyone" // whoever is signed in, with a session or a token
	Own    Scope = "own"    // the person, on the own account
	Person Scope = "person" // the person, who has nothing left to do first
	Admin  Scope = "admin"  // the person, who must be an administrator
	Step   Scope = "step"   // between password and second factor
	Leave  Scope = "leave"  // whoever has any token, however little it opens
	Public Scope = "public" // nobody needs to be signed in
)

// Grantable are the scopes a token may have.
var Grantable = []Scope{Read, Intake, Act, Field}

// ScopesOf reads a list of scopes for a token, separated by spaces; it is not ok when one
// is none, or there is none.
func ScopesOf(list string) (out []Scope, ok bool) {
	for name := range strings.FieldsSeq(list) {
		s := Scope(name)
		if !slices.Contains(Grantable, s) {
			return nil, false
		}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out, len(out) > 0
}

// Kind is how a token came about.
type Kind string

// The kinds of token.
const (
	Session Kind = "session" // a person who has signed in
	Half    Kind = "half"    // the password was right, the second factor is still to come
	Token   Kind = "token"   // a program
)

// Pass is what a live token stands for.
type Pass struct {
	ID         int64
	User       org.User
	Kind       Kind
	Scopes     []Scope // of a program
	Label      string
	Fresh      bool // the sign-in is of the last quarter of an hour
	MustChange bool // the password is not the person's own
	Enrolled   bool // the account has a second factor
	MustEnrol  bool // the account needs one and has none
}

// What is to be done before anything else is open.
const (
	NextFactor = "second_factor"
	NextChange = "change_password"
	NextEnrol  = "enrol_second_factor"
)

// Next is what the person has to do before anything else, or "".
func (p Pass) Next() string {
	switch {
	case p.Kind == Token:
		return ""
	case p.Kind == Half:
		return NextFactor
	case p.MustChange:
		return NextChange
	case p.MustEnrol:
		return NextEnrol
	}
	return ""
}

var (
	errNoScope = domain.Forbid("no_scope", "", "该接口未开放", "this operation is open to nobody")
	errScope   = domain.Forbid("token_scope", "§2.1", "令牌的权限范围不包括此操作", "the token is not for this: its scopes do not include it")
	errPerson  = domain.Forbid("person_needed", "§2.1", "此操作须由本人登录后进行", "a person must be signed in for this; a token is not enough")
	errFactor  = domain.Forbid("second_factor_needed", "", "请先完成第二步验证", "give the second factor first")
	errChange  = domain.Forbid("password_must_change", "", "请先修改密码", "change the password first")
	errEnrol   = domain.Forbid("second_factor_must_enrol", "", "本岗位须先登记动态口令", "this office needs a second factor: enrol one first")
	errStepped = domain.Forbid("second_factor_done", "", "无需第二步验证", "no second factor is awaited")
)

// Admit tells whether the pass opens an operation of a scope. What has no scope is open
// to nobody.
func (p Pass) Admit(s Scope) error {
	switch s {
	case "":
		return errNoScope
	case Public, Leave:
		return nil
	case Step:
		if p.Kind != Half {
			return errStepped
		}
		return nil
	}
	switch p.Kind {
	case Half:
		return errFactor
	case Token:
		return p.admitProgram(s)
	case Session:
		return p.admitPerson(s)
	}
	return errNoScope
}

func (p Pass) admitProgram(s Scope) error {
	switch {
	case s == Anyone, slices.Contains(p.Scopes, s) && slices.Contains(Grantable, s):
		return nil
	case slices.Contains(Grantable, s):
		return errScope
	}
	return errPerson
}

func (p Pass) admitPerson(s Scope) error {
	if s == Own || s == Anyone {
		return nil
	}
	switch p.Next() {
	case NextChange:
		return errChange
	case NextEnrol:
		return errEnrol
	}
	if s == Admin && !p.User.Holds(org.RoleSysAdmin) {
		return domain.Forbid("not_administrator", "§2.1", "仅系统管理员可以操作", "only the system administrator does this")
	}
	return nil
}

// Opening is a token that is to be made.
type Opening struct {
	Username string
	Kind     Kind // "" is Session
	Label    string
	Scopes   []Scope
	MadeBy   string
	Source   string // address it was asked for from
	Agent    string // program it was asked for with
	Until    time.Time
}

// Issued is a token as it is listed: never the token itself.
type Issued struct {
	ID        int64     `json:"id"`
	Username  string    `json:"username"`
	Kind      Kind      `json:"kind"`
	Label     string    `json:"label"`
	Scopes    []Scope   `json:"scopes,omitempty"`
	MadeBy    string    `json:"made_by,omitempty"`
	Source    string    `json:"source,omitempty"`
	Agent     string    `json:"agent,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
	UsedAt    time.Time `json:"used_at,omitzero"`
}

// Factor is the second factor of an account.
type Factor struct {
	Secret    string // base32; "" where there is none
	Confirmed bool
	LastStep  int64 // of time, that was used
	Left      int   // recovery codes not used yet
}

// FlowLife is how long somebody may take to sign in at a provider.
const FlowLife = 10 * time.Minute

// Flow is what a sign-in at a provider must be finished with.
type Flow struct {
	Nonce, Verifier string
	At              time.Time
}
