package notice

import "huajie/domain"

// Where the limit of a warning is found, beside the ID of a live deadline.
const (
	passed         = "passed"    // the moment of the event: the limit has just gone by
	policyClock    = "policy"    // the policy clock of the case
	statutoryClock = "statutory" // its statutory clock
)

// warning is what N20 says of one event.
type warning struct {
	what domain.Text
	step string
}

func late(zh, en string) warning { return warning{domain.Text{ZH: zh, EN: en}, passed} }

func ahead(step, zh, en string) warning { return warning{domain.Text{ZH: zh, EN: en}, step} }

func simply(zh, en string) warning { return warning{domain.Text{ZH: zh, EN: en}, ""} }

// alarms are the events that warn somebody (N20) or bring a card (N21).
var alarms = map[string]warning{
	// the front desk
	"registered":        simply("特急件、红色风险件或集体来访已登记,请立即处置", "an emergency, a red-risk matter or a group visit has been registered: act at once"),
	"late_transfer":     simply("转办件到件过晚,已留最短办理时间,请向来文单位提请延期", "a matter was sent on too late: the least time is left, ask its sender for more"),
	"sender_silent":     late("来文单位逾期未答复延期请求,请催询", "the sender has not answered whether there is more time: ask again"),
	"intake_unattended": late("网上诉求逾期未接单", "a matter received online was not picked up in time"),
	"photos_shown":      simply("诉求人补充了照片,请查看", "photos were added by the petitioner: have a look"),
	"triage_slow":       late("甄别分流超出目标时限", "triage takes longer than it should"),
	"triage_overdue":    late("甄别分流已超期", "triage is overdue"),
	"auto_assigned":     late("无人甄别,已按事权清单自动分流", "nobody assigned the matter; the duty catalogue did"),
	"auto_dispatched":   late("无人甄别,已按事权清单自动交办", "nobody assigned the matter; the duty catalogue did"),
	"decision_overdue":  late("是否受理逾期未告知", "the petitioner was not told in time what becomes of the matter"),
	"deemed_accepted":   late("逾期未告知,依规视为受理", "no notice was given in time: the matter counts as accepted"),
	"hand_over_lapsed":  late("移交逾期未确认,已退回移交人", "the hand-over was not confirmed in time and has fallen back"),
	// the unit
	"sign_reminded":          ahead("sign", "尚未签收", "not signed for yet"),
	"sign_overdue":           late("逾期未签收", "not signed for in time"),
	"auto_signed":            late("逾期未签收,视同签收并记迟签", "not signed for in time: deemed signed, and marked as late"),
	"handler_left":           ahead("assign", "承办人已离岗,请另行指定承办人", "the handler has left: name another"),
	"transfer_barred":        simply("承接单位为被反映单位或其下属,未予划转,请另行确定承办单位", "the successor is the unit the matter is about: not transferred, name another unit"),
	"assign_overdue":         late("逾期未指定承办人", "no handler was named in time"),
	"contact_missed":         late("逾期未联系诉求人", "the petitioner was not contacted in time"),
	"adjudication_passed_on": late("职责裁定逾期,转由县(区)领导裁定", "the ruling on duty is overdue and has passed to the county leader"),
	"task_overdue":           late("任务逾期未完成", "a task is overdue"),
	"clock_resumed":          simply("暂停期满,恢复计时", "the pause is over, the clock runs again"),
	"resumed":                simply("挂账期满,恢复办理", "the hang-up is over, handling goes on"),
	"review_missed":          late("挂账复核逾期,恢复办理", "the review of the hang-up was missed, handling goes on"),
	// the clocks
	"half_used":           ahead(policyClock, "办理时限已用一半", "half of the time is used"),
	"light_yellow":        ahead(policyClock, "黄灯:办理时限将至", "yellow light: the due date is near"),
	"overdue":             late("红灯:已超期", "red light: overdue"),
	"red_card":            late("红灯后仍未采取措施", "still no action after the red light"),
	"statutory_countdown": ahead(statutoryClock, "法定期限临近", "the statutory date is near"),
	"statutory_overdue":   late("已超过法定期限", "the statutory date has passed"),
	// the upper levels
	"session_overdue": late("联合会商逾期未召集", "no joint session was convened in time"),
	"meeting_overdue": late("包案领导逾期未约见诉求人", "the leader has not met the petitioner in time"),
	"leader_missing":  simply("无包案领导可指定,请立即确定", "no leader could be named by rota: name one at once"),
	"session_moved":   simply("无故缺席联合会商", "absent from a joint session without leave"),
	// after the answer
	"follow_up_due":   simply("应予回访", "a follow-up visit is due"),
	"archive_blocked": simply("归档条件未齐备", "the case cannot be archived yet: its checklist is incomplete"),
	// the joint session
	"notice_overdue":     late("会商尚未通知参会单位,已来不及按时通知", "the units have not been notified, and it is too late to do so in time"),
	"ack_overdue":        late("参会单位逾期未确认", "a unit has not acknowledged the notice in time"),
	"meeting_unrecorded": late("会商时间已过,无召开记录", "the time of the meeting has passed and nothing is on record"),
	"minutes_overdue":    late("会议纪要逾期未形成", "the minutes are overdue"),
	"opinion_overdue":    late("到会单位逾期未提出意见", "a unit has not given its opinion in time"),
	"signature_overdue":  late("纪要逾期未签署", "a unit has not signed the minutes in time"),
	"conclusion_overdue": late("会商逾期未形成结论", "the session has not concluded in time"),
	// the whistle
	"whistle_approval_overdue":       late("吹哨单逾期未审批", "the whistle was not approved in time"),
	"whistle_approval_missed":        late("应急哨逾期未补批", "the emergency whistle was not approved afterwards in time"),
	"whistle_response_overdue":       late("逾期未应哨", "no response to the whistle in time"),
	"whistle_arrival_overdue":        late("逾期未到场报到", "did not arrive in time"),
	"whistle_work_overdue":           late("逾期未完成处置", "the work on site was not finished in time"),
	"whistle_second_yellow":          simply("同一吹哨单两次黄牌", "two yellow cards at one whistle"),
	"whistle_refused_without_ground": simply("无法定理由拒不报到", "refuses to report without ground"),
	"whistle_not_reported":           simply("逾期后仍未应哨或到场,视为拒不报到", "neither responded nor came after the limit: a refusal to report"),
	"whistle_unfinished":             simply("逾期后仍未完成处置", "the work was still not finished after the limit"),
	"whistle_ruling_defied":          simply("不执行到场裁定", "ignores the ruling that it must come"),
	"whistle_coordination_overdue":   late("吹哨协调逾期", "the coordination of the whistle is overdue"),
	"whistle_ruling_overdue":         late("吹哨裁定逾期", "the ruling on the whistle is overdue"),
}
