package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"huajie/domain/audit"
	"huajie/domain/org"
)

// firstLoad is from how many accounts on, none of them known before, one entry tells of all.
const firstLoad = 20

// userChanges are the entries for what a list of accounts is about to change: who is new, and
// whose offices differ, from what to what.
func userChanges(ctx context.Context, tx pgx.Tx, users []org.User) ([]audit.Entry, error) {
	names := make([]string, len(users))
	for i, u := range users {
		names[i] = u.Username
	}
	rows, err := tx.Query(ctx, `SELECT u.username, coalesce(string_agg(g.role || '@' || g.unit || '/' || g.point, ' ' ORDER BY g.ordinal), '')
		FROM users u LEFT JOIN grants g USING (username) WHERE u.username = ANY ($1) GROUP BY u.username`, names)
	if err != nil {
		return nil, err
	}
	before, name, offices := map[string]string{}, "", ""
	if _, err = pgx.ForEachRow(rows, []any{&name, &offices}, func() error {
		before[name] = offices
		return nil
	}); err != nil {
		return nil, err
	}
	if len(before) == 0 && len(users) >= firstLoad {
		return []audit.Entry{loaded(fmt.Sprintf("%d accounts", len(users)), "first load")}, nil
	}
	var out []audit.Entry
	for _, u := range users {
		was, known := before[u.Username]
		now := officesOf(u)
		switch {
		case !known:
			out = append(out, loaded(u.Username, "new: "+now))
		case was != now:
			out = append(out, loaded(u.Username, was+" -> "+now))
		}
	}
	return out, nil
}

func loaded(object, reason string) audit.Entry {
	return audit.Entry{Actor: "system", Via: "rulebook", Kind: audit.UserChanged, Object: object, Reason: reason, Outcome: audit.OK}
}

func officesOf(u org.User) string {
	list := make([]string, len(u.Grants))
	for i, g := range u.Grants {
		list[i] = string(g.Role) + "@" + g.Unit + "/" + g.Point
	}
	return strings.Join(list, " ")
}

// byHand is the entry of what an operator does on the command line; by is the name given with
// the command, which anybody can type.
func (s *Store) byHand(kind audit.Kind, by, object, reason string) audit.Entry {
	return audit.ByOperator(s.operator, kind, object, by, reason)
}

// Known tells whether an account has this name, open or closed.
func (s *Store) Known(ctx context.Context, username string) (known bool, err error) {
	err = s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM users WHERE username = $1)`, username).Scan(&known)
	return known, fault(err)
}
