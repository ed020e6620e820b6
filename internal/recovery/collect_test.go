package recovery

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain/machine"
	"huajie/store"
)

// histories are an engine that only keeps histories.
type histories struct {
	Engine
	runs map[string]Recorded
}

func (h histories) Read(_ context.Context, run Run) (Recorded, error) {
	r, ok := h.runs[run.ID]
	if !ok {
		return r, ErrNotKept
	}
	return r, nil
}

const no = "220402G2026030200001"

var start = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

// event is an event recorded some minutes after the start.
func event(seq, minute int, key string) machine.Event {
	at := start.Add(time.Duration(minute) * time.Minute)
	return machine.Event{No: no, Seq: seq, Type: "happened", At: at, RecordedAt: at, Key: key}
}

func recorded(before string, cuts []int, list ...machine.Event) Recorded {
	r := Recorded{Before: before, Events: map[int]machine.Event{}, Cuts: map[int]bool{}}
	for _, e := range list {
		r.Events[e.Seq] = e
	}
	for _, c := range cuts {
		r.Cuts[c] = true
	}
	return r
}

func gather(runs map[string]Recorded, listed ...string) collected {
	s := stack{kind: activities.KindGrievance, no: no}
	for _, id := range listed {
		s.runs = append(s.runs, Run{Kind: s.kind, No: no, ID: id})
	}
	return (&Desk{Engine: histories{runs: runs}}).collect(context.Background(), s)
}

func TestRunsThatWereContinuedAreReadToo(t *testing.T) {
	t.Parallel()
	runs := map[string]Recorded{
		"first":  recorded("", nil, event(1, 0, "r")),
		"second": recorded("first", []int{2}, event(2, 1, "a")),
		"third":  recorded("second", []int{3}, event(3, 2, "b")),
	}
	c := gather(runs, "third")
	require.Empty(t, c.fault)
	require.Equal(t, 3, c.runs)
	require.Len(t, c.events, 3)

	delete(runs, "first")
	c = gather(runs, "third")
	require.Empty(t, c.fault, "what is beyond retention is a gap, which the ledger may fill")
	require.Equal(t, 2, c.events[0].Seq)
}

func TestRunsThatTellAnEventDifferentlyAreNotBelieved(t *testing.T) {
	t.Parallel()
	other := event(2, 1, "a")
	other.By = "somebody.else"
	c := gather(map[string]Recorded{"x": recorded("", nil, event(1, 0, "r"), event(2, 1, "a")), "y": recorded("", nil, other)}, "x", "y")
	require.Equal(t, "two runs tell event 2 differently", c.fault)
}

func TestAnUnreadableHistoryIsNamed(t *testing.T) {
	t.Parallel()
	d := &Desk{Engine: sealed{}}
	c := d.collect(context.Background(), stack{kind: activities.KindGrievance, no: no, runs: []Run{{ID: "x"}}})
	require.Contains(t, c.fault, "another key")
}

type sealed struct{ Engine }

func (sealed) Read(context.Context, Run) (Recorded, error) {
	return Recorded{}, errors.New("sealed with another key")
}

// TestKeysGetTheEventsOfTheirCommit: limits that passed belong to the command
// that let them in, and to none when time came alone.
func TestKeysGetTheEventsOfTheirCommit(t *testing.T) {
	t.Parallel()
	run := recorded("", []int{2, 4, 5}, event(1, 0, "r"),
		event(2, 5, ""), event(3, 5, "a"), // a limit, then the step that let it pass
		event(4, 9, ""), // a limit alone, and in the same moment
		event(5, 9, "b"), event(6, 9, "b"))
	run.Keys = map[string]string{"a": "fa", "b": "fb", "nothing": "fn", "refused": "fr"}
	run.Done = map[string]int{"a": 3, "b": 6, "nothing": 6}
	c := gather(map[string]Recorded{"x": run}, "x")
	require.ElementsMatch(t, []store.FoundCommand{
		{Key: "r", Fingerprint: store.UnknownFingerprint, From: 1, To: 1},
		{Key: "a", Fingerprint: "fa", From: 2, To: 3},
		{Key: "b", Fingerprint: "fb", From: 5, To: 6},
		{Key: "nothing", Fingerprint: "fn", From: 7, To: 6},
	}, c.commands)
	require.Equal(t, 1, c.unknown)
}

func TestACaseThatWasSplitOffHasNoKeyOfItsOwn(t *testing.T) {
	t.Parallel()
	c := gather(map[string]Recorded{"x": recorded("", nil, event(1, 0, "split/"+no))}, "x")
	require.Empty(t, c.commands)
}

// TestALongCaseStartsWithoutItsEarlierEvents: the engine takes no more than 2 MB.
func TestALongCaseStartsWithoutItsEarlierEvents(t *testing.T) {
	t.Parallel()
	s := store.Stream{Kind: activities.KindGrievance, No: no}
	words, err := json.Marshal(map[string]string{"summary": string(make([]byte, 3000))})
	require.NoError(t, err)
	for seq := 1; seq <= 200; seq++ {
		e := event(seq, seq, "")
		e.Change = words
		s.Events = append(s.Events, e)
	}
	s.State, err = foldedTo(s, len(s.Events))
	require.NoError(t, err)
	start, short, err := continued(s)
	require.NoError(t, err)
	require.True(t, short)
	require.Empty(t, start.Events)
	require.Equal(t, 200, start.State.GetHead().Seq)

	s.Owed = 199 // what is owed is folded, whatever the size
	start, short, err = continued(s)
	require.NoError(t, err)
	require.True(t, short)
	require.Len(t, start.Events, 2)
	require.Equal(t, 198, start.State.GetHead().Seq)
}
