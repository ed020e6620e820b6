package api

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/domain/whistle"
)

// machineWords are the tables of the machines, and of the forms that are none of a step. They
// are the same as long as the program runs.
var machineWords = sync.OnceValue(func() []WordTable {
	return slices.Concat(
		spoken(grievance.Machine.Name, grievance.Machine, labelTexts(grievance.Labels), sampleCases(), grievance.RegisterFields),
		[]WordTable{{"flag." + grievance.Machine.Name, sortedWords(grievance.FlagLabels)}, {"flag." + gridevent.Machine.Name, sortedWords(gridevent.FlagLabels)}},
		spoken(gridevent.Machine.Name, gridevent.Machine, labelTexts(gridevent.Labels), sampleEvents(), gridevent.ReportFields),
		spoken(joint.Kind, joint.Machine, labelTexts(joint.Labels), sampleSessions(), joint.OpenFields),
		spoken(whistle.Stream, whistle.Machine, labelTexts(whistle.Labels), nil, whistle.DraftFields),
		otherForms(),
	)
})

// otherForms are the options of what is asked for beside cases.
func otherForms() (out []WordTable) {
	for _, f := range []struct {
		name   string
		fields []form.Field
	}{
		{"petitioner", petitionerFields}, {"leave", leaveFields}, {"flag", rulingFields}, {"photo", capturedFields}, {"export", exportFields},
	} {
		var v vocabulary
		v.learn("", f.fields)
		out = append(out, v.choices(f.name)...)
	}
	return out
}

// spoken are the tables of one machine: how its states, steps, types of event, clocks and
// inputs are called.
func spoken[S machine.Subject](name string, m *machine.Machine[S], states map[machine.State]domain.Text, samples []S, opening []form.Field) []WordTable {
	steps := make([]Word, 0, len(m.Steps)+2)
	var v vocabulary
	v.learn("", opening)
	for i := range m.Steps {
		step := &m.Steps[i]
		fields, _ := fieldsOf(m, step, samples)
		v.learn("", fields)
		if step.ZH != "" { // one that is only told has no button
			steps = append(steps, Word{step.Action, step.ZH, step.EN})
		}
	}
	for _, o := range machine.Signing() {
		steps = append(steps, Word{o.Action, o.ZH, o.EN})
		v.learn("", o.Fields)
	}
	v.learn("", []form.Field{form.Text.Named("approval_note", "审批意见", "note of the second person")})
	clocks := map[string]domain.Text{}
	for kind := range m.Expire {
		clocks[kind] = view.DeadlineLabel(name, kind)
	}
	return slices.Concat([]WordTable{
		{"state." + name, sortedWords(states)},
		{"step." + name, steps},
		{"event." + name, sortedWords(m.TypeLabels())},
		{"clock." + name, sortedWords(clocks)},
		{"input." + name, v.inputs()},
	}, v.choices(name))
}

// vocabulary is what the inputs of the forms of one machine are called. The timeline has them by
// their names alone, whatever the step was.
type vocabulary struct {
	labels  map[string]map[domain.Text]int // by name of the input: how often it is called so
	options map[string][]Word
}

// learn takes up the fields of a form, with those within their objects.
func (v *vocabulary) learn(within string, fields []form.Field) {
	if v.labels == nil {
		v.labels, v.options = map[string]map[domain.Text]int{}, map[string][]Word{}
	}
	for _, f := range fields {
		name := within + f.Name
		if v.labels[name] == nil {
			v.labels[name] = map[domain.Text]int{}
		}
		v.labels[name][domain.Text{ZH: f.ZH, EN: f.EN}]++
		for _, o := range f.Options {
			if f.Type == form.Attached {
				break // photos of one case, and no words
			}
			if w := wordOf(o); !slices.Contains(v.options[name], w) {
				v.options[name] = append(v.options[name], w)
			}
		}
		v.learn(name+".", f.Of)
	}
}

func wordOf(o form.Option) Word { return Word{o.Value, o.ZH, o.EN} }

// inputs are the names of the inputs, each as most forms call it.
func (v *vocabulary) inputs() (out []Word) {
	for _, name := range slices.Sorted(maps.Keys(v.labels)) {
		called := v.labels[name]
		usual := slices.MaxFunc(slices.SortedFunc(maps.Keys(called), func(a, b domain.Text) int { return cmp.Compare(b.ZH, a.ZH) }),
			func(a, b domain.Text) int { return cmp.Compare(called[a], called[b]) })
		out = append(out, Word{name, usual.ZH, usual.EN})
	}
	return out
}

// choices are the options of each input that is chosen.
func (v *vocabulary) choices(form string) (out []WordTable) {
	for _, name := range slices.Sorted(maps.Keys(v.options)) {
		out = append(out, WordTable{"choice." + form + "." + name, v.options[name]})
	}
	return out
}
