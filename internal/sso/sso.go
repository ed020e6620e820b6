// Package sso signs people in at a provider of OpenID Connect: authorization code with
// PKCE, state and nonce. It says who somebody is there; whether they have an account here
// is not its business.
package sso

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"huajie/domain"
	"huajie/domain/account"
)

// patience is how long one call to the provider may take.
const patience = 10 * time.Second

// Options say which provider it is, and what it knows us by.
type Options struct {
	Issuer, ClientID, Secret string
	Scopes                   string // separated by spaces
	Claim                    string // that holds the user name here
	Redirect                 string // where people come back to
}

// Provider is a provider of OpenID Connect. What it says of itself is read when it is first
// needed: it may start after us, and it may be away.
type Provider struct {
	options Options
	http    *http.Client

	mu    sync.Mutex
	known *discovered
}

type discovered struct {
	provider *oidc.Provider
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
}

// New names a provider.
func New(o Options) *Provider {
	return &Provider{options: o, http: &http.Client{Timeout: patience}}
}

// Begin gives the address to send a person to.
func (p *Provider) Begin(ctx context.Context, state string, f account.Flow) (string, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	return d.oauth.AuthCodeURL(state, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), nil
}

// Finish takes the code the person has come back with to the provider, and gives the name
// of the account and who the person is there: issuer and subject.
func (p *Provider) Finish(ctx context.Context, code string, f account.Flow) (username, identity string, err error) {
	d, err := p.discover(ctx)
	if err != nil {
		return "", "", err
	}
	ctx = oidc.ClientContext(ctx, p.http)
	tokens, err := d.oauth.Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	var answered *oauth2.RetrieveError
	switch {
	case errors.As(err, &answered) && answered.Response.StatusCode < http.StatusInternalServerError:
		return "", "", refused(err)
	case err != nil:
		return "", "", away(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := d.verifier.Verify(ctx, raw)
	if err != nil {
		return "", "", refused(err)
	}
	if token.Nonce == "" || token.Nonce != f.Nonce {
		return "", "", refused(errors.New("the nonce is another one"))
	}
	claims, err := p.claims(ctx, d, token, tokens)
	if err != nil {
		return "", "", err
	}
	name, err := nameIn(claims, p.options.Claim)
	if err != nil {
		return "", "", refused(err)
	}
	return name, token.Issuer + " " + token.Subject, nil
}

// claims are what the provider says of a person. Many do not put a profile into the token:
// they are asked for it then (OpenID Connect Core §5.4).
func (p *Provider) claims(ctx context.Context, d *discovered, token *oidc.IDToken, tokens *oauth2.Token) (claims map[string]any, err error) {
	if err := token.Claims(&claims); err != nil {
		return nil, refused(err)
	}
	if _, told := claims[p.options.Claim]; told || d.provider.UserInfoEndpoint() == "" {
		return claims, nil
	}
	info, err := d.provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return nil, away(err)
	}
	if info.Subject != token.Subject { // §5.3.2: it may be about somebody else
		return nil, refused(errors.New("the profile is of another subject"))
	}
	claims = nil
	if err := info.Claims(&claims); err != nil {
		return nil, refused(err)
	}
	return claims, nil
}

// nameIn reads the user name. An address anybody can enter at the provider says nothing
// until the provider has verified it.
func nameIn(claims map[string]any, claim string) (string, error) {
	name, _ := claims[claim].(string)
	if name == "" {
		return "", fmt.Errorf("the claim %q holds no name", claim)
	}
	if verified, _ := claims["email_verified"].(bool); claim == "email" && !verified {
		return "", errors.New("the address is not verified")
	}
	return name, nil
}

// discover reads what the provider says of itself, once it does.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		return p.known, nil
	}
	// Its keys are read anew when they change, long after this request has ended.
	lasting := oidc.ClientContext(context.WithoutCancel(ctx), p.http)
	found, err := oidc.NewProvider(lasting, p.options.Issuer)
	if err != nil {
		return nil, away(err)
	}
	p.known = &discovered{
		provider: found,
		oauth: oauth2.Config{ClientID: p.options.ClientID, ClientSecret: p.options.Secret, Endpoint: found.Endpoint(),
			RedirectURL: p.options.Redirect, Scopes: strings.Fields(p.options.Scopes)},
		verifier: found.VerifierContext(lasting, &oidc.Config{ClientID: p.options.ClientID}),
	}
	return p.known, nil
}

func refused(cause error) error {
	return fmt.Errorf("%w: %w", &domain.Error{Code: domain.CodeSignIn, Reason: "provider_refused",
		Text: domain.Text{ZH: "统一身份认证未通过", EN: "the provider did not sign you in"}}, cause)
}

func away(cause error) error {
	return fmt.Errorf("%w: %w", &domain.Error{Code: domain.CodeUnavailable, Reason: "provider_away",
		Text: domain.Text{ZH: "统一身份认证暂时不可用,请稍后重试", EN: "the provider is not available at the moment"}}, cause)
}
