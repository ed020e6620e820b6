package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/grievance"
	"huajie/domain/notice"
	"huajie/domain/view"
)

// Notices gives the notices addressed to a user, or to an office the user
// holds, newest first; on request only those the user has not read. Notices of a case
// that has become restricted are left out for those who may not see it any more.
func (s *Store) Notices(ctx context.Context, scope view.Scope, a domain.Actor, unread bool, cursor string, limit int) (view.NoticePage, error) {
	list := "notices of " + a.User
	if unread {
		list = "unread " + list
	}
	before, err := s.noticePosition(ctx, list, cursor, 1<<63-1)
	if err != nil {
		return view.NoticePage{}, err
	}
	limit = pageOf(limit)
	w := inboxOf(scope, a)
	w.and("id < ?", before)
	if unread {
		w.andUnread(a)
	}
	items, err := s.notices(ctx, w, a.User, `DESC LIMIT `+w.arg(limit+1))
	page := view.NoticePage{Items: items}
	if err != nil {
		return page, err
	}
	if len(items) > limit {
		page.Items, page.More = items[:limit], true
		if page.Next, err = s.sealPosition(ctx, list, position{No: strconv.FormatInt(items[limit-1].ID, 10)}); err != nil {
			return page, err
		}
	}
	page.Unread, err = s.unread(ctx, scope, a)
	return page, err
}

// NoticesAfter gives what is addressed to a user or to an office the user holds, oldest
// first, after the cursor of an earlier answer, "" for the beginning. A notice that is
// committed after others with higher ids is not passed over: only what lies before the
// horizon is given. There is always a cursor to go on with.
func (s *Store) NoticesAfter(ctx context.Context, scope view.Scope, a domain.Actor, cursor string, limit int) (view.NoticePage, error) {
	list := "notices after, of " + a.User
	after, err := s.noticePosition(ctx, list, cursor, 0)
	if err != nil {
		return view.NoticePage{}, err
	}
	upto, drawn, err := s.settled(ctx)
	if err != nil {
		return view.NoticePage{}, err
	}
	if after > drawn { // of a ledger that was lost since
		return view.NoticePage{}, badCursor()
	}
	limit = pageOf(limit)
	w := inboxOf(scope, a)
	w.and("id > ? AND id <= ?", after, upto)
	items, err := s.notices(ctx, w, a.User, `LIMIT `+w.arg(limit+1))
	page := view.NoticePage{Items: items}
	if err != nil {
		return page, err
	}
	last := max(after, upto)
	if len(items) > limit {
		page.Items, page.More, last = items[:limit], true, items[limit-1].ID
	}
	if page.Next, err = s.sealPosition(ctx, list, position{No: strconv.FormatInt(last, 10)}); err != nil {
		return page, err
	}
	page.Unread, err = s.unread(ctx, scope, a)
	return page, err
}

// noticePosition is the id a cursor stands for.
func (s *Store) noticePosition(ctx context.Context, list, cursor string, none int64) (int64, error) {
	if cursor == "" {
		return none, nil
	}
	p, err := s.openPosition(ctx, list, cursor)
	if err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(p.No, 10, 64)
	if err != nil {
		return 0, badCursor()
	}
	return id, nil
}

func pageOf(limit int) int {
	if limit <= 0 {
		limit = defaultLimit
	}
	return min(limit, longestPage)
}

// inboxOf selects what is for the user and not withheld.
func inboxOf(scope view.Scope, a domain.Actor) *where {
	w := addressedTo(a)
	w.andNotWithheld(scope)
	return w
}

// addressedTo selects what is for the user or for an office of the user, and for a
// citizen what is for the petitioner of a matter the citizen registered.
func addressedTo(a domain.Actor) *where {
	w := &where{}
	var roles, units []string
	for _, g := range a.Grants {
		roles, units = append(roles, string(g.Role)), append(units, g.Unit)
	}
	clause, args := `to_user = ? AND to_user <> '' OR to_role <> '' AND (to_role, to_unit) IN (SELECT * FROM unnest(?::text[], ?::text[]))`, []any{a.User, roles, units}
	if grievance.IsCitizen(a) {
		clause += ` OR to_case <> '' AND exempt = '' AND to_case IN (SELECT no FROM cases WHERE readers @> ?::text[] AND body ->> 'registered_by' = ?)`
		args = append(args, marks(markUser, a.User), a.User)
	}
	w.and(clause, args...)
	return w
}

// andNotWithheld leaves out what is about a restricted case outside the scope, or
// about a joint session under one.
func (w *where) andNotWithheld(scope view.Scope) {
	sight := &where{args: w.args}
	sight.sees(scope)
	seen := "true"
	if len(sight.clauses) > 0 {
		seen, w.args = strings.Join(sight.clauses, " AND "), sight.args
	}
	w.clauses = append(w.clauses, `NOT EXISTS (SELECT 1 FROM cases WHERE cases.confidentiality = 'C3' AND NOT (`+seen+`)
		AND cases.no IN (notices.no, (SELECT case_no FROM sessions WHERE sessions.no = notices.no)))`)
}

// CaseNotices gives every notice about a case the caller may read, oldest first, whoever
// it is addressed to, with what has become of it; not what overseers are told of officers.
func (s *Store) CaseNotices(ctx context.Context, scope view.Scope, no string) ([]view.NoticeItem, error) {
	w := within(scope)
	w.reads(scope)
	w.and("cases.no = ?", no)
	w = &where{clauses: []string{`notices.no IN (SELECT cases.no FROM cases` + w.String() + `)`}, args: w.args}
	w.and("exempt <> ?", notice.ForOverseers)
	items, err := s.notices(ctx, w, "", "")
	if err != nil {
		return nil, err
	}
	return items, s.addDeliveries(ctx, items)
}

// PetitionerNotices gives the notices to the petitioner of a case, oldest
// first, leaving out those that are exempt. Whoever asks has proved to be the
// petitioner.
func (s *Store) PetitionerNotices(ctx context.Context, no string) ([]view.NoticeItem, error) {
	w := &where{}
	w.and("to_case = ? AND to_case <> '' AND exempt = ''", no)
	return s.notices(ctx, w, "", "")
}

// notices reads in the order of the ledger; tail reverses or bounds it. The receipts
// are those of the user, "" for the first of anybody.
func (s *Store) notices(ctx context.Context, w *where, user, tail string) ([]view.NoticeItem, error) {
	whose := w.arg(user)
	rows, err := s.pool.Query(ctx, `SELECT id, no, seq, n, to_case, to_user, to_role, to_unit, title_zh, title_en, body_zh, body_en,
		immediate, late, exempt, at, got.delivered_at, got.read_at FROM notices LEFT JOIN LATERAL (SELECT min(delivered_at) AS delivered_at, min(read_at) AS read_at
			FROM notice_receipts r WHERE r.notice_id = notices.id AND `+whose+` IN ('', r.username)) AS got ON true`+w.String()+` ORDER BY id `+tail, w.args...)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n view.NoticeItem, err error) {
		var delivered, read *time.Time
		err = row.Scan(&n.ID, &n.No, &n.Seq, &n.N, &n.To.Petitioner, &n.To.User, &n.To.Role, &n.To.Unit, &n.TitleZH, &n.TitleEN, &n.BodyZH, &n.BodyEN,
			&n.Immediate, &n.Late, &n.Exempt, &n.At, &delivered, &read)
		if err != nil {
			return n, fmt.Errorf("notice: %w", err)
		}
		n.At, n.DeliveredAt, n.ReadAt = n.At.UTC(), orZero(delivered), orZero(read)
		return n, nil
	})
	return out, fault(err)
}
