package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/org"
)

// UpsertUsers makes the accounts say what the list says: names and offices. New
// accounts get the password hash, "" for none; a password somebody already has
// stays. Accounts that are not listed are left alone, and so are those an administrator has
// made or changed: what was done by hand is not undone by the next start.
//
// Demo accounts share one hash: a hash is slow by design, and their password is
// public anyway.
func (s *Store) UpsertUsers(ctx context.Context, users []org.User, passwordHash string) error {
	return s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		ours, err := administered(ctx, tx)
		if err != nil {
			return err
		}
		users := slices.DeleteFunc(slices.Clone(users), func(u org.User) bool { return ours[u.Username] })
		return s.upsertUsers(ctx, tx, users, passwordHash)
	})
}

func (s *Store) upsertUsers(ctx context.Context, tx pgx.Tx, users []org.User, passwordHash string) error {
	var name, zh, en []string
	var holder, role, unit, point []string
	var ordinal []int
	for _, u := range users {
		name, zh, en = append(name, u.Username), append(zh, u.ZH), append(en, u.EN)
		for i, g := range u.Grants {
			holder, ordinal = append(holder, u.Username), append(ordinal, i)
			role, unit, point = append(role, string(g.Role)), append(unit, g.Unit), append(point, g.Point)
		}
	}
	changes, err := userChanges(ctx, tx, users)
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue(`INSERT INTO users AS u (username, zh, en, password_hash)
		SELECT n, z, e, $4 FROM unnest($1::text[], $2::text[], $3::text[]) AS x (n, z, e) ORDER BY n
		ON CONFLICT (username) DO UPDATE SET zh = excluded.zh, en = excluded.en,
			password_hash = CASE WHEN u.password_hash = '' THEN excluded.password_hash ELSE u.password_hash END`,
		name, zh, en, passwordHash)
	batch.Queue(`DELETE FROM grants WHERE username = ANY ($1)`, name)
	batch.Queue(`INSERT INTO grants (username, ordinal, role, unit, point)
		SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[])`, holder, ordinal, role, unit, point)
	var changed []string
	for _, e := range changes {
		changed = append(changed, e.Object)
	}
	batch.Queue(`UPDATE users SET version = version + 1 WHERE username = ANY ($1)`, changed)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil || len(changes) == 0 {
		return err
	}
	_, err = s.appendAudit(ctx, tx, changes...)
	return err
}

// administered are the accounts an administrator has made or changed. They are held until the
// transaction ends, so that none becomes one meanwhile.
func administered(ctx context.Context, tx pgx.Tx) (map[string]bool, error) {
	if _, err := tx.Exec(ctx, lockOffices); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, `SELECT username FROM users WHERE administered`)
	if err != nil {
		return nil, err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	out := make(map[string]bool, len(names))
	for _, n := range names {
		out[n] = true
	}
	return out, err
}

// SetActive opens or closes an account. A closed one can neither sign in nor
// use a token, and no case can be given to it.
func (s *Store) SetActive(ctx context.Context, username string, active bool) error {
	return s.one(ctx, `UPDATE users SET active = $2, version = version + 1, closed_at = CASE WHEN $2 THEN NULL ELSE now() END WHERE username = $1`, username, active)
}

// one runs a statement that must find exactly one row.
func (s *Store) one(ctx context.Context, sql string, args ...any) error {
	tag, err := s.pool.Exec(ctx, sql, args...)
	if err == nil && tag.RowsAffected() == 0 {
		return domain.NotFound()
	}
	return fault(err)
}

// UserNamed gives an active user.
func (s *Store) UserNamed(ctx context.Context, username string) (org.User, error) {
	users, err := usersWhere(ctx, s.pool, `u.active AND u.username = $1`, username)
	if err != nil {
		return org.User{}, fault(err)
	}
	if len(users) == 0 {
		return org.User{}, domain.NotFound()
	}
	return users[0], nil
}

// People gives the users of these names, open or closed, by name; an unknown one is left out.
func (s *Store) People(ctx context.Context, usernames []string) ([]org.User, error) {
	users, err := usersWhere(ctx, s.pool, `u.username = ANY ($1)`, usernames)
	return users, fault(err)
}

// Members lists the active users who hold the role in exactly that unit, by name.
func (s *Store) Members(ctx context.Context, role org.Role, unit string) ([]org.User, error) {
	users, err := usersWhere(ctx, s.pool, `u.active AND EXISTS (SELECT FROM grants h WHERE h.username = u.username AND h.role = $1 AND h.unit = $2)`, role, unit)
	return users, fault(err)
}

// usersWhere reads users with their offices in order.
func usersWhere(ctx context.Context, q querier, clause string, args ...any) ([]org.User, error) {
	rows, err := q.Query(ctx, `SELECT u.username, u.zh, u.en, coalesce(g.role, ''), coalesce(g.unit, ''), coalesce(g.point, '')
		FROM users u LEFT JOIN grants g USING (username) WHERE `+clause+` ORDER BY u.username, g.ordinal`, args...)
	if err != nil {
		return nil, err
	}
	out := []org.User{}
	var u org.User
	var g org.Grant
	_, err = pgx.ForEachRow(rows, []any{&u.Username, &u.ZH, &u.EN, &g.Role, &g.Unit, &g.Point}, func() error {
		if len(out) == 0 || out[len(out)-1].Username != u.Username {
			out = append(out, org.User{Username: u.Username, ZH: u.ZH, EN: u.EN})
		}
		if g.Role != "" {
			last := &out[len(out)-1]
			last.Grants = append(last.Grants, g)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	return out, nil
}
