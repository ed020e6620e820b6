package api

import (
	"context"
	"slices"
	"time"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/grievance"
	"huajie/domain/machine"
	"huajie/domain/org"
)

// ownMatter tells whether the caller registered the case for themselves.
func ownMatter(who caller, c casefile.Card) bool {
	return c.RegisteredBy != "" && c.RegisteredBy == who.user.Username
}

// actorOn is who a caller is to a case: the citizen who registered it takes the
// steps of its petitioner, without the query code.
func actorOn(who caller, kind casekind.Kind, c casefile.Case, action string) domain.Actor {
	if step, ok := kind.Action(action); ok && step.Petitioner && ownMatter(who, c.Card()) {
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
	UnitZH       string        `json:"unit_zh" doc:"unit that has received it"`
	UnitEN       string        `json:"unit_en"`
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
	faults := onlyThese(input, append(slices.Clone(publicFields), "channel"))
	input["channel"] = webChannel
	m, err := readMatter(input, grievance.RegisterFields, s.rulesHere())
	if err = withFaults(err, faults); err != nil {
		return nil, err
	}
	r := s.registration(caller{actor: petitioner}, "register", "", input, m)
	if in.Key != "" { // strangers share no account: a key tells only equal requests apart
		r.Key = commandKey(domain.Petitioner, "register/"+r.Fingerprint, in.Key)
	}
	r.Source = "address/" + hostOf(in.address)
	written, err := s.Registrar.Register(ctx, r)
	if err != nil {
		return nil, err
	}
	return s.publicReceipt(ctx, written)
}

// publicReceipt starts the workflow and answers with what a stranger needs to follow.
func (s *server) publicReceipt(ctx context.Context, written activities.Written) (*publicReceiptOutput, error) {
	full, err := s.receipt(ctx, written)
	if err != nil {
		return nil, err
	}
	return &publicReceiptOutput{full.Status, basePath + "/public/cases/" + written.No,
		PublicReceipt{written.No, written.QueryCode, full.Body.State, full.Body.Seq, full.Body.CreatedAt, full.Body.Owner.ZH, full.Body.Owner.EN}}, nil
}

// publicForm tells what somebody without an account is asked: the places are the towns and
// streets of the city, by county.
func (s *server) publicForm(ctx context.Context, in *languageInput) (*registerFormOutput, error) {
	out, err := s.registerForm(ctx, in)
	if err != nil {
		return nil, err
	}
	f := &out.Body
	f.Fields = slices.DeleteFunc(f.Fields, func(x Field) bool { return !slices.Contains(publicFields, x.Name) })
	for i, x := range f.Fields {
		if x.Name == "area" {
			f.Fields[i].Choices = towns(s.tree())
		}
	}
	return out, nil
}

// towns are the places of the second level under the counties.
func towns(tree *org.Tree) []Choice {
	var out []Choice
	for _, county := range tree.Counties() {
		if county.Drill {
			continue
		}
		for _, u := range tree.Children(county.ID) {
			if u.Kind == org.KindStreet || u.Kind == org.KindTown || u.Kind == org.KindTownship {
				out = append(out, Choice{u.ID, county.ZH + " " + u.ZH, u.EN + ", " + county.EN})
			}
		}
	}
	return out
}
