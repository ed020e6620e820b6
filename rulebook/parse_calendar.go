package rulebook

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"huajie/domain/calendar"
)

// fileHours holds the office hours; every other file of calendar/ is a year.
const fileHours = dirCalendar + "/hours.yaml"

var (
	calendarYear = regexp.MustCompile(`year (\d{4})`)
	calendarDate = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)
)

// parseCalendar reads the years and the office hours.
func (l *loader) parseCalendar(version string) *calendar.Calendar {
	var hours calendar.Hours
	hoursDoc, ok := l.document(fileHours)
	if ok {
		hours = parseHours(hoursDoc)
	}
	var years []calendar.Year
	yearAt := map[int]entry{}
	for _, file := range l.under(dirCalendar) {
		if file == fileHours {
			continue
		}
		doc, ok := l.document(file)
		if !ok {
			continue
		}
		y := parseYear(doc)
		if base := strings.TrimSuffix(path.Base(file), ".yaml"); y.Year != 0 && base != strconv.Itoa(y.Year) {
			doc.fault("year", "年份与文件名不符", "the year is not that of the file name")
		}
		years = append(years, y)
		yearAt[y.Year] = doc
	}
	if len(years) == 0 {
		l.fault(dirCalendar, 0, "", "没有任何年份", "no years")
	}
	if !ok || len(l.faults) > 0 && l.faultIn(dirCalendar) {
		return nil // the rest would be consequences
	}
	cal, err := calendar.New(version, years, hours)
	l.domainFaults(err, func(err error) { placeCalendarFault(l, err.Error(), hoursDoc, yearAt) })
	return cal
}

func (l *loader) faultIn(dir string) bool {
	for _, f := range l.faults {
		if strings.HasPrefix(f.File, dir) {
			return true
		}
	}
	return false
}

// placeCalendarFault finds the year a fault names and the line of the last date
// it names there.
func placeCalendarFault(l *loader, text string, hours entry, yearAt map[int]entry) {
	m := calendarYear.FindStringSubmatch(text)
	if m == nil {
		hours.fault("week", "作息时间有误", text)
		return
	}
	year, _ := strconv.Atoi(m[1])
	at := yearAt[year]
	line, key := at.line, ""
	for _, date := range calendarDate.FindAllString(text, -1) {
		for _, field := range at.order {
			if n := lastWith(at.fields[field], date); n != nil {
				line, key = n.Line, field
			}
		}
	}
	l.fault(at.file, line, key, "日历有误", text)
}

// lastWith finds the last value of that text below the node.
func lastWith(n *yaml.Node, text string) *yaml.Node {
	var found *yaml.Node
	if n.Kind == yaml.ScalarNode && n.Value == text {
		found = n
	}
	for _, c := range n.Content {
		if f := lastWith(c, text); f != nil {
			found = f
		}
	}
	return found
}

func parseYear(doc entry) calendar.Year {
	y := calendar.Year{
		Year: doc.number("year", true), Notice: doc.text("notice"), URL: doc.optional("url"),
		Verified: doc.flag("verified", false), Provisional: doc.flag("provisional", false),
	}
	for _, h := range doc.children("holidays", true) {
		y.Holidays = append(y.Holidays, calendar.Span{
			From: parseDate(h, "from"), To: parseDate(h, "to"), Name: h.text("name"), NameEN: h.optional("name_en"),
		})
		h.done()
	}
	for _, n := range doc.items("workdays") {
		d, err := calendar.ParseDate(n.Value)
		if err != nil {
			doc.l.fault(doc.file, n.Line, "workdays", "日期无效", "not a date: "+err.Error())
			continue
		}
		y.Workdays = append(y.Workdays, d)
	}
	doc.done()
	return y
}

func parseDate(e entry, name string) calendar.Date {
	s := e.scalar(name, true, "a date", "!!timestamp", "!!str")
	if s == "" {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		e.fault(name, "日期无效", "not a date such as 2026-01-01")
	}
	return d
}

func parseHours(doc entry) calendar.Hours {
	doc.optional("tag")
	var h calendar.Hours
	if w, ok := doc.child("week", true); ok {
		h.Week = parseWeek(w)
	}
	for _, s := range doc.children("seasons", false) {
		season := calendar.Season{Name: s.text("name"), NameEN: s.optional("name_en"), From: parseMonthDay(s, "from"), To: parseMonthDay(s, "to")}
		if w, ok := s.child("week", true); ok {
			season.Week = parseWeek(w)
		}
		s.done()
		h.Seasons = append(h.Seasons, season)
	}
	doc.done()
	return h
}

func parseMonthDay(e entry, name string) calendar.MonthDay {
	s := e.text(name)
	if s == "" {
		return calendar.MonthDay{}
	}
	m, err := calendar.ParseMonthDay(s)
	if err != nil {
		e.fault(name, "日期无效", "not a day of the year such as 11-01")
	}
	return m
}

func parseWeek(e entry) calendar.Week {
	day := func(name string) []calendar.Window {
		var out []calendar.Window
		for _, n := range e.items(name) {
			w, err := calendar.ParseWindow(n.Value)
			if err != nil {
				e.l.fault(e.file, n.Line, e.key(name), "时段无效", "not a work window such as 08:30-11:30")
				continue
			}
			out = append(out, w)
		}
		return out
	}
	w := calendar.Week{
		Mon: day("mon"), Tue: day("tue"), Wed: day("wed"), Thu: day("thu"), Fri: day("fri"), Sat: day("sat"), Sun: day("sun"),
	}
	e.done()
	return w
}
