package notary

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/audit"
)

// HeadFault is a line of a file of heads that is not to be believed.
type HeadFault struct {
	Line int
	What domain.Text
}

// ReadHeads gives the heads of a file and what is wrong with it, the first fault first. A
// last line without its end is one whose writer died, and is left out.
func ReadHeads(file string, keys map[string]ed25519.PublicKey) (heads []audit.Head, faults []HeadFault, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	prev := ""
	for n, line := range bytes.Split(whole(b), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var h audit.Head
		wrong := domain.Text{}
		if json.Unmarshal(line, &h) != nil {
			wrong = domain.Text{ZH: "无法识别", EN: "cannot be read"}
		} else {
			wrong = signed(h, prev, keys)
		}
		if wrong.ZH != "" {
			faults = append(faults, HeadFault{n + 1, wrong})
		} else {
			heads = append(heads, h)
		}
		prev = audit.LineSum(line)
	}
	return heads, faults, nil
}

// signed tells what is wrong with one head, nothing for a good one.
func signed(h audit.Head, prev string, keys map[string]ed25519.PublicKey) domain.Text {
	key, known := keys[h.Key]
	signature, err := hex.DecodeString(h.Signature)
	switch {
	case !known:
		return domain.Text{ZH: "未知密钥 " + h.Key, EN: "signed by a key that was not given: " + h.Key}
	case err != nil || !ed25519.Verify(key, h.Words(), signature):
		return domain.Text{ZH: "签名不符", EN: "the signature does not fit"}
	case h.Prev != prev:
		return domain.Text{ZH: "与前一行不相接,前面有行被删除或改动", EN: "does not follow the line before it: lines were removed or changed"}
	}
	return domain.Text{}
}

// whole leaves out a line without its end.
func whole(b []byte) []byte { return b[:bytes.LastIndexByte(b, '\n')+1] }

// Tail is the end of a file of heads: where signing goes on.
type Tail struct {
	Head    audit.Head // the last that can be read; the zero head where there is none
	prev    string     // what the next line names the last one by
	Damaged bool       // the last line is no head: verifying names it, and signing goes on after it
}

// LastHead reads the end of a file. One that is not there is empty.
func LastHead(file string) (t Tail, err error) {
	b, err := endOf(file)
	if err != nil || len(b) == 0 {
		return t, err
	}
	lines := bytes.Split(b, []byte("\n"))
	t.prev = audit.LineSum(lines[len(lines)-1])
	for _, line := range slices.Backward(lines) {
		if json.Unmarshal(line, &t.Head) == nil && !t.Head.Day.IsZero() {
			return t, nil
		}
		t.Head, t.Damaged = audit.Head{}, true
	}
	return t, nil
}

// endOf gives the last whole lines of a file.
func endOf(file string) ([]byte, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	const tail = 64 << 10 // many lines
	b := make([]byte, min(size, tail))
	if _, err := f.ReadAt(b, size-int64(len(b))); err != nil {
		return nil, err
	}
	return bytes.TrimRight(whole(b), "\n"), nil
}

// AppendHeads signs the last rows of days where they are not the last head already, and
// answers what was signed. Only one process at a time may do so. A day that has lost rows
// since is not signed anew: what is signed is never less than before.
func (k *Key) AppendHeads(file string, after Tail, ends []audit.Row, at time.Time) ([]audit.Head, error) {
	last, prev := after.Head, after.prev
	var lines bytes.Buffer
	var out []audit.Head
	for _, r := range ends {
		if r.Day.Compare(last.Day) < 0 || r.Day == last.Day && r.N <= last.Rows {
			continue
		}
		h := audit.Head{Day: r.Day, Rows: r.N, Hash: hex.EncodeToString(r.Hash), SignedAt: at.UTC().Truncate(time.Second), Key: k.ID(), Prev: prev}
		h.Signature = hex.EncodeToString(k.Sign(h.Words()))
		b, err := json.Marshal(h)
		if err != nil {
			return nil, err
		}
		lines.Write(append(b, '\n'))
		prev = audit.LineSum(b)
		out = append(out, h)
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, appendTo(file, lines.Bytes())
}

// appendTo writes lines to the end of a file, and cuts off what a writer left that died.
func appendTo(file string, lines []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	end, err := endOfLines(f)
	if err == nil {
		err = f.Truncate(end)
	}
	if err == nil {
		_, err = f.WriteAt(lines, end)
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// endOfLines is where the last whole line of a file ends.
func endOfLines(f *os.File) (int64, error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil || size == 0 {
		return 0, err
	}
	last := make([]byte, 1)
	if _, err := f.ReadAt(last, size-1); err != nil || last[0] == '\n' {
		return size, err
	}
	b := make([]byte, size)
	if _, err := f.ReadAt(b, 0); err != nil {
		return 0, err
	}
	return int64(len(whole(b))), nil
}
