package audit

import (
	"huajie/domain"
	"huajie/domain/calendar"
)

// kinds are all of them, with what an auditor reads.
var kinds = []struct {
	kind  Kind
	label domain.Text
}{
	{SignIn, domain.Text{ZH: "登录", EN: "sign-in"}},
	{SignOut, domain.Text{ZH: "退出", EN: "sign-out"}},
	{IdentityRead, domain.Text{ZH: "查看身份", EN: "read of an identity"}},
	{IdentityAlarm, domain.Text{ZH: "查看身份异常", EN: "unusual reads of identities"}},
	{Export, domain.Text{ZH: "导出", EN: "export"}},
	{RulebookPublished, domain.Text{ZH: "规则发布", EN: "rules published"}},
	{RulebookDrafted, domain.Text{ZH: "规则草案", EN: "rules drafted"}},
	{UserChanged, domain.Text{ZH: "账号或岗位变更", EN: "account or offices changed"}},
	{OfficesAsked, domain.Text{ZH: "申请岗位变更", EN: "change of offices asked for"}},
	{OfficesDecided, domain.Text{ZH: "岗位变更审批", EN: "change of offices decided"}},
	{UserDisabled, domain.Text{ZH: "账号停用", EN: "account disabled"}},
	{UserEnabled, domain.Text{ZH: "账号启用", EN: "account enabled"}},
	{PasswordChanged, domain.Text{ZH: "修改或重置密码", EN: "password changed"}},
	{FactorAdded, domain.Text{ZH: "登记动态口令", EN: "second factor added"}},
	{FactorRemoved, domain.Text{ZH: "解除动态口令", EN: "second factor removed"}},
	{PhoneChanged, domain.Text{ZH: "变更通知号码", EN: "telephone changed"}},
	{ProviderReleased, domain.Text{ZH: "解除统一身份绑定", EN: "account at a provider released"}},
	{TokenMade, domain.Text{ZH: "签发令牌", EN: "token made"}},
	{TokenRevoked, domain.Text{ZH: "吊销令牌", EN: "token revoked"}},
	{DutyMoved, domain.Text{ZH: "职责划转", EN: "duty moved"}},
	{OutageDeclared, domain.Text{ZH: "登记停机", EN: "outage declared"}},
	{OutageVoided, domain.Text{ZH: "作废停机", EN: "outage voided"}},
	{EngineRead, domain.Text{ZH: "查看流程引擎数据", EN: "data of the engine read"}},
	{HoldSet, domain.Text{ZH: "冻结留存", EN: "legal hold set"}},
	{HoldLifted, domain.Text{ZH: "解除冻结", EN: "legal hold lifted"}},
	{FileRemoved, domain.Text{ZH: "期满清除", EN: "file removed"}},
	{LogsRemoved, domain.Text{ZH: "日志期满清除", EN: "old log removed"}},
	{PersonReported, domain.Text{ZH: "提供个人信息副本", EN: "copy of personal information"}},
	{PersonErased, domain.Text{ZH: "个人信息删除申请", EN: "request for erasure"}},
	{Verified, domain.Text{ZH: "校验审计日志", EN: "audit log verified"}},
	{FileInfected, domain.Text{ZH: "照片含恶意程序", EN: "malware in a photo"}},
	{PhotoRemoved, domain.Text{ZH: "隐去的照片到期清除", EN: "withheld photo removed"}},
	{Read, domain.Text{ZH: "查阅审计日志", EN: "audit log read"}},
}

// Kinds are the kinds there are.
func Kinds() []Kind {
	out := make([]Kind, len(kinds))
	for i, k := range kinds {
		out[i] = k.kind
	}
	return out
}

// Label names a kind, by its code where it has no name.
func (k Kind) Label() domain.Text {
	for _, x := range kinds {
		if x.kind == k {
			return x.label
		}
	}
	return domain.Text{ZH: string(k), EN: string(k)}
}

// Query asks for entries of a day, in their order.
type Query struct {
	Day    calendar.Date
	Actor  string // "": all
	Kind   Kind
	Object string
	After  int // rows after this one of the day
	Most   int
}
