package console_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/console"
)

// made is everything a build is made of; vite.config.ts knows the same list.
var made = []string{"src", "public", "index.html", "m.html", "c.html", "screen.html", "vite.config.ts", "tsconfig.json", "package.json", "package-lock.json"}

// What is committed as built was built of the sources that are committed. Where Node.js is
// there, scripts/console.sh builds it again and compares every file.
func TestTheBuildIsOfTheseSources(t *testing.T) {
	t.Parallel()
	var files []string
	for _, name := range made {
		require.NoError(t, filepath.WalkDir(name, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && path != "src/shared/schema.d.ts" {
				files = append(files, filepath.ToSlash(path))
			}
			return err
		}))
	}
	slices.Sort(files)
	sum := sha256.New()
	for _, f := range files {
		raw, err := os.ReadFile(f)
		require.NoError(t, err)
		one := sha256.Sum256(raw)
		fmt.Fprintf(sum, "%s\x00%s\n", f, hex.EncodeToString(one[:]))
	}
	raw, err := os.ReadFile("dist/built.json")
	require.NoError(t, err)
	var built struct{ Sources string }
	require.NoError(t, json.Unmarshal(raw, &built))
	assert.Equal(t, hex.EncodeToString(sum.Sum(nil)), built.Sources, "run `npm run build` in console/ and commit dist")
}

func get(t *testing.T, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	h, err := console.New()
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryAddressHasItsPage(t *testing.T) {
	t.Parallel()
	for path, title := range map[string]string{
		"/": "化解工作台", "/cases/220402-G-2026-000001-1": "化解工作台", "/list": "化解工作台", "/accounts/disp.220402": "化解工作台",
		"/m": "化解·网格", "/m/report": "化解·网格", "/c": "群众诉求", "/c/follow": "群众诉求", "/screen": "化解大屏",
	} {
		res := get(t, path)
		assert.Equal(t, http.StatusOK, res.Code, path)
		assert.Contains(t, res.Body.String(), title, path)
		assert.Equal(t, "no-cache", res.Header().Get("Cache-Control"), path)
		assert.Equal(t, http.StatusNotModified, get(t, path, "If-None-Match", res.Header().Get("Etag")).Code, path)
	}
	for _, path := range []string{"/nothing.js", "/assets/gone.css", "/../secret.txt", "/.env"} {
		assert.Equal(t, http.StatusNotFound, get(t, path).Code, path)
	}
}

var attribute = regexp.MustCompile(`(?:src|href)="([^"]+)"`)

// elsewhere finds what a browser would fetch from another host; a link somebody may follow is not.
func elsewhere(text string) string {
	for at := 0; ; at++ {
		next := strings.Index(text[at:], "http")
		if next < 0 {
			return ""
		}
		at += next
		if rest := text[at:]; !strings.HasPrefix(rest, "http://") && !strings.HasPrefix(rest, "https://") {
			continue
		}
		before := strings.TrimRight(text[max(0, at-200):at], `"'`)
		link := strings.HasSuffix(before, "href=") && strings.LastIndex(before, "<link") > strings.LastIndex(before, ">")
		if link || strings.HasSuffix(before, "src=") || strings.HasSuffix(before, "url(") {
			return text[at:min(len(text), at+80)]
		}
	}
}

// A page loads only what is there and of this house, packed, for ever.
func TestPagesLoadWhatIsThere(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"/", "/m", "/c", "/screen"} {
		res := get(t, page)
		policy := res.Header().Get("Content-Security-Policy")
		assert.Contains(t, policy, "default-src 'self'")
		assert.NotContains(t, policy, "unsafe")
		assert.NotRegexp(t, `<script[^>]*>[^<]`, res.Body.String(), "no script stands in a page")
		for _, m := range attribute.FindAllStringSubmatch(res.Body.String(), -1) {
			require.True(t, strings.HasPrefix(m[1], "/"), "%s loads %s", page, m[1])
			got := get(t, m[1], "Accept-Encoding", "gzip")
			assert.Equal(t, http.StatusOK, got.Code, m[1])
			if strings.HasPrefix(m[1], "/assets/") {
				assert.Contains(t, got.Header().Get("Cache-Control"), "immutable", m[1])
			}
		}
	}
	require.NoError(t, fs.WalkDir(os.DirFS("dist"), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			raw, err := os.ReadFile(filepath.Join("dist", path))
			require.NoError(t, err)
			assert.Empty(t, elsewhere(string(raw)), "%s loads nothing from elsewhere", path)
		}
		return err
	}))
}
