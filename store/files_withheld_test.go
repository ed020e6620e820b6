package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/domain"
	"huajie/domain/audit"
	"huajie/domain/evidence"
	"huajie/domain/geo"
	"huajie/domain/gridevent"
	"huajie/domain/machine"
	"huajie/domain/view"
	"huajie/store"
)

// reported is an event with photos in the ledger.
func reported(t *testing.T, s shelf, ids ...string) string {
	t.Helper()
	out, err := s.Create(t.Context(), activities.NewStream{Kind: activities.KindGridEvent, Place: "220402", Letter: "E", Day: day, Intake: &activities.Intake{},
		Decide: activitiestest.Reporting(day, func(c *gridevent.Event) {
			for _, id := range ids {
				c.Photos = append(c.Photos, gridevent.Photo{ID: id, Purpose: evidence.Before, At: day})
			}
		})})
	require.NoError(t, err)
	return out.No
}

// changed records one more event of it.
func changed(t *testing.T, s shelf, no string, change func(*gridevent.Event)) {
	t.Helper()
	_, err := s.Change(t.Context(), activities.Write{Kind: activities.KindGridEvent, No: no, Seq: -1, Decide: func(cur activities.Current) (activities.Decision, error) {
		c := gridevent.Fresh()
		if err := cur.State(c); err != nil {
			return activities.Decision{}, err
		}
		turn := gridevent.Machine.Begin(c, domain.SystemActor(), &machine.Rules{Version: "test"}, machine.World{}, day, day)
		change(turn.Case)
		turn.Record("photos_withheld", "§6 item 80")
		return activities.Decision{Events: turn.Events(), State: turn.Case}, nil
	}})
	require.NoError(t, err)
}

// withhold makes photos of an event withheld, for good or not.
func withhold(t *testing.T, s shelf, no string, gone bool, at ...int) {
	t.Helper()
	changed(t, s, no, func(c *gridevent.Event) {
		for _, i := range at {
			c.Photos[i].Withheld = &gridevent.Withheld{At: day, By: "platform.220402", Ground: "person", Until: day.AddDate(0, 0, 7), Gone: gone}
		}
	})
}

// snapped are photos of somebody that look different, but for the last two, which are one picture sent twice.
func snapped(t *testing.T, s shelf, n int) (ids []string) {
	t.Helper()
	for i := range n {
		id := fileID(i + 1)
		here := geo.Point{Lat: 42.9, Lon: 125.1}
		require.NoError(t, s.KeepPhoto(t.Context(), "220402", evidence.Photo{ID: id, SHA256: fmt.Sprintf("%064x", i+1), TakenAt: day, UploadedAt: day, At: &here, Accuracy: 5,
			Source: evidence.Live, Device: "phone", Bytes: 812, By: "wang"}, ""))
		ids = append(ids, id)
	}
	return ids
}

// TestAWithheldPhotoIsShownToNobody: not in its event, not where else it is attached, not to who took it; that there was one is told.
func TestAWithheldPhotoIsShownToNobody(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	ids := snapped(t, s, 3)
	no, other := reported(t, s, ids...), reported(t, s, ids[0])
	all := view.Scope{City: true, Vault: true, House: true}
	shown := func(scope view.Scope, account, id string) string {
		for _, thumb := range []bool{true, false} {
			if _, _, err := s.FileObject(t.Context(), scope, account, id, thumb); err != nil {
				return string(domain.CodeOf(err)) + "/" + domain.ReasonOf(err)
			}
		}
		return "shown"
	}
	require.Equal(t, "shown", shown(all, "li", ids[0]))
	withhold(t, s, no, false, 0, 1)
	for _, id := range ids[:2] {
		require.Equal(t, "gone/withheld", shown(all, "li", id))
		require.Equal(t, "gone/withheld", shown(view.Scope{}, "wang", id), "who took it")
		require.Equal(t, "not_found/not_found", shown(view.Scope{}, "li", id), "a stranger hears nothing of it")
	}
	require.Equal(t, "shown", shown(all, "li", ids[2]))
	list, err := s.CaseFiles(t.Context(), all, no, "")
	require.NoError(t, err)
	require.Len(t, list, 3, "that there was one is told")
	assert.NotNil(t, list[0].Withheld)
	assert.Nil(t, list[0].Position)
	assert.Empty(t, list[0].Device)
	assert.Equal(t, []any{fmt.Sprintf("%064x", 1), int64(812), day.UTC()}, []any{list[0].SHA256, list[0].Size, list[0].TakenAt})
	assert.Nil(t, list[2].Withheld)
	assert.NotNil(t, list[2].Position)
	list, err = s.CaseFiles(t.Context(), all, other, "")
	require.NoError(t, err)
	require.NotNil(t, list[0].Withheld)
	found, err := s.Photos(t.Context(), ids, evidence.Search{})
	require.NoError(t, err)
	require.Len(t, found, 1, "nor is it shown with another report")

	changed(t, s, no, func(c *gridevent.Event) { c.Photos[0].Withheld = nil })
	require.Equal(t, "shown", shown(all, "li", ids[0]))
	require.Equal(t, "gone/withheld", shown(all, "li", ids[1]))
}

// TestBytesOfWithheldPhotosGo: after their time, not under a hold, and not those another upload has; what is known of them stays.
func TestBytesOfWithheldPhotosGo(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	ids := snapped(t, s, 3)
	twin := fileID(9) // the same bytes once more, in no case
	_, err := s.conn.Exec(t.Context(), `INSERT INTO files SELECT (jsonb_populate_record(f, jsonb_build_object('id', $2::text))).* FROM files f WHERE id = $1`, ids[1], twin)
	require.NoError(t, err)
	no := reported(t, s, ids...)
	forget := func() int {
		n, err := s.ForgetWithheld(t.Context(), day.AddDate(0, 0, 8))
		require.NoError(t, err)
		return n
	}
	dropped := func() (n int) {
		n, err := s.DroppedBytes(t.Context(), func([32]byte) error { return nil })
		require.NoError(t, err)
		return n
	}
	withhold(t, s, no, false, 0, 1)
	require.Zero(t, forget(), "they can be shown again")
	withhold(t, s, no, true, 0, 1)
	hold := audit.ByOperator("root", audit.HoldSet, no, "法规科", "法院调卷")
	require.NoError(t, s.SetHold(t.Context(), no, "法规科", hold))
	require.Zero(t, forget(), "the file must stay as it is")
	require.Zero(t, dropped())
	require.NoError(t, s.LiftHold(t.Context(), no, "x", true, audit.ByOperator("root", audit.HoldLifted, no, "x", "结案")))
	require.Equal(t, 2, forget())
	require.Zero(t, forget(), "once")
	require.Equal(t, 3, dropped(), "those of the second are named by another upload")

	list, err := s.CaseFiles(t.Context(), store.Everything, no, "")
	require.NoError(t, err)
	require.Len(t, list, 3)
	assert.True(t, list[0].Withheld.GoneAt.Equal(day.AddDate(0, 0, 8)))
	assert.Equal(t, fmt.Sprintf("%064x", 1), list[0].SHA256)
	_, _, err = s.FileObject(t.Context(), store.Everything, "wang", ids[0], false)
	require.Equal(t, domain.CodeGone, domain.CodeOf(err))
	_, _, err = s.FileObject(t.Context(), store.Everything, "wang", twin, false)
	require.NoError(t, err)
	for _, want := range []string{ids[2], twin} {
		id, _, ok, err := s.ClaimScan(t.Context(), day.AddDate(0, 0, 9), time.Hour)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, want, id, "nobody looks for malware in what is gone")
	}
	var said []string
	require.NoError(t, s.conn.QueryRow(t.Context(), `SELECT array_agg(object) FROM audit_log WHERE kind = 'photo_removed'`).Scan(&said))
	require.Equal(t, []string{no, no}, said)
	require.NoError(t, s.VerifyChain(t.Context(), no))
}
