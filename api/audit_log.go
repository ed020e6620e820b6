package api

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/org"
	"huajie/domain/view"
)

type auditLogInput struct {
	Day    string    `query:"day" format:"date" doc:"today when absent"`
	Actor  string    `query:"actor" maxLength:"100" doc:"account that did it"`
	Kind   auditKind `query:"kind" doc:"what was done"`
	Object string    `query:"object" maxLength:"100" doc:"case number, account or version it was done to"`
	After  int       `query:"after" minimum:"0" doc:"next of the page before"`
	Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// auditKind is a kind of entry somebody asks for: one there is.
type auditKind string

// Schema lists the kinds there are.
func (auditKind) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeString}
	for _, k := range audit.Kinds() {
		s.Enum = append(s.Enum, string(k))
	}
	return s
}

// AuditLog is a part of the audit log of a day.
type AuditLog struct {
	Day   string      `json:"day" format:"date"`
	Items []AuditLine `json:"items" doc:"oldest first"`
	Next  int         `json:"next,omitempty" doc:"after of the next page; absent on the last"`
}

// AuditLine is one entry.
type AuditLine struct {
	N       int       `json:"n" doc:"row of the day, as huajie audit verify names it"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Via     string    `json:"via"`
	Kind    string    `json:"kind"`
	KindZH  string    `json:"kind_zh"`
	KindEN  string    `json:"kind_en"`
	Object  string    `json:"object,omitempty" doc:"neither this nor the reason is shown of an accusation"`
	Purpose string    `json:"purpose,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	Outcome string    `json:"outcome" enum:"ok,refused,failed"`
	Request string    `json:"request,omitempty"`
}

type auditLogOutput struct{ Body AuditLog }

// auditLog shows the log to the auditor (§2.1). To read it is recorded like what it holds, and
// what cannot be recorded is not shown.
func (s *server) auditLog(ctx context.Context, in *auditLogInput) (*auditLogOutput, error) {
	if !holdsAny(callerOf(ctx).actor, []org.Role{org.RoleAuditor}) {
		return nil, domain.Forbid("not_your_office", "§2.1", "只有审计员可以查阅审计日志", "only an auditor reads the audit log")
	}
	day := calendar.DateOf(s.Now())
	if in.Day != "" {
		var err error
		if day, err = form.PastDay("day", in.Day, day); err != nil {
			return nil, err
		}
	}
	list, err := s.Audit.AuditPage(ctx, audit.Query{Day: day, Actor: in.Actor, Kind: audit.Kind(in.Kind), Object: in.Object, After: in.After, Most: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	if err := s.noted(ctx, audit.Entry{Kind: audit.Read, Object: day.String(), Reason: asked(in), Outcome: audit.OK}); err != nil {
		return nil, err
	}
	out := AuditLog{Day: day.String(), Items: []AuditLine{}}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Next = list[in.Limit-1].N
	}
	for _, x := range list {
		label := x.Kind.Label()
		out.Items = append(out.Items, AuditLine{N: x.N, At: view.Local(x.At), Actor: x.Actor, Via: x.Via, Kind: string(x.Kind), KindZH: label.ZH, KindEN: label.EN, Object: x.Object,
			Purpose: x.Purpose, Reason: x.Reason, Outcome: x.Outcome, Request: x.Request})
	}
	return &auditLogOutput{out}, nil
}

// asked writes down what of a day was asked for.
func asked(in *auditLogInput) string {
	var out []string
	for _, f := range [][2]string{{"actor", in.Actor}, {"kind", string(in.Kind)}, {"object", in.Object}} {
		if f[1] != "" {
			out = append(out, f[0]+"="+f[1])
		}
	}
	if in.After > 0 {
		out = append(out, "after="+strconv.Itoa(in.After))
	}
	return strings.Join(out, " ")
}
