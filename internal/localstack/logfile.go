package localstack

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

const (
	// maxLog is the size beyond which a log is put aside at the next start.
	maxLog = 8 << 20
	// tailBytes and tailLines bound what is quoted in an error.
	tailBytes = 16 << 10
	tailLines = 12
)

// logFile is where a child writes its standard error. It is a file and not a
// pipe: a pipe would have to be read, and would kill the child when the reader
// dies first.
type logFile struct {
	path  string
	start int64 // where the present run of the child began
}

// newLogFile names the log of a child.
func newLogFile(dataDir, name string) *logFile {
	return &logFile{path: filepath.Join(dataDir, "log", name+".log")}
}

// open opens the log for another run of the child.
func (l *logFile) open() (*os.File, error) {
	if info, err := os.Stat(l.path); err == nil && info.Size() > maxLog {
		if err := os.Rename(l.path, l.path+".old"); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	l.start = info.Size()
	return f, nil
}

// tail is the end of what the present run has written.
func (l *logFile) tail() string {
	f, err := os.Open(l.path)
	if err != nil {
		return ""
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	from := max(l.start, info.Size()-tailBytes)
	text, err := io.ReadAll(io.NewSectionReader(f, from, info.Size()-from))
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-tailLines):], "\n")
}

// explain adds the last lines of the log to an error.
func (l *logFile) explain(err error) error {
	if tail := l.tail(); tail != "" {
		return fmt.Errorf("%w\n%s\n(all of it: %s)", err, tail, l.path)
	}
	return err
}
