package grievance_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/codes"
	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// transition is one row of §3.1 as the specification has it: from where, by
// whom, with what, and everything that must be true afterwards.
type transition struct {
	name  string // rule and action
	given func(require.TestingT, ...form.Input) *play
	with  form.Input // of the registration
	by    string
	input form.Input
	// second signs the request the step makes; empty when one person is enough.
	second string
	world  func(*play)

	state     machine.State
	level     codes.Level
	owner     string // unit
	event     string // type of the event of the step
	notices   []string
	deadlines map[string]string // deadline → limit it must have been given now
	gone      []string          // deadlines that must not be left

	stranger  string                                      // holds no office that may
	elsewhere string                                      // holds the office in another place; "" when there is none
	not       func(require.TestingT, ...form.Input) *play // a state the step is not allowed from
	missing   []string                                    // fields an empty form must all name
	check     func(*testing.T, *play)
}

func (row transition) action() string {
	var rule, action string
	_, _ = fmt.Sscan(row.name, &rule, &action)
	return action
}

func (row transition) rule() string {
	var rule string
	_, _ = fmt.Sscan(row.name, &rule)
	return rule
}

// run proves every row: the happy path, and each way of being refused.
func run(t *testing.T, rows []transition) {
	t.Helper()
	for _, row := range rows {
		parallel(t, row.name, func(t *testing.T) {
			parallel(t, "goes", row.goes)
			parallel(t, "wrong role", row.wrongRole)
			parallel(t, "wrong state", row.wrongState)
			parallel(t, "missing inputs", row.missingInputs)
		})
	}
}

func (row transition) prepare(t require.TestingT) *play {
	p := row.given(t, row.with)
	if row.world != nil {
		row.world(p)
	}
	return p
}

func (row transition) goes(t *testing.T) {
	p := row.prepare(t)
	offered := offers(p, row.by)
	require.Contains(t, offered, row.action(), "who may take a step is offered it")
	if row.second == "" {
		p.do(row.by, row.action(), row.input)
	} else {
		p.do(row.by, row.action(), row.input)
		require.Equal(t, "requested", p.last().Type)
		require.Contains(t, p.notices(), "N9", "whoever signs is told")
		require.NotContains(t, offers(p, row.by), machine.Approve, "nobody is offered to sign their own request")
		p.refuse(domain.CodeConflict, "already_requested", row.by, row.action(), row.input)
		require.Contains(t, offers(p, row.second), machine.Approve)
		p.do(row.second, machine.Approve)
	}
	e := p.events[0]
	if row.event != "" {
		e = p.saw(row.event)
	}
	require.Equal(t, row.rule(), e.Rule)
	require.Equal(t, "K", e.Key)
	require.Equal(t, row.state, p.c.State, types(p.events))
	require.Equal(t, row.level, p.c.Level)
	require.Equal(t, row.owner, p.c.Owner.Unit)
	slices.Sort(row.notices)
	require.Equal(t, row.notices, p.notices())
	for id, limit := range row.deadlines {
		d, ok := p.c.Deadlines[id]
		require.True(t, ok, "deadline %s is missing among %v", id, p.pending())
		sameTime(t, p.due(limit), d.At, id)
	}
	for _, id := range row.gone {
		require.NotContains(t, p.pending(), id)
	}
	if row.check != nil {
		row.check(t, p)
	}
}

func (row transition) wrongRole(t *testing.T) {
	p := row.prepare(t)
	require.NotEmpty(t, row.stranger, "name somebody who may not")
	require.NotContains(t, offers(p, row.stranger), row.action())
	p.refuse(domain.CodeForbidden, "not_your_office", row.stranger, row.action(), row.input)
	if row.elsewhere != "" {
		require.NotContains(t, offers(p, row.elsewhere), row.action())
		p.refuse(domain.CodeForbidden, "not_your_case", row.elsewhere, row.action(), row.input)
	}
	if row.second != "" {
		p.do(row.by, row.action(), row.input)
		p.refuse(domain.CodeForbidden, "not_your_office", row.stranger, machine.Approve)
	}
}

func (row transition) wrongState(t *testing.T) {
	require.NotNil(t, row.not, "name a state the step is not allowed from")
	p := row.not(t, row.with)
	require.NotContains(t, offers(p, row.by), row.action())
	p.refuse(domain.CodeConflict, "wrong_state", row.by, row.action(), row.input)
	require.Error(t, grievance.Machine.Permit(p.c, row.action()))
}

func (row transition) missingInputs(t *testing.T) {
	p := row.prepare(t)
	if len(row.missing) == 0 {
		step, ok := grievance.Machine.Step(row.action())
		require.True(t, ok)
		for _, f := range step.Fields {
			require.False(t, f.Required, "%s is required, so the row must name it", f.Name)
		}
		return
	}
	require.Equal(t, row.missing, p.faults(row.by, row.action(), nil), "every missing field is named at once")
	p.refuse(domain.CodeInvalid, "unknown_field", row.by, row.action(), row.input, form.Input{"no_such_field": "秘密"})
}

// faults are the names of the fields a form is refused for.
func (p *play) faults(who, action string, in form.Input) []string {
	err := p.try(who, action, in)
	require.Equal(p.t, domain.CodeInvalid, domain.CodeOf(err), "%v", err)
	var out []string
	for _, f := range domain.FieldsOf(err) {
		out = append(out, f.Field)
	}
	return out
}

// offers are the actions somebody is offered now.
func offers(p *play, who string) []string {
	var out []string
	for _, o := range grievance.Machine.Offers(p.c, p.actor(who), p.rules, p.now) {
		out = append(out, o.Action)
	}
	return out
}
