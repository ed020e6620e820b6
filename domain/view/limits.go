package view

import (
	"huajie/domain"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// limitKind is what a limit is called and where it is written.
type limitKind struct {
	label domain.Text
	rule  string
}

func kind(zh, en, rule string) limitKind { return limitKind{domain.Text{ZH: zh, EN: en}, rule} }

// limitKinds are the deadlines of a grievance, by kind.
var limitKinds = map[string]limitKind{
	"pickup":           kind("网上诉求接单", "pick up a matter received online", "G1 pickup.limit"),
	"desk":             kind("前台分流", "front desk", "G2"),
	"triage.soft":      kind("甄别分流目标时限", "triage, target", "G2 triage.soft"),
	"triage":           kind("甄别分流", "triage", "G2 triage.hard"),
	"unassigned":       kind("无人分派,系统按清单交办", "assignment by the duty catalogue", "G7, G8"),
	"sender":           kind("来文单位答复延期请求", "the sender's answer, whether there is more time", "§6 item 21 transfer.answer"),
	"inform":           kind("向诉求人告知进展", "tell the petitioner where the matter is", "FR3 fr.inform"),
	"triage.decide":    kind("告知是否受理", "tell whether the matter is accepted", "G3 guide.limit"),
	"accept_notice":    kind("受理告知", "notice of acceptance", "XF §22 guide.limit"),
	"handover":         kind("确认接收移交", "confirm the hand-over", "FR6 handover.confirm"),
	"sign":             kind("签收", "sign for it", "G10 sign.limit"),
	"assign":           kind("指定承办人", "name a handler", "G11 assign.limit"),
	"contact":          kind("联系诉求人", "contact the petitioner", "G12 contact.limit"),
	"return.review":    kind("退回审核", "decide on the return", "G14 return.review"),
	"adjudicate":       kind("职责裁定", "rule on duty", "G17 adjudicate.limit"),
	"task":             kind("任务", "task", "§4.4 assist.limit"),
	"pause.max":        kind("暂停最长时限", "longest pause", "§4.1 policy.pause_reasons"),
	"pause.review":     kind("暂停复核", "review of the pause", "§4.1 policy.pause_reasons"),
	"hangup.review":    kind("挂账复核", "review of the hang-up", "§4.5 hangup.review"),
	"hangup.until":     kind("挂账期限", "end of the hang-up", "§4.5 hangup.max"),
	"policy.grace":     kind("超期自动提级", "goes up a level by itself", "§4.3 escalate.grace"),
	"policy.fail":      kind("超期红牌", "red card", "§4.3 escalate.fail"),
	"joint.convene":    kind("召集联合会商", "convene a joint session", "J1 joint.convene"),
	"leader.designate": kind("确定包案领导", "name the owning leader", "G23 leader.designate"),
	"leader.meet":      kind("包案领导约见", "leader meets the petitioner", "§3.2 L3 leader.meet"),
	"evaluation":       kind("评价期", "window for rating", "G28 evaluation.window"),
	"rework.decide":    kind("认定是否属实", "judge whether dissatisfaction is founded", "G29 rework.decide"),
	"followup":         kind("回访", "follow-up visit", "§4.2 followup"),
	"archive":          kind("归档", "archive", "G36 archive.limit"),
	"unmerge":          kind("可撤销并案期", "window to undo the merge", "G6 merge.undo"),
	"no_body":          kind("无责任主体件提请县(区)领导", "a matter without a responsible body goes to the county leader", "§4.4 no_body"),
	"request":          kind("审批", "decision on a request", "§2.2"),
}

// kindOf names a deadline; one without a name of its own keeps its ID.
func (x explainer) kindOf(d machine.Deadline) limitKind {
	k, ok := x.names[d.Kind]
	if !ok {
		return kind(d.ID, d.ID, "")
	}
	if d.Kind == "request" {
		if r, waits := x.head.Requests[d.Ref]; waits {
			what := x.kind.ActionLabel(r.Action)
			k.label = domain.Text{ZH: k.label.ZH + ":" + what.ZH, EN: k.label.EN + ": " + what.EN}
		}
	}
	return k
}

func levelText(level grievance.Level) domain.Text {
	for _, l := range grievance.Levels {
		if l.Level == level {
			return domain.Text{ZH: l.ZH, EN: l.EN}
		}
	}
	return domain.Text{}
}

// unitName is the name of a unit, nothing for no unit.
func unitName(rules *machine.Rules, id string) UnitName {
	u, ok := rules.Org.Unit(id)
	if !ok {
		return UnitName{}
	}
	return UnitName{ZH: u.ZH, EN: u.EN}
}
