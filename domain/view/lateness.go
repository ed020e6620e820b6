package view

import "huajie/domain"

// momentLabels name the deadlines that are no clock of their own on a case: the
// moments of the two big clocks, and those of a joint session.
var momentLabels = map[string]domain.Text{
	"sign.half":     {ZH: "签收提醒", EN: "reminder to sign for it"},
	"policy.half":   {ZH: "时限过半提醒", EN: "half of the time is used"},
	"policy.yellow": {ZH: "黄灯", EN: "yellow light"},
	"policy.red":    {ZH: "红灯", EN: "red light"},
	"statutory":     {ZH: "法定期限及其倒计时", EN: "statutory date and its countdown"},
	"notify":        {ZH: "通知参会单位", EN: "notify the units"},
	"ack":           {ZH: "确认会商通知", EN: "acknowledge the notice of a session"},
	"meeting":       {ZH: "会商时间", EN: "time of the meeting"},
	"minutes":       {ZH: "会议纪要", EN: "minutes"},
	"opinion":       {ZH: "提出意见", EN: "opinion of a unit"},
	"conclude":      {ZH: "会商结论", EN: "conclusion of a session"},
}

// DeadlineLabel names a kind of deadline; one without a name keeps its identifier.
func DeadlineLabel(kind string) domain.Text {
	if t, ok := momentLabels[kind]; ok {
		return t
	}
	if k, ok := limitKinds[kind]; ok {
		return k.label
	}
	return domain.Text{ZH: kind, EN: kind}
}
