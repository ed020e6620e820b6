package chaos

import (
	"os/exec"
	"syscall"
)

// tie lets the kernel end the child when this process dies, however it dies, and
// keeps the terminal's Ctrl-C away from it.
func tie(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
