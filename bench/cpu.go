package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc/<pid>/stat; it is 100 a second on every Linux.
const tick = 10 * time.Millisecond

// stat is what is read of one process.
type stat struct {
	pid, parent int
	cpu         time.Duration // of itself and of the children it has buried
}

// readStat reads one /proc/<pid>/stat. The name may hold spaces, so the fields
// are counted from the parenthesis that ends it.
func readStat(pid int) (stat, bool) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return stat{}, false
	}
	rest := string(b)[strings.LastIndexByte(string(b), ')')+1:]
	fields := strings.Fields(rest)
	if len(fields) < 15 {
		return stat{}, false
	}
	s := stat{pid: pid}
	s.parent, _ = strconv.Atoi(fields[1])
	for _, f := range fields[11:15] { // utime stime cutime cstime
		n, _ := strconv.ParseInt(f, 10, 64)
		s.cpu += time.Duration(n) * tick
	}
	return s, true
}

// treeCPU is the processor time of a process and everything below it, those that
// have ended included. It is zero where there is no /proc.
func treeCPU(root int) time.Duration {
	if root == 0 {
		return 0
	}
	children := map[int][]stat{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			if s, ok := readStat(pid); ok {
				children[s.parent] = append(children[s.parent], s)
			}
		}
	}
	top, ok := readStat(root)
	if !ok {
		return 0
	}
	sum, queue := time.Duration(0), []stat{top}
	for len(queue) > 0 {
		s := queue[0]
		queue = append(queue[1:], children[s.pid]...)
		sum += s.cpu
	}
	return sum
}

// residentMB is the memory a process holds now, in MB.
func residentMB(pid int) (float64, error) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("process %d tells no memory", pid)
}

// ownCPU is that of this process alone: the others are its children, and counted
// by themselves.
func ownCPU() time.Duration {
	b, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b)[strings.LastIndexByte(string(b), ')')+1:])
	var sum time.Duration
	for _, f := range fields[11:13] {
		n, _ := strconv.ParseInt(f, 10, 64)
		sum += time.Duration(n) * tick
	}
	return sum
}
