package calendar

import (
	"fmt"
	"time"
)

// zoneOffset is the distance of [Zone] from UTC in seconds.
const zoneOffset = 8 * 3600

// day is the length of every day: the zone has no daylight saving.
const day = 24 * time.Hour

// Zone is Asia/Shanghai as a fixed offset of +08:00, without daylight saving (§4.1 time.zone). A fixed zone keeps the
// results independent of the time zone database of the machine.
var Zone = time.FixedZone("Asia/Shanghai", zoneOffset)

// Date is a day of the civil calendar in [Zone]. It is comparable; the zero value is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a date written as 2006-01-02.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q: want a day written as 2006-01-02", s)
	}
	return Date{t.Year(), t.Month(), t.Day()}, nil
}

// DateOf returns the day of t in [Zone]. Midnight belongs to the day it opens: 24:00 of the 8th is the 9th.
func DateOf(t time.Time) Date {
	n, _ := split(t)
	return dateOf(n)
}

// String returns the date as 2006-01-02, and "" for the zero date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// IsZero tells whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// AddDays returns the day n days later, or earlier if n is negative.
func (d Date) AddDays(n int) Date { return dateOf(d.number() + n) }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return weekdayOf(d.number()) }

// Compare returns -1, 0 or +1 as d is before, equal to or after other.
func (d Date) Compare(other Date) int {
	a, b := d.number(), other.number()
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Start returns 00:00 of the day in [Zone].
func (d Date) Start() time.Time { return at(d.number(), 0) }

// End returns 24:00 of the day in [Zone], which is 00:00 of the next.
func (d Date) End() time.Time { return at(d.number()+1, 0) }

// MarshalText writes the date as [Date.String].
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a date as [ParseDate] does; empty text is the zero date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	v, err := ParseDate(string(text))
	if err == nil {
		*d = v
	}
	return err
}

// number counts the days since 1970-01-01 in the proleptic Gregorian calendar. Years are shifted to begin in March, so
// that the leap day is the last day of its year.
func (d Date) number() int {
	y, m := d.Year, int(d.Month)
	if m <= 2 {
		y--
		m += 12
	}
	era := floorDiv(y, 400)
	yearOfEra := y - era*400
	dayOfYear := (153*(m-3)+2)/5 + d.Day - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468
}

// dateOf is the inverse of Date.number.
func dateOf(n int) Date {
	n += 719468
	era := floorDiv(n, 146097)
	dayOfEra := n - era*146097
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	shifted := (5*dayOfYear + 2) / 153
	d := Date{Year: yearOfEra + era*400, Month: time.Month(shifted + 3), Day: dayOfYear - (153*shifted+2)/5 + 1}
	if d.Month > 12 {
		d.Month -= 12
		d.Year++
	}
	return d
}

// weekdayOf returns the day of the week of a day number; day 0 was a Thursday.
func weekdayOf(n int) time.Weekday { return time.Weekday(n + 4 - floorDiv(n+4, 7)*7) }

// split takes t apart into its day number and the time passed since 00:00 of that day, both in [Zone].
func split(t time.Time) (int, time.Duration) {
	local := int(t.Unix()) + zoneOffset
	n := floorDiv(local, 86400)
	return n, time.Duration(local-n*86400)*time.Second + time.Duration(t.Nanosecond())
}

// at is the inverse of split; an offset of 24 hours is the midnight that ends the day.
func at(n int, offset time.Duration) time.Time {
	return time.Unix(int64(n)*86400-zoneOffset, 0).Add(offset).In(Zone)
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
