package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/audit"
	"huajie/domain/org"
)

// lockOffices makes those take turns who change offices or close accounts: somebody must be
// left to administer them.
const lockOffices = `SELECT pg_advisory_xact_lock(hashtextextended('huajie/offices', 0))`

// keepAdministrator refuses to leave nobody open who administers accounts: left are the
// offices the account is going to have.
func keepAdministrator(ctx context.Context, tx pgx.Tx, username string, left []org.Grant) error {
	if _, err := tx.Exec(ctx, lockOffices); err != nil {
		return err
	}
	if slices.ContainsFunc(left, func(g org.Grant) bool { return g.Role == org.RoleSysAdmin }) {
		return nil
	}
	var was, others bool
	err := tx.QueryRow(ctx, `SELECT coalesce(bool_or(u.username = $1), false), coalesce(bool_or(u.username <> $1), false)
		FROM users u JOIN grants g USING (username) WHERE u.active AND g.role = $2`, username, org.RoleSysAdmin).Scan(&was, &others)
	if err == nil && was && !others {
		return domain.Refuse("last_administrator", "§2.1", "这是最后一个启用的系统管理员账号", "this is the last open account that administers accounts")
	}
	return err
}

// administer does something to an account for an administrator: in one transaction, once for
// each key, and not to one that has changed since it was read. act gives the entries of the
// audit log. again is true when the key was used for the same before: nothing is done.
func (s *Store) administer(ctx context.Context, username string, c account.Change, act func(tx pgx.Tx, before account.Sheet) ([]audit.Entry, error)) (again bool, err error) {
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if again, err = used(ctx, tx, c); err != nil || again {
			return err
		}
		if _, err := tx.Exec(ctx, lockOffices); err != nil {
			return err
		}
		before, err := sheetNamed(ctx, tx, username)
		if err != nil {
			return err
		}
		if c.Seen != 0 && c.Seen != before.Version {
			return &domain.Error{Code: domain.CodeStale, Reason: "stale", Text: domain.Text{ZH: "账号已被他人更改,请刷新后再试", EN: "the account has changed since it was read"}}
		}
		entries, err := act(tx, before)
		if err != nil {
			return err
		}
		for i := range entries {
			entries[i].Actor, entries[i].Via, entries[i].Request = c.By.Actor, c.By.Via, c.By.Request
			entries[i].Object, entries[i].Outcome = username, audit.OK
		}
		_, err = s.appendAudit(ctx, tx, entries...)
		return err
	})
	return again, err
}

// used notes the key of a change; true when it was used for the same before.
func used(ctx context.Context, tx pgx.Tx, c account.Change) (bool, error) {
	if c.Key == "" {
		return false, nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM account_commands WHERE at < now() - interval '2 days'`); err != nil {
		return false, err
	}
	tag, err := tx.Exec(ctx, `INSERT INTO account_commands (key, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING`, c.Key, c.Fingerprint)
	if err != nil || tag.RowsAffected() == 1 {
		return false, err
	}
	var before string
	if err := tx.QueryRow(ctx, `SELECT fingerprint FROM account_commands WHERE key = $1`, c.Key).Scan(&before); err != nil {
		return false, err
	}
	if before != c.Fingerprint {
		return false, &domain.Error{Code: domain.CodeKeyReused, Reason: "key_reused"}
	}
	return true, nil
}

// CreateAccount makes an account with a password that must be changed at the first sign-in.
// With an office that needs a second person it has none until somebody agrees.
func (s *Store) CreateAccount(ctx context.Context, u org.User, password string, c account.Change) (again bool, err error) {
	var hash string
	if err := s.hashing(ctx, func() (err error) { hash, err = HashPassword(password); return err }); err != nil {
		return false, err
	}
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if again, err = used(ctx, tx, c); err != nil || again {
			return err
		}
		if _, err := tx.Exec(ctx, lockOffices); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `INSERT INTO users (username, zh, en, password_hash, must_change, administered) VALUES ($1, $2, $3, $4, true, true) ON CONFLICT DO NOTHING`,
			u.Username, u.ZH, u.EN, hash)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return domain.Faulty("username", "taken", "已有同名账号", "there is an account of this name")
		}
		entry := c.By
		entry.Kind, entry.Object, entry.Outcome, entry.Reason = audit.UserChanged, u.Username, audit.OK, "new: "+officesOf(u)
		if account.NeedsSecond(nil, u.Grants) {
			if err := ask(ctx, tx, u.Username, nil, u.Grants, c); err != nil {
				return err
			}
			entry.Reason = "new: no office until a second person agrees"
			asked := entry
			asked.Kind, asked.Reason = audit.OfficesAsked, change(nil, u.Grants, c.Reason)
			_, err = s.appendAudit(ctx, tx, entry, asked)
			return err
		}
		if err := grant(ctx, tx, u.Username, u.Grants); err != nil {
			return err
		}
		_, err = s.appendAudit(ctx, tx, entry)
		return err
	})
	return again, err
}

// grant makes the offices of an account those.
func grant(ctx context.Context, tx pgx.Tx, username string, list []org.Grant) error {
	if _, err := tx.Exec(ctx, `DELETE FROM grants WHERE username = $1`, username); err != nil {
		return err
	}
	for i, g := range list {
		if _, err := tx.Exec(ctx, `INSERT INTO grants (username, ordinal, role, unit, point) VALUES ($1, $2, $3, $4, $5)`, username, i, g.Role, g.Unit, g.Point); err != nil {
			return err
		}
	}
	return nil
}

// change writes down a change of offices, and why.
func change(before, after []org.Grant, why string) string {
	return officesOf(org.User{Grants: before}) + " -> " + officesOf(org.User{Grants: after}) + ": " + why
}

// touch notes that an administrator has changed an account.
const touch = `UPDATE users SET version = version + 1, administered = true`

// RenameAccount changes what somebody is called.
func (s *Store) RenameAccount(ctx context.Context, username, zh, en string, c account.Change) (again bool, err error) {
	return s.administer(ctx, username, c, func(tx pgx.Tx, was account.Sheet) ([]audit.Entry, error) {
		_, err := tx.Exec(ctx, touch+`, zh = $2, en = $3 WHERE username = $1`, username, zh, en)
		return []audit.Entry{{Kind: audit.UserChanged, Reason: fmt.Sprintf("%s / %s -> %s / %s", was.ZH, was.EN, zh, en)}}, err
	})
}

// ChangeOffices gives an account other offices; where that needs a second person it is asked
// for, and the offices stay until somebody agrees.
func (s *Store) ChangeOffices(ctx context.Context, username string, list []org.Grant, c account.Change) (again bool, err error) {
	return s.administer(ctx, username, c, func(tx pgx.Tx, was account.Sheet) ([]audit.Entry, error) {
		if err := lapse(ctx, tx, username); err != nil {
			return nil, err
		}
		if waits, err := waiting(ctx, tx, username); err != nil || waits != nil {
			return nil, cmpErr(err, errWaits)
		}
		if account.NeedsSecond(was.Grants, list) {
			err := ask(ctx, tx, username, was.Grants, list, c)
			return []audit.Entry{{Kind: audit.OfficesAsked, Reason: change(was.Grants, list, c.Reason)}}, err
		}
		err := reseat(ctx, tx, was, list, c.By.Actor, c.Reason)
		return []audit.Entry{{Kind: audit.UserChanged, Reason: change(was.Grants, list, c.Reason)}}, err
	})
}

var errWaits = domain.Refuse("request_waits", "", "该账号已有岗位变更等待第二人审批", "a change of offices of this account waits for a second person")

// cmpErr is the first of two errors there is.
func cmpErr(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// reseat gives an account other offices. What it carried for a unit it has no office in any
// more goes back to the desk there (§6 item 37).
func reseat(ctx context.Context, tx pgx.Tx, was account.Sheet, list []org.Grant, by, reason string) error {
	if err := keepAdministrator(ctx, tx, was.Username, list); err != nil {
		return err
	}
	if err := grant(ctx, tx, was.Username, list); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, touch+` WHERE username = $1`, was.Username); err != nil {
		return err
	}
	left := map[string]bool{}
	for _, g := range was.Grants {
		stays := slices.ContainsFunc(list, func(o org.Grant) bool { return o.Unit == g.Unit })
		if stays || left[g.Unit] {
			continue
		}
		left[g.Unit] = true
		if _, err := handBack(ctx, tx, was.Username, g.Unit, by, reason); err != nil {
			return err
		}
	}
	return nil
}

// CloseAccount closes an account and ends everything that was signed in or made for it; what
// it carried goes back to the desks (§6 item 37). It tells how many cases that are.
func (s *Store) CloseAccount(ctx context.Context, username string, c account.Change) (cases int, again bool, err error) {
	again, err = s.administer(ctx, username, c, func(tx pgx.Tx, was account.Sheet) ([]audit.Entry, error) {
		if !was.Open {
			return nil, domain.Refuse("closed", "", "账号已停用", "the account is closed already")
		}
		if cases, err = s.disable(ctx, tx, username, c.By.Actor, c.Reason); err != nil {
			return nil, err
		}
		_, err := tx.Exec(ctx, `DELETE FROM tokens WHERE username = $1`, username)
		return []audit.Entry{{Kind: audit.UserDisabled, Reason: c.Reason}}, err
	})
	return cases, again, err
}

// OpenAccount opens one again.
func (s *Store) OpenAccount(ctx context.Context, username string, c account.Change) (again bool, err error) {
	return s.administer(ctx, username, c, func(tx pgx.Tx, was account.Sheet) ([]audit.Entry, error) {
		if was.Open {
			return nil, domain.Refuse("open", "", "账号已启用", "the account is open already")
		}
		if err := byOneAlone(was); err != nil {
			return nil, err
		}
		_, err := tx.Exec(ctx, `UPDATE users SET active = true, closed_at = NULL, version = version + 1 WHERE username = $1`, username)
		return []audit.Entry{{Kind: audit.UserEnabled, Reason: c.Reason}}, err
	})
}

// byOneAlone refuses what would give one administrator hold of an account with a supervising
// or administering office.
func byOneAlone(was account.Sheet) error {
	if account.HoldsGuarded(was.Grants) {
		return domain.Forbid("guarded_account", "§2.1", "该账号有监督或管理岗位,须由运维人员在服务器上办理(huajie user)", "the account has a supervising or administering office: this is done by the operator (huajie user)")
	}
	return nil
}

// PasswordOnce gives an account a password for one sign-in, and ends everything that was
// signed in or made for it.
func (s *Store) PasswordOnce(ctx context.Context, username, password string, c account.Change) (again bool, err error) {
	var hash string
	if err := s.hashing(ctx, func() (err error) { hash, err = HashPassword(password); return err }); err != nil {
		return false, err
	}
	return s.administer(ctx, username, c, func(tx pgx.Tx, was account.Sheet) ([]audit.Entry, error) {
		if err := byOneAlone(was); err != nil {
			return nil, err
		}
		if err := passwordIn(ctx, tx, username, hash, true); err != nil {
			return nil, err
		}
		_, err := tx.Exec(ctx, `DELETE FROM tokens WHERE username = $1`, username)
		return []audit.Entry{{Kind: audit.PasswordChanged, Reason: c.Reason}}, err
	})
}

// DropFactor takes the second factor of an account away, and ends every sign-in.
func (s *Store) DropFactor(ctx context.Context, username string, c account.Change) (again bool, err error) {
	return s.administer(ctx, username, c, func(tx pgx.Tx, was account.Sheet) ([]audit.Entry, error) {
		if err := byOneAlone(was); err != nil {
			return nil, err
		}
		tag, err := tx.Exec(ctx, `DELETE FROM second_factors WHERE username = $1`, username)
		if err != nil {
			return nil, err
		}
		if tag.RowsAffected() == 0 {
			return nil, domain.Refuse("no_second_factor", "", "该账号没有动态口令", "the account has no second factor")
		}
		return []audit.Entry{{Kind: audit.FactorRemoved, Reason: c.Reason}}, endOthers(ctx, tx, username, 0)
	})
}

// EndSignIns ends every sign-in of an account, or with tokens what was made for programs.
func (s *Store) EndSignIns(ctx context.Context, username string, tokens bool, c account.Change) error {
	_, err := s.administer(ctx, username, c, func(tx pgx.Tx, _ account.Sheet) ([]audit.Entry, error) {
		if !tokens {
			return []audit.Entry{{Kind: audit.SignOut, Reason: "every session"}}, endOthers(ctx, tx, username, 0)
		}
		tag, err := tx.Exec(ctx, `DELETE FROM tokens WHERE username = $1 AND kind = 'token'`, username)
		return []audit.Entry{{Kind: audit.TokenRevoked, Reason: fmt.Sprintf("all %d", tag.RowsAffected())}}, err
	})
	return err
}
