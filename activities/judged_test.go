package activities_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/rulebook"
)

// lookingBook notes by which limit each decision went.
type lookingBook struct {
	*rulebook.Holder
	limits []string
}

func (b *lookingBook) Rules(area, version string, at time.Time) *machine.Rules {
	r := b.Holder.Rules(area, version, at)
	b.limits = append(b.limits, r.Policy.Text("budget.general.L1"))
	return r
}

// TestATighterValueIsForLaterCases: one version holds a limit until a day and a shorter one from then on. Who was
// dispatched before goes on by the longer, also when that day has come (§4, §6 item 43).
func TestATighterValueIsForLaterCases(t *testing.T) {
	t.Parallel()
	shipped, err := rulebook.Default()
	require.NoError(t, err)
	clock := time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Zone)
	files := shipped.Files()
	name, text, err := rulebook.WriteSetting(files, rulebook.Setting{Key: "budget.general.L1", Scope: "220400", Values: []string{"4wd"}, From: calendar.Date{Year: 2026, Month: 11, Day: 24}})
	require.NoError(t, err)
	files[name] = []byte(text)
	b, err := rulebook.Check(files)
	require.NoError(t, err)
	book := &lookingBook{Holder: rulebook.NewHolder(b)}
	now := func() time.Time { return clock }
	desk := &activities.Desk{Ledger: activitiestest.NewMemory(b.Users), Book: book, Now: now, Engine: now}
	who := func(name string) domain.Actor {
		u, ok := b.Users.User(name)
		require.True(t, ok, name)
		return domain.Actor{User: name, Grants: u.Grants}
	}
	w, err := desk.Register(t.Context(), activities.RegisterInput{Actor: who("win-general.220402"), Key: "k", Anonymous: true, At: clock,
		Input: form.Input{"nature": "help", "summary": "楼道积水", "channel": "walk_in", "area": "220402008", "category": "0402"}})
	require.NoError(t, err)
	step := func(as, action string, in form.Input) {
		_, err := desk.Commit(t.Context(), activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: -1, At: clock,
			Command: machine.Command{Key: action, Action: action, Actor: who(as), Input: in}})
		require.NoError(t, err, action)
	}
	step("disp.220402", "start-triage", nil)
	step("disp.220402", "dispatch", form.Input{"lead_unit": "220402-D11"})
	clock = clock.AddDate(0, 0, 1).Add(time.Hour)                                                                           // the shorter one holds now
	_, err = desk.Commit(t.Context(), activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: -1, At: clock}) // it was not signed for
	require.NoError(t, err)
	assert.Equal(t, "5wd", book.limits[len(book.limits)-1], "a running case keeps the limit of its dispatch")
	assert.Equal(t, "4wd", book.Holder.Rules("220402008", "", clock).Policy.Text("budget.general.L1"), "a new one has the new")
}
