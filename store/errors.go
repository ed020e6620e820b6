package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"huajie/domain"
	"huajie/internal/seal"
)

// Classes and codes of PostgreSQL the store gives a meaning to.
const (
	uniqueViolation      = "23505"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	lockNotAvailable     = "55P03"
	queryCanceled        = "57014" // statement_timeout
	readOnlyTransaction  = "25006" // a standby, after a failover
	idleTransaction      = "25P03"
	undefinedTable       = "42P01"
	badCharacter         = "22021" // U+0000 in a text
	badEscape            = "22P05" // U+0000 in JSON
	outOfRange           = "22003"
	noSuchDay            = "22008"
	classConnection      = "08"
	classResources       = "53"
	classOperator        = "57P"
)

// fault translates what the database answers into a refusal: it is the only
// place that does. Refusals by rules pass through as they are. The refusal
// wraps the cause, which belongs in a log and not before a caller.
func fault(err error) error {
	var ruled *domain.Error
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError // may wrap what the server said
	switch {
	case err == nil, errors.As(err, &ruled), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return domain.NotFound()
	case errors.As(err, &connect):
		return unavailable("database_away", err)
	case errors.Is(err, seal.ErrText):
		return because(badText(), err)
	case errors.As(err, &pg):
		return faultOf(pg)
	case away(err):
		return unavailable("database_away", err)
	}
	return fmt.Errorf("store: %w", err)
}

func badText() *domain.Error {
	return refusal(domain.CodeMalformed, "bad_character", "文字中含有不允许的字符", "a text holds a character that cannot be stored")
}

func faultOf(pg *pgconn.PgError) error {
	switch pg.Code {
	case uniqueViolation:
		return because(refusal(domain.CodeConflict, "already_exists", "记录已存在", "it exists already"), pg)
	case outOfRange, noSuchDay:
		return because(refusal(domain.CodeMalformed, "out_of_range", "数值或日期超出范围", "a number or a day is out of range"), pg)
	case badCharacter, badEscape:
		return because(badText(), pg)
	case serializationFailure, deadlockDetected, lockNotAvailable, queryCanceled, idleTransaction:
		return unavailable("database_busy", pg)
	case readOnlyTransaction:
		return unavailable("database_away", pg)
	}
	for _, class := range []string{classConnection, classResources, classOperator} {
		if strings.HasPrefix(pg.Code, class) {
			return unavailable("database_away", pg)
		}
	}
	return fmt.Errorf("store: %w", pg)
}

// away tells whether the connection was lost, or the answer came too late.
func away(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, puddle.ErrClosedPool) || pgconn.SafeToRetry(err)
}

// lost tells whether a transaction failed only because another one was faster,
// so that it may be begun anew.
func lost(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	return pg.Code == serializationFailure || pg.Code == deadlockDetected ||
		// Two wishes with one key: the second try finds what the first has done.
		pg.Code == uniqueViolation && pg.ConstraintName == "commands_pkey"
}

func refusal(code domain.Code, reason, zh, en string) *domain.Error {
	return &domain.Error{Code: code, Reason: reason, Text: domain.Text{ZH: zh, EN: en}}
}

func unavailable(reason string, cause error) error {
	return because(refusal(domain.CodeUnavailable, reason, "暂时无法办理,请稍后重试", "not available at the moment; trying again is safe"), cause)
}

func because(e *domain.Error, cause error) error { return fmt.Errorf("%w: %w", e, cause) }
