// Package deliver carries notices out of the house by SMS and WeChat: providers that
// take a message, and the sender that gives it to them, exactly once per key.
package deliver

import (
	"context"
	"errors"
	"time"

	"huajie/domain/notice"
)

// Message is what a provider is given. The number is that of one person.
type Message struct {
	Key     string         `json:"key"` // the same whenever it is tried: the provider sends it once
	Channel notice.Channel `json:"channel"`
	To      string         `json:"to"`
	Text    string         `json:"text"`
}

// Provider takes messages to people.
type Provider interface {
	// Send hands one message over and gives the provider's own id for it, "" for none.
	// Given a key again it does not send again. Errors are Faults; any other error
	// may pass by itself.
	Send(ctx context.Context, m Message) (providerID string, err error)
	// Outcome is what a message has become when Send has taken it.
	Outcome() notice.State
}

// Fault says why a message was not taken, in a code and nothing else: what a stranger
// answers is not kept.
type Fault struct {
	Code      string
	Permanent bool          // trying again is no use
	After     time.Duration // the provider wants to be left alone for so long
	cause     error
}

// Error is the code.
func (f *Fault) Error() string { return "delivery: " + f.Code }

// Unwrap gives the cause, which belongs in no row and no log.
func (f *Fault) Unwrap() error { return f.cause }

// faultOf makes a fault of any error.
func faultOf(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Code: "provider", cause: err}
}
