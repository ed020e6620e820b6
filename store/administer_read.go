package store

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/org"
)

// sheets reads accounts with their offices in order. It speaks of a row u of users.
const sheets = `SELECT u.username, u.zh, u.en, u.active, u.version, u.administered, u.created_at, u.closed_at, u.signed_in_at,
		u.password_hash <> '', u.must_change, u.identity <> '', f.username IS NOT NULL,
		(SELECT count(*) FROM tokens t WHERE t.username = u.username AND t.kind = 'session' AND t.expires_at > now()),
		(SELECT count(*) FROM tokens t WHERE t.username = u.username AND t.kind = 'token' AND t.expires_at > now()),
		coalesce((SELECT jsonb_agg(jsonb_build_object('role', g.role, 'unit', g.unit, 'point', g.point) ORDER BY g.ordinal) FROM grants g WHERE g.username = u.username), '[]')
	FROM users u LEFT JOIN second_factors f ON f.username = u.username AND f.confirmed_at IS NOT NULL`

func scanSheet(row pgx.CollectableRow) (x account.Sheet, err error) {
	var closed, signed *time.Time
	var offices []byte
	err = row.Scan(&x.Username, &x.ZH, &x.EN, &x.Open, &x.Version, &x.Administered, &x.CreatedAt, &closed, &signed,
		&x.Password, &x.MustChange, &x.Bound, &x.Enrolled, &x.Sessions, &x.Tokens, &offices)
	if err != nil {
		return x, err
	}
	x.ClosedAt, x.SignedInAt = orZero(closed), orZero(signed)
	return x, json.Unmarshal(offices, &x.Grants)
}

func sheetNamed(ctx context.Context, q querier, username string) (account.Sheet, error) {
	rows, err := q.Query(ctx, sheets+` WHERE u.username = $1`, username)
	if err != nil {
		return account.Sheet{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanSheet)
}

// Sheet gives an account, open or closed.
func (s *Store) Sheet(ctx context.Context, username string) (account.Sheet, error) {
	x, err := sheetNamed(ctx, s.pool, username)
	return x, fault(err)
}

// Sheets gives one page of the accounts that a search selects, by name; with total also how
// many there are.
func (s *Store) Sheets(ctx context.Context, f account.Search, cursor string, limit int, total bool) (page account.SheetPage, err error) {
	list, err := json.Marshal(f)
	if err != nil {
		return page, err
	}
	after := ""
	if cursor != "" {
		p, err := s.openPosition(ctx, "accounts "+string(list), cursor)
		if err != nil {
			return page, err
		}
		after = p.No
	}
	clause, args := selecting(f)
	err = s.inTx(ctx, reading, func(tx pgx.Tx) error {
		if total {
			page.Total = new(int)
			if err := tx.QueryRow(ctx, `SELECT count(*) FROM users u WHERE `+clause, args...).Scan(page.Total); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, sheets+` WHERE u.username > $6 AND `+clause+` ORDER BY u.username LIMIT $7`, append(args, after, limit+1)...)
		if err != nil {
			return err
		}
		page.Items, err = pgx.CollectRows(rows, scanSheet)
		return err
	})
	if err != nil || len(page.Items) <= limit {
		return page, err
	}
	page.Items = page.Items[:limit]
	page.Next, err = s.sealPosition(ctx, "accounts "+string(list), position{No: page.Items[limit-1].Username})
	return page, err
}

// selecting is the clause of a search, with its five arguments.
func selecting(f account.Search) (string, []any) {
	text := ""
	if t := strings.TrimSpace(f.Text); t != "" {
		text = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(t) + "%"
	}
	clause := `($1 = '' OR u.username ILIKE $1 OR u.zh ILIKE $1 OR u.en ILIKE $1)
		AND ($2::text[] IS NULL AND $3 = '' OR EXISTS (SELECT FROM grants g WHERE g.username = u.username AND ($2::text[] IS NULL OR g.unit = ANY ($2)) AND ($3 = '' OR g.role = $3)))
		AND ($4::boolean IS NULL OR u.active = $4)
		AND ($5::text[] IS NULL OR NOT EXISTS (SELECT FROM second_factors x WHERE x.username = u.username AND x.confirmed_at IS NOT NULL)
			AND EXISTS (SELECT FROM grants g WHERE g.username = u.username AND g.role = ANY ($5)))`
	if f.NeverSignedIn {
		clause += ` AND u.signed_in_at IS NULL`
	}
	var without []string
	if f.WithoutFactor != nil { // where no office needs one, nobody lacks it
		without = []string{}
	}
	for _, r := range f.WithoutFactor {
		without = append(without, string(r))
	}
	return clause, []any{text, f.Units, string(f.Role), f.Open, without}
}

// StandsFor tells what still stands in the name of an account: how much, never what.
func (s *Store) StandsFor(ctx context.Context, username string) (out account.Standing, err error) {
	err = s.inTx(ctx, reading, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT CASE WHEN lead_unit <> '' THEN lead_unit ELSE owner_unit END AS desk, count(*)
			FROM cases WHERE open AND ($1 = ANY (handlers) OR owner_user = $1) GROUP BY desk ORDER BY desk`, username)
		if err != nil {
			return err
		}
		if out.Carried, err = pgx.CollectRows(rows, pgx.RowToStructByPos[account.Carried]); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM cases WHERE open AND first_responder = $1`, username).Scan(&out.First); err != nil {
			return err
		}
		out.Waiting, err = waiting(ctx, tx, username)
		return err
	})
	return out, err
}

const requestColumns = `r.id, r.username, u.zh, u.en, r.before, r.after, r.reason, r.requested_by, r.requested_at, r.state, r.decided_by, r.decided_at, r.note`

func scanRequest(row pgx.CollectableRow) (r account.Request, err error) {
	var decided *time.Time
	var before, after []byte
	err = row.Scan(&r.ID, &r.Username, &r.ZH, &r.EN, &before, &after, &r.Reason, &r.By, &r.At, &r.State, &r.DecidedBy, &decided, &r.Note)
	if err != nil {
		return r, err
	}
	r.DecidedAt = orZero(decided)
	if err := json.Unmarshal(before, &r.Before); err != nil {
		return r, err
	}
	return r, json.Unmarshal(after, &r.After)
}

// stillWaits tells of a request r whether it waits: it does for a while only.
const stillWaits = `r.state = 'waiting' AND r.requested_at > now() - $1::interval`

func requests(ctx context.Context, q querier, clause string, args ...any) ([]account.Request, error) {
	rows, err := q.Query(ctx, `SELECT `+requestColumns+` FROM office_requests r JOIN users u USING (username) WHERE `+clause, append([]any{account.Patience}, args...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanRequest)
}

// waiting is the change of offices of an account that waits, nil for none.
func waiting(ctx context.Context, q querier, username string) (*account.Request, error) {
	list, err := requests(ctx, q, stillWaits+` AND r.username = $2`, username)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// OfficeRequests lists the changes of offices that wait for a second person, the oldest first.
func (s *Store) OfficeRequests(ctx context.Context) ([]account.Request, error) {
	list, err := requests(ctx, s.pool, stillWaits+` ORDER BY r.id LIMIT 500`)
	return list, fault(err)
}

// OfficeRequest gives one, waiting or not.
func (s *Store) OfficeRequest(ctx context.Context, id int64) (account.Request, error) {
	list, err := requests(ctx, s.pool, `$1::interval IS NOT NULL AND r.id = $2`, id)
	if err == nil && len(list) == 0 {
		return account.Request{}, domain.NotFound()
	}
	if err != nil {
		return account.Request{}, fault(err)
	}
	return list[0], nil
}

// ask writes down a change of offices that waits for a second person.
func ask(ctx context.Context, tx pgx.Tx, username string, before, after []org.Grant, c account.Change) error {
	_, err := tx.Exec(ctx, `INSERT INTO office_requests (username, before, after, reason, requested_by, requested_at) VALUES ($1, $2, $3, $4, $5, now())`,
		username, orNone(before), orNone(after), c.Reason, c.By.Actor)
	return err
}

func orNone(list []org.Grant) []org.Grant {
	if list == nil {
		return []org.Grant{}
	}
	return list
}

// lapse ends a request of an account that has waited for too long.
func lapse(ctx context.Context, tx pgx.Tx, username string) error {
	_, err := tx.Exec(ctx, `UPDATE office_requests SET state = 'lapsed' WHERE username = $1 AND state = 'waiting' AND requested_at <= now() - $2::interval`, username, account.Patience)
	return err
}
