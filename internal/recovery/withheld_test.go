package recovery_test

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"huajie/domain/audit"
	"huajie/internal/blobs"
	"huajie/internal/demo"
	"huajie/internal/recovery"
)

// dispute is the view of a case, as far as this test looks.
type dispute struct {
	No, Nature, Track, State, Level, Confidentiality, Summary, Origin string
	Withheld, Anonymous                                               bool
	Flags                                                             []string
	Event                                                             struct {
		ConvertedTo string `json:"converted_to"`
		Photos      []struct {
			ID       string
			Withheld bool
		}
	}
}

// shownFile is a photo as the list of its case tells of it.
type shownFile struct {
	ID, SHA256 string
	Size       int64
	Withheld   *struct {
		By, Ground string
		GoneAt     time.Time `json:"gone_at"`
	}
}

func (s *stand) read(user, path string, v any) int {
	s.t.Helper()
	a, err := s.Do(context.Background(), user, http.MethodGet, "/api/v1"+path, "", nil)
	var e *demo.APIError
	if errors.As(err, &e) {
		return e.Status
	}
	require.NoError(s.t, err)
	if v != nil {
		require.NoError(s.t, a.Into(v))
	}
	return a.Status
}

func (s *stand) refused(user, no, action string, in map[string]any) *demo.APIError {
	s.t.Helper()
	_, err := s.Act(context.Background(), user, no, action, s.key(), in)
	var e *demo.APIError
	require.ErrorAs(s.t, err, &e)
	return e
}

// inStorage tells whether the storage has the original of a photo and its copies.
func (s *stand) inStorage(id string) (there []bool) {
	s.t.Helper()
	for _, name := range s.dump(`SELECT encode(unnest(ARRAY[sha256, full_sha256, thumb_sha256]), 'hex') FROM files WHERE id = '` + id + `'`) {
		var n blobs.Name
		_, err := hex.Decode(n[:], []byte(name))
		require.NoError(s.t, err)
		_, err = s.app.Photos.Bytes.Get(context.Background(), n)
		if err != nil {
			require.ErrorIs(s.t, err, blobs.ErrGone)
		}
		there = append(there, err == nil)
	}
	return there
}

// TestAnEventThatIsAPersonsDispute becomes one with consent, of its own class and words, and what
// showed persons is shown to nobody and gone after its time; nothing of it is lost or comes back
// with the ledger (E18, §6 item 80).
func TestAnEventThatIsAPersonsDispute(t *testing.T) {
	t.Parallel()
	s := newStandWith(t, "  photo.withheld: 12s\n")
	const member, second, platform, office, boss = "grid.220402008901001", "gridpt.220402008901001", "platform.220402", "office.220402008", "supervisor.220402"
	ctx, words := context.Background(), "甲户与乙户因楼道堆物多次争吵"
	at := demo.Spot{Lat: 42.9190, Lon: 125.1699}
	photos, err := s.Photos(ctx, member, "row", at, 3)
	require.NoError(t, err)
	e, err := s.Report(ctx, member, s.key(), map[string]any{"category": "E0108", "description": words, "location": at, "photos": photos})
	require.NoError(t, err)
	in := map[string]any{"reason": "实为邻里纠纷", "personal": true, "consent": "none", "confidentiality": "C2", "summary": "邻里楼道使用纠纷", "withhold": photos[:2]}
	with := func(name string, value any) map[string]any {
		out := map[string]any{}
		for k, v := range in {
			out[k] = v
		}
		out[name] = value
		return out
	}
	require.Equal(t, "consent_needed", s.refused(platform, e.No, "convert", in).Reason)
	in["consent"] = "recorded"
	for _, class := range []string{"C0", "C3"} {
		require.Equal(t, http.StatusUnprocessableEntity, s.refused(platform, e.No, "convert", with("confidentiality", class)).Status)
	}
	require.Equal(t, http.StatusOK, s.read(second, "/files/"+photos[0]+"/content", nil))
	began := time.Now()
	s.do(platform, e.No, "convert", in)

	var event, child dispute
	require.Equal(t, http.StatusOK, s.read(office, "/cases/"+e.No, &event))
	require.Equal(t, http.StatusOK, s.read("disp.220402", "/cases/"+event.Event.ConvertedTo, &child))
	require.Equal(t, []string{"dispute", "dispute", "joint_resolving", "L2", "C2", "邻里楼道使用纠纷", e.No},
		[]string{child.Nature, child.Track, child.State, child.Level, child.Confidentiality, child.Summary, child.Origin})
	require.True(t, child.Anonymous, "whoever reported it is not whose dispute it is")
	require.Contains(t, child.Flags, "identity_needed")
	require.Equal(t, []any{"C2", words}, []any{event.Confidentiality, event.Summary}, "who has to do with it goes on reading it")
	for _, who := range []string{second, boss} {
		for _, no := range []string{e.No, child.No} {
			var v dispute
			require.Equal(t, http.StatusOK, s.read(who, "/cases/"+no, &v))
			require.Equal(t, []any{true, ""}, []any{v.Withheld, v.Summary}, "%s %s", who, no)
		}
	}
	require.Equal(t, http.StatusNotFound, s.read(second, "/files/"+photos[2]+"/content", nil))

	for _, who := range []string{member, office, "disp.220402"} { // the reporter too
		for _, id := range photos[:2] {
			require.Equal(t, http.StatusGone, s.read(who, "/files/"+id+"/content", nil), who)
			require.Equal(t, http.StatusGone, s.read(who, "/files/"+id+"/content?size=thumb", nil), who)
		}
		require.Equal(t, http.StatusOK, s.read(who, "/files/"+photos[2]+"/content", nil), who)
	}
	first := func() shownFile {
		var files struct{ Items []shownFile }
		require.Equal(t, http.StatusOK, s.read(office, "/cases/"+e.No+"/files", &files))
		require.Len(t, files.Items, 3)
		return files.Items[slices.IndexFunc(files.Items, func(f shownFile) bool { return f.ID == photos[0] })]
	}
	require.Equal(t, []string{platform, "person"}, []string{first().Withheld.By, first().Withheld.Ground})

	require.Less(t, time.Since(began), 10*time.Second, "the machine is too slow for this test")
	s.do(office, e.No, "restore-photos", map[string]any{"withheld": photos[1:2], "reason": "无人像"})
	require.Equal(t, http.StatusOK, s.read(member, "/files/"+photos[1]+"/content", nil), "a slip undone")
	require.NoError(t, s.app.ForgetWithheldOnce(ctx, time.Now()))
	require.Equal(t, []bool{true, true, true}, s.inStorage(photos[0]), "there is time yet")

	require.NoError(t, s.app.Store.SetHold(ctx, e.No, "法规科", audit.ByOperator("root", audit.HoldSet, e.No, "法规科", "法院调卷")))
	require.Eventually(t, func() bool {
		return len(s.dump(`SELECT type FROM events WHERE no = '`+e.No+`' AND type = 'photos_final'`)) == 1
	}, time.Minute, 200*time.Millisecond)
	require.Equal(t, http.StatusConflict, s.refused(office, e.No, "restore-photos", map[string]any{"withheld": photos[:1], "reason": "误操作"}).Status)
	require.NoError(t, s.app.ForgetWithheldOnce(ctx, time.Now()))
	require.Equal(t, []bool{true, true, true}, s.inStorage(photos[0]), "not under a hold")
	require.NoError(t, s.app.Store.LiftHold(ctx, e.No, "x", true, audit.ByOperator("root", audit.HoldLifted, e.No, "x", "结案")))
	require.NoError(t, s.app.ForgetWithheldOnce(ctx, time.Now()))
	require.Equal(t, []bool{false, false, false}, s.inStorage(photos[0]))
	require.Equal(t, []bool{true, true, true}, s.inStorage(photos[1]))
	gone := first()
	require.False(t, gone.Withheld.GoneAt.IsZero())
	require.Len(t, gone.SHA256, 64, "of which bytes it was, and how many, stays on record")
	require.Positive(t, gone.Size)

	s.whole()
	before := s.snapshot()
	for _, loss := range []string{"TRUNCATE " + ledgerTables + " CASCADE", "DELETE FROM case_files"} {
		s.sql(loss)
		_, err = s.Rebuild(ctx, recovery.RebuildOptions{})
		require.NoError(t, err)
		after := s.snapshot()
		for _, table := range []string{"events", "cases", "case_files", "deadlines"} {
			require.Equal(t, before[table], after[table], loss+" "+table)
		}
		s.whole()
	}
	require.Equal(t, http.StatusGone, s.read(member, "/files/"+photos[0]+"/content", nil))
}

// TestWhoseDisputeItIs: a citizen who reports their own dispute raises it; one who reports that
// of others does not follow it.
func TestWhoseDisputeItIs(t *testing.T) {
	t.Parallel()
	s := newStand(t)
	for _, own := range []bool{true, false} {
		a, err := s.Do(context.Background(), "", http.MethodPost, "/api/v1/public/grid-events", s.key(), map[string]any{"category": "E0108", "description": "楼上邻居夜间吵闹不休,影响休息",
			"grid": "220402008901001", "location": demo.Spot{Lat: 42.9190, Lon: 125.1699}, "petitioner": map[string]any{"name": "甲某某", "phone": "13812345678"}})
		require.NoError(t, err)
		var e, child dispute
		require.NoError(t, a.Into(&e))
		s.do("platform.220402", e.No, "convert", map[string]any{"reason": "实为邻里纠纷", "personal": true, "consent": "written", "confidentiality": "C1",
			"summary": "邻里噪音纠纷", "reporter_is_party": own})
		require.Equal(t, http.StatusOK, s.read("disp.220402", "/cases/"+e.No, &e))
		require.Equal(t, http.StatusOK, s.read("disp.220402", "/cases/"+e.Event.ConvertedTo, &child))
		require.Equal(t, []any{"C1", !own}, []any{child.Confidentiality, child.Anonymous})
		var who struct {
			Anonymous bool
			Person    map[string]any
		}
		require.Equal(t, http.StatusOK, s.read("disp.220402", "/cases/"+child.No+"/petitioner", &who))
		require.Equal(t, !own, who.Anonymous)
		require.Equal(t, own, who.Person["phone"] == "138****5678")
	}
	s.whole()
}
