package recovery

import "huajie/store"

// Finding is something that is not as it should be, and how to mend it.
type Finding struct {
	Code   string `json:"code"`
	Kind   string `json:"kind,omitempty"`
	No     string `json:"no,omitempty"` // case or session
	Detail string `json:"detail"`
	MendZH string `json:"mend_zh"`
	MendEN string `json:"mend_en"`
}

// What Verify may find beside the faults of a stream (store.Fault…).
const (
	NotRunning    = "workflow_missing"        // open, and nothing keeps it alive
	WorkflowOther = "workflow_differs"        // same sequence, another state
	LedgerAhead   = "ledger_ahead"            // and the workflow does not catch up
	LedgerBehind  = "ledger_behind"           // the workflow has folded what the ledger lacks
	NoAnswer      = "workflow_silent"         // it runs and does not answer
	Unfired       = "deadline_unfired"        // passed, and nothing came of it
	NoLedger      = "workflow_without_ledger" // the engine knows what the ledger does not
	DanglingKey   = "command_dangling"        // a key stands for events that are not there
	NobodyListens = "workers_missing"         // no workflow can answer or fire
)

type mend struct{ zh, en string }

var mends = map[string]mend{
	store.FaultChain: {"台账事件被改动或缺失:运行 huajie ledger rebuild --case 编号 与流程历史比对,再从备份恢复该事件行",
		"an event was changed or lost: `huajie ledger rebuild --case NO` compares it with the engine's history; put the event back from a backup"},
	store.FaultNoEvents:  {"运行 huajie ledger rebuild --case 编号", "run `huajie ledger rebuild --case NO`"},
	store.FaultNoRow:     {"运行 huajie ledger rebuild --case 编号", "run `huajie ledger rebuild --case NO`"},
	store.FaultRow:       {"运行 huajie ledger rebuild --case 编号,当前行将按事件重写", "run `huajie ledger rebuild --case NO`: the row is written anew from the events"},
	store.FaultDeadlines: {"运行 huajie ledger rebuild --case 编号", "run `huajie ledger rebuild --case NO`"},
	store.FaultCommand:   {"运行 huajie ledger rebuild --case 编号", "run `huajie ledger rebuild --case NO`"},
	store.FaultOwner:     {"由督办员指定责任单位", "let a supervisor name the unit that answers for it"},
	store.FaultRemoval: {"销毁清册与审计日志不符:运行 huajie audit verify,与备份比对后再处理",
		"the register of removals does not fit the audit log: run `huajie audit verify`, and compare both with a backup"},
	NotRunning: {"运行 huajie cases restore", "run `huajie cases restore`"},
	WorkflowOther: {"先确认台账校验无误,终止该流程后运行 huajie cases restore --case 编号",
		"make sure the chain holds, terminate the workflow, then run `huajie cases restore --case NO`"},
	LedgerAhead:   {"检查工作进程日志后再次运行 huajie verify", "look at the log of the workers, then run `huajie verify` again"},
	LedgerBehind:  {"运行 huajie ledger rebuild --case 编号", "run `huajie ledger rebuild --case NO`"},
	NoAnswer:      {"检查工作进程是否运行及其日志", "see that workers run, and look at their log"},
	Unfired:       {"启动工作进程,期限将按原定时间生效", "start workers: the deadline takes effect as of the moment it was due"},
	NoLedger:      {"运行 huajie ledger rebuild", "run `huajie ledger rebuild`"},
	DanglingKey:   {"运行 huajie ledger rebuild --case 编号", "run `huajie ledger rebuild --case NO`"},
	NobodyListens: {"启动 huajie worker", "start `huajie worker`"},
}

func finding(code, kind, no, detail string) Finding {
	m := mends[code]
	return Finding{code, kind, no, detail, m.zh, m.en}
}
