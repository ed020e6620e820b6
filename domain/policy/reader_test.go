package policy

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/calendar"
	"huajie/domain/codes"
)

// TestEveryKeyHasAReader: a key that nothing reads would let a customer change it
// and see no effect. A key is read where code outside this package asks for it by
// name, or calls an accessor that cannot answer without it.
func TestEveryKeyHasAReader(t *testing.T) {
	t.Parallel()
	sources := production(t)
	byAccessor := accessors(t, sources)
	for _, k := range Keys() {
		if strings.Contains(sources, `("`+k.Name+`"`) || strings.Contains(sources, `return "`+k.Name+`"`) || strings.Contains(sources, `= "`+k.Name+`"`) {
			continue
		}
		assert.True(t, byAccessor[k.Name], "no code reads the key %s of the policy", k.Name)
	}
}

// production is all code of the product that may ask for a policy, this package left out.
func production(t *testing.T) string {
	var all strings.Builder
	root := filepath.Join("..", "..")
	for _, dir := range []string{"domain", "workflows", "activities", "api", "store", "worker", "rulebook", "internal"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == filepath.Join(root, "domain", "policy") {
				return err
			}
			src, err := os.ReadFile(path)
			all.Write(src)
			return err
		}))
	}
	require.NotZero(t, all.Len())
	return all.String()
}

// plain are the accessors that are told which key to read.
var plain = []string{"Limit", "Limits", "Int", "Percent", "Bool", "List", "Lists", "Text", "Where", "Version", "Known"}

// accessors gives the keys without which some accessor that is called cannot
// answer one of the questions it may be asked.
func accessors(t *testing.T, sources string) map[string]bool {
	read := map[string]bool{}
	typ := reflect.TypeFor[Set]()
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		if slices.Contains(plain, m.Name) {
			continue
		}
		called := regexp.MustCompile(`\.` + m.Name + `\(`).MatchString(sources)
		for _, args := range questions(t, m.Type) {
			for key := range missed(m, args) {
				read[key] = read[key] || called
			}
		}
	}
	require.True(t, read["sign.limit.normal"], "the probing itself must work")
	for key, called := range read {
		if !called {
			delete(read, key)
		}
	}
	// Accessors call each other; what LevelLimit asks is asked of HandleLimit and FirstLimit, too.
	return read
}

// missed are the keys one call needs: taken away one by one, they break it.
func missed(m reflect.Method, args []reflect.Value) map[string]bool {
	need := map[string]bool{}
	for {
		key, ok := attempt(m, args, need)
		if _, known := keyIndex[key]; !ok || !known || need[key] {
			return need // it answers, or these arguments are none it is asked with
		}
		need[key] = true
	}
}

// attempt calls an accessor on a policy that has only some keys, and tells which
// one it lacked.
func attempt(m reflect.Method, args []reflect.Value, have map[string]bool) (lacked string, failed bool) {
	defer func() {
		if r := recover(); r != nil {
			lacked, failed = strings.TrimPrefix(fmt.Sprint(r), "policy: no value for "), true
		}
	}()
	l := Layer{Values: map[string]Value{}}
	for _, k := range registry {
		if !have[k.Name] {
			continue
		}
		v, err := ParseList(k, []string{"5wd"})
		if k.Kind != KindList && k.Kind != KindLimits {
			v, err = Parse(k, map[Kind]string{KindLimit: "5wd", KindInt: "2", KindPercent: "50%", KindBool: "true"}[k.Kind])
		}
		if err != nil {
			panic(err)
		}
		l.Values[k.Name] = v
	}
	m.Func.Call(append([]reflect.Value{reflect.ValueOf(Set{layers: []Layer{l}})}, args...))
	return "", false
}

// questions are all arguments an accessor may really be called with: tracks that
// a matter can have, urgencies, levels, risks, limits, yes and no.
func questions(t *testing.T, m reflect.Type) [][]reflect.Value {
	all := [][]reflect.Value{nil}
	for i := 1; i < m.NumIn(); i++ {
		var next [][]reflect.Value
		for _, so := range all {
			for _, v := range answers(t, m.In(i)) {
				next = append(next, append(slices.Clone(so), reflect.ValueOf(v)))
			}
		}
		all = next
	}
	return all
}

func answers(t *testing.T, typ reflect.Type) []any {
	var out []any
	switch typ {
	case reflect.TypeFor[codes.Track]():
		for _, n := range []codes.Nature{codes.NatureConsultation, codes.NatureHelp, codes.NatureAccusation, codes.NatureSuggestion,
			codes.NaturePetition, codes.NatureDispute, codes.NatureLitigationRelated, codes.NatureEvent} {
			out = append(out, codes.TrackOf(n))
		}
	case reflect.TypeFor[codes.Urgency]():
		for _, u := range codes.Urgencies() {
			out = append(out, u)
		}
	case reflect.TypeFor[codes.Level]():
		for _, l := range codes.Levels() {
			out = append(out, l)
		}
	case reflect.TypeFor[bool]():
		return []any{true, false}
	case reflect.TypeFor[int]():
		return []any{1, 10, 1000}
	case reflect.TypeFor[string]():
		return []any{"red", "orange", "supplement", "appraisal", "hearing"}
	case reflect.TypeFor[calendar.Limit]():
		return []any{calendar.MustLimit("1wd"), calendar.MustLimit("30cd")}
	case reflect.TypeFor[time.Time]():
		return []any{time.Time{}}
	default:
		require.Fail(t, "say what an accessor may be asked", "%s", typ)
	}
	return out
}
