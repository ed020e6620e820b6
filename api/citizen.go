package api

import (
	"context"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// ownMatter tells whether the caller registered the case for themselves.
func ownMatter(who caller, c *grievance.Case) bool {
	return c.RegisteredBy != "" && c.RegisteredBy == who.user.Username
}

// actorOn is who a caller is to a case: the citizen who registered it takes the
// steps of its petitioner, without the query code.
func actorOn(who caller, c *grievance.Case, action string) domain.Actor {
	if step, ok := grievance.Machine.Step(action); ok && step.Petitioner && ownMatter(who, c) {
		return petitioner
	}
	return who.actor
}

// publicFields are what somebody without an account may say of a matter. Dates,
// batches and the like are for those who answer for them.
var publicFields = []string{"nature", "summary", "area", "headcount", "category", "place", "request", "facts",
	"respondent", "respondent_unit", "petitioner", "representatives"}

// webChannel is the channel of everything that comes in without an officer.
const webChannel = "web"

type publicRegisterInput struct {
	FormBody
	Remote
	Key string `header:"Idempotency-Key" doc:"A retry with the same key and inputs gets the case registered then."`
}

// PublicReceipt is the receipt of a matter registered without an account.
type PublicReceipt struct {
	No           string        `json:"no"`
	QueryCode    string        `json:"query_code" doc:"with the number, the way to follow the case"`
	State        machine.State `json:"state"`
	Seq          int           `json:"seq"`
	RegisteredAt time.Time     `json:"registered_at"`
}

type publicReceiptOutput struct {
	Status   int
	Location string `header:"Location"`
	Body     PublicReceipt
}

// registerInPublic takes in a matter from anybody, without an account.
func (s *server) registerInPublic(ctx context.Context, in *publicRegisterInput) (*publicReceiptOutput, error) {
	if err := readKey(in.Key, false); err != nil {
		return nil, err
	}
	if err := s.patience.spend(in.address, "register"); err != nil {
		return nil, err
	}
	input, err := in.read()
	if err != nil {
		return nil, err
	}
	var faults []domain.FieldError
	for name := range input {
		if name != "channel" && !slices.Contains(publicFields, name) {
			faults = append(faults, domain.Fault(shortName(name), "unknown_field", "没有这一项", "there is no such field"))
			delete(input, name)
		}
	}
	input["channel"] = webChannel
	m, err := readMatter(input, s.rulesHere())
	if err = withFaults(err, faults); err != nil {
		return nil, err
	}
	r := s.registration(caller{actor: petitioner}, "", input, m)
	if in.Key != "" { // strangers share no account: a key tells only equal requests apart
		r.Key = commandKey(domain.Petitioner, "register/"+r.Fingerprint, in.Key)
	}
	r.Source = "address/" + hostOf(in.address)
	written, err := s.Registrar.Register(ctx, r)
	if err != nil {
		return nil, err
	}
	full, err := s.receipt(ctx, written)
	if err != nil {
		return nil, err
	}
	return &publicReceiptOutput{full.Status, basePath + "/public/cases/" + written.No,
		PublicReceipt{written.No, written.QueryCode, full.Body.State, full.Body.Seq, full.Body.CreatedAt}}, nil
}
