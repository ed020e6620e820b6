package chaos

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// Check is one thing that must hold, and what spoke against it.
type Check struct {
	Name   string   `json:"name"`
	Says   string   `json:"says"` // what must hold
	OK     bool     `json:"ok"`
	Looked int      `json:"looked_at"` // how many things were looked at
	Faults []string `json:"faults,omitempty"`
	Cases  []string `json:"cases,omitempty"` // the cases concerned, for whoever investigates
}

// Evidence is what the judge is given. It asks nobody anything.
type Evidence struct {
	Ledger  *Ledger
	Told    []Told
	Strikes []Strike
	Running map[string]bool   // workflow IDs that run, by the engine's own list
	Broken  []string          // workflow IDs that have failed, timed out or were terminated
	Opens   map[string]int    // what the public door answers to each receipt: a status
	Verify  *Verified         // what huajie verify said
	Left    []string          // processes that ended by themselves
	Again   map[string]Answer // acknowledged wishes asked for once more at the end, by key
}

// Verified is the answer of `huajie verify --json`.
type Verified struct {
	Exit     int  `json:"-"`
	Ran      bool `json:"-"`
	Streams  int  `json:"streams"`
	Events   int  `json:"events"`
	Open     int  `json:"open"`
	Findings []struct {
		Code   string `json:"code"`
		No     string `json:"no"`
		Detail string `json:"detail"`
	} `json:"findings"`
	Healed []string `json:"healed"`
	Err    string   `json:"-"`
}

// finder collects what speaks against one check.
type finder struct{ c Check }

func checking(name, says string) *finder { return &finder{Check{Name: name, Says: says}} }

func (f *finder) looked() { f.c.Looked++ }

// against notes a fault of a case ("" for none).
func (f *finder) against(no, format string, args ...any) {
	f.c.Faults = append(f.c.Faults, strings.TrimSpace(no+" "+fmt.Sprintf(format, args...)))
	if no != "" && !slices.Contains(f.c.Cases, no) {
		f.c.Cases = append(f.c.Cases, no)
	}
}

func (f *finder) done() Check {
	f.c.OK = len(f.c.Faults) == 0
	sort.Strings(f.c.Faults)
	sort.Strings(f.c.Cases)
	return f.c
}

// Judge says of everything that must hold whether it does.
func Judge(e Evidence) []Check {
	var out []Check
	for _, check := range []func(Evidence) Check{
		verifyIsClean, everybodyAnswered, registeredOnce, receiptsOpen, keysOnce, answersAgree, refusedLeftNothing, nothingUnasked, numbersWhole,
		streamsWhole, ownerNeverEmpty, noticesWhole, photosAttached, limitsOnce, dueOrder, neverEarly, lateIsMarked, nobodyOverslept, nothingOwed,
		workflowsRun, noneFailed, intakeStaysOpen, awayIsHonest, processesStay,
	} {
		out = append(out, check(e))
	}
	return out
}

func verifyIsClean(e Evidence) Check {
	f := checking("verify", "`huajie verify` finds nothing")
	if e.Verify == nil || !e.Verify.Ran {
		why := "it did not run"
		if e.Verify != nil {
			why += ": " + e.Verify.Err
		}
		f.against("", "%s", why)
		return f.done()
	}
	f.c.Looked = e.Verify.Streams
	for _, x := range e.Verify.Findings {
		f.against(x.No, "%s: %s", x.Code, x.Detail)
	}
	if e.Verify.Exit != 0 && len(e.Verify.Findings) == 0 {
		f.against("", "it ended with %d and named nothing: %s", e.Verify.Exit, e.Verify.Err)
	}
	return f.done()
}

func everybodyAnswered(e Evidence) Check {
	f := checking("answered", "every wish got a definite answer in the end")
	for _, t := range e.Told {
		f.looked()
		_, yes := t.Yes()
		if _, no := t.Refusal(); !yes && !no {
			last := "never asked"
			if n := len(t.Answers); n > 0 {
				last = fmt.Sprintf("%d times asked, at last %d %s", n, t.Answers[n-1].Status, t.Answers[n-1].Reason)
			}
			f.against(t.No, "%s %s by %s: %s", t.Op, t.Key, t.User, last)
		}
	}
	return f.done()
}

func registeredOnce(e Evidence) Check {
	f := checking("registrations", "every acknowledged registration, report and draft is in the ledger once, under the number that was told, "+
		"every conversion has made what it says, and nothing else was begun")
	mine := map[string]string{}
	for _, t := range e.Told {
		a, yes := t.Yes()
		if !t.Begins() || !yes {
			continue
		}
		f.looked()
		c, there := e.Ledger.Commands[t.Stored]
		_, row := e.Ledger.Rows[a.No]
		switch {
		case !row:
			f.against(a.No, "was acknowledged to %s and is not in the ledger", t.Key)
		case !there || c.No != a.No:
			f.against(a.No, "was acknowledged to %s, the ledger has the key for %q", t.Key, c.No)
		case mine[a.No] != "":
			f.against(a.No, "was given to %s and to %s", mine[a.No], t.Key)
		}
		mine[a.No] = t.Key
	}
	for no, from := range f.conversions(e) {
		if mine[no] != "" {
			f.against(no, "was given to %s, and is what %s became", mine[no], from)
		}
		mine[no] = from
	}
	for no, row := range e.Ledger.Rows {
		if row.Kind != "joint_session" && mine[no] == "" {
			f.against(no, "is in the ledger, but nobody was told so")
		}
	}
	return f.done()
}

// conversions gives what became of events: number → where it comes from.
func (f *finder) conversions(e Evidence) map[string]string {
	out := map[string]string{}
	for from, list := range e.Ledger.Events {
		for _, x := range list {
			for _, no := range x.Becomes {
				f.looked()
				if _, there := e.Ledger.Rows[no]; !there {
					f.against(from, "event %d %s makes %s, which is not in the ledger", x.Seq, x.Type, no)
				}
				if out[no] != "" {
					f.against(from, "event %d %s makes %s, and so did %s", x.Seq, x.Type, no, out[no])
				}
				out[no] = from
			}
		}
	}
	return out
}

func receiptsOpen(e Evidence) Check {
	f := checking("receipts", "every number of a case opens with its query code at the public door")
	for _, t := range e.Told {
		a, yes := t.Yes()
		if !t.Begins() || t.Op == "draft" || !yes {
			continue
		}
		f.looked()
		if status := e.Opens[a.No]; status != 200 || a.Code == "" {
			f.against(a.No, "query code %q is answered with %d", a.Code, status)
		}
	}
	return f.done()
}

func numbersWhole(e Evidence) Check {
	f := checking("numbers", "of every kind as many numbers were drawn as there are cases and whistles, and each has the letter of its kind")
	are := map[string]int{}
	for no, r := range e.Ledger.Rows {
		if r.Kind == "joint_session" {
			continue
		}
		f.looked()
		are[letterOf(no)]++
		if kindOf(no) != r.Kind {
			f.against(no, "is a %s", r.Kind)
		}
	}
	for letter := range kinds {
		if are[letter] != e.Ledger.Drawn[letter] {
			f.against("", "%d numbers with %s drawn, %d are there", e.Ledger.Drawn[letter], letter, are[letter])
		}
	}
	return f.done()
}

// kinds of what has a number of its own, by the letter in it. A session has the number of
// its case and more.
var kinds = map[string]string{"G": "grievance", "E": "grid_event", "W": "whistle"}

// letterOf is the letter after the six digits of the county.
func letterOf(no string) string {
	if len(no) < 7 {
		return ""
	}
	return no[6:7]
}

// kindOf is what a number stands for.
func kindOf(no string) string {
	if strings.Contains(no, "-J") {
		return "joint_session"
	}
	return kinds[letterOf(no)]
}

func processesStay(e Evidence) Check {
	f := checking("processes", "no process of the product ends by itself")
	for _, l := range e.Left {
		f.against("", "%s", l)
	}
	return f.done()
}

// overlaps tells whether a fault was there between two moments, or shortly before.
func overlaps(strikes []Strike, from, to time.Time, after time.Duration) bool {
	return slices.ContainsFunc(strikes, func(s Strike) bool { return s.From.Before(to) && s.To.Add(after).After(from) })
}
