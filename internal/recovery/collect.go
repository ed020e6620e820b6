package recovery

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/whistle"
	"huajie/store"
)

// collected is a stream as the histories of its runs give it.
type collected struct {
	kind, no string
	events   []machine.Event
	groups   []group
	commands []store.FoundCommand
	unknown  int // commands whose request is not known
	runs     int
	fault    string
}

// group is what one commit wrote.
type group struct {
	key      string
	from, to int
}

// collect reads every run of a stream, those a listed one continued included. A
// run that is beyond retention leaves a gap, which the ledger may fill.
func (d *Desk) collect(ctx context.Context, s stack) collected {
	c := collected{kind: s.kind, no: s.no}
	events, cuts := map[int]machine.Event{}, map[int]bool{}
	keys, done := map[string]string{}, map[string]int{}
	read := map[string]bool{}
	for todo := slices.Clone(s.runs); len(todo) > 0; todo = todo[1:] {
		run := todo[0]
		if read[run.ID] {
			continue
		}
		read[run.ID] = true
		r, err := d.Engine.Read(ctx, run)
		if errors.Is(err, ErrNotKept) {
			continue
		}
		if err != nil {
			c.fault = fmt.Sprintf("the history of run %s cannot be read: %v", run.ID, err)
			return c
		}
		c.runs++
		if what := clash(c.kind, events, r.Events); what != "" {
			c.fault = what
			return c
		}
		maps.Copy(events, r.Events)
		maps.Copy(cuts, r.Cuts)
		maps.Copy(done, r.Done)
		for key, request := range r.Keys {
			if keys[key] == "" {
				keys[key] = request
			}
		}
		if r.Before != "" {
			todo = append(todo, Run{Kind: s.kind, No: s.no, ID: r.Before})
		}
	}
	for _, seq := range slices.Sorted(maps.Keys(events)) {
		c.events = append(c.events, events[seq])
	}
	c.groups = grouped(c.events, cuts)
	c.name(keys, done)
	return c
}

// clash finds an event two runs tell differently; it cannot be decided here
// which of them is right.
func clash(kind string, known, more map[int]machine.Event) string {
	for seq, e := range more {
		if k, ok := known[seq]; ok && !store.SameEvent(kind, k, e) {
			return fmt.Sprintf("two runs tell event %d differently", seq)
		}
	}
	return ""
}

// grouped tells which events were written together: a commit begins where a
// history says so, where the time of recording changes, and after the last
// event of a key.
func grouped(events []machine.Event, cuts map[int]bool) []group {
	var out []group
	for i, e := range events {
		starts := i == 0 || cuts[e.Seq] || e.Seq != events[i-1].Seq+1 ||
			!e.RecordedAt.Equal(events[i-1].RecordedAt) || events[i-1].Key != "" && e.Key != events[i-1].Key
		if starts {
			out = append(out, group{from: e.Seq})
		}
		g := &out[len(out)-1]
		g.to, g.key = e.Seq, e.Key
	}
	return out
}

// name gives every key the events it was used for, and the request where an
// update brought it. A key that was answered without an event is kept as well.
func (c *collected) name(fingerprints map[string]string, done map[string]int) {
	known := map[string]bool{}
	for i, g := range c.groups {
		if g.key == "" || known[g.key] || store.SplitOff(c.events[c.at(g.from)]) {
			continue
		}
		known[g.key] = true
		request := fingerprints[g.key]
		if i == 0 && c.kind != activities.KindSession { // registered by the api, whose request is in no history
			request = store.UnknownFingerprint
			c.unknown++
		}
		c.commands = append(c.commands, store.FoundCommand{Key: g.key, Fingerprint: request, From: g.from, To: g.to})
	}
	for key, seq := range done {
		if key != "" && !known[key] {
			c.commands = append(c.commands, store.FoundCommand{Key: key, Fingerprint: fingerprints[key], From: seq + 1, To: seq})
		}
	}
}

// at is the index of the event of a sequence.
func (c *collected) at(seq int) int {
	i, _ := slices.BinarySearchFunc(c.events, seq, func(e machine.Event, seq int) int { return e.Seq - seq })
	return i
}

// renderer writes the notices of events again, with the rules and the state
// they were written with.
func (d *Desk) renderer(c collected, name func(string) (domain.Text, bool)) func([]machine.Event, []int) ([]notice.Message, error) {
	return func(stream []machine.Event, added []int) ([]notice.Message, error) {
		wanted := map[int]bool{}
		for _, seq := range added {
			wanted[seq] = true
		}
		ends := map[int]bool{len(stream): true}
		for _, g := range c.groups {
			ends[g.from-1], ends[g.to] = true, true
		}
		kind, isCase := casekind.Named(c.kind)
		if c.kind == activities.KindWhistle {
			return render(stream, wanted, ends, whistle.Fresh, func(_, w *whistle.Whistle, e machine.Event) (notice.About, *machine.Rules) {
				rules := d.Book.Rules(w.Township, "", e.RecordedAt)
				return notice.FromWhistle(w, rules), rules
			})
		}
		if !isCase {
			return render(stream, wanted, ends, joint.Fresh, func(_, s *joint.Session, e machine.Event) (notice.About, *machine.Rules) {
				rules := d.Book.Rules(s.County, "", e.RecordedAt)
				return notice.FromSession(s, rules), rules
			})
		}
		return render(stream, wanted, ends, kind.Fresh, func(before, k casefile.Case, e machine.Event) (notice.About, *machine.Rules) {
			was := before.Card()
			area := was.Area
			if area == "" { // its registration
				area = k.Card().Area
			}
			rules := d.Book.Rules(area, was.JudgedBy(), was.JudgedAt(e.RecordedAt))
			if store.SplitOff(e) { // its receipt has never named anybody
				return notice.FromCase(k, rules), rules
			}
			return notice.FromCase(k, rules).Named(name), rules
		})
	}
}

// namer looks up how users are called, each once; whose account is gone is not
// named.
func (d *Desk) namer(ctx context.Context) func(string) (domain.Text, bool) {
	type answer struct {
		name  domain.Text
		known bool
	}
	asked := map[string]answer{"": {}}
	return func(username string) (domain.Text, bool) {
		a, ok := asked[username]
		if !ok {
			u, err := d.Ledger.UserNamed(ctx, username)
			a = answer{domain.Text{ZH: u.ZH, EN: u.EN}, err == nil}
			asked[username] = a
		}
		return a.name, a.known
	}
}

// render folds a stream commit by commit and renders the notices wanted.
func render[S machine.Subject](stream []machine.Event, wanted, ends map[int]bool, fresh func() S,
	about func(before, after S, last machine.Event) (notice.About, *machine.Rules)) ([]notice.Message, error) {
	var out []notice.Message
	before, state := fresh(), fresh()
	var open []machine.Event
	var err error
	for _, e := range stream {
		if state, err = machine.Evolve(state, fresh, e); err != nil {
			return nil, err
		}
		open = append(open, e)
		if !ends[e.Seq] {
			continue
		}
		what, rules := about(before, state, e)
		for _, m := range notice.RenderAll(open, what, rules) {
			if wanted[m.Seq] {
				out = append(out, m)
			}
		}
		before, open = state, nil
	}
	return out, nil
}
