package seal_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/internal/seal"
)

var here = seal.Place{Table: "cases", Column: "body", Row: "220402G2026112600001"}

func newFields(t testing.TB) (*seal.Fields, string, string) {
	t.Helper()
	dir := t.TempDir()
	file, kek := filepath.Join(dir, "fields.json"), filepath.Join(dir, "master.json")
	return reopened(t, file, kek), file, kek
}

func reopened(t testing.TB, file, kek string) *seal.Fields {
	t.Helper()
	master, err := seal.Master("", kek)
	require.NoError(t, err)
	f, err := seal.OpenFields(file, master)
	require.NoError(t, err)
	return f
}

// TestAValueOpensWhereItWasWritten: and nowhere else, nor without its key.
func TestAValueOpensWhereItWasWritten(t *testing.T) {
	t.Parallel()
	f, file, kek := newFields(t)
	sealed, err := f.Seal("张三丰", here)
	require.NoError(t, err)
	require.NotContains(t, sealed, "张三丰")
	for _, other := range []*seal.Fields{f, reopened(t, file, kek)} {
		plain, err := other.Open(sealed, here)
		require.NoError(t, err)
		require.Equal(t, "张三丰", plain)
	}
	for _, elsewhere := range []seal.Place{{"persons", "body", here.Row}, {"cases", "name", here.Row}, {"cases", "body", "220402G2026112600002"}} {
		_, err := f.Open(sealed, elsewhere)
		require.ErrorIs(t, err, seal.ErrSealed)
	}
	stranger, _, _ := newFields(t)
	_, err = stranger.Open(sealed, here)
	require.ErrorIs(t, err, seal.ErrSealed)
	_, err = f.Open(sealed[:len(sealed)-2], here)
	require.ErrorIs(t, err, seal.ErrSealed)

	var none *seal.Fields
	_, err = none.Seal("张三丰", here)
	require.ErrorIs(t, err, seal.ErrNoKey)
	_, err = none.Open(sealed, here)
	require.ErrorIs(t, err, seal.ErrNoKey)
	_, err = none.Blind("phone", "13800005678", 16)
	require.ErrorIs(t, err, seal.ErrNoKey)
	empty, err := none.Seal("", here)
	require.NoError(t, err)
	require.Empty(t, empty, "nothing needs no key")
}

// TestTheMasterKeyIsNeeded: whoever has the file of keys alone has nothing.
func TestTheMasterKeyIsNeeded(t *testing.T) {
	t.Parallel()
	_, file, _ := newFields(t)
	other, err := seal.Master("", filepath.Join(t.TempDir(), "other.json"))
	require.NoError(t, err)
	_, err = seal.OpenFields(file, other)
	require.Error(t, err)
	_, err = seal.Master("nobodys-kms://key", "")
	require.Error(t, err, "no client is registered for it")
}

// TestRotation: what was sealed before opens, also for a process that has not heard of it yet;
// and it is told apart from what is sealed now.
func TestRotation(t *testing.T) {
	t.Parallel()
	f, file, kek := newFields(t)
	running := reopened(t, file, kek)
	old, err := f.Seal("旧", here)
	require.NoError(t, err)
	index, err := f.Blind("phone", "13800005678", 16)
	require.NoError(t, err)
	require.True(t, f.Current(old))

	require.NoError(t, f.Rotate())
	require.False(t, f.Current(old))
	require.False(t, f.Current("旧"), "what was never sealed is not current")
	require.True(t, f.Current(""))
	plain, err := f.Open(old, here)
	require.NoError(t, err)
	require.Equal(t, "旧", plain)
	fresh, err := f.Seal("新", here)
	require.NoError(t, err)
	require.True(t, f.Current(fresh))
	plain, err = running.Open(fresh, here)
	require.NoError(t, err, "it looks into the file")
	require.Equal(t, "新", plain)
	after, err := running.Blind("phone", "13800005678", 16)
	require.NoError(t, err)
	require.Equal(t, index, after, "lookups survive a rotation")
	other, err := f.Blind("id_no", "13800005678", 16)
	require.NoError(t, err)
	require.NotEqual(t, index, other)
}

// TestOnlyWordsAreSealed: the database must still be able to ask for codes.
func TestOnlyWordsAreSealed(t *testing.T) {
	t.Parallel()
	f, _, _ := newFields(t)
	which := seal.Which{Always: map[string]bool{"phone": true}, Never: map[string]bool{"reporter": true}}
	doc := `{"state": "signed", "n": 12, "at": "2026-11-26T08:00:00+08:00", "summary": "楼上\"漏水\"", "phone": "13800005678",
		"reporter": "网格员 1", "list": ["E0102", "two words", null, true], "map": {"甲": "b"}}`
	sealed, err := f.SealDocument([]byte(doc), here, which)
	require.NoError(t, err)
	for _, stays := range []string{`"state": "signed"`, `"n": 12`, `"at": "2026-11-26T08:00:00+08:00"`, `"reporter": "网格员 1"`, `"E0102"`, `"甲": "b"`} {
		require.Contains(t, string(sealed), stays)
	}
	for _, goes := range []string{"漏水", "13800005678", "two words"} {
		require.NotContains(t, string(sealed), goes)
	}
	opened, err := f.OpenDocument(sealed, here)
	require.NoError(t, err)
	require.JSONEq(t, doc, string(opened))
	current, err := f.CurrentDocument(sealed, which)
	require.NoError(t, err)
	require.True(t, current)
	current, err = f.CurrentDocument([]byte(doc), which)
	require.NoError(t, err)
	require.False(t, current)
	require.NoError(t, f.Rotate())
	current, err = f.CurrentDocument(sealed, which)
	require.NoError(t, err)
	require.False(t, current)
}

// TestADocumentSurvives: whatever is in it, nothing but its words is changed, and these come back.
func TestADocumentSurvives(t *testing.T) {
	t.Parallel()
	f, _, _ := newFields(t)
	value := rapid.Custom(func(t *rapid.T) any { return anyJSON(t, 3) })
	rapid.Check(t, func(t *rapid.T) {
		doc, err := json.Marshal(value.Draw(t, "document"))
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := f.SealDocument(doc, here, seal.Which{Everything: rapid.Bool().Draw(t, "everything")})
		if err != nil {
			t.Fatal(err)
		}
		opened, err := f.OpenDocument(sealed, here)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if err := errors.Join(json.Unmarshal(doc, &want), json.Unmarshal(opened, &got)); err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(want)
		b, _ := json.Marshal(got)
		if string(a) != string(b) {
			t.Fatalf("%s became %s", a, b)
		}
	})
}

func anyJSON(t *rapid.T, depth int) any {
	word := rapid.OneOf(rapid.StringMatching(`[^\x00]*`), rapid.SampledFrom([]string{"", "code_1", "井盖 破损", `"\`, "hjs1:", "hjs1:AAAA", "\u2028<&>"}))
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	if depth == 0 {
		kind %= 4
	}
	switch kind {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "bool")
	case 2:
		return rapid.IntRange(-1000, 1000).Draw(t, "number")
	case 3:
		return word.Draw(t, "text")
	case 4:
		out := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "length") {
			out = append(out, anyJSON(t, depth-1))
		}
		return out
	}
	out := map[string]any{}
	for range rapid.IntRange(0, 3).Draw(t, "size") {
		out[word.Draw(t, "key")] = anyJSON(t, depth-1)
	}
	return out
}

// FuzzOpenDocument: what stands in the database is opened or refused, never misread.
func FuzzOpenDocument(f *testing.F) {
	for _, doc := range []string{`{}`, `{"a":"hjs1:AAAA"}`, `{"a":"\\"}`, `"`, `{"a":"hjs1:`, `["hjs1:` + strings.Repeat("A", 60) + `"]`} {
		f.Add([]byte(doc))
	}
	keys, _, _ := newFields(f)
	f.Fuzz(func(t *testing.T, doc []byte) {
		out, err := keys.OpenDocument(doc, here)
		if err == nil && json.Valid(doc) {
			require.True(t, json.Valid(out))
		}
	})
}

// BenchmarkDocument is what a state of a case costs: a dozen words among codes and times.
func BenchmarkDocument(b *testing.B) {
	f, _, _ := newFields(b)
	doc := []byte(`{"no":"220402G2026112300001","state":"handling","level":"L1","at":"2026-11-26T08:00:00+08:00","summary":"` + strings.Repeat("楼上漏水,物业不管。", 12) + `"`)
	for i := range 60 {
		doc = append(doc, fmt.Sprintf(`,"k%d":{"unit":"220402-D%d","since":"2026-11-26T08:00:00+08:00","n":%d}`, i, i, i)...)
	}
	for i := range 11 {
		doc = append(doc, fmt.Sprintf(`,"w%d":"已与双方约定上门查看的时间"`, i)...)
	}
	doc = append(doc, '}')
	sealed, err := f.SealDocument(doc, here, seal.Which{})
	require.NoError(b, err)
	b.Run("seal", func(b *testing.B) {
		b.ReportMetric(float64(len(sealed))/float64(len(doc)), "growth")
		for b.Loop() {
			_, _ = f.SealDocument(doc, here, seal.Which{})
		}
	})
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			_, _ = f.OpenDocument(sealed, here)
		}
	})
}
