package notice

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"huajie/domain/calendar"
	"huajie/domain/codes"
	"huajie/domain/machine"
	"huajie/domain/policy"
)

// Channel is a way out of the house.
type Channel string

// The channels. The app of an officer is none: it fetches what is there.
const (
	SMS    Channel = "sms"
	WeChat Channel = "wechat"
)

// State is what has become of a delivery.
type State string

// The states of a delivery.
const (
	Queued    State = "queued"    // waits for its time, or for another try
	Sent      State = "sent"      // the provider has taken it
	Written   State = "written"   // written to a file; nobody has sent it
	Delivered State = "delivered" // the provider says it has arrived
	Failed    State = "failed"    // it will not arrive this way
	Expired   State = "expired"   // it took too long to be of use
	Unneeded  State = "unneeded"  // the app was there before
)

// faultCode is what a code looks like. Anything else may be words of a stranger, or a
// number, and is not kept.
var faultCode = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9._-]{0,39}$`)

// FaultCode is the code of a fault as it is kept.
func FaultCode(code string) string {
	if code == "" || faultCode.MatchString(code) {
		return code
	}
	return "other"
}

// Channels are the ways to the petitioner, in the order they are tried (§3.11), as far
// as the house has them; none for a notice that is not sent.
func Channels(p policy.Set, n string, has func(Channel) bool) (out []Channel) {
	if !p.Lists("notify.petitioner", n) {
		return nil
	}
	for _, c := range p.List("notify.channels") {
		if has(Channel(c)) {
			out = append(out, Channel(c))
		}
	}
	return out
}

// Fallback tells how long the app of an officer has before a notice goes out by SMS as
// well (R70); ok is false for a notice that never does.
func Fallback(p policy.Set, n string, immediate bool) (wait time.Duration, ok bool) {
	limit := p.Limit("notify.fallback")
	if !immediate {
		limit = p.Limit("notify.fallback.normal")
	}
	return limit.Nominal(), p.Lists("notify.sms", n) && !limit.IsZero()
}

// Awake gives the first moment from at on at which somebody may be disturbed: at once
// for an emergency, else outside of the quiet hours (§3.11).
func Awake(p policy.Set, at time.Time, immediate bool) time.Time {
	from, to := p.Int("notify.quiet.from"), p.Int("notify.quiet.to")
	local := at.In(calendar.Zone)
	hour, midnight := local.Hour(), time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, calendar.Zone)
	switch {
	case immediate || from == to:
		return at
	case from < to && hour >= from && hour < to, from > to && hour < to:
		return midnight.Add(time.Duration(to) * time.Hour)
	case from > to && hour >= from:
		return midnight.AddDate(0, 0, 1).Add(time.Duration(to) * time.Hour)
	}
	return at
}

// Earliest is when a message may go to somebody who was sent the last one at a moment,
// zero for never: one digest in the time of notify.batching (§4.3), emergencies at once.
func Earliest(p policy.Set, now, last time.Time, immediate bool) time.Time {
	if next := last.Add(p.Limit("notify.batching").Nominal()); !immediate && !last.IsZero() && next.After(now) {
		now = next
	}
	return Awake(p, now, immediate)
}

// Expiry is when it is too late to send a notice.
func Expiry(p policy.Set, at time.Time) time.Time {
	return at.Add(p.Limit("notify.expire").Nominal())
}

// Brief is a notice as it goes into a short message, with the class of its case.
type Brief struct {
	No              string
	TitleZH, BodyZH string
	TitleEN, BodyEN string
	Confidentiality string
}

// restricted tells whether a short message may say no more than a number (§3.11).
func (b Brief) restricted() bool {
	return b.Confidentiality != codes.ConfidentialityPublic && b.Confidentiality != codes.ConfidentialityNormal
}

// Text writes a short message: the words of a single notice, or a list of several. A
// case of a restricted class is named by its number only, whoever reads along.
func Text(list []Brief, english bool) string {
	l := language(english)
	if len(list) == 1 && !list[0].restricted() {
		return l.pick("【化解】"+list[0].BodyZH, "[Huajie] "+list[0].BodyEN)
	}
	var about []string
	for _, b := range list {
		one := b.No
		if !b.restricted() {
			one = l.pick(b.TitleZH+"("+b.No+")", b.TitleEN+" ("+b.No+")")
		}
		if !slices.Contains(about, one) {
			about = append(about, one)
		}
	}
	return l.pick(
		fmt.Sprintf("【化解】您有%d条新通知:%s。请登录平台或者凭查询码查看,也可到受理单位了解。", len(list), strings.Join(about, ";")),
		fmt.Sprintf("[Huajie] New notices for you (%d): %s. Sign in, use your query code, or ask the unit that received you.", len(list), strings.Join(about, "; ")))
}

// Undelivered asks the desk that received a matter to tell its petitioner on paper,
// where no short message has arrived (§6 item 49).
func Undelivered(m Message, to machine.Recipient) Message {
	return Message{N: "N20", No: m.No, Seq: m.Seq, To: to, TitleZH: titles["N20"].ZH, TitleEN: titles["N20"].EN,
		BodyZH: fmt.Sprintf("办件%s:发给诉求人的《%s》未能以短信、微信送达,请改用纸质方式送达并登记送达情况。未送达的,相关期限不起算。", m.No, m.TitleZH),
		BodyEN: fmt.Sprintf("Case %s: the notice “%s” to the petitioner has not arrived by SMS or WeChat. Serve it on paper and record the service; until then its windows do not open.", m.No, m.TitleEN)}
}
