package api

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strconv"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/audit"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/org"
)

var (
	whyField      = form.Field{Name: "reason", ZH: "事由", EN: "why; recorded", Type: form.Line, Required: true, Min: 2, Max: 200, NoNumbers: true}
	whyFields     = []form.Field{whyField}
	namesFields   = []form.Field{{Name: "zh", ZH: "姓名", EN: "name in Chinese", Type: form.Line, Required: true, Max: 60}, {Name: "en", ZH: "英文姓名", EN: "name in English", Type: form.Line, Required: true, Max: 100}}
	officeFields  = []form.Field{form.Line.Named("role", "岗位", "office").Need(), form.Unit.Named("unit", "单位", "unit").Need(), form.Line.Named("point", "窗口", "service point of the unit")}
	officesField  = form.Field{Name: "offices", ZH: "岗位", EN: "every office from now on, in their order", Type: form.Objects, Required: true, Of: officeFields}
	officesFields = []form.Field{officesField, whyField}

	newAccountFields = append([]form.Field{{Name: "username", ZH: "账号", EN: "account", Type: form.Line, Required: true, Max: 60}}, append(namesFields, officesField, whyField)...)

	officeDecisionFields = []form.Field{{Name: "approve", ZH: "同意", EN: "agree; otherwise it is declined, or taken back by who asked", Type: form.Boolean, Required: true},
		{Name: "note", ZH: "说明", EN: "why; required to decline", Type: form.Line, Max: 200, NoNumbers: true}}
)

// Changing is what comes with a change of an account.
type Changing struct {
	FormBody
	Key     string `header:"Idempotency-Key" doc:"keep it for every retry: what was done is not done again, and a password is not told again"`
	IfMatch string `header:"If-Match" doc:"version the change depends on, as the ETag of a read"`
}

type newAccountInput struct{ Changing }

type changeInput struct {
	ByAccount
	Changing
}

// read reads a change of an account against its form. Nobody administers their own.
func (s *server) readChange(ctx context.Context, username, action string, in *Changing, fields []form.Field) (form.Input, account.Change, error) {
	who, c := callerOf(ctx), account.Change{By: byCaller(ctx, audit.Entry{})}
	if username == who.user.Username {
		return nil, c, s.accountRefused(ctx, username, action, errOwnAccount)
	}
	if err := readKey(in.Key, false); err != nil {
		return nil, c, err
	}
	input, err := in.read()
	if err != nil {
		return nil, c, err
	}
	clean, faults := form.Check(fields, input, machine.LookupOf(s.rulesHere()))
	if len(faults) > 0 {
		return nil, c, domain.Invalid(faults...)
	}
	if c.Seen, err = seenOf(in.IfMatch); err != nil {
		return nil, c, err
	}
	if c.Reason, c.Fingerprint = clean.Text("reason"), fingerprint(action+"/"+username, input); in.Key != "" {
		c.Key = commandKey(who.user.Username, "account", in.Key)
	}
	return clean, c, nil
}

var errOwnAccount = domain.Forbid("own_account", "§2.1", "不得管理本人的账号和岗位", "nobody administers their own account and offices")

// seenOf is the version a change depends on, 0 for any, -1 for none there could be.
func seenOf(header string) (int, error) {
	p, ok := parsePrecondition(header)
	switch {
	case !ok:
		return 0, malformed("if_match", "If-Match 请求头格式不正确", "the If-Match header is not a list of entity tags")
	case !p.given, p.any:
		return 0, nil
	}
	if n, err := strconv.Atoi(p.tags[0].value); err == nil && n > 0 && len(p.tags) == 1 && !p.tags[0].weak {
		return n, nil
	}
	return -1, nil
}

// accountRefused puts on the audit log what somebody was refused to do to an account.
func (s *server) accountRefused(ctx context.Context, username, action string, why error) error {
	if domain.CodeOf(why) == domain.CodeForbidden {
		e := audit.Entry{Kind: audit.UserChanged, Object: username, Reason: action + ": " + domain.ReasonOf(why), Outcome: audit.Refused}
		if err := s.noted(ctx, e); err != nil {
			s.Log.ErrorContext(ctx, "what was refused of an account could not be recorded", "request_id", infoOf(ctx).requestID, "error", err)
		}
	}
	return why
}

// oncePassword is a password for one sign-in: 80 random bits, in letters that can be read out.
func oncePassword() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails
	return grouped(base32.StdEncoding.EncodeToString(b))
}

// officesIn reads a list of offices.
func officesIn(clean form.Input) (out []org.Grant) {
	for _, o := range clean.Objects("offices") {
		out = append(out, org.Grant{Role: org.Role(o.Text("role")), Unit: o.Text("unit"), Point: o.Text("point")})
	}
	return out
}

func (s *server) createAccount(ctx context.Context, in *newAccountInput) (*accountOutput, error) {
	clean, c, err := s.readChange(ctx, "", "create", &in.Changing, newAccountFields)
	if err != nil {
		return nil, err
	}
	u := org.User{Username: clean.Text("username"), ZH: clean.Text("zh"), EN: clean.Text("en"), Grants: officesIn(clean)}
	if faults := append(account.CheckName("username", u.Username), account.CheckOffices(s.tree(), u.Grants)...); len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	password := oncePassword()
	again, err := s.Administration.CreateAccount(ctx, u, password, c)
	if err != nil {
		return nil, err
	}
	return s.withPassword(ctx, u.Username, password, again)
}

// withPassword answers with an account and the password that was made for it, unless the
// request was carried out before.
func (s *server) withPassword(ctx context.Context, username, password string, again bool) (*accountOutput, error) {
	out, err := s.showAccount(ctx, username)
	if err == nil && !again {
		out.Body.Password = password
	}
	return out, err
}

func (s *server) renameAccount(ctx context.Context, in *changeInput) (*accountOutput, error) {
	clean, c, err := s.readChange(ctx, in.Username, "names", &in.Changing, namesFields)
	if err == nil {
		_, err = s.Administration.RenameAccount(ctx, in.Username, clean.Text("zh"), clean.Text("en"), c)
	}
	if err != nil {
		return nil, err
	}
	return s.showAccount(ctx, in.Username)
}

func (s *server) changeOffices(ctx context.Context, in *changeInput) (*accountOutput, error) {
	clean, c, err := s.readChange(ctx, in.Username, "offices", &in.Changing, officesFields)
	if err != nil {
		return nil, err
	}
	list := officesIn(clean)
	if faults := account.CheckOffices(s.tree(), list); len(faults) > 0 {
		return nil, domain.Invalid(faults...)
	}
	if _, err := s.Administration.ChangeOffices(ctx, in.Username, list, c); err != nil {
		return nil, err
	}
	return s.showAccount(ctx, in.Username)
}

func (s *server) closeAccount(ctx context.Context, in *changeInput) (*accountOutput, error) {
	_, c, err := s.readChange(ctx, in.Username, "closing", &in.Changing, whyFields)
	if err != nil {
		return nil, err
	}
	cases, _, err := s.Administration.CloseAccount(ctx, in.Username, c)
	if err != nil {
		return nil, err
	}
	out, err := s.showAccount(ctx, in.Username)
	if err == nil {
		out.Body.Returned = cases
	}
	return out, err
}

func (s *server) openAccount(ctx context.Context, in *changeInput) (*accountOutput, error) {
	_, c, err := s.readChange(ctx, in.Username, "opening", &in.Changing, whyFields)
	if err == nil {
		_, err = s.Administration.OpenAccount(ctx, in.Username, c)
	}
	if err != nil {
		return nil, s.accountRefusedOnce(ctx, in.Username, "opening", err)
	}
	return s.showAccount(ctx, in.Username)
}

func (s *server) resetPassword(ctx context.Context, in *changeInput) (*accountOutput, error) {
	_, c, err := s.readChange(ctx, in.Username, "password", &in.Changing, whyFields)
	password, again := oncePassword(), false
	if err == nil {
		again, err = s.Administration.PasswordOnce(ctx, in.Username, password, c)
	}
	if err != nil {
		return nil, s.accountRefusedOnce(ctx, in.Username, "password", err)
	}
	return s.withPassword(ctx, in.Username, password, again)
}

func (s *server) resetFactor(ctx context.Context, in *changeInput) (*accountOutput, error) {
	_, c, err := s.readChange(ctx, in.Username, "second factor", &in.Changing, whyFields)
	if err == nil {
		_, err = s.Administration.DropFactor(ctx, in.Username, c)
	}
	if err != nil {
		return nil, s.accountRefusedOnce(ctx, in.Username, "second factor", err)
	}
	return s.showAccount(ctx, in.Username)
}

// accountRefusedOnce does so for what the ledger refused; one's own account is on it already.
func (s *server) accountRefusedOnce(ctx context.Context, username, action string, why error) error {
	if username == callerOf(ctx).user.Username {
		return why
	}
	return s.accountRefused(ctx, username, action, why)
}

// endAccount ends every sign-in of an account, or what was made for its programs.
func (s *server) endAccount(tokens bool) func(context.Context, *accountInput) (*struct{}, error) {
	return func(ctx context.Context, in *accountInput) (*struct{}, error) {
		if in.Username == callerOf(ctx).user.Username {
			return nil, s.accountRefused(ctx, in.Username, "sign-ins", errOwnAccount)
		}
		return nil, s.Administration.EndSignIns(ctx, in.Username, tokens, account.Change{By: byCaller(ctx, audit.Entry{})})
	}
}
