package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
	"huajie/domain/codes"
	"huajie/domain/joint"
	"huajie/domain/retention"
)

// File is a case, or a whistle of its own, as its period is judged by, with the case it was
// merged into.
type File struct {
	retention.File
	Master  string
	Removed bool // it has gone already
}

// caseFile reads a File of a case. It says of sessions and whistles what joint.Final and
// whistle.Final say, and of the case what the Final of its kind says.
const caseFile = `SELECT c.no, c.kind, c.track, CASE WHEN c.area = '' THEN c.county ELSE c.area END, c.confidentiality, c.closed_at,
	c.level = 'L3' OR EXISTS (SELECT FROM events e WHERE e.no = c.no AND e.to_state = 'leader_resolving'),
	NOT c.open AND NOT EXISTS (SELECT FROM deadlines d WHERE d.no = c.no)
		AND (c.state <> 'merged' OR coalesce((c.body ->> 'master_over')::boolean, false) OR c.kind = 'grievance' AND c.body ? 'evaluation')
		AND NOT EXISTS (SELECT FROM sessions s WHERE s.case_no = c.no AND (s.state <> ALL ($1) OR EXISTS (SELECT FROM deadlines d WHERE d.no = s.no)))
		AND NOT EXISTS (SELECT FROM whistles w WHERE w.case_no <> '' AND w.case_no = c.no AND (w.open OR EXISTS (SELECT FROM deadlines d WHERE d.no = w.no))),
	EXISTS (SELECT FROM holds h WHERE h.no = c.no AND h.lifted_at IS NULL),
	EXISTS (SELECT FROM jsonb_array_elements_text(coalesce(c.body -> 'followers', '[]')) AS f (no) JOIN cases m ON m.no = f.no
		WHERE m.removed_at IS NULL AND (m.open OR EXISTS (SELECT FROM holds h WHERE h.no = m.no AND h.lifted_at IS NULL))),
	c.master, c.removed_at IS NOT NULL FROM cases c`

// whistleFile reads one of a whistle that grew out of no case, in the same columns.
const whistleFile = `SELECT c.no, 'whistle', '', c.township, 'C1', CASE WHEN NOT c.open THEN c.updated_at END, false,
	cardinality($1::text[]) > 0 AND NOT c.open AND NOT EXISTS (SELECT FROM deadlines d WHERE d.no = c.no),
	EXISTS (SELECT FROM holds h WHERE h.no = c.no AND h.lifted_at IS NULL), false, '', c.removed_at IS NOT NULL FROM whistles c`

// overSessions are the states in which a session has ended.
var overSessions = func() (out []string) {
	for s := range joint.Labels {
		if joint.Over(s) {
			out = append(out, string(s))
		}
	}
	return out
}()

func scanFile(row pgx.CollectableRow) (f File, err error) {
	var kind string
	var track codes.Track
	var ended *time.Time
	err = row.Scan(&f.No, &kind, &track, &f.Area, &f.Confidentiality, &ended, &f.Leader, &f.Final, &f.Held, &f.Followed, &f.Master, &f.Removed)
	f.EndedAt = orZero(ended)
	if f.Class = retention.Whistle; kind != activities.KindWhistle {
		f.Class = retention.ClassOf(kind, track)
	}
	return f, err
}

// fileOf reads the file of a number; pgx.ErrNoRows where there is none.
func fileOf(ctx context.Context, q querier, no string) (File, error) {
	sql := caseFile + ` WHERE c.no = $2`
	if activities.KindOf(no) == activities.KindWhistle {
		sql = whistleFile + ` WHERE c.no = $2 AND c.case_no = ''`
	}
	rows, err := q.Query(ctx, sql, overSessions, no)
	if err != nil {
		return File{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanFile)
}

// FileNamed gives the file of a number: of a case, or of a whistle of its own.
func (s *Store) FileNamed(ctx context.Context, no string) (File, error) {
	f, err := fileOf(ctx, s.pool, no)
	return f, fault(err)
}

// Aged is a place in the list of files, by when they ended.
type Aged struct {
	At time.Time
	No string
}

// EndedFiles gives the files that ended before a moment and have not gone, after a place, the
// oldest first: those of whistles, or of cases.
func (s *Store) EndedFiles(ctx context.Context, whistles bool, before time.Time, after Aged, limit int) ([]File, error) {
	sql := caseFile + ` WHERE c.closed_at IS NOT NULL AND c.closed_at < $2 AND (c.closed_at, c.no) > ($3, $4) AND c.removed_at IS NULL ORDER BY c.closed_at, c.no LIMIT $5`
	if whistles {
		sql = whistleFile + ` WHERE NOT c.open AND c.case_no = '' AND c.updated_at < $2 AND (c.updated_at, c.no) > ($3, $4) AND c.removed_at IS NULL ORDER BY c.updated_at, c.no LIMIT $5`
	}
	rows, err := s.pool.Query(ctx, sql, overSessions, before, after.At, after.No, limit)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, scanFile)
	return out, fault(err)
}

// Young counts, by class, the files that are not over, and those that ended since a moment.
type Young struct {
	Class      string
	Open, Over int
}

// YoungFiles counts the files that EndedFiles does not give.
func (s *Store) YoungFiles(ctx context.Context, since time.Time) ([]Young, error) {
	rows, err := s.pool.Query(ctx, `SELECT kind, track, count(*) FILTER (WHERE open), count(*) FILTER (WHERE closed_at >= $1) FROM cases WHERE removed_at IS NULL GROUP BY 1, 2
		UNION ALL SELECT 'whistle', '', count(*) FILTER (WHERE open), count(*) FILTER (WHERE NOT open AND updated_at >= $1) FROM whistles WHERE case_no = '' AND removed_at IS NULL`, since)
	if err != nil {
		return nil, fault(err)
	}
	sums := map[string]Young{}
	var kind string
	var track codes.Track
	var open, over int
	_, err = pgx.ForEachRow(rows, []any{&kind, &track, &open, &over}, func() error {
		class := retention.Whistle
		if kind != activities.KindWhistle {
			class = retention.ClassOf(kind, track)
		}
		y := sums[class]
		sums[class] = Young{class, y.Open + open, y.Over + over}
		return nil
	})
	var out []Young
	for _, class := range []string{retention.Petition, retention.Demand, retention.Event, retention.Whistle} {
		if y, ok := sums[class]; ok {
			out = append(out, y)
		}
	}
	return out, fault(err)
}

// gone is what stands where the words were.
const gone = "〔已按保存期限清除〕"

// leftOf are the fields of a state that stay when its words go: what it was, where, who in the
// house answered for it, and when. What the house has written or been told, and whatever tells
// of a place more closely than its grid, is not among them; nor is any field added later.
var leftOf = func() map[string]bool {
	out := map[string]bool{}
	for _, name := range []string{
		"no", "state", "seq", "kind", "nature", "track", "category", "channel", "urgency", "risk", "scale", "confidentiality", "respondent_unit", "headcount",
		"county", "area", "grid", "anonymous", "by_citizen", "trivial", "level", "rulebook_version",
		"owner", "first_responder", "first_receiving_unit", "lead_unit", "assist_units", "handlers", "owning_leader", "units", "supervision",
		"return_count", "reassign_count", "rework_count", "extension_count", "late_sign", "closing_type",
		"received_at", "registered_at", "reported_at", "dispatched_at", "signed_at", "accepted_at", "closed_at",
		"master", "master_over", "merged_from", "followers", "origin", "origin_hidden",
		"case", "chair_unit", "opened_at", "held_at", "ended_at", "round", "barred_unit", // of a session
		"township", "drafted_at", "drafted_unit", "approved_at", "blown_at", "centre_unit", "owner_unit", // of a whistle
	} {
		out[name] = true
	}
	return out
}()

// StreamsOf are the numbers of the streams of a file: its own, its sessions and its whistles.
func (s *Store) StreamsOf(ctx context.Context, no string) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT $1::text UNION ALL (SELECT no FROM sessions WHERE case_no = $1) UNION ALL (SELECT no FROM whistles WHERE case_no <> '' AND case_no = $1)`, no)
	if err != nil {
		return nil, fault(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return out, fault(err)
}
