package view

import (
	"fmt"
	"time"

	"huajie/domain"
	"huajie/domain/machine"
)

// Outage is a span in which the system could not be used (§6 item 44), and how far
// the cases whose clocks ran have been told of it.
type Outage struct {
	ID         int       `json:"id"`
	From       time.Time `json:"from"`
	To         time.Time `json:"to"`
	County     string    `json:"county,omitempty"` // "" for the whole system
	Causes     []string  `json:"causes"`           // of OutageCauses
	DetectedAt time.Time `json:"detected_at"`
	By         string    `json:"by"` // the process that found it, or who declared it
	Reason     string    `json:"reason,omitempty"`
	VoidedAt   time.Time `json:"voided_at,omitzero"`
	VoidedBy   string    `json:"voided_by,omitempty"`
	VoidReason string    `json:"void_reason,omitempty"`
	Progress
}

// Progress is how far word to many cases has come.
type Progress struct {
	Total     int       `json:"total"`     // open cases there were when it began
	Told      int       `json:"told"`      // cases that were sent word
	Remaining int       `json:"remaining"` // cases that could not take it, when it was given up
	DoneAt    time.Time `json:"done_at,omitzero"`
}

// Number is what an outage is called where it is explained.
func (o Outage) Number() string { return fmt.Sprintf("O%d", o.ID) }

// Action is the step every case is told to take.
func (o Outage) Action() string { return machine.MoveForOutage }

// Why a part of the system could not do its work.
const (
	CauseSilent   = "silent"   // no process said anything: all of them, or the ledger, were away
	CauseEngine   = "engine"   // the engine did not answer
	CauseLedger   = "ledger"   // the ledger did not answer as it should
	CauseStopped  = "stopped"  // a process was being stopped
	CauseWaiting  = "waiting"  // a worker had not begun to take work
	CauseDeclared = "declared" // somebody has declared it
)

// OutageCauses names the causes of outages.
var OutageCauses = map[string]domain.Text{
	CauseSilent:   {ZH: "无任何进程心跳", EN: "no process was heard of"},
	CauseEngine:   {ZH: "流程引擎无应答", EN: "the engine did not answer"},
	CauseLedger:   {ZH: "台账数据库不可用", EN: "the ledger was away"},
	CauseStopped:  {ZH: "进程停止", EN: "processes were being stopped"},
	CauseWaiting:  {ZH: "工作进程未开始工作", EN: "no worker took work"},
	CauseDeclared: {ZH: "人工申报", EN: "declared"},
}
