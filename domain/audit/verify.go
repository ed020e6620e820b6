package audit

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/calendar"
)

// Break is the first link of a day that does not hold.
type Break struct {
	Day  calendar.Date
	N    int         // row of the day
	What domain.Text // what differs
}

// Report is what a verification found.
type Report struct {
	Days, Rows int
	Heads      int             // that were held against the rows
	Forgotten  []Forgotten     // days that were let go of as they were signed
	Unsigned   []calendar.Date // days with rows after the newest head
	Since      time.Time       // when the first of these rows was written; zero when there is none
	Breaks     []Break         // the first of each day, oldest first: each day is a chain of its own
}

// Verifier holds rows, day by day in order, against their chain and the signed heads.
type Verifier struct {
	heads  map[calendar.Date][]Head // by rows, fewest first
	newest calendar.Date            // day of the newest head
	report Report
	last   Row
	signed Head      // the last head of the day that fitted
	since  time.Time // when the first row after it was written
	broken bool      // the day is, and what else it holds is not looked at

	forgotten map[calendar.Date]Forgotten
}

// Forgotten is a day whose rows were let go of by the rules: how many there were, and the hash
// of the last. Its head must say the same.
type Forgotten struct {
	Day  calendar.Date
	Rows int
	Hash []byte
	By   string
	Told bool // an entry of the log says so
}

// NewVerifier takes the heads, whose signatures have been checked.
func NewVerifier(heads []Head) *Verifier {
	v := &Verifier{heads: map[calendar.Date][]Head{}, forgotten: map[calendar.Date]Forgotten{}}
	for _, h := range heads {
		v.heads[h.Day] = append(v.heads[h.Day], h)
		if h.Day.Compare(v.newest) > 0 {
			v.newest = h.Day
		}
	}
	for day := range v.heads {
		slices.SortStableFunc(v.heads[day], func(a, b Head) int { return a.Rows - b.Rows })
	}
	return v
}

// Forget tells of a day whose rows were let go of. It comes before any row.
func (v *Verifier) Forget(f Forgotten) { v.forgotten[f.Day] = f }

// Row takes the next row. Once a day is broken the rest of it is only counted; the next day is
// a chain of its own.
func (v *Verifier) Row(r Row) {
	if v.report.Days == 0 || r.Day != v.last.Day {
		v.endOfDay()
		v.skipped(v.last.Day, r.Day)
		v.last, v.signed, v.since, v.broken = Row{Day: r.Day}, Head{}, time.Time{}, false
		v.report.Days++
	}
	v.report.Rows++
	if v.broken || !v.follows(r) {
		return
	}
	v.last = r
	if v.fitsHeads(); v.signed.Rows < r.N && v.since.IsZero() {
		v.since = r.At
	}
}

// follows tells whether a row is the one after the last.
func (v *Verifier) follows(r Row) bool {
	prev := v.last.Hash
	if v.last.N == 0 {
		prev = Beginning()
	}
	sum, err := Sum(prev, r)
	switch {
	case r.N != v.last.N+1:
		return v.breaks(r.Day, v.last.N+1, "缺少此行,其后为第%[1]d行", "the row is missing; row %[1]d comes next", r.N)
	case !bytes.Equal(r.Prev, prev):
		return v.breaks(r.Day, r.N, "前一行的哈希不符:记为 %[1]s,应为 %[2]s", "does not follow the row before it: prev_hash is %[1]s, should be %[2]s", short(r.Prev), short(prev))
	case err != nil || !bytes.Equal(r.Hash, sum):
		return v.breaks(r.Day, r.N, "内容与哈希不符:记为 %[1]s,按内容计算为 %[2]s", "its contents do not give its hash: hash is %[1]s, the contents give %[2]s", short(r.Hash), short(sum))
	case calendar.DateOf(r.At) != r.Day:
		return v.breaks(r.Day, r.N, "时间属于另一天:%[1]s", "it is of another day: %[1]s", calendar.DateOf(r.At))
	case r.At.Before(v.last.At):
		return v.breaks(r.Day, r.N, "时间早于前一行:%[1]s", "it is older than the row before it: %[1]s", r.At.UTC().Format(stamp))
	}
	return true
}

// fitsHeads holds the last row against the heads that were signed at it.
func (v *Verifier) fitsHeads() {
	list := v.heads[v.last.Day]
	for len(list) > 0 && list[0].Rows == v.last.N {
		h := list[0]
		if h.Hash != hex.EncodeToString(v.last.Hash) {
			v.breaks(v.last.Day, v.signed.Rows+1, "第%[1]d至%[2]d行在签名后被改写:已签哈希 %.12[3]s,现为 %[4]s",
				"rows %[1]d to %[2]d were written anew after the head was signed: signed hash %.12[3]s, now %[4]s", v.signed.Rows+1, h.Rows, h.Hash, short(v.last.Hash))
			return
		}
		v.signed, v.since = h, time.Time{}
		v.report.Heads++
		list = list[1:]
	}
	v.heads[v.last.Day] = list
}

// endOfDay finds rows cut off at the end of the day that was read, and rows put in after it:
// a day is signed to its end before any later one is (store.AuditHeads).
func (v *Verifier) endOfDay() {
	day := v.last.Day
	if v.report.Days > 0 && !v.broken && v.all(day, v.last.N) && v.signed.Rows < v.last.N {
		if day.Compare(v.newest) < 0 {
			v.breaks(day, v.signed.Rows+1, "签名后补入:当日签至第%[1]d行,现有%[2]d行", "put in afterwards: the day was signed up to row %[1]d, there are %[2]d", v.signed.Rows, v.last.N)
		} else if v.report.Unsigned = append(v.report.Unsigned, day); v.report.Since.IsZero() {
			v.report.Since = v.since
		}
	}
	delete(v.heads, day)
}

// all tells whether a day has all the rows there were when it was signed.
func (v *Verifier) all(day calendar.Date, rows int) bool {
	list := v.heads[day]
	if len(list) == 0 {
		return true
	}
	most := list[len(list)-1]
	return v.breaks(day, rows+1, "已删除:签名时有%[1]d行,现有%[2]d行", "removed: there were %[1]d rows when the head was signed, there are %[2]d", most.Rows, rows)
}

// skipped finds days between two that were signed and have no rows any more.
func (v *Verifier) skipped(after, before calendar.Date) {
	var gone []calendar.Date
	for day := range v.heads {
		if day.Compare(after) > 0 && (before.IsZero() || day.Compare(before) < 0) {
			gone = append(gone, day)
		}
	}
	slices.SortFunc(gone, calendar.Date.Compare)
	for _, day := range gone {
		if f, ok := v.forgotten[day]; ok {
			v.fitsForgotten(f)
		} else {
			v.all(day, 0)
		}
		delete(v.heads, day)
	}
}

// fitsForgotten holds what is said of a day that was let go of against its last head.
func (v *Verifier) fitsForgotten(f Forgotten) {
	list := v.heads[f.Day]
	h := list[len(list)-1]
	if !f.Told || h.Rows != f.Rows || h.Hash != hex.EncodeToString(f.Hash) {
		v.breaks(f.Day, h.Rows, "已清除的日志与已签链头(第%[1]d行,哈希 %.12[2]s)不符,或日志中无清除记录", "the day was let go of, and not as it was signed (row %[1]d, hash %.12[2]s) or without an entry that says so", h.Rows, h.Hash)
		return
	}
	v.report.Heads++
	v.report.Forgotten = append(v.report.Forgotten, f)
}

// Finish tells what was found once there are no rows left.
func (v *Verifier) Finish() Report {
	v.endOfDay()
	v.skipped(v.last.Day, calendar.Date{})
	return v.report
}

func (v *Verifier) breaks(day calendar.Date, n int, zh, en string, args ...any) bool {
	v.broken = true
	v.report.Breaks = append(v.report.Breaks, Break{Day: day, N: n, What: domain.Text{ZH: fmt.Sprintf(zh, args...), EN: fmt.Sprintf(en, args...)}})
	return false
}

func short(hash []byte) string {
	s := hex.EncodeToString(hash)
	return s[:min(len(s), 12)]
}
