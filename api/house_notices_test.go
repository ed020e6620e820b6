package api_test

import (
	"context"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/view"
)

// The post of the house.

func (h *house) Notices(_ context.Context, _ view.Scope, a domain.Actor, unread bool, _ string, _ int) (view.NoticePage, error) {
	return h.inbox(a, unread), h.fault()
}

func (h *house) NoticesAfter(_ context.Context, _ view.Scope, a domain.Actor, cursor string, _ int) (view.NoticePage, error) {
	if cursor != "" && cursor != "next" {
		return view.NoticePage{}, &domain.Error{Code: domain.CodeMalformed, Reason: "bad_cursor"}
	}
	p := h.inbox(a, false)
	p.Next = "next"
	return p, h.fault()
}

func (h *house) inbox(a domain.Actor, unread bool) (p view.NoticePage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, n := range h.mail[a.User] {
		if n.ReadAt.IsZero() {
			p.Unread++
		} else if unread {
			continue
		}
		p.Items = append(p.Items, n)
	}
	return p
}

func (h *house) Inbox(_ context.Context, _ view.Scope, a domain.Actor) (out view.Inbox, err error) {
	p := h.inbox(a, false)
	if n := len(p.Items); n > 0 {
		out.Latest = p.Items[n-1].ID
	}
	out.Unread = p.Unread
	return out, h.fault()
}

func (h *house) Receive(_ context.Context, _ view.Scope, a domain.Actor, delivered, read []int64, at time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, n := range h.mail[a.User] {
		if slices.Contains(delivered, n.ID) || slices.Contains(read, n.ID) {
			h.mail[a.User][i].DeliveredAt = at
		}
		if slices.Contains(read, n.ID) {
			h.mail[a.User][i].ReadAt = at
		}
	}
	return h.fault()
}

func (h *house) CaseNotices(_ context.Context, scope view.Scope, no string) ([]view.NoticeItem, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c, ok := h.find(no)
	switch {
	case !ok || !scope.Sees(c.Card()):
		return nil, domain.NotFound()
	case !scope.Reads(c.Card()):
		return nil, nil
	}
	return h.told(no, func(n machine.Notice) bool { return true }), h.fault()
}

func (h *house) PetitionerNotices(_ context.Context, no string) ([]view.NoticeItem, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.told(no, func(n machine.Notice) bool { return n.To.Petitioner == no }), h.fault()
}

// told are the notices of the events of a case, as the desk renders them.
func (h *house) told(no string, fits func(machine.Notice) bool) []view.NoticeItem {
	var out []view.NoticeItem
	for _, e := range h.events[no] {
		for _, n := range e.Notices {
			if fits(n) {
				out = append(out, view.NoticeItem{ID: int64(len(out) + 1), Message: notice.Message{N: n.N, No: no, Seq: e.Seq, To: n.To}, At: e.RecordedAt.UTC()})
			}
		}
	}
	return out
}
