package api

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"huajie/domain"
	"huajie/domain/account"
	"huajie/domain/audit"
	"huajie/domain/form"
)

// The second factor is a code of six digits for every half minute (RFC 6238), as every
// authenticator app makes them.
const (
	factorIssuer  = "Huajie"
	codePeriod    = 30 * time.Second
	clockSlack    = 1 // steps a phone may go wrong by
	recoveryCodes = 10
)

var codeFields = []form.Field{{Name: "code", ZH: "动态口令或恢复码", EN: "code of the authenticator app, or a recovery code", Type: form.Line, Required: true, Max: 40}}

type codeInput struct {
	FormBody
	Remote
}

func (in *codeInput) code() (string, error) {
	input, err := in.read()
	if err != nil {
		return "", err
	}
	clean, faults := form.Check(codeFields, input, nil)
	if len(faults) > 0 {
		return "", domain.Invalid(faults...)
	}
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(clean.Text("code"))), nil
}

// secondStep finishes a sign-in. The token of the first step ends.
func (s *server) secondStep(ctx context.Context, in *codeInput) (*signInOutput, error) {
	code, err := in.code()
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	if err := s.signInNoted(ctx, who.user.Username, viaFactor, s.spend(ctx, who.user.Username, code)); err != nil {
		return nil, err
	}
	if err := s.Accounts.RevokeToken(ctx, who.token); err != nil {
		return nil, err
	}
	return s.open(ctx, account.Opening{Username: who.user.Username, Label: who.pass.Label}, &in.Remote)
}

// spend uses a code up. Only who knows the password comes so far: failures count for the
// account, wherever they come from.
func (s *server) spend(ctx context.Context, username, code string) error {
	try := account.Try{Secret: "second factor", Name: username, At: s.Now()}
	return s.Accounts.Try(ctx, s.SignIn.Throttle, try, func() error {
		if len(code) != int(otp.DigitsSix) {
			return s.Accounts.SpendRecovery(ctx, username, code)
		}
		f, err := s.Accounts.Factor(ctx, username)
		if err != nil {
			return err
		}
		step, ok := stepOf(f.Secret, code, s.Now())
		if !ok || !f.Confirmed {
			return errCode
		}
		return s.Accounts.SpendStep(ctx, username, step)
	})
}

var errCode = &domain.Error{Code: domain.CodeSignIn, Reason: "wrong_code",
	Text: domain.Text{ZH: "验证码不正确或已使用", EN: "the code is wrong, or was used before"}}

// stepOf finds the step of time a code belongs to.
func stepOf(secret, code string, at time.Time) (step int64, ok bool) {
	now := at.Unix() / int64(codePeriod.Seconds())
	for step := now - clockSlack; step <= now+clockSlack; step++ {
		fits, err := hotp.ValidateCustom(code, uint64(step), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && fits {
			return step, true
		}
	}
	return 0, false
}

// FactorView tells about the second factor of the caller.
type FactorView struct {
	Enrolled bool `json:"enrolled" doc:"sign-ins ask for it"`
	Required bool `json:"required" doc:"an office of the caller needs one"`
	Left     int  `json:"recovery_codes_left"`
}

type factorOutput struct{ Body FactorView }

func (s *server) getFactor(ctx context.Context, _ *struct{}) (*factorOutput, error) {
	who := callerOf(ctx)
	f, err := s.Accounts.Factor(ctx, who.user.Username)
	if err != nil {
		return nil, err
	}
	return &factorOutput{FactorView{f.Confirmed, s.needsFactor(who.pass), f.Left}}, nil
}

// FactorSecret is what an authenticator app is given.
type FactorSecret struct {
	Secret string `json:"secret" doc:"base32, to be typed in"`
	URI    string `json:"uri" doc:"otpauth://, to be shown as a QR code"`
}

type secretOutput struct{ Body FactorSecret }

var errNotFresh = domain.Forbid("sign_in_again", "", "请重新登录后再进行此操作", "sign in anew first: this needs a sign-in of the last quarter of an hour")

// enrolFactor begins with a second factor. A session somebody has left open is not enough.
func (s *server) enrolFactor(ctx context.Context, _ *struct{}) (*secretOutput, error) {
	who := callerOf(ctx)
	if !who.pass.Fresh {
		return nil, errNotFresh
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: factorIssuer, AccountName: who.user.Username, Period: uint(codePeriod.Seconds()), SecretSize: 20})
	if err != nil {
		return nil, err
	}
	if err := s.Accounts.EnrolFactor(ctx, who.user.Username, key.Secret(), s.Now()); err != nil {
		return nil, err
	}
	return &secretOutput{FactorSecret{key.Secret(), key.URL()}}, nil
}

// RecoveryCodes open the account when the phone is lost, each once.
type RecoveryCodes struct {
	Codes []string `json:"recovery_codes" doc:"told once: keep them on paper"`
}

type recoveryOutput struct{ Body RecoveryCodes }

// confirmFactor makes sure that the app makes the codes we expect before any is asked for.
func (s *server) confirmFactor(ctx context.Context, in *codeInput) (*recoveryOutput, error) {
	code, err := in.code()
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	var step int64
	try := account.Try{Secret: "second factor", Name: who.user.Username, At: s.Now()}
	err = s.Accounts.Try(ctx, s.SignIn.Throttle, try, func() error {
		f, err := s.Accounts.Factor(ctx, who.user.Username)
		if err != nil {
			return err
		}
		var ok bool
		if step, ok = stepOf(f.Secret, code, s.Now()); !ok || f.Secret == "" {
			return errCode
		}
		return nil
	})
	if domain.CodeOf(err) == domain.CodeSignIn {
		return nil, domain.Faulty("code", "wrong", "验证码不正确", "the code is wrong")
	}
	if err != nil {
		return nil, err
	}
	out, plain := &recoveryOutput{}, make([]string, recoveryCodes)
	for i := range plain {
		plain[i] = newRecoveryCode()
		out.Body.Codes = append(out.Body.Codes, grouped(plain[i]))
	}
	return out, s.onRecord(ctx, audit.FactorAdded, who.user.Username, "", func() error {
		return s.Accounts.ConfirmFactor(ctx, who.user.Username, step, plain, s.Now(), who.pass.ID)
	})
}

// newRecoveryCode is 80 random bits, in letters that can be copied by hand.
func newRecoveryCode() string {
	b := make([]byte, 10)
	_, _ = rand.Read(b) // never fails
	return base32.StdEncoding.EncodeToString(b)
}

func grouped(code string) string {
	return code[:4] + "-" + code[4:8] + "-" + code[8:12] + "-" + code[12:]
}

// removeFactor needs a code. Whoever holds an office that needs a second factor has to
// enrol another one at once.
func (s *server) removeFactor(ctx context.Context, in *codeInput) (*struct{}, error) {
	code, err := in.code()
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx)
	err = s.spend(ctx, who.user.Username, code)
	if domain.CodeOf(err) == domain.CodeSignIn { // the caller is signed in all the same
		return nil, domain.Faulty("code", "wrong", "验证码不正确或已使用", "the code is wrong, or was used before")
	}
	if err != nil {
		return nil, err
	}
	return nil, s.onRecord(ctx, audit.FactorRemoved, who.user.Username, "", func() error { return s.Accounts.RemoveFactor(ctx, who.user.Username) })
}
