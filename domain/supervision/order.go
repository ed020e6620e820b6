// Package supervision is the ladder of the specification §4.7 as far as people climb it by hand, for a case of any
// kind: a supervision officer urges a unit, gives it a yellow or, with the director, a red
// card, and the unit answers in writing within its time. What time does by itself (a reminder
// at the yellow light, a card for days overdue) each kind of case does in its own rules.
package supervision

import (
	"slices"
	"strconv"
	"time"

	"huajie/domain"
	"huajie/domain/form"
)

// The marks of a case, in the order they weigh.
const (
	Reminded = "reminded"
	Yellow   = "yellow_card"
	Red      = "red_card"
	Listed   = "listed"
)

// Raise gives the heavier of two marks: a mark never sinks.
func Raise(mark, to string) string {
	rank := []string{"", "none", Reminded, Yellow, Red, Listed}
	if slices.Index(rank, to) > slices.Index(rank, mark) {
		return to
	}
	return mark
}

// Order is one reminder or card a person gave to a unit. Its words are kept with its event.
type Order struct {
	Mark       string    `json:"mark"`
	Cause      string    `json:"cause"` // of the table supervision_cause (§8.14)
	Unit       string    `json:"unit"`
	By         string    `json:"by"`
	At         time.Time `json:"at"`
	Event      int       `json:"event"` // sequence of the event with the words
	Due        time.Time `json:"due_at"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	AnsweredBy string    `json:"answered_by,omitempty"`
	Missed     bool      `json:"missed,omitempty"` // not answered in time; it is still to be answered
}

// Open tells whether it waits for its answer.
func (o Order) Open() bool { return o.AnsweredAt.IsZero() }

// Orders are what was ordered on a case, oldest first.
type Orders []Order

// Owes tells whether a unit owes an answer.
func (o Orders) Owes(unit string) bool {
	return slices.ContainsFunc(o, func(x Order) bool { return x.Unit == unit && x.Open() })
}

// open tells whether a unit owes an answer to one of a mark.
func (o Orders) open(unit, mark string) bool {
	return slices.ContainsFunc(o, func(x Order) bool { return x.Unit == unit && x.Mark == mark && x.Open() })
}

// had tells whether a unit ever got one of a mark.
func (o Orders) had(unit, mark string) bool {
	return slices.ContainsFunc(o, func(x Order) bool { return x.Unit == unit && x.Mark == mark })
}

// Move has a successor answer for a unit whose duty it took over (§6 item 34).
func (o Orders) Move(from, to string) Orders {
	out := slices.Clone(o)
	for i := range out {
		if out[i].Unit == from && out[i].Open() {
			out[i].Unit = to
		}
	}
	return out
}

// Deadline is the kind of deadline by which a unit answers.
const Deadline = "order"

// deadlineOf is the deadline of the order at a place in the list.
func deadlineOf(i int) string { return Deadline + "." + strconv.Itoa(i) }

// The steps.
const (
	Remind     = "remind"
	YellowCard = "yellow-card"
	RedCard    = "red-card"
	Answer     = "answer-supervision"
)

// Inputs of the steps.
var (
	cause = form.Field{Name: "cause", ZH: "督办事由", EN: "cause", Type: form.Code, Table: "supervision_cause", Required: true}
	unit  = form.Unit.Named("unit", "被督办单位(缺省为现责任单位)", "unit (without one: which answers for the case now)")
	asked = form.Text.Named("requirements", "督办要求", "what is asked of it").Need()
	done  = form.Text.Named("statement", "书面回应(原因、已采取措施)", "answer: why, and what was done").Need()
	plan  = form.Text.Named("plan", "整改计划(红牌必填)", "plan to put it right (a red card asks for one)")
)

func refuse(reason, zh, en string) error { return domain.Refuse(reason, "§4.7", zh, en) }
