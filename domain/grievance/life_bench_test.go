package grievance_test

import (
	"testing"

	"huajie/domain/form"
	"huajie/domain/grievance"
	"huajie/domain/machine"
)

// BenchmarkLife decides and folds a whole life, from registration to rating.
func BenchmarkLife(b *testing.B) {
	rules := book(b).RulesFor(town, monday)
	steps := []struct {
		who, action string
		in          form.Input
	}{
		{dispUser, "start-triage", nil},
		{dispUser, "dispatch", form.Input{"lead_unit": housing, "requirements": "依法依规办理,按期答复"}},
		{liaisonUser, "sign-for", nil},
		{liaisonUser, "assign-handler", form.Input{"handlers": []any{handlerUser}, "recusal_declared": true}},
		{leaderUser, "issue-reply", form.Input{"result": "已更换水管并复查,渗水消除。", "outcome_grade": "disposed", "evidence": "现场照片",
			"legal_basis": "《民法典》", "service_method": "in_person", "service_date": "2026-03-02"}},
		{"petitioner", "evaluate", form.Input{"rating": "satisfied"}},
	}
	p := newPlay(b, monday)
	for b.Loop() {
		p.history = nil
		p.register(clerkUser, form.Input{"nature": "help", "summary": "屋面漏水,请求维修", "channel": "walk_in", "area": town, "category": "0402"})
		c := p.c
		for _, s := range steps {
			cmd := machine.Command{Key: "K", Action: s.action, Actor: p.actor(s.who), Input: s.in}
			events, _, err := grievance.Machine.Decide(c, cmd, rules, p.world(s.action, s.in), monday)
			if err != nil {
				b.Fatal(err)
			}
			for _, e := range events {
				if c, err = machine.Evolve(c, grievance.Fresh, e); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}
