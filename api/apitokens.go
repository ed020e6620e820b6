package api

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/audit"
	"huajie/domain/form"
	"huajie/domain/org"
)

// longestTokenLife is how long a token for a program may live unless something else is
// configured.
const longestTokenLife = 366 * 24 * time.Hour

var tokenFields = []form.Field{
	{Name: "username", ZH: "系统对接方账号", EN: "account of the integrator", Type: form.Line, Required: true, Max: 100},
	{Name: "label", ZH: "用途", EN: "what it is for", Type: form.Line, Required: true, Max: 100, NoNumbers: true},
	{Name: "scope", ZH: "权限范围", EN: "what it opens, separated by spaces: " + scopeNames(), Type: form.Line, Required: true, Max: 100},
	{Name: "days", ZH: "有效天数", EN: "days it is valid", Type: form.Integer, Required: true, Min: 1, Max: 3660},
}

func scopeNames() string {
	var out []string
	for _, s := range account.Grantable {
		out = append(out, string(s))
	}
	return strings.Join(out, " ")
}

// TokenView is a token of a program. The token itself is told once.
type TokenView struct {
	account.Issued
	Token string `json:"token,omitempty" doc:"told once, when it is made"`
}

// TokenViews are tokens of programs.
type TokenViews struct {
	Items []TokenView `json:"items"`
}

type tokenOutput struct{ Body TokenView }
type tokensOutput struct{ Body TokenViews }

type tokensInput struct {
	Username string `query:"username" maxLength:"100" doc:"only those of an account"`
}

func (s *server) listTokens(ctx context.Context, in *tokensInput) (*tokensOutput, error) {
	list, err := s.Accounts.Issued(ctx, in.Username, account.Token)
	if err != nil {
		return nil, err
	}
	out := &tokensOutput{TokenViews{Items: []TokenView{}}}
	for _, i := range list {
		out.Body.Items = append(out.Body.Items, TokenView{Issued: i})
	}
	return out, nil
}

// createToken makes a token for an integrator and for nobody else: with the token of an
// officer an administrator could read cases, which is not theirs to do (§2.1).
func (s *server) createToken(ctx context.Context, in *formInput) (*tokenOutput, error) {
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	clean, faults := form.Check(tokenFields, input, nil)
	longest := s.SignIn.TokenLife
	if longest == 0 {
		longest = longestTokenLife
	}
	life := time.Duration(clean.Int("days")) * 24 * time.Hour
	if life > longest {
		faults = append(faults, domain.Fault("days", "range", "有效期过长", "that is longer than a token may live"))
	}
	list, ok := account.ScopesOf(clean.Text("scope"))
	if clean.Has("scope") && !ok {
		faults = append(faults, domain.Fault("scope", "unknown_code", "没有这个权限范围", "must be some of: "+scopeNames()))
	}
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	name := clean.Text("username")
	user, err := s.Accounts.UserNamed(ctx, name)
	if err != nil && domain.CodeOf(err) != domain.CodeNotFound {
		return nil, err
	}
	human := func(g org.Grant) bool { return g.Role != org.RoleIntegrator }
	if len(user.Grants) == 0 || slices.ContainsFunc(user.Grants, human) {
		return nil, domain.Faulty("username", "not_integrator", "不是系统对接方账号", "this is no active account that is an integrator's and nothing else")
	}
	var made account.Issued
	var token string
	err = s.onRecord(ctx, audit.TokenMade, name, fmt.Sprintf("%s %v %d d", clean.Text("label"), list, clean.Int("days")), func() (err error) {
		made, token, err = s.Accounts.Issue(ctx, account.Opening{Username: name, Kind: account.Token, Label: clean.Text("label"),
			Scopes: list, MadeBy: callerOf(ctx).user.Username, Until: s.Now().Add(life)})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &tokenOutput{TokenView{made, token}}, nil
}

func (s *server) revokeToken(ctx context.Context, in *idInput) (*struct{}, error) {
	act := func() error { return s.Accounts.End(ctx, "", account.Token, in.ID) }
	return nil, s.onRecord(ctx, audit.TokenRevoked, strconv.FormatInt(in.ID, 10), "", act)
}
