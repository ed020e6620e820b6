//go:build !linux

package localstack

import (
	"os/exec"
	"syscall"
)

// tie keeps the terminal's Ctrl-C away from the child. There is no way here to
// tie its life to this process: Temporal watches its parent itself, and a left
// PostgreSQL is taken over at the next start.
func tie(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}
