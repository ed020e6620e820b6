package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"sync"

	"huajie/domain"
	"huajie/domain/casekind"
	"huajie/domain/codes"
	"huajie/domain/evidence"
	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/domain/view"
	"huajie/domain/whistle"
)

// Word is a code with what people call it.
type Word struct {
	Code string `json:"code"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// WordTable names the codes of one sort.
type WordTable struct {
	Name  string `json:"name" doc:"kind, light, level, role, …; of one machine: state.grievance, step.…, event.…, clock.…, input.… and choice.….rating"`
	Items []Word `json:"items"`
}

// Words are the names of the codes that answers hold; those a rulebook brings are GET /codes.
type Words struct {
	Tables []WordTable `json:"tables"`
}

type wordsInput struct {
	IfNoneMatch string `header:"If-None-Match" doc:"answers 304 when the words are still these"`
}

type wordsOutput struct {
	Status       int
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         Words
}

// words are the names of whatever an officer is shown.
func (s *server) words(_ context.Context, in *wordsInput) (*wordsOutput, error) {
	return s.officeWords.answer(s.rulesHere(), allWords, in.IfNoneMatch, "private, no-cache"), nil
}

// publicWords are those of what the petitioner of a case is shown.
func (s *server) publicWords(_ context.Context, in *wordsInput) (*wordsOutput, error) {
	return s.citizenWords.answer(s.rulesHere(), citizenWords, in.IfNoneMatch, "public, max-age=300"), nil
}

// wordsKept keeps the words of the rulebook in force, with the tag of their contents: they are
// the same for everybody, and change with a release or a rulebook.
type wordsKept struct {
	mu      sync.Mutex
	version string
	etag    string
	words   Words
}

func (k *wordsKept) answer(rules *machine.Rules, tables func(*codes.Tables) []WordTable, ifNoneMatch, cache string) *wordsOutput {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.etag == "" || k.version != rules.Version {
		k.version, k.words = rules.Version, Words{tables(rules.Codes)}
		b, err := json.Marshal(k.words)
		if err != nil {
			panic(err) // texts can be encoded
		}
		sum := sha256.Sum256(b)
		k.etag = `"` + hex.EncodeToString(sum[:16]) + `"`
	}
	out := &wordsOutput{http.StatusOK, k.etag, cache, k.words}
	if unchanged(ifNoneMatch, k.etag) {
		out.Status = http.StatusNotModified
	}
	return out
}

// allWords are all tables.
func allWords(tables *codes.Tables) []WordTable {
	out := []WordTable{
		{"kind", kindWords(domain.Text{ZH: "联合会商", EN: "joint session"}, domain.Text{ZH: "吹哨", EN: "whistle"})},
		{"light", sortedWords(lightNames)},
		{"band", sortedWords(bandNames)},
		{"level", codeWords(tables, codes.TableLevel)},
		{"role", roleWords()},
		{"supervision", sortedWords(supervisionNames)},
		{"state.seat", sortedWords(labelTexts(whistle.SeatLabels))},
		{"whistle", sortedWords(labelTexts(whistle.KindLabels))},
		{"flag.photo", sortedWords(evidence.FlagLabels)},
		{"task", sortedWords(grievance.TaskLabels)},
		{"state.task", sortedWords(view.TaskStates)},
		{"closing." + grievance.Machine.Name, codeWords(tables, codes.TableClosingType)},
		closingsOfEvents(),
	}
	return slices.Concat(out, machineWords())
}

// closingsOfEvents are how a grid event is closed: no table of the rulebook has them.
func closingsOfEvents() WordTable {
	return WordTable{"closing." + gridevent.Machine.Name, sortedWords(gridevent.ClosingLabels)}
}

// supervisionNames are the marks of supervision (§4.7), as cases and whistles carry them.
var supervisionNames = map[string]domain.Text{
	"none": {ZH: "无", EN: "none"}, "reminded": {ZH: "已催办", EN: "reminded"},
	whistle.YellowCard: {ZH: "黄牌", EN: "yellow card"}, whistle.RedCard: {ZH: "红牌", EN: "red card"},
}

// citizenWords are those of PublicView and of the forms of a petitioner.
func citizenWords(tables *codes.Tables) []WordTable {
	out := []WordTable{{"kind", kindWords()}, closingsOfEvents()}
	for _, t := range machineWords() {
		if slices.Contains([]string{"state.grievance", "state.grid_event", "choice.grievance.rating", "choice.petitioner.kind", "choice.petitioner.language"}, t.Name) {
			out = append(out, t)
		}
	}
	for _, name := range []string{codes.TableLevel, codes.TableNature, codes.TableOutcomeGrade, codes.TableClosingType, codes.TableSatisfaction} {
		out = append(out, WordTable{name, codeWords(tables, name)})
	}
	return out
}

// kindWords are the kinds of case, and for officers what else has a number.
func kindWords(others ...domain.Text) (out []Word) {
	for _, k := range casekind.All() {
		out = append(out, Word{k.Name, k.Label.ZH, k.Label.EN})
	}
	for i, name := range []string{joint.Kind, whistle.Stream} {
		if i < len(others) {
			out = append(out, Word{name, others[i].ZH, others[i].EN})
		}
	}
	return out
}

func codeWords(tables *codes.Tables, name string) (out []Word) {
	t, _ := tables.Table(name)
	for _, i := range t.Items {
		out = append(out, Word{i.Canonical(), i.ZH, i.EN})
	}
	return out
}

func roleWords() (out []Word) {
	for _, r := range org.Roles() {
		out = append(out, Word{string(r.Role), r.ZH, r.EN})
	}
	return out
}

func sortedWords[K ~string](names map[K]domain.Text) (out []Word) {
	for _, k := range slices.Sorted(maps.Keys(names)) {
		out = append(out, Word{string(k), names[k].ZH, names[k].EN})
	}
	return out
}

// labelTexts are the labels of a machine in the one form there is here.
func labelTexts[K comparable, L ~struct{ ZH, EN string }](labels map[K]L) map[K]domain.Text {
	out := make(map[K]domain.Text, len(labels))
	for k, l := range labels {
		out[k] = domain.Text(struct{ ZH, EN string }(l))
	}
	return out
}
