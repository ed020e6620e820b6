package view_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"huajie/domain/gridevent"
	"huajie/domain/grievance"
	"huajie/domain/joint"
	"huajie/domain/view"
	"huajie/domain/whistle"
)

// TestEveryDeadlineIsNamed: whatever time does something about has a name of its own.
func TestEveryDeadlineIsNamed(t *testing.T) {
	t.Parallel()
	for machine, kinds := range map[string][]string{
		grievance.Machine.Name: slices.Collect(maps.Keys(grievance.Machine.Expire)),
		gridevent.Machine.Name: slices.Collect(maps.Keys(gridevent.Machine.Expire)),
		joint.Kind:             slices.Collect(maps.Keys(joint.Machine.Expire)),
		whistle.Machine.Name:   slices.Collect(maps.Keys(whistle.Machine.Expire)),
	} {
		assert.NotEmpty(t, kinds, machine)
		for _, kind := range kinds {
			label := view.DeadlineLabel(machine, kind)
			assert.NotEqual(t, kind, label.ZH, "%s of %s has no name", kind, machine)
			assert.NotEmpty(t, label.EN, "%s of %s", kind, machine)
		}
	}
	assert.Equal(t, "会签纪要", view.DeadlineLabel(joint.Kind, "sign").ZH)
	assert.Equal(t, "签收", view.DeadlineLabel("grievance", "sign").ZH)
	assert.Equal(t, "unheard_of", view.DeadlineLabel("grievance", "unheard_of").EN)
}
