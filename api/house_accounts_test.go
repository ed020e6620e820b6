package api_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/org"
)

// accounts are the demo accounts, all with the same password.
type accounts struct{ h *house }

const password = "demo-password"

var errSignIn = &domain.Error{Code: domain.CodeSignIn, Reason: "wrong_password"}

func (a accounts) Authenticate(_ context.Context, username, given string) (org.User, error) {
	u, ok := a.h.book.Users.User(username)
	if !ok || given != password {
		return org.User{}, errSignIn
	}
	return u, nil
}

func (a accounts) Try(_ context.Context, _ account.Throttle, _ account.Try, check func() error) error {
	return check()
}

func (a accounts) Known(_ context.Context, username string) (bool, error) {
	_, ok := a.h.book.Users.User(username)
	return ok, nil
}

func (a accounts) UserNamed(_ context.Context, username string) (org.User, error) {
	if u, ok := a.h.book.Users.User(username); ok {
		return u, nil
	}
	return org.User{}, domain.NotFound()
}

func (a accounts) UserByIdentity(ctx context.Context, username, _ string) (org.User, error) {
	return a.UserNamed(ctx, username)
}

func (a accounts) ChangePassword(context.Context, string, string, int64) error { return nil }

// PassOf takes the name of an account after "test-" for one of its tokens.
func (a accounts) PassOf(_ context.Context, token string) (account.Pass, error) {
	a.h.mu.Lock()
	defer a.h.mu.Unlock()
	p, ok := a.h.tokens[token]
	if !ok {
		p.Kind = account.Session
		p.User.Username, _ = strings.CutPrefix(token, "test-")
	}
	if p.User, ok = a.h.book.Users.User(p.User.Username); !ok {
		return account.Pass{}, errSignIn
	}
	return p, nil
}

func (a accounts) Issue(_ context.Context, o account.Opening) (account.Issued, string, error) {
	a.h.mu.Lock()
	defer a.h.mu.Unlock()
	if o.Kind == "" {
		o.Kind = account.Session
	}
	p := account.Pass{ID: int64(len(a.h.tokens) + 1), User: org.User{Username: o.Username}, Kind: o.Kind, Scopes: o.Scopes, Label: o.Label}
	token := fmt.Sprintf("made-%d", p.ID)
	a.h.tokens[token] = p
	return account.Issued{ID: p.ID, Username: o.Username, Kind: o.Kind, Label: o.Label, Scopes: o.Scopes}, token, nil
}

func (a accounts) RevokeToken(_ context.Context, token string) error {
	a.h.mu.Lock()
	defer a.h.mu.Unlock()
	delete(a.h.tokens, token)
	return nil
}

func (a accounts) Issued(context.Context, string, account.Kind) ([]account.Issued, error) {
	return nil, nil
}

func (a accounts) End(context.Context, string, account.Kind, int64) error       { return domain.NotFound() }
func (a accounts) EndOthers(context.Context, string, int64) error               { return nil }
func (a accounts) StartFlow(context.Context, string, account.Flow) error        { return nil }
func (a accounts) EnrolFactor(context.Context, string, string, time.Time) error { return nil }
func (a accounts) SpendStep(context.Context, string, int64) error               { return errSignIn }
func (a accounts) SpendRecovery(context.Context, string, string) error          { return errSignIn }
func (a accounts) RemoveFactor(context.Context, string) error                   { return domain.NotFound() }

func (a accounts) EndFlow(context.Context, string, time.Time) (account.Flow, error) {
	return account.Flow{}, errSignIn
}

func (a accounts) Factor(context.Context, string) (account.Factor, error) {
	return account.Factor{}, nil
}

func (a accounts) ConfirmFactor(context.Context, string, int64, []string, time.Time, int64) error {
	return nil
}

func (a accounts) SetPhone(_ context.Context, username, phone string) error {
	a.h.mu.Lock()
	defer a.h.mu.Unlock()
	a.h.phones[username] = phone
	return nil
}

func (a accounts) People(_ context.Context, usernames []string) (out []org.User, err error) {
	for _, name := range usernames {
		if u, ok := a.h.book.Users.User(name); ok {
			out = append(out, u)
		}
	}
	return out, nil
}

func (a accounts) Members(_ context.Context, role org.Role, unit string) ([]org.User, error) {
	return a.h.book.Users.Holding(role, unit), nil
}
