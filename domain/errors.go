package domain

import (
	"errors"
	"fmt"
	"time"
)

// Code is the stable class of a refusal. The HTTP layer maps each to one
// status; everything finer is told by Error.Reason.
type Code string

// The classes of refusal.
const (
	CodeMalformed   Code = "malformed"    // the request cannot be read
	CodeSignIn      Code = "sign_in"      // nobody is signed in
	CodeForbidden   Code = "forbidden"    // known, but not allowed
	CodeNotFound    Code = "not_found"    // absent, or not for the caller to know of
	CodeGone        Code = "gone"         // it was there and is kept from everybody now
	CodeConflict    Code = "conflict"     // the case is not in a state that allows it
	CodeStale       Code = "stale"        // the caller looked at an older version
	CodeInvalid     Code = "invalid"      // inputs missing or wrong, all listed
	CodeKeyReused   Code = "key_reused"   // idempotency key used for another request
	CodeUnavailable Code = "unavailable"  // engine or database away; retry is safe
	CodeTooMany     Code = "too_many"     // slow down
	CodeRequired    Code = "precondition" // a required header is missing
)

// Text is one sentence in both languages an officer may read.
type Text struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// FieldError is what is wrong with one input. It never carries the value
// that was submitted: inputs are people's words.
type FieldError struct {
	Field  string `json:"field"`
	Reason string `json:"reason"` // required, type, unknown_code, range, …
	Text
}

// Error is a refusal by a rule: nothing has changed because of it.
type Error struct {
	Code   Code
	Reason string // stable identifier of the rule that refused, e.g. return_window_closed
	Rule   string // where the rule is written, e.g. "G13" or "§4.4 return.window"
	Text   Text
	State  string       // the state the case is in, for CodeConflict
	Fields []FieldError // every faulty input, for CodeInvalid
	// Wait is how long to wait before trying again, for CodeTooMany; zero where it is not known.
	Wait time.Duration `json:"-"`
}

// Error names the class and reason; it is safe to log because a refusal holds no
// submitted value.
func (e *Error) Error() string {
	if len(e.Fields) > 0 {
		return fmt.Sprintf("%s: %s (%d fields)", e.Code, e.Reason, len(e.Fields))
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Reason)
}

// Refuse makes a conflict: a rule forbids the step as the case stands now.
func Refuse(reason, rule, zh, en string) *Error {
	return &Error{Code: CodeConflict, Reason: reason, Rule: rule, Text: Text{ZH: zh, EN: en}}
}

// Forbid makes a refusal for a caller whose role or relation is not enough.
func Forbid(reason, rule, zh, en string) *Error {
	return &Error{Code: CodeForbidden, Reason: reason, Rule: rule, Text: Text{ZH: zh, EN: en}}
}

// NotFound is the answer for what does not exist and for what the caller may
// not know exists; the two cannot be told apart.
func NotFound() *Error {
	return &Error{Code: CodeNotFound, Reason: "not_found", Text: Text{ZH: "没有找到", EN: "not found"}}
}

// Invalid lists every faulty input at once.
func Invalid(fields ...FieldError) *Error {
	return &Error{Code: CodeInvalid, Reason: "invalid_input", Fields: fields,
		Text: Text{ZH: "填写有误,请逐项更正", EN: "some inputs are missing or wrong"}}
}

// Fault makes one FieldError.
func Fault(field, reason, zh, en string) FieldError {
	return FieldError{Field: field, Reason: reason, Text: Text{ZH: zh, EN: en}}
}

// Faulty is the refusal of a step for one faulty input.
func Faulty(field, reason, zh, en string) error { return Invalid(Fault(field, reason, zh, en)) }

// CodeOf gives the class of a refusal, or "" for an error that is none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// FieldsOf gives the faulty inputs a refusal lists, or none.
func FieldsOf(err error) []FieldError {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}

// ReasonOf gives the reason of a refusal, or "".
func ReasonOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}
