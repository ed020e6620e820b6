package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"huajie/domain"
	"huajie/domain/audit"
)

// noted records what the caller does. Who, by which token, and in which request are filled in.
func (s *server) noted(ctx context.Context, e audit.Entry) error {
	return s.Audit.Audit(ctx, byCaller(ctx, e))
}

// onRecord does what the caller asks for, and keeps it on record.
func (s *server) onRecord(ctx context.Context, kind audit.Kind, object, reason string, act func() error) error {
	return audit.Done(func(e audit.Entry) error { return s.noted(ctx, e) }, audit.Entry{Kind: kind, Object: object, Reason: reason, Outcome: audit.OK}, act)
}

// byCaller fills in who does it.
func byCaller(ctx context.Context, e audit.Entry) audit.Entry {
	who := callerOf(ctx)
	e.Actor, e.Via, e.Request = who.user.Username, tokenName(who.token), infoOf(ctx).requestID
	return e
}

// unknownName is recorded for a name no account has: what is typed there may be a password.
const unknownName = "unknown"

// signInNoted records how a step of signing in has ended, and by what it was tried, and
// answers its error. Nobody is signed in
// without a record; one turned away is told so whether or not it could be recorded. Attempts
// beyond patience are no more looked at, and not recorded one by one.
func (s *server) signInNoted(ctx context.Context, username, via string, outcome error) error {
	e := audit.Entry{Actor: username, Via: via, Kind: audit.SignIn, Outcome: audit.OK, Request: infoOf(ctx).requestID}
	if outcome == nil {
		return s.Audit.Audit(ctx, e)
	}
	if domain.CodeOf(outcome) != domain.CodeSignIn {
		return outcome
	}
	e.Outcome = audit.Refused
	if known, err := s.Accounts.Known(ctx, username); err != nil || !known {
		e.Actor = unknownName
	}
	if err := s.Audit.Audit(ctx, e); err != nil {
		s.Log.ErrorContext(ctx, "a failed sign-in could not be recorded", "request_id", e.Request, "error", err)
	}
	return outcome
}

// tokenName tells tokens apart without giving any away: it is the beginning of what is
// stored of one.
func tokenName(token string) string {
	sum := sha256.Sum256([]byte(token))
	return "token " + hex.EncodeToString(sum[:6])
}
