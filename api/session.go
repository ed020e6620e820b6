package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/org"
)

var signInFields = []form.Field{
	{Name: "username", ZH: "用户名", EN: "username", Type: form.Line, Required: true},
	{Name: "password", ZH: "密码", EN: "password", Type: form.Line, Required: true},
}

type signInInput struct {
	FormBody
	Remote
}

// Remote finds out where a request comes from.
type Remote struct{ address string }

// Resolve is called by huma.
func (r *Remote) Resolve(ctx huma.Context) []error {
	r.address = ctx.RemoteAddr()
	return nil
}

// SignedIn is the answer to a sign-in.
type SignedIn struct {
	Token     string    `json:"token" doc:"for programs: send it as a bearer token"`
	ExpiresAt time.Time `json:"expires_at"`
	User      Me        `json:"user"`
}

type signInOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      SignedIn
}

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
	var user org.User
	err = s.patience.try(in.address, "sign-in/"+clean.Text("username"), func() (err error) {
		user, err = s.Accounts.Authenticate(ctx, clean.Text("username"), password)
		return err
	})
	if err != nil {
		return nil, err
	}
	until := s.Now().Add(sessionLife)
	token, err := s.Accounts.CreateToken(ctx, user.Username, "session", until)
	if err != nil {
		return nil, err
	}
	out := &signInOutput{SetCookie: s.cookie(token, sessionLife)}
	out.Body = SignedIn{token, until.In(zone), s.meOf(user)}
	return out, nil
}

func (s *server) cookie(value string, life time.Duration) http.Cookie {
	c := http.Cookie{Name: cookieName, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: s.SecureCookies, MaxAge: int(life.Seconds())}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

type signOutOutput struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

// signOut ends the session of the token that was sent.
func (s *server) signOut(ctx context.Context, _ *struct{}) (*signOutOutput, error) {
	if err := s.Accounts.RevokeToken(ctx, callerOf(ctx).token); err != nil {
		return nil, err
	}
	return &signOutOutput{SetCookie: s.cookie("", 0)}, nil
}

// Me is who is signed in.
type Me struct {
	Username string   `json:"username"`
	ZH       string   `json:"zh"`
	EN       string   `json:"en"`
	Roles    []string `json:"roles"`
	Offices  []Office `json:"offices"`
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

func (s *server) meOf(u org.User) Me {
	me := Me{Username: u.Username, ZH: u.ZH, EN: u.EN, Roles: []string{}, Offices: []Office{}}
	tree := s.tree()
	for _, g := range u.Grants {
		zh, en := g.Role.Label()
		unit, _ := tree.Unit(g.Unit)
		me.Offices = append(me.Offices, Office{g.Role, zh, en, g.Unit, unit.ZH, unit.EN, g.Point})
		if !strings.Contains(" "+strings.Join(me.Roles, " ")+" ", " "+string(g.Role)+" ") {
			me.Roles = append(me.Roles, string(g.Role))
		}
	}
	return me
}

type meOutput struct{ Body Me }

func (s *server) me(ctx context.Context, _ *struct{}) (*meOutput, error) {
	return &meOutput{s.meOf(callerOf(ctx).user)}, nil
}
