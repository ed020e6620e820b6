package api

import (
	"context"
	"net/http"
	"time"

	"huajie/domain"
	"huajie/domain/casefile"
	"huajie/domain/casekind"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// PublicView is what the petitioner of a case may see: where it stands, at
// which level, and by when an answer is due. It names no officer and no word of
// the handling but the answer itself.
type PublicView struct {
	No             string        `json:"no"`
	State          machine.State `json:"state"`
	StateZH        string        `json:"state_zh"`
	StateEN        string        `json:"state_en"`
	Level          string        `json:"level,omitempty"`
	LevelZH        string        `json:"level_zh,omitempty"`
	LevelEN        string        `json:"level_en,omitempty"`
	Nature         string        `json:"nature"`
	UnitZH         string        `json:"unit_zh" doc:"unit that answers for the case now"`
	UnitEN         string        `json:"unit_en"`
	RegisteredAt   time.Time     `json:"registered_at"`
	AcceptedAt     time.Time     `json:"accepted_at,omitzero"`
	StatutoryDueAt time.Time     `json:"statutory_due_at,omitzero"`
	PolicyDueAt    time.Time     `json:"policy_due_at,omitzero"`
	RepliedAt      time.Time     `json:"replied_at,omitzero"`
	OutcomeGrade   string        `json:"outcome_grade,omitempty"`
	Result         string        `json:"result,omitempty" doc:"words of the answer"`
	Rating         string        `json:"rating,omitempty"`
	Photos         int           `json:"photos,omitempty" doc:"photos added to a grievance"`
	PhotosMost     int           `json:"photos_most,omitempty" doc:"how many can be"`
	ClosedAt       time.Time     `json:"closed_at,omitzero"`
	ClosingType    string        `json:"closing_type,omitempty"`
	Seq            int           `json:"seq"`
	Actions        []Action      `json:"actions" doc:"what the petitioner may do now"`
}

type publicOutput struct {
	Status       int
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         PublicView
}

// PublicInput is a case number and where the caller comes from.
type PublicInput struct {
	ByNo
	Remote
	Code     string `query:"code" maxLength:"40" doc:"query code of the receipt"`
	Language string `header:"Accept-Language" hidden:"true"`
}

// petitioner is the actor who knows the query code.
var petitioner = domain.Actor{User: domain.Petitioner}

// proven reads the case of whoever knows its code. A wrong code and an unknown
// number cannot be told apart.
func (s *server) proven(ctx context.Context, in *PublicInput) (casefile.Case, error) {
	if in.Code == "" || len(in.No) > longestNo {
		return nil, domain.NotFound()
	}
	var c casefile.Case
	err := s.patience.try(in.address, "code/"+in.No, func() (err error) {
		c, err = s.Reader.PublicCase(ctx, in.No, in.Code)
		return err
	})
	return c, err
}

func (s *server) publicCase(ctx context.Context, in *PublicInput) (*publicOutput, error) {
	c, err := s.proven(ctx, in)
	if err != nil {
		return nil, err
	}
	return s.publicView(ctx, c, english(in.Language))
}

type publicStepInput struct {
	PublicInput
	FormBody
	Key     string `header:"Idempotency-Key" doc:"keep it for every retry"`
	IfMatch string `header:"If-Match"`
}

// actInPublic takes a step of the petitioner.
func (s *server) actInPublic(action string) func(context.Context, *publicStepInput) (*publicOutput, error) {
	return func(ctx context.Context, in *publicStepInput) (*publicOutput, error) {
		c, err := s.proven(ctx, &in.PublicInput)
		if err != nil {
			return nil, err
		}
		if !casekind.Of(c).Takes(action) {
			return nil, domain.NotFound()
		}
		step := stepInput{in.ByNo, in.FormBody, in.Key, in.IfMatch}
		w, err := step.wish(petitioner, action)
		if err != nil {
			return nil, err
		}
		after, _, err := s.cases.step(ctx, c, w)
		if err != nil {
			return nil, err
		}
		return s.publicView(ctx, after, english(in.Language))
	}
}

func (s *server) publicView(ctx context.Context, of casefile.Case, inEnglish bool) (*publicOutput, error) {
	now, c, kind := s.Now(), of.Card(), casekind.Of(of)
	rules := s.caseRules(of, now)
	label, _ := kind.StateLabel(c.State)
	unit, _ := rules.Org.Unit(c.Owner.Unit)
	v := PublicView{No: c.No, State: c.State, StateZH: label.ZH, StateEN: label.EN, Level: string(c.Level), Nature: c.Nature,
		UnitZH: unit.ZH, UnitEN: unit.EN, RegisteredAt: c.RegisteredAt.In(zone), AcceptedAt: c.AcceptedAt,
		StatutoryDueAt: c.StatutoryDue, PolicyDueAt: c.PolicyDue, RepliedAt: c.RepliedAt, OutcomeGrade: c.OutcomeGrade, Rating: c.Rating,
		ClosedAt: c.ClosedAt, ClosingType: c.ClosingType, Seq: c.Seq}
	if g, ok := of.(*grievance.Case); ok {
		v.Photos, v.PhotosMost = len(g.Photos), grievance.MostPhotos(rules.Policy)
	}
	if c.Level != "" {
		v.LevelZH, v.LevelEN = rules.Codes.Label("level", string(c.Level))
	}
	if c.ReplyEvent > 0 {
		words, err := s.wordsOf(ctx, c)
		if err != nil {
			return nil, err
		}
		v.Result = words
	}
	actions, err := s.forms(ctx, kind.Offers(of, petitioner, rules, now), hints{rules: rules, county: c.County, area: c.Area}, inEnglish)
	if err != nil {
		return nil, err
	}
	v.Actions = actions
	return &publicOutput{http.StatusOK, etag(c.Seq), "private, no-cache", v}, nil
}

// wordsOf finds the words of the answer, which are kept with their event.
func (s *server) wordsOf(ctx context.Context, c casefile.Card) (string, error) {
	events, err := s.Reader.Events(ctx, c.No)
	if err != nil {
		return "", err
	}
	for _, e := range events {
		if e.Seq == c.ReplyEvent {
			return e.Input.Text("result"), nil
		}
	}
	return "", nil
}
