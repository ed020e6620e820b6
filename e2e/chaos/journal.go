package chaos

import (
	"encoding/json"
	"errors"
	"os"
	"sync"
	"time"
)

// Wish is one thing somebody wants from the product. It keeps its key however often
// it is asked.
type Wish struct {
	ID     int      `json:"id"`
	Op     string   `json:"op"` // register, report, draft, or the name of the step
	User   string   `json:"user"`
	No     string   `json:"no,omitempty"` // of the case or session; empty for a registration
	Key    string   `json:"key"`
	Photos []string `json:"photos,omitempty"` // files that are shown with it
	Stored string   `json:"stored"`           // how the ledger names the key
	Body   any      `json:"-"`
	Path   string   `json:"-"`
}

// Begins tells whether the wish is for a case or whistle of its own.
func (w Wish) Begins() bool { return w.Op == "register" || w.Op == "report" || w.Op == "draft" }

// Answer is what came of asking once. Status 0 means that nothing came.
type Answer struct {
	Wish   int       `json:"wish"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	API    string    `json:"api"`
	Status int       `json:"status"`
	Reason string    `json:"reason,omitempty"` // of a refusal, or of the line
	No     string    `json:"no,omitempty"`
	Code   string    `json:"code,omitempty"` // query code of a registration
	Seq    int       `json:"seq,omitempty"`
}

// Acknowledged tells whether the product has said yes.
func (a Answer) Acknowledged() bool { return a.Status >= 200 && a.Status < 300 }

// Refused tells whether the product has said no, for good.
func (a Answer) Refused() bool {
	return a.Status >= 400 && a.Status < 500 && a.Status != 408 && a.Status != 429
}

// Journal is what the harness knows of its own: every wish and every answer, in the
// order they came, also in a file that is only ever appended to.
type Journal struct {
	mu      sync.Mutex
	file    *os.File
	wishes  []Wish
	answers []Answer
	fault   error
}

// OpenJournal makes the file.
func OpenJournal(path string) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	return &Journal{file: f}, err
}

// want notes a wish before it is asked for the first time.
func (j *Journal) want(w Wish) Wish {
	j.mu.Lock()
	defer j.mu.Unlock()
	w.ID = len(j.wishes)
	j.wishes = append(j.wishes, w)
	j.write(map[string]any{"wish": w})
	return w
}

func (j *Journal) heard(a Answer) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.answers = append(j.answers, a)
	j.write(map[string]any{"answer": a})
}

func (j *Journal) write(v any) {
	if j.file == nil {
		return
	}
	b, err := json.Marshal(v)
	if err == nil {
		_, err = j.file.Write(append(b, '\n'))
	}
	j.fault = errors.Join(j.fault, err)
}

// Close ends the file and tells whether all of it was written.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return errors.Join(j.fault, j.file.Close())
}

// Told is a wish with everything that was answered to it.
type Told struct {
	Wish
	Answers []Answer
}

// Yes is the first acknowledgement, if there was one.
func (t Told) Yes() (Answer, bool) { return t.first(Answer.Acknowledged) }

// Refusal is the first definite no, if there was one.
func (t Told) Refusal() (Answer, bool) { return t.first(Answer.Refused) }

func (t Told) first(which func(Answer) bool) (Answer, bool) {
	for _, a := range t.Answers {
		if which(a) {
			return a, true
		}
	}
	return Answer{}, false
}

// All gives every wish with its answers.
func (j *Journal) All() []Told {
	j.mu.Lock()
	defer j.mu.Unlock()
	out := make([]Told, len(j.wishes))
	for i, w := range j.wishes {
		out[i].Wish = w
	}
	for _, a := range j.answers {
		out[a.Wish].Answers = append(out[a.Wish].Answers, a)
	}
	return out
}
