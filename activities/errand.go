package activities

import "huajie/domain/form"

// Errand is one step of the system that many open cases are to take, each once: its
// command has the key of the errand and the number of the case.
type Errand struct {
	ID     int
	Action string
	Key    string
	Input  form.Input
	Cases  []string // to be told now, the most pressing first; none when the round is over
	Cursor string   // where the next part begins; kept by the ledger
}

// KeyFor is the key of the command in one case.
func (e Errand) KeyFor(no string) string { return e.Key + "/" + no }
