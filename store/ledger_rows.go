package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"huajie/activities"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/domain/view"
)

// column is one column of a current row and its value.
type column struct {
	name  string
	value any
}

// queueState writes the current row of a stream.
func queueState(batch *pgx.Batch, st *stream, state machine.Subject, head []byte, last machine.Event) error {
	var cols []column
	switch s := state.(type) {
	case *grievance.Case:
		cols = caseColumns(s, last.RecordedAt)
	case *joint.Session:
		cols = sessionColumns(s, last.RecordedAt)
	}
	if table, ok := tables[st.kind]; !ok || cols == nil || (table == "cases") != isCase(state) {
		return fmt.Errorf("a %T is not the state of a %s", state, st.kind)
	}
	body, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("state of %s: %w", st.no, err)
	}
	cols = append(cols, column{"seq", state.GetHead().Seq}, column{"head_hash", head}, column{"state", state.GetHead().State}, column{"body", body})
	if st.body == nil && st.codeHash != nil {
		cols = append(cols, column{"query_code_hash", st.codeHash})
	}
	sql, args := rowStatement(tables[st.kind], st.no, cols, st.body == nil)
	batch.Queue(sql, args...)
	queueWords(batch, st, state)
	return nil
}

// queueWords writes what a case is searched by, when that has changed.
func queueWords(batch *pgx.Batch, st *stream, state machine.Subject) {
	c, ok := state.(*grievance.Case)
	if !ok || st.body != nil && st.before().Summary == c.Summary {
		return
	}
	batch.Queue(`INSERT INTO case_search (no, search) VALUES ($1, $2) ON CONFLICT (no) DO UPDATE SET search = excluded.search`,
		st.no, vector(lexemes(fold(c.Summary))))
}

func isCase(state machine.Subject) bool { _, ok := state.(*grievance.Case); return ok }

// rowStatement inserts or updates one row. Names come from this file only.
func rowStatement(table, no string, cols []column, insert bool) (string, []any) {
	args := []any{no}
	var names, places, sets []string
	for i, c := range cols {
		at := "$" + strconv.Itoa(i+2)
		names, places, sets = append(names, c.name), append(places, at), append(sets, c.name+" = "+at)
		args = append(args, c.value)
	}
	if insert {
		return "INSERT INTO " + table + " (no, " + strings.Join(names, ", ") + ") VALUES ($1, " + strings.Join(places, ", ") + ")", args
	}
	return "UPDATE " + table + " SET " + strings.Join(sets, ", ") + " WHERE no = $1", args
}

// caseColumns is what lists, boards and statistics need of a case.
func caseColumns(c *grievance.Case, updated time.Time) []column {
	due, yellow := view.DueOf(c)
	var closed, statutory, policy, step time.Time
	if grievance.Over(c.State) {
		closed = c.ClosedAt
	}
	if c.Statutory != nil {
		statutory = c.Statutory.Due
	}
	if c.Policy != nil {
		policy = c.Policy.Due
	}
	if d, ok := c.NextDuty(); ok {
		step = d.At
	}
	grade := ""
	if c.Reply != nil {
		grade = c.Reply.OutcomeGrade
	}
	return []column{
		{"kind", c.Kind}, {"open", !grievance.Over(c.State)}, {"level", c.Level}, {"nature", c.Nature}, {"track", c.Track},
		{"category", c.Category}, {"channel", c.Channel}, {"urgency", c.Urgency}, {"risk", c.Risk},
		{"confidentiality", c.Confidentiality}, {"summary", c.Summary}, {"headcount", c.Headcount},
		{"county", c.County}, {"area", c.Area}, {"place", placeOf(c)}, {"petitioner", c.Petitioner},
		{"owner_unit", c.Owner.Unit}, {"owner_user", c.Owner.User}, {"lead_unit", c.LeadUnit}, {"first_unit", c.FirstUnit},
		{"first_responder", c.FirstResponder}, {"owning_leader", c.OwningLeader}, {"handlers", names(c.Handlers)}, {"units", names(c.Units)},
		{"readers", readersOf(c)}, {"supervision", c.Supervision}, {"master", c.Master},
		{"closing_type", c.ClosingType}, {"outcome_grade", grade},
		{"created_at", c.RegisteredAt}, {"updated_at", updated}, {"closed_at", orNull(closed)},
		{"due_at", orNever(due)}, {"yellow_at", orNever(yellow)}, {"statutory_due_at", orNull(statutory)},
		{"policy_due_at", orNull(policy)}, {"step_due_at", orNull(step)},
		{"words", fold(c.Summary)},
	}
}

func sessionColumns(s *joint.Session, updated time.Time) []column {
	var due time.Time
	if d, ok := s.NextDuty(); ok {
		due = d.At
	}
	return []column{
		{"case_no", s.Case}, {"county", s.County}, {"level", s.Level},
		{"opened_at", s.OpenedAt}, {"updated_at", updated}, {"due_at", orNull(due)},
	}
}

// placeOf is the closest place known. Codes of places nest: a county is a
// prefix of its townships, a township of its grids (§9.3).
func placeOf(c *grievance.Case) string {
	for _, p := range []string{c.Grid, c.Area} {
		if p != "" {
			return p
		}
	}
	return c.County
}

// names makes an empty array of no names.
func names(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// vector is the text form of a tsvector without positions.
func vector(lexemes []string) string {
	if len(lexemes) == 0 {
		return ""
	}
	return "'" + strings.Join(lexemes, "' '") + "'"
}

// orNever is the time of a clock, or infinity when none runs.
func orNever(t time.Time) pgtype.Timestamptz {
	if t.IsZero() {
		return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
	}
	return pgtype.Timestamptz{Time: t, Valid: true}
}

// insertNotices writes all notices of a change by one statement, in their order.
const insertNotices = `INSERT INTO notices (no, seq, n, to_case, to_user, to_role, to_unit, title_zh, title_en, body_zh, body_en, immediate, late, exempt, at)
	SELECT no, seq, n, to_case, to_user, to_role, to_unit, title_zh, title_en, body_zh, body_en, immediate, late, exempt, at
	FROM jsonb_to_recordset($1) AS x (no text, seq int, n text, to_case text, to_user text, to_role text, to_unit text,
		title_zh text, title_en text, body_zh text, body_en text, immediate bool, late bool, exempt text, at timestamptz)`

// noticeRow is a notice by the names of its columns.
type noticeRow struct {
	No        string    `json:"no"`
	Seq       int       `json:"seq"`
	N         string    `json:"n"`
	ToCase    string    `json:"to_case"`
	ToUser    string    `json:"to_user"`
	ToRole    org.Role  `json:"to_role"`
	ToUnit    string    `json:"to_unit"`
	TitleZH   string    `json:"title_zh"`
	TitleEN   string    `json:"title_en"`
	BodyZH    string    `json:"body_zh"`
	BodyEN    string    `json:"body_en"`
	Immediate bool      `json:"immediate"`
	Late      bool      `json:"late"`
	Exempt    string    `json:"exempt"`
	At        time.Time `json:"at"`
}

// queueNotices keeps the rendered notices, dated when their event was recorded.
func queueNotices(batch *pgx.Batch, list []machine.Event, messages []notice.Message) {
	if len(messages) == 0 {
		return
	}
	at := map[int]time.Time{}
	for _, e := range list {
		at[e.Seq] = e.RecordedAt
	}
	rows := make([]noticeRow, len(messages))
	for i, m := range messages {
		when, ok := at[m.Seq]
		if !ok {
			when = list[len(list)-1].RecordedAt
		}
		rows[i] = noticeRow{m.No, m.Seq, m.N, m.To.Petitioner, m.To.User, m.To.Role, m.To.Unit,
			m.TitleZH, m.TitleEN, m.BodyZH, m.BodyEN, m.Immediate, m.Late, m.Exempt, when}
	}
	batch.Queue(insertNotices, rows)
}

// writeIntake keeps the person and what was entered. A person already known
// stays as stored: a form may carry masked values.
func writeIntake(ctx context.Context, tx pgx.Tx, no string, in *activities.Intake) error {
	if in == nil {
		return nil
	}
	if p := in.Person; in.PersonID != "" {
		_, err := tx.Exec(ctx, `INSERT INTO persons (id, name, phone, id_type, id_no, address, kind, language)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
			in.PersonID, p["name"], p["phone"], p["id_type"], p["id_no"], p["address"], p["kind"], p["language"])
		if err != nil {
			return err
		}
	}
	if len(in.Details) == 0 {
		return nil
	}
	details, err := json.Marshal(in.Details)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO intake_details (no, details) VALUES ($1, $2)`, no, details)
	return err
}
