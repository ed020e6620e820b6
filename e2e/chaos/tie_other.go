//go:build !linux

package chaos

import (
	"os/exec"
	"syscall"
)

// tie keeps the terminal's Ctrl-C away from the child.
func tie(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
}
