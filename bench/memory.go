package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// memory is what api and worker hold while so many cases are open.
func memory() Scenario {
	return Scenario{
		Name: "memory", Help: "resident memory of api and worker with open cases",
		Options: []Option{
			{"open", "1000", "open cases, one or more sizes"},
		},
		Run: func(ctx context.Context, r *Run) (err error) {
			sizes, err := r.List("open")
			if err != nil {
				return err
			}
			site, err := r.Lab.OpenSite(ctx, SiteOptions{})
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, site.Close()) }()
			s := &storm{r: r, site: site, within: time.Second}
			if err := site.weigh(r, "idle"); err != nil {
				return err
			}
			for _, size := range sizes {
				s.cases = size
				// Due in the far future: they only lie there.
				if err := s.register(ctx, size-len(s.nos), time.Now().AddDate(0, 0, 5)); err != nil {
					return err
				}
				if _, err := newOfficers(ctx, site.Base, 1); err != nil { // the api works a little too
					return err
				}
				if err := site.weigh(r, fmt.Sprintf("with %d open cases", size)); err != nil {
					return err
				}
			}
			return r.verify(ctx, site.Config.DatabaseURL, []question{
				{"open cases with a workflow", s.cases, `SELECT count(*) FROM cases WHERE open AND workflow_started`, nil},
				{"nothing fired", 0, `SELECT count(*) FROM events WHERE deadline <> ''`, nil}})
		},
	}
}

// weigh notes the memory of both processes.
func (s *Site) weigh(r *Run, when string) error {
	for _, c := range []*child{s.api, s.worker} {
		mb, err := residentMB(c.cmd.Process.Pid)
		if err != nil {
			return err
		}
		r.Report.Add(c.role, "resident "+when, mb, "MB")
	}
	return nil
}
