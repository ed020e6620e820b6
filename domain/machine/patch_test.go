package machine

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/form"
)

// thing has a field of every sort a state may have.
type thing struct {
	Head
	Name    string            `json:"name"`
	Count   int               `json:"count,omitempty"`
	Share   float64           `json:"share"`
	Since   time.Time         `json:"since,omitzero"`
	Owner   inner             `json:"owner"`
	Clock   *inner            `json:"clock,omitempty"`
	Unset   *inner            `json:"unset"`
	List    []inner           `json:"list,omitempty"`
	Words   []string          `json:"words"`
	Tasks   map[string]inner  `json:"tasks,omitempty"`
	Clocks  map[string]*inner `json:"clocks,omitempty"`
	Entered form.Input        `json:"entered,omitempty"`
}

type inner struct {
	Unit string            `json:"unit,omitempty"`
	N    int               `json:"n"`
	Due  *time.Time        `json:"due,omitempty"`
	More map[string]string `json:"more,omitempty"`
}

var (
	words  = rapid.SampledFrom([]string{"", "a", "<b> & ", "化解", "null", "\u2028", `"`})
	names  = rapid.SampledFrom([]string{"a", "b", "化", "seq", "<"})
	points = rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(0, 3).Draw(t, "seconds"), rapid.Int64Range(0, 2).Draw(t, "nanos")).UTC()
	})
	inners = rapid.Custom(func(t *rapid.T) inner {
		return inner{words.Draw(t, "unit"), rapid.IntRange(0, 1).Draw(t, "n"), rapid.Ptr(points, true).Draw(t, "due"),
			rapid.MapOfN(names, words, 0, 2).Draw(t, "more")}
	})
	things = rapid.Custom(func(t *rapid.T) *thing {
		return &thing{
			Head: Head{No: "T1", State: State(words.Draw(t, "state")), Seq: rapid.IntRange(1, 3).Draw(t, "seq"),
				Deadlines: rapid.MapOfN(names, rapid.Custom(func(t *rapid.T) Deadline { return Deadline{ID: names.Draw(t, "id"), At: points.Draw(t, "at")} }), 0, 3).Draw(t, "deadlines")},
			Name: words.Draw(t, "name"), Count: rapid.IntRange(0, 2).Draw(t, "count"), Share: rapid.SampledFrom([]float64{0, 1.5, 1e21}).Draw(t, "share"),
			Since: rapid.SampledFrom([]time.Time{{}, time.Unix(1, 0).UTC()}).Draw(t, "since"), Owner: inners.Draw(t, "owner"),
			Clock: rapid.Ptr(inners, true).Draw(t, "clock"), Unset: rapid.Ptr(inners, true).Draw(t, "unset"),
			List: rapid.SliceOfN(inners, 0, 2).Draw(t, "list"), Words: rapid.SliceOfN(words, 0, 2).Draw(t, "words"),
			Tasks:  rapid.MapOfN(names, inners, 0, 3).Draw(t, "tasks"),
			Clocks: rapid.MapOfN(names, rapid.Ptr(inners, true), 0, 2).Draw(t, "clocks"),
			Entered: rapid.SampledFrom([]form.Input{nil, {}, {"a": "x"}, {"a": []any{"x", "y"}, "b": true}, {"b": map[string]any{"a": 1.0}}}).
				Draw(t, "entered"),
		}
	})
)

func freshThing() *thing { return &thing{} }

// The tests with these generators run one after the other: rapid writes down their names while it
// draws from them, and two at once race for that.

// TestChangeIsTheMergePatchOfTheWhole compares with taking both states apart whole.
func TestChangeIsTheMergePatchOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was, is := things.Draw(t, "was"), things.Draw(t, "is")
		got, err := change(encode(was), encode(is))
		require.NoError(t, err)
		was.Seq, is.Seq = 0, 0
		want, err := jsonpatch.CreateMergePatch(encode(was), encode(is))
		require.NoError(t, err)
		if string(want) == "{}" {
			want = nil
		}
		require.Equal(t, string(want), string(got))
	})
}

// TestEvolveIsTheWholeMerged compares with encoding, merging and decoding the whole.
func TestEvolveIsTheWholeMerged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was, is := reread(t, things.Draw(t, "was")), things.Draw(t, "is")
		before := string(encode(was))
		patch, err := change(encode(was), encode(is))
		require.NoError(t, err)
		if rapid.Bool().Draw(t, "foreign") { // of a field there is no more, and of one that never was set
			patch = json.RawMessage(`{"gone":{"a":null},"count":null,"entered":{"c":{"d":null}}}`)
		}
		got, err := Evolve(was, freshThing, Event{No: was.No, Seq: was.Seq + 1, Change: patch})
		require.NoError(t, err)
		got.Seq = was.Seq
		whole := encode(was)
		if len(patch) > 0 {
			whole, err = jsonpatch.MergePatch(whole, patch)
			require.NoError(t, err)
		}
		want := freshThing()
		require.NoError(t, json.Unmarshal(whole, want))
		require.Equal(t, want, got)
		require.Equal(t, before, string(encode(was)), "the state before stays as it was")
	})
}

// TestMembersAreThoseOfTheObject compares with the decoder, of states as they are
// encoded, and as PostgreSQL gives them back.
func TestMembersAreThoseOfTheObject(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc := encode(things.Draw(t, "thing"))
		if rapid.Bool().Draw(t, "spaced") {
			var spaced bytes.Buffer
			require.NoError(t, json.Indent(&spaced, doc, " ", "\t"))
			doc = spaced.Bytes()
		}
		requireMembers(t, doc)
	})
}

// FuzzMembers compares with the decoder, of any object.
func FuzzMembers(f *testing.F) {
	for _, seed := range []string{`{}`, ` { "a" : [1, {"b":"}"}] , "\u0061\"" : null}`, `{"a":"\\"}`, `{"a"`, `{`, ``, `[1]`, `{"a":1,`, `"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		var object map[string]json.RawMessage
		if json.Unmarshal(doc, &object) == nil && object != nil {
			requireMembers(t, doc)
		}
	})
}

func requireMembers(t require.TestingT, doc []byte) {
	var want map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(doc, &want))
	got := map[string]json.RawMessage{}
	for name, value := range members(doc) {
		got[name] = value
	}
	require.Equal(t, want, got)
}

// reread is a state as it is after it was stored.
func reread(t require.TestingT, s *thing) *thing {
	out := freshThing()
	require.NoError(t, json.Unmarshal(encode(s), out))
	return out
}
