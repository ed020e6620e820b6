package e2e

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/internal/demo"
)

// playOversleptIsWoken: a step stands in the ledger that the workflow never
// learned of, and its limit passes. The limit takes effect, once, and the workflow
// is woken and learns of both.
func playOversleptIsWoken(t *testing.T, s *stand) {
	v := s.register(map[string]any{"urgency": "emergency"})
	s.do("disp.220402", v.No, "start-triage", nil)
	u, ok := s.app.Book.Current().Users.User("disp.220402")
	require.True(t, ok)
	_, err := s.app.Desk.Commit(context.Background(), activities.CommitInput{Kind: activities.KindGrievance, No: v.No, Seq: -1,
		At: time.Now().Add(-20 * time.Minute), // the limit to sign, 15 minutes, lies back already
		Command: machine.Command{Key: "behind-" + v.No, Action: "dispatch", Input: form.Input{"lead_unit": housing},
			Actor: domain.Actor{User: u.Username, Grants: u.Grants}}})
	require.NoError(t, err)
	s.until(v.No, func(v demo.View) bool { return s.countEvents(v.No, "auto_signed") == 1 })
	s.until(v.No, func(now demo.View) bool {
		c, err := s.app.Store.StoredCase(context.Background(), v.No)
		require.NoError(t, err)
		var kept struct {
			Seq int `json:"seq"`
		}
		a, err := s.Do(context.Background(), "disp.220402", http.MethodGet, "/api/v1/cases/"+v.No+"?source=workflow", "", nil)
		return err == nil && a.Into(&kept) == nil && kept.Seq == c.GetHead().Seq
	})
	require.Equal(t, 1, s.countEvents(v.No, "auto_signed"), "once, though ledger and workflow both looked at it")
}
