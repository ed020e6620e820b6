package store

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"

	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/view"
	"huajie/internal/seal"
)

// Resealed tells how far sealing anew has come in one table.
type Resealed struct {
	Table  string `json:"table"`
	Looked int    `json:"looked"` // rows looked at in this run
	Sealed int    `json:"sealed"` // of them sealed anew
	// Shut are the keys of rows that hold something no key opens. They are left as they are.
	Shut []string `json:"shut,omitempty"`
}

// resealing is how the rows of one table are sealed anew. They are walked in the order of a key.
type resealing struct {
	table, key string
	columns    string // what anew needs beside the key
	next       string // the clause of the next rows after the key $1, about $2; "" for as many rows
	anew       func(s *Store, row pgx.CollectableRow, batch *pgx.Batch) (key string, changed bool, err error)
}

// resealBatch is how many rows are locked at once: officers wait for them.
const resealBatch = 100

// Reseal seals everything with the key that seals now, and what was written before anything was
// sealed. It works beside officers, and a run that was ended is taken up: told is called after
// every part, with what has been done of a table. Keys that are not those of the ledger are
// seal.ErrSealed.
func (s *Store) Reseal(ctx context.Context, told func(Resealed)) error {
	if s.fields == nil {
		return seal.ErrNoKey
	}
	if err := s.KeysFit(ctx); err != nil {
		return err
	}
	for _, r := range resealings {
		done := Resealed{Table: r.table}
		for more := true; more; {
			err := s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) (err error) {
				part := done
				more, err = s.resealPart(ctx, tx, r, &part)
				if err == nil {
					done = part
				}
				return err
			})
			if err != nil {
				return err
			}
			told(done)
		}
	}
	// The next run begins anew: meanwhile a process may have written with the key of before.
	_, err := s.pool.Exec(ctx, `DELETE FROM seal_progress`)
	return fault(err)
}

// resealPart seals the next rows of a table and notes how far it came.
func (s *Store) resealPart(ctx context.Context, tx pgx.Tx, r resealing, done *Resealed) (more bool, err error) {
	id := int64(s.fields.KeyID())
	var after string
	err = tx.QueryRow(ctx, `INSERT INTO seal_progress AS p (of_table, key_id, after) VALUES ($1, $2, '')
		ON CONFLICT (of_table) DO UPDATE SET key_id = excluded.key_id, after = CASE WHEN p.key_id = excluded.key_id THEN p.after ELSE '' END
		RETURNING after`, r.table, id).Scan(&after)
	if err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, `SET LOCAL huajie.reseal = 'on'`); err != nil {
		return false, err
	}
	next := r.next
	if next == "" {
		next = r.key + ` > $1 ORDER BY ` + r.key + ` LIMIT $2`
	}
	rows, err := tx.Query(ctx, `SELECT `+r.key+`, `+r.columns+` FROM `+r.table+` WHERE `+next+` FOR UPDATE`, after, resealBatch)
	if err != nil {
		return false, err
	}
	batch := &pgx.Batch{}
	keys, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
		key, changed, err := r.anew(s, row, batch)
		switch {
		case errors.Is(err, seal.ErrSealed):
			done.Shut = append(slices.Clone(done.Shut), key)
			return key, nil
		case changed:
			done.Sealed++
		}
		return key, err
	})
	if err != nil || len(keys) == 0 {
		return false, err
	}
	done.Looked += len(keys)
	batch.Queue(`UPDATE seal_progress SET after = $2 WHERE of_table = $1`, r.table, keys[len(keys)-1])
	return true, tx.SendBatch(ctx, batch).Close()
}

var resealings = []resealing{
	{"persons", "id", "name, phone, id_no, address", "", (*Store).resealPerson},
	{"intake_details", "no", "details", "", resealDocument("intake_details", "details", seal.Which{Everything: true})},
	{caseTable, "no", "summary, body, EXISTS (SELECT FROM case_search s WHERE s.no = cases.no)", "", (*Store).resealCase},
	{"sessions", "no", "body", "", resealDocument("sessions", "body", inDocuments)},
	{"whistles", "no", "body", "", resealDocument("whistles", "body", inDocuments)},
	{"events", "no", "seq, body", wholeStreams, (*Store).resealEvent},
	{"users", "username", "phone", "", (*Store).resealUser},
	{"rechecks", "id::text", "comment", `id > coalesce(nullif($1, '')::bigint, 0) ORDER BY id LIMIT $2`, (*Store).resealRecheck},
	{"audit_log", "day::text", "n, kind, reason", wholeDays, (*Store).resealReason},
}

// wholeStreams walks the events stream by stream: a key per event has no index.
const wholeStreams = `no > $1 AND no <= (SELECT max(no) FROM (SELECT DISTINCT no FROM events WHERE no > $1 ORDER BY no LIMIT $2 / 10) x) ORDER BY no, seq`

// wholeDays walks the audit log day by day.
const wholeDays = `$2::int > 0 AND day = (SELECT min(day) FROM audit_log WHERE day > coalesce(nullif($1, '')::date, '-infinity')) ORDER BY n`

// again seals a value with the key that seals now.
func (s *Store) again(value string, at seal.Place) (string, error) {
	plain, err := s.fields.Open(value, at)
	if err != nil {
		return "", err
	}
	return s.fields.Seal(plain, at)
}

// documentAgain is again for a document; changed is false where there is nothing to do.
func (s *Store) documentAgain(doc []byte, at seal.Place, which seal.Which) (out []byte, changed bool, err error) {
	current, err := s.fields.CurrentDocument(doc, which)
	if err != nil || current {
		return nil, false, err
	}
	plain, err := s.fields.OpenDocument(doc, at)
	if err != nil {
		return nil, false, err
	}
	out, err = s.fields.SealDocument(plain, at, which)
	return out, err == nil, err
}

func resealDocument(table, column string, which seal.Which) func(*Store, pgx.CollectableRow, *pgx.Batch) (string, bool, error) {
	return func(s *Store, row pgx.CollectableRow, batch *pgx.Batch) (key string, changed bool, err error) {
		var doc []byte
		if err := row.Scan(&key, &doc); err != nil {
			return "", false, err
		}
		out, changed, err := s.documentAgain(doc, seal.Place{Table: table, Column: column, Row: key}, which)
		if changed {
			batch.Queue(`UPDATE `+table+` SET `+column+` = $2 WHERE no = $1`, key, out)
		}
		return key, changed, err
	}
}

func (s *Store) resealPerson(row pgx.CollectableRow, batch *pgx.Batch) (id string, changed bool, err error) {
	var p view.Person
	if err := row.Scan(&p.ID, &p.Name, &p.Phone, &p.IDNo, &p.Address); err != nil {
		return "", false, err
	}
	if s.fields.Current(p.Name) && s.fields.Current(p.Phone) && s.fields.Current(p.IDNo) && s.fields.Current(p.Address) {
		return p.ID, false, nil
	}
	if err := s.openPerson(&p); err != nil {
		return p.ID, false, err
	}
	sealed, err := s.sealPerson(p.ID, p)
	if err != nil {
		return p.ID, false, err
	}
	batch.Queue(`UPDATE persons SET name = $2, phone = $3, id_no = $4, address = $5, phone_index = $6, id_no_index = $7 WHERE id = $1`, append([]any{p.ID}, sealed...)...)
	return p.ID, true, nil
}

// resealCase seals state and summary, and indexes a summary that was written before anything
// was sealed, whoever has sealed it since.
func (s *Store) resealCase(row pgx.CollectableRow, batch *pgx.Batch) (no string, changed bool, err error) {
	var summary string
	var body []byte
	var indexed bool
	if err := row.Scan(&no, &summary, &body, &indexed); err != nil {
		return "", false, err
	}
	body, changed, err = s.documentAgain(body, seal.Place{Table: caseTable, Column: "body", Row: no}, inDocuments)
	if err != nil || !changed && indexed && s.fields.Current(summary) {
		return no, false, err
	}
	plain, err := s.fields.Open(summary, summaryPlace(no))
	if err != nil {
		return no, false, err
	}
	if summary, err = s.fields.Seal(plain, summaryPlace(no)); err != nil {
		return no, false, err
	}
	vector, err := s.searchVector(plain)
	if err != nil {
		return no, false, err
	}
	if !indexed {
		batch.Queue(putWords, no, vector)
	}
	batch.Queue(`UPDATE cases SET summary = $2, body = coalesce($3, body) WHERE no = $1`, no, summary, body)
	return no, true, nil
}

func (s *Store) resealEvent(row pgx.CollectableRow, batch *pgx.Batch) (no string, changed bool, err error) {
	var seq int
	var body []byte
	if err := row.Scan(&no, &seq, &body); err != nil {
		return "", false, err
	}
	body, changed, err = s.documentAgain(body, placeOfEvent(no, seq), inDocuments)
	if changed {
		batch.Queue(`UPDATE events SET body = $3 WHERE no = $1 AND seq = $2`, no, seq, body)
	}
	return no, changed, err
}

func (s *Store) resealUser(row pgx.CollectableRow, batch *pgx.Batch) (name string, changed bool, err error) {
	var phone string
	if err := row.Scan(&name, &phone); err != nil {
		return "", false, err
	}
	if s.fields.Current(phone) {
		return name, false, nil
	}
	if phone, err = s.again(phone, userPhone(name)); err != nil {
		return name, false, err
	}
	batch.Queue(`UPDATE users SET phone = $2 WHERE username = $1`, name, phone)
	return name, true, nil
}

func (s *Store) resealReason(row pgx.CollectableRow, batch *pgx.Batch) (day string, changed bool, err error) {
	var n int
	var kind audit.Kind
	var reason string
	if err := row.Scan(&day, &n, &kind, &reason); err != nil {
		return "", false, err
	}
	if !worded(kind) || s.fields.Current(reason) {
		return day, false, nil
	}
	at, err := calendar.ParseDate(day)
	if err != nil {
		return day, false, err
	}
	if reason, err = s.again(reason, reasonPlace(at, n)); err != nil {
		return day, false, err
	}
	batch.Queue(`UPDATE audit_log SET reason = $3 WHERE day = $1::text::date AND n = $2`, day, n, reason)
	return day, true, nil
}
