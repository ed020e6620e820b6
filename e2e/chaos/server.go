package chaos

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// tribe is a server and everything it has started.
func tribe(pid int) []int {
	if pid == 0 {
		return nil
	}
	all := []int{pid}
	entries, _ := os.ReadDir("/proc") // without it only the server itself is found
	parent := map[int]int{}
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			parent[n] = parentOf(n)
		}
	}
	for i := 0; i < len(all); i++ {
		for child, of := range parent {
			if of == all[i] && !slices.Contains(all, child) {
				all = append(all, child)
			}
		}
	}
	return all
}

// parentOf reads the parent of a process, 0 when it is gone.
func parentOf(pid int) int {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	// The name stands in parentheses and may hold anything.
	_, rest, _ := strings.Cut(string(text[strings.LastIndexByte(string(text), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 2 {
		return 0
	}
	n, _ := strconv.Atoi(fields[1])
	return n
}

// signalAll sends a signal to a server and everything it has started, the server
// first: it must not start others for those that are ended.
func signalAll(pid int, s syscall.Signal) error {
	for _, p := range tribe(pid) {
		if err := ignoreGone(syscall.Kill(p, s)); err != nil {
			return err
		}
	}
	return nil
}
