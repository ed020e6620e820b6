package store

import (
	"context"
	"sync"
	"time"
)

// horizon is up to which notice everything is known: no transaction still under way
// can bring one with a lower id. Ids are drawn before the commit, so somebody who has
// read 10 could otherwise never see a 9 that was committed later.
//
// Who draws an id has an own transaction number before: a notice is written after its
// event. So: read the last id drawn, then draw a transaction number, the mark. Whoever
// holds one of these ids has a lower number than the mark. Once no transaction below
// the mark runs any more, all of them have come, or never will (docs/decisions/0012).
type horizon struct {
	mu    sync.Mutex
	last  int64 // id drawn last, as seen last
	upto  int64
	marks []mark // waiting, the oldest first
}

type mark struct {
	upto   int64 // last id drawn
	number int64 // transaction number drawn after it
}

const (
	mostMarks    = 64
	settleTime   = 60 * time.Millisecond // how long a reader waits for those under way
	settlePause  = 5 * time.Millisecond
	noticeSerial = "notices_id_seq"
)

// settled gives the horizon, and the last id drawn. Where others are still writing it
// waits a moment for them. It must not be asked inside a transaction that writes: it
// would wait for itself.
func (s *Store) settled(ctx context.Context) (upto, last int64, err error) {
	h := &s.horizon
	last, upto, err = h.look(ctx, s.pool)
	if err != nil || upto >= last {
		return upto, last, fault(err)
	}
	for began := time.Now(); ; {
		var oldest int64
		if err := s.pool.QueryRow(ctx, `SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint`).Scan(&oldest); err != nil {
			return 0, 0, fault(err)
		}
		if upto = h.settle(oldest); upto >= last || time.Since(began) > settleTime {
			return upto, last, nil
		}
		select {
		case <-ctx.Done():
			return 0, 0, fault(ctx.Err())
		case <-time.After(settlePause):
		}
	}
}

// look reads the last id drawn, and makes a mark for it unless one waits. Readers take
// turns, so that a lower id than before means a ledger that was restored: what was
// known of it is void.
func (h *horizon) look(ctx context.Context, q querier) (last, upto int64, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err := q.QueryRow(ctx, `SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM `+noticeSerial).Scan(&last); err != nil {
		return 0, 0, err
	}
	if last < h.last {
		h.upto, h.marks = 0, nil
	}
	h.last = last
	if n := len(h.marks); h.upto >= last || n >= mostMarks || n > 0 && h.marks[n-1].upto >= last {
		return last, h.upto, nil
	}
	var number int64
	if err := q.QueryRow(ctx, `SELECT pg_current_xact_id()::text::bigint`).Scan(&number); err != nil {
		return 0, 0, err
	}
	h.marks = append(h.marks, mark{last, number})
	return last, h.upto, nil
}

// settle moves the horizon to the marks below which nothing runs any more.
func (h *horizon) settle(oldest int64) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	waiting := h.marks[:0]
	for _, m := range h.marks {
		if m.number > oldest {
			waiting = append(waiting, m)
			continue
		}
		h.upto = max(h.upto, m.upto)
	}
	h.marks = waiting
	return h.upto
}
