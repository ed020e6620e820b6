package rulebook

import (
	"time"

	"huajie/domain/machine"
	"huajie/domain/org"
)

// RulesFor gives the rules as they apply to an area at a moment, in the form a
// machine is judged by.
func (b *Book) RulesFor(area string, when time.Time) *machine.Rules {
	set := b.PolicyAt(area, when)
	return &machine.Rules{
		Version:  b.Version,
		Org:      b.Org,
		Codes:    &b.Codes,
		Calendar: b.Calendar,
		Policy:   set,
		Grids:    b.Grids.Under(exactness(set)),
		Suggest:  b.suggest,
		Events:   b.Events,
	}
}

func (b *Book) suggest(category, area string) (org.Suggestion, bool) {
	return b.Duty.Suggest(category, b.Org.CountyOf(area), b.Org.TownshipOf(area))
}

// Rules gives the rules of an area. A case keeps the policy of the version it
// was dispatched under; calendar and organisation are always the newest, since
// a holiday notice and a reform of offices reach running cases too (§4.1
// calendar.recompute, §6 item 34).
func (h *Holder) Rules(area, version string, at time.Time) *machine.Rules {
	current := h.Current()
	rules := current.RulesFor(area, at)
	if kept, ok := h.Version(version); ok && kept != current {
		rules.Policy = kept.PolicyAt(area, at)
		rules.Version = version
	}
	return rules
}
