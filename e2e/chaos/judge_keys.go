package chaos

import (
	"slices"
	"strings"
)

func keysOnce(e Evidence) Check {
	f := checking("keys", "every acknowledged key is in the ledger exactly once, with the events that were told")
	for _, t := range e.Told {
		a, yes := t.Yes()
		if !yes {
			continue
		}
		f.looked()
		no := t.No
		if no == "" {
			no = a.No
		}
		c, there := e.Ledger.Commands[t.Stored]
		if !there || c.No != no {
			f.against(no, "%s %s was acknowledged, the ledger does not have it", t.Op, t.Key)
			continue
		}
		if a.Seq != c.To {
			f.against(no, "%s %s was answered with version %d, the ledger has it up to %d", t.Op, t.Key, a.Seq, c.To)
		}
		f.events(e, t, c)
	}
	return f.done()
}

// events sees that the events of a key stand where its record says, and nowhere else.
func (f *finder) events(e Evidence, t Told, c Command) {
	found := 0
	for _, x := range e.Ledger.Events[c.No] {
		if x.Key != t.Stored {
			continue
		}
		found++
		if x.Seq < c.From || x.Seq > c.To {
			f.against(c.No, "%s %s: event %d carries its key, its record says %d to %d", t.Op, t.Key, x.Seq, c.From, c.To)
		}
	}
	if found == 0 && c.To >= c.From {
		f.against(c.No, "%s %s: events %d to %d do not carry its key", t.Op, t.Key, c.From, c.To)
	}
}

func answersAgree(e Evidence) Check {
	f := checking("answers", "a wish never gets two different answers")
	for _, t := range e.Told {
		first, yes := t.Yes()
		if !yes {
			continue
		}
		f.looked()
		answers := t.Answers
		if again, asked := e.Again[t.Key]; asked {
			answers = append(answers[:len(answers):len(answers)], again)
		}
		for _, a := range answers {
			switch {
			case a.Refused():
				f.against(t.No, "%s %s was acknowledged, and refused with %d %s", t.Op, t.Key, a.Status, a.Reason)
			case a.Acknowledged() && (a.Seq != first.Seq || a.No != first.No || a.Code != first.Code):
				f.against(t.No, "%s %s was answered with %s at %d, then with %s at %d", t.Op, t.Key, first.No, first.Seq, a.No, a.Seq)
			}
		}
	}
	return f.done()
}

func refusedLeftNothing(e Evidence) Check {
	f := checking("refusals", "what was refused has left nothing")
	for _, t := range e.Told {
		a, no := t.Refusal()
		if !no {
			continue
		}
		f.looked()
		if c, there := e.Ledger.Commands[t.Stored]; there {
			f.against(c.No, "%s %s was refused with %d %s, and is in the ledger at %d", t.Op, t.Key, a.Status, a.Reason, c.From)
		}
	}
	return f.done()
}

// nothingUnasked looks from the other side: every key of the ledger is one of ours, or
// one the product makes for a consequence, "case:event:effect". What an event became was
// written with it, and is under its key.
func nothingUnasked(e Evidence) Check {
	f := checking("unasked", "nothing is in the ledger that nobody asked for, and nothing under a key without a record")
	known := map[string]bool{}
	for _, t := range e.Told {
		known[t.Stored] = true
	}
	for key, c := range e.Ledger.Commands {
		f.looked()
		if !known[key] && !strings.Contains(key, ":") {
			f.against(c.No, "key %s was never minted", key)
		}
	}
	for no, list := range e.Ledger.Events {
		for _, x := range list {
			if _, there := e.Ledger.Commands[x.Key]; x.Key != "" && !there && !becameUnder(e.Ledger, x) {
				f.against(no, "event %d carries key %s, which has no record", x.Seq, x.Key)
			}
		}
	}
	return f.done()
}

// becameUnder tells whether an event of a case carries the key of the step that made the
// case, with the number of the case after it.
func becameUnder(l *Ledger, x Event) bool {
	key, no, _ := strings.Cut(x.Key, "/")
	c, there := l.Commands[key]
	return there && no == x.No && slices.ContainsFunc(l.Events[c.No], func(of Event) bool { return of.Key == key && slices.Contains(of.Becomes, no) })
}

// noticesWhole counts them: nobody hears twice, and nobody not at all.
func noticesWhole(e Evidence) Check {
	f := checking("notices", "of every event there are as many notices as it says")
	for no, list := range e.Ledger.Events {
		for _, x := range list {
			f.looked()
			if n := e.Ledger.Notices[no][x.Seq]; n != x.Notices {
				f.against(no, "event %d %s tells %d, there are %d notices", x.Seq, x.Type, x.Notices, n)
			}
		}
	}
	return f.done()
}

// photosAttached looks for what was shown with an acknowledged wish.
func photosAttached(e Evidence) Check {
	f := checking("photos", "every photo shown with an acknowledged wish is whole, and attached to the case by it")
	for _, t := range e.Told {
		if _, yes := t.Yes(); !yes {
			continue
		}
		c := e.Ledger.Commands[t.Stored]
		for _, id := range t.Photos {
			f.looked()
			if seq, there := e.Ledger.Photos[c.No+"/"+id]; !there || seq < c.From || seq > c.To {
				f.against(c.No, "%s %s showed photo %s, which is not among those of events %d to %d", t.Op, t.Key, id, c.From, c.To)
			}
		}
	}
	return f.done()
}
