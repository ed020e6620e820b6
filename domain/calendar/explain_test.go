package calendar_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"huajie/domain/calendar"
)

// show writes segments one a line.
func show(segments []calendar.Segment) string {
	var b strings.Builder
	for _, s := range segments {
		fmt.Fprintf(&b, "%s–%s %s %s", s.From.Format("01-02 15:04"), s.To.Format("01-02 15:04"), s.Kind, s.Name)
		if s.Counted > 0 {
			fmt.Fprintf(&b, " %s", s.Counted)
		}
		if s.By != "" {
			fmt.Fprintf(&b, " (%s: %s)", s.By, s.Why)
		}
		if s.Provisional {
			b.WriteString(" ?")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func explained(t *testing.T, want string, got []calendar.Segment) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(want), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	require.Equal(t, strings.Join(lines, "\n")+"\n", show(got))
}

func TestExplainWorkingDays(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	start, l := ts("2026-09-24 10:00"), limit("2wd")
	pauses := []calendar.Pause{{From: ts("2026-09-28 16:00"), To: ts("2026-09-29 10:30"), By: "县中心主任", Reason: "鉴定"}}
	due, _ := c.DuePaused(start, l, pauses)
	extended := c.Extend(due.At, limit("1wd"))
	segments := c.Explain(start, extended.At, l, pauses, []calendar.Extension{
		{From: due.At, To: extended.At, Limit: limit("1wd"), By: "分管主任", Reason: "工程"},
	}, ts("2026-10-09 09:00"))
	explained(t, `
		09-24 10:00–09-25 00:00 start_day 起始日不计
		09-25 00:00–09-28 00:00 holiday 中秋节
		09-28 00:00–09-28 08:30 night 下班
		09-28 08:30–09-28 11:30 counted 计时 3h0m0s
		09-28 11:30–09-28 13:30 lunch 午休
		09-28 13:30–09-28 16:00 counted 计时 2h30m0s
		09-28 16:00–09-29 10:30 paused 暂停计时 (县中心主任: 鉴定)
		09-29 10:30–09-29 11:30 counted 计时 1h0m0s
		09-29 11:30–09-29 13:30 lunch 午休
		09-29 13:30–09-29 17:00 counted 计时 3h30m0s
		09-29 17:00–09-30 08:30 night 下班
		09-30 08:30–09-30 11:30 counted 计时 3h0m0s
		09-30 11:30–09-30 13:30 lunch 午休
		09-30 13:30–09-30 17:00 start_day 起始日不计 (分管主任: 工程)
		09-30 17:00–10-01 00:00 night 下班
		10-01 00:00–10-08 00:00 holiday 国庆节
		10-08 00:00–10-08 08:30 night 下班
		10-08 08:30–10-08 11:30 extended 延期 3h0m0s (分管主任: 工程)
		10-08 11:30–10-08 13:30 lunch 午休
		10-08 13:30–10-08 17:00 extended 延期 3h30m0s (分管主任: 工程)
		10-08 17:00–10-09 09:00 overdue 已超期
	`, segments)
}

func TestExplainCalendarDays(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	start, l := ts("2026-09-16 10:00"), limit("15cd")
	due := c.Due(start, l)
	explained(t, `
		09-16 10:00–09-17 00:00 start_day 起始日不计
		09-17 00:00–10-02 00:00 counted 计时 360h0m0s
		10-02 00:00–10-08 00:00 rolled 顺延:国庆节
		10-08 00:00–10-09 00:00 rolled 顺延至工作日
	`, c.Explain(start, due.At, l, nil, nil, start))

	extended := c.Extend(due.At, limit("30cd"))
	explained(t, `
		09-16 10:00–09-17 00:00 start_day 起始日不计
		09-17 00:00–10-02 00:00 counted 计时 360h0m0s
		10-02 00:00–10-08 00:00 rolled 顺延:国庆节
		10-08 00:00–10-09 00:00 rolled 顺延至工作日
		10-09 00:00–11-08 00:00 extended 延期 720h0m0s (head: complex)
		11-08 00:00–11-09 00:00 rolled 顺延:周末
		11-09 00:00–11-10 00:00 rolled 顺延至工作日
		11-10 00:00–11-10 01:00 overdue 已超期
	`, c.Explain(start, extended.At, l, nil, []calendar.Extension{
		{From: due.At, To: extended.At, Limit: limit("30cd"), By: "head", Reason: "complex"},
	}, ts("2026-11-10 01:00")))

	pauses := []calendar.Pause{{From: ts("2026-11-03 08:00"), To: ts("2026-11-05 14:00"), By: "a", Reason: "b"}}
	due, _ = c.DuePaused(ts("2026-11-02"), limit("2cd"), pauses)
	explained(t, `
		11-02 10:00–11-03 00:00 start_day 起始日不计
		11-03 00:00–11-03 08:00 counted 计时 8h0m0s
		11-03 08:00–11-05 14:00 paused 暂停计时 (a: b)
		11-05 14:00–11-07 06:00 counted 计时 40h0m0s
		11-07 06:00–11-08 00:00 rolled 至当日24时
		11-08 00:00–11-09 00:00 rolled 顺延:周末
		11-09 00:00–11-10 00:00 rolled 顺延至工作日
	`, c.Explain(ts("2026-11-02"), due.At, limit("2cd"), pauses, nil, time.Time{}))
}

func TestExplainSpecialCases(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	t.Run("no due moment while paused", func(t *testing.T) {
		t.Parallel()
		explained(t, `
			11-23 10:00–11-23 10:30 counted 计时 30m0s
			11-23 10:30–11-23 16:00 paused 暂停计时 (x: y)
		`, c.Explain(ts("2026-11-23"), time.Time{}, limit("2wh"), []calendar.Pause{{From: ts("2026-11-23 10:30"), By: "x", Reason: "y"}}, nil, ts("2026-11-23 16:00")))
	})
	t.Run("the due moment is computed", func(t *testing.T) {
		t.Parallel()
		explained(t, `11-23 10:00–11-23 12:00 counted 计时 2h0m0s`, c.Explain(ts("2026-11-23"), time.Time{}, limit("2uh"), nil, nil, time.Time{}))
	})
	t.Run("provisional days", func(t *testing.T) {
		t.Parallel()
		explained(t, `
			12-31 16:30–12-31 17:00 counted 计时 30m0s
			12-31 17:00–01-01 00:00 night 下班
			01-01 00:00–01-02 00:00 holiday 元旦 ?
			01-02 00:00–01-04 00:00 weekend 周末 ?
			01-04 00:00–01-04 08:30 night 下班 ?
			01-04 08:30–01-04 09:00 counted 计时 30m0s ?
		`, c.Explain(ts("2026-12-31 16:30"), ts("2027-01-04 09:00"), limit("1wh"), nil, nil, time.Time{}))
	})
	t.Run("a notified deadline is kept", func(t *testing.T) {
		t.Parallel()
		explained(t, `
			11-23 10:00–11-23 11:00 counted 计时 1h0m0s
			11-23 11:00–11-23 14:00 kept 保留已告知期限
		`, c.Explain(ts("2026-11-23"), ts("2026-11-23 14:00"), limit("1wh"), nil, nil, time.Time{}))
	})
	t.Run("a capped deadline", func(t *testing.T) {
		t.Parallel()
		explained(t, `
			11-23 10:00–11-23 11:00 counted 计时 1h0m0s
			11-23 11:00–11-23 12:00 overdue 已超期
		`, c.Explain(ts("2026-11-23"), ts("2026-11-23 11:00"), limit("5wh"), nil, nil, ts("2026-11-23 12:00")))
	})
}

func TestExplainExtensionsAndOverlaps(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	t.Run("an extension without amount", func(t *testing.T) {
		t.Parallel()
		explained(t, `
			11-23 10:00–11-23 11:00 counted 计时 1h0m0s
			11-23 11:00–11-23 11:30 extended 延期 30m0s (d: e)
			11-23 11:30–11-23 13:30 lunch 午休
			11-23 13:30–11-23 14:00 extended 延期 30m0s (d: e)
		`, c.Explain(ts("2026-11-23"), ts("2026-11-23 14:00"), limit("1wh"), nil,
			[]calendar.Extension{{From: ts("2026-11-23 11:00"), To: ts("2026-11-23 14:00"), By: "d", Reason: "e"}}, time.Time{}))
	})
	t.Run("overlapping pauses keep their reasons", func(t *testing.T) {
		t.Parallel()
		explained(t, `
			11-23 10:00–11-23 11:00 paused 暂停计时 (a: 1)
			11-23 11:00–11-23 12:00 paused 暂停计时 (b: 2)
			11-23 12:00–11-23 13:00 counted 计时 1h0m0s
		`, c.Explain(ts("2026-11-23"), ts("2026-11-23 13:00"), limit("1uh"), []calendar.Pause{
			{From: ts("2026-11-23 10:30"), To: ts("2026-11-23 12:00"), By: "b", Reason: "2"},
			{From: ts("2026-11-23 09:00"), To: ts("2026-11-23 11:00"), By: "a", Reason: "1"},
		}, nil, time.Time{}))
	})
	t.Run("an extension from the middle of a day", func(t *testing.T) {
		t.Parallel()
		explained(t, `
			11-23 16:00–11-23 16:30 counted 计时 30m0s
			11-23 16:30–11-23 17:00 start_day 起始日不计 (d: e)
			11-23 17:00–11-24 08:30 night 下班
			11-24 08:30–11-24 11:30 extended 延期 3h0m0s (d: e)
			11-24 11:30–11-24 13:30 lunch 午休
			11-24 13:30–11-24 17:00 extended 延期 3h30m0s (d: e)
		`, c.Explain(ts("2026-11-23 16:00"), ts("2026-11-24 17:00"), limit("30wmin"), nil,
			[]calendar.Extension{{From: ts("2026-11-23 16:30"), To: ts("2026-11-24 17:00"), Limit: limit("1wd"), By: "d", Reason: "e"}}, time.Time{}))
	})
	t.Run("nothing to explain", func(t *testing.T) {
		t.Parallel()
		require.Empty(t, c.Explain(ts("2026-11-23"), time.Time{}, calendar.Limit{}, nil, nil, ts("2026-11-23")))
	})
}

func TestSegmentJSON(t *testing.T) {
	t.Parallel()
	segments := shipped(t).Explain(ts("2026-11-23"), time.Time{}, limit("1uh"), nil, nil, time.Time{})
	text, err := json.Marshal(segments)
	require.NoError(t, err)
	require.JSONEq(t, `[{"from":"2026-11-23T10:00:00+08:00","to":"2026-11-23T11:00:00+08:00","kind":"counted","name":"计时","name_en":"counted"}]`, string(text))
}

// TestExplainAddsUp checks every explanation against the simulator, minute by minute: no gap, no overlap, the counted
// minutes are the worked ones, and they add up to the limit.
func TestExplainAddsUp(t *testing.T) {
	t.Parallel()
	for _, p := range pairs(t) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				s := drawScene(t, false)
				due, _ := p.c.DuePaused(s.start, s.limit(), s.pauses)
				now := s.start.Add(time.Duration(rapid.IntRange(-600, 40*24*60).Draw(t, "now")) * time.Minute)
				segments := p.c.Explain(s.start, due.At, s.limit(), s.pauses, nil, now)
				var sum time.Duration
				next := s.start
				for i, g := range segments {
					if !g.From.Equal(next) || !g.From.Before(g.To) || g.Name == "" || g.NameEN == "" {
						t.Fatalf("segment %d does not follow:\n%s", i, show(segments))
					}
					if i > 0 && segments[i-1].Kind == g.Kind && segments[i-1].Name == g.Name && g.Kind != calendar.KindPaused && segments[i-1].Provisional == g.Provisional {
						t.Fatalf("segments %d and %d say the same:\n%s", i-1, i, show(segments))
					}
					p.agrees(t, s, g, due.At)
					sum += g.Counted
					next = g.To
				}
				end := due.At
				if now.After(end) {
					end = now
				}
				if !next.Equal(end) {
					t.Fatalf("ends at %v, want %v:\n%s", next, end, show(segments))
				}
				if want := time.Duration(p.s.minutes(s.start, s.class, s.n)) * time.Minute; sum != want {
					t.Fatalf("adds up to %v, want %v:\n%s", sum, want, show(segments))
				}
			})
		})
	}
}

// TestExplainAddsUpWithExtensions extends paused limits and adds up what each segment says it used.
func TestExplainAddsUpWithExtensions(t *testing.T) {
	t.Parallel()
	for _, p := range pairs(t) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				s := drawScene(t, false)
				first, _ := p.c.DuePaused(s.start, s.limit(), s.pauses)
				due := first.At
				var want time.Duration
				var extensions []calendar.Extension
				for range rapid.IntRange(1, 2).Draw(t, "extensions") {
					n := rapid.IntRange(1, 10).Draw(t, "more")
					more := limit(fmt.Sprint(n, s.class))
					next, _ := p.c.ExtendPaused(due, more, s.pauses)
					if !next.At.After(due) {
						t.Fatalf("%v extended by %v is %v", due, more, next.At)
					}
					extensions = append(extensions, calendar.Extension{From: due, To: next.At, Limit: more, By: "head"})
					last := due // the day from which the extension counts: 24:00 belongs to the day it ends
					if s.class == "wd" || s.class == "cd" {
						last = due.Add(-time.Minute)
					}
					want += time.Duration(p.s.minutes(last, s.class, n)) * time.Minute
					due = next.At
				}
				sums := map[calendar.SegmentKind]time.Duration{}
				segments := p.c.Explain(s.start, due, s.limit(), s.pauses, extensions, s.start)
				for _, g := range segments {
					sums[g.Kind] += g.Counted
				}
				counted := time.Duration(p.s.minutes(s.start, s.class, s.n)) * time.Minute
				if sums[calendar.KindCounted] != counted || sums[calendar.KindExtended] != want || sums[calendar.KindKept] != 0 {
					t.Fatalf("adds up to %v, want %v and %v:\n%s", sums, counted, want, show(segments))
				}
			})
		})
	}
}

// agrees compares one segment with the simulator.
func (p pair) agrees(t *rapid.T, s scene, g calendar.Segment, due time.Time) {
	working := s.limit().Class().Working()
	counted := 0
	p.s.each(g.From, func(m time.Time, worked bool) bool {
		if !m.Before(g.To) {
			return false
		}
		var ok bool
		paused := within(m, s.pauses)
		switch g.Kind {
		case calendar.KindCounted:
			counted++
			ok = !paused && (worked || !working)
		case calendar.KindNight, calendar.KindLunch:
			ok = !paused && working && !worked && !p.s.rest(m)
		case calendar.KindWeekend, calendar.KindHoliday:
			ok = !paused && working && p.s.rest(m)
		case calendar.KindPaused:
			ok = paused
		case calendar.KindStartDay:
			ok = m.Before(begin(s.start, s.class))
		case calendar.KindRolled:
			ok = s.class == "cd"
		case calendar.KindOverdue:
			ok = !m.Before(due)
		default:
			ok = false
		}
		if !ok {
			t.Fatalf("%v is no minute of %s", m, show([]calendar.Segment{g}))
		}
		return true
	})
	if g.Counted != time.Duration(counted)*time.Minute {
		t.Fatalf("%d minutes in %s", counted, show([]calendar.Segment{g}))
	}
}
