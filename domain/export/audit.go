package export

import (
	"fmt"
	"slices"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/form"
)

// Noted is what stands on the audit log of an act (docs/evidence.md): by tells who, by which
// token and in which request. Words that were written to go with the act are its reason,
// otherwise what the export is for.
func (e *Export) Noted(act, words string, by audit.Entry) audit.Entry {
	by.Kind, by.Object, by.Reason, by.Outcome = audit.Export, fmt.Sprintf("%s: %s", e.named(), act), e.Reason, audit.OK
	if words != "" {
		by.Reason = words
	}
	return by
}

// NotAllowed is what stands there of an act that was refused.
func (e *Export) NotAllowed(act string, why error, by audit.Entry) audit.Entry {
	by = e.Noted(act, "", by)
	by.Reason, by.Outcome = domain.ReasonOf(why), audit.Refused
	if by.Reason == "" {
		by.Reason = string(domain.CodeOf(why))
	}
	return by
}

// Fetched is what stands there when the file is fetched: with identities in it, it is a read
// of these, too.
func (e *Export) Fetched(by audit.Entry) []audit.Entry {
	out := []audit.Entry{e.Noted(Downloaded, "", by)}
	if e.Identities {
		read := out[0]
		read.Kind, read.Object = audit.IdentityRead, fmt.Sprintf("%s, %d rows", e.named(), e.Rows)
		out = append(out, read)
	}
	return out
}

// BySystem is who does what nobody does by hand.
func BySystem() audit.Entry { return audit.Entry{Actor: domain.System, Via: "worker"} }

// AskedFor is as much of a request as the log says of one that nobody has looked at further:
// a list there is, and whether it was to name people.
func AskedFor(in form.Input) (e Export) {
	if l := List(in.Text("list")); slices.Contains(Lists(), l) {
		e.List = l
	}
	e.Identities = in.Bool("identities")
	return e
}

// named is what an entry is about; a request that was never taken has no number.
func (e *Export) named() string {
	name := "export"
	if e.ID != 0 {
		name += fmt.Sprintf(" %d", e.ID)
	}
	if e.List != "" {
		name += ", " + string(e.List)
	}
	if e.Identities {
		name += " with identities"
	}
	return name
}
