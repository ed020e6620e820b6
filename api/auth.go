package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
)

// The ways to say who is calling.
const (
	cookieName     = "huajie_session"
	securityBearer = "token"
	securityCookie = "session"
	sessionLife    = 12 * time.Hour
)

// caller is who asks, and what they may read.
type caller struct {
	user  org.User
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
	token := tokenOf(ctx)
	if token == "" {
		_ = huma.WriteErr(s.api, ctx, http.StatusUnauthorized, "", errSignIn)
		return
	}
	who, err := s.whoIs(ctx.Context(), token)
	if err != nil {
		_ = huma.WriteErr(s.api, ctx, http.StatusUnauthorized, "", err)
		return
	}
	next(huma.WithValue(ctx, callerKey{}, who))
}

// whoIs gives the caller a token stands for.
func (s *server) whoIs(ctx context.Context, token string) (caller, error) {
	user, err := s.Accounts.UserByToken(ctx, token)
	if err != nil {
		return caller{}, err
	}
	actor := domain.Actor{User: user.Username, Grants: user.Grants}
	rules := s.rulesHere()
	return caller{user, actor, view.ScopeOf(actor, rules.Org), token, rules}, nil
}

// tokenOf finds the token of a request: a bearer token, else the cookie.
func tokenOf(ctx huma.Context) string {
	scheme, token, _ := strings.Cut(ctx.Header("Authorization"), " ")
	if strings.EqualFold(scheme, "bearer") {
		return strings.TrimSpace(token)
	}
	if c, err := huma.ReadCookie(ctx, cookieName); err == nil {
		return c.Value
	}
	return ""
}
