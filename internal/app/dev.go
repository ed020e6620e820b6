package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"huajie/config"
	"huajie/internal/localstack"
	"huajie/workflows"
)

// Dev runs everything on this machine: the local stack, the migration, API and
// worker in one process, with demonstration accounts and the drill area. It
// returns when ctx ends and everything has stopped; the data stays.
func Dev(ctx context.Context, cfg config.Config, version string, out io.Writer, log *slog.Logger) (err error) {
	began := time.Now()
	cfg.Demo, cfg.Drill = true, true
	step := func(s string) { fmt.Fprintf(out, "   %5.1fs  %s\n", time.Since(began).Seconds(), s) }
	// The stack outlives ctx until API and worker have stopped.
	stack, err := localstack.Start(context.WithoutCancel(ctx), localstack.Options{
		DataDir: cfg.DataDir, DatabaseURL: cfg.DatabaseURL, TemporalAddress: cfg.TemporalAddress,
		Namespace: cfg.TemporalNamespace, SearchAttributes: workflows.SearchAttributes(), Dev: true, Progress: step,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stack.Close()) }()
	cfg.DatabaseURL, cfg.TemporalAddress = stack.DatabaseURL, stack.TemporalAddress
	if cfg.TemporalUIURL == "" {
		cfg.TemporalUIURL = stack.TemporalUI
	}
	step("schema and demonstration accounts")
	if err := Migrate(ctx, cfg, log); err != nil {
		return err
	}
	err = Process(ctx, cfg, log, Parts{API: true, Worker: true, Version: version, Failed: stack.Failed(),
		Ready: func(_, addr string) { banner(out, addr, stack, cfg, time.Since(began)) }})
	fmt.Fprintln(out, "\n正在停止 stopping…")
	return err
}

// banner tells where everything is and who may sign in.
func banner(out io.Writer, addr string, stack *localstack.Stack, cfg config.Config, took time.Duration) {
	fmt.Fprintf(out, `
化解 Huajie 已就绪 is ready (%.1f s)

  页面 pages      http://%[2]s/        手机 phone /m   群众 citizens /c   大屏 wall /screen
  API            http://%[2]s/api/v1      OpenAPI http://%[2]s/openapi.json
  Temporal UI    %s
  数据 data       %s   (再次启动时保留 kept for the next start)

  演示账号 demonstration accounts — 口令 password: %s
    win-general.220402    龙山区 综合窗口      window clerk, registers matters
    office.220402008      福镇街道 综合办公室   township office
    disp.220402           龙山区 调度员        dispatcher
    liaison.220402-D11    龙山区 住建局 联络员  department liaison
    handler.220402-D11    龙山区 住建局 承办人  handler
    leader.220402-D11     龙山区 住建局 负责人  department leader
    director.220402       龙山区 中心主任      centre director
    cleader.220402        龙山区 包案领导      county leader
    supervisor.220402     龙山区 督办员        supervisor
    integrator.220400     系统对接方          machine client
    全部 all of them: ./bin/huajie demo accounts

  试一试 try:  ./bin/huajie demo          一件诉求从 L0 升到 L3,约一分钟  one grievance climbs the chain
              ./bin/huajie demo load     载入试运行数据  load the trial period
  停止 stop:  Ctrl-C
`, took.Seconds(), addr, orDash(stack.TemporalUI), cfg.DataDir, DemoPassword)
}

func orDash(s string) string {
	if s == "" {
		return "—"
	}
	return s
}
