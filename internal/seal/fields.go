package seal

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/core/registry"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"

	"huajie/internal/keyfile"
)

// Fields seals what the database keeps of people, value by value. Each value is bound to its
// place: copied into another row or column it does not open. The keys lie in a file, wrapped by
// a master key that is kept elsewhere. It is safe for concurrent use, and takes up keys that
// another process has added to the file.
type Fields struct {
	file   string
	master tink.AEAD
	keys   atomic.Pointer[keys]
	mu     sync.Mutex
	glance atomic.Int64 // when it was last looked for a change, Unix nanoseconds
	stamp  atomic.Int64 // of the file as it was read
}

// Place is where a sealed value lies.
type Place struct{ Table, Column, Row string }

func (p Place) bytes() []byte {
	return []byte("huajie/field\x00" + p.Table + "\x00" + p.Column + "\x00" + p.Row)
}

// Mark begins every sealed value. A value that begins with it by itself is sealed as well, so
// that there is no doubt which are.
const Mark = "hjs1:"

// The faults of sealing.
var (
	ErrNoKey  = errors.New("no field key is configured")
	ErrText   = errors.New("a text holds a character that no column would take")
	ErrSealed = errors.New("a sealed value does not open: it lies elsewhere than it was written, or its key is missing")
)

// keys are the keys of one reading of the file.
type keys struct {
	handle  *keyset.Handle
	aead    tink.AEAD
	index   *prf.Set
	indexed *keyset.Handle
	primary uint32
}

// keyFile is how the keysets lie in the file.
type keyFile struct {
	Fields json.RawMessage `json:"fields"` // for sealing; several after a rotation
	Index  json.RawMessage `json:"index"`  // for lookups without opening; never rotated
}

// Master gives the master key of a URI by the client registered for it, or, without a URI, of a
// file, which is made where there is none.
func Master(uri, file string) (tink.AEAD, error) {
	if uri == "" {
		return Key(file)
	}
	client, err := registry.GetKMSClient(uri)
	if err != nil {
		return nil, fmt.Errorf("master key: %w", err)
	}
	return client.GetAEAD(uri)
}

// OpenFields reads the keys of a file, or makes them there.
func OpenFields(file string, master tink.AEAD) (*Fields, error) {
	f := &Fields{file: file, master: master}
	_, err := keyfile.Open(func() (struct{}, error) { return struct{}{}, f.read() }, f.create)
	if err != nil {
		return nil, fmt.Errorf("field keys: %w", err)
	}
	return f, nil
}

func (f *Fields) read() error {
	stamp := stampOf(f.file) // before: what is written meanwhile is read again
	raw, err := os.ReadFile(f.file)
	if err != nil {
		return err
	}
	var in keyFile
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	k := &keys{}
	if k.handle, err = keyset.Read(keyset.NewJSONReader(strings.NewReader(string(in.Fields))), f.master); err != nil {
		return err
	}
	if k.indexed, err = keyset.Read(keyset.NewJSONReader(strings.NewReader(string(in.Index))), f.master); err != nil {
		return err
	}
	if k.aead, err = aead.New(k.handle); err != nil {
		return err
	}
	if k.index, err = prf.NewPRFSet(k.indexed); err != nil {
		return err
	}
	k.primary = k.handle.KeysetInfo().GetPrimaryKeyId()
	f.stamp.Store(stamp)
	f.keys.Store(k)
	return nil
}

func (f *Fields) create() error {
	fields, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	index, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return err
	}
	return f.write(f.file, fields, index)
}

// write makes a file of the keysets, unless it is there.
func (f *Fields) write(file string, fields, index *keyset.Handle) error {
	var a, b strings.Builder
	if err := errors.Join(fields.Write(keyset.NewJSONWriter(&a), f.master), index.Write(keyset.NewJSONWriter(&b), f.master)); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(keyFile{Fields: json.RawMessage(a.String()), Index: json.RawMessage(b.String())}, "", "  ")
	if err != nil {
		return err
	}
	return keyfile.Create(file, func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
}

// Rotate adds a key with which everything is sealed from now on. What was sealed before still
// opens; sealing it anew is for whoever holds it.
func (f *Fields) Rotate() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.read(); err != nil {
		return err
	}
	k := f.keys.Load()
	m := keyset.NewManagerFromHandle(k.handle)
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	if err := m.SetPrimary(id); err != nil {
		return err
	}
	fields, err := m.Handle()
	if err != nil {
		return err
	}
	aside := f.file + ".next"
	err = f.write(aside, fields, k.indexed)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w: another rotation is under way; if none is, one was cut off: move %s away, and keep it until everything opens", err, aside)
	}
	if err != nil {
		return err
	}
	// Nobody else replaces the file while the one aside is there. A key that was added since it
	// was read must not be lost.
	if err := f.read(); err != nil || f.KeyID() != k.primary {
		return errors.Join(err, os.Remove(aside), errors.New("field keys: another process has rotated at the same moment"))
	}
	if err := errors.Join(os.Rename(aside, f.file), keyfile.Settle(f.file)); err != nil {
		return err
	}
	return f.read()
}

// KeyID names the key that seals now.
func (f *Fields) KeyID() uint32 { return f.keys.Load().primary }

// Seal seals a value. The empty one stays as it is: it says nothing.
func (f *Fields) Seal(plain string, at Place) (string, error) {
	if plain == "" {
		return "", nil
	}
	if f == nil {
		return "", ErrNoKey
	}
	if !utf8.ValidString(plain) || strings.IndexByte(plain, 0) >= 0 {
		return "", ErrText // the database, which would say so, does not see it
	}
	f.follow()
	sealed, err := f.keys.Load().aead.Encrypt([]byte(plain), at.bytes())
	if err != nil {
		return "", err
	}
	return Mark + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open opens what Seal has made; what was never sealed is given back.
func (f *Fields) Open(value string, at Place) (string, error) {
	text, ok := strings.CutPrefix(value, Mark)
	if !ok {
		return value, nil
	}
	if f == nil {
		return "", ErrNoKey
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", ErrSealed
	}
	k := f.keys.Load()
	plain, err := k.aead.Decrypt(raw, at.bytes())
	if err != nil && f.newer(k) {
		plain, err = f.keys.Load().aead.Decrypt(raw, at.bytes())
	}
	if err != nil {
		return "", ErrSealed
	}
	return string(plain), nil
}

// newer tells whether there are others than these keys by now: another process may have
// rotated.
func (f *Fields) newer(than *keys) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.keys.Load() != than {
		return true
	}
	return stampOf(f.file) != f.stamp.Load() && f.read() == nil
}

// TakeUp is within which time every process seals with a key that was added.
const TakeUp = 5 * time.Second

// follow takes up a key that another process has added.
func (f *Fields) follow() {
	now, last := time.Now().UnixNano(), f.glance.Load()
	if now-last < int64(TakeUp/2) || !f.glance.CompareAndSwap(last, now) || stampOf(f.file) == f.stamp.Load() {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.read() // a file that is being replaced is read the next time
}

func stampOf(file string) int64 {
	info, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return info.ModTime().UnixNano()
}

// Current tells whether a value is sealed with the key that seals now, or says nothing.
func (f *Fields) Current(value string) bool {
	if value == "" {
		return true
	}
	text, ok := strings.CutPrefix(value, Mark)
	if !ok {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && len(raw) > 5 && binary.BigEndian.Uint32(raw[1:5]) == f.KeyID()
}

// Blind gives what stands for a value in an index: the same for the same value and use, and
// nothing to learn from without the key. It is n bytes long.
func (f *Fields) Blind(use, value string, n uint32) ([]byte, error) {
	if f == nil {
		return nil, ErrNoKey
	}
	return f.keys.Load().index.ComputePrimaryPRF([]byte(use+"\x00"+value), n)
}
