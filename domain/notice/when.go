package notice

import (
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/casekind"
	"huajie/domain/joint"
	"huajie/domain/whistle"
)

// moment writes a time of day, nothing for no time.
func (l language) moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(calendar.Zone).Format(l.pick("2006年1月2日15:04", "2006-01-02 15:04"))
}

// day writes a date, nothing for no time.
func (l language) day(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.In(calendar.Zone).Format(l.pick("2006年1月2日", "2006-01-02"))
}

// due writes the end of a limit. The end of a day is 24:00 of that day, as
// officers write it, not 00:00 of the next.
func (l language) due(at time.Time) string {
	local := at.In(calendar.Zone)
	if at.IsZero() || local.Hour() != 0 || local.Minute() != 0 {
		return l.moment(at)
	}
	return l.day(local.AddDate(0, 0, -1)) + l.pick("24:00", " 24:00")
}

// limit writes an amount of time, nothing for what is none.
func (l language) limit(s string) string {
	amount, err := calendar.ParseLimit(s)
	if err != nil {
		return ""
	}
	return l.pick(amount.Text())
}

// actionName is what a step is called on its button: in a case of the kind, or in
// a joint session.
func actionName(kind, action string) domain.Text {
	if action == "" {
		return domain.Text{}
	}
	if k, ok := casekind.Named(kind); ok {
		return k.ActionLabel(action)
	}
	if s, ok := joint.Machine.Step(action); ok {
		return domain.Text{ZH: s.ZH, EN: s.EN}
	}
	if s, ok := whistle.Machine.Step(action); ok {
		return domain.Text{ZH: s.ZH, EN: s.EN}
	}
	return domain.Text{ZH: action, EN: action}
}
