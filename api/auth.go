package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
)

// The ways to say who is calling.
const (
	sessionCookie  = "huajie_session"
	deviceCookie   = "huajie_device" // this browser has signed in before
	flowCookie     = "huajie_flow"   // a sign-in under way elsewhere
	securityBearer = "token"
	securityCookie = "session"
	securityDevice = "device"
)

// SignInRules say how people sign in. Zero values ask for nothing.
type SignInRules struct {
	Life        time.Duration // of a sign-in; 0: twelve hours
	TokenLife   time.Duration // the longest a token for a program may live; 0: a year
	Throttle    account.Throttle
	Passwords   account.Policy
	FactorRoles []org.Role // offices that need a second factor
	// Provider signs people in elsewhere; nil: nobody does.
	Provider Provider
	// ProviderFactor takes the word of the provider for the second factor.
	ProviderFactor bool
	// Landing is where a browser goes from there; "": /.
	Landing string
}

// Provider is where people sign in that have their account elsewhere.
type Provider interface {
	// Begin gives the address to send the person to.
	Begin(ctx context.Context, state string, f account.Flow) (url string, err error)
	// Finish gives the account the person has been found to be, and the identity there:
	// domain.CodeSignIn when there is none.
	Finish(ctx context.Context, code string, f account.Flow) (username, identity string, err error)
}

// caller is who asks, and what they may read.
type caller struct {
	user  org.User
	pass  account.Pass
	actor domain.Actor
	scope view.Scope
	token string
	rules *machine.Rules // of the house, at the time of the request
}

type callerKey struct{}

// callerOf gives the signed-in caller of an operation that demands one.
func callerOf(ctx context.Context) caller {
	c, _ := ctx.Value(callerKey{}).(caller)
	return c
}

var errSignIn = &domain.Error{Code: domain.CodeSignIn, Reason: "sign_in"}

// signedIn is the middleware of every operation that is not public.
func (s *server) signedIn(ctx huma.Context, next func(huma.Context)) {
	who, err := s.admit(ctx.Context(), s.tokenOf(ctx), scopeOf(ctx.Operation()), request{ctx.RemoteAddr(), ctx.SetHeader})
	if err != nil {
		_ = huma.WriteErr(s.api, ctx, http.StatusUnauthorized, "", err)
		return
	}
	next(huma.WithValue(ctx, callerKey{}, who))
}

// openly is the middleware of every operation that asks nobody who they are.
func (s *server) openly(ctx huma.Context, next func(huma.Context)) {
	op := ctx.Operation()
	err := account.Pass{}.Admit(scopeOf(op))
	if err == nil && !slices.Contains(op.Tags, tagSystem) { // who watches the system asks often
		err = s.measure(stranger(ctx), ctx.SetHeader)
	}
	if err != nil {
		_ = huma.WriteErr(s.api, ctx, http.StatusForbidden, "", err)
		return
	}
	next(ctx)
}

// stranger is who asks without having signed in: a device by its token, else an address.
func stranger(ctx huma.Context) string {
	if _, device := ctx.Operation().Metadata[foreign]; device {
		if token := deviceToken(ctx.Header("Authorization")); token != "" {
			return "device/" + digest(token)
		}
	}
	return "address/" + sourceOf(ctx.RemoteAddr())
}

// request is what the door must know of one: where it comes from and how to answer.
type request struct {
	address string
	set     func(name, value string)
}

// admit is the one door of every operation that is not public: a token must be live, must
// open the scope of the operation, and must not have been used too often of late.
func (s *server) admit(ctx context.Context, token string, scope account.Scope, r request) (caller, error) {
	var who caller
	err := error(errSignIn)
	if token != "" {
		who, err = s.whoIs(ctx, token)
	}
	if err != nil {
		if busy := s.measure("address/"+sourceOf(r.address), r.set); busy != nil {
			return caller{}, busy
		}
		return caller{}, err
	}
	if err := s.measure(principal(who.pass), r.set); err != nil {
		return caller{}, err
	}
	return who, who.pass.Admit(scope)
}

// whoIs gives the caller a token stands for.
func (s *server) whoIs(ctx context.Context, token string) (caller, error) {
	pass, err := s.Accounts.PassOf(ctx, token)
	if err != nil {
		return caller{}, err
	}
	pass.MustChange = pass.MustChange && pass.Label != labelProvider // its owner does without
	pass.MustEnrol = !pass.Enrolled && s.needsFactor(pass)
	actor := domain.Actor{User: pass.User.Username, Grants: pass.User.Grants}
	rules := s.rulesHere()
	return caller{pass.User, pass, actor, view.ScopeOf(actor, rules.Org), token, rules}, nil
}

// needsFactor tells whether a pass is one of an office that needs a second factor, and no
// provider has answered for it.
func (s *server) needsFactor(p account.Pass) bool {
	if p.Kind == account.Token || s.SignIn.ProviderFactor && p.Label == labelProvider {
		return false
	}
	return slices.ContainsFunc(s.SignIn.FactorRoles, p.User.Holds)
}

// tokenOf finds the token of a request: a bearer token, else the cookie.
func (s *server) tokenOf(ctx huma.Context) string {
	if token := bearerOf(ctx.Header("Authorization")); token != "" {
		return token
	}
	if c, err := huma.ReadCookie(ctx, s.cookieName(sessionCookie)); err == nil {
		return c.Value
	}
	return ""
}

func bearerOf(authorization string) string {
	scheme, token, _ := strings.Cut(authorization, " ")
	if strings.EqualFold(scheme, "bearer") {
		return strings.TrimSpace(token)
	}
	return ""
}
