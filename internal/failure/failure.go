// Package failure carries refusals across the Temporal boundary. A refusal
// returned by an activity or an update handler loses its Go type on the way;
// Wrap gives it a form that survives, Unwrap gives the refusal back. Nothing
// else in the product converts errors between the two worlds.
package failure

import (
	"errors"

	"go.temporal.io/sdk/temporal"

	"huajie/domain"
)

// typePrefix marks the failures made here, so that an application error of
// another origin is never mistaken for a refusal.
const typePrefix = "refused:"

// refusal is the form in which a *domain.Error travels. It is a payload, so it
// goes through the encrypting codec like every other.
type refusal struct {
	Code   domain.Code         `json:"code"`
	Reason string              `json:"reason,omitempty"`
	Rule   string              `json:"rule,omitempty"`
	ZH     string              `json:"zh,omitempty"`
	EN     string              `json:"en,omitempty"`
	State  string              `json:"state,omitempty"`
	Fields []domain.FieldError `json:"fields,omitempty"`
}

// Wrap turns a refusal into a failure that is not retried, because asking the
// rules again gives the same answer. The one exception is CodeUnavailable,
// which says that nothing has been decided yet. Any other error, and nil, is
// returned as it is: trying again may help.
func Wrap(err error) error {
	var e *domain.Error
	if !errors.As(err, &e) {
		return err
	}
	details := refusal{e.Code, e.Reason, e.Rule, e.Text.ZH, e.Text.EN, e.State, e.Fields}
	if e.Code == domain.CodeUnavailable {
		return temporal.NewApplicationErrorWithOptions(e.Error(), typePrefix+string(e.Code),
			temporal.ApplicationErrorOptions{Details: []any{details}})
	}
	return temporal.NewNonRetryableApplicationError(e.Error(), typePrefix+string(e.Code), nil, details)
}

// Unwrap gives back the *domain.Error that Wrap sent, however deep it lies in
// the chain; any other error, and nil, is returned as it is.
func Unwrap(err error) error {
	var own *domain.Error
	if errors.As(err, &own) {
		return own
	}
	var app *temporal.ApplicationError
	if !errors.As(err, &app) {
		return err
	}
	code, ours := codeOf(app)
	if !ours {
		return err
	}
	e := &domain.Error{Code: code, Reason: string(code)}
	var r refusal
	if app.HasDetails() && app.Details(&r) == nil && r.Code == code {
		e.Reason, e.Rule, e.Text, e.State, e.Fields = r.Reason, r.Rule, domain.Text{ZH: r.ZH, EN: r.EN}, r.State, r.Fields
	}
	return e
}

// Refused tells whether the error is a refusal, wrapped or not.
func Refused(err error) bool {
	var e *domain.Error
	return errors.As(Unwrap(err), &e)
}

func codeOf(app *temporal.ApplicationError) (domain.Code, bool) {
	t := app.Type()
	if len(t) <= len(typePrefix) || t[:len(typePrefix)] != typePrefix {
		return "", false
	}
	return domain.Code(t[len(typePrefix):]), true
}
