package view

import (
	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/joint"
	"huajie/domain/whistle"
)

// momentLabels name the deadlines that are no clock of their own on a case: the
// moments of the two big clocks, and those of joint sessions and whistles.
var momentLabels = map[string]domain.Text{
	"order":               {ZH: "回应督办", EN: "answer to supervision"},
	"sign.half":           {ZH: "签收提醒", EN: "reminder to sign for it"},
	"policy.half":         {ZH: "时限过半提醒", EN: "half of the time is used"},
	"policy.yellow":       {ZH: "黄灯", EN: "yellow light"},
	"policy.red":          {ZH: "红灯", EN: "red light"},
	"statutory":           {ZH: "法定期限及其倒计时", EN: "statutory date and its countdown"},
	"statutory.countdown": {ZH: "法定期限倒计时", EN: "countdown to the statutory date"},
	"notify":              {ZH: "通知参会单位", EN: "notify the units"},
	"ack":                 {ZH: "确认会商通知", EN: "acknowledge the notice of a session"},
	"meeting":             {ZH: "会商时间", EN: "time of the meeting"},
	"minutes":             {ZH: "会议纪要", EN: "minutes"},
	"opinion":             {ZH: "提出意见", EN: "opinion of a unit"},
	"conclude":            {ZH: "会商结论", EN: "conclusion of a session"},
	"approve":             {ZH: "吹哨审批", EN: "approval of a whistle"},
	"draft":               {ZH: "吹哨草稿保留", EN: "draft of a whistle is kept"},
	"respond":             {ZH: "应哨", EN: "respond to a whistle"},
	"arrive":              {ZH: "现场报到", EN: "arrive on site"},
	"work":                {ZH: "现场处置", EN: "work on site"},
	"silence":             {ZH: "逾期后仍无动作", EN: "silence after a missed limit"},
	"coordinate":          {ZH: "吹哨协调", EN: "coordination of a whistle"},
	"evaluate":            {ZH: "吹哨评价", EN: "evaluation of a whistle"},
	"counter":             {ZH: "反评吹哨", EN: "assessment of a whistle by the units"},
}

// sessionLabels name the deadlines of a joint session that are called otherwise on a case.
var sessionLabels = map[string]domain.Text{
	"sign": {ZH: "会签纪要", EN: "sign the minutes"},
}

// whistleLabels do so for a whistle.
var whistleLabels = map[string]domain.Text{
	"adjudicate": {ZH: "吹哨裁定", EN: "ruling on a whistle"},
}

// DeadlineLabel names a kind of deadline of a machine; one without a name keeps its
// identifier.
func DeadlineLabel(machine, kind string) domain.Text {
	if k, ok := eventLimits[kind]; ok && machine == casefile.KindGridEvent {
		return k.label
	}
	if t, ok := sessionLabels[kind]; ok && machine == joint.Kind {
		return t
	}
	if t, ok := whistleLabels[kind]; ok && machine == whistle.Stream {
		return t
	}
	if t, ok := momentLabels[kind]; ok {
		return t
	}
	if k, ok := limitKinds[kind]; ok {
		return k.label
	}
	return domain.Text{ZH: kind, EN: kind}
}
