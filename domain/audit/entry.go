// Package audit is the log of who looked, took or changed what: reads of an identity,
// exports, sign-ins, changes of rules and of rights. Its rows are chained by hash, one chain
// for each day, and the heads of the chains are signed and kept outside of the database
// (docs/evidence.md). It holds nothing of a petitioner.
package audit

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"huajie/domain/calendar"
)

// Kind is what was done.
type Kind string

// The kinds of entries.
const (
	SignIn            Kind = "sign_in"            // 登录
	SignOut           Kind = "sign_out"           // 退出
	IdentityRead      Kind = "identity_read"      // 查看身份 (§2.2 grievance.view_identity)
	IdentityAlarm     Kind = "identity_alarm"     // 查看身份过于频繁 (§6 item 92)
	Export            Kind = "export"             // 导出 (§6 item 91)
	RulebookPublished Kind = "rulebook_published" // 规则发布 (§2.2 policy.publish)
	RulebookDrafted   Kind = "rulebook_drafted"   // 规则草案 (§2.2 policy.publish)
	UserChanged       Kind = "user_changed"       // 账号或岗位变更
	OfficesAsked      Kind = "offices_asked"      // 申请岗位变更(须第二人)
	OfficesDecided    Kind = "offices_decided"    // 岗位变更审批
	UserDisabled      Kind = "user_disabled"      // 账号停用
	UserEnabled       Kind = "user_enabled"       // 账号启用
	PasswordChanged   Kind = "password_changed"   // 修改或重置密码
	FactorAdded       Kind = "factor_added"       // 登记动态口令
	FactorRemoved     Kind = "factor_removed"     // 解除动态口令
	PhoneChanged      Kind = "phone_changed"      // 变更通知号码
	ProviderReleased  Kind = "provider_released"  // 解除统一身份绑定
	TokenMade         Kind = "token_made"         // 签发令牌
	TokenRevoked      Kind = "token_revoked"      // 吊销令牌
	DutyMoved         Kind = "duty_moved"         // 职责划转
	OutageDeclared    Kind = "outage_declared"    // 登记停机
	OutageVoided      Kind = "outage_voided"      // 作废停机
	EngineRead        Kind = "engine_read"        // 查看流程引擎数据
	HoldSet           Kind = "hold_set"           // 冻结留存 (§4.9 retention)
	HoldLifted        Kind = "hold_lifted"        // 解除冻结
	FileRemoved       Kind = "file_removed"       // 期满清除 (§4.9 retention, PIPL §47)
	LogsRemoved       Kind = "logs_removed"       // 日志期满清除 (§4.9 retention)
	PersonReported    Kind = "person_reported"    // 提供个人信息副本 (PIPL §45)
	PersonErased      Kind = "person_erased"      // 个人信息删除申请 (PIPL §47)
	Verified          Kind = "audit_verified"     // 校验审计日志
	FileInfected      Kind = "file_infected"      // 照片含恶意程序
	PhotoRemoved      Kind = "photo_removed"      // 隐去的照片到期清除 (§6 item 80)
	Read              Kind = "audit_read"         // 查阅审计日志 (§2.1 auditor)
)

// The outcomes of what was done.
const (
	OK      = "ok"
	Refused = "refused" // by a rule; Purpose or Reason tell by which
	Failed  = "failed"
)

// Entry is what is recorded of one act.
type Entry struct {
	Actor   string // user name; "operator:" and the account of the machine for the command line; "system"
	Via     string // "token " and the first digits of its hash, never the token; "command line"
	Kind    Kind
	Object  string // case number, user name, version: what it was done to
	Purpose string // code of the purpose
	Reason  string // as entered; kept here and written to no other log
	Outcome string
	Request string // number of the request, as the access log has it
}

// ByOperator is the entry of what is done on the command line: operator is the account of the
// machine, by whoever it is said to be done for.
func ByOperator(operator string, kind Kind, object, by, reason string) Entry {
	if by != "" {
		reason = by + ": " + reason
	}
	return Entry{Actor: "operator:" + operator, Via: "command line", Kind: kind, Object: object, Reason: reason, Outcome: OK}
}

// Row is an entry as it stands in the chain of its day.
type Row struct {
	Entry
	Day  calendar.Date
	N    int // from 1, without gaps
	At   time.Time
	Prev []byte // hash of the row before it, Beginning for the first
	Hash []byte
}

// Beginning stands before the first row of a day.
func Beginning() []byte { return make([]byte, sha256.Size) }

// Sum is the hash of a row after the hash before it.
func Sum(prev []byte, r Row) ([]byte, error) {
	words, err := json.Marshal(canonical{r.Actor, r.At.UTC().Format(stamp), r.Day.String(), r.Kind, r.N, r.Object, r.Outcome, r.Purpose, r.Reason, r.Request, r.Via})
	if err != nil {
		return nil, fmt.Errorf("audit: row %d of %s: %w", r.N, r.Day, err)
	}
	h := sha256.New()
	h.Write(prev)
	h.Write(words)
	return h.Sum(nil), nil
}

// stamp writes a moment to the microsecond the database keeps.
const stamp = "2006-01-02T15:04:05.000000Z"

// canonical is what is hashed of a row: JSON, names in order, nothing left out.
type canonical struct {
	Actor   string `json:"actor"`
	At      string `json:"at"`
	Day     string `json:"day"`
	Kind    Kind   `json:"kind"`
	N       int    `json:"n"`
	Object  string `json:"object"`
	Outcome string `json:"outcome"`
	Purpose string `json:"purpose"`
	Reason  string `json:"reason"`
	Request string `json:"request"`
	Via     string `json:"via"`
}

// Link gives an entry its place after the last row of a day; the zero row for the first.
func Link(last Row, e Entry, day calendar.Date, at time.Time) (Row, error) {
	r := Row{Entry: e, Day: day, N: last.N + 1, At: at.UTC().Truncate(time.Microsecond), Prev: last.Hash}
	if last.N == 0 {
		r.Prev = Beginning()
	}
	if r.At.Before(last.At) { // the clock of the database was set back
		r.At = last.At
	}
	var err error
	r.Hash, err = Sum(r.Prev, r)
	return r, err
}

// Done records an act and then does it, so that none is done without: what cannot be recorded
// is not done, and what then fails is followed by an entry that says so.
func Done(record func(Entry) error, e Entry, act func() error) error {
	if err := record(e); err != nil {
		return err
	}
	err := act()
	if err == nil {
		return nil
	}
	e.Outcome = Failed
	return errors.Join(err, record(e))
}
