package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"huajie/activities"
	"huajie/domain/casefile"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
	"huajie/internal/seal"
)

// column is one column of a current row and its value.
type column struct {
	name  string
	value any
}

// queueState writes the current row of a stream.
func (s *Store) queueState(batch *pgx.Batch, st *stream, state machine.Subject, head []byte, last machine.Event) error {
	x, ok := subjectOf(state)
	if !ok || x.table != tables[st.kind] {
		return fmt.Errorf("a %T is not the state of a %s", state, st.kind)
	}
	body, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("state of %s: %w", st.no, err)
	}
	if body, err = s.sealState(x.table, st.no, body); err != nil {
		return fmt.Errorf("state of %s: %w", st.no, err)
	}
	cols := append(x.columns(last.RecordedAt), column{"seq", state.GetHead().Seq}, column{"head_hash", head}, column{"state", state.GetHead().State}, column{"body", body})
	if st.body == nil && st.codeHash != nil {
		cols = append(cols, column{"query_code_hash", st.codeHash})
	}
	if of, ok := state.(casefile.Case); ok {
		summary, err := s.fields.Seal(of.Card().Summary, summaryPlace(st.no))
		if err != nil {
			return err
		}
		cols = append(cols, column{"summary", summary})
	}
	sql, args := rowStatement(x.table, st.no, cols, st.body == nil)
	batch.Queue(sql, args...)
	queueAttached(batch, st, state, last)
	return s.queueWords(batch, st, state)
}

// queueWords writes what a case is searched by, when that has changed.
func (s *Store) queueWords(batch *pgx.Batch, st *stream, state machine.Subject) error {
	of, ok := state.(casefile.Case)
	if !ok {
		return nil
	}
	summary := of.Card().Summary
	if st.body != nil && st.before().Summary == summary {
		return nil
	}
	vector, err := s.searchVector(summary)
	if err != nil {
		return err
	}
	batch.Queue(putWords, st.no, vector)
	return nil
}

const putWords = `INSERT INTO case_search (no, search) VALUES ($1, $2) ON CONFLICT (no) DO UPDATE SET search = excluded.search`

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
func caseColumns(c casefile.Card, h *machine.Head, updated time.Time) []column {
	var closed, step time.Time
	if c.Over {
		closed = c.ClosedAt
	}
	if d, ok := h.NextDuty(); ok {
		step = d.At
	}
	return []column{
		{"kind", c.Kind}, {"open", !c.Over}, {"level", c.Level}, {"nature", c.Nature}, {"track", c.Track},
		{"category", c.Category}, {"channel", c.Channel}, {"urgency", c.Urgency}, {"risk", c.Risk},
		{"confidentiality", c.Confidentiality}, {"headcount", c.Headcount},
		{"county", c.County}, {"area", c.Area}, {"place", placeOf(c)}, {"petitioner", c.Petitioner},
		{"owner_unit", c.Owner.Unit}, {"owner_user", c.Owner.User}, {"lead_unit", c.LeadUnit}, {"first_unit", c.FirstUnit},
		{"first_responder", c.FirstResponder}, {"owning_leader", c.OwningLeader}, {"handlers", names(c.Handlers)}, {"units", names(c.Units)},
		{"readers", readersOf(c)}, {"supervision", c.Supervision}, {"master", c.Master},
		{"closing_type", c.ClosingType}, {"outcome_grade", c.OutcomeGrade},
		{"created_at", c.RegisteredAt}, {"updated_at", updated}, {"closed_at", orNull(closed)},
		{"due_at", orNever(c.Due)}, {"yellow_at", orNever(c.Yellow)}, {"statutory_due_at", orNull(c.StatutoryDue)},
		{"policy_due_at", orNull(c.PolicyDue)}, {"step_due_at", orNull(step)}, {"provisional", c.Provisional}, {"awaiting", awaitingOf(c.Signers)}, {"bounces", c.Bounces},
	}
}

func sessionColumns(s *joint.Session, updated time.Time) []column {
	var due time.Time
	if d, ok := s.NextDuty(); ok {
		due = d.At
	}
	return []column{
		{"case_no", s.Case}, {"county", s.County}, {"level", s.Level},
		{"opened_at", s.OpenedAt}, {"updated_at", updated}, {"due_at", orNull(due)}, {"held_at", orNull(s.HeldAt)},
	}
}

// placeOf is the closest place known. Codes of places nest: a county is a
// prefix of its townships, a township of its grids (§9.3).
func placeOf(c casefile.Card) string {
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

// orNever is the time of a clock, or infinity when none runs.
func orNever(t time.Time) pgtype.Timestamptz {
	if t.IsZero() {
		return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
	}
	return pgtype.Timestamptz{Time: t, Valid: true}
}

// insertNotices writes all notices of a change by one statement, in their order.
const insertNotices = `INSERT INTO notices (no, seq, n, to_case, to_user, to_role, to_unit, title_zh, title_en, body_zh, body_en, immediate, late, exempt, at, rebuilt)
	SELECT no, seq, n, to_case, to_user, to_role, to_unit, title_zh, title_en, body_zh, body_en, immediate, late, exempt, at, rebuilt
	FROM jsonb_to_recordset($1) AS x (no text, seq int, n text, to_case text, to_user text, to_role text, to_unit text,
		title_zh text, title_en text, body_zh text, body_en text, immediate bool, late bool, exempt text, at timestamptz, rebuilt bool)`

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
	Rebuilt   bool      `json:"rebuilt"`
}

// queueNotices keeps the rendered notices, dated when their event was recorded. They
// are written after their event: the horizon rests on it.
func queueNotices(batch *pgx.Batch, list []machine.Event, messages []notice.Message, rebuilt bool) {
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
		rows[i] = rowOf(m, when, rebuilt)
	}
	batch.Queue(insertNotices, rows)
}

func rowOf(m notice.Message, at time.Time, rebuilt bool) noticeRow {
	return noticeRow{m.No, m.Seq, m.N, m.To.Petitioner, m.To.User, m.To.Role, m.To.Unit,
		m.TitleZH, m.TitleEN, m.BodyZH, m.BodyEN, m.Immediate, m.Late, m.Exempt, at, rebuilt}
}

// queueIntake keeps the person and what was entered. A person already known
// stays as stored: a form may carry masked values.
func (s *Store) queueIntake(batch *pgx.Batch, no string, in *activities.Intake) error {
	if in == nil {
		return nil
	}
	if in.PersonID != "" {
		if err := s.queuePerson(batch, in.PersonID, in.Person); err != nil {
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
	if details, err = s.fields.SealDocument(details, detailsPlace(no), seal.Which{Everything: true}); err != nil {
		return err
	}
	batch.Queue(`INSERT INTO intake_details (no, details) VALUES ($1, $2)`, no, details)
	return nil
}
