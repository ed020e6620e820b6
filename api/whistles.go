package api

import (
	"context"
	"time"

	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/domain/whistle"
	"huajie/workflows"
)

// WhistleView is a whistle as the township, the units called and the county see it.
type WhistleView struct {
	*whistle.Whistle
	StateZH string    `json:"state_zh"`
	StateEN string    `json:"state_en"`
	KindZH  string    `json:"kind_zh"`
	KindEN  string    `json:"kind_en"`
	DueAt   time.Time `json:"due_at,omitzero" doc:"earliest limit somebody owes a step by"`
	DueUnit string    `json:"due_unit,omitempty" doc:"who owes it"`
	Late    bool      `json:"late" doc:"that limit has passed"`
}

// whistleDoor is the door of whistles.
type whistleDoor = door[*whistle.Whistle, WhistleView]

func newWhistleDoor(s *server) whistleDoor {
	return whistleDoor{
		s: s, machine: whistle.Machine,
		name:  func(string) string { return whistle.Machine.Name },
		fresh: func(*whistle.Whistle) func() *whistle.Whistle { return whistle.Fresh },
		read:  s.Reader.Whistle, query: s.Engine.QueryWhistle, rules: s.whistleRules, hints: s.whistleHints,
		ready: s.readyOnWhistle, send: s.Engine.ActOnWhistle, over: whistle.Final, show: showWhistle, speak: speechOf(whistle.Machine, whistle.Labels),
		start: func(ctx context.Context, x *whistle.Whistle) error {
			return s.Engine.StartWhistle(ctx, workflows.AnyCaseInput{No: x.No, State: x})
		},
	}
}

func (s *server) whistleRules(x *whistle.Whistle, at time.Time) *machine.Rules {
	return s.Rules.Rules(x.Township, "", at)
}

func (s *server) whistleHints(x *whistle.Whistle, at time.Time) hints {
	return hints{rules: s.whistleRules(x, at), county: x.County, area: x.Township, requests: x.Requests, labelOf: labelsOf(whistle.Machine), called: x.Units()}
}

func showWhistle(_ caller, x *whistle.Whistle, _ *machine.Rules, at time.Time) WhistleView {
	state, kind := whistle.Labels[x.State], whistle.KindLabels[x.Kind]
	v := WhistleView{Whistle: copied(x, whistle.Fresh), StateZH: state.ZH, StateEN: state.EN, KindZH: kind.ZH, KindEN: kind.EN}
	if v.DueAt, v.DueUnit = whistle.DueOf(x); !v.DueAt.IsZero() {
		v.Late = !at.Before(v.DueAt)
	}
	return v
}

// readyOnWhistle refuses what only the house fills in, and has the code of a check-in verified.
func (s *server) readyOnWhistle(ctx context.Context, _ caller, x *whistle.Whistle, w *wish) (err error) {
	if step, ok := whistle.Machine.Step(w.action); ok {
		if err := onlyHouse(step.Fields, w.input); err != nil {
			return err
		}
	}
	w.input, err = s.verifyCode(ctx, x, w.input)
	return err
}

// onlyHouse refuses inputs that the house itself fills in: from a caller they are fields that
// do not exist.
func onlyHouse(fields []form.Field, in form.Input) error {
	var faults []domain.FieldError
	for _, f := range fields {
		if _, given := in[f.Name]; given && f.House {
			faults = append(faults, domain.Fault(f.Name, "unknown_field", "没有这一项", "there is no such field"))
		}
	}
	return withFaults(nil, faults)
}

// verifyCode tells the rules whether the code of a check-in is the one shown on site (W5).
func (s *server) verifyCode(ctx context.Context, x *whistle.Whistle, in form.Input) (form.Input, error) {
	code := in.Text("code")
	if code == "" {
		return in, nil
	}
	fits, err := s.Reader.CheckInFits(ctx, x.No, code, s.Now(), s.codePeriod(x))
	if err != nil {
		return nil, err
	}
	out := form.Input{"code_verified": fits}
	for name, v := range in {
		out[name] = v
	}
	return out, nil
}

// codePeriod is how long one code is shown (policy whistle.code).
func (s *server) codePeriod(x *whistle.Whistle) time.Duration {
	return max(time.Second, s.whistleRules(x, s.Now()).Policy.Limit("whistle.code").Nominal())
}

// CheckInCode is what the township shows on site.
type CheckInCode struct {
	Code    string    `json:"code" doc:"input code of the step arrive"`
	Content string    `json:"content" doc:"what the QR code holds: the number of the whistle and the code"`
	Until   time.Time `json:"valid_until" doc:"when another one is shown; this one is taken for as long again"`
}

type checkInOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         CheckInCode
}

// whistleCode gives the code that units check in with, to the township on site only (W5).
func (s *server) whistleCode(ctx context.Context, in *ByNo) (*checkInOutput, error) {
	who := callerOf(ctx)
	x, err := s.whistles.find(ctx, who.scope, in.No)
	if err != nil {
		return nil, err
	}
	if !whistle.MayShowCode(who.actor, x, s.tree()) {
		return nil, domain.Forbid("not_your_office", "W5", "现场码由吹哨乡镇(街道)出示", "the code is for the township to show")
	}
	code, until, err := s.Reader.CheckInCode(ctx, x.No, s.Now(), s.codePeriod(x))
	if err != nil {
		return nil, err
	}
	return &checkInOutput{CacheControl: "no-store", Body: CheckInCode{Code: code, Content: "huajie:whistle:" + x.No + ":" + code, Until: until.In(zone)}}, nil
}
