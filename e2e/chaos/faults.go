package chaos

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Kind is what can go wrong.
type Kind string

// The kinds of faults.
const (
	KillAPI        Kind = "kill-api"
	KillWorker     Kind = "kill-worker"
	KillTemporal   Kind = "kill-temporal"
	KillPostgres   Kind = "kill-postgres"
	FreezeAPI      Kind = "freeze-api"
	FreezeWorker   Kind = "freeze-worker"
	FreezeTemporal Kind = "freeze-temporal"
	FreezePostgres Kind = "freeze-postgres"
	Cut            Kind = "cut"       // connections closed, new ones refused
	Stall          Kind = "stall"     // what is sent vanishes, both ways
	HalfOpen       Kind = "half-open" // requests arrive, answers vanish
	Slow           Kind = "slow"      // latency with jitter
	Trickle        Kind = "trickle"   // a few kilobytes a second
	Reset          Kind = "reset"     // connections reset as soon as they are used
	Truncate       Kind = "truncate"  // answers end in the middle
	DiskFull       Kind = "disk-full"
	WorkersAway    Kind = "workers-away" // all of them, for longer than a minute
	LedgerAway     Kind = "ledger-away"  // the workers' ledger for as long, and then they are killed
)

// Kinds are all of them, in the order of the report.
func Kinds() []Kind {
	return []Kind{KillAPI, KillWorker, KillTemporal, KillPostgres, FreezeAPI, FreezeWorker, FreezeTemporal, FreezePostgres,
		Cut, Stall, HalfOpen, Slow, Trickle, Reset, Truncate, DiskFull, WorkersAway, LedgerAway}
}

// Fault is one thing that goes wrong.
type Fault struct {
	N      int           `json:"n"`
	Kind   Kind          `json:"kind"`
	Target string        `json:"target,omitempty"`
	After  time.Duration `json:"after"` // from the beginning of the load
	For    time.Duration `json:"for"`
	Amount int           `json:"amount,omitempty"` // milliseconds, kilobytes or bytes
}

// String is one line of the schedule.
func (f Fault) String() string {
	return fmt.Sprintf("#%d %s %s for %s", f.N, f.Kind, f.Target, f.For.Round(100*time.Millisecond))
}

// The targets of a kind: one process, all of a role, or the connections of one or of all.
func targets(k Kind) []string {
	links := func(server string) []string {
		return []string{"api1→" + server, "api2→" + server, "api*→" + server, "worker1→" + server, "worker2→" + server, "worker*→" + server}
	}
	switch k {
	case KillAPI, FreezeAPI:
		return []string{"api1", "api2", "api*"}
	case KillWorker, FreezeWorker:
		return []string{"worker1", "worker2", "worker*"}
	case KillTemporal, FreezeTemporal:
		return []string{"temporal"}
	case KillPostgres, FreezePostgres:
		return []string{"postgres"}
	case WorkersAway:
		return []string{"worker*"}
	case LedgerAway:
		return []string{"worker*→postgres"}
	case DiskFull:
		return []string{"disk"}
	}
	return append(append(links("postgres"), links("temporal")...), engineDoor)
}

// Between two faults of the main line.
const (
	shortestCalm, longestCalm = 2 * time.Second, 7 * time.Second
	// roundCalm is long enough to see a limit that waits though nothing is wrong.
	roundCalm = 2 * time.Minute
)

// Schedule is what goes wrong in a run, decided by the seed alone. Faults follow one
// another with a calm in between; now and then a process is killed in the middle of
// another one, and after every round nothing goes wrong for more than a minute. What is
// away for longer than that runs beside the line.
func Schedule(seed uint64, total time.Duration, kinds []Kind) []Fault {
	r := rand.New(rand.NewPCG(seed, 0xfa017))
	dark := func(k Kind) bool { return k == WorkersAway || k == LedgerAway }
	line := slices.DeleteFunc(slices.Clone(kinds), dark)
	var out []Fault
	at := 3 * time.Second
	for bag := []Kind(nil); len(line) > 0; {
		if len(bag) == 0 { // every kind once before any comes again
			bag = slices.Clone(line)
			r.Shuffle(len(bag), func(i, j int) { bag[i], bag[j] = bag[j], bag[i] })
		}
		f := draw(r, bag[0])
		bag = bag[1:]
		if f.After = at; at+f.For > total {
			break
		}
		out = append(out, f)
		if second, ok := beside(r, f, line); ok && second.After+second.For <= total {
			out = append(out, second)
		}
		at += f.For + between(r, shortestCalm, longestCalm)
		if len(bag) == 0 {
			at += roundCalm
		}
	}
	out = append(out, darkness(r, total, slices.DeleteFunc(slices.Clone(kinds), func(k Kind) bool { return !dark(k) }))...)
	slices.SortStableFunc(out, func(a, b Fault) int { return int(a.After - b.After) })
	for i := range out {
		out[i].N = i + 1
	}
	return out
}

func between(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least)))
}

// draw makes one fault of a kind. Most are short; some outlast every timeout inside.
func draw(r *rand.Rand, k Kind) Fault {
	all := targets(k)
	f := Fault{Kind: k, Target: all[r.IntN(len(all))], For: between(r, time.Second, 5*time.Second)}
	long := r.IntN(6) == 0
	switch k {
	case KillTemporal, KillPostgres:
		f.For = between(r, 500*time.Millisecond, 2*time.Second) // the stack brings them back by itself
		long = false
	case Slow:
		f.Amount = 100 + r.IntN(900)
	case Trickle:
		f.Amount = 1 + r.IntN(16)
	case Truncate:
		f.Amount = 200 + r.IntN(6000)
	}
	if long && f.Target != engineDoor { // Temporal itself may be given up on after half a minute
		f.For = between(r, 10*time.Second, 25*time.Second)
	}
	return f
}

// beside is a process killed while something else is wrong.
func beside(r *rand.Rand, f Fault, kinds []Kind) (Fault, bool) {
	role := KillWorker
	if r.IntN(2) == 0 {
		role = KillAPI
	}
	if r.IntN(4) != 0 || !slices.Contains(kinds, role) || f.Kind == role || slices.Contains([]Kind{FreezeAPI, FreezeWorker, KillAPI, KillWorker}, f.Kind) {
		return Fault{}, false
	}
	second := draw(r, role)
	second.After = f.After + time.Duration(r.Int64N(int64(f.For)))
	second.For = min(second.For, 3*time.Second)
	return second, true
}

// darkness is the workers, or their ledger, away for so long that limits take effect late
// by the system: one after the other, every few minutes.
func darkness(r *rand.Rand, total time.Duration, kinds []Kind) []Fault {
	const every = 5 * time.Minute
	var out []Fault
	r.Shuffle(len(kinds), func(i, j int) { kinds[i], kinds[j] = kinds[j], kinds[i] })
	for at := between(r, 15*time.Second, 25*time.Second); len(kinds) > 0 && at+80*time.Second < total; at += every {
		k := kinds[len(out)%len(kinds)]
		out = append(out, Fault{Kind: k, Target: targets(k)[0], After: at, For: between(r, 66*time.Second, 75*time.Second)})
	}
	return out
}
