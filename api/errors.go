package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
)

// Codes of refusals that exist only at this door.
const (
	codeTooLarge      domain.Code = "too_large"
	codeMediaType     domain.Code = "media_type"
	codeMethod        domain.Code = "method_not_allowed"
	codeNotAcceptable domain.Code = "not_acceptable"
	codeTimeout       domain.Code = "timeout"
	codeInternal      domain.Code = "internal"
)

// statuses is the only place where a code becomes a status.
var statuses = map[domain.Code]int{
	domain.CodeMalformed:   http.StatusBadRequest,
	domain.CodeSignIn:      http.StatusUnauthorized,
	domain.CodeForbidden:   http.StatusForbidden,
	domain.CodeNotFound:    http.StatusNotFound,
	domain.CodeGone:        http.StatusGone,
	domain.CodeConflict:    http.StatusConflict,
	domain.CodeStale:       http.StatusPreconditionFailed,
	domain.CodeInvalid:     http.StatusUnprocessableEntity,
	domain.CodeKeyReused:   http.StatusUnprocessableEntity,
	domain.CodeRequired:    http.StatusPreconditionRequired,
	domain.CodeTooMany:     http.StatusTooManyRequests,
	domain.CodeUnavailable: http.StatusServiceUnavailable,
	codeTooLarge:           http.StatusRequestEntityTooLarge,
	codeMediaType:          http.StatusUnsupportedMediaType,
	codeMethod:             http.StatusMethodNotAllowed,
	codeNotAcceptable:      http.StatusNotAcceptable,
	codeTimeout:            http.StatusRequestTimeout,
	codeInternal:           http.StatusInternalServerError,
}

// titles name each class of refusal in both languages.
var titles = map[domain.Code]domain.Text{
	domain.CodeMalformed:   {ZH: "请求无法识别", EN: "The request cannot be read"},
	domain.CodeSignIn:      {ZH: "请先登录", EN: "Sign in first"},
	domain.CodeForbidden:   {ZH: "无权执行", EN: "Not allowed"},
	domain.CodeNotFound:    {ZH: "没有找到", EN: "Not found"},
	domain.CodeGone:        {ZH: "内容已不再提供", EN: "No longer available"},
	domain.CodeConflict:    {ZH: "当前不能执行", EN: "Not possible now"},
	domain.CodeStale:       {ZH: "内容已被更新", EN: "Changed in the meantime"},
	domain.CodeInvalid:     {ZH: "填写有误", EN: "Inputs are missing or wrong"},
	domain.CodeKeyReused:   {ZH: "幂等键已用于其他请求", EN: "The idempotency key was used for another request"},
	domain.CodeRequired:    {ZH: "缺少必要的请求头", EN: "A required header is missing"},
	domain.CodeTooMany:     {ZH: "请求过于频繁", EN: "Too many requests"},
	domain.CodeUnavailable: {ZH: "暂时无法办理,请稍后重试", EN: "Not available at the moment; trying again is safe"},
	codeTooLarge:           {ZH: "请求内容过大", EN: "The request is too large"},
	codeMediaType:          {ZH: "不支持的内容类型", EN: "The content type is not supported"},
	codeMethod:             {ZH: "不支持的请求方法", EN: "The method is not supported here"},
	codeNotAcceptable:      {ZH: "无法提供所要求的格式", EN: "The requested format is not available"},
	codeTimeout:            {ZH: "请求超时", EN: "The request took too long to arrive"},
	codeInternal:           {ZH: "系统内部错误", EN: "Internal error"},
}

// retryAfter is what a caller is told to wait, in seconds, when the engine or
// the database is away.
const retryAfter = "2"

// Problem is the body of every refusal (RFC 9457). It never holds a value that
// was submitted.
type Problem struct {
	Type           string       `json:"type" doc:"urn:huajie:problem: and the code"`
	Title          string       `json:"title" doc:"the class of the refusal, in the language asked for"`
	Status         int          `json:"status"`
	Detail         string       `json:"detail" doc:"what is wrong, in the language asked for"`
	Code           domain.Code  `json:"code" doc:"stable class of the refusal"`
	Reason         string       `json:"reason" doc:"stable identifier of the rule that refused"`
	Rule           string       `json:"rule,omitempty" doc:"where the rule is written"`
	TitleZH        string       `json:"title_zh"`
	TitleEN        string       `json:"title_en"`
	DetailZH       string       `json:"detail_zh"`
	DetailEN       string       `json:"detail_en"`
	Errors         []FieldFault `json:"errors,omitempty" doc:"every faulty input"`
	State          string       `json:"state,omitempty" doc:"the state the case is in"`
	AllowedActions []string     `json:"allowed_actions,omitempty" doc:"what this caller may do now"`
	RequestID      string       `json:"request_id"`
}

// FieldFault is what is wrong with one input.
type FieldFault struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
}

// Error names class and reason.
func (p *Problem) Error() string { return string(p.Code) + ": " + p.Reason }

// GetStatus gives the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// denied is a refusal with what the caller may do instead.
type denied struct {
	refusal *domain.Error
	allowed []string
}

// Error names class and reason.
func (d *denied) Error() string { return d.refusal.Error() }

// Unwrap gives the refusal.
func (d *denied) Unwrap() error { return d.refusal }

// refusalOf finds the refusal in an error; what is none becomes an internal
// error, whose cause is logged and never told.
func refusalOf(err error) *domain.Error {
	var e *domain.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return unavailable("timeout")
	}
	return &domain.Error{Code: codeInternal, Reason: "internal"}
}

func unavailable(reason string) *domain.Error {
	return &domain.Error{Code: domain.CodeUnavailable, Reason: reason}
}

func malformed(reason, zh, en string) *domain.Error {
	return &domain.Error{Code: domain.CodeMalformed, Reason: reason, Text: domain.Text{ZH: zh, EN: en}}
}

// problemOf is how a refusal reads for one caller.
func problemOf(err error, english bool, requestID string) *Problem {
	e := refusalOf(err)
	status, known := statuses[e.Code]
	if !known {
		e, status = &domain.Error{Code: codeInternal, Reason: "internal"}, http.StatusInternalServerError
	}
	title, detail := titles[e.Code], e.Text
	if detail.ZH == "" && detail.EN == "" {
		detail = title
	}
	p := &Problem{
		Type: "urn:huajie:problem:" + string(e.Code), Status: status, Code: e.Code, Reason: e.Reason, Rule: e.Rule,
		Title: title.ZH, TitleZH: title.ZH, TitleEN: title.EN,
		Detail: detail.ZH, DetailZH: detail.ZH, DetailEN: detail.EN,
		State: e.State, RequestID: requestID,
	}
	if english {
		p.Title, p.Detail = title.EN, detail.EN
	}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, FieldFault{f.Field, f.Reason, f.ZH, f.EN})
	}
	var d *denied
	if errors.As(err, &d) {
		p.AllowedActions = d.allowed
	}
	return p
}

// init makes huma speak our problems: its own carry the submitted value, have no
// code, and know one language.
func init() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return problemOf(ofHuma(status, msg, errs), false, "")
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		err := ofHuma(status, msg, errs)
		if status == http.StatusUnprocessableEntity && len(errs) > 0 && domain.CodeOf(errors.Join(errs...)) == "" {
			err = withFaults(err, unknownOf(ctx.Context()))
		}
		return refuse(ctx, err)
	}
}

// refuse makes the problem for one request, with the headers that go with it,
// and leaves the cause of an internal error for the log.
func refuse(ctx huma.Context, err error) *Problem {
	info := infoOf(ctx.Context())
	p := problemOf(err, english(ctx.Header("Accept-Language")), info.requestID)
	info.fail(p, err)
	for name, value := range headersFor(p.Status, refusalOf(err).Wait) {
		ctx.SetHeader(name, value)
	}
	return p
}

func headersFor(status int, wait time.Duration) map[string]string {
	switch status {
	case http.StatusUnauthorized:
		return map[string]string{"WWW-Authenticate": `Bearer realm="huajie"`}
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		if wait > 0 {
			return map[string]string{"Retry-After": strconv.Itoa(seconds(wait))}
		}
		return map[string]string{"Retry-After": retryAfter}
	}
	return nil
}

// ofHuma turns what huma found wrong, or what a handler returned, into a refusal.
func ofHuma(status int, msg string, errs []error) error {
	for _, err := range errs {
		var e *domain.Error
		if errors.As(err, &e) {
			return err
		}
	}
	switch status {
	case http.StatusUnprocessableEntity:
		return invalidParams(errs)
	case http.StatusRequestEntityTooLarge:
		return &domain.Error{Code: codeTooLarge, Reason: "too_large"}
	case http.StatusUnsupportedMediaType:
		return &domain.Error{Code: codeMediaType, Reason: "media_type"}
	case http.StatusNotAcceptable:
		return &domain.Error{Code: codeNotAcceptable, Reason: "not_acceptable"}
	case http.StatusRequestTimeout:
		return &domain.Error{Code: codeTimeout, Reason: "body_timeout"}
	case http.StatusBadRequest:
		return malformed("malformed", "", "")
	}
	// huma blames itself when a body cannot be read to its end; the fault
	// lies with the sender or the line.
	if msg == "cannot read request body" {
		for _, err := range errs {
			var tooLarge *http.MaxBytesError
			if errors.As(err, &tooLarge) {
				return &domain.Error{Code: codeTooLarge, Reason: "too_large"}
			}
		}
		return malformed("body_unreadable", "", "")
	}
	return fmt.Errorf("%s: %w", msg, errors.Join(errs...))
}

// invalidParams lists the parameters huma found wrong, by name and kind of fault
// only: its messages and values may hold what was sent.
func invalidParams(errs []error) error {
	var faults []domain.FieldError
	for _, err := range errs {
		var f *fieldFault
		if errors.As(err, &f) {
			faults = append(faults, f.FieldError)
			continue
		}
		d, ok := err.(huma.ErrorDetailer)
		if !ok {
			continue
		}
		detail := d.ErrorDetail()
		name := detail.Location[strings.IndexByte(detail.Location, '.')+1:]
		faults = append(faults, paramFault(name, detail.Message))
	}
	return domain.Invalid(faults...)
}

// fieldFault carries a fault that a resolver found to the others.
type fieldFault struct{ domain.FieldError }

// Error names the field and the kind of fault.
func (f *fieldFault) Error() string { return f.Field + ": " + f.Reason }

func paramFault(name, message string) domain.FieldError {
	switch {
	case strings.HasPrefix(message, "required"):
		return domain.Fault(name, "required", "必填", "is required")
	case strings.HasPrefix(message, "expected value to be one of"):
		return domain.Fault(name, "unknown_code", "应为所列选项之一", "must be one of the listed values")
	case strings.HasPrefix(message, "expected number "), strings.HasPrefix(message, "expected length"), strings.HasPrefix(message, "expected array length"):
		return domain.Fault(name, "range", "超出范围", "is out of range")
	}
	return domain.Fault(name, "type", "格式不正确", "has the wrong format")
}
