package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"huajie/activities"
)

// ChangeMany changes several streams in one transaction (activities.Ledger).
func (s *Store) ChangeMany(ctx context.Context, list []activities.Write) ([]activities.Written, error) {
	wishes := map[string]activities.Write{}
	tabled := map[string][]string{} // table: numbers
	for _, w := range list {
		table, err := tableOf(w.Kind, w.No)
		if err != nil {
			return nil, err
		}
		wishes[w.No] = w
		tabled[table] = append(tabled[table], w.No)
	}
	var held []*stream
	var out []activities.Written
	err := s.inTxAsking(ctx, func(batch *pgx.Batch) {
		held = nil
		for _, table := range []string{caseTable, "sessions", "whistles"} { // the same order for all who do this
			if nos := tabled[table]; len(nos) > 0 {
				s.holdFree(batch, table, nos, func(st *stream) {
					st.kind = wishes[st.no].Kind
					held = append(held, st)
				})
			}
		}
	}, func(tx pgx.Tx) (err error) {
		out, err = s.changeHeld(ctx, tx, held, wishes)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, w := range out {
		s.changed(w, held[i].spawned)
	}
	return out, nil
}

// holdFree locks those of some rows that nobody else holds.
func (s *Store) holdFree(batch *pgx.Batch, table string, nos []string, each func(*stream)) {
	const free = ` WHERE no = ANY ($1) ORDER BY no FOR UPDATE SKIP LOCKED`
	batch.Queue(`SELECT no, seq, head_hash, body FROM `+table+free, nos).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			st := &stream{}
			if err := rows.Scan(&st.no, &st.seq, &st.head, &st.body); err != nil {
				return err
			}
			var err error
			if st.body, err = s.openState(table, st.no, st.body); err != nil {
				return err
			}
			each(st)
		}
		return rows.Err()
	})
}

// changeHeld decides on streams that are locked, and writes what was decided.
func (s *Store) changeHeld(ctx context.Context, tx pgx.Tx, held []*stream, wishes map[string]activities.Write) ([]activities.Written, error) {
	out := make([]activities.Written, len(held))
	batch := &pgx.Batch{}
	for i, st := range held {
		d, err := wishes[st.no].Decide(&current{ctx: ctx, tx: tx, state: st.body, seq: st.seq})
		if err != nil {
			return nil, err
		}
		out[i].No = st.no
		if out[i].Events, err = s.queueDecision(batch, st, d); err != nil {
			return nil, err
		}
		if d.Spawned == nil {
			continue
		}
		// A case that is split off is written after the one it comes from.
		if err := s.send(ctx, tx, batch, st, d); err != nil {
			return nil, err
		}
		batch = &pgx.Batch{}
	}
	if batch.Len() == 0 {
		return out, nil
	}
	return out, tx.SendBatch(ctx, batch).Close()
}
