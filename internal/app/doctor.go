package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"huajie/config"
	"huajie/internal/localstack"
	"huajie/rulebook"
	"huajie/store"
)

// Doctor looks at everything the product needs, without changing anything.
func Doctor(ctx context.Context, cfg config.Config) []localstack.Finding {
	out := localstack.Check(ctx, localstack.Options{DataDir: cfg.DataDir, DatabaseURL: cfg.DatabaseURL,
		TemporalAddress: cfg.TemporalAddress, Namespace: cfg.TemporalNamespace})
	book, err := Rulebook(cfg)
	out = append(out, rulebookFinding(book, err))
	if err == nil {
		out = append(out, calendarFinding(book, time.Now()))
	}
	cfg = Effective(cfg)
	if cfg.DatabaseURL == "" {
		return out
	}
	s, err := store.New(ctx, cfg.DatabaseURL)
	if err != nil {
		return append(out, localstack.Finding{What: "store", Detail: err.Error(), MendZH: "检查 HUAJIE_DATABASE_URL", MendEN: "check HUAJIE_DATABASE_URL"})
	}
	defer s.Close()
	for _, f := range s.Check(ctx) {
		out = append(out, localstack.Finding{What: f.What, OK: f.OK, Detail: f.Detail, MendZH: f.MendZH, MendEN: f.MendEN})
	}
	return out
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

// calendarFinding warns from 1 November while next year's holidays are missing
// (§4.1 calendar.missing_year).
func calendarFinding(b *rulebook.Book, now time.Time) localstack.Finding {
	if year, missing := b.Calendar.Missing(now); missing {
		return localstack.Finding{What: "calendar", OK: year != now.Year(), Detail: fmt.Sprintf("no holiday arrangement for %d yet: due dates in it are provisional", year),
			MendZH: "国务院公布节假日安排后载入 calendar/<年份>.yaml", MendEN: "load calendar/<year>.yaml once the State Council has published the arrangement"}
	}
	return localstack.Finding{What: "calendar", OK: true, Detail: "holidays and make-up days are loaded"}
}
