package store

import (
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"huajie/domain/gridevent"
	"huajie/domain/machine"
)

// before is what the tables beside a row were written from, read from the state
// the row held when it was locked.
type before struct {
	Summary   string                      `json:"summary"`
	Deadlines map[string]machine.Deadline `json:"deadlines"`
	Photos    []gridevent.Photo           `json:"photos"`
}

// before reads the state as it was; empty for a stream that begins. A state that
// cannot be read is caught where it is decided on.
func (st *stream) before() before {
	if st.earlier == nil {
		st.earlier = &before{}
		_ = json.Unmarshal(st.body, st.earlier)
	}
	return *st.earlier
}

const putDeadlines = `INSERT INTO deadlines AS d (no, id, kind, at, duty, unit)
		SELECT $1, * FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::bool[], $6::text[])
		ON CONFLICT (no, id) DO UPDATE SET kind = excluded.kind, at = excluded.at, duty = excluded.duty, unit = excluded.unit
		WHERE (d.kind, d.at, d.duty, d.unit) IS DISTINCT FROM (excluded.kind, excluded.at, excluded.duty, excluded.unit)`

// queueChanged writes the deadlines in which a state differs from the one before
// it: most steps change one or none.
func queueChanged(batch *pgx.Batch, st *stream, now map[string]machine.Deadline) {
	was := st.before().Deadlines
	var gone []string
	for id := range was {
		if _, ok := now[id]; !ok {
			gone = append(gone, id)
		}
	}
	if len(gone) > 0 {
		batch.Queue(`DELETE FROM deadlines WHERE no = $1 AND id = ANY ($2)`, st.no, gone)
	}
	changed := map[string]machine.Deadline{}
	for id, d := range now {
		if old, ok := was[id]; !ok || !sameDeadline(old, d) {
			changed[id] = d
		}
	}
	if len(changed) > 0 {
		batch.Queue(putDeadlines, deadlineArgs(st.no, changed)...)
	}
}

// queueDeadlines makes the stored deadlines those of the state, whatever they are
// now.
func queueDeadlines(batch *pgx.Batch, no string, list map[string]machine.Deadline) {
	args := deadlineArgs(no, list)
	batch.Queue(`DELETE FROM deadlines WHERE no = $1 AND id <> ALL (coalesce($2::text[], '{}'))`, args[:2]...)
	batch.Queue(putDeadlines, args...)
}

func deadlineArgs(no string, list map[string]machine.Deadline) []any {
	var ids, kinds, units []string
	var ats []time.Time
	var duties []bool
	for _, d := range list {
		ids, kinds, ats = append(ids, d.ID), append(kinds, d.Kind), append(ats, moment(d.At))
		duties, units = append(duties, d.Duty), append(units, d.Unit)
	}
	return []any{no, ids, kinds, ats, duties, units}
}

// sameDeadline compares what is stored of a deadline.
func sameDeadline(a, b machine.Deadline) bool {
	return a.ID == b.ID && a.Kind == b.Kind && moment(a.At).Equal(moment(b.At)) && a.Duty == b.Duty && a.Unit == b.Unit
}
