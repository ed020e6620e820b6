package form

import (
	"huajie/domain"
	"huajie/domain/calendar"
)

// PastDay reads a day that is asked about: today or before, and since there are records.
func PastDay(field, text string, today calendar.Date) (calendar.Date, error) {
	d, err := calendar.ParseDate(text)
	if err != nil || d.Compare(today) > 0 || d.Year < 2000 {
		return d, domain.Invalid(domain.Fault(field, "range", "应为今天或以前的日期", "must be a day, not one to come"))
	}
	return d, nil
}
