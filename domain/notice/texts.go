package notice

import "huajie/domain"

// titles are the names of the notices of §3.11.
var titles = map[string]domain.Text{
	"N1":  {ZH: "登记回执", EN: "Receipt of registration"},
	"N2":  {ZH: "引导告知书", EN: "Notice of guidance"},
	"N3":  {ZH: "不予受理告知书", EN: "Notice of non-acceptance"},
	"N4":  {ZH: "不再受理告知书", EN: "Notice of no further acceptance"},
	"N5":  {ZH: "并案告知", EN: "Notice of merging"},
	"N6":  {ZH: "受理告知书", EN: "Notice of acceptance"},
	"N7":  {ZH: "交办单", EN: "Assignment"},
	"N8":  {ZH: "联合化解通知", EN: "Joint resolution notice"},
	"N9":  {ZH: "审批申请", EN: "Request for a decision"},
	"N10": {ZH: "申请未获同意通知", EN: "Request not granted"},
	"N11": {ZH: "答复(处理)意见书", EN: "Reply"},
	"N12": {ZH: "挂账/恢复告知", EN: "Notice of suspension or resumption"},
	"N13": {ZH: "办理进展告知", EN: "Notice of progress"},
	"N14": {ZH: "领导包案告知", EN: "Notice of the owning leader"},
	"N15": {ZH: "调解终止及救济途径告知书", EN: "Notice that mediation has ended, and of remedies"},
	"N16": {ZH: "办结通知", EN: "Notice of closing"},
	"N17": {ZH: "返工/重办通知", EN: "Notice of rework"},
	"N18": {ZH: "终结告知书", EN: "Notice of finality"},
	"N19": {ZH: "延期告知书", EN: "Notice of extension"},
	"N20": {ZH: "预警/超期通知", EN: "Warning"},
	"N21": {ZH: "督办单", EN: "Supervision notice"},
	"N23": {ZH: "事件结果推送", EN: "What became of your report"},

	"N7/whistle_blown":       {ZH: "吹哨单", EN: "Whistle"},
	"N7/whistle_coordinated": {ZH: "吹哨单", EN: "Whistle"},
	"N7/whistle_ruled":       {ZH: "吹哨单", EN: "Whistle"},
	"N8/whistle_blown":       {ZH: "吹哨抄送", EN: "Whistle, in copy"},
}

// texts are the words of every notice, by number, and where one number says
// different things, by "number/event"; what follows "@" narrows the reader.
var texts = map[string]domain.Text{
	"N1": {
		ZH: "您反映的事项已于{{.Registered}}登记,编号{{.No}}{{with .QueryCode}},查询码{{.}}(请勿告知他人){{end}}。首接单位:{{.FirstUnit}}{{with .Responder}},首问责任人:{{.}}{{end}}。",
		EN: "Your matter was registered on {{.Registered}} under no. {{.No}}{{with .QueryCode}}, query code {{.}} (keep it to yourself){{end}}. Received by {{.FirstUnit}}{{with .Responder}}, first responder {{.}}{{end}}.",
	},
	"N2": {
		ZH: "您反映的事项(编号{{.No}})依法应当通过其他法定途径办理{{with .Route}}({{.}}){{end}}。理由、受理机关、地址和该途径的办理期限载于《引导告知书》。",
		EN: "By law your matter (no. {{.No}}) belongs to another channel{{with .Route}} ({{.}}){{end}}. The notice of guidance states why, which organ, where, and the time limit of that channel.",
	},
	"N3": {
		ZH: "您反映的事项(编号{{.No}})依法不予受理{{with .Reason}},理由:{{.}}{{end}}。《不予受理告知书》载明理由、法律依据和救济途径;有异议的,可在所载期限内按所载途径提出。",
		EN: "Your matter (no. {{.No}}) is not accepted{{with .Reason}}; reason: {{.}}{{end}}. The notice of non-acceptance states the reason, its legal basis and the remedy; objections may be raised in the way and within the limit stated there.",
	},
	"N4": {
		ZH: "您反映的事项(编号{{.No}})依法不再受理,以原办理结果为准{{with .Prior}}(原编号{{.}}){{end}}。原结果的救济途径和期限以原意见书所载为准。",
		EN: "Your matter (no. {{.No}}) is not accepted again: the earlier result stands{{with .Prior}} (earlier no. {{.}}){{end}}. The remedy and its limit are those stated in the earlier opinion.",
	},
	"N5": {
		ZH: "您反映的事项(编号{{.No}})与编号{{.Master}}的事项并案办理,结果将一并告知您,您的编号继续有效。",
		EN: "Your matter (no. {{.No}}) is handled together with no. {{.Master}}. You will be told the result; your own number stays valid.",
	},
	"N5/split_off": {
		ZH: "您反映的事项(编号{{.No}})中的一部分已另立编号{{.Master}}单独办理,其余部分照常办理。",
		EN: "One part of your matter (no. {{.No}}) is now handled under a number of its own, {{.Master}}; the rest goes on as before.",
	},
	"N6": {
		ZH: "您反映的事项(编号{{.No}})已于{{.Accepted}}受理{{with .Lead}},由{{.}}办理{{end}}{{with .Statutory}},法定办理期限至{{.}}{{else}}{{with .Due}},办理期限至{{.}}{{end}}{{end}}。您有权查询进度、补充材料、申请与本事项有利害关系的人员回避,并依法获得书面答复。",
		EN: "Your matter (no. {{.No}}) was accepted on {{.Accepted}}{{with .Lead}} and is handled by {{.}}{{end}}{{with .Statutory}}; statutory date {{.}}{{else}}{{with .Due}}; due {{.}}{{end}}{{end}}. You may follow its progress, add documents, ask that staff with an interest in it step aside, and receive a reply in writing.",
	},
	"N7": {
		ZH: "办件{{.No}}交由{{.Lead}}办理。{{with .SignBy}}请于{{.}}前签收;{{end}}办结期限{{.Due}}。逾期未签收的视同签收并记迟签,逾期未办结的亮红灯、提级办理并计入考核。",
		EN: "Case {{.No}} is assigned to {{.Lead}}. {{with .SignBy}}Sign for it by {{.}}. {{end}}Due {{.Due}}. Not signed in time it counts as signed, late; not finished in time it turns red, goes up a level and counts in the assessment.",
	},
	"N7@task": {
		ZH: "办件{{.No}}需{{.ToUnit}}协同办理,请于{{.TaskBy}}前完成并将结果反馈主办单位。逾期须说明理由并提交阶段性报告。",
		EN: "{{.ToUnit}} is asked to assist in case {{.No}}: finish by {{.TaskBy}} and report to the lead unit. If late, give reasons and a report on what has been done.",
	},
	"N7/hand_over_offered": {
		ZH: "办件{{.No}}拟移交给您(贵单位),请于{{.ConfirmBy}}前确认接收。确认前由移交人负责;逾期未确认的退回移交人。",
		EN: "Case {{.No}} is offered to you or your unit: confirm by {{.ConfirmBy}}. Until then the giver stays responsible; unconfirmed it falls back.",
	},
	"N7/handler_assigned": {
		ZH: "您已被指定为办件{{.No}}的承办人,办结期限{{.Due}}。请及时联系诉求人。",
		EN: "You are named handler of case {{.No}}, due {{.Due}}. Contact the petitioner in time.",
	},
	"N7/concluded": {
		ZH: "联合会商{{.No}}确定由{{.ToUnit}}执行措施,请按会商结论所定期限完成,并向办件{{.Case}}的牵头单位反馈。",
		EN: "Joint session {{.No}} has decided measures for {{.ToUnit}} to carry out by the dates it set; report to the lead unit of case {{.Case}}.",
	},
	"N8": {
		ZH: "办件{{.Case}}需联合化解{{with .ConveneBy}},请于{{.}}前召集会商{{end}}。",
		EN: "Case {{.Case}} is for joint resolution{{with .ConveneBy}}: convene a session by {{.}}{{end}}.",
	},
	"N8/adjudication_started": {
		ZH: "办件{{.No}}的职责归属需要裁定{{with .RuleBy}},裁定期限{{.}}{{end}}。",
		EN: "Whose duty case {{.No}} is must be ruled on{{with .RuleBy}} by {{.}}{{end}}.",
	},
	"N8/adjudication_passed_on": {
		ZH: "办件{{.No}}的职责裁定已逾期,转请您裁定{{with .RuleBy}},期限{{.}}{{end}}。",
		EN: "The ruling on whose duty case {{.No}} is has passed to you{{with .RuleBy}}: decide by {{.}}{{end}}.",
	},
	"N8/session_opened": {
		ZH: "办件{{.Case}}的联合会商{{.No}}已召集,定于{{.Meets}}在{{.Room}}召开,请及时通知参会单位。",
		EN: "Joint session {{.No}} on case {{.Case}} is set for {{.Meets}} at {{.Room}}. Notify its units in good time.",
	},
	"N8/units_notified": {
		ZH: "办件{{.Case}}的联合会商{{.No}}定于{{.Meets}}在{{.Room}}召开,请{{.ToUnit}}派有决定权的人员参加{{with .AckBy}},并于{{.}}前确认{{end}}。代为参会须持委托书,无故缺席的予以黄牌督办。",
		EN: "Joint session {{.No}} on case {{.Case}} meets on {{.Meets}} at {{.Room}}. {{.ToUnit}} is to send a person with the power to decide{{with .AckBy}} and to acknowledge by {{.}}{{end}}. A proxy needs a letter; absence without leave brings a yellow card.",
	},
	"N8/units_notified@petitioner": {
		ZH: "关于您反映的事项(编号{{.Case}}),定于{{.Meets}}在{{.Room}}召开联合会商,请您参加。",
		EN: "A joint session on your matter (no. {{.Case}}) meets on {{.Meets}} at {{.Room}}. You are invited to attend.",
	},
	"N8/excused": {
		ZH: "{{.ToUnit}}已获准不参加联合会商{{.No}},不计缺席。",
		EN: "{{.ToUnit}} has leave from joint session {{.No}}; this is no absence.",
	},
	"N8/chair_changed": {
		ZH: "办件{{.Case}}的联合会商{{.No}}改由您主持,召开时间{{.Meets}},地点{{.Room}}。",
		EN: "You now chair joint session {{.No}} on case {{.Case}}, on {{.Meets}} at {{.Room}}.",
	},
	"N8/held": {
		ZH: "联合会商{{.No}}的会议纪要已形成,请{{.ToUnit}}{{with .MinutesBy}}于{{.}}前{{end}}签署;逾期不影响纪要效力,并记迟签。",
		EN: "The minutes of joint session {{.No}} are ready: {{.ToUnit}} is to sign them{{with .MinutesBy}} by {{.}}{{end}}. They stand without a late signature, which is marked.",
	},
	"N8/concluded": {
		ZH: "联合会商{{.No}}已形成结论,牵头单位:{{.Lead}}。请按结论落实。",
		EN: "Joint session {{.No}} has concluded; lead unit: {{.Lead}}. Carry out what it decided.",
	},
	"N8/failed": {
		ZH: "联合会商{{.No}}未形成结论,办件{{.Case}}的下一步安排另行通知。",
		EN: "Joint session {{.No}} ended without a conclusion. What follows in case {{.Case}} will be notified.",
	},
	"N8/cancelled": {
		ZH: "原定于{{.Meets}}召开的联合会商{{.No}}已取消。",
		EN: "Joint session {{.No}}, set for {{.Meets}}, is cancelled.",
	},
	"N8/cancelled@petitioner": {
		ZH: "关于您反映的事项(编号{{.Case}}),原定于{{.Meets}}的联合会商已取消,办理情况将另行告知您。",
		EN: "The joint session on your matter (no. {{.Case}}), set for {{.Meets}}, is cancelled. You will be told how it goes on.",
	},
	"N9": {
		ZH: "办件{{.No}}有一项申请待您审批:{{.Action}}。",
		EN: "Case {{.No}}: a request waits for your decision: {{.Action}}.",
	},
	"N9/return_requested": {
		ZH: "办件{{.No}}的主办单位申请退回{{with .Reason}},理由:{{.}}{{end}}。请及时审核,逾期未决的视为不同意。",
		EN: "The lead unit asks to return case {{.No}}{{with .Reason}}; reason: {{.}}{{end}}. Decide in time: no decision counts as a refusal.",
	},
	"N10": {
		ZH: "办件{{.No}}的申请未获同意或已失效{{with .Action}}:{{.}}{{end}}。",
		EN: "Case {{.No}}: your request was not granted or has lapsed{{with .Action}}: {{.}}{{end}}.",
	},
	"N10/return_rejected": {ZH: backZH, EN: backEN},
	"N10/return_lapsed":   {ZH: backZH, EN: backEN},
	"N11": {
		ZH: "您反映的事项(编号{{.No}})已作出答复,意见书依法送达。{{with .Review}}如不服本处理意见,可自收到之日起{{.}}内请求原办理机关的上一级机关复查。{{else}}{{with .ApplyRemedy}}对答复有异议的,可向首接单位提出;{{.}}。{{end}}{{end}}请在{{.Evaluation}}内对办理情况作出评价。",
		EN: "Your matter (no. {{.No}}) has been answered; the opinion is served as the law requires. {{with .Review}}If you disagree, you may ask the next higher organ for a review within {{.}} of receiving it. {{else}}{{with .ApplyRemedy}}If you disagree, tell the unit that received your matter; {{.}}. {{end}}{{end}}Please rate the handling within {{.Evaluation}}.",
	},
	"N12": {
		ZH: "您反映的事项(编号{{.No}})已恢复办理{{with .Due}},办理期限至{{.}}{{end}}。",
		EN: "Your matter (no. {{.No}}) is being handled again{{with .Due}}; due {{.}}{{end}}.",
	},
	"N12/suspended": {
		ZH: "您反映的事项(编号{{.No}})暂时挂账{{with .Reason}},原因:{{.}}{{end}}{{with .Until}},预计{{.}}前恢复办理{{end}}。过渡措施见告知书。",
		EN: "Your matter (no. {{.No}}) is suspended for now{{with .Reason}}; reason: {{.}}{{end}}{{with .Until}}; expected to go on by {{.}}{{end}}. The notice states the interim measures.",
	},
	"N13/sender_asked": {
		ZH: "办件{{.No}}已提请来文单位延期;答复前仍按原期限办理。",
		EN: "The sender of case {{.No}} has been asked for more time; until there is an answer the date stands.",
	},
	"N13/sender_granted": {
		ZH: "办件{{.No}}来文单位已同意延期。",
		EN: "The sender of case {{.No}} grants more time.",
	},
	"N13/sender_refused": {
		ZH: "办件{{.No}}来文单位未同意延期,请按原期限办结。",
		EN: "The sender of case {{.No}} grants no more time: the date stands.",
	},
	"N13": {
		ZH: "办件{{.No}}有新进展,现由{{.Owner}}负责{{with .Level}}({{.}}){{end}}。",
		EN: "Case {{.No}} has moved on; {{.Owner}} is responsible now{{with .Level}} ({{.}}){{end}}.",
	},
	"N13@petitioner": {
		ZH: "您反映的事项(编号{{.No}})现为“{{.Level}}”,由{{.Owner}}负责{{with .Leader}},责任人:{{.}}{{end}}。",
		EN: "Your matter (no. {{.No}}) is now at the stage “{{.Level}}”; {{.Owner}} is responsible{{with .Leader}}, in person {{.}}{{end}}.",
	},
	"N13/joint_started": {ZH: upZH, EN: upEN},
	"N13/escalated_l2":  {ZH: upZH, EN: upEN},
	"N13/escalated_l3":  {ZH: upZH, EN: upEN},
	"N13/unmerged@petitioner": {
		ZH: "您反映的事项(编号{{.No}})已撤销并案,恢复单独办理,将重新甄别后告知您。",
		EN: "Your matter (no. {{.No}}) is no longer merged and is handled by itself again; you will hear when it has been looked at anew.",
	},
	"N13/hand_over_confirmed": {ZH: "您移交的办件{{.No}}已由{{.Owner}}确认接收。", EN: "Case {{.No}}, which you handed over, was taken over by {{.Owner}}."},
	"N13/hand_over_declined":  {ZH: "您移交的办件{{.No}}对方未接收,仍由您负责。", EN: "Case {{.No}}, which you offered, was not taken over: it stays yours."},
	"N13/suspension_reviewed": {ZH: "办件{{.No}}的挂账已复核。", EN: "The hang-up of case {{.No}} has been reviewed."},
	"N13/task_completed":      {ZH: "办件{{.No}}的任务{{.Task}}已完成,结果已反馈。", EN: "Task {{.Task}} of case {{.No}} is done and its result reported."},
	"N14": {
		ZH: "办件{{.No}}由您包案{{with .MeetBy}},请于{{.}}前约见诉求人{{end}}{{with .Due}},办理期限{{.}}{{end}}。",
		EN: "You own case {{.No}} as county leader{{with .MeetBy}}: meet the petitioner by {{.}}{{end}}{{with .Due}}; due {{.}}{{end}}.",
	},
	"N14@petitioner": {
		ZH: "您反映的事项(编号{{.No}})由县(区)领导{{.Leader}}包案{{with .MeetBy}},将于{{.}}前约见您{{end}}。",
		EN: "A county leader{{with .Leader}}, {{.}},{{end}} has taken on your matter (no. {{.No}}){{with .MeetBy}} and will meet you by {{.}}{{end}}.",
	},
	"N15": {
		ZH: "您反映的事项(编号{{.No}})的调解已终止。您可以依法通过仲裁、行政裁决、行政复议或者诉讼等途径解决,具体途径和期限载于告知书。",
		EN: "Mediation of your matter (no. {{.No}}) has ended. Arbitration, an administrative ruling or review, or the courts are open to you; the notice states which, and their limits.",
	},
	"N16": {
		ZH: "您首接或承办的办件{{.No}}已办理终结,当前状态:{{.State}}{{with .Closing}},办结方式:{{.}}{{end}}。",
		EN: "Case {{.No}}, which you received or handled, has come to its end: {{.State}}{{with .Closing}}, {{.}}{{end}}.",
	},
	"N16/replied": {ZH: "您首接的办件{{.No}}已答复诉求人。", EN: "Case {{.No}}, which you received first, has been answered."},
	"N16@petitioner": {
		ZH: "您反映的事项(编号{{.No}})已办理终结{{with .Closing}},办结方式:{{.}}{{end}}。有新的事实或者发现结果不实的,可自办结之日起{{.Reopen}}内申请重新办理。",
		EN: "The handling of your matter (no. {{.No}}) has ended{{with .Closing}}: {{.}}{{end}}. With new facts, or if the result turns out to be untrue, you may ask to have it reopened within {{.Reopen}}.",
	},
	"N16/voided@petitioner": {
		ZH: "您反映的事项登记(编号{{.No}})系误登,已作废。如您的诉求仍未登记,请向首接单位提出。",
		EN: "The registration under no. {{.No}} was made in error and is void. If your matter is not registered otherwise, tell the unit that received you.",
	},
	"N17": {
		ZH: "办件{{.No}}需重新办理{{with .Due}},办结期限{{.}}{{end}}。新的答复须有新的事实或措施。",
		EN: "Case {{.No}} must be handled again{{with .Due}}; due {{.}}{{end}}. The new answer needs new facts or measures.",
	},
	"N17@petitioner": {
		ZH: "您反映的事项(编号{{.No}})将重新办理,由{{.Owner}}负责{{with .Due}},办理期限至{{.}}{{end}}。",
		EN: "Your matter (no. {{.No}}) is handled again; {{.Owner}} is responsible{{with .Due}}, due {{.}}{{end}}.",
	},
	"N17/evaluated": {
		ZH: "办件{{.No}}的诉求人评价为不满意{{with .JudgeBy}},请于{{.}}前认定是否属实;逾期未认定的按属实返工{{end}}。",
		EN: "The petitioner of case {{.No}} is not satisfied{{with .JudgeBy}}: judge by {{.}} whether that is founded; without a judgment it counts as founded{{end}}.",
	},
	"N18": {
		ZH: "您反映的事项(编号{{.No}})已依法终结。同一事实和理由的,各级机关不再受理。",
		EN: "Your matter (no. {{.No}}) is final by law: no organ accepts it again on the same facts and grounds.",
	},
	"N19": {
		ZH: "您反映的事项(编号{{.No}})办理期限延长{{with .Reason}},理由:{{.}}{{end}},新的期限{{with .Statutory}}{{.}}{{else}}{{.Due}}{{end}}。",
		EN: "The limit for your matter (no. {{.No}}) is extended{{with .Reason}}; reason: {{.}}{{end}}; new date {{with .Statutory}}{{.}}{{else}}{{.Due}}{{end}}.",
	},
	"N19/moved_for_outage": {
		ZH: "因系统停机({{.Outage}}),办件{{.No}}的政策时限已按停机占用的工作时间顺延{{with .Due}},办结期限{{.}}{{end}}。法定期限不变。",
		EN: "Because of a system outage ({{.Outage}}) the policy limits of case {{.No}} move by the working time lost{{with .Due}}; due {{.}}{{end}}. The statutory date stays.",
	},
	"N19/moved_for_outage@petitioner": {
		ZH: "因系统停机,您反映的事项(编号{{.No}})办理期限顺延至{{.Due}}。",
		EN: "Because of a system outage the date for your matter (no. {{.No}}) moves to {{.Due}}.",
	},
	"N19/recounted": {
		ZH: "节假日安排公布后,办件{{.No}}的时限已重新核算{{with .Due}},办结期限{{.}}{{end}}。已告知的期限只延后,不提前。",
		EN: "The holidays are published: the limits of case {{.No}} are counted again{{with .Due}}; due {{.}}{{end}}. No date that was told moves earlier.",
	},
	"N19/recounted@petitioner": {
		ZH: "节假日安排公布后,您反映的事项(编号{{.No}})办理期限核定为{{with .Statutory}}{{.}}{{else}}{{.Due}}{{end}}。",
		EN: "The holidays are published: the date for your matter (no. {{.No}}) is now {{with .Statutory}}{{.}}{{else}}{{.Due}}{{end}}.",
	},
	"N20": {
		ZH: "办件{{.No}}:{{with .What}}{{.}}{{else}}有时限需要处理{{end}}{{with .Limit}},时限{{.}}{{end}}{{with .Left}}(剩余{{.}}){{end}}。当前状态:{{.State}}{{with .Owner}},负责单位:{{.}}{{end}}。",
		EN: "Case {{.No}}: {{with .What}}{{.}}{{else}}a limit needs attention{{end}}{{with .Limit}}, limit {{.}}{{end}}{{with .Left}} ({{.}} left){{end}}. State: {{.State}}{{with .Owner}}; responsible: {{.}}{{end}}.",
	},
	"N21": {
		ZH: "办件{{.No}}:{{.What}}{{with .Cause}},督办事由:{{.}}{{end}}{{with .Limit}},时限{{.}}{{end}}。请立即整改并书面回复督办单位。",
		EN: "Case {{.No}}: {{.What}}{{with .Cause}}; cause: {{.}}{{end}}{{with .Limit}}; limit {{.}}{{end}}. Put it right at once and reply in writing to the supervising office.",
	},
}

// Words that several events share.
const (
	backZH = "办件{{.No}}的退回申请未获同意,请继续办理{{with .Due}},办结期限{{.}}{{end}}。"
	backEN = "The return of case {{.No}} was not granted: go on handling it{{with .Due}}; due {{.}}{{end}}."
	upZH   = "办件{{.No}}已提级,现为“{{.Level}}”,由{{.Owner}}负责{{with .Trigger}},提级情形:{{.}}{{end}}。原办理单位继续协办至办结。"
	upEN   = "Case {{.No}} has gone up to the stage “{{.Level}}”; {{.Owner}} is responsible{{with .Trigger}}; trigger: {{.}}{{end}}. The units that had it assist until it is closed."
)
