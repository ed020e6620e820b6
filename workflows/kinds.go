package workflows

import (
	"fmt"
	"slices"
	"strings"

	"huajie/activities"
)

// kept are the workflows of the kinds of stream, and how their IDs begin. Histories
// own both: they never change.
var kept = map[string]struct{ name, prefix string }{
	activities.KindGrievance: {GrievanceWorkflow, "grievance"},
	activities.KindGridEvent: {GridEventWorkflow, "grid_event"},
	activities.KindSession:   {SessionWorkflow, "joint"},
	activities.KindWhistle:   {WhistleWorkflow, "whistle"},
}

// ID is the workflow ID of a case, session or whistle.
func ID(no string) string { return kept[activities.KindOf(no)].prefix + "/" + no }

// TypeOf is the type of the workflow of a case, session or whistle.
func TypeOf(no string) (string, error) {
	k, ok := kept[activities.KindOf(no)]
	if !ok {
		return "", fmt.Errorf("no workflow keeps %q", no)
	}
	return k.name, nil
}

// Types are all types of workflow of cases, sessions and whistles.
func Types() []string {
	var out []string
	for _, k := range kept {
		out = append(out, k.name)
	}
	slices.Sort(out)
	return out
}

// NumberOf tells of which case, session or whistle a workflow ID is, and its kind; ok
// is false for the ID of something else.
func NumberOf(id string) (kind, no string, ok bool) {
	prefix, no, ok := strings.Cut(id, "/")
	kind = activities.KindOf(no)
	return kind, no, ok && prefix != "" && kept[kind].prefix == prefix
}
