package activitiestest

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// NewLedger makes an empty ledger that knows the users.
type NewLedger func(t *testing.T, users ...org.User) activities.Ledger

// TestLedger is what every ledger must do, by the words of activities.Ledger.
func TestLedger(t *testing.T, newLedger NewLedger) {
	for _, kind := range casekind.All() {
		t.Run(kind.Name, func(t *testing.T) { conform(t, kind, newLedger) })
	}
	for name, test := range map[string]func(*testing.T, NewLedger){
		"a session is a stream of its own":   sessions,
		"a whistle is a stream of its own":   whistles,
		"a decision may look things up":      lookups,
		"a split is written with its origin": split,
		"a report may look around":           lookAround,
		"kinds of case have numbers apart":   apart,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newLedger)
		})
	}
}

// ofKind is a ledger in a test that is about one kind of case.
type ofKind struct {
	activities.Ledger
	casekind.Kind
}

// kindOf is the kind of case a test is about: of grievances, unless it says so.
func kindOf(l activities.Ledger) casekind.Kind {
	if of, ok := l.(ofKind); ok {
		return of.Kind
	}
	k, _ := casekind.Named(activities.KindGrievance)
	return k
}

// number is a case number of the kind a test is about.
func number(l activities.Ledger, rest string) string { return "220402" + kindOf(l).Letter + rest }

// conform runs what holds for the streams of every kind of case.
func conform(t *testing.T, kind casekind.Kind, some NewLedger) {
	newLedger := func(t *testing.T, users ...org.User) activities.Ledger { return ofKind{some(t, users...), kind} }
	for name, test := range map[string]func(*testing.T, NewLedger){
		"create draws a number and a query code":        createDraws,
		"create is exactly once":                        createOnce,
		"a double tap makes one case":                   doubleTap,
		"a refused registration leaves nothing":         createRefused,
		"a stream begins once":                          beginsOnce,
		"change appends and carries the state":          changeAppends,
		"change is exactly once":                        changeOnce,
		"a key serves one request":                      keyServesOne,
		"a writer that is behind gets what it missed":   behind,
		"a writer that is ahead is told to wait":        ahead,
		"a refusal changes nothing":                     refusalChangesNothing,
		"a wrong decision changes nothing":              wrongDecision,
		"a deadline that does nothing changes nothing":  nothingDecided,
		"an unanswered command may be asked anew":       unanswered,
		"an unknown stream is not found":                unknownStream,
		"writers of one stream take turns":              writersTakeTurns,
		"one of two writers wins":                       oneWins,
		"one wish at the same time is carried out once": wishOnce,
		"many streams are changed together":             changesMany,
		"many are changed, or none":                     manyOrNone,
		"many at once take effect once":                 manyAtOnce,
		"numbers are unique and without gaps":           numbers,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newLedger)
		})
	}
}

// open registers one case under a key.
func open(t *testing.T, l activities.Ledger, key string, change ...func(*grievance.Case)) activities.Written {
	t.Helper()
	w, err := l.Create(t.Context(), registration(l, key, change...))
	require.NoError(t, err)
	return w
}

func registration(l activities.Ledger, key string, change ...func(*grievance.Case)) activities.NewStream {
	w := activities.NewStream{
		Kind: kindOf(l).Name, Place: "220402", Letter: kindOf(l).Letter, Day: Day, Key: key, Fingerprint: "f",
		Intake: &activities.Intake{}, Decide: Opening(Day, change...),
	}
	if w.Kind == activities.KindGridEvent {
		w.Decide = Reporting(Day)
	}
	return w
}

// wish is a change of a case under a key.
func wish(no string, seq int, key string, decide func(activities.Current) (activities.Decision, error)) activities.Write {
	kind, _ := casefile.KindOf(no)
	return activities.Write{Kind: kind, No: no, Seq: seq, Key: key, Fingerprint: "f", Decide: decide}
}

// never is a decision that must not be asked for.
func never(t *testing.T) func(activities.Current) (activities.Decision, error) {
	return func(activities.Current) (activities.Decision, error) {
		t.Error("decided, though there is nothing to decide")
		return activities.Decision{}, errors.New("not to be called")
	}
}

// equal compares events by what they say, not by how their JSON is laid out.
func equal(t *testing.T, want, got []machine.Event) {
	t.Helper()
	a, err := json.Marshal(want)
	require.NoError(t, err)
	b, err := json.Marshal(got)
	require.NoError(t, err)
	assert.JSONEq(t, string(a), string(b))
}

// seqs are the sequences of events.
func seqs(events []machine.Event) []int {
	out := []int{}
	for _, e := range events {
		out = append(out, e.Seq)
	}
	return out
}

func createDraws(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	w := open(t, l, "k1")
	assert.Equal(t, number(l, "2026112300001"), w.No)
	assert.Regexp(t, `^[2-9A-HJ-NP-Z]{8}$`, w.QueryCode)
	assert.False(t, w.Repeated)
	require.Len(t, w.Events, 1)
	assert.Equal(t, w.No, w.Events[0].No)
	assert.Equal(t, 1, w.Events[0].Seq)

	next := open(t, l, "k2")
	assert.Equal(t, number(l, "2026112300002"), next.No)
	assert.NotEqual(t, w.QueryCode, next.QueryCode)

	late := registration(l, "k3")
	late.Day = Day.Add(15 * time.Hour) // midnight in Liaoyuan
	third, err := l.Create(t.Context(), late)
	require.NoError(t, err)
	assert.Equal(t, number(l, "2026112400001"), third.No)
}

func createOnce(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	first := open(t, l, "k")
	again := registration(l, "k")
	again.Decide = func(string) (activities.Decision, error) {
		t.Error("decided twice")
		return activities.Decision{}, errors.New("not to be called")
	}
	second, err := l.Create(t.Context(), again)
	require.NoError(t, err)
	assert.True(t, second.Repeated)
	assert.Equal(t, first.No, second.No)
	assert.Equal(t, first.QueryCode, second.QueryCode)
	equal(t, first.Events, second.Events)

	again.Fingerprint = "another"
	_, err = l.Create(t.Context(), again)
	assert.Equal(t, domain.CodeKeyReused, domain.CodeOf(err))

	a, b := open(t, l, ""), open(t, l, "")
	assert.NotEqual(t, a.No, b.No, "without a key every registration is a wish of its own")
}

func createRefused(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	refused := registration(l, "k")
	refused.Decide = func(string) (activities.Decision, error) { return Refusing(nil) }
	_, err := l.Create(t.Context(), refused)
	assert.Equal(t, "not_today", domain.ReasonOf(err))
	assert.Equal(t, number(l, "2026112300001"), open(t, l, "k").No, "neither number nor key is used up")
}

func beginsOnce(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	w := open(t, l, "k")
	again := registration(l, "other")
	again.No = w.No
	_, err := l.Create(t.Context(), again)
	assert.Equal(t, domain.CodeConflict, domain.CodeOf(err))
}

func changeAppends(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	no := open(t, l, "k").No
	for i := range 3 {
		w, err := l.Change(t.Context(), wish(no, i+1, "", Step("looked", Day)))
		require.NoError(t, err)
		assert.Equal(t, []int{i + 2}, seqs(w.Events))
	}
	c := kindOf(l).Fresh()
	_, err := l.Change(t.Context(), wish(no, 4, "", func(cur activities.Current) (activities.Decision, error) {
		require.NoError(t, cur.State(c))
		return Refusing(cur)
	}))
	require.Error(t, err)
	assert.Equal(t, 3, moved(c))
	assert.Equal(t, 4, c.GetHead().Seq)
	assert.Equal(t, no, c.GetHead().No)
	assert.Contains(t, c.GetHead().Deadlines, "triage")
}

func changeOnce(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	no := open(t, l, "k").No
	first, err := l.Change(t.Context(), wish(no, 1, "w1", Step("looked", Day)))
	require.NoError(t, err)
	second, err := l.Change(t.Context(), wish(no, 2, "w2", Step("called", Day)))
	require.NoError(t, err)

	again, err := l.Change(t.Context(), wish(no, 1, "w1", never(t)))
	require.NoError(t, err)
	assert.True(t, again.Repeated)
	assert.False(t, again.Behind)
	equal(t, append(first.Events, second.Events...), again.Events)

	folded, err := l.Change(t.Context(), wish(no, 3, "w1", never(t)))
	require.NoError(t, err)
	assert.True(t, folded.Repeated)
	assert.Empty(t, folded.Events, "a writer that has folded everything misses nothing")

	own, err := l.Change(t.Context(), wish(no, -1, "w1", never(t)))
	require.NoError(t, err)
	equal(t, first.Events, own.Events)
}

func keyServesOne(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	a, b := open(t, l, "a").No, open(t, l, "b").No
	_, err := l.Change(t.Context(), wish(a, 1, "w", Step("looked", Day)))
	require.NoError(t, err)

	other := wish(a, 2, "w", never(t))
	other.Fingerprint = "another"
	_, err = l.Change(t.Context(), other)
	assert.Equal(t, domain.CodeKeyReused, domain.CodeOf(err))
	_, err = l.Change(t.Context(), wish(b, 1, "w", never(t)))
	assert.Equal(t, domain.CodeKeyReused, domain.CodeOf(err), "another case is another request")
	_, err = l.Change(t.Context(), wish(a, 2, "a", never(t)))
	require.NoError(t, err, "the key of the registration belongs to this case")
}

func behind(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	no := open(t, l, "k").No
	first, err := l.Change(t.Context(), wish(no, 1, "", Step("looked", Day)))
	require.NoError(t, err)
	second, err := l.Change(t.Context(), wish(no, 2, "", Step("called", Day)))
	require.NoError(t, err)

	w, err := l.Change(t.Context(), wish(no, 1, "new", never(t)))
	require.NoError(t, err)
	assert.True(t, w.Behind)
	equal(t, append(first.Events, second.Events...), w.Events)

	w, err = l.Change(t.Context(), wish(no, 3, "new", Step("moved", Day)))
	require.NoError(t, err)
	assert.False(t, w.Behind)
	assert.Equal(t, []int{4}, seqs(w.Events))
}

func ahead(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	no := open(t, l, "k").No
	_, err := l.Change(t.Context(), wish(no, 7, "w", never(t)))
	assert.Equal(t, domain.CodeUnavailable, domain.CodeOf(err))
}

func refusalChangesNothing(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	no := open(t, l, "k").No
	_, err := l.Change(t.Context(), wish(no, 1, "w", func(cur activities.Current) (activities.Decision, error) {
		if _, err := cur.NewNo("220402", "G", Day); err != nil {
			return activities.Decision{}, err
		}
		return Refusing(cur)
	}))
	var refused *domain.Error
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, domain.Refuse("not_today", "G0", "今天不行", "not today"), refused)

	w, err := l.Change(t.Context(), wish(no, 1, "w", Step("looked", Day)))
	require.NoError(t, err)
	assert.False(t, w.Repeated, "a refused wish may be made again under its key")
	assert.Equal(t, []int{2}, seqs(w.Events))
	assert.Equal(t, number(l, "2026112300002"), open(t, l, "k2").No, "the number drawn went back")
}

func wrongDecision(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	no := open(t, l, "k").No
	for name, spoil := range map[string]func(*activities.Decision){
		"gap":           func(d *activities.Decision) { d.Events[0].Seq++ },
		"another case":  func(d *activities.Decision) { d.Events[0].No = number(l, "2026112300009") },
		"another state": func(d *activities.Decision) { d.State.GetHead().Seq = 9 },
		"no state":      func(d *activities.Decision) { d.State = nil },
	} {
		_, err := l.Change(t.Context(), wish(no, 1, "w", func(cur activities.Current) (activities.Decision, error) {
			d, err := Step("looked", Day)(cur)
			spoil(&d)
			return d, err
		}))
		assert.Error(t, err, name)
	}
	w, err := l.Change(t.Context(), wish(no, 1, "w", Step("looked", Day)))
	require.NoError(t, err)
	assert.Equal(t, []int{2}, seqs(w.Events))
}

func nothingDecided(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	no := open(t, l, "k").No
	w, err := l.Change(t.Context(), wish(no, 1, "", func(activities.Current) (activities.Decision, error) { return activities.Decision{}, nil }))
	require.NoError(t, err)
	assert.Empty(t, w.Events)
	w, err = l.Change(t.Context(), wish(no, 1, "", Step("looked", Day)))
	require.NoError(t, err)
	assert.Equal(t, []int{2}, seqs(w.Events))
}

func unanswered(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	no := open(t, l, "k").No
	w, err := l.Change(t.Context(), wish(no, 1, "w", func(cur activities.Current) (activities.Decision, error) {
		d, err := Step("limit_passed", Day)(cur)
		d.Unanswered = true
		return d, err
	}))
	require.NoError(t, err)
	assert.True(t, w.Behind, "the writer folds this first")
	assert.Equal(t, []int{2}, seqs(w.Events))
	w, err = l.Change(t.Context(), wish(no, 2, "w", Step("looked", Day)))
	require.NoError(t, err)
	assert.False(t, w.Behind || w.Repeated, "the key was not used up")
	assert.Equal(t, []int{3}, seqs(w.Events))
}

func unknownStream(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	_, err := l.Change(t.Context(), wish(number(l, "2026112300404"), 0, "w", never(t)))
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err))
	_, err = l.Change(t.Context(), wish(number(l, "2026112300404"), 3, "w", never(t)))
	assert.Equal(t, domain.CodeUnavailable, domain.CodeOf(err), "the writer has folded events: the ledger was lost")
	assert.Equal(t, "ledger_behind", domain.ReasonOf(err))
	no := open(t, l, "k").No
	w := wish(no, 0, "w", never(t))
	w.Kind = activities.KindSession
	_, err = l.Change(t.Context(), w)
	assert.Equal(t, domain.CodeNotFound, domain.CodeOf(err), "a case is no session")
}
