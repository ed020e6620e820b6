package api

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
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
	user, err := s.Accounts.UserByToken(ctx.Context(), token)
	if err != nil {
		_ = huma.WriteErr(s.api, ctx, http.StatusUnauthorized, "", err)
		return
	}
	actor := domain.Actor{User: user.Username, Grants: user.Grants}
	scope := view.ScopeOf(actor, s.tree())
	next(huma.WithValue(ctx, callerKey{}, caller{user, actor, scope, token}))
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

// The patience with wrong passwords and query codes from one address.
const (
	mostFailures  = 20
	failureWindow = 5 * time.Minute
	mostWindows   = 10000
)

// patience counts failed attempts, so that secrets cannot be tried out at speed.
type patience struct {
	mu      sync.Mutex
	now     func() time.Time
	windows map[string]window
}

type window struct {
	since time.Time
	count int
}

func newPatience(now func() time.Time) *patience {
	return &patience{now: now, windows: map[string]window{}}
}

// spent tells whether too many attempts have failed of late.
func (p *patience) spent(key string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.windows[key]
	return w.count >= mostFailures && p.now().Sub(w.since) < failureWindow
}

// failed counts one more failed attempt.
func (p *patience) failed(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if len(p.windows) >= mostWindows {
		for k, w := range p.windows {
			if now.Sub(w.since) >= failureWindow {
				delete(p.windows, k)
			}
		}
	}
	w := p.windows[key]
	if now.Sub(w.since) >= failureWindow {
		w = window{since: now}
	}
	w.count++
	p.windows[key] = w
}

// try runs a check of a secret under the patience for the address and subject.
func (p *patience) try(address, subject string, check func() error) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	key := digest(host, subject)
	if p.spent(key) {
		return &domain.Error{Code: domain.CodeTooMany, Reason: "too_many_failures",
			Text: domain.Text{ZH: "尝试次数过多,请稍后再试", EN: "too many failed attempts; try again later"}}
	}
	err = check()
	if code := domain.CodeOf(err); code == domain.CodeSignIn || code == domain.CodeNotFound {
		p.failed(key)
	}
	return err
}
