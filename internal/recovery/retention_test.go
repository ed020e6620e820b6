package recovery_test

import (
	"context"
	"io/fs"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/audit"
	domainretention "huajie/domain/retention"
	"huajie/internal/demo"
	"huajie/internal/recovery"
	"huajie/internal/retention"
)

// archive lets go of things as of eleven years from now.
func (s *stand) archive() *retention.Desk {
	s.t.Helper()
	d, err := s.app.Retention()
	require.NoError(s.t, err)
	d.Now = func() time.Time { return time.Now().AddDate(11, 0, 0) }
	return d
}

var bureau = retention.Order{By: "档案室", Reason: "鉴定组意见3号", Entry: audit.ByOperator("root", audit.FileRemoved, "", "", "")}

// withdrawn is a case that is over, with what was said of it.
func (s *stand) withdrawn() string {
	s.t.Helper()
	no := s.toUnit()
	s.do("disp.220402", no, "withdraw", map[string]any{"statement": "本人自愿撤回此件"})
	s.ended(no)
	return no
}

// voided is an event that is over, with three photographs.
func (s *stand) voided() string {
	s.t.Helper()
	at := demo.Spot{Lat: 42.9191, Lon: 125.1698}
	ids, err := s.Photos(context.Background(), "grid.220402008901001", "voided", at, 3)
	require.NoError(s.t, err)
	v, err := s.Report(context.Background(), "grid.220402008901001", s.key(), map[string]any{"category": "E0108", "description": "误报的健身器材损坏,现场并无危险", "location": at, "photos": ids})
	require.NoError(s.t, err)
	s.do("platform.220402", v.No, "void", map[string]any{"reason": "重复登记,当事人电话13912345678"})
	s.ended(v.No)
	return v.No
}

// ended waits until nothing runs for a stream any more.
func (s *stand) ended(no string) {
	s.t.Helper()
	s.eventually(func() bool {
		x, err := s.app.Store.ExamineOne(context.Background(), no)
		require.NoError(s.t, err)
		running, err := s.Engine.Running(context.Background(), x.Kind, no)
		return err == nil && !running && x.Final()
	}, "%s is over", no)
}

// kept counts the files in the storage of photographs.
func (s *stand) kept() (n int) {
	s.t.Helper()
	require.NoError(s.t, filepath.WalkDir(filepath.Join(s.cfg.DataDir, "files"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	}))
	return n
}

// histories counts what the engine keeps of a number.
func (s *stand) histories(no string) (n int) {
	s.t.Helper()
	require.NoError(s.t, s.Engine.List(context.Background(), func(runs []recovery.Run) error {
		for _, r := range runs {
			if r.No == no {
				n++
			}
		}
		return nil
	}))
	return n
}

// TestWhatWasKeptLongEnoughGoes on the whole product: the plan counts what goes and nothing
// else; the run is ended in the middle and goes on; what is open or held keeps every byte; what
// went is gone from the engine and the storage too, is not put back from either side, and the
// ledger goes on proving itself. A second run finds nothing.
func TestWhatWasKeptLongEnoughGoes(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ctx := context.Background()
	open, held := s.inHand(), s.withdrawn()
	answer, err := s.Do(ctx, "supervisor.220402", http.MethodPost, "/api/v1/cases/"+held+"/hold", s.key(), map[string]any{"reason": "法院调卷函〔2026〕17号"})
	require.NoError(t, err)
	require.Contains(t, string(answer.Body), held)
	_, err = s.Do(ctx, "supervisor.220402", http.MethodPost, "/api/v1/cases/"+held+"/hold/lift", s.key(), map[string]any{"reason": "法院已结案还卷"})
	require.ErrorContains(t, err, "same_person")
	answer, err = s.Do(ctx, "citysup.220400", http.MethodGet, "/api/v1/retention/holds?no="+held, "", nil)
	require.NoError(t, err)
	require.Contains(t, string(answer.Body), "法院调卷函〔2026〕17号")
	going := []string{s.withdrawn(), s.withdrawn(), s.voided()}
	s.photographed(s.whistle())
	photos := s.kept()
	staying := func() []string {
		return s.dump(`SELECT t::text FROM (SELECT no, body::text FROM events UNION ALL SELECT no, body::text || summary || petitioner FROM cases
			UNION ALL SELECT no, details::text FROM intake_details UNION ALL SELECT no, body_zh FROM notices) t WHERE no IN ('` + open + `', '` + held + `') ORDER BY 1`)
	}
	before, d := staying(), s.archive()

	p, err := d.Plan(ctx, true)
	require.NoError(t, err)
	var planned []string
	for _, f := range p.Files {
		planned = append(planned, f.No)
	}
	require.ElementsMatch(t, going, planned)
	due := map[string]retention.Line{}
	for _, l := range p.Lines {
		due[l.What] = l
	}
	require.Equal(t, 2, due[domainretention.Demand].Due)
	require.Equal(t, 1, due[domainretention.Event].Due)
	require.Equal(t, 1, due[domainretention.Demand].Kept[domainretention.Held])
	require.Equal(t, 1, due[domainretention.Demand].Kept[domainretention.Open])
	require.Zero(t, due["audit_log"].Due, "no head of it was signed")
	now, err := s.app.Retention()
	require.NoError(t, err)
	today, err := now.Plan(ctx, false)
	require.NoError(t, err)
	require.Zero(t, today.Due(), "none of it is due today")
	require.Equal(t, before, staying(), "a plan changes nothing")

	cut, end := context.WithCancel(ctx)
	d.Progress = func(string, int, int) { end() } // after the first file
	first, err := d.Apply(cut, bureau)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 1, first.Files)
	d.Progress = nil
	one := bureau
	one.Most = 1
	second, err := d.Apply(ctx, one)
	require.NoError(t, err)
	require.Equal(t, 1, second.Files)
	third, err := d.Apply(ctx, bureau)
	require.NoError(t, err)
	require.Equal(t, 1, third.Files)
	require.Empty(t, third.Problems)
	require.Equal(t, 3, first.Photos+second.Photos+third.Photos)
	require.Equal(t, 2, first.Persons+second.Persons+third.Persons)
	again, err := d.Apply(ctx, bureau)
	require.NoError(t, err)
	again.Took = 0
	require.Equal(t, retention.Done{ByClass: map[string]int{}, Problems: []retention.Problem{}}, again, "what has gone does not go again")

	require.Equal(t, before, staying())
	require.Less(t, s.kept(), photos, "their bytes are not kept either")
	s.gone(going)
	require.Equal(t, 3, s.whole().Removed)
	for _, no := range going {
		s.eventually(func() bool { return s.histories(no) == 0 }, "the engine has let go of %s", no)
	}
	done, err := s.Rebuild(ctx, recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Empty(t, done.Problems)
	require.Zero(t, done.Rebuilt)
	s.gone(going)

	other := s.elsewhere() // the engine is lost
	started, err := other.Restore(ctx, recovery.RestoreOptions{})
	require.NoError(t, err)
	require.Empty(t, started.Problems)
	require.Equal(t, started.Open, started.Started)
	for _, no := range going {
		require.Zero(t, other.histories(no))
	}
	require.Equal(t, 3, other.whole().Removed)
}

// gone sees that nothing anybody said is left of files.
func (s *stand) gone(nos []string) {
	s.t.Helper()
	in := `('` + strings.Join(nos, `', '`) + `')`
	require.Empty(s.t, s.dump(`SELECT no FROM events WHERE no IN `+in+` AND (body <> '{"removed": true}' OR key <> '')`))
	require.Empty(s.t, s.dump(`SELECT no FROM cases WHERE no IN `+in+` AND (petitioner <> '' OR octet_length(query_code_hash) > 0 OR body ?| '{place,spot,photos,petitioner,registered_by}')`))
	for _, table := range []string{"intake_details", "case_search", "notices", "case_files"} {
		require.Empty(s.t, s.dump(`SELECT no FROM `+table+` WHERE no IN `+in), table)
	}
	require.Empty(s.t, s.dump(`SELECT name::text FROM dropped_bytes`), "the storage has let go of all of it")
	for _, x := range s.dump(`SELECT t::text FROM cases t WHERE no IN ` + in) {
		require.NotContains(s.t, x, "42.919")
	}
}

// TestHistoriesThatAreLeftDoNotBringWordsBack: the engine was not asked to let go, as when a
// history comes back from its backup; neither rebuild nor verify takes it up.
func TestHistoriesThatAreLeftDoNotBringWordsBack(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	no, d := s.withdrawn(), s.archive()
	d.Engine = deaf{}
	done, err := d.Apply(context.Background(), bureau)
	require.NoError(t, err)
	require.Equal(t, 1, done.Files)
	require.Positive(t, s.histories(no))
	r, err := s.Rebuild(context.Background(), recovery.RebuildOptions{})
	require.NoError(t, err)
	require.Empty(t, r.Problems)
	s.gone([]string{no})
	require.Equal(t, 1, s.whole().Removed)
}

type deaf struct{}

func (deaf) Forget(context.Context, string) error { return nil }

// TestAPersonIsAnswered: who asks is told of every case, whether it may go, and who looked; what
// the law keeps stays, with its reason; a ground sets the period aside, never an open case.
func TestAPersonIsAnswered(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ctx := context.Background()
	open, over := s.inHand(), s.withdrawn()
	d, err := s.app.Retention()
	require.NoError(t, err)
	who := retention.Who{Phone: "138-1234-5678"}
	r, err := d.Report(ctx, who, bureau)
	require.NoError(t, err)
	require.Len(t, r.Persons, 2)
	require.Equal(t, "甲某某", r.Persons[0].Name)
	require.Len(t, r.Cases, 2)
	byNo := map[string]retention.KnownCase{}
	for _, c := range r.Cases {
		byNo[c.No] = c
	}
	require.Equal(t, "楼上漏水,物业不管", byNo[over].Summary)
	require.Equal(t, domainretention.Open, byNo[open].Kept)
	require.Equal(t, domainretention.Period, byNo[over].Kept)
	require.Equal(t, time.Now().UTC().Year()+5, byNo[over].Until.Year())
	require.NotEmpty(t, r.Told)

	dry, err := d.Erase(ctx, who, bureau, "", false)
	require.NoError(t, err)
	require.Empty(t, dry.Erased)
	require.Len(t, dry.Kept, 2)
	_, err = d.Erase(ctx, who, bureau, "i want to", true)
	require.Error(t, err)
	dry, err = d.Erase(ctx, who, bureau, "unlawful", false)
	require.NoError(t, err)
	require.Len(t, dry.Erased, 1)
	require.Zero(t, s.whole().Removed, "not yet")

	e, err := d.Erase(ctx, who, bureau, "unlawful", true)
	require.NoError(t, err)
	require.Len(t, e.Erased, 1)
	require.Equal(t, over, e.Erased[0].No)
	require.Equal(t, "PIPL §47(4)", e.Erased[0].Rule)
	require.Equal(t, open, e.Kept[0].No)
	require.Contains(t, e.Answer[0].ZH, "已删除1件")
	s.gone([]string{over})
	require.Equal(t, 1, s.whole().Removed)
	list, err := s.app.Store.Removals(ctx, 0, 10)
	require.NoError(t, err)
	require.Equal(t, "PIPL §47(4)", list[0].Rule)

	r, err = d.Report(ctx, who, bureau)
	require.NoError(t, err)
	require.Len(t, r.Persons, 1)
	require.Equal(t, open, r.Cases[0].No)
	nobody, err := d.Report(ctx, retention.Who{IDNo: "220402196203144417"}, bureau)
	require.NoError(t, err)
	require.Empty(t, nobody.Persons)
	log := s.dump(`SELECT t::text FROM audit_log t WHERE kind LIKE 'person_%'`)
	require.Len(t, log, 6, "each request is on record")
	require.False(t, slices.ContainsFunc(log, func(x string) bool { return strings.Contains(x, "5678") }), "and names nobody")
}

// TestAFileOfSeveralStreamsGoes: a case goes with its joint session, a whistle by itself; they
// are as gone as the case, whoever looks at them is answered, and told that the words are gone.
func TestAFileOfSeveralStreamsGoes(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ctx := context.Background()
	no, session := s.session()
	s.do("intake.220402008", no, "withdraw", map[string]any{"statement": "本人自愿撤回此件"})
	s.ended(no)
	s.ended(session)
	alone := s.whistle()
	s.blow("tleader.220402008", alone, "withdraw-whistle", map[string]any{"reason": "误吹,永安路现场已自行清理"})
	s.ended(alone)

	done, err := s.archive().Apply(ctx, bureau)
	require.NoError(t, err)
	require.Equal(t, map[string]int{domainretention.Demand: 1, domainretention.Whistle: 1}, done.ByClass)
	require.Equal(t, 3, done.Streams)
	require.Equal(t, 3, s.whole().Removed)
	s.gone([]string{no, session, alone})
	for _, table := range []string{"sessions", "whistles"} {
		for _, x := range s.dump(`SELECT t::text FROM ` + table + ` t`) {
			require.NotContains(t, x, "hjs1:", table)
			require.NotContains(t, x, "42.9", table)
		}
	}
	list, err := s.app.Store.Removals(ctx, 0, 10)
	require.NoError(t, err)
	require.Equal(t, no, list[0].File)
	require.Equal(t, no, list[1].File, "the session went with its case")

	look := func(user, path string) (int, string) {
		a, err := s.Do(ctx, user, http.MethodGet, "/api/v1"+path, "", nil)
		if err != nil {
			return a.Status, err.Error()
		}
		return a.Status, string(a.Body)
	}
	for _, path := range []string{"/cases/" + no, "/cases/" + no + "/timeline", "/cases/" + no + "/clocks", "/cases/" + no + "/actions", "/cases/" + no + "/files",
		"/cases/" + no + "/similar", "/cases/" + no + "/petitioner", "/sessions/" + session, "/sessions/" + session + "/timeline", "/cases?q=" + no} {
		status, body := look("director.220402", path)
		require.Equal(t, http.StatusOK, status, "%s: %s", path, body)
		require.NotContains(t, body, "楼上漏水")
	}
	_, body := look("director.220402", "/cases/"+no)
	require.Contains(t, body, "〔已按保存期限清除〕")
	for _, path := range []string{"/whistles/" + alone, "/whistles/" + alone + "/timeline", "/whistles"} {
		status, body := look("tleader.220402008", path)
		require.Equal(t, http.StatusOK, status, "%s: %s", path, body)
		require.NotContains(t, body, "永安路")
	}
	_, body = look("director.220402", "/cases/"+no+"/receipt")
	require.Contains(t, body, "file_removed")
	_, err = s.Act(ctx, "disp.220402", no, "dispatch", s.key(), map[string]any{"lead_unit": housing})
	require.ErrorContains(t, err, "409", "nothing happens to it any more")
}

// TestWhatWasRemovedGoesAgain: a backup from before is put back; the register that was kept
// elsewhere says what had gone, and by it that goes once more, and nothing else.
func TestWhatWasRemovedGoesAgain(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	ctx := context.Background()
	one, other := s.withdrawn(), s.withdrawn()
	list := []domainretention.Removal{{No: one, File: one, Rule: "PIPL §47(4)"}, {No: one + "-J1", File: one, Rule: "PIPL §47(4)"}, {No: "220402G2020010100001", File: "220402G2020010100001", Rule: "x"}}
	d, err := s.app.Retention()
	require.NoError(t, err)
	done, err := d.Again(ctx, bureau, list)
	require.NoError(t, err)
	require.Equal(t, 1, done.Files)
	require.Equal(t, []retention.Problem{{No: "220402G2020010100001", Detail: "the ledger does not have it"}}, done.Problems)
	s.gone([]string{one})
	require.NotEmpty(t, s.dump(`SELECT no FROM intake_details WHERE no = '`+other+`' UNION SELECT no FROM case_search WHERE no = '`+other+`'`))
	removals, err := s.app.Store.Removals(ctx, 0, 10)
	require.NoError(t, err)
	require.Equal(t, "PIPL §47(4)", removals[0].Rule)
	done, err = d.Again(ctx, bureau, list[:2])
	require.NoError(t, err)
	require.Zero(t, done.Files)
	require.Empty(t, done.Problems)
}
