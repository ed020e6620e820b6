package api

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/audit"
	"huajie/domain/form"
)

// accountRoutes are the routes of signing in and of one's own account, and of tokens for
// programs.
func (s *server) accountRoutes() {
	publicly(s, http.MethodPost, "/session", "sign-in", tagAccount, "Sign in", schemaOf(signInFields, false), s.signIn)
	post(s, "/session/second-factor", "second-step", tagAccount, "Give the second factor, where a sign-in has asked for it", schemaOf(codeFields, false), http.StatusOK, s.secondStep)
	register(s, operation(http.MethodDelete, basePath+"/session", "sign-out", tagAccount, "Sign out"), http.StatusNoContent, nil, true, s.signOut)
	s.elsewhereRoutes()

	get(s, "/me", "me", tagAccount, "Who am I", s.me)
	post(s, "/me/phone", "set-phone", tagAccount, "The number the caller is reached at by SMS", schemaOf(phoneFields, false), http.StatusNoContent, s.setPhone)
	post(s, "/me/password", "change-password", tagAccount, "Change the password; every other sign-in ends", schemaOf(passwordFields, false), http.StatusNoContent, s.changePassword)
	get(s, "/me/sessions", "list-own-sessions", tagAccount, "Where the caller is signed in", s.listSessions)
	register(s, operation(http.MethodDelete, basePath+"/me/sessions", "end-other-sessions", tagAccount, "Sign out everywhere else"), http.StatusNoContent, nil, true, s.endOthers)
	register(s, operation(http.MethodDelete, basePath+"/me/sessions/{id}", "end-own-session", tagAccount, "Sign out there"), http.StatusNoContent, nil, true, s.endSession)

	get(s, "/me/second-factor", "get-second-factor", tagAccount, "Whether the caller has a second factor, and needs one", s.getFactor)
	post(s, "/me/second-factor", "enrol-second-factor", tagAccount, "Begin with a second factor: a secret for an authenticator app", nil, http.StatusCreated, s.enrolFactor)
	post(s, "/me/second-factor/confirmation", "confirm-second-factor", tagAccount, "Confirm it with a first code; the recovery codes are told once", schemaOf(codeFields, false), http.StatusOK, s.confirmFactor)
	post(s, "/me/second-factor/removal", "remove-second-factor", tagAccount, "Take the second factor away, with a code", schemaOf(codeFields, false), http.StatusNoContent, s.removeFactor)

	get(s, "/tokens", "list-tokens", tagAccount, "Tokens of programs", s.listTokens)
	post(s, "/tokens", "create-token", tagAccount, "Make a token for a program; it is told once", schemaOf(tokenFields, false), http.StatusCreated, s.createToken)
	register(s, operation(http.MethodDelete, basePath+"/tokens/{id}", "revoke-token", tagAccount, "End a token of a program"), http.StatusNoContent, nil, true, s.revokeToken)
}

var phoneFields = []form.Field{{Name: "phone", ZH: "手机号(留空为不接收短信)", EN: "mobile number; empty for none", Type: form.Line}}

// mobile is a number as it is dialled; a masked one is none.
var mobile = regexp.MustCompile(`^(\+?[0-9]{7,15})?$`)

type phoneInput struct{ FormBody }

// setPhone keeps the number an officer is reached at when the app is not.
func (s *server) setPhone(ctx context.Context, in *phoneInput) (*struct{}, error) {
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	clean, faults := form.Check(phoneFields, input, nil)
	if len(faults) == 0 && !mobile.MatchString(clean.Text("phone")) {
		faults = append(faults, domain.Fault("phone", "format", "手机号格式不正确", "this is no telephone number"))
	}
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	name := callerOf(ctx).user.Username
	return nil, s.onRecord(ctx, audit.PhoneChanged, name, "", func() error { return s.Accounts.SetPhone(ctx, name, clean.Text("phone")) })
}

// SignInView is one place where the caller is signed in.
type SignInView struct {
	ID        int64     `json:"id"`
	Current   bool      `json:"current" doc:"the one this was asked with"`
	Source    string    `json:"source" doc:"address it was opened from"`
	Agent     string    `json:"agent" doc:"program it was opened with, as it calls itself"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
	UsedAt    time.Time `json:"used_at,omitzero" doc:"to about ten minutes"`
}

// SignInList are the places where the caller is signed in.
type SignInList struct {
	Items []SignInView `json:"items"`
}

type signInsOutput struct{ Body SignInList }

func (s *server) listSessions(ctx context.Context, _ *struct{}) (*signInsOutput, error) {
	who := callerOf(ctx)
	list, err := s.Accounts.Issued(ctx, who.user.Username, account.Session)
	if err != nil {
		return nil, err
	}
	out := &signInsOutput{SignInList{Items: []SignInView{}}}
	for _, i := range list {
		out.Body.Items = append(out.Body.Items, SignInView{i.ID, i.ID == who.pass.ID, i.Source, i.Agent, i.CreatedAt, i.ExpiresAt, i.UsedAt})
	}
	return out, nil
}

func (s *server) endSession(ctx context.Context, in *idInput) (*struct{}, error) {
	act := func() error { return s.Accounts.End(ctx, callerOf(ctx).user.Username, account.Session, in.ID) }
	return nil, s.onRecord(ctx, audit.SignOut, fmt.Sprintf("session %d", in.ID), "", act)
}

func (s *server) endOthers(ctx context.Context, _ *struct{}) (*struct{}, error) {
	who := callerOf(ctx)
	act := func() error { return s.Accounts.EndOthers(ctx, who.user.Username, who.pass.ID) }
	return nil, s.onRecord(ctx, audit.SignOut, "every other session", "", act)
}

var passwordFields = []form.Field{
	{Name: "old", ZH: "原密码", EN: "password so far", Type: form.Line, Required: true, Secret: true},
	{Name: "new", ZH: "新密码", EN: "new password", Type: form.Line, Required: true, Secret: true},
}

type passwordInput struct {
	FormBody
	Remote
}

// changePassword needs the old one: an unguarded screen is not enough to take an account
// over.
func (s *server) changePassword(ctx context.Context, in *passwordInput) (*struct{}, error) {
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	before, after := input.Text("old"), input.Text("new") // never trimmed
	_, faults := form.Check(passwordFields, input, nil)
	if len(faults) == 0 {
		faults = s.SignIn.Passwords.Check("new", who.user.Username, after)
	}
	if len(faults) == 0 && before == after {
		faults = []domain.FieldError{domain.Fault("new", "unchanged", "新密码与原密码相同", "the new password is the old one")}
	}
	if len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	// Whoever does this is signed in: how often does not depend on the place.
	try := account.Try{Secret: "password of a session", Name: who.user.Username, At: s.Now()}
	err = s.Accounts.Try(ctx, s.SignIn.Throttle, try, func() error {
		_, err := s.Accounts.Authenticate(ctx, who.user.Username, before)
		if domain.CodeOf(err) == domain.CodeSignIn {
			return errOldPassword
		}
		return err
	})
	if domain.ReasonOf(err) == errOldPassword.Reason {
		return nil, domain.Faulty("old", "wrong", "原密码不正确", "the password so far is wrong")
	}
	if err != nil {
		return nil, err
	}
	return nil, s.onRecord(ctx, audit.PasswordChanged, who.user.Username, "", func() error {
		return s.Accounts.ChangePassword(ctx, who.user.Username, after, who.pass.ID)
	})
}

var errOldPassword = &domain.Error{Code: domain.CodeSignIn, Reason: "old_password"}
