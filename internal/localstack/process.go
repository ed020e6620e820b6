package localstack

import (
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// adoptPoll is how often an adopted process is looked at.
const adoptPoll = 200 * time.Millisecond

// process is a child, or a process taken over from a huajie that was killed.
type process struct {
	pid  int
	done chan struct{} // closed once the process has ended
	err  error         // how it ended, valid after done
}

// launch starts a command that dies with this process.
//
// The kernel ties a child to the *thread* that started it, so the goroutine
// keeps its thread for as long as the child lives.
func launch(cmd *exec.Cmd) (*process, error) {
	tie(cmd)
	p := &process{done: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		p.pid = cmd.Process.Pid
		started <- nil
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// adopt watches a process that is not a child of this one.
func adopt(pid int) *process {
	p := &process{pid: pid, done: make(chan struct{})}
	go func() {
		for alive(pid) {
			time.Sleep(adoptPoll)
		}
		p.err = errors.New("ended")
		close(p.done)
	}()
	return p
}

// alive reports whether a process exists, whoever owns it.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// ended reports whether the process is over.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// end asks the process to stop, and makes it stop after the limit.
func (p *process) end(gentle, hard syscall.Signal, limit time.Duration) error {
	if p.ended() {
		return nil
	}
	if err := syscall.Kill(p.pid, gentle); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	select {
	case <-p.done:
		return nil
	case <-time.After(limit):
	}
	if err := syscall.Kill(p.pid, hard); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	select {
	case <-p.done:
		return fmt.Errorf("process %d did not stop within %s and was ended", p.pid, limit)
	case <-time.After(limit):
		return fmt.Errorf("process %d cannot be ended", p.pid)
	}
}
