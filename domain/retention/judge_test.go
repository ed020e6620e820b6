package retention_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/policy"
	"huajie/domain/retention"
	"huajie/rulebook"
)

var now = time.Date(2036, time.March, 1, 9, 0, 0, 0, time.UTC)

func shipped(t *testing.T) policy.Set {
	t.Helper()
	b, err := rulebook.Default()
	require.NoError(t, err)
	return b.PolicyAt(b.Org.Root(), now)
}

func years(n int) time.Time { return now.AddDate(-n, 0, -1) }

// TestHowLongAFileIsKept: §4.9 retention, as it ships.
func TestHowLongAFileIsKept(t *testing.T) {
	t.Parallel()
	p := shipped(t)
	for name, c := range map[string]struct {
		file retention.File
		want retention.Why
		rule string
	}{
		"a petition of 9 years":        {retention.File{Class: retention.Petition, EndedAt: years(9)}, retention.Period, "retention.petitions"},
		"a petition of 10 years":       {retention.File{Class: retention.Petition, EndedAt: years(10)}, "", "retention.petitions"},
		"a demand of 4 years":          {retention.File{Class: retention.Demand, EndedAt: years(4)}, retention.Period, "retention.demands"},
		"a demand of 5 years":          {retention.File{Class: retention.Demand, EndedAt: years(5)}, "", "retention.demands"},
		"one a county leader had":      {retention.File{Class: retention.Demand, EndedAt: years(30), Leader: true}, retention.LongTerm, "retention.long_term"},
		"an accusation":                {retention.File{Class: retention.Petition, EndedAt: years(30), Confidentiality: "C3"}, retention.LongTerm, "retention.long_term"},
		"a sensitive one":              {retention.File{Class: retention.Demand, EndedAt: years(5), Confidentiality: "C2"}, "", "retention.demands"},
		"an event of 5 years":          {retention.File{Class: retention.Event, EndedAt: years(5)}, "", "retention.events"},
		"a whistle of 4 years":         {retention.File{Class: retention.Whistle, EndedAt: years(4)}, retention.Period, "retention.events"},
		"held":                         {retention.File{Class: retention.Demand, EndedAt: years(30), Held: true}, retention.Held, "retention.demands"},
		"followed":                     {retention.File{Class: retention.Demand, EndedAt: years(30), Followed: true}, retention.Followed, "retention.demands"},
		"held, and of a county leader": {retention.File{Class: retention.Demand, EndedAt: years(30), Held: true, Leader: true}, retention.Held, "retention.demands"},
	} {
		c.file.Final = true
		v := retention.Judge(c.file, p, now)
		assert.Equal(t, c.want, v.Keep, name)
		assert.Equal(t, c.rule, v.Rule, name)
		c.file.Final = false
		assert.Equal(t, retention.Open, retention.Judge(c.file, p, now).Keep, "%s, and not over", name)
	}
	assert.Equal(t, retention.Open, retention.Judge(retention.File{Class: retention.Demand, Final: true}, p, now).Keep, "without an end there is no period")
	assert.Equal(t, 1827*24*time.Hour, retention.Shortest(p))
	assert.Empty(t, retention.Unknown(p))
}

// TestNothingComesBackByWaiting: what may go at a moment may go at any later one; a ground
// never lets go of what is open, held or followed, and sets nothing else aside but periods.
func TestNothingComesBackByWaiting(t *testing.T) {
	t.Parallel()
	p, r := shipped(t), rand.New(rand.NewPCG(4, 9))
	flip := func() bool { return r.IntN(3) == 0 }
	classes := []string{retention.Petition, retention.Demand, retention.Event, retention.Whistle}
	for range 5000 {
		f := retention.File{Class: classes[r.IntN(4)], EndedAt: now.AddDate(0, 0, -r.IntN(6000)), Final: !flip(), Held: flip(), Followed: flip(), Leader: flip(),
			Confidentiality: []string{"C1", "C2", "C3"}[r.IntN(3)]}
		v := retention.Judge(f, p, now)
		later := retention.Judge(f, p, now.AddDate(0, 0, r.IntN(4000)))
		if v.Keep == "" {
			require.Empty(t, later.Keep)
			require.False(t, v.Until.After(now))
			require.GreaterOrEqual(t, now.Sub(f.EndedAt), retention.Shortest(p))
		}
		for _, g := range retention.Grounds {
			over := g.Over(v)
			require.Equal(t, over.Keep == "", f.Final && !f.Held && !f.Followed)
			if v.Keep == "" {
				require.Equal(t, v, over, "what goes by itself goes by its own rule")
			}
		}
	}
	_, ok := retention.GroundOf("consent_withdrawn")
	require.False(t, ok)
}
