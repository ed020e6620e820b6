package api

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/audit"
	"huajie/domain/form"
	"huajie/domain/org"
)

var signInFields = []form.Field{
	{Name: "username", ZH: "用户名", EN: "username", Type: form.Line, Required: true},
	{Name: "password", ZH: "密码", EN: "password", Type: form.Line, Required: true, Secret: true},
}

type signInInput struct {
	FormBody
	Remote
}

// Remote finds out where a request comes from, and with what.
type Remote struct {
	address, agent string
	device         string // the browser, once it is known
	asked          huma.Context
}

// Resolve is called by huma.
func (r *Remote) Resolve(ctx huma.Context) []error {
	r.address, r.agent, r.asked = ctx.RemoteAddr(), ctx.Header("User-Agent"), ctx
	return nil
}

// kept gives a cookie of ours that came with a request, or "". Over HTTPS only the one that
// nobody else can have set counts.
func (s *server) kept(r *Remote, name string) string {
	if r.asked == nil {
		return ""
	}
	c, err := huma.ReadCookie(r.asked, s.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// SignedIn is the answer to a sign-in.
type SignedIn struct {
	Token     string    `json:"token" doc:"for programs: send it as a bearer token"`
	ExpiresAt time.Time `json:"expires_at"`
	Next      string    `json:"next,omitempty" enum:"second_factor,change_password,enrol_second_factor" doc:"what has to be done before anything else is open"`
	User      Me        `json:"user"`
}

type signInOutput struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
	Body      SignedIn
}

const (
	sessionLife = 12 * time.Hour       // unless something else is configured
	halfLife    = 5 * time.Minute      // between password and second factor
	deviceLife  = 180 * 24 * time.Hour // a browser is remembered

	longestAgent = 200 // bytes kept of the name of a program

	labelPassword = "password"
	labelProvider = "provider"
	viaFactor     = "second factor"
)

var errPassword = &domain.Error{Code: domain.CodeSignIn, Reason: "wrong_password",
	Text: domain.Text{ZH: "用户名或密码不正确", EN: "user name or password is wrong"}}

// signIn opens a session: a cookie for pages, a token for programs.
func (s *server) signIn(ctx context.Context, in *signInInput) (*signInOutput, error) {
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	password := input.Text("password") // checked below, but never trimmed
	clean, faults := form.Check(signInFields, input, nil)
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	if in.device = s.kept(&in.Remote, deviceCookie); in.device == "" {
		in.device = newSecret()
	}
	var user org.User
	try := account.Try{Secret: "password", Name: clean.Text("username"), Source: sourceOf(in.address), Device: in.device, At: s.Now()}
	err = s.Accounts.Try(ctx, s.SignIn.Throttle, try, func() (err error) {
		if user, err = s.Accounts.Authenticate(ctx, try.Name, password); err == nil && s.SignIn.Passwords.Refuses(password) {
			s.Log.WarnContext(ctx, "somebody tried the public password of the demonstration, and an account has it: set another with `huajie user password`",
				"request_id", infoOf(ctx).requestID)
			err = errPassword
		}
		return err
	})
	if err = s.signInNoted(ctx, clean.Text("username"), labelPassword, err); err != nil {
		return nil, err
	}
	factor, err := s.Accounts.Factor(ctx, user.Username)
	if err != nil {
		return nil, err
	}
	opening := account.Opening{Username: user.Username, Label: labelPassword}
	if factor.Confirmed {
		opening.Kind = account.Half
	}
	return s.open(ctx, opening, &in.Remote)
}

// open makes the session somebody has earned.
func (s *server) open(ctx context.Context, o account.Opening, r *Remote) (*signInOutput, error) {
	life := s.SignIn.Life
	if life == 0 {
		life = sessionLife
	}
	if o.Kind == account.Half {
		life = min(life, halfLife)
	}
	o.Until, o.Source, o.Agent = s.Now().Add(life), hostOf(r.address), shortened(r.agent)
	_, token, err := s.Accounts.Issue(ctx, o)
	if err != nil {
		return nil, err
	}
	who, err := s.whoIs(ctx, token)
	if err != nil {
		return nil, err
	}
	out := &signInOutput{SetCookie: []http.Cookie{s.cookie(sessionCookie, token, life)}}
	if r.device != "" {
		out.SetCookie = append(out.SetCookie, s.cookie(deviceCookie, r.device, deviceLife))
	}
	out.Body = SignedIn{token, o.Until.In(zone), who.pass.Next(), s.meOf(who.pass)}
	return out, nil
}

// shortened is what is kept of the name a program gives itself.
func shortened(agent string) string {
	return strings.ToValidUTF8(agent[:min(len(agent), longestAgent)], "")
}

// newSecret is 256 random bits.
func newSecret() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

type signOutOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

// signOut ends the session of the token that was sent.
func (s *server) signOut(ctx context.Context, _ *struct{}) (*signOutOutput, error) {
	act := func() error { return s.Accounts.RevokeToken(ctx, callerOf(ctx).token) }
	if err := s.onRecord(ctx, audit.SignOut, "", "", act); err != nil {
		return nil, err
	}
	return &signOutOutput{SetCookie: s.cookie(sessionCookie, "", 0)}, nil
}

// Me is who is signed in.
type Me struct {
	Username string   `json:"username"`
	ZH       string   `json:"zh"`
	EN       string   `json:"en"`
	Roles    []string `json:"roles"`
	Offices  []Office `json:"offices"`
	Sees     string   `json:"sees" enum:"cases,counts,nothing" doc:"what the offices open: cases, statistics alone, or neither (audit log, accounts, rules)"`
	Next     string   `json:"next,omitempty" doc:"what has to be done before anything else is open, as the sign-in told"`
}

// Office is a role held in a unit.
type Office struct {
	Role   org.Role `json:"role"`
	RoleZH string   `json:"role_zh"`
	RoleEN string   `json:"role_en"`
	Unit   string   `json:"unit"`
	UnitZH string   `json:"unit_zh"`
	UnitEN string   `json:"unit_en"`
	Point  string   `json:"point,omitempty"`
}

func (s *server) meOf(p account.Pass) Me {
	u := p.User
	me := Me{Username: u.Username, ZH: u.ZH, EN: u.EN, Roles: []string{}, Offices: s.officesOf(u.Grants), Sees: seesOf(u.Grants), Next: p.Next()}
	for _, g := range u.Grants {
		if !strings.Contains(" "+strings.Join(me.Roles, " ")+" ", " "+string(g.Role)+" ") {
			me.Roles = append(me.Roles, string(g.Role))
		}
	}
	return me
}

// seesOf is the widest that offices open, so that pages offer no list that can only be empty.
func seesOf(grants []org.Grant) string {
	sees := "nothing"
	for _, g := range grants {
		info, known := g.Role.Info()
		switch {
		case !known || info.Reach == org.ReachTenant:
		case info.Reach == org.ReachCounts:
			sees = "counts"
		default:
			return "cases"
		}
	}
	return sees
}

type meOutput struct{ Body Me }

func (s *server) me(ctx context.Context, _ *struct{}) (*meOutput, error) {
	return &meOutput{s.meOf(callerOf(ctx).pass)}, nil
}
