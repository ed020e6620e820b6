package api

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain/account"
)

// scopes says what each operation asks of a token. What is not listed is open to nobody;
// a test walks through all operations.
var scopes = map[string]account.Scope{
	"registration-form": account.Intake, "register-grievance": account.Intake,
	"report-form": account.Intake, "event-candidates": account.Intake, "report-grid-event": account.Intake,
	"whistle-form": account.Intake, "draft-whistle": account.Intake,
	"declare-file": account.Intake, "get-file": account.Intake, "put-file-part": account.Intake, "complete-file": account.Intake,

	"list-cases": account.Read, "get-case": account.Read, "get-case-timeline": account.Read, "get-case-clocks": account.Read, "get-case-statement": account.Read,
	"get-case-actions": account.Read, "get-case-similar": account.Read, "case-candidates": account.Read, "get-case-petitioner": account.Read,
	"list-case-notices": account.Read, "list-case-sessions": account.Read, "list-case-files": account.Read,
	"get-file-content": account.Read, "get-case-receipt": account.Read,
	"list-sessions": account.Read, "get-session": account.Read, "get-session-timeline": account.Read, "get-session-actions": account.Read,
	"list-whistles": account.Read, "get-whistle": account.Read, "get-whistle-timeline": account.Read, "get-whistle-actions": account.Read,
	"get-whistle-code": account.Read, "follow-changes": account.Read, "list-notices": account.Read,
	"overdue-summary": account.Read, "board-statistics": account.Read, "escalation-statistics": account.Read, "outage-statistics": account.Read,
	"trial-statistics": account.Read, "stats-235": account.Read,
	"list-units": account.Read, "list-people": account.Read, "list-grids": account.Read, "place-in-grid": account.Read, "get-grid": account.Read, "grid-findings": account.Read,
	"list-codes": account.Read, "list-words": account.Read, "suggest-duty": account.Read,

	"receive-notices": account.Act,

	"field-tasks": account.Field, "field-sync": account.Field, "field-duty": account.Field, "start-patrol": account.Field,
	"stop-patrol": account.Field, "send-track": account.Field, "send-heartbeats": account.Field, "field-day": account.Field,
	"field-week": account.Field, "field-month": account.Field, "get-track": account.Field, "list-track-reads": account.Field,
	"add-update": account.Field, "list-updates": account.Field, "list-flags": account.Field, "rule-flag": account.Field, "list-leave": account.Field, "ask-leave": account.Field,
	"decide-leave": account.Field, "list-exemptions": account.Field, "declare-exemption": account.Field, "withdraw-exemption": account.Field,
	"list-devices": account.Field, "add-device": account.Own, "revoke-device": account.Field,

	"me": account.Anyone, "sign-out": account.Leave, "second-step": account.Step,
	"set-phone": account.Own, "change-password": account.Own, "list-own-sessions": account.Own, "end-other-sessions": account.Own,
	"end-own-session": account.Own, "get-second-factor": account.Own, "enrol-second-factor": account.Own,
	"confirm-second-factor": account.Own, "remove-second-factor": account.Own,
	// People alone, whom one can ask why: no program unmasks or takes lists out of the house.
	"unmask-petitioner": account.Person, "preview-step": account.Act, "export-form": account.Person, "request-export": account.Person, "list-exports": account.Person,
	"get-export": account.Person, "get-export-file": account.Person, "approve-export": account.Person, "decline-export": account.Person,
	"read-audit-log": account.Person, "list-rechecks": account.Person, "answer-recheck": account.Person, "get-recheck-photo": account.Person, "list-holds": account.Person, "hold-case": account.Person, "lift-hold": account.Person,
	// What the rules are is changed by people, and by two of them.
	"rulebook-in-force": account.Person, "list-rulebooks": account.Person, "get-rulebook": account.Person, "get-rulebook-file": account.Person,
	"rulebook-calendar": account.Person, "rulebook-policy": account.Person, "list-drafts": account.Person, "open-draft": account.Person, "get-draft": account.Person,
	"review-draft": account.Person, "get-draft-file": account.Person, "put-draft-file": account.Person, "delete-draft-file": account.Person, "put-draft-calendar": account.Person,
	"put-draft-policy": account.Person, "rulebook-rows": account.Person, "put-draft-row": account.Person, "delete-draft-row": account.Person, "submit-draft": account.Person, "withdraw-draft": account.Person, "discard-draft": account.Person, "decline-draft": account.Person,
	"approve-draft": account.Person,
	// The second person need not be an administrator.
	"list-office-requests": account.Person, "decide-offices": account.Person,
	"list-tokens": account.Admin, "create-token": account.Admin, "revoke-token": account.Admin, "decode-payloads": account.Admin,
	"list-accounts": account.Admin, "create-account": account.Admin, "get-account": account.Admin, "rename-account": account.Admin, "change-offices": account.Admin,
	"close-account": account.Admin, "open-account": account.Admin, "reset-password": account.Admin, "reset-second-factor": account.Admin,
	"end-account-sessions": account.Admin, "end-account-tokens": account.Admin, "list-offices": account.Admin, "check-grids": account.Admin,

	"sign-in": account.Public, "sign-in-elsewhere": account.Public, "signed-in-elsewhere": account.Public,
	"register-public-grievance": account.Public, "report-public-grid-event": account.Public,
	"public-figures": account.Public, "public-areas": account.Public, "public-place": account.Public, "public-registration-form": account.Public, "public-words": account.Public, "get-public-receipt": account.Public, "get-public-case": account.Public, "list-public-notices": account.Public,
	"declare-public-file": account.Public, "get-public-file": account.Public, "put-public-file-part": account.Public, "complete-public-file": account.Public,
	"report-deliveries": account.Public,                                                             // signed by the provider
	"owntracks":         account.Public, "traccar": account.Public, "traccar-query": account.Public, // by the token of a device
	"live": account.Public, "ready": account.Public,
}

// scopeKey is where the scope of an operation stands: in its metadata, and in the
// document for whoever asks for a token.
const scopeKey = "x-scope"

// withScope writes down what an operation asks for. Steps are known by their address.
func withScope(op *huma.Operation) {
	scope := scopes[op.OperationID]
	if scope == "" && op.Method == http.MethodPost && strings.Contains(op.Path, "/actions/") {
		scope = account.Act
		if strings.HasPrefix(op.Path, basePath+"/public/") {
			scope = account.Public
		}
	}
	if op.Metadata == nil {
		op.Metadata = map[string]any{}
	}
	op.Metadata[scopeKey] = scope
	if scope != account.Public && scope != "" {
		op.Extensions = map[string]any{scopeKey: string(scope)}
	}
}

// scopeOf is what an operation asks for; "" is given to nobody.
func scopeOf(op *huma.Operation) account.Scope {
	scope, _ := op.Metadata[scopeKey].(account.Scope)
	return scope
}
