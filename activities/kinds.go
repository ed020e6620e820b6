package activities

import (
	"strings"

	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/domain/whistle"
)

// The kinds of stream in the ledger: the kinds of case, and what goes on beside cases.
const (
	KindGrievance = casefile.KindGrievance
	KindGridEvent = casefile.KindGridEvent
	KindSession   = joint.Kind
	KindWhistle   = whistle.Stream
)

// KindOf tells of which kind of stream a number is (§3.0): a session adds its own to the
// number of its case, every other kind has a letter after the code of its county. It
// is "" where no stream can have the number.
func KindOf(no string) string {
	switch {
	case strings.Contains(no, "-J"):
		return KindSession
	case casefile.Letter(no) == whistle.Letter:
		return KindWhistle
	}
	kind, _ := casefile.KindOf(no)
	return kind
}

// FreshOf makes empty states of a kind of stream; it is nil where there is no such kind.
func FreshOf(kind string) func() machine.Subject {
	switch kind {
	case KindSession:
		return func() machine.Subject { return joint.Fresh() }
	case KindWhistle:
		return func() machine.Subject { return whistle.Fresh() }
	}
	if k, ok := casekind.Named(kind); ok {
		return func() machine.Subject { return k.Fresh() }
	}
	return nil
}
