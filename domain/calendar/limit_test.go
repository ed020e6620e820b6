package calendar_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/calendar"
)

func TestParseLimit(t *testing.T) {
	t.Parallel()
	for _, v := range []struct {
		in, out string
		class   calendar.Class
		count   int
		nominal time.Duration
		zh, en  string
	}{
		{"5wd", "5wd", "wd", 5, 120 * time.Hour, "5个工作日", "5 working days"},
		{"1wd", "1wd", "wd", 1, 24 * time.Hour, "1个工作日", "1 working day"},
		{"60cd", "60cd", "cd", 60, 1440 * time.Hour, "60日", "60 calendar days"},
		{"4wh", "4wh", "wh", 240, 4 * time.Hour, "4个工作小时", "4 working hours"},
		{"1.5wh", "90wmin", "wh", 90, 90 * time.Minute, "90个工作分钟", "90 working minutes"},
		{"90wmin", "90wmin", "wh", 90, 90 * time.Minute, "90个工作分钟", "90 working minutes"},
		{"120wmin", "2wh", "wh", 120, 2 * time.Hour, "2个工作小时", "2 working hours"},
		{"24uh", "24uh", "uh", 1440, 24 * time.Hour, "24小时", "24 hours"},
		{"1.0uh", "1uh", "uh", 60, time.Hour, "1小时", "1 hour"},
		{"0.25uh", "15min", "uh", 15, 15 * time.Minute, "15分钟", "15 minutes"},
		{"15min", "15min", "uh", 15, 15 * time.Minute, "15分钟", "15 minutes"},
		{"0.05uh", "3min", "uh", 3, 3 * time.Minute, "3分钟", "3 minutes"},
		{"30s", "30s", "s", 30, 30 * time.Second, "30秒", "30 seconds"},
		{"3660cd", "3660cd", "cd", 3660, 3660 * 24 * time.Hour, "3660日", "3660 calendar days"},
	} {
		t.Run(v.in, func(t *testing.T) {
			t.Parallel()
			l, err := calendar.ParseLimit(v.in)
			require.NoError(t, err)
			require.Equal(t, v.out, l.String())
			require.Equal(t, v.class, l.Class())
			require.Equal(t, v.count, l.Count())
			require.Equal(t, v.nominal, l.Nominal())
			require.False(t, l.IsZero())
			zh, en := l.Text()
			require.Equal(t, v.zh, zh)
			require.Equal(t, v.en, en)
		})
	}
	require.Equal(t, limit("0.25uh"), limit("15min"), "limits compare by what they mean")
	require.NotEqual(t, limit("1wh"), limit("1uh"))
}

func TestParseLimitFaults(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"", "5", "wd", "5 wd", " 5wd", "5wd ", "5WD", "-5wd", "+5wd", "0wd", "0.0uh", "0s", "5d", "5wdd", "5h", "1.5wd", "1.5cd", "1.5min",
		"1.5s", ".5uh", "1.uh", ".uh", "1.5.5uh", "0.001uh", "0.01666uh", "0.3333uh", "3661cd", "2601wd", "17001wh", "99999999999999999999s",
		"99999999999wd", "1e3s", "0x10s", "５wd", "5工作日", "5wd4wh", "NaNs", "1_0wd",
	} {
		_, err := calendar.ParseLimit(s)
		require.ErrorContains(t, err, "limit \"", "%q", s)
	}
	require.Panics(t, func() { calendar.MustLimit("soon") })
}

func TestLimitScale(t *testing.T) {
	t.Parallel()
	require.Equal(t, limit("3wd"), limit("5wd").Half())
	require.Equal(t, limit("1wd"), limit("1wd").Half())
	require.Equal(t, limit("2wh"), limit("4wh").Half())
	require.Equal(t, limit("8min"), limit("15min").Half())
	require.Equal(t, limit("45cd"), limit("60cd").Scale(3, 4))
	require.Equal(t, limit("15wd"), limit("5wd").Scale(3, 1))
	require.Equal(t, limit("2600wd"), limit("5wd").Scale(1<<62, 1), "never beyond what can be parsed")
	require.Equal(t, limit("5wd"), limit("5wd").Scale(1<<62, 1<<62))
	for _, l := range []calendar.Limit{{}, limit("5wd").Scale(0, 2), limit("5wd").Scale(-1, 2), limit("5wd").Scale(1, 0), calendar.Limit{}.Half()} {
		require.True(t, l.IsZero())
	}
}

func TestNoLimit(t *testing.T) {
	t.Parallel()
	var l calendar.Limit
	require.Equal(t, "", l.String())
	require.Equal(t, calendar.Class(""), l.Class())
	zh, en := l.Text()
	require.Equal(t, "不限时", zh)
	require.Equal(t, "no limit", en)
	require.Zero(t, l.Nominal())
}

func TestTextForms(t *testing.T) {
	t.Parallel()
	type all struct {
		Limit  calendar.Limit    `json:"limit"`
		None   calendar.Limit    `json:"none"`
		Date   calendar.Date     `json:"date"`
		NoDate calendar.Date     `json:"no_date"`
		Day    calendar.MonthDay `json:"day"`
		Window calendar.Window   `json:"window"`
	}
	in := all{
		Limit: limit("5wd"), Date: date("2026-02-28"), Day: calendar.MonthDay{Month: 2, Day: 29},
		Window: calendar.Window{From: 510, To: 1440},
	}
	text, err := json.Marshal(in)
	require.NoError(t, err)
	require.JSONEq(t, `{"limit":"5wd","none":"","date":"2026-02-28","no_date":"","day":"02-29","window":"08:30-24:00"}`, string(text))
	var out all
	require.NoError(t, json.Unmarshal(text, &out))
	require.Equal(t, in, out)
	for _, bad := range []string{
		`{"limit":"5x"}`, `{"date":"2026-02-29"}`, `{"date":"2026-2-9"}`, `{"day":"02-30"}`, `{"day":"2-3"}`, `{"window":"08:30"}`,
		`{"window":"8:30-11:30"}`, `{"window":"08:30-24:01"}`, `{"window":"08:30-11:30-12:00"}`,
	} {
		require.Error(t, json.Unmarshal([]byte(bad), &out), bad)
	}
	require.Equal(t, in, out, "a refused text changes nothing")
}

func FuzzParseLimit(f *testing.F) {
	for _, s := range []string{"5wd", "4wh", "0.25uh", "15min", "60cd", "30s", "90wmin", "", "-1wd", "1.5.5uh", "0.0000uh", "99999999999999999999s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := calendar.ParseLimit(s)
		if err != nil {
			require.True(t, l.IsZero(), "a refused limit is no limit")
			return
		}
		require.Positive(t, l.Count())
		require.Positive(t, l.Nominal())
		require.LessOrEqual(t, l.Nominal(), 3660*24*time.Hour)
		again, err := calendar.ParseLimit(l.String())
		require.NoError(t, err, "%q prints as %q", s, l)
		require.Equal(t, l, again)
		require.LessOrEqual(t, l.Half().Count()*2, l.Count()+1)
		require.GreaterOrEqual(t, l.Half().Count()*2, l.Count())
	})
}

func TestLimitPlus(t *testing.T) {
	t.Parallel()
	for _, v := range []struct{ a, b, sum string }{
		{"5wd", "3wd", "8wd"}, {"90wmin", "30wmin", "2wh"}, {"", "3wd", "3wd"}, {"3wd", "", "3wd"}, {"", "", ""},
		{"3660cd", "1cd", "refused"}, {"5wd", "5cd", "refused"}, {"1wh", "1uh", "refused"},
	} {
		var a, b calendar.Limit
		require.NoError(t, a.UnmarshalText([]byte(v.a)))
		require.NoError(t, b.UnmarshalText([]byte(v.b)))
		sum, ok := a.Plus(b)
		require.Equal(t, v.sum != "refused", ok, "%s + %s", v.a, v.b)
		if ok {
			require.Equal(t, v.sum, sum.String())
		}
	}
}
