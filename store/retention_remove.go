package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/machine"
	"huajie/domain/retention"
)

// Removing is an order to let go of a file.
type Removing struct {
	No     string
	Entry  audit.Entry // who orders it; its reason is what is entered
	By     string      // as the register has it
	Judge  func(f File, master *File) retention.Verdict
	Reason string
}

// GoneFile tells what became of an order.
type GoneFile struct {
	File    File
	Verdict retention.Verdict // why it stays, where it does
	Streams int               // that have lost their words; 0 where it stays
	Photos  int
	Person  bool // nobody is known any more who raised it, and who was
}

// RemoveFile takes the words out of a file: of its case, sessions and whistles, with who raised
// it, what was entered beside it, its notices, photographs and search index. What is left are
// the rows of its events, with hashes, times and who acted, and a row of codes for the
// statistics; the register of removals and the audit log say who has let go of it, and by which
// rule. All of it is one transaction, and whether the file may go is judged in it. A file that
// has gone is left alone; one whose chain does not hold is refused: what was changed must not be
// hidden.
func (s *Store) RemoveFile(ctx context.Context, r Removing) (out GoneFile, err error) {
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		out = GoneFile{}
		if err := lockFile(ctx, tx, r.No); err != nil {
			return err
		}
		f, err := fileOf(ctx, tx, r.No)
		if err != nil {
			return err
		}
		if out.File = f; f.Removed {
			return nil
		}
		master, err := masterOf(ctx, tx, f)
		if err != nil {
			return err
		}
		if out.Verdict = r.Judge(f, master); out.Verdict.Keep != "" {
			return nil
		}
		return s.remove(ctx, tx, r, &out)
	})
	return out, err
}

// masterOf is the case a file was merged into, nil where there is none, or its words are gone.
func masterOf(ctx context.Context, q querier, f File) (*File, error) {
	if f.Master == "" {
		return nil, nil
	}
	m, err := fileOf(ctx, q, f.Master)
	if err != nil || m.Removed {
		return nil, err
	}
	return &m, nil
}

// MasterOf is the case a file was merged into, nil where there is none, or it has gone.
func (s *Store) MasterOf(ctx context.Context, f File) (*File, error) {
	m, err := masterOf(ctx, s.pool, f)
	return m, fault(err)
}

// lockFile locks the row of a file until the transaction ends.
func lockFile(ctx context.Context, tx pgx.Tx, no string) error {
	table := caseTable
	if activities.KindOf(no) == activities.KindWhistle {
		table = tables[activities.KindWhistle]
	}
	var one int
	return tx.QueryRow(ctx, `SELECT 1 FROM `+table+` WHERE no = $1 FOR UPDATE`, no).Scan(&one)
}

// part is one stream of a file that lets go of its words.
type part struct {
	kind, table, no string
	citizen         string // account of who registered it
	person          string // petitioner
	left            []byte // of its state
	entry           retention.Removal
}

func (s *Store) remove(ctx context.Context, tx pgx.Tx, r Removing, out *GoneFile) error {
	parts, err := s.partsOf(ctx, tx, r.No)
	if err != nil {
		return err
	}
	if err := removeBeside(ctx, tx, parts, out); err != nil {
		return err
	}
	last, err := lastRemoval(ctx, tx)
	if err != nil {
		return err
	}
	row, at, err := holdAudit(ctx, tx) // from here on whoever writes to the log waits
	if err != nil {
		return err
	}
	batch := &pgx.Batch{}
	batch.Queue(`SET LOCAL huajie.retention = 'on'`)
	for i := range parts {
		p := &parts[i]
		p.entry.File, p.entry.Rule, p.entry.EndedAt, p.entry.By = r.No, out.Verdict.Rule, moment(out.File.EndedAt), r.By
		p.entry.At, p.entry.AuditDay, p.entry.AuditN = moment(at), row.Day, row.N+1
		p.entry = p.entry.Link(last)
		last = p.entry
		queueRemoval(batch, p.entry)
		if err := s.queueGone(batch, *p, at); err != nil {
			return err
		}
	}
	for _, p := range parts {
		if p.person != "" {
			batch.Queue(`DELETE FROM persons WHERE id = $1 AND NOT EXISTS (SELECT FROM cases WHERE petitioner = $1 AND petitioner <> '')`, p.person).Exec(func(tag pgconn.CommandTag) error {
				out.Person = out.Person || tag.RowsAffected() > 0
				return nil
			})
		}
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return err
	}
	out.Streams = len(parts)
	e := r.Entry
	e.Kind, e.Object, e.Purpose, e.Outcome = audit.FileRemoved, r.No, out.Verdict.Rule, audit.OK
	e.Reason = r.By + ": " + r.Reason + "; " + last.Seal()
	_, err = s.linkAudit(ctx, tx, row, at, []audit.Entry{e})
	return err
}

// partsOf reads the streams of a file and sees that their chains hold.
func (s *Store) partsOf(ctx context.Context, tx pgx.Tx, no string) ([]part, error) {
	rows, err := tx.Query(ctx, `SELECT kind, no, 'cases', body, seq, head_hash FROM cases WHERE no = $1
		UNION ALL SELECT $2, no, 'sessions', body, seq, head_hash FROM sessions WHERE case_no = $1
		UNION ALL SELECT $3, no, 'whistles', body, seq, head_hash FROM whistles WHERE case_no <> '' AND case_no = $1 OR no = $1 AND case_no = '' ORDER BY 3, 2`,
		no, activities.KindSession, activities.KindWhistle)
	if err != nil {
		return nil, err
	}
	var parts []part
	var p part
	var body, head []byte
	var seq int
	var bodies [][]byte
	var heads [][]byte
	if _, err = pgx.ForEachRow(rows, []any{&p.kind, &p.no, &p.table, &body, &seq, &head}, func() error {
		p.entry = retention.Removal{No: p.no, Kind: p.kind, Events: seq, Head: hex.EncodeToString(head)}
		parts, bodies, heads = append(parts, p), append(bodies, bytes.Clone(body)), append(heads, bytes.Clone(head))
		return nil
	}); err != nil {
		return nil, err
	}
	for i := range parts {
		list, err := s.links(ctx, tx, parts[i].no, 0, newest)
		if err != nil {
			return nil, err
		}
		if what := broken(list); what != "" {
			return nil, chainBroken(parts[i].no, what)
		}
		if len(list) != parts[i].entry.Events || !bytes.Equal(list[len(list)-1].hash, heads[i]) {
			return nil, chainBroken(parts[i].no, "the events do not end where the row stands")
		}
		if err := s.strip(&parts[i], bodies[i], list); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// strip leaves of a state what is no word of anybody.
func (s *Store) strip(p *part, body []byte, events []link) error {
	body, err := s.openState(p.table, p.no, body)
	if err != nil {
		return err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return fmt.Errorf("store: state of %s: %w", p.no, err)
	}
	text := func(name string) (out string) {
		_ = json.Unmarshal(all[name], &out) // absent, or no text: none
		return out
	}
	p.person = text("petitioner")
	if p.citizen = text("registered_by"); string(all["by_citizen"]) == "true" {
		p.citizen = text("reporter")
	}
	left := map[string]json.RawMessage{}
	for name, value := range all {
		if leftOf[name] {
			left[name] = value
		}
	}
	if p.table == caseTable {
		left["summary"] = json.RawMessage(`"` + gone + `"`)
	}
	raw, err := json.Marshal(left)
	if err != nil {
		return err
	}
	for i := range events {
		e := &events[i].Event
		*e = machine.Event{No: e.No, Seq: e.Seq, Type: e.Type, Rule: e.Rule, At: e.At, RecordedAt: e.RecordedAt, By: e.By, Unit: e.Unit, From: e.From, To: e.To, Deadline: e.Deadline}
		if p.citizen != "" && e.By == p.citizen {
			e.By = petitioner
		}
	}
	if p.entry.Rest, err = restOf(raw, events); err != nil {
		return err
	}
	p.left, err = s.sealState(p.table, p.no, raw)
	return err
}

// petitioner stands where an event was caused by a citizen with an account.
const petitioner = "petitioner"

// restOf is the digest of what is left of a stream, whatever the database has made of the order
// of its state: the hashes of the events cannot be computed without their words any more.
func restOf(body []byte, events []link) (string, error) {
	var state any
	if err := json.Unmarshal(body, &state); err != nil {
		return "", err
	}
	rest := struct {
		State  any             `json:"state"`
		Events []machine.Event `json:"events"`
	}{State: state}
	for _, l := range events {
		rest.Events = append(rest.Events, l.Event)
	}
	raw, err := json.Marshal(rest)
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), err
}

// queueGone takes the words out of one stream.
func (s *Store) queueGone(batch *pgx.Batch, p part, at time.Time) error {
	batch.Queue(`UPDATE events SET body = '{"removed": true}', key = '', actor = CASE WHEN actor = $2 AND $2 <> '' THEN $3 ELSE actor END WHERE no = $1`, p.no, p.citizen, petitioner)
	switch p.table {
	case caseTable:
		summary, err := s.fields.Seal(gone, summaryPlace(p.no))
		if err != nil {
			return err
		}
		batch.Queue(`UPDATE cases SET body = $2, summary = $3, petitioner = '', query_code_hash = '', readers = array_remove(readers, $4), removed_at = $5 WHERE no = $1`,
			p.no, p.left, summary, markUser+p.citizen, at)
	case tables[activities.KindWhistle]:
		batch.Queue(`UPDATE whistles SET body = $2, removed_at = $3 WHERE no = $1`, p.no, p.left, at)
	default:
		batch.Queue(`UPDATE sessions SET body = $2 WHERE no = $1`, p.no, p.left)
	}
	return nil
}

// Keys by which one machine told another stay, without the digest of what was said: they are
// numbers, and tell the other that it was told.
const (
	toldKey = `~ '^[0-9A-Z]+:[0-9]+:[0-9]+$'`
	// ownKeys are those that events name; there is no index of keys by number.
	ownKeys = `no = ANY ($1) AND key IN (SELECT e.key FROM events e WHERE e.no = ANY ($1) AND e.key <> '')`
)

// ForgetKeys deletes the keys of streams whose words are gone that were answered without an event.
// It reads all keys once: for the end of a run.
func (s *Store) ForgetKeys(ctx context.Context) (n int64, err error) {
	err = s.inTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `DELETE FROM commands WHERE NOT key `+toldKey+` AND EXISTS (SELECT FROM removals r WHERE r.no = commands.no)`)
		n = tag.RowsAffected()
		return err
	})
	return n, err
}

// removeBeside deletes what lies beside the streams.
func removeBeside(ctx context.Context, tx pgx.Tx, parts []part, out *GoneFile) (err error) {
	batch := &pgx.Batch{}
	var nos []string
	for _, p := range parts {
		nos = append(nos, p.no)
	}
	for _, sql := range []string{
		`DELETE FROM intake_details WHERE no = ANY ($1)`,
		`DELETE FROM case_search WHERE no = ANY ($1)`,
		`DELETE FROM notices WHERE no = ANY ($1)`,
		`DELETE FROM notices WHERE to_case = ANY ($1)`,
		`DELETE FROM recent_intakes WHERE no = ANY ($1)`,
		`UPDATE commands SET fingerprint = '' WHERE ` + ownKeys + ` AND key ` + toldKey,
		`DELETE FROM commands WHERE ` + ownKeys + ` AND NOT key ` + toldKey,
	} {
		batch.Queue(sql, nos)
	}
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return err
	}
	out.Photos, err = dropPhotos(ctx, tx, `id IN (SELECT file_id FROM case_files WHERE no = ANY ($1)
		UNION ALL SELECT f.file_id FROM recheck_files f JOIN rechecks r ON r.id = f.recheck WHERE r.no = ANY ($1))`, nos, time.Now())
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM rechecks WHERE no = ANY ($1)`, nos)
	return err
}

// wordsGone refuses what asks for the words of a file that has gone.
func wordsGone(no string) error {
	return because(refusal(domain.CodeConflict, "file_removed", "该件内容已按保存期限清除", "the words of this file are gone: its period is over"), fmt.Errorf("%s", no))
}
