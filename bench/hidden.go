package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"huajie/internal/demo"
)

// hidden compares how long it takes to hear that a number is not there with how long it takes
// where an accusation has it, for the unit that is accused: an answer that came sooner or later
// would tell what may not be told (§2.3 C3). Both are asked in turns.
func (g *gate) hidden(ctx context.Context) error {
	const accused = county + "-D12"
	view, err := g.people.Register(ctx, "discipline."+county+"-D07", "bench-accusation", map[string]any{"channel": "letter", "nature": "accusation", "area": county + "001",
		"summary": "反映该单位人员违规", "respondent_unit": accused, "petitioner": map[string]any{"anonymous": true}})
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(view.No[len(view.No)-5:])
	if err != nil {
		return err
	}
	none := fmt.Sprintf("%s%05d", view.No[:len(view.No)-5], (n+50_000)%100_000)
	took := map[string][]time.Duration{}
	for range warmUp + g.times*g.rounds {
		for _, no := range []string{view.No, none} {
			began := time.Now()
			_, err := g.people.Do(ctx, "liaison."+accused, http.MethodGet, "/api/v1/cases/"+no, "", nil)
			took[no] = append(took[no], time.Since(began))
			if refused := (*demo.APIError)(nil); !errors.As(err, &refused) || refused.Status != http.StatusNotFound {
				return fmt.Errorf("the accused unit was answered otherwise than not found: %w", err)
			}
		}
	}
	there, away := took[view.No][warmUp:], took[none][warmUp:]
	g.r.Report.Spread("hidden", "an accusation, to the accused", there)
	g.r.Report.Spread("hidden", "no such number", away)
	g.r.Report.Add("ratio", "an accusation to no such number, middle", float64(Percentile(there, 50))/float64(Percentile(away, 50)), "x")
	return nil
}
