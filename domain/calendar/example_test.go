package calendar_test

import (
	"fmt"
	"log"
	"time"

	"huajie/domain/calendar"
)

// A matter dispatched before National Day, to be handled within five working days.
func Example() {
	span := func(from, to, name, nameEN string) calendar.Span {
		var s calendar.Span
		s.From, _ = calendar.ParseDate(from)
		s.To, _ = calendar.ParseDate(to)
		s.Name, s.NameEN = name, nameEN
		return s
	}
	sunday, _ := calendar.ParseDate("2026-09-20")
	saturday, _ := calendar.ParseDate("2026-10-10")
	day := []calendar.Window{{From: 8*60 + 30, To: 11*60 + 30}, {From: 13*60 + 30, To: 17 * 60}}
	c, err := calendar.New("2026-1", []calendar.Year{{
		Year: 2026, Notice: "国办发明电〔2025〕7号",
		Holidays: []calendar.Span{span("2026-10-01", "2026-10-07", "国庆节", "National Day")},
		Workdays: []calendar.Date{sunday, saturday},
	}}, calendar.Hours{Week: calendar.Week{Mon: day, Tue: day, Wed: day, Thu: day, Fri: day}})
	if err != nil {
		log.Fatal(err)
	}
	start := time.Date(2026, 9, 30, 16, 0, 0, 0, calendar.Zone)
	due := c.Due(start, calendar.MustLimit("4wh"))
	fmt.Println(due.At.Format("Mon 2006-01-02 15:04"))
	for _, s := range c.Explain(start, due.At, calendar.MustLimit("4wh"), nil, nil, start) {
		fmt.Println(s.From.Format("01-02 15:04"), s.Kind, s.NameEN)
	}
	// Output:
	// Thu 2026-10-08 11:30
	// 09-30 16:00 counted counted
	// 09-30 17:00 night off hours
	// 10-01 00:00 holiday National Day
	// 10-08 00:00 night off hours
	// 10-08 08:30 counted counted
}
