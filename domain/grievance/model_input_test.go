package grievance_test

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"huajie/domain"
	"huajie/domain/form"
)

func reasonOf(err error) string {
	var e *domain.Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

// lifting are attributes that send a case straight up; most cases should take the
// long way.
var lifting = []string{"risk", "scale", "headcount", "confidentiality", "urgency"}

// fill answers a form with mostly sensible values, sometimes none, sometimes
// nonsense.
func (m *model) fill(fields []form.Field) form.Input {
	in := form.Input{}
	for _, f := range fields {
		roll := m.between(0, 79)
		switch {
		case roll == 0, roll < 40 && !f.Required, roll < 74 && slices.Contains(lifting, f.Name):
			continue
		case roll == 1:
			in[f.Name] = []any{"nonsense", 7.5, true, nil, map[string]any{}, []any{1}}[m.between(0, 5)]
		default:
			in[f.Name] = m.value(f)
		}
	}
	return in
}

func (m *model) value(f form.Field) any {
	switch f.Type {
	case form.Code:
		return pick(m, m.rules.Codes.Options(f.Table)...)
	case form.Choice:
		return pick(m, f.Values()...)
	case form.Unit:
		return m.unit()
	case form.Units:
		return []any{m.unit()}
	case form.User:
		return pick(m, county1, county2, officeUser, clerkUser)
	case form.Users:
		if m.c.LeadUnit == township {
			return []any{officeUser}
		}
		return []any{"handler." + m.c.LeadUnit}
	case form.Case:
		return masterNo
	case form.Moment:
		return m.now.Add(time.Duration(m.between(-48, 96)) * time.Hour).Format(time.RFC3339)
	case form.Date:
		return m.now.AddDate(0, 0, pick(m, []int{-1, 0, 1, 3, 7, 14, 28, 120}...)).Format(time.DateOnly)
	case form.Integer:
		return float64(m.between(max(1, f.Min), 8))
	case form.Boolean:
		return f.Yes || m.chance(2)
	}
	return fmt.Sprintf("文字%d", m.between(0, 99))
}

func (m *model) unit() string {
	return pick(m, housing, housing, land, farm, township, justice, tax)
}

func (m *model) between(low, high int) int { return low + m.rng.IntN(high-low+1) }

func (m *model) chance(in int) bool { return m.rng.IntN(in) == 0 }

func pick[T any](m *model, from ...T) T { return from[m.rng.IntN(len(from))] }
