package joint_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/joint"
	"huajie/domain/machine"
	"huajie/internal/testkit/trial"
)

// TestBarredUnit: nothing a session about an accusation decides may name the unit it
// is about (§6 item 13), and no record of the session names it either.
func TestBarredUnit(t *testing.T) {
	t.Parallel()
	in := opening()
	in["respondent_unit"] = second
	_, _, err := joint.Open("X-J1", machine.Command{Actor: trial.Actor(t, boss), Input: in}, trial.Book.RulesFor(county, trial.Monday), trial.Monday)
	require.Equal(t, domain.CodeConflict, domain.CodeOf(err), "a seat for the accused unit")

	const barred = "220402-D27"
	b := newBench(t, form.Input{"respondent_unit": barred})
	require.Equal(t, barred, b.Case.Barred)
	require.NotContains(t, b.All[0].Input, "respondent_unit")
	notices, err := json.Marshal(b.All[0].Notices)
	require.NoError(t, err)
	require.NotContains(t, string(notices), barred)
	b.Case.State = joint.Held
	for u, seat := range b.Case.Seats {
		seat.Attendance, seat.SignedAt = joint.Attended, trial.Monday
		b.Case.Seats[u] = seat
	}
	b.Faults("lead_unit_final", "not_a_unit", boss, "conclude", form.Input{"lead_unit_final": barred, "joint_opinion": "x"})
	b.Faults("measures[0].executor", "not_a_unit", boss, "conclude", form.Input{"lead_unit_final": lead, "joint_opinion": "x",
		"measures": []any{map[string]any{"executor": barred, "what": "x", "due": "2026-12-20"}}})
	b.Do(boss, "conclude", form.Input{"lead_unit_final": lead, "joint_opinion": "x"})
	require.Equal(t, joint.Concluded, b.Case.State)
}
