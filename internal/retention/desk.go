package retention

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/calendar"
	"huajie/domain/policy"
	"huajie/domain/retention"
	"huajie/store"
)

// Ledger is what is needed of the store.
type Ledger interface {
	Audit(ctx context.Context, entries ...audit.Entry) error
	EndedFiles(ctx context.Context, whistles bool, before time.Time, after store.Aged, limit int) ([]store.File, error)
	YoungFiles(ctx context.Context, since time.Time) ([]store.Young, error)
	MasterOf(ctx context.Context, f store.File) (*store.File, error)
	VerifyChain(ctx context.Context, no string) error
	FileNamed(ctx context.Context, no string) (store.File, error)
	StreamsOf(ctx context.Context, no string) ([]string, error)
	RemoveFile(ctx context.Context, r store.Removing) (store.GoneFile, error)
	ForgetKeys(ctx context.Context) (int64, error)
	UnusedPhotos(ctx context.Context, before time.Time) (n int, oldest time.Time, err error)
	ForgetPhotos(ctx context.Context, before time.Time) (int, error)
	DroppedBytes(ctx context.Context, drop func(name [32]byte) error) (int, error)
	OldRecords(ctx context.Context, before time.Time) ([]store.Old, error)
	ForgetRecords(ctx context.Context, before time.Time) (int64, error)
	LogDays(ctx context.Context, before calendar.Date) ([]store.LogDay, error)
	ForgetLogDay(ctx context.Context, head audit.Head, by string, e audit.Entry) error
	KnownBy(ctx context.Context, phone, idNo string) ([]store.Known, error)
	FilesOf(ctx context.Context, persons []string) ([]store.KnownFile, error)
	ToldOf(ctx context.Context, nos []string) ([]store.Told, error)
	LookedAt(ctx context.Context, nos []string) ([]store.Looked, error)
}

var _ Ledger = (*store.Store)(nil)

// Engine is what is needed of the engine.
type Engine interface {
	// Forget deletes every history of a stream that has ended. One that still runs is an error.
	Forget(ctx context.Context, no string) error
}

// Bytes is what is needed of the storage of photographs.
type Bytes interface {
	// Remove deletes the bytes of a name. Bytes that are not there are no fault.
	Remove(ctx context.Context, name [32]byte) error
}

// Desk carries out retention. A desk that only plans needs neither engine nor bytes.
type Desk struct {
	Ledger Ledger
	Engine Engine
	Bytes  Bytes
	// Policy is the policy of a place as it is now.
	Policy func(area string) policy.Set
	// Areas are all places that may have a policy of their own.
	Areas []string
	// Heads are the signed heads of the audit log.
	Heads func() ([]audit.Head, error)
	Now   func() time.Time
	Log   *slog.Logger
	// Progress is told now and then how far the work has got; it may be nil.
	Progress func(stage string, done, total int)
}

// page is how many files are read at once.
const page = 500

// verdict judges a file, and before it the one it was merged into: it follows that.
func (d *Desk) verdict(f store.File, master *store.File, now time.Time) retention.Verdict {
	if master != nil && d.verdict(*master, nil, now).Keep != "" {
		f.Followed = true
	}
	return retention.Judge(f.File, d.Policy(f.Area), now)
}

// sound sees that whatever the policies keep for good is something.
func (d *Desk) sound() error {
	for _, a := range append([]string{""}, d.Areas...) {
		if unknown := retention.Unknown(d.Policy(a)); len(unknown) > 0 {
			return fmt.Errorf("retention.long_term %s: 无此类别 no such kind of file: %s", a, strings.Join(unknown, ", "))
		}
	}
	return nil
}

// shortest is how long any file is kept at least, wherever.
func (d *Desk) shortest() time.Duration {
	least := retention.Shortest(d.Policy(""))
	for _, a := range d.Areas {
		least = min(least, retention.Shortest(d.Policy(a)))
	}
	return least
}

// ended walks the files that may be old enough, the oldest first. What is removed meanwhile is
// not met again.
func (d *Desk) ended(ctx context.Context, before time.Time, each func(store.File) error) error {
	for _, whistles := range []bool{false, true} {
		after := store.Aged{At: time.Unix(0, 0)}
		for {
			list, err := d.Ledger.EndedFiles(ctx, whistles, before, after, page)
			if err != nil {
				return err
			}
			for _, f := range list {
				if err := each(f); err != nil {
					return err
				}
			}
			if len(list) < page {
				break
			}
			last := list[len(list)-1]
			after = store.Aged{At: last.EndedAt, No: last.No}
		}
	}
	return nil
}

func (d *Desk) progress(stage string, done, total int) {
	if d.Progress != nil {
		d.Progress(stage, done, total)
	}
}

// signed are the last heads of the days of the audit log.
func (d *Desk) signed() (map[calendar.Date]audit.Head, error) {
	out := map[calendar.Date]audit.Head{}
	if d.Heads == nil {
		return out, nil
	}
	heads, err := d.Heads()
	for _, h := range heads {
		if h.Rows >= out[h.Day].Rows {
			out[h.Day] = h
		}
	}
	return out, err
}

// beside names what is kept beside the files.
var beside = map[string]domain.Text{
	"photos":           {ZH: "未采用的照片", EN: "photos no case has taken up"},
	"audit_log":        {ZH: "审计日志(天)", EN: "audit log, days"},
	"exports":          {ZH: "导出记录", EN: "records of exports"},
	"track_reads":      {ZH: "查看轨迹记录", EN: "reads of tracks"},
	"field_rulings":    {ZH: "异常标记核定", EN: "rulings on flags of members"},
	"field_updates":    {ZH: "网格信息更新记录", EN: "updates of the data of grids"},
	"field_leave":      {ZH: "请假审批", EN: "leave of members"},
	"field_exemptions": {ZH: "免巡公告", EN: "days without patrols"},
}
