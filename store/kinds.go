package store

import (
	"fmt"
	"time"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/whistle"
)

// tables hold the current rows, by kind of stream.
var tables = map[string]string{
	activities.KindGrievance: caseTable,
	activities.KindGridEvent: caseTable,
	activities.KindSession:   "sessions",
	activities.KindWhistle:   "whistles",
}

// caseTable holds the cases of all kinds.
const caseTable = "cases"

// swept tells whether the rows of a kind say that their workflow was started: sessions
// are started by their case.
func swept(kind string) bool {
	_, ok := tables[kind]
	return ok && kind != activities.KindSession
}

// tableOf is where a stream of a kind has its row; what the number of another
// kind stands for is not found.
func tableOf(kind, no string) (table string, err error) {
	table, ok := tables[kind]
	if !ok {
		return "", fmt.Errorf("no streams of kind %q", kind)
	}
	if of, known := casefile.KindOf(no); table == caseTable && known && of != kind {
		return "", domain.NotFound()
	}
	return table, nil
}

// freshOf makes empty states of a kind of stream.
func freshOf(kind string) (func() machine.Subject, error) {
	fresh := activities.FreshOf(kind)
	if fresh == nil {
		return nil, fmt.Errorf("store: no streams of kind %q", kind)
	}
	return fresh, nil
}

// subject is a state as its row and its verification need it.
type subject struct {
	table   string
	columns func(updated time.Time) []column // beside those that every row has
	fresh   func() machine.Subject
	final   bool // nothing can happen to it any more
	// ownerless says that nobody answers for what still goes on.
	ownerless bool
}

// subjectOf is the one place here that tells states apart; ok is false for one of no
// kind, or none.
func subjectOf(state machine.Subject) (x subject, ok bool) {
	switch s := state.(type) {
	case casefile.Case:
		k, card := casekind.Of(s), s.Card()
		return subject{table: caseTable, columns: func(at time.Time) []column { return caseColumns(card, s.GetHead(), at) },
			fresh: func() machine.Subject { return k.Fresh() }, final: k.Final(s), ownerless: !card.Over && card.Owner.Unit == ""}, true
	case *joint.Session:
		return subject{table: tables[activities.KindSession], columns: func(at time.Time) []column { return sessionColumns(s, at) },
			fresh: func() machine.Subject { return joint.Fresh() }, final: joint.Final(s)}, true
	case *whistle.Whistle:
		return subject{table: tables[activities.KindWhistle], columns: func(at time.Time) []column { return whistleColumns(s, at) },
			fresh: func() machine.Subject { return whistle.Fresh() }, final: whistle.Final(s), ownerless: !whistle.Over(s.State) && s.Owner == ""}, true
	}
	return subject{}, false
}
