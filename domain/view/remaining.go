package view

import (
	"strconv"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
)

// remaining tells how much of a clock is left, in minutes of its own time and in
// words; for a late one how late it is, as people count lateness: by the clock
// on the wall.
func remaining(cal *calendar.Calendar, class calendar.Class, at, due time.Time, state ClockState) (int, domain.Text) {
	if due.IsZero() {
		return 0, domain.Text{}
	}
	if !at.Before(due) {
		late := at.Sub(due)
		zh, en := span(late)
		if state == Stopped {
			return -whole(late), domain.Text{ZH: "停止时已超期" + zh, EN: "stopped " + en + " late"}
		}
		return -whole(late), domain.Text{ZH: "已超期" + zh, EN: "overdue by " + en}
	}
	counted := cal.Counted(at, due, class)
	zh, en := left(cal, class, at, due, counted)
	switch state {
	case Paused:
		return whole(counted), domain.Text{ZH: "暂停中,还剩" + zh, EN: "paused, " + en + " left"}
	case Stopped:
		return whole(counted), domain.Text{ZH: "已停止,余" + zh, EN: "stopped with " + en + " left"}
	}
	return whole(counted), domain.Text{ZH: "还剩" + zh, EN: en + " left"}
}

// Remains tells how much working time is left to what is due, as it is planned with; of what is
// late how late it is.
func Remains(cal *calendar.Calendar, at, due time.Time) domain.Text {
	_, said := remaining(cal, calendar.WorkingDays, at, due, Running)
	return said
}

// left writes what remains in the unit people plan in: days while there are
// whole days, hours and minutes on the last one.
func left(cal *calendar.Calendar, class calendar.Class, at, due time.Time, counted time.Duration) (zh, en string) {
	switch class {
	case calendar.WorkingDays:
		if n := workdays(cal, at, due); n > 0 {
			return words(n, "个工作日", "working day")
		}
		return hours(counted, "工作小时", "working hour")
	case calendar.WorkingHours:
		return hours(counted, "工作小时", "working hour")
	}
	return span(counted)
}

// workdays counts the working days after today up to the due day.
func workdays(cal *calendar.Calendar, at, due time.Time) int {
	n, last := 0, calendar.Due{At: due}.Date()
	for d := calendar.DateOf(at).AddDays(1); d.Compare(last) <= 0; d = d.AddDays(1) {
		if worked, _, _, _ := cal.IsWorkday(d); worked {
			n++
		}
	}
	return n
}

// span writes elapsed time in its two largest units.
func span(d time.Duration) (zh, en string) {
	const day = 24 * time.Hour
	switch {
	case d >= day:
		zh, en = words(int(d/day), "天", "day")
		if h := int(d % day / time.Hour); h > 0 {
			zh, en = join(zh, en, h, "小时", "hour")
		}
		return zh, en
	case d >= time.Minute:
		return hours(d, "小时", "hour")
	}
	return words(int(d/time.Second), "秒", "second")
}

// hours writes hours and minutes.
func hours(d time.Duration, zhUnit, enUnit string) (zh, en string) {
	h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case h == 0:
		return words(m, strings.Replace(zhUnit, "小时", "分钟", 1), strings.Replace(enUnit, "hour", "minute", 1))
	case m == 0:
		return words(h, zhUnit, enUnit)
	}
	zh, en = words(h, zhUnit, enUnit)
	return join(zh, en, m, "分", "minute")
}

func words(n int, zh, en string) (string, string) {
	if n != 1 {
		en += "s"
	}
	return strconv.Itoa(n) + zh, strconv.Itoa(n) + " " + en
}

func join(zh, en string, n int, zhUnit, enUnit string) (string, string) {
	z, e := words(n, zhUnit, enUnit)
	return zh + z, en + " " + e
}

func whole(d time.Duration) int { return int(d / time.Minute) }

// Local shows a moment in the zone of the office, to the microsecond the ledger
// keeps; no moment stays none.
func Local(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return at.Truncate(time.Microsecond).In(calendar.Zone)
}
