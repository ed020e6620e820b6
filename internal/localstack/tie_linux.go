package localstack

import (
	"os/exec"
	"syscall"
)

// tie makes the kernel end the child gracefully when this process dies, and
// keeps the terminal's Ctrl-C away from it: the children stop in order, when
// the stack says so. SIGINT is PostgreSQL's fast shutdown, and Temporal stops
// on it too.
func tie(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
}
