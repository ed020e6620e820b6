package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/form"
	"huajie/domain/machine"
)

// errand is one to be taken up: what is to be done, and in which cases.
type errand struct {
	action, key          string
	input                form.Input
	county, unit, person string // "" for any
	category             string // a class or a leaf; "" for any
	provisional          bool   // only cases with a provisional date
	before               time.Time
	by, reason           string
}

// concerned are the open cases an errand is for. It speaks of a row e of errands.
const concerned = `cases.open AND cases.created_at < e.before AND e.county IN ('', cases.county)
	AND (e.unit = '' OR e.unit = ANY (cases.units)) AND starts_with(cases.category, e.category)
	AND (NOT e.provisional OR cases.provisional)
	AND (e.person = '' OR e.person = ANY (cases.handlers) OR e.person = cases.owner_user)`

// untold are those of them that have not taken the step yet.
const untold = concerned + ` AND NOT EXISTS (SELECT FROM commands WHERE commands.key = e.key || '/' || cases.no)`

// The pace of an errand: how long a claimed part is left to who claimed it, the pause
// before a round looks whether everybody has taken the step, and after how many rounds
// it is given up and what remains is told.
const (
	errandLease  = "30 seconds"
	errandPause  = "15 seconds"
	errandRounds = 10
	recountAfter = "5 seconds"
)

// takeUp writes an errand and counts the cases it is for.
func takeUp(ctx context.Context, tx pgx.Tx, o errand) (id int, err error) {
	if o.before.IsZero() {
		o.before = time.Now()
	}
	err = tx.QueryRow(ctx, `INSERT INTO errands (action, key, input, county, unit, person, category, before, by_whom, reason, provisional, total)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0) RETURNING id`,
		o.action, o.key, o.input, o.county, o.unit, o.person, o.category, o.before, o.by, o.reason, o.provisional).Scan(&id)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `UPDATE errands e SET total = (SELECT count(*) FROM cases WHERE `+concerned+`) WHERE id = $1`, id)
	return id, err
}

// ClaimErrand takes up the next part of an errand for a short while: at most so many
// cases, the most pressing first. ok is false when nothing is to be done now.
func (s *Store) ClaimErrand(ctx context.Context, limit int) (e activities.Errand, ok bool, err error) {
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		e, ok = activities.Errand{}, false
		err := tx.QueryRow(ctx, `UPDATE errands SET next_at = now() + $1::interval WHERE id = (
				SELECT id FROM errands WHERE done_at IS NULL AND next_at <= now() ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
			RETURNING id, action, key, input`, errandLease).Scan(&e.ID, &e.Action, &e.Key, &e.Input)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		ok = true
		rows, err := tx.Query(ctx, `SELECT cases.no, cases.due_at::text FROM errands e JOIN cases ON (cases.due_at, cases.no) > (e.cursor_due, e.cursor_no)
			WHERE e.id = $1 AND `+untold+` ORDER BY cases.due_at, cases.no LIMIT $2`, e.ID, limit)
		if err != nil {
			return err
		}
		var no string
		_, err = pgx.ForEachRow(rows, []any{&no, &e.Cursor}, func() error {
			e.Cases = append(e.Cases, no)
			return nil
		})
		return err
	})
	return e, ok && err == nil, err
}

// AskRecount has the open cases with a provisional date count it again, once for each set of
// years that are published (§4.1 calendar.recompute). asked is false when that was asked before.
// It begins after a moment, in which every process takes the calendar.
func (s *Store) AskRecount(ctx context.Context, years string) (asked bool, err error) {
	key := "calendar/" + years
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		asked = false
		var known bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM errands WHERE key = $1)`, key).Scan(&known); err != nil || known {
			return err
		}
		// One that is still under way has been overtaken.
		if _, err := tx.Exec(ctx, `UPDATE errands SET done_at = now() WHERE action = $1 AND done_at IS NULL`, machine.Recount); err != nil {
			return err
		}
		id, err := takeUp(ctx, tx, errand{action: machine.Recount, key: key, provisional: true, input: form.Input{"years": years}, by: "system", reason: "calendar"})
		if err != nil {
			return err
		}
		asked = true
		_, err = tx.Exec(ctx, `UPDATE errands SET next_at = now() + $2::interval WHERE id = $1`, id, recountAfter)
		return err
	})
	if asked && err != nil {
		asked = false
	}
	return asked, err
}

// SettleErrand notes that the cases of a claimed part have been told. A part without
// cases ends the round: it was the last one when nobody was found in it.
func (s *Store) SettleErrand(ctx context.Context, e activities.Errand) error {
	if n := len(e.Cases); n > 0 {
		_, err := s.pool.Exec(ctx, `UPDATE errands SET told = told + CASE WHEN round = 1 THEN $2 ELSE 0 END, found = found + $2,
			cursor_due = $3::timestamptz, cursor_no = $4, next_at = now() WHERE id = $1 AND done_at IS NULL`, e.ID, n, e.Cursor, e.Cases[n-1])
		return fault(err)
	}
	_, err := s.pool.Exec(ctx, `UPDATE errands e SET round = round + 1, found = 0, cursor_due = '-infinity', cursor_no = '', next_at = now() + $2::interval,
			done_at = CASE WHEN found = 0 OR round >= $3 THEN now() END,
			remaining = CASE WHEN found > 0 AND round >= $3 THEN (SELECT count(*) FROM cases WHERE `+untold+`) ELSE 0 END
		WHERE id = $1 AND done_at IS NULL`, e.ID, errandPause, errandRounds)
	return fault(err)
}

// DisableUser closes an account, and has every open case that only this person could
// go on with return to its desk (§6 item 37). It tells how many cases name the person.
func (s *Store) DisableUser(ctx context.Context, username, by, reason string) (cases int, err error) {
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if cases, err = s.disable(ctx, tx, username, by, reason); err != nil {
			return err
		}
		_, err = s.appendAudit(ctx, tx, s.byHand(audit.UserDisabled, by, username, reason))
		return err
	})
	return cases, err
}

// disable does so within a transaction. Somebody must be left to administer accounts.
func (s *Store) disable(ctx context.Context, tx pgx.Tx, username, by, reason string) (cases int, err error) {
	if err := keepAdministrator(ctx, tx, username, nil); err != nil {
		return 0, err
	}
	tag, err := tx.Exec(ctx, `UPDATE users SET active = false, closed_at = now(), version = version + 1 WHERE username = $1 AND active`, username)
	if err != nil {
		return 0, err
	}
	if tag.RowsAffected() == 0 {
		return 0, domain.NotFound()
	}
	return handBack(ctx, tx, username, "", by, reason)
}

// handBack has the open cases of a unit ("" for all) that name somebody return to their desks
// (§6 item 37), and tells how many there are.
func handBack(ctx context.Context, tx pgx.Tx, username, unit, by, reason string) (cases int, err error) {
	now := time.Now()
	key := fmt.Sprintf("left/%s-%d", username, now.UnixMilli())
	if unit != "" {
		key += "-" + unit
	}
	return counted(ctx, tx, errand{action: machine.HandlerLeft, key: key, person: username, unit: unit, before: now,
		input: form.Input{"person": username}, by: by, reason: reason})
}

// Transfer has the open cases of a unit go to the unit that has taken over its duty for
// a category ("" for all), and tells how many there are (§6 item 34). A dry run only
// counts.
func (s *Store) Transfer(ctx context.Context, from, to, category, by, basis string, dry bool) (cases int, err error) {
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		now := time.Now()
		cases, err = counted(ctx, tx, errand{action: machine.TransferUnit, key: fmt.Sprintf("transfer/%s-%s-%s-%d", from, to, category, now.UnixMilli()), unit: from,
			category: category, before: now, input: form.Input{"from_unit": from, "to_unit": to, "basis": basis}, by: by, reason: basis})
		switch {
		case err != nil:
			return err
		case dry:
			return errDry
		}
		_, err = s.appendAudit(ctx, tx, s.byHand(audit.DutyMoved, by, from+" -> "+to, basis))
		return err
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return cases, err
}

// counted takes an errand up and gives the number of cases it is for.
func counted(ctx context.Context, tx pgx.Tx, e errand) (cases int, err error) {
	id, err := takeUp(ctx, tx, e)
	if err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `SELECT total FROM errands WHERE id = $1`, id).Scan(&cases)
	return cases, err
}
