package bench

import (
	"context"

	"github.com/jackc/pgx/v5"

	"huajie/internal/recovery"
)

// counted asks the database for one number.
func counted(ctx context.Context, url, sql string, args ...any) (n int, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx) //nolint:errcheck // only read
	err = conn.QueryRow(ctx, sql, args...).Scan(&n)
	return n, err
}

// question is a count the database must agree with.
type question struct {
	name string
	want int
	sql  string
	args []any
}

// verify asks all questions and notes the answers.
func (r *Run) verify(ctx context.Context, url string, all []question) error {
	for _, q := range all {
		got, err := counted(ctx, url, q.sql, q.args...)
		if err != nil {
			return err
		}
		r.Report.Equal(q.name, q.want, got)
	}
	return nil
}

// whole has ledger and engine compared, case by case, as `huajie verify` does.
func (r *Run) whole(ctx context.Context, s *Site) error {
	desk, err := s.Recovery()
	if err != nil {
		return err
	}
	report, err := desk.Verify(ctx, recovery.Options{})
	if err != nil {
		return err
	}
	if len(report.Findings) > 0 {
		r.Say("first finding: %s %s %s", report.Findings[0].No, report.Findings[0].Code, report.Findings[0].Detail)
	}
	r.Report.Add("verify", "streams compared with their workflows", float64(report.Compared), "")
	r.Report.Add("verify", "took", report.Took, "s")
	r.Report.Equal("findings of huajie verify", 0, len(report.Findings))
	return nil
}

// lived are the questions about lives that were all acknowledged: every one is in
// the ledger, each step once, and time has done nothing to them yet.
func (o *officers) lived() []question {
	o.mu.Lock()
	defer o.mu.Unlock()
	const mine = `FROM events WHERE no = ANY ($1) `
	n := len(o.acked)
	args := []any{o.acked}
	return []question{
		{"acknowledged cases are closed in the ledger", n, `SELECT count(*) FROM cases WHERE no = ANY ($1) AND state IN ('closed', 'archived')`, args},
		{"each began once", n, `SELECT count(*) ` + mine + `AND type = 'registered'`, args},
		{"each was dispatched once", n, `SELECT count(*) ` + mine + `AND type = 'dispatched'`, args},
		{"each was signed for once", n, `SELECT count(*) ` + mine + `AND type = 'signed_for'`, args},
		{"each was closed once", n, `SELECT count(*) ` + mine + `AND to_state = 'closed' AND from_state <> 'closed'`, args},
		{"acknowledged steps have their key", n * (len(steps) - 1), `SELECT count(*) FROM commands WHERE no = ANY ($1) AND from_seq > 1`, args},
		{"no gap and no double in the ledger", 0, `SELECT count(*) FROM (SELECT no ` + mine + `GROUP BY no HAVING max(seq) <> count(*)) x`, args},
		{"none escalated early", 0, `SELECT count(*) ` + mine + `AND deadline <> ''`, args},
	}
}
