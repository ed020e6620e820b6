package api_test

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/whistle"
)

// matrix is testdata/matrix.yaml: §2.2 as data. What its parts mean is told there.
type matrix struct {
	Relations map[string]struct{ ZH, EN string }
	Roles     map[org.Role]string
	Actions   []matrixRow
}

type matrixRow struct {
	Action, ZH, Source, Scope, Guards, Note string
	Who, Approve                            []string
	Steps                                   []matrixStep
	Operations                              []matrixOperation
	Absent                                  []string
}

type matrixStep struct {
	Of, Do, Source, Vault string
	Petitioner            bool
	At                    places
	Also                  []struct {
		At     places
		Source string
	}
	Second *struct {
		Kind string
		By   places
	}
}

type matrixOperation struct {
	ID, Source, Note string
	May              may
	Listed, Without  []string
	Why              string
	Also             []struct {
		May    []string
		Source string
	}
}

// may is a list of offices, or a word for everybody of a kind.
type may struct {
	Word  string
	Roles []string
}

func (m *may) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&m.Word)
	}
	return n.Decode(&m.Roles)
}

// places are offices by how they stand to what is acted on.
type places map[string][]string

// officeAt is one entry of the table: a role that stands so.
type officeAt struct{ role, place string }

func (p places) offices() (out []officeAt) {
	for place, roles := range p {
		for _, r := range roles {
			out = append(out, officeAt{r, place})
		}
	}
	return out
}

// offices are all who may take a step.
func (s matrixStep) offices() []officeAt {
	out := s.At.offices()
	for _, a := range s.Also {
		out = append(out, a.At.offices()...)
	}
	switch s.Vault {
	case "true":
		out = append(out, officeAt{"discipline_officer", "vault"})
	case "callback":
		out = append(out, officeAt{"discipline_officer", "vault_callback"})
	}
	return out
}

// roles are all who may call an operation that is for some.
func (o matrixOperation) roles() []string {
	out := append(slices.Clone(o.May.Roles), o.Listed...)
	for _, a := range o.Also {
		out = append(out, a.May...)
	}
	return out
}

var theMatrix = sync.OnceValues(func() (*matrix, error) {
	f, err := os.Open("testdata/matrix.yaml")
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	d := yaml.NewDecoder(f)
	d.KnownFields(true)
	m := &matrix{}
	return m, d.Decode(m)
})

func loadMatrix(t testing.TB) *matrix {
	t.Helper()
	m, err := theMatrix()
	require.NoError(t, err)
	return m
}

// step finds the row of a step.
func (m *matrix) step(of, do string) (matrixStep, bool) {
	for _, r := range m.Actions {
		for _, s := range r.Steps {
			if s.Of == of && s.Do == do {
				return s, true
			}
		}
	}
	return matrixStep{}, false
}

// built is a step as a machine has it.
type built struct {
	of, do     string
	system     bool
	petitioner bool
	who, signs []machine.Who
	signature  machine.Signature
	from       []machine.State
}

func builtSteps() (out []built) {
	out = append(out, stepsOf(grievance.Machine)...)
	out = append(out, stepsOf(gridevent.Machine)...)
	out = append(out, stepsOf(joint.Machine)...)
	return append(out, stepsOf(whistle.Machine)...)
}

func stepsOf[S machine.Subject](m *machine.Machine[S]) (out []built) {
	for _, s := range m.Steps {
		b := built{m.Name, s.Action, s.SystemOnly, s.Petitioner, s.Who, s.Signs, s.Signature, s.From}
		if s.SignsFor != nil {
			b.signs = nil // it depends on the case: the walk asks for it
		}
		out = append(out, b)
	}
	return out
}

func named(who []machine.Who) (out []string) {
	for _, w := range who {
		out = append(out, string(w.Role)+" @ "+string(w.Place))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func entries(offices []officeAt) (out []string) {
	for _, o := range offices {
		out = append(out, o.role+" @ "+o.place)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestMatrixNamesEveryStep: no step without a row and no row without a step, and each for
// the offices of its row, standing as it says.
func TestMatrixNamesEveryStep(t *testing.T) {
	t.Parallel()
	m := loadMatrix(t)
	seen := map[string]bool{}
	kinds := map[machine.Signature]string{machine.Countersign: "countersign", machine.TwoPersons: "two_persons"}
	for _, b := range builtSteps() {
		name := b.of + " " + b.do
		row, ok := m.step(b.of, b.do)
		seen[name] = true
		if b.system {
			assert.False(t, ok, "%s is a step of time, for nobody", name)
			continue
		}
		if !assert.True(t, ok, "%s has no row in the matrix", name) {
			continue
		}
		assert.Equal(t, entries(row.offices()), named(b.who), "who may take %s", name)
		assert.Equal(t, row.Petitioner, b.petitioner, "whether who raised it may take %s", name)
		kind := ""
		if row.Second != nil {
			kind = row.Second.Kind
			if b.signs != nil {
				assert.Equal(t, entries(row.Second.By.offices()), named(b.signs), "who decides %s", name)
			}
		}
		assert.Equal(t, kinds[b.signature], kind, "the second person of %s", name)
	}
	for _, r := range m.Actions {
		for _, s := range r.Steps {
			assert.True(t, seen[s.Of+" "+s.Do], "%s: there is no step %s %s", r.Action, s.Of, s.Do)
		}
	}
}

// TestMatrixNamesEveryRole: the roles are those of §2.1, and the relations those the rows use.
func TestMatrixNamesEveryRole(t *testing.T) {
	t.Parallel()
	m := loadMatrix(t)
	for _, r := range org.Roles() {
		assert.Contains(t, m.Roles, r.Role, "its reach is not in the matrix")
	}
	assert.Len(t, m.Roles, len(org.Roles()))
	used := map[string]bool{}
	known := func(where string, offices []officeAt) {
		for _, o := range offices {
			used[o.place] = true
			assert.Contains(t, m.Relations, o.place, where)
			assert.Contains(t, m.Roles, org.Role(o.role), where)
		}
	}
	for _, r := range m.Actions {
		for _, s := range r.Steps {
			known(r.Action, s.offices())
			if s.Second != nil {
				known(r.Action, s.Second.By.offices())
			}
		}
		for _, o := range r.Operations {
			for _, role := range o.roles() {
				assert.Contains(t, m.Roles, org.Role(role), "%s %s", r.Action, o.ID)
			}
		}
	}
	for word := range m.Relations {
		assert.True(t, used[word], "no row uses the relation %s", word)
	}
}

// TestMatrixSaysWhereItIsFrom: a step is for whom its row of the specification names, and
// for nobody else without a source; and whom the row names has something to do in it.
func TestMatrixSaysWhereItIsFrom(t *testing.T) {
	t.Parallel()
	for _, r := range loadMatrix(t).Actions {
		does := map[string]bool{}
		for _, s := range r.Steps {
			name := r.Action + ": " + s.Do
			assert.NotEmpty(t, s.Source, name)
			for _, o := range s.At.offices() {
				does[o.role] = true
				assert.Contains(t, slices.Concat(r.Who, r.Approve), o.role, "%s: the row does not name it: is it from elsewhere?", name)
			}
			for _, a := range s.Also {
				assert.NotEmpty(t, a.Source, name)
				for _, o := range a.At.offices() {
					does[o.role] = true
				}
			}
			if s.Vault != "" {
				does["discipline_officer"] = true
			}
			if s.Petitioner {
				does["petitioner"] = true
			}
			if s.Second != nil {
				for _, o := range s.Second.By.offices() {
					assert.True(t, does[o.role] || slices.Contains(r.Approve, o.role), "%s: %s is no second person of the row", name, o.role)
					does[o.role] = true
				}
			}
		}
		for _, o := range r.Operations {
			for _, role := range o.May.Roles {
				assert.True(t, slices.Contains(slices.Concat(r.Who, r.Approve), role) || o.Source != "", "%s: %s of %s is from elsewhere: from where?", r.Action, role, o.ID)
			}
			assert.True(t, len(o.Without) == 0 || o.Why != "", o.ID)
			for _, role := range o.roles() {
				does[role] = true
			}
			if o.May.Word == "member" {
				does["grid_member_ft"], does["grid_member_pt"] = true, true
			}
			for _, a := range o.Also {
				assert.NotEmpty(t, a.Source, o.ID)
			}
		}
		if len(r.Absent) > 0 || r.Note != "" {
			continue
		}
		for _, role := range append(slices.Clone(r.Who), r.Approve...) {
			assert.True(t, does[role], "%s: %s of the row has nothing to do", r.Action, role)
		}
	}
}

// TestMatrixNamesEveryOperation: an operation that is no step has a row.
func TestMatrixNamesEveryOperation(t *testing.T) {
	t.Parallel()
	rows := map[string]bool{}
	for _, r := range loadMatrix(t).Actions {
		for _, o := range r.Operations {
			assert.False(t, rows[o.ID], "%s has two rows", o.ID)
			rows[o.ID] = true
		}
	}
	for id, o := range operations(t) {
		if !strings.Contains(o.path, "/actions/") {
			assert.True(t, rows[id], "operation %s has no row in the matrix", id)
			delete(rows, id)
		}
	}
	for id := range rows {
		assert.Fail(t, "there is no operation "+id)
	}
}

// TestMatrixWhatIsAbsent: rows nothing carries out are answered by nothing.
func TestMatrixWhatIsAbsent(t *testing.T) {
	t.Parallel()
	ops := operations(t)
	for _, r := range loadMatrix(t).Actions {
		for _, name := range r.Absent {
			assert.Empty(t, r.Steps)
			assert.Empty(t, r.Operations)
			for id, o := range ops {
				there := slices.Contains(strings.Split(o.path, "/"), name) || id == name
				assert.False(t, there, "%s: %s answers to %s now: it needs its row", r.Action, id, name)
			}
		}
	}
}

// wayIn is an operation, as the document tells it.
type wayIn struct{ method, path string }

func operations(t testing.TB) map[string]wayIn {
	t.Helper()
	c, err := theContract()
	require.NoError(t, err)
	out := map[string]wayIn{}
	for path, item := range c.doc["paths"].(map[string]any) {
		for method, op := range item.(map[string]any) {
			if o, ok := op.(map[string]any); ok {
				out[o["operationId"].(string)] = wayIn{strings.ToUpper(method), path}
			}
		}
	}
	return out
}
