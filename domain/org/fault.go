package org

import "fmt"

// Fault is one thing wrong with the organisation. Subject is the unit, service
// point or user concerned, so that a loader can name file and line.
type Fault struct {
	Subject string
	Field   string
	ZH, EN  string
}

// Error tells subject, field and what is wrong.
func (f *Fault) Error() string { return fmt.Sprintf("%s: %s: %s", f.Subject, f.Field, f.EN) }

// faults gathers what is wrong, so that all of it is told at once.
type faults []error

func (fs *faults) add(subject, field, zh, en string, args ...any) {
	*fs = append(*fs, &Fault{
		Subject: subject, Field: field,
		ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...),
	})
}
