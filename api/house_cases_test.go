package api_test

import (
	"context"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/view"
)

// The ledger of the house: cases and their sessions.

func (h *house) Case(_ context.Context, scope view.Scope, no string) (casefile.Case, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.fault(); err != nil {
		return nil, err
	}
	c, ok := h.find(no)
	if !ok || !scope.Sees(c.Card()) {
		return nil, domain.NotFound()
	}
	return c, nil
}

// find is a case of any kind.
func (h *house) find(no string) (casefile.Case, bool) {
	if c, ok := h.cases[no]; ok {
		return c, true
	}
	e, ok := h.reported[no]
	return e, ok
}

func (h *house) Session(_ context.Context, scope view.Scope, no string) (*joint.Session, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s, ok := h.sessions[no]
	if !ok {
		return nil, domain.NotFound()
	}
	if c := h.cases[s.Case].Card(); !scope.Sees(c) || !scope.Reads(c) {
		return nil, domain.NotFound()
	}
	return s, nil
}

func (h *house) Sessions(_ context.Context, scope view.Scope, caseNo string) ([]*joint.Session, error) {
	var out []*joint.Session
	for _, s := range h.sessions {
		if s.Case == caseNo && scope.Reads(h.cases[s.Case].Card()) {
			out = append(out, s)
		}
	}
	return out, nil
}

func (h *house) Meetings(_ context.Context, scope view.Scope, from, to time.Time, most int) ([]*joint.Session, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []*joint.Session
	for _, s := range h.sessions {
		if c := h.cases[s.Case].Card(); scope.Sees(c) && scope.Reads(c) && !s.HeldAt.Before(from) && s.HeldAt.Before(to) && len(out) < most {
			out = append(out, s)
		}
	}
	return out, nil
}

func (h *house) List(_ context.Context, scope view.Scope, f view.Filter, _ view.Sort, cursor string, limit int, total bool) (view.Page, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := h.fault(); err != nil {
		return view.Page{}, err
	}
	if cursor != "" && cursor != "next" {
		return view.Page{}, &domain.Error{Code: domain.CodeMalformed, Reason: "cursor"}
	}
	var page view.Page
	listed := func(k casefile.Card, seq int) {
		asked := f.Awaiting == nil || slices.ContainsFunc(k.Signers, func(to machine.Recipient) bool { return slices.Contains(f.Awaiting, to) })
		asked = asked && k.Bounces >= f.Bounces && (len(f.Supervision) == 0 || slices.Contains(f.Supervision, k.Supervision))
		if scope.Sees(k) && asked && (len(f.States) == 0 || slices.Contains(f.States, string(k.State))) && (len(f.Kinds) == 0 || slices.Contains(f.Kinds, k.Kind)) {
			row := view.Row{No: k.No, Kind: k.Kind, State: k.State, Summary: k.Summary, Light: view.Green, Seq: seq, CreatedAt: k.RegisteredAt, UpdatedAt: k.RegisteredAt}
			if row.Withheld = !scope.Reads(k); row.Withheld {
				row.Summary = ""
			}
			page.Items = append(page.Items, row)
		}
	}
	for _, c := range h.cases {
		listed(c.Card(), c.Seq)
	}
	for _, e := range h.reported {
		listed(e.Card(), e.Seq)
	}
	if n := len(page.Items); total {
		page.Total = &n
	}
	if len(page.Items) > limit {
		page.Items, page.Next = page.Items[:limit], "next"
	}
	return page, nil
}

func (h *house) Events(_ context.Context, no string) ([]machine.Event, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events[no]), nil
}

func (h *house) Statement(_ context.Context, scope view.Scope, no string) (view.Statement, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c, ok := h.find(no); !ok || !scope.Sees(c.Card()) {
		return view.Statement{}, domain.NotFound()
	}
	return h.said[no], h.fault()
}

func (h *house) Petitioner(_ context.Context, _ view.Scope, no string) (view.Person, bool, error) {
	p, ok := h.people[no]
	return p.Masked(), ok, nil
}

func (h *house) PublicCase(_ context.Context, no, code string) (casefile.Case, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c, ok := h.find(no); ok && code == codeOf(no) {
		return c, nil
	}
	return nil, domain.NotFound()
}

func codeOf(no string) string { return "CODE" + no[len(no)-4:] }

func (h *house) Committed(_ context.Context, key string) (view.Committed, bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.done[key]
	return c, ok, h.fault()
}

func (h *house) Earlier(context.Context, view.Scope, string) ([]view.Earlier, error) {
	return h.earlier, h.fault()
}

func (h *house) Candidates(context.Context, view.Scope, view.Near) ([]view.Candidate, error) {
	return nil, nil
}

func (h *house) Precedents(_ context.Context, _ view.Scope, county, category string) ([]view.Precedent, error) {
	var out []view.Precedent
	for _, p := range h.precedents {
		if county == "220402" && category == "0402" {
			out = append(out, p)
		}
	}
	return out, h.fault()
}
