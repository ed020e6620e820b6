// Package recheck is the second look of the city at grid events that somebody passed on the
// spot (§6 item 78): which of them it is, who may take it, and what comes of it.
package recheck

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/gridevent"
	"huajie/domain/machine"
	"huajie/domain/notice"
	"huajie/domain/org"
)

// Drawn tells whether a closing is drawn: of so many of a hundred, by a hash of the case number
// and the sequence of the event that closed it. Nobody without the key can tell beforehand; with
// it the draw can be made again from the ledger.
func Drawn(key []byte, no string, seq, percent int) bool {
	m := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(m, "%s/%d", no, seq) // a hash takes everything
	return binary.BigEndian.Uint64(m.Sum(nil))%100 < uint64(max(percent, 0))
}

// Lot is what is drawn of: an event as it was closed by a pass on the spot.
type Lot struct {
	Seq      int // of the event that closed it
	Percent  int
	ClosedAt time.Time
	Verifier string
	Due      time.Time // of the second look, if it is drawn
}

// LotOf gives the lot of a change that has closed an event by a pass on the spot. Exercises, and
// a city that draws nothing, have none. The rules are those of the city: no county says how often
// it is looked at.
func LotOf(events []machine.Event, c *gridevent.Event, city *machine.Rules, at time.Time) *Lot {
	i := slices.IndexFunc(events, func(e machine.Event) bool { return e.Type == "verified" && e.To == gridevent.Closed })
	if i < 0 || c.ClosingType != gridevent.ClosedVerified || c.Verification == nil {
		return nil
	}
	place, _ := city.Org.Unit(c.County)
	percent := city.Policy.Percent("event.recheck.percent")
	if place.Drill || percent == 0 {
		return nil
	}
	return &Lot{Seq: events[i].Seq, Percent: percent, ClosedAt: c.ClosedAt, Verifier: c.Verification.By,
		Due: city.Calendar.Due(at, city.Policy.Limit("event.recheck.within")).At}
}

// Verdict is what the city says who went there.
type Verdict string

// The verdicts.
const (
	Pass        Verdict = "pass"
	Fail        Verdict = "fail"
	NotPossible Verdict = "not_possible"
)

// Verdicts lists them with their names, Reasons why a look was not possible.
var (
	Verdicts = []Verdict{Pass, Fail, NotPossible}
	Reasons  = []Reason{Changed, NoAccess, OtherReason}
)

var verdictNames = map[Verdict]domain.Text{
	Pass: {ZH: "属实", EN: "confirmed"}, Fail: {ZH: "不属实", EN: "not as it was passed"}, NotPossible: {ZH: "无法复核", EN: "could not be looked at"},
}

// Label names a verdict.
func (v Verdict) Label() domain.Text { return verdictNames[v] }

// Reason is why a look was not possible.
type Reason string

// The reasons.
const (
	Changed     Reason = "changed"
	NoAccess    Reason = "no_access"
	OtherReason Reason = "other"
)

var reasonNames = map[Reason]domain.Text{
	Changed: {ZH: "现场已改变,无从判断", EN: "the place has changed since: nothing can be said"}, NoAccess: {ZH: "无法到达或进入", EN: "it cannot be reached or entered"},
	OtherReason: {ZH: "其他(见意见)", EN: "another, as the comment says"},
}

// Label names a reason.
func (r Reason) Label() domain.Text { return reasonNames[r] }

// Recheck is a look that was drawn.
type Recheck struct {
	ID int64
	No string
	Lot
	Answer *Answer // nil: it waits
	// Event is the event as it is now; Standing tells that it is still closed as it was drawn.
	Event    *gridevent.Event
	Standing bool
}

// Answer is what came of it.
type Answer struct {
	Verdict Verdict
	Reason  Reason // of NotPossible
	Comment string
	Metres  int // from the event; -1 where nobody was there
	Photos  []string
	By      string
	At      time.Time
	Client  string // identifier by who sent it
}

// Filter selects looks. Open ones are shown to the city alone, and there not to who had a hand
// in the event.
type Filter struct {
	Areas  []string // of the offices of who asks; "" is the city
	Open   bool     // those that wait may be seen
	User   string   // who asks
	State  State
	County string
	No     string // of this event alone
}

// State is how far a look is.
type State string

// The states: one lapses where its event is reopened before anybody went.
const (
	Waiting  State = "open"
	Answered State = "answered"
	Lapsed   State = "lapsed"
)

var stateNames = map[State]domain.Text{Waiting: {ZH: "待复核", EN: "waiting"}, Answered: {ZH: "已复核", EN: "answered"}, Lapsed: {ZH: "已失效(事件已重开)", EN: "lapsed: the event was reopened"}}

// Label names a state.
func (s State) Label() domain.Text { return stateNames[s] }

// State tells how far it is.
func (r Recheck) State() State {
	switch {
	case r.Answer != nil:
		return Answered
	case r.Standing:
		return Waiting
	}
	return Lapsed
}

// TellFail tells the centre of the county and its platform that a pass did not hold. It stands
// in their inbox alone: whoever works on the event may be who it is about.
func TellFail(r Recheck, tree *org.Tree) []notice.Message {
	centre, _ := tree.CentreOf(r.Event.County)
	var out []notice.Message
	for _, to := range []machine.Recipient{{Role: org.RoleCentreDirector, Unit: centre.ID}, {Role: org.RolePlatformAdmin, Unit: centre.ID}, {Role: org.RoleSupervisor, Unit: r.Event.County}} {
		out = append(out, notice.Message{N: "N20", No: r.No, Seq: r.Seq, To: to, Exempt: notice.ForOverseers,
			TitleZH: "市级复核不属实", TitleEN: "A pass did not hold",
			BodyZH: fmt.Sprintf("事件 %s 的现场核查经市级随机复核不属实。%s", r.No, NextStep.ZH),
			BodyEN: fmt.Sprintf("The city looked again at event %s, which was passed on the spot: it does not hold. %s", r.No, NextStep.EN)})
	}
	return out
}

// NextStep is what is to be done of an event whose pass did not hold (E20, §6 item 56).
var NextStep = domain.Text{
	ZH: "请平台按“复发重开”重新交办(重开期内;期满的另行上报),并核定核查人的诚信标志。",
	EN: "The platform reopens it (within the window to reopen; report it anew afterwards), and the flag of who passed it is to be ruled on.",
}
