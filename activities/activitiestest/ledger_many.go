package activitiestest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
)

// ChangeMany implements activities.Ledger.
func (m *Memory) ChangeMany(_ context.Context, list []activities.Write) (out []activities.Written, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list = slices.SortedFunc(slices.Values(list), func(a, b activities.Write) int { return strings.Compare(a.No, b.No) })
	var decided []activities.Decision
	numbers := maps.Clone(m.numbers)
	for _, w := range list {
		s, ok := m.streams[w.No]
		if !ok || s.kind != w.Kind {
			continue
		}
		d, err := w.Decide(current{m, s})
		if err != nil {
			m.numbers = numbers // as a transaction would
			return nil, err
		}
		decided = append(decided, d)
		out = append(out, activities.Written{No: w.No, Events: d.Events})
	}
	for i, d := range decided {
		if err := m.write(out[i].No, m.streams[out[i].No], d); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// several wishes what happens to several streams, each as its number says.
func several(l activities.Ledger, decide map[string]func(activities.Current) (activities.Decision, error)) (list []activities.Write) {
	for _, no := range slices.Backward(slices.Sorted(maps.Keys(decide))) {
		list = append(list, activities.Write{Kind: kindOf(l).Name, No: no, Seq: -1, Decide: decide[no]})
	}
	return list
}

type deciding = func(activities.Current) (activities.Decision, error)

func changesMany(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	a, b, c := open(t, l, "a").No, open(t, l, "b").No, open(t, l, "c").No
	still := func(activities.Current) (activities.Decision, error) { return activities.Decision{}, nil }
	out, err := l.ChangeMany(t.Context(), several(l, map[string]deciding{
		b: still, a: Step("looked", Day), c: Step("looked", Day), number(l, "2026112399999"): Step("looked", Day)}))
	require.NoError(t, err)
	require.Len(t, out, 3, "a number nobody has is left out")
	for i, no := range []string{a, b, c} {
		assert.Equal(t, no, out[i].No)
	}
	assert.Equal(t, []int{2}, seqs(out[0].Events))
	assert.Empty(t, out[1].Events)
	for no, seq := range map[string]int{a: 2, b: 1, c: 2} {
		w, err := l.Change(t.Context(), wish(no, seq, "", Step("looked", Day)))
		require.NoError(t, err)
		assert.False(t, w.Behind, "what was answered is what was written")
		assert.Equal(t, []int{seq + 1}, seqs(w.Events))
	}
}

func manyOrNone(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	a, b := open(t, l, "a").No, open(t, l, "b").No
	fault := errors.New("cannot be decided")
	for name, bad := range map[string]deciding{
		"refused": Refusing,
		"failed":  func(activities.Current) (activities.Decision, error) { return activities.Decision{}, fault },
	} {
		_, err := l.ChangeMany(t.Context(), several(l, map[string]deciding{a: Step("looked", Day), b: bad}))
		require.Error(t, err, name)
	}
	w, err := l.Change(t.Context(), wish(a, 1, "", Step("looked", Day)))
	require.NoError(t, err)
	assert.False(t, w.Behind, "nothing was written of the other one either")
}

// manyAtOnce: two that come to the same streams at once change each of them once for
// every wish, and neither waits for the other for ever.
func manyAtOnce(t *testing.T, newLedger NewLedger) {
	l := newLedger(t)
	var nos []string
	for _, key := range strings.Split("abcdefgh", "") {
		nos = append(nos, open(t, l, key).No)
	}
	once := func(cur activities.Current) (activities.Decision, error) { // as a limit takes effect once
		c := kindOf(l).Fresh()
		if err := cur.State(c); err != nil || moved(c) > 0 {
			return activities.Decision{}, err
		}
		return Step("looked", Day)(cur)
	}
	all := map[string]deciding{}
	for _, no := range nos {
		all[no] = once
	}
	done := make(chan []activities.Written, 4)
	for range cap(done) {
		go func() {
			out, err := l.ChangeMany(context.WithoutCancel(t.Context()), several(l, all))
			assert.NoError(t, err)
			done <- out
		}()
	}
	times := map[string]int{}
	for range cap(done) {
		for _, w := range <-done {
			times[w.No] += len(w.Events)
		}
	}
	for _, no := range nos {
		assert.Equal(t, 1, times[no], no)
	}
}
