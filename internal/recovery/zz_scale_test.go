package recovery_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"huajie/activities"
	"huajie/domain"
	"huajie/domain/form"
	"huajie/domain/machine"
	"huajie/internal/recovery"
)

func TestZZScale(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("SCALE"))
	if n == 0 {
		t.Skip()
	}
	s := newStand(t)
	s.halt()
	ctx := context.Background()
	book := s.app.Book.Current()
	actor := func(name string) domain.Actor { u, _ := book.Users.User(name); return domain.Actor{User: name, Grants: u.Grants} }
	t0 := time.Now()
	g := errgroup.Group{}
	g.SetLimit(8)
	for i := range n {
		g.Go(func() error {
			w, err := s.app.Desk.Register(ctx, activities.RegisterInput{Actor: actor("win-general.220402"), Key: fmt.Sprintf("r%d", i), At: time.Now(),
				Input: form.Input{"nature": "help", "summary": "楼上漏水无人维修", "channel": "walk_in", "area": "220402008", "category": "0201"}, Intake: activities.Intake{PersonID: fmt.Sprintf("p%d", i)}})
			if err != nil {
				return err
			}
			for j, st := range []struct {
				u, a string
				in   form.Input
			}{{"disp.220402", "start-triage", nil}, {"disp.220402", "dispatch", form.Input{"lead_unit": housing}}, {"liaison." + housing, "sign-for", nil},
				{"liaison." + housing, "assign-handler", form.Input{"handlers": []any{"handler." + housing}, "recusal_declared": true}}} {
				if _, err := s.app.Desk.Commit(ctx, activities.CommitInput{Kind: activities.KindGrievance, No: w.No, Seq: j + 1, At: time.Now(),
					Command: machine.Command{Key: fmt.Sprintf("s%d-%d", i, j), Action: st.a, Actor: actor(st.u), Input: st.in}}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, g.Wait())
	fmt.Println("seed", n, time.Since(t0))
	s.work()
	r, err := s.Restore(ctx, recovery.RestoreOptions{})
	require.NoError(t, err)
	fmt.Printf("restore %+v\n", r)
	require.Eventually(t, func() bool { return true }, time.Second, time.Second)
	for range 2 {
		v, err := s.Verify(ctx, recovery.Options{})
		require.NoError(t, err)
		fmt.Println("verify", v.Streams, v.Events, v.Compared, len(v.Findings), len(v.Healed), v.Took)
	}
	v, err := s.Verify(ctx, recovery.Options{Quick: true})
	require.NoError(t, err)
	fmt.Println("quick", v.Streams, v.Compared, len(v.Findings), v.Took)
	s.sql("TRUNCATE " + ledgerTables)
	b, err := s.Rebuild(ctx, recovery.RebuildOptions{})
	require.NoError(t, err)
	fmt.Printf("rebuild %+v\n", b)
	v, err = s.Verify(ctx, recovery.Options{Quick: true})
	require.NoError(t, err)
	fmt.Println("quick after", v.Streams, len(v.Findings), v.Took)
	if len(v.Findings) > 0 {
		fmt.Printf("%+v\n", v.Findings[0])
	}
}
