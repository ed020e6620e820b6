package deliver

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/notice"
)

// File writes messages to a folder, a file for each channel and day and a line for each
// message, for a person to carry on. It sends nothing and does not say so.
type File struct {
	Dir string
	Now func() time.Time // nil: time.Now
}

// written is a line of the file.
type written struct {
	At string `json:"at"`
	Message
}

// Send appends the message. After a crash a line may be there twice, under one key.
func (f *File) Send(_ context.Context, m Message) (string, error) {
	now := time.Now
	if f.Now != nil {
		now = f.Now
	}
	at := now().In(calendar.Zone)
	line, err := json.Marshal(written{at.Format(time.RFC3339), m})
	if err != nil {
		return "", &Fault{Code: "unwritable", Permanent: true, cause: err}
	}
	if err := f.add(string(m.Channel)+"-"+at.Format(time.DateOnly)+".jsonl", append(line, '\n')); err != nil {
		return "", &Fault{Code: "folder", cause: err}
	}
	return "", nil
}

// add writes one line and waits for the disk.
func (f *File) add(name string, line []byte) error {
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(filepath.Join(f.Dir, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // a folder of the operator, a name of ours
	if err != nil {
		return err
	}
	_, err = out.Write(line)
	return errors.Join(err, out.Sync(), out.Close())
}

// Outcome is written, never sent.
func (f *File) Outcome() notice.State { return notice.Written }
