package joint

import "huajie/domain"

// types names every type of event of a joint session as an officer would say it (§3.5).
var types = map[string]domain.Text{
	// before the meeting
	"session_opened": {ZH: "已召集会商", EN: "session opened"},
	"notice_overdue": {ZH: "逾期未发会商通知", EN: "notice to the units overdue"},
	"units_notified": {ZH: "已通知参会单位", EN: "units notified"},
	"acknowledged":   {ZH: "已确认参会", EN: "acknowledged"},
	"ack_overdue":    {ZH: "逾期未确认参会", EN: "acknowledgement overdue"},
	"excused":        {ZH: "已准假", EN: "excused from attending"},
	"chair_changed":  {ZH: "主持人变更", EN: "chair changed"},

	// the meeting
	"attendance_recorded": {ZH: "已登记到会情况", EN: "attendance recorded"},
	"opinion_given":       {ZH: "已提交会商意见", EN: "opinion given"},
	"opinion_overdue":     {ZH: "逾期未提交会商意见", EN: "opinion overdue"},
	"held":                {ZH: "已召开", EN: "held"},
	"meeting_unrecorded":  {ZH: "会商时间已过,未登记到会情况", EN: "time of the meeting passed, attendance not recorded"},
	"minutes_due":         {ZH: "待形成会议纪要", EN: "minutes are due"},
	"minutes_overdue":     {ZH: "会议纪要逾期", EN: "minutes overdue"},
	"minutes_signed":      {ZH: "已会签纪要", EN: "minutes signed"},
	"signature_overdue":   {ZH: "逾期未会签纪要", EN: "signature overdue"},

	// the outcome
	"adjourned":          {ZH: "休会改期", EN: "adjourned"},
	"concluded":          {ZH: "形成结论", EN: "concluded"},
	"conclusion_overdue": {ZH: "逾期未形成结论", EN: "conclusion overdue"},
	"failed":             {ZH: "未形成结论", EN: "failed"},
	"cancelled":          {ZH: "已取消", EN: "cancelled"},
}
