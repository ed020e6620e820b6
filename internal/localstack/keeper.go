package localstack

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"time"
)

// How a child that ends by itself is brought back.
const (
	firstPause = 100 * time.Millisecond
	longPause  = 5 * time.Second
	// steady is how long a child must live for its next end to count as new.
	steady = 30 * time.Second
	// maxRestarts in a row without a steady phase, then it is given up.
	maxRestarts = 10
	// maxPortTries bounds the search for a port nobody else takes.
	maxPortTries = 3
	// readyLimit bounds a start; recovery after a crash may take its time.
	readyLimit = 2 * time.Minute
)

// keeper keeps one child alive.
type keeper struct {
	name string
	// settle chooses the ports before the first start. They stay the same from
	// then on, so that connections find a restarted child again.
	settle func(ctx context.Context) error
	// begin starts the child and returns once it can be used. When it returns
	// an error, it has ended what it started.
	begin func(ctx context.Context) (*process, error)
	// gentle asks the child to stop, hard ends it after stopLimit.
	gentle, hard syscall.Signal
	stopLimit    time.Duration
	progress     func(string)
	failed       chan<- error
	log          *logFile

	mu       sync.Mutex
	current  *process
	cancel   context.CancelFunc
	finished chan struct{}
}

// start brings the child up for the first time, and watches it from then on.
func (k *keeper) start(ctx context.Context) error {
	p, err := k.first(ctx)
	if err != nil {
		return err
	}
	// The child outlives the context of its start.
	watch, cancel := context.WithCancel(context.WithoutCancel(ctx))
	k.set(p)
	k.cancel, k.finished = cancel, make(chan struct{})
	go k.watch(watch)
	return nil
}

// first is the first start. Between choosing a free port and listening on it
// somebody else may take it, so that fault is tried again with another one.
func (k *keeper) first(ctx context.Context) (*process, error) {
	for try := 1; ; try++ {
		if err := k.settle(ctx); err != nil {
			return nil, err
		}
		p, err := k.attempt(ctx)
		if err == nil || try == maxPortTries || !strings.Contains(err.Error(), "ddress already in use") {
			return p, err
		}
	}
}

// attempt is one start with its time limit; the last lines of the log make the
// error worth reading.
func (k *keeper) attempt(ctx context.Context) (*process, error) {
	ctx, cancel := context.WithTimeout(ctx, readyLimit)
	defer cancel()
	p, err := k.begin(ctx)
	if err != nil {
		return nil, k.log.explain(err)
	}
	return p, nil
}

// watch restarts the child whenever it ends, until stop.
func (k *keeper) watch(ctx context.Context) {
	defer close(k.finished)
	pause, restarts := firstPause, 0
	for {
		p, began := k.process(), time.Now()
		select {
		case <-ctx.Done():
			return
		case <-p.done:
		}
		if time.Since(began) > steady {
			pause, restarts = firstPause, 0
		}
		k.progress(fmt.Sprintf("%s ended unexpectedly (%v), starting it again", k.name, p.err))
		for {
			if wait(ctx, pause) != nil {
				return
			}
			pause, restarts = min(2*pause, longPause), restarts+1
			p, err := k.attempt(ctx)
			if err == nil {
				k.set(p)
				k.progress(k.name + " runs again")
				break
			}
			if ctx.Err() != nil {
				return
			}
			if restarts >= maxRestarts {
				k.failed <- fmt.Errorf("%s does not stay up: %w", k.name, err)
				return
			}
		}
	}
}

// stop ends the child and the watching.
func (k *keeper) stop() error {
	if k.cancel == nil {
		return nil // never came up
	}
	k.cancel()
	<-k.finished
	if err := k.process().end(k.gentle, k.hard, k.stopLimit); err != nil {
		return fmt.Errorf("stop %s: %w", k.name, err)
	}
	return nil
}

// process is the child of this moment.
func (k *keeper) process() *process {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.current
}

// set records a new child.
func (k *keeper) set(p *process) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.current = p
}

// pid of the child of this moment.
func (k *keeper) pid() int {
	if p := k.process(); p != nil {
		return p.pid
	}
	return 0
}

// wait sleeps unless the context ends first.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// until repeats try while the process lives. The last error of try says more
// than the end of the context, so both are kept.
func until(ctx context.Context, p *process, every time.Duration, try func() error) error {
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("ended while starting: %w", p.err)
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(every):
		}
	}
}
