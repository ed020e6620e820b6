package chaos

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// workflowOf is the workflow a stream is kept alive by.
func workflowOf(no string) string {
	if kind := kindOf(no); kind != "joint_session" {
		return kind + "/" + no
	}
	return "joint/" + no
}

func workflowsRun(e Evidence) Check {
	f := checking("workflows", "everything that has limits or is open has a running workflow, and none runs that the ledger does not know")
	waits := map[string]bool{}
	for _, d := range e.Ledger.Live {
		waits[d.No] = true
	}
	known := map[string]bool{}
	for no, r := range e.Ledger.Rows {
		id := workflowOf(no)
		known[id] = true
		if !r.Open && !waits[no] {
			continue
		}
		f.looked()
		if !e.Running[id] {
			f.against(no, "%s at %d has no running workflow", r.State, r.Seq)
		}
	}
	for id := range e.Running {
		if !known[id] {
			f.against("", "workflow %s runs and the ledger does not know it", id)
		}
	}
	return f.done()
}

// noneFailed sees what the product may have mended by itself since: a case whose workflow
// failed is started again, and had no clocks until then.
func noneFailed(e Evidence) Check {
	f := checking("failed", "no workflow has failed, even if it runs again")
	f.c.Looked = len(e.Running) + len(e.Broken)
	for _, id := range e.Broken {
		_, no, _ := strings.Cut(id, "/")
		f.against(no, "workflow %s did not end well", id)
	}
	return f.done()
}

// harmless is how far a request keeps from the edges of a fault to count as inside.
const harmless = 500 * time.Millisecond

// inside gives the strikes that were there all the time of a request.
func inside(strikes []Strike, a Answer) []Strike {
	return slices.DeleteFunc(slices.Clone(strikes), func(s Strike) bool {
		return a.From.Before(s.From.Add(harmless)) || a.To.After(s.To.Add(-harmless))
	})
}

// touching gives the strikes that were there at any time of a request, or just before.
func touching(strikes []Strike, a Answer) []Strike {
	return slices.DeleteFunc(slices.Clone(strikes), func(s Strike) bool {
		return !overlaps([]Strike{s}, a.From, a.To, 10*time.Second)
	})
}

// engineOnly tells whether a fault takes away the engine or the workers and leaves the
// API and the ledger alone.
func engineOnly(s Strike) bool {
	switch s.Kind {
	case KillTemporal, FreezeTemporal, KillWorker, FreezeWorker, WorkersAway:
		return true
	}
	return s.Target == engineDoor || strings.HasSuffix(s.Target, "→temporal") || strings.HasPrefix(s.Target, "worker")
}

// ledgerGone tells whether a fault leaves no API a way to the ledger.
func ledgerGone(s Strike) bool {
	return s.Kind == FreezePostgres || s.Target == "api*→postgres" && slices.Contains([]Kind{Cut, Stall, HalfOpen, Reset}, s.Kind)
}

func intakeStaysOpen(e Evidence) Check {
	f := checking("intake", "while only the engine or the workers are away, every registration, report and draft that is answered is taken in")
	for _, t := range e.Told {
		if !t.Begins() {
			continue
		}
		for _, a := range t.Answers {
			around := touching(e.Strikes, a)
			if a.Status == 0 || len(inside(e.Strikes, a)) == 0 || slices.ContainsFunc(around, func(s Strike) bool { return !engineOnly(s) }) {
				continue
			}
			if t.Op == "report" && a.Refused() {
				continue // the rules may not take a photo, or a double
			}
			f.looked()
			if a.Status != http.StatusCreated && a.Status != http.StatusAccepted {
				f.against("", "%s at %s was answered with %d %s during %s", t.Key, a.From.Format(clock), a.Status, a.Reason, around[0].Fault)
			}
		}
	}
	return f.done()
}

func awayIsHonest(e Evidence) Check {
	f := checking("away", "what cannot be done is answered with 503, never with another fault, and nothing is acknowledged while the ledger is out of reach")
	for _, t := range e.Told {
		for _, a := range t.Answers {
			f.looked()
			if a.Status >= 500 && a.Status != http.StatusServiceUnavailable {
				f.against(t.No, "%s %s at %s was answered with %d %s", t.Op, t.Key, a.From.Format(clock), a.Status, a.Reason)
			}
			for _, s := range inside(e.Strikes, a) {
				if ledgerGone(s) && a.Acknowledged() {
					f.against(t.No, "%s %s at %s was acknowledged during %s", t.Op, t.Key, a.From.Format(clock), s.Fault)
				}
			}
		}
	}
	return f.done()
}
