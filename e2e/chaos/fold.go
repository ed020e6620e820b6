package chaos

import (
	"time"
)

// merge applies a JSON merge patch (RFC 7386). The harness folds events with its own
// dozen lines, so that a fault in the product's folding shows.
func merge(into map[string]any, patch map[string]any) map[string]any {
	if into == nil {
		into = map[string]any{}
	}
	for k, v := range patch {
		switch v := v.(type) {
		case nil:
			delete(into, k)
		case map[string]any:
			below, _ := into[k].(map[string]any)
			into[k] = merge(below, v)
		default:
			into[k] = v
		}
	}
	return into
}

// limitsOf reads the deadlines of a folded state.
func limitsOf(state map[string]any) map[string]time.Time {
	out := map[string]time.Time{}
	all, _ := state["deadlines"].(map[string]any)
	for id, v := range all {
		d, _ := v.(map[string]any)
		text, _ := d["at"].(string)
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			out[id] = at.UTC()
		}
	}
	return out
}

// ownerOf reads the unit that answers for a case or a whistle.
func ownerOf(state map[string]any) string {
	if unit, whistle := state["owner_unit"].(string); whistle {
		return unit
	}
	owner, _ := state["owner"].(map[string]any)
	unit, _ := owner["unit"].(string)
	return unit
}
