package gridevent_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/gridevent"
	"huajie/domain/machine"
)

// graph is §3.3 written down again by hand, and nothing of the table of steps: which
// ways there are and by which rule each may be taken.
var graph = func() map[[2]machine.State][]string {
	g := map[[2]machine.State][]string{
		{"", "reported"}:                 {"E1"},
		{"reported", "rejected"}:         {"E2"},
		{"reported", "need_supplement"}:  {"E3"},
		{"need_supplement", "reported"}:  {"E4"},
		{"need_supplement", "rejected"}:  {"E4"},
		{"reported", "merged"}:           {"E5"},
		{"merged", "reported"}:           {"E5"},
		{"reported", "self_closing"}:     {"E6"},
		{"self_closing", "closed"}:       {"E7"},
		{"self_closing", "reported"}:     {"E7"},
		{"reported", "dispatched"}:       {"E8", "E2"}, // an emergency nobody reviews
		{"dispatched", "signed"}:         {"E9"},
		{"dispatched", "return_pending"}: {"E10"},
		{"signed", "return_pending"}:     {"E10"},
		{"return_pending", "dispatched"}: {"E11"},
		{"return_pending", "signed"}:     {"E11"},
		{"signed", "disposing"}:          {"E12"},
		{"disposing", "feedback"}:        {"E14"},
		{"rework", "feedback"}:           {"E14"},
		{"feedback", "closed"}:           {"E15"},
		{"feedback", "rework"}:           {"E16"},
		{"feedback", "converted"}:        {"E18"}, // failed for the second time
		{"rework", "converted"}:          {"E18"},
		{"disposing", "converted"}:       {"E18"},
		{"reported", "converted"}:        {"E18"},
		{"signed", "converted"}:          {"E18"},
		{"converted", "reported"}:        {"E18"}, // the whistle it became came to nothing
		{"disposing", "suspended"}:       {"E19"},
		{"suspended", "disposing"}:       {"E19"},
		{"closed", "disposing"}:          {"E20"},
		{"reported", "voided"}:           {"§3.3"},
		{"need_supplement", "voided"}:    {"§3.3"},
	}
	return g
}()

// holds are the invariants of Appendix B, as far as they concern events.
func holds(t require.TestingT, c *gridevent.Event, events []machine.Event) {
	require.NotEmpty(t, c.Owner.Unit, "somebody always answers for it")
	for _, e := range events {
		if e.From != e.To {
			require.Contains(t, graph, [2]machine.State{e.From, e.To}, "%s", e.Type)
			require.Contains(t, graph[[2]machine.State{e.From, e.To}], e.Rule, "%s from %s to %s", e.Type, e.From, e.To)
		}
		if gridevent.Over(e.To) && e.From != e.To {
			require.True(t, len(e.Notices) > 0 || e.Exempt != "", "I9: nobody is told of %s", e.Type)
		}
	}
	if c.Verification != nil && c.Verification.Passed {
		require.NotContains(t, c.Disposers, c.Verification.By, "I5")
	}
	if c.State == "closed" {
		require.NotEmpty(t, c.ClosingType, "I12: verified, or said not to be")
		require.Equal(t, c.ClosingType == gridevent.ClosedVerified, c.Verification != nil && c.Verification.Passed && c.ClosingType == "verified")
	}
	require.Equal(t, gridevent.Over(c.State), !c.ClosedAt.IsZero())
	if !c.DispatchedAt.IsZero() && c.State != "converted" {
		for _, s := range c.Stages {
			require.False(t, s.Due.Before(c.DispatchedAt), "I10: clocks start at dispatch")
		}
	}
	if gridevent.Over(c.State) {
		require.True(t, c.Due.IsZero(), "nothing is late that is over")
		require.NotContains(t, c.Deadlines, "boundary", "nobody is asked whose it is")
	}
	require.True(t, strings.HasPrefix(c.Grid, c.Area) && strings.HasPrefix(c.Area, c.County), "grid %s, area %s", c.Grid, c.Area)
	if !gridevent.Over(c.State) {
		require.NotEmpty(t, c.Deadlines, "a live event has a limit, in state %s", c.State)
	}
	for u, n := 0, map[string]int{}; u < len(c.Returned); u++ {
		n[c.Returned[u]]++
		require.LessOrEqual(t, n[c.Returned[u]], 1, "I7")
	}
}

// TestAnyLife lets people and time do whatever they can do.
func TestAnyLife(t *testing.T) {
	t.Parallel()
	cast := []string{member, second, leader, platform, liaison, handler, head, director, duty, citizen, "liaison.220402-D29", "handler.220402-D29", "platform.220403", townDesk, townHead}
	rapid.Check(t, func(rt *rapid.T) {
		p := newPlay(rt, monday)
		kinds := p.rules.Events.Codes()
		p.report(member, form.Input{"category": rapid.SampledFrom(kinds).Draw(rt, "kind"), "location": place(rapid.SampledFrom([]geo.Point{spot, onBorder, inGap}).Draw(rt, "place"))})
		kind, _ := p.rules.Events.Type(p.c.Category)
		p.cases[other] = machine.Related{No: other, Category: kind.Code, State: "dispatched", Open: true, CreatedAt: p.now, Place: aside(20)}
		p.away = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{member, second, leader}), 0, 3, rapid.ID[string]).Draw(rt, "away")
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			if rapid.IntRange(0, 3).Draw(rt, "time") == 0 {
				if d, ok := p.c.GetHead().Next(); ok {
					p.until(d.At.Add(time.Duration(rapid.IntRange(0, 300).Draw(rt, "later")) * time.Second))
					continue
				}
			}
			p.now = p.now.Add(time.Duration(rapid.IntRange(0, 90).Draw(rt, "minutes")) * time.Minute)
			who := rapid.SampledFrom(cast).Draw(rt, "who")
			offers := gridevent.Machine.Offers(p.c, p.actor(who), p.rules, p.now)
			if len(offers) == 0 {
				continue
			}
			o := rapid.SampledFrom(offers).Draw(rt, "step")
			_ = p.try(who, o.Action, p.fill(rt, o))
		}
	})
}

// fill enters something into a form.
func (p *play) fill(rt *rapid.T, o machine.Offer) form.Input {
	in := form.Input{}
	for _, f := range o.Fields {
		switch f.Type {
		case form.Choice:
			in[f.Name] = rapid.SampledFrom(f.Values()).Draw(rt, f.Name)
		case form.Code:
			in[f.Name] = rapid.SampledFrom(p.rules.Codes.Options(f.Table)).Draw(rt, f.Name)
		case form.Unit:
			in[f.Name] = rapid.SampledFrom([]string{housing, supply, grid, neighbour}).Draw(rt, f.Name)
		case form.Users:
			in[f.Name] = []any{rapid.SampledFrom([]string{handler, "handler.220402-D29"}).Draw(rt, f.Name)}
		case form.Files:
			in[f.Name] = p.shots(3)
		case form.Attached:
			in[f.Name] = []any{rapid.SampledFrom(f.Values()).Draw(rt, f.Name)}
		case form.Point:
			in[f.Name] = place(aside(float64(rapid.IntRange(0, 60).Draw(rt, f.Name))))
		case form.Case:
			in[f.Name] = other
		case form.Cases:
			in[f.Name] = []any{other}
		case form.Date:
			in[f.Name] = p.now.AddDate(0, 0, rapid.IntRange(1, 60).Draw(rt, f.Name)).Format(time.DateOnly)
		case form.Integer:
			in[f.Name] = rapid.IntRange(1, 5).Draw(rt, f.Name)
		case form.Boolean:
			in[f.Name] = true
		default:
			in[f.Name] = "随机填写的内容,用于测试"
		}
	}
	return in
}

// TestEveryRuleHasATest fails when a transition of the specification has no test
// that names it, or a step of the table none that takes it.
func TestEveryRuleHasATest(t *testing.T) {
	t.Parallel()
	text := ""
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	for _, file := range files {
		if file == "model_test.go" { // it draws steps by chance
			continue
		}
		raw, err := os.ReadFile(file)
		require.NoError(t, err)
		text += string(raw)
	}
	for n := 1; n <= 21; n++ {
		require.Regexp(t, regexp.MustCompile(fmt.Sprintf(`Run\("[^"]*\bE%d\b`, n)), text)
	}
	seen := map[string]bool{}
	for _, s := range gridevent.Machine.Steps {
		require.False(t, seen[s.Action], "%s twice", s.Action)
		seen[s.Action] = true
		require.True(t, strings.Contains(text, `"`+s.Action+`"`), "no test takes the step %s", s.Action)
		require.NotEmpty(t, s.From, s.Action)
	}
	states := slices.Sorted(func(yield func(machine.State) bool) {
		for s := range gridevent.Labels {
			if !yield(s) {
				return
			}
		}
	})
	require.Len(t, states, 15)
}
