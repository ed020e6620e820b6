package notice_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/machine"
	"huajie/domain/notice"
)

func clock(hour, minute int) time.Time {
	return time.Date(2026, 11, 23, hour, minute, 0, 0, calendar.Zone)
}

func TestQuietHours(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ at, want time.Time }{
		{clock(8, 0), clock(8, 0)},
		{clock(12, 30), clock(12, 30)},
		{clock(20, 59), clock(20, 59)},
		{clock(21, 0), clock(8, 0).AddDate(0, 0, 1)},
		{clock(23, 59), clock(8, 0).AddDate(0, 0, 1)},
		{clock(0, 0), clock(8, 0)},
		{clock(7, 59), clock(8, 0)},
	} {
		require.True(t, row.want.Equal(notice.Awake(rules.Policy, row.at.UTC(), false)), row.at)
		require.Equal(t, row.at, notice.Awake(rules.Policy, row.at, true), "an emergency does not wait")
	}
}

// TestNobodyIsDisturbed: whatever was sent when, the next message comes outside of the
// quiet hours, not before its time, and at least two hours after the last.
func TestNobodyIsDisturbed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := clock(0, 0).Add(time.Duration(rapid.IntRange(0, 7*24*60).Draw(t, "minutes")) * time.Minute)
		last := now.Add(-time.Duration(rapid.IntRange(0, 300).Draw(t, "since")) * time.Minute)
		at := notice.Earliest(rules.Policy, now, last, false)
		hour := at.In(calendar.Zone).Hour()
		if at.Before(now) || at.Sub(last) < 2*time.Hour || hour < 8 || hour >= 21 || at.Sub(now) > 13*time.Hour {
			t.Fatalf("at %v after %v, now %v", at, last, now)
		}
		if !notice.Earliest(rules.Policy, now, last, true).Equal(now) {
			t.Fatal("an emergency waits")
		}
	})
	require.Equal(t, clock(9, 0), notice.Earliest(rules.Policy, clock(9, 0), time.Time{}, false))
}

func TestChannelsByPolicy(t *testing.T) {
	t.Parallel()
	all := func(notice.Channel) bool { return true }
	require.Equal(t, []notice.Channel{notice.WeChat, notice.SMS}, notice.Channels(rules.Policy, "N1", all))
	require.Equal(t, []notice.Channel{notice.SMS}, notice.Channels(rules.Policy, "N16", func(c notice.Channel) bool { return c == notice.SMS }))
	require.Empty(t, notice.Channels(rules.Policy, "N3", all), "what must be served is not sent")
	wait, ok := notice.Fallback(rules.Policy, "N23", true)
	require.True(t, ok)
	require.Equal(t, 10*time.Minute, wait)
	wait, ok = notice.Fallback(rules.Policy, "N7", false)
	require.True(t, ok)
	require.Equal(t, 24*time.Hour, wait)
	_, ok = notice.Fallback(rules.Policy, "N9", true)
	require.False(t, ok)
	require.Equal(t, clock(9, 0).Add(72*time.Hour), notice.Expiry(rules.Policy, clock(9, 0)))
}

// TestShortMessagesHoldNoMatter (§3.11): of a restricted case nothing but its number,
// and of no case the words of anybody.
func TestShortMessagesHoldNoMatter(t *testing.T) {
	t.Parallel()
	var list []notice.Brief
	for _, r := range rows() {
		m := render(r)
		for _, class := range []string{codes.ConfidentialityPublic, codes.ConfidentialityNormal, codes.ConfidentialitySensitive, codes.ConfidentialityAccusation, ""} {
			b := notice.Brief{No: m.No, TitleZH: m.TitleZH, BodyZH: m.BodyZH, TitleEN: m.TitleEN, BodyEN: m.BodyEN, Confidentiality: class}
			list = append(list, b)
			for _, english := range []bool{false, true} {
				text := notice.Text([]notice.Brief{b}, english)
				require.Contains(t, text, m.No[:19])
				for _, s := range secret {
					require.NotContains(t, text, s)
				}
				if class == codes.ConfidentialityPublic || class == codes.ConfidentialityNormal {
					continue
				}
				for _, s := range []string{m.TitleZH, m.BodyZH, m.TitleEN, m.BodyEN} {
					require.NotContains(t, text, s)
				}
			}
		}
	}
	digest := notice.Text(list[:3], false)
	require.Contains(t, digest, "3条")
	require.Equal(t, 1, strings.Count(digest, "登记回执"), "what is the same is said once")
	require.NotContains(t, digest, list[0].BodyZH)
	require.Contains(t, notice.Text(list[:2], true), "(2)")
}

func TestUndeliveredIsForTheDesk(t *testing.T) {
	t.Parallel()
	m := render(row{n: "N1", event: "registered", to: petitioner})
	u := notice.Undelivered(m, atLead)
	require.Equal(t, machine.Recipient{Role: atLead.Role, Unit: lead}, u.To)
	require.Equal(t, "N20", u.N)
	require.Contains(t, u.BodyZH, m.No)
	require.Contains(t, u.BodyZH, "纸质")
	require.Contains(t, u.BodyEN, "on paper")
	require.NotEmpty(t, u.TitleZH+u.TitleEN)
}

func TestFaultCodes(t *testing.T) {
	t.Parallel()
	for given, kept := range map[string]string{"": "", "DELIVRD": "DELIVRD", "isv.MOBILE_NUMBER-1": "isv.MOBILE_NUMBER-1", "13804371234": "other", "号码无效": "other",
		"not reached": "other", strings.Repeat("x", 41): "other"} {
		require.Equal(t, kept, notice.FaultCode(given), given)
	}
}
