package store

import (
	"context"
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// teller tells listeners of what was committed, a moment later and together. A transaction
// that notifies by itself holds a lock of the whole database until its commit is on the
// disk, so that all others queue behind it (decision 8).
type teller struct {
	pool *pgxpool.Pool

	mu      sync.Mutex
	pending map[string]int // number: last sequence
	word    chan struct{}
	end     context.CancelFunc
	ended   chan struct{}
}

const (
	// tellTogether is how long changes are gathered before they are told.
	tellTogether = 20 * time.Millisecond
	// tellPause is how long to wait for a ledger that does not answer.
	tellPause = time.Second
)

func newTeller(pool *pgxpool.Pool) *teller {
	ctx, cancel := context.WithCancel(context.Background()) // of the store, not of a caller
	t := &teller{pool: pool, pending: map[string]int{}, word: make(chan struct{}, 1), end: cancel, ended: make(chan struct{})}
	go t.run(ctx)
	return t
}

// changed notes what has been committed.
func (t *teller) changed(no string, seq int) {
	t.mu.Lock()
	t.pending[no] = max(t.pending[no], seq)
	t.mu.Unlock()
	select {
	case t.word <- struct{}{}:
	default:
	}
}

// close tells what is left and stops.
func (t *teller) close() {
	t.end()
	<-t.ended
}

func (t *teller) run(ctx context.Context) {
	defer close(t.ended)
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), tellPause)
			_ = t.tell(last) // listeners look for what is lost
			cancel()
			return
		case <-t.word:
		}
		pause := tellTogether
		for {
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
			if t.tell(ctx) == nil || ctx.Err() != nil {
				break
			}
			pause = tellPause
		}
	}
}

// tell sends what is pending; what could not be sent is pending again.
func (t *teller) tell(ctx context.Context) error {
	t.mu.Lock()
	list := t.pending
	t.pending = map[string]int{}
	t.mu.Unlock()
	if len(list) == 0 {
		return nil
	}
	words := make([]string, 0, len(list))
	for no, seq := range list {
		words = append(words, no+" "+strconv.Itoa(seq))
	}
	batch := &pgx.Batch{} // one transaction; what it tells is on the disk already
	batch.Queue(`SELECT set_config('synchronous_commit', 'off', true)`)
	batch.Queue(`SELECT pg_notify('`+changesChannel+`', word) FROM unnest($1::text[]) AS word`, words)
	err := t.pool.SendBatch(ctx, batch).Close()
	if err != nil {
		t.mu.Lock()
		for no, seq := range t.pending {
			list[no] = max(list[no], seq)
		}
		maps.Copy(t.pending, list)
		t.mu.Unlock()
	}
	return err
}
