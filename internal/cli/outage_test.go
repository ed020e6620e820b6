package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/view"
)

func TestOutageWindows(t *testing.T) {
	t.Parallel()
	now, err := moment("2026-03-04 12:00")
	require.NoError(t, err)
	same, err := moment("2026-03-04T12:00:00+08:00")
	require.NoError(t, err)
	require.True(t, now.Equal(same))
	_, err = moment("yesterday")
	require.Error(t, err)
	for _, o := range []view.Outage{
		{From: now, To: now},
		{From: now.Add(-time.Hour), To: now.Add(time.Minute)},
		{From: now.AddDate(0, -2, 0), To: now},
	} {
		require.Error(t, sound(o, now))
	}
	require.NoError(t, sound(view.Outage{From: now.Add(-time.Hour), To: now}, now))
}

func TestOutagesAreTold(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC)
	var out strings.Builder
	printOutages(&out, nil)
	require.Contains(t, out.String(), "no outage")
	out.Reset()
	printOutages(&out, []view.Outage{
		{ID: 3, From: at, To: at.Add(time.Hour), Causes: []string{view.CauseEngine}, By: "worker/a/1", Progress: view.Progress{Total: 9, Told: 4}},
		{ID: 2, From: at, To: at.Add(time.Hour), County: "220402", Causes: []string{view.CauseDeclared}, By: "admin", VoidedAt: at, VoidedBy: "admin", VoidReason: "误报"},
		{ID: 1, From: at, To: at.Add(time.Hour), Causes: []string{view.CauseSilent}, Progress: view.Progress{Total: 9, Told: 9, Remaining: 2, DoneAt: at}},
	})
	for _, words := range []string{"O3 ", "10:00:00", "4 / 9", "engine did not answer", "220402", "误报", "仍有 2 件"} {
		require.Contains(t, out.String(), words)
	}
}
