package rulebook

import (
	"io/fs"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// shelf is a current book and every version known.
type shelf struct {
	current  *Book
	versions map[string]*Book
}

// Holder gives the current book to any number of readers and swaps to a newer one
// at once. Older versions stay available, because a case keeps the rules of its
// dispatch (§4).
type Holder struct {
	mu    sync.Mutex // among writers
	shelf atomic.Pointer[shelf]
	opts  []Option
}

// NewHolder begins with a sound book. The options are those of every later load.
func NewHolder(b *Book, opts ...Option) *Holder {
	h := &Holder{opts: opts}
	h.shelf.Store(&shelf{current: b, versions: map[string]*Book{b.Version: b}})
	return h
}

// Current is the book in force.
func (h *Holder) Current() *Book { return h.shelf.Load().current }

// Version finds a book by version.
func (h *Holder) Version(v string) (*Book, bool) {
	b, ok := h.shelf.Load().versions[v]
	return b, ok
}

// Versions lists the versions known.
func (h *Holder) Versions() []string {
	return slices.Sorted(maps.Keys(h.shelf.Load().versions))
}

// Replace loads a newer rulebook and puts it in force. When anything is wrong with
// it the error tells all of it and the old book stays.
func (h *Holder) Replace(fsys fs.FS) error {
	b, err := Load(fsys, h.opts...)
	if err != nil {
		return err
	}
	h.put(b, true)
	return nil
}

// Take puts a book in force that was loaded before.
func (h *Holder) Take(b *Book) { h.put(b, true) }

// Publish puts a published version in force from its files, and gives the book. Whether the drill
// area is part of it is the option of the process, not of the files: where they lack it, it is that
// of origin, which the process began with.
func (h *Holder) Publish(files map[string][]byte, origin *Book) (*Book, error) {
	l := newLoader(h.opts)
	l.kept, l.files = true, maps.Clone(files)
	for _, name := range []string{fileDrill, filePolicyDrill, fileDrillShapes} {
		raw, ok := origin.files[name]
		switch {
		case !l.drill:
			delete(l.files, name)
		case l.files[name] == nil && ok:
			l.files[name] = raw
		}
	}
	b, err := l.load()
	if err != nil {
		return nil, err
	}
	h.put(b, true)
	return h.Current(), nil
}

// Keep adds an older version, such as one stored before a restart, without
// putting it in force.
func (h *Holder) Keep(b *Book) { h.put(b, false) }

func (h *Holder) put(b *Book, current bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := h.shelf.Load()
	next := &shelf{current: old.current, versions: maps.Clone(old.versions)}
	if known, ok := next.versions[b.Version]; ok {
		b = known // the same content: readers keep the same book
	}
	next.versions[b.Version] = b
	if current {
		next.current = b
	}
	h.shelf.Store(next)
}
