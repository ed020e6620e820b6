package whistle_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/whistle"
	"huajie/internal/testkit/trial"
)

// The units and people of the demo rulebook that the tests use.
const (
	county   = "220402"
	township = "220402008"
	caseNo   = "220402G2026112300001"
	no       = "220402W2026112300001"

	police  = "220402-D05"
	housing = "220402-D11"
	urban   = "220402-D23"
	health  = "220402-D18"

	office     = "office.220402008"
	leader     = "tleader.220402008"
	head       = "thead.220402008"
	gridLeader = "gridlead.220402008901"
	disp       = "disp.220402"
	boss       = "director.220402"
	theLead    = "cleader.220402"
)

// bench is one whistle and its clock.
type bench struct {
	*trial.Trial[*whistle.Whistle]
	shots []evidence.Photo // beside the good one
}

// call is what a routine whistle to two departments says.
func call(more ...form.Input) form.Input {
	in := form.Input{"township": township, "kind": whistle.Routine, "place": "永安路12号楼下", "point": map[string]any{"lat": 42.9, "lon": 125.14},
		"matter": "占道经营堵塞消防通道", "why": "无执法权", "units": []any{police, urban}, "due": "2026-12-01"}
	return with(in, more...)
}

// with puts more into an input; nil takes out.
func with(in form.Input, more ...form.Input) form.Input {
	for _, m := range more {
		for k, v := range m {
			if v == nil {
				delete(in, k)
				continue
			}
			in[k] = v
		}
	}
	return in
}

// emergency turns a call into one.
var emergency = form.Input{"kind": whistle.Emergency, "due": nil}

func newBench(t trial.T, who string, more ...form.Input) *bench {
	t.Helper()
	b := &bench{Trial: trial.Begin(t, whistle.Machine, trial.Book.RulesFor(township, trial.Monday), func() ([]machine.Event, *whistle.Whistle, error) {
		return draft(t, who, more...)
	})}
	b.World = b.world
	return b
}

func draft(t trial.T, who string, more ...form.Input) ([]machine.Event, *whistle.Whistle, error) {
	t.Helper()
	return whistle.Draft(no, machine.Command{Key: "draft", Actor: trial.Actor(t, who), Input: call(more...)}, trial.Book.RulesFor(township, trial.Monday), trial.Monday)
}

// world knows one good photo, and those that were taken beside it.
func (b *bench) world() machine.World {
	w := machine.World{Photos: map[string]evidence.Photo{}}
	for _, p := range append([]evidence.Photo{b.shot("file-1")}, b.shots...) {
		w.Photos[p.ID] = p
	}
	return w
}

// shot is a photo of the place, of a minute ago.
func (b *bench) shot(id string) evidence.Photo {
	return evidence.Photo{ID: id, SHA256: id, TakenAt: b.Now.Add(-time.Minute), UploadedAt: b.Now, At: b.Case.Point, Source: evidence.Live}
}

// do and its like are steps of a trial, in a row.
func (b *bench) do(who, action string, in form.Input) *bench {
	b.T.Helper()
	b.Do(who, action, in)
	return b
}

func (b *bench) pass(to time.Time) *bench {
	b.T.Helper()
	b.Pass(to)
	return b
}

func (b *bench) expire(id string) *bench {
	b.T.Helper()
	b.Expire(id)
	return b
}

// idles lets a unit miss the limit of its next step, and the time after that as well.
func (b *bench) idles(unit string) *bench {
	b.T.Helper()
	for _, kind := range []string{"respond", "arrive", "work"} {
		if _, running := b.Case.Deadlines[kind+"."+unit]; running {
			b.expire(kind + "." + unit)
			break
		}
	}
	return b.expire("silence." + unit)
}

func (b *bench) event(typ string) machine.Event {
	b.T.Helper()
	return b.Of(b.All, typ)
}

func (b *bench) seat(unit string) whistle.Seat { return b.Case.Seats[unit] }

// cards are the cards of a unit, as "red_card S07".
func (b *bench) cards(unit string) []string {
	out := []string{}
	for _, c := range b.seat(unit).Cards {
		out = append(out, c.Kind+" "+c.Cause)
	}
	return out
}

// onSite is a position some thirty metres from the place.
var onSite = form.Input{"point": map[string]any{"lat": 42.9002, "lon": 125.1402}}

var done = form.Input{"result": "已清理", "photos": []any{"file-1"}}

// blown is a routine whistle to two units; onPlace brings a unit to the place, finished to
// its result.
func blown(t trial.T, more ...form.Input) *bench {
	t.Helper()
	return newBench(t, office, more...).do(leader, "approve-whistle", nil)
}

func (b *bench) comes(units ...string) *bench {
	b.T.Helper()
	for _, u := range units {
		b.do("liaison."+u, "respond", nil)
		b.do("handler."+u, "arrive", onSite)
	}
	return b
}

func (b *bench) finishes(units ...string) *bench {
	b.T.Helper()
	for _, u := range units {
		b.do("handler."+u, "complete-work", done)
	}
	return b
}

func (b *bench) rated(units ...string) *bench {
	b.T.Helper()
	for _, u := range units {
		b.do(leader, "evaluate-unit", form.Input{"unit": u, "arrival": 5.0, "attitude": 4.0, "result": 3.0})
	}
	return b
}

// told is what the whistle has told its case.
func (b *bench) told() []string {
	out := []string{}
	for _, e := range b.All {
		for _, f := range e.Effects {
			require.Equal(b.T, machine.EffectTell, f.Kind)
			require.Equal(b.T, caseNo, f.To)
			out = append(out, f.Action+" "+f.Input.Text("whistle_state"))
		}
	}
	return out
}
