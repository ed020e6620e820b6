// Package console serves what people see: the officers' desk, the phone of grid members, the
// citizen's pages and the wall board. They are built from src (npm run build) into dist, which is
// committed: a machine without Node.js has them too (docs/decisions/0021-console.md). They know
// nothing but the public API.
package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// pagePolicy is the content security policy of the pages: everything is of this house. Styles
// that a script sets are no inline styles, so that none are allowed.
const pagePolicy = "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; object-src 'none'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'self'"

// A phone takes pictures and tells where it is; nobody else may.
const pagePermissions = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"

// file is one built file, ready to be sent.
type file struct {
	raw, packed []byte
	kind, tag   string
	forever     bool // its name changes with its content
}

// pages are the pages by the first part of the address; everything else is the desk.
var pages = map[string]string{"m": "m.html", "c": "c.html", "screen": "screen.html"}

// dotted are addresses that end in the name of an account, in which there are dots.
var dotted = map[string]bool{"accounts": true}

type handler map[string]file

// New makes the handler of the built pages. It fails where dist was not built.
func New() (http.Handler, error) {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, err
	}
	h := handler{}
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		h[name], err = ready(name, raw)
		return err
	})
	return h, err
}

// ready packs a file once, for everybody.
func ready(name string, raw []byte) (file, error) {
	sum := sha256.Sum256(raw)
	f := file{raw: raw, kind: kindOf(name), tag: `"` + hex.EncodeToString(sum[:12]) + `"`, forever: strings.HasPrefix(name, "assets/")}
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed+5)
	if err != nil {
		return f, err
	}
	if _, err := w.Write(raw); err != nil {
		return f, err
	}
	if err := w.Close(); err != nil {
		return f, err
	}
	if out.Len() < len(raw)*9/10 {
		f.packed = out.Bytes()
	}
	return f, nil
}

// kindOf does not ask the machine, which may have no table of kinds.
func kindOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".webmanifest":
		return "application/manifest+json"
	case ".woff2":
		return "font/woff2"
	case ".json":
		return "application/json"
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		return kind
	}
	return "application/octet-stream"
}

// ServeHTTP sends a built file, or the page whose address it is.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	f, ok := h[name]
	first, _, _ := strings.Cut(name, "/")
	if !ok && (path.Ext(name) == "" || dotted[first]) {
		page, known := pages[first]
		if !known {
			page = "index.html"
		}
		f, ok = h[page]
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	send(w, r, f)
}

func send(w http.ResponseWriter, r *http.Request, f file) {
	head := w.Header()
	head.Set("Content-Security-Policy", pagePolicy)
	head.Set("Permissions-Policy", pagePermissions)
	head.Set("Content-Type", f.kind)
	head.Set("Etag", f.tag)
	head.Set("Vary", "Accept-Encoding")
	head.Set("Cache-Control", "no-cache") // asked for again each time, and not sent again
	if f.forever {
		head.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if strings.Contains(r.Header.Get("If-None-Match"), f.tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.raw
	if f.packed != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		head.Set("Content-Encoding", "gzip")
		body = f.packed
	}
	head.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // a reader who has gone needs nothing
	}
}
