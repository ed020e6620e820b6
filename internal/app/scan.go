package app

import (
	"context"
	"time"

	"huajie/api"
	"huajie/config"
	"huajie/internal/localstack"
	"huajie/internal/scan"
)

// pinger is the scanner as health asks it, nil where there is none.
func (a *App) pinger() api.Pinger {
	if a.scanner == nil {
		return nil
	}
	return a.scanner
}

// scan has photographs scanned until ctx ends, where there is a scanner.
func (a *App) scan(ctx context.Context) {
	if a.scanner != nil {
		(&scan.Watch{Rows: a.Store, Bytes: a.kept, Scanner: a.scanner, Log: a.Log}).Run(ctx)
	}
}

// scannerFinding tells whether the scanner of malware answers, where one is configured.
func scannerFinding(ctx context.Context, cfg config.Config) []localstack.Finding {
	c, err := scan.New(cfg.FilesScanner)
	if c == nil && err == nil {
		return nil
	}
	f := localstack.Finding{What: "malware scanner", OK: true, Detail: "answers",
		MendZH: "启动clamd并检查 HUAJIE_FILES_SCANNER;此前新照片不予显示", MendEN: "start clamd and check HUAJIE_FILES_SCANNER: until it answers new photographs are not shown"}
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		err = c.Ping(ctx)
	}
	if err != nil {
		f.OK, f.Detail = false, err.Error()
	}
	return []localstack.Finding{f}
}
