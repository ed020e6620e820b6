package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// restartAfter is what a supervisor waits before it starts a process again.
const restartAfter = 300 * time.Millisecond

// process is one process of the product, kept alive as a supervisor would.
type process struct {
	name   string // api1, worker2
	binary string
	args   []string
	env    []string
	log    string

	mu       sync.Mutex
	pid      int
	gate     chan struct{} // closed while it may run
	holds    int           // how many faults hold it down
	struck   bool          // we ended the one that runs
	starts   int
	left     []string // ended by itself: how and when
	finished chan struct{}
}

// supervise starts the process and starts it again whenever it ends, until ctx ends.
func supervise(ctx context.Context, p *process) {
	p.gate, p.finished = make(chan struct{}), make(chan struct{})
	close(p.gate)
	go func() {
		// The kernel ties a child to the thread that started it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.finished)
		for ctx.Err() == nil {
			select {
			case <-p.mayRun():
			case <-ctx.Done():
				return
			}
			err := p.once(ctx)
			if ctx.Err() == nil {
				p.ended(err)
			}
			select {
			case <-time.After(restartAfter):
			case <-ctx.Done():
			}
		}
	}()
}

func (p *process) mayRun() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gate
}

// once runs the process until it ends. When ctx ends it is told to stop.
func (p *process) once(ctx context.Context) error {
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer out.Close() //nolint:errcheck // the child has its own
	cmd := exec.CommandContext(ctx, p.binary, p.args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = p.env, out, out
	cmd.Dir = filepath.Dir(p.log)
	cmd.Cancel = func() error {
		return errors.Join(cmd.Process.Signal(syscall.SIGCONT), cmd.Process.Signal(syscall.SIGTERM))
	}
	cmd.WaitDelay = 40 * time.Second
	tie(cmd)
	if err := cmd.Start(); err != nil {
		return err
	}
	p.mu.Lock()
	p.pid, p.struck, p.starts = cmd.Process.Pid, false, p.starts+1
	p.mu.Unlock()
	return cmd.Wait()
}

// ended notes how the process ended, unless it was us.
func (p *process) ended(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pid = 0
	if !p.struck {
		p.left = append(p.left, fmt.Sprintf("%s %s ended by itself: %v", time.Now().Format(time.TimeOnly), p.name, err))
	}
}

// kill ends the process at once.
func (p *process) kill() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pid == 0 {
		return nil
	}
	p.struck = true
	return ignoreGone(syscall.Kill(p.pid, syscall.SIGKILL))
}

// hold keeps the process from starting again until as many have released it.
func (p *process) hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.holds++; p.holds == 1 {
		p.gate = make(chan struct{})
	}
}

func (p *process) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.holds--; p.holds == 0 {
		close(p.gate)
	}
}

// signal sends SIGSTOP or SIGCONT to the one that runs.
func (p *process) signal(s syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pid == 0 {
		return nil
	}
	return ignoreGone(syscall.Kill(p.pid, s))
}

// history tells how often it was started and how often it left by itself.
func (p *process) history() (starts int, left []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.starts, append([]string(nil), p.left...)
}

func ignoreGone(err error) error {
	if errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}
