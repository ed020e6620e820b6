package api

import (
	"context"
	"crypto/subtle"
	"net/http"

	"huajie/domain"
	"huajie/domain/account"
)

// elsewhereRoutes let people sign in at a provider (OpenID Connect). Browsers go there, so
// they answer with redirections.
func (s *server) elsewhereRoutes() {
	begin := operation(http.MethodGet, basePath+"/session/oidc", "sign-in-elsewhere", tagAccount, "Sign in at the provider of single sign-on; 404 when there is none")
	register(s, begin, http.StatusFound, nil, false, s.signInElsewhere)
	end := operation(http.MethodGet, basePath+"/session/oidc/callback", "signed-in-elsewhere", tagAccount, "Where the provider sends the browser back to")
	end.Metadata = map[string]any{foreign: true} // providers add parameters of their own
	register(s, end, http.StatusFound, nil, false, s.signedInElsewhere)
}

type redirectOutput struct {
	Location  string        `header:"Location"`
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

// signInElsewhere sends the browser to the provider, with what only this browser can come
// back with: the state in a cookie. Nonce and verifier (PKCE) stay here.
func (s *server) signInElsewhere(ctx context.Context, _ *struct{}) (*redirectOutput, error) {
	if s.SignIn.Provider == nil {
		return nil, domain.NotFound()
	}
	state, flow := newSecret(), account.Flow{Nonce: newSecret(), Verifier: newSecret(), At: s.Now()}
	to, err := s.SignIn.Provider.Begin(ctx, state, flow)
	if err != nil {
		return nil, err
	}
	if err := s.Accounts.StartFlow(ctx, state, flow); err != nil {
		return nil, err
	}
	return &redirectOutput{Location: to, SetCookie: []http.Cookie{s.cookie(flowCookie, state, account.FlowLife)}}, nil
}

type callbackInput struct {
	Remote
	Code  string `query:"code" maxLength:"4096"`
	State string `query:"state" maxLength:"200"`
}

var (
	errState   = &domain.Error{Code: domain.CodeSignIn, Reason: "stale_sign_in", Text: domain.Text{ZH: "登录已超时,请重新开始", EN: "the sign-in has taken too long, or was finished before; begin anew"}}
	errRefused = &domain.Error{Code: domain.CodeSignIn, Reason: "provider_refused", Text: domain.Text{ZH: "统一身份认证未通过", EN: "the provider did not sign you in"}}
)

// signedInElsewhere opens a session for the account the provider names. None is made.
func (s *server) signedInElsewhere(ctx context.Context, in *callbackInput) (*redirectOutput, error) {
	if s.SignIn.Provider == nil {
		return nil, domain.NotFound()
	}
	if in.State == "" || subtle.ConstantTimeCompare([]byte(in.State), []byte(s.kept(&in.Remote, flowCookie))) != 1 {
		return nil, errState
	}
	flow, err := s.Accounts.EndFlow(ctx, in.State, s.Now())
	if err != nil {
		return nil, err
	}
	if in.Code == "" { // the person has said no, or the provider has
		return nil, errRefused
	}
	name, identity, err := s.SignIn.Provider.Finish(ctx, in.Code, flow)
	if err != nil {
		return nil, err
	}
	user, err := s.Accounts.UserByIdentity(ctx, name, identity)
	if err = s.signInNoted(ctx, name, labelProvider, err); err != nil {
		return nil, err
	}
	factor, err := s.Accounts.Factor(ctx, user.Username)
	if err != nil {
		return nil, err
	}
	opening := account.Opening{Username: user.Username, Label: labelProvider}
	if factor.Confirmed && !s.SignIn.ProviderFactor {
		opening.Kind = account.Half
	}
	opened, err := s.open(ctx, opening, &in.Remote)
	if err != nil {
		return nil, err
	}
	landing := s.SignIn.Landing
	if landing == "" {
		landing = "/"
	}
	return &redirectOutput{Location: landing, SetCookie: append(opened.SetCookie, s.cookie(flowCookie, "", 0))}, nil
}
