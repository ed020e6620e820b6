package grievance

import (
	"time"

	"huajie/domain/machine"
)

// signingLimit is how long whoever must sign has; then the request lapses, and
// who asked is told.
const signingLimit = "escalate.apply.decide"

// limitSigning gives every step with a second person a limit for that person.
func limitSigning(m *machine.Machine[*Case]) {
	for i := range m.Steps {
		if s := &m.Steps[i]; s.Signature != machine.NoSignature && s.Within == nil {
			s.Within = func(*machine.Turn[*Case]) string { return signingLimit }
		}
	}
}

// asked is when the step was asked for: what was in time then is in time,
// however late it is signed.
func asked(t *machine.Turn[*Case]) time.Time {
	if t.AskedAt.IsZero() {
		return t.Now
	}
	return t.AskedAt
}
