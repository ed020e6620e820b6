package evidence

import (
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/policy"
)

// Quota is how much one account may send, and all of them together may have under way.
// A zero is no bound.
type Quota struct {
	Since, Until time.Time // the day that is counted
	Files        int       // announced on the day (photo.daily)
	Bytes        int64     // announced on the day (photo.daily.mb)
	Unfinished   int       // announced, and neither complete nor refused (photo.unfinished)
	AllBytes     int64     // unfinished ones of everybody: parts lie in the database
}

// Used is what stands against a quota, what is being announced included.
type Used struct {
	Files      int
	Bytes      int64
	Unfinished int
	AllBytes   int64
}

// QuotaOf is what a policy lets one account send on the day of a moment.
func QuotaOf(p policy.Set, at time.Time) Quota {
	day := calendar.DateOf(at)
	return Quota{Since: day.Start(), Until: day.End(), Files: p.Int("photo.daily"),
		Bytes: int64(p.Int("photo.daily.mb")) << 20, Unfinished: p.Int("photo.unfinished")}
}

// crowded is how long to wait while others have too much under way.
const crowded = 5 * time.Minute

// Allows refuses what is more than a quota. What the day has used up is there again the next
// one; unfinished uploads are in the hands of who has them, so waiting is no help.
func (q Quota) Allows(u Used, now time.Time) error {
	tomorrow := max(q.Until.Sub(now), time.Second)
	switch {
	case q.Files > 0 && u.Files > q.Files:
		return over(domain.CodeTooMany, "too_many_uploads", tomorrow, "今日上传数量已达上限", "no more uploads today")
	case q.Bytes > 0 && u.Bytes > q.Bytes:
		return over(domain.CodeTooMany, "too_many_bytes", tomorrow, "今日上传容量已达上限", "no more bytes today")
	case q.Unfinished > 0 && u.Unfinished > q.Unfinished:
		return over(domain.CodeConflict, "too_many_unfinished", 0, "未传完的照片过多,请先续传已申报的照片", "too many uploads are unfinished: go on with those first")
	case q.AllBytes > 0 && u.AllBytes > q.AllBytes:
		return over(domain.CodeUnavailable, "uploads_crowded", crowded, "正在上传的照片过多,请稍后重试", "too much is being uploaded by everybody; try again later")
	}
	return nil
}

func over(code domain.Code, reason string, wait time.Duration, zh, en string) error {
	return &domain.Error{Code: code, Reason: reason, Rule: "§4.10", Wait: wait, Text: domain.Text{ZH: zh, EN: en}}
}

// SenderOf is the account photos are sent under by whoever knows the query code of a case: each
// case has its own, so that nobody goes on with another's upload or uses up another's day.
func SenderOf(no string) string { return senders + no }

// IsSender tells whether an account is that of a petitioner without one.
func IsSender(account string) bool { return strings.HasPrefix(account, senders) }

// senders begin with what no name of an account may hold.
const senders = domain.Petitioner + "/"

// QuotaOfSender is what a policy lets a petitioner without an account send on the day of a
// moment: what a matter takes, with some tries for lines that drop.
func QuotaOfSender(p policy.Set, at time.Time) Quota {
	q, tries := QuotaOf(p, at), 3*p.Int("photo.petitioner")
	if q.Files == 0 || q.Files > tries {
		q.Files = tries
	}
	if q.Unfinished == 0 || q.Unfinished > tries {
		q.Unfinished = tries
	}
	return q
}

// MostOf is how many photos one case may hold, whatever step brings them.
func MostOf(p policy.Set) int { return p.Int("photo.case") }
