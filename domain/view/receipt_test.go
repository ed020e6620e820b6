package view_test

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/receipt"
	"huajie/domain/view"
)

// pen signs with a key that is always the same.
type pen struct{ ed25519.PrivateKey }

func newPen(letter string) pen {
	return pen{ed25519.NewKeyFromSeed([]byte(strings.Repeat(letter, ed25519.SeedSize)))}
}

func (p pen) ID() string               { return hex.EncodeToString(p.PublicKey()[:8]) }
func (p pen) PublicKey() []byte        { return p.Public().(ed25519.PublicKey) }
func (p pen) Sign(words []byte) []byte { return ed25519.Sign(p.PrivateKey, words) }
func (p pen) published() map[string]ed25519.PublicKey {
	return map[string]ed25519.PublicKey{p.ID(): p.PublicKey()}
}

// chain is a short stream of events with good hashes.
func chain(events ...machine.Event) []view.Link {
	prev, out := make([]byte, sha256.Size), []view.Link{}
	for i, e := range events {
		e.No, e.Seq = no, i+1
		content, err := json.Marshal(e)
		if err != nil {
			panic(err)
		}
		h := sha256.New()
		h.Write(prev)
		h.Write(content)
		prev = h.Sum(nil)
		out = append(out, view.Link{Event: e, Hash: hex.EncodeToString(prev), Content: string(content)})
	}
	return out
}

// receipt is a signed receipt of the case as it stands, read as anybody who gets it would.
func (d *desk) receipt(audience string) []byte {
	d.t.Helper()
	r := view.NewReceipt(d.c, chain(machine.Event{Type: "registered"}, machine.Event{Type: "noted", By: clerk}), d.rules, audience, d.now)
	require.NoError(d.t, r.Sign(newPen("a")))
	b, err := json.MarshalIndent(r, "", "  ")
	require.NoError(d.t, err)
	return b
}

// holds: whatever has happened to the case, its receipt proves its deadlines.
func (d *desk) holds() {
	d.t.Helper()
	for _, audience := range []string{receipt.ForUnit, receipt.ForPetitioner} {
		_, checks := receipt.Verify(d.receipt(audience), newPen("a").published())
		for _, c := range checks {
			require.True(d.t, c.OK, c.What.EN)
			require.NotContains(d.t, c.What.ZH+c.What.EN, "%!")
		}
	}
}

// TestAReceiptSaysWhatDoesNotHold: a document that was changed anywhere is found out, and so
// is one the house itself has counted wrongly.
func TestAReceiptSaysWhatDoesNotHold(t *testing.T) {
	t.Parallel()
	d := handled(t, nil)
	d.now = at(20, 10, 0)
	good := d.receipt(receipt.ForUnit)
	find := func(document []byte, keys map[string]ed25519.PublicKey) []string {
		_, checks := receipt.Verify(document, keys)
		var out []string
		for _, c := range checks {
			if !c.OK {
				out = append(out, c.What.EN)
			}
		}
		return out
	}
	keys := newPen("a").published()
	require.Empty(t, find(good, keys))
	require.Contains(t, string(good), `"type_zh": "已登记"`, "events are told in words")
	assert.Contains(t, find(good, nil)[0], "not compared")
	assert.Contains(t, find(good, newPen("b").published())[0], "not compared")
	assert.Contains(t, find([]byte("{}"), keys)[0], "not a receipt")
	compact, err := json.Marshal(json.RawMessage(good))
	require.NoError(t, err)
	require.Empty(t, find(compact, keys), "how it is laid out does not matter")
	twice := strings.Replace(string(good), `"no": "`, `"no": "220402G2026031800002", "no": "`, 1)
	assert.Contains(t, find([]byte(twice), keys)[0], "not a receipt", "a name given twice")
	inside := strings.Replace(string(good), `"limit": "`, `"limit": "50wd", "limit": "`, 1)
	assert.Contains(t, find([]byte(inside), keys)[0], "not a receipt", "a name given twice")
	assert.Contains(t, find(append(slices.Clone(good), good...), keys)[0], "not a receipt", "two documents")
	for name, change := range map[string][2]string{
		"a date": {`"due": "2026-03-25`, `"due": "2026-03-27`}, "the owner": {`"owner_unit": "220402`, `"owner_unit": "220403`},
		"an event": {`"type": "registered"`, `"type": "withdrawn"`}, "office hours": {`08:30-11:30`, `09:30-11:30`},
	} {
		forged := strings.Replace(string(good), change[0], change[1], 1)
		require.NotEqual(t, string(good), forged, name)
		assert.Contains(t, strings.Join(find([]byte(forged), keys), "; "), "signature", name)
	}
	// Signed all the same.
	for name, c := range map[string]struct {
		change func(*receipt.Receipt)
		says   string
	}{
		"a later date": {func(r *receipt.Receipt) { r.Clocks[0].Due = r.Clocks[0].Due.Add(time.Hour) }, "counted again due 2026-03-25 17:00"},
		"a pause that was not": {func(r *receipt.Receipt) {
			r.Clocks[0].Pauses = []calendar.Pause{{From: at(19, 9, 0), To: at(19, 11, 0)}}
		}, "counted again"},
		"other hours": {func(r *receipt.Receipt) {
			r.Calendar.Hours.Week.Thu = []calendar.Window{{From: 570, To: 690}, {From: 810, To: 1020}}
		}, "does not fit the calendar"},
		"a holiday put in": {func(r *receipt.Receipt) {
			for i := range r.Calendar.Years {
				if r.Calendar.Years[i].Year == 2026 {
					day := calendar.Date{Year: 2026, Month: 3, Day: 19}
					r.Calendar.Years[i].Holidays = append(r.Calendar.Years[i].Holidays, calendar.Span{From: day, To: day, Name: "假"})
				}
			}
		}, "counted again"},
		"a calendar that is none":        {func(r *receipt.Receipt) { r.Calendar.Hours.Week.Mon = nil }, "calendar"},
		"minutes":                        {func(r *receipt.Receipt) { r.Clocks[0].Segments[2].Minutes++ }, "does not fit the calendar"},
		"a gap":                          {func(r *receipt.Receipt) { r.Clocks[0].Segments = r.Clocks[0].Segments[1:] }, "does not fit the calendar"},
		"an event left out of the chain": {func(r *receipt.Receipt) { r.Chain = r.Chain[1:] }, "no link of the chain"},
		"the contents of an event":       {func(r *receipt.Receipt) { r.Events[1].Content = `{"type":"other"}` }, "contents of event 2"},
		"another type of an event":       {func(r *receipt.Receipt) { r.Events[1].Type = "withdrawn" }, "receipt says of event 2"},
		"another time of an event":       {func(r *receipt.Receipt) { r.Events[1].At = r.Events[1].At.Add(time.Minute) }, "receipt says of event 2"},
		"another state of an event":      {func(r *receipt.Receipt) { r.Events[1].State = "closed" }, "receipt says of event 2"},
		"an event of another chain":      {func(r *receipt.Receipt) { r.Events[1].Content, r.Events[1].Hash = "", strings.Repeat("0", 64) }, "no link of the chain"},
		"a petitioner's first event":     {func(r *receipt.Receipt) { r.For, r.Events = receipt.ForPetitioner, r.Events[1:] }, "the 1 events carried"},
		"no events":                      {func(r *receipt.Receipt) { r.Events = nil }, "the 0 events carried"},
		"the last event left out":        {func(r *receipt.Receipt) { r.Events = r.Events[:1] }, "the 1 events carried"},
		"for nobody":                     {func(r *receipt.Receipt) { r.For = "" }, "the 2 events carried"},
		"no segments":                    {func(r *receipt.Receipt) { r.Clocks[0].Segments = nil }, "its 0 segments"},
		"the last segment left out": {func(r *receipt.Receipt) {
			r.Clocks[0].Segments = r.Clocks[0].Segments[:len(r.Clocks[0].Segments)-1]
		}, "segments were counted again"},
		"a segment paused by nobody": {func(r *receipt.Receipt) { s := &r.Clocks[0].Segments[2]; s.Kind, s.Minutes = calendar.KindPaused, 0 }, "does not fit the calendar"},
		"work called a night":        {func(r *receipt.Receipt) { s := &r.Clocks[0].Segments[2]; s.Kind, s.Minutes = calendar.KindNight, 0 }, "does not fit the calendar"},
		"work called overdue":        {func(r *receipt.Receipt) { s := &r.Clocks[0].Segments[2]; s.Kind, s.Minutes = calendar.KindOverdue, 0 }, "does not fit the calendar"},
		"work called the start day":  {func(r *receipt.Receipt) { s := &r.Clocks[0].Segments[2]; s.Kind, s.Minutes = calendar.KindStartDay, 0 }, "does not fit the calendar"},
		"work called rolled":         {func(r *receipt.Receipt) { s := &r.Clocks[0].Segments[2]; s.Kind, s.Minutes = calendar.KindRolled, 0 }, "does not fit the calendar"},
		"work called kept":           {func(r *receipt.Receipt) { s := &r.Clocks[0].Segments[2]; s.Kind, s.Minutes = calendar.KindKept, 0 }, "does not fit the calendar"},
		"work called no known word":  {func(r *receipt.Receipt) { s := &r.Clocks[0].Segments[2]; s.Kind, s.Minutes = "rested", 0 }, "does not fit the calendar"},
		"the start day called work":  {func(r *receipt.Receipt) { r.Clocks[0].Segments[0].Kind = calendar.KindCounted }, "does not fit the calendar"},
		"a night called a holiday":   {func(r *receipt.Receipt) { r.Clocks[0].Segments[1].Kind = calendar.KindHoliday }, "does not fit the calendar"},
		"running and stopped":        {func(r *receipt.Receipt) { r.Clocks[0].Stopped = at(19, 10, 0) }, "when it stopped"},
		"paused by nobody":           {func(r *receipt.Receipt) { r.Clocks[0].State, r.Clocks[0].Due = "paused", time.Time{} }, "paused, there is no due date"},
		"paused and due":             {func(r *receipt.Receipt) { r.Clocks[0].State = "paused" }, "it does not run"},
		"provisional, a year off":    {func(r *receipt.Receipt) { k := &r.Clocks[0]; k.Provisional, k.Due = true, k.Due.AddDate(1, 0, 0) }, "counted again due"},
		"due beyond its bound":       {func(r *receipt.Receipt) { k := &r.Clocks[0]; k.Bound = k.Due.AddDate(0, 0, -1) }, "beyond 2026-03-24"},
		"bound beyond the statutory date": {func(r *receipt.Receipt) {
			k := r.Clocks[0]
			k.Name = "statutory"
			r.Clocks = append(r.Clocks, k)
			p := &r.Clocks[0]
			p.RunsToBound, p.Bound, p.Due = true, p.Due.AddDate(1, 0, 0), p.Due.AddDate(1, 0, 0)
		}, "beyond 2027-03-25"},
	} {
		r := view.NewReceipt(d.c, chain(machine.Event{Type: "registered"}, machine.Event{Type: "noted"}), d.rules, receipt.ForUnit, d.now)
		c.change(&r)
		require.NoError(t, r.Sign(newPen("a")))
		b, err := json.Marshal(r)
		require.NoError(t, err)
		assert.Contains(t, strings.Join(find(b, keys), "; "), c.says, name)
	}
}

// TestAReceiptOfAClockThatStopped goes to where it stopped, and leaves nothing out before.
func TestAReceiptOfAClockThatStopped(t *testing.T) {
	t.Parallel()
	d := handled(t, nil).do("liaison."+assist, "complete-task", form.Input{"result": "已核实"})
	d.now = at(20, 10, 0)
	d.do(leader, "issue-reply", form.Input{"result": "已修缮完毕", "outcome_grade": "disposed", "evidence": "照片", "legal_basis": "条例",
		"service_method": "in_person", "service_date": "2026-03-20"})
	d.now = at(24, 10, 0)
	d.holds()
	for name, c := range map[string]struct {
		change func(*receipt.Clock)
		says   string
	}{
		"no segments": {func(k *receipt.Clock) { k.Segments = nil }, "its 0 segments"},
		"a prefix":    {func(k *receipt.Clock) { k.Segments = k.Segments[:3] }, "its 3 segments"},
		"part of the last": {func(k *receipt.Clock) {
			s := &k.Segments[len(k.Segments)-1]
			s.To, s.Minutes = s.To.Add(-time.Hour), s.Minutes-60
		}, "segments were counted again"},
		"beyond its end": {func(k *receipt.Clock) {
			s := &k.Segments[len(k.Segments)-1]
			s.To, s.Minutes = s.To.Add(time.Hour), s.Minutes+60
		}, "does not fit the calendar"},
		"it does not say when": {func(k *receipt.Clock) { k.Stopped = time.Time{} }, "when it stopped"},
		"after it was issued":  {func(k *receipt.Clock) { k.Stopped = at(24, 10, 1) }, "when it stopped"},
		"earlier":              {func(k *receipt.Clock) { k.Stopped = at(19, 10, 0) }, "does not fit the calendar"},
		"later":                {func(k *receipt.Clock) { k.Stopped = at(20, 11, 0) }, "segments were counted again"},
	} {
		r := view.NewReceipt(d.c, chain(machine.Event{Type: "registered"}), d.rules, receipt.ForUnit, d.now)
		require.True(t, r.Clocks[0].Stopped.Equal(at(20, 10, 0)))
		c.change(&r.Clocks[0])
		require.NoError(t, r.Sign(newPen("a")))
		b, err := json.Marshal(r)
		require.NoError(t, err)
		var found []string
		_, checks := receipt.Verify(b, newPen("a").published())
		for _, x := range checks {
			if !x.OK {
				found = append(found, x.What.EN)
			}
		}
		require.Len(t, found, 1, name)
		assert.Contains(t, found[0], c.says, name)
	}
}

// TestAReceiptSaysWhatItDoesNotProve: it does not contradict itself, and whoever reads it
// knows what they have to believe.
func TestAReceiptSaysWhatItDoesNotProve(t *testing.T) {
	t.Parallel()
	d := handled(t, nil)
	for says, change := range map[string]func(*receipt.Clock){
		"is provisional":               func(k *receipt.Clock) { k.Provisional, k.Due = true, k.Due.AddDate(0, 0, -1) },
		"is the date a sender has set": func(k *receipt.Clock) { k.Due = k.Due.AddDate(0, 0, -1); k.Bound = k.Due },
	} {
		r := view.NewReceipt(d.c, chain(machine.Event{Type: "registered"}), d.rules, receipt.ForUnit, d.now)
		change(&r.Clocks[0])
		k := &r.Clocks[0]
		k.Segments = slices.DeleteFunc(k.Segments, func(s receipt.Segment) bool { return s.To.After(k.Due) })
		last := k.Segments[len(k.Segments)-1]
		k.Segments = append(k.Segments, receipt.Segment{From: last.To, To: k.Due, Kind: calendar.KindNight})
		if last.To.Equal(k.Due) {
			k.Segments = k.Segments[:len(k.Segments)-1]
		}
		require.NoError(t, r.Sign(newPen("a")))
		b, err := json.Marshal(r)
		require.NoError(t, err)
		_, checks := receipt.Verify(b, newPen("a").published())
		assert.True(t, receipt.Holds(checks), checks)
		var unproved []string
		for _, c := range checks {
			if c.Unproved {
				unproved = append(unproved, c.What.EN)
			}
		}
		require.Len(t, unproved, 1)
		assert.Contains(t, unproved[0], says)
	}
}

// TestThePetitionersReceipt tells what the petitioner was told or did, and names nobody.
func TestThePetitionersReceipt(t *testing.T) {
	t.Parallel()
	d := handled(t, nil)
	events := []machine.Event{{Type: "registered", By: clerk}, {Type: "noted", By: handler}, {Type: "told", By: disp, Notices: []machine.Notice{{N: "N5", To: machine.Recipient{Petitioner: no}}}}, {Type: "evaluated", By: domain.Petitioner}}
	r := view.NewReceipt(d.c, chain(events...), d.rules, receipt.ForPetitioner, d.now)
	var got []string
	for _, e := range r.Events {
		got = append(got, e.Type)
	}
	assert.Equal(t, []string{"registered", "told", "evaluated"}, got)
	assert.Len(t, r.Chain, 4, "the chain is whole all the same")
	b, err := json.Marshal(r)
	require.NoError(t, err)
	for _, name := range []string{clerk, handler, disp, "person-17", "屋面漏水"} {
		assert.NotContains(t, string(b), name)
	}
}
