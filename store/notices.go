package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/view"
)

// Notices gives the notices addressed to a user, or to an office the user
// holds, newest first. Notices of a case that has become restricted are left out
// for those who may not see it any more.
func (s *Store) Notices(ctx context.Context, scope view.Scope, a domain.Actor, cursor string, limit int) (view.NoticePage, error) {
	before := int64(1<<63 - 1)
	list := "notices of " + a.User
	if cursor != "" {
		p, err := s.openPosition(ctx, list, cursor)
		if err != nil {
			return view.NoticePage{}, err
		}
		if before, err = strconv.ParseInt(p.No, 10, 64); err != nil {
			return view.NoticePage{}, badCursor()
		}
	}
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, longestPage)
	w := addressedTo(a)
	w.and("id < ?", before)
	w.andNotWithheld(scope)
	items, err := s.notices(ctx, w, `DESC LIMIT `+w.arg(limit+1))
	page := view.NoticePage{Items: items}
	if err != nil || len(items) <= limit {
		return page, err
	}
	page.Items = items[:limit]
	page.Next, err = s.sealPosition(ctx, list, position{No: strconv.FormatInt(items[limit-1].ID, 10)})
	return page, err
}

// addressedTo selects what is for the user or for an office of the user.
func addressedTo(a domain.Actor) *where {
	w := &where{}
	var roles, units []string
	for _, g := range a.Grants {
		roles, units = append(roles, string(g.Role)), append(units, g.Unit)
	}
	w.and(`to_user = ? AND to_user <> '' OR to_role <> '' AND (to_role, to_unit) IN (SELECT * FROM unnest(?::text[], ?::text[]))`, a.User, roles, units)
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

// MarkNoticesRead notes when notices addressed to the user, or to an office of
// the user, were first read, and by whom. Others are left alone.
func (s *Store) MarkNoticesRead(ctx context.Context, a domain.Actor, ids []int64, at time.Time) error {
	w := addressedTo(a)
	w.and("id = ANY (?) AND read_at IS NULL", ids)
	_, err := s.pool.Exec(ctx, `UPDATE notices SET read_at = `+w.arg(at)+`, read_by = `+w.arg(a.User)+w.String(), w.args...)
	return fault(err)
}

// CaseNotices gives every notice about a case in scope, oldest first, whoever
// it is addressed to.
func (s *Store) CaseNotices(ctx context.Context, scope view.Scope, no string) ([]view.NoticeItem, error) {
	w := within(scope)
	w.and("cases.no = ?", no)
	w = &where{clauses: []string{`notices.no IN (SELECT cases.no FROM cases` + w.String() + `)`}, args: w.args}
	return s.notices(ctx, w, "")
}

// PetitionerNotices gives the notices to the petitioner of a case, oldest
// first, leaving out those that are exempt. Whoever asks has proved to be the
// petitioner.
func (s *Store) PetitionerNotices(ctx context.Context, no string) ([]view.NoticeItem, error) {
	w := &where{}
	w.and("to_case = ? AND to_case <> '' AND exempt = ''", no)
	return s.notices(ctx, w, "")
}

// notices reads in the order of the ledger; tail reverses or bounds it.
func (s *Store) notices(ctx context.Context, w *where, tail string) ([]view.NoticeItem, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, no, seq, n, to_case, to_user, to_role, to_unit, title_zh, title_en, body_zh, body_en,
		immediate, late, exempt, at, read_at FROM notices`+w.String()+` ORDER BY id `+tail, w.args...)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (n view.NoticeItem, err error) {
		var read *time.Time
		err = row.Scan(&n.ID, &n.No, &n.Seq, &n.N, &n.To.Petitioner, &n.To.User, &n.To.Role, &n.To.Unit, &n.TitleZH, &n.TitleEN, &n.BodyZH, &n.BodyEN,
			&n.Immediate, &n.Late, &n.Exempt, &n.At, &read)
		if err != nil {
			return n, fmt.Errorf("notice: %w", err)
		}
		n.At, n.ReadAt = n.At.UTC(), orZero(read)
		return n, nil
	})
	return out, fault(err)
}
