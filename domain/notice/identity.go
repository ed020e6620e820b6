package notice

import (
	"fmt"
	"strings"

	"huajie/domain"
	"huajie/domain/machine"
)

// ForOverseers is why a notice is not sent out of the house and does not stand among the
// notices of its case: whoever works on the case may be the one it is about.
const ForOverseers = "overseers_only"

// IdentityAlarm tells overseers that an account looks at identities more often than it should
// (§6 item 92). It names the officer, and of the case its number only.
func IdentityAlarm(no string, seq int, officer domain.Text, unit string, to []machine.Recipient) []Message {
	var out []Message
	for _, r := range to {
		out = append(out, Message{N: "N20", No: no, Seq: seq, To: r, Immediate: true, Exempt: ForOverseers,
			TitleZH: "查看身份异常", TitleEN: "Unusual reads of identities",
			BodyZH: fmt.Sprintf("%s(%s)查看或申请查看诉求人身份的次数超过上限,最近一次为办件 %s。请核查用途,审计日志中有逐次记录。", officer.ZH, unit, no),
			BodyEN: fmt.Sprintf("%s (%s) has looked at, or tried to look at, more identities than is allowed, last that of case %s. Check what for: the audit log has each of them.", officer.EN, unit, no)})
	}
	return out
}

// Audience names the offices messages go to, so that alarms to others count apart.
func Audience(list []Message) string {
	names := make([]string, len(list))
	for i, m := range list {
		names[i] = string(m.To.Role) + "@" + m.To.Unit
	}
	return strings.Join(names, " ")
}
