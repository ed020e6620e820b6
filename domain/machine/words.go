package machine

import (
	"maps"

	"huajie/domain"
)

// everyType names the types of event that every machine records.
var everyType = map[string]domain.Text{
	"requested":      {ZH: "已提出申请,待审批", EN: "requested, awaiting a second person"},
	"declined":       {ZH: "申请未获同意", EN: "request declined"},
	"request_lapsed": {ZH: "申请逾期未审批,已失效", EN: "request lapsed, nobody decided it in time"},
	"limit_passed":   {ZH: "时限届满", EN: "a limit passed"},
}

// TypeLabels names every type of event the machine can record: a test of each machine holds
// them against its sources.
func (m *Machine[S]) TypeLabels() map[string]domain.Text {
	out := maps.Clone(everyType)
	maps.Copy(out, m.Types)
	return out
}

// TypeLabel names a type of event; one the machine does not record keeps its identifier.
func (m *Machine[S]) TypeLabel(typ string) domain.Text {
	if label, ok := m.Types[typ]; ok {
		return label
	}
	if label, ok := everyType[typ]; ok {
		return label
	}
	return domain.Text{ZH: typ, EN: typ}
}
