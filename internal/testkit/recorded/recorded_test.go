package recorded_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/internal/testkit/recorded"
)

func source(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "x.go"), []byte("package x\n"+text), 0o600))
	return dir
}

// TestTypesAreFollowed: through functions, through functions of functions, and through what a
// variable may become.
func TestTypesAreFollowed(t *testing.T) {
	t.Parallel()
	types, err := recorded.Types(source(t, `
func a(t turn) { t.Record("plain", "G1") }
func b(t turn, late bool) {
	event, rule := "first", "G2"
	if late {
		event = "second"
	}
	t.Record(event, rule)
}
func (t turn) c(who, event string) { t.Record(event, "G3") }
func d(event string) func() { return func() { x.c("nobody", event) } }
var e = map[string]func(){"k": d("third"), "l": func() { x.c("somebody", "fourth") }}
`))
	require.NoError(t, err)
	require.Equal(t, []string{"first", "fourth", "plain", "second", "third"}, types)
}

// TestWhatCannotBeFollowedIsAFault: nothing is left out in silence.
func TestWhatCannotBeFollowedIsAFault(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"put together": `func a(t turn, s string) { t.Record("x_"+s, "G1") }`,
		"a field":      `func a(t turn, d thing) { t.Record(d.Event, "G1") }`,
		"an answer":    `func a(t turn) { e, ok := f(); t.Record(e, ok) }`,
		"unknown":      `func a(t turn) { t.Record(event, "G1") }`,
		"nothing":      `func a(t turn) {}`,
	} {
		_, err := recorded.Types(source(t, text))
		require.Error(t, err, name)
	}
}

// TestMarksAreFollowed: also where they are constants, of the package or of one beside it, or begin with one.
func TestMarksAreFollowed(t *testing.T) {
	t.Parallel()
	dir := source(t, `
const (
	one = "of_one"
	place = "place_"
)
func a(c *Case, r reason) { c.flag("plain"); c.flag(one); c.flag(beside.Two); c.flag(place + string(r)) }
func b(c *Case) { blame("third") }
func blame(flag string) { c.flag(flag) }
`)
	beside := filepath.Join(filepath.Dir(dir), "beside")
	require.NoError(t, os.Mkdir(beside, 0o700))
	t.Cleanup(func() { _ = os.RemoveAll(beside) })
	require.NoError(t, os.WriteFile(filepath.Join(beside, "b.go"), []byte("package beside\nconst Two = \"of_two\""), 0o600))
	marks, err := recorded.Arriving(dir, "flag", true)
	require.NoError(t, err)
	require.Equal(t, []string{"of_one", "of_two", "place_*", "plain", "third"}, marks)
	_, err = recorded.Arriving(dir, "flag", false)
	require.Error(t, err, "whole texts alone")
	_, err = recorded.Arriving(source(t, `func a(c *Case) { c.flag(beside.Nowhere) }`), "flag", true)
	require.Error(t, err)
}
