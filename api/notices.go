package api

import (
	"context"
	"time"

	"huajie/domain"
	"huajie/domain/grievance"
	"huajie/domain/view"
)

type noticesInput struct {
	Cursor string `query:"cursor" maxLength:"1000"`
	After  string `query:"after" maxLength:"1000" doc:"oldest first, to catch up: next_cursor of the answer before, or start. None is ever passed over."`
	Unread bool   `query:"unread" doc:"only what the caller has not read, newest first"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type noticesOutput struct{ Body view.NoticePage }

// fromStart is the cursor of a reader that has nothing yet.
const fromStart = "start"

// notices are what was sent to the caller, or to an office the caller holds. A page
// shows the newest first; a phone that catches up reads on from where it was.
func (s *server) notices(ctx context.Context, in *noticesInput) (*noticesOutput, error) {
	who := callerOf(ctx)
	var page view.NoticePage
	var err error
	switch {
	case in.After != "" && (in.Cursor != "" || in.Unread):
		return nil, domain.Invalid(domain.Fault("after", "not_together", "不能与 cursor、unread 同用", "not together with cursor or unread"))
	case in.After != "":
		if in.After == fromStart {
			in.After = ""
		}
		page, err = s.Reader.NoticesAfter(ctx, who.scope, who.actor, in.After, in.Limit)
	default:
		page, err = s.Reader.Notices(ctx, who.scope, who.actor, in.Unread, in.Cursor, in.Limit)
	}
	if err != nil {
		return nil, err
	}
	if page.Items == nil {
		page.Items = []view.NoticeItem{}
	}
	return &noticesOutput{page}, nil
}

// NoticeList are all notices about a case, oldest first. The petitioner is told
// by the number of the case, never by name.
type NoticeList struct {
	Items []view.NoticeItem `json:"items"`
}

type noticeListOutput struct{ Body NoticeList }

// caseNotices shows who was told what about a case. The citizen who registered
// it reads only what was told to them.
func (s *server) caseNotices(ctx context.Context, in *ByNo) (*noticeListOutput, error) {
	who := callerOf(ctx)
	c, err := s.cases.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	var list []view.NoticeItem
	if grievance.IsCitizen(who.actor) {
		list, err = s.Reader.PetitionerNotices(ctx, c.GetHead().No)
	} else {
		list, err = s.Reader.CaseNotices(ctx, who.scope, c.GetHead().No)
	}
	if err != nil {
		return nil, err
	}
	if list == nil {
		list = []view.NoticeItem{}
	}
	return &noticeListOutput{NoticeList{list}}, nil
}

// PublicNotice is a notice as its petitioner reads it.
type PublicNotice struct {
	N       string    `json:"n" doc:"kind of notice, N1 to N20"`
	No      string    `json:"no"`
	TitleZH string    `json:"title_zh"`
	TitleEN string    `json:"title_en"`
	BodyZH  string    `json:"body_zh"`
	BodyEN  string    `json:"body_en"`
	At      time.Time `json:"at"`
}

// PublicNotices are the notices to one petitioner, oldest first.
type PublicNotices struct {
	Items []PublicNotice `json:"items"`
}

type publicNoticesOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         PublicNotices
}

// publicNotices shows the petitioner what they were told.
func (s *server) publicNotices(ctx context.Context, in *PublicInput) (*publicNoticesOutput, error) {
	c, err := s.proven(ctx, in)
	if err != nil {
		return nil, err
	}
	list, err := s.Reader.PetitionerNotices(ctx, c.GetHead().No)
	if err != nil {
		return nil, err
	}
	out := &publicNoticesOutput{CacheControl: "private, no-cache", Body: PublicNotices{Items: []PublicNotice{}}}
	for _, n := range list {
		out.Body.Items = append(out.Body.Items, PublicNotice{n.N, n.No, n.TitleZH, n.TitleEN, n.BodyZH, n.BodyEN, n.At})
	}
	return out, nil
}
