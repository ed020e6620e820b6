package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huajie/config"
	"huajie/internal/localstack"
	"huajie/internal/notary"
	"huajie/rulebook"
	"huajie/store"
)

// Doctor looks at everything the product needs, without changing anything.
func Doctor(ctx context.Context, cfg config.Config) []localstack.Finding {
	out := localstack.Check(ctx, localstack.Options{DataDir: cfg.DataDir, DatabaseURL: cfg.DatabaseURL,
		TemporalAddress: cfg.TemporalAddress, Namespace: cfg.TemporalNamespace})
	book, err := Rulebook(cfg)
	out = append(out, rulebookFinding(book, err))
	out = append(append(out, storageFinding(cfg)...), scannerFinding(ctx, cfg)...)
	cfg = Effective(cfg)
	if cfg.DatabaseURL == "" {
		return append(out, calendarFindings(book)...)
	}
	s, err := store.New(ctx, cfg.DatabaseURL)
	if err != nil {
		return append(out, localstack.Finding{What: "store", Detail: err.Error(), MendZH: "检查 HUAJIE_DATABASE_URL", MendEN: "check HUAJIE_DATABASE_URL"})
	}
	defer s.Close()
	if published, err := RulebookInForce(ctx, cfg, s); err == nil {
		book = published // of a ledger that is away the others tell
	}
	if book != nil {
		out = append(out, calendarFindings(book)...)
		out = append(out, clockFinding(ctx, s, book)...)
		out = append(out, retentionFinding(ctx, cfg, s, book)...)
	}
	out = append(out, headsFinding(ctx, s, cfg)...)
	for _, f := range s.Check(ctx) {
		out = append(out, localstack.Finding{What: f.What, OK: f.OK, Detail: f.Detail, MendZH: f.MendZH, MendEN: f.MendEN})
	}
	return out
}

// storageFinding tells whether photographs can still be taken in; a bucket cannot be asked.
func storageFinding(cfg config.Config) []localstack.Finding {
	s, err := storage(cfg)
	if err != nil {
		return []localstack.Finding{{What: "photographs", Detail: err.Error(), MendZH: "检查 HUAJIE_FILES_URL", MendEN: "check HUAJIE_FILES_URL"}}
	}
	free, known := s.Free()
	if !known {
		return nil
	}
	return []localstack.Finding{{What: "photographs", OK: free >= cfg.FilesKeepFree, Detail: fmt.Sprintf("%d MiB free, %d are to stay free", free>>20, cfg.FilesKeepFree>>20),
		MendZH: "为照片存储腾出空间,此前不再接收照片", MendEN: "make room in the storage of photographs: until then none are taken in"}}
}

// clockFinding compares the clock of this machine with that of the database (§6 item
// 44); a database that does not answer is told of elsewhere.
func clockFinding(ctx context.Context, s *store.Store, b *rulebook.Book) []localstack.Finding {
	drift, err := s.Drift(ctx)
	if err != nil {
		return nil
	}
	most := b.PolicyAt(b.Org.Root(), time.Now()).Limit("clock.drift_max").Nominal()
	return []localstack.Finding{{What: "clock", OK: drift.Abs() <= most, Detail: fmt.Sprintf("%s behind the database's", drift.Round(time.Millisecond)),
		MendZH: "校准本机与数据库服务器的时钟(NTP)", MendEN: "set the clocks of this machine and the database server (NTP)"}}
}

// headsFinding tells whether the audit log is signed. A machine without heads has no worker,
// or a new one; a database that does not answer is told of elsewhere.
func headsFinding(ctx context.Context, s *store.Store, cfg config.Config) []localstack.Finding {
	f := localstack.Finding{What: "audit log", MendZH: "查看工作进程日志,运行 huajie audit verify", MendEN: "look into the log of the workers, and run huajie audit verify"}
	tail, err := notary.LastHead(AuditHeads(cfg))
	switch {
	case err != nil:
		f.Detail = err.Error()
		return []localstack.Finding{f}
	case tail.Damaged:
		f.Detail = "the last line of " + AuditHeads(cfg) + " is no head"
		return []localstack.Finding{f}
	case tail.Head.Rows == 0:
		return []localstack.Finding{{What: "audit log", OK: true, Detail: "no signed heads on this machine: workers keep them"}}
	}
	since, err := s.AuditSince(ctx, tail.Head)
	if err != nil {
		return nil
	}
	if age := time.Since(since); !since.IsZero() && age > AuditLate(cfg) {
		f.Detail = fmt.Sprintf("its rows have not been signed for %s", age.Round(time.Minute))
		return []localstack.Finding{f}
	}
	return []localstack.Finding{{What: "audit log", OK: true, Detail: fmt.Sprintf("signed up to row %d of %s", tail.Head.Rows, tail.Head.Day)}}
}

func rulebookFinding(b *rulebook.Book, err error) localstack.Finding {
	f := localstack.Finding{What: "rulebook", MendZH: "运行 huajie rulebook check 查看全部问题", MendEN: "run huajie rulebook check to see every fault"}
	var faults rulebook.Faults
	switch {
	case errors.As(err, &faults):
		f.Detail = fmt.Sprintf("%d faults, first: %s", len(faults), faults[0].String())
	case err != nil:
		f.Detail = err.Error()
	default:
		return localstack.Finding{What: "rulebook", OK: true, Detail: fmt.Sprintf("%d units, %d policy layers, no faults", len(b.Org.Units()), len(b.Policy.Layers()))}
	}
	return f
}

func calendarFindings(b *rulebook.Book) []localstack.Finding {
	if b == nil {
		return nil
	}
	return []localstack.Finding{calendarFinding(b, time.Now())}
}

// calendarFinding warns from 1 November while next year's holidays are missing
// (§4.1 calendar.missing_year).
func calendarFinding(b *rulebook.Book, now time.Time) localstack.Finding {
	if year, missing := b.Calendar.Missing(now); missing {
		return localstack.Finding{What: "calendar", OK: year != now.Year(), Detail: fmt.Sprintf("no holiday arrangement for %d yet: due dates in it are provisional", year),
			MendZH: "国务院公布节假日安排后在页面“规则·日历”中录入并发布", MendEN: "enter and publish it on the page Rules, Calendar, once the State Council has published the arrangement"}
	}
	return localstack.Finding{What: "calendar", OK: true, Detail: "holidays and make-up days are loaded"}
}
