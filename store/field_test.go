package store_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain"
	"huajie/domain/calendar"
	"huajie/domain/geo"
	"huajie/domain/grievance"
	"huajie/domain/org"
	"huajie/domain/patrol"
	"huajie/domain/view"
	"huajie/store"
)

var morning = time.Date(2026, time.November, 23, 9, 0, 0, 0, calendar.Zone)

// walkers is a store with two grid members and an office.
func walkers(t *testing.T) (*store.Store, string) {
	t.Helper()
	s, url := freshAt(t)
	user := func(name string, role org.Role, unit string) org.User {
		return org.User{Username: name, ZH: name, EN: name, Grants: []org.Grant{{Role: role, Unit: unit}}}
	}
	require.NoError(t, s.UpsertUsers(t.Context(), []org.User{user("wang", org.RoleGridMemberFullTime, "220402008901001"),
		user("li", org.RoleGridMemberPartTime, "220403004901001"), user("zhao", org.RoleTownshipOffice, "220402008-C")}, ""))
	return s, url
}

func someTrack(n int) (out []patrol.Point) {
	for i := range n {
		p := patrol.Point{At: morning.Add(time.Duration(i) * 10 * time.Second), Point: geo.Point{Lat: 42.9 + float64(i)*1e-5, Lon: 125.14}, Accuracy: 8.04, Source: patrol.SourceTraccar}
		p.Received = p.At.Add(time.Minute)
		out = append(out, p)
	}
	return out
}

func facts(t *testing.T, s *store.Store) patrol.Facts {
	t.Helper()
	d := calendar.DateOf(morning)
	f, err := s.FieldFacts(t.Context(), "wang", []string{"220400", "220402"}, d, d, 12*time.Hour, nil)
	require.NoError(t, err)
	return f
}

// TestPointsAreKeptOnce: whatever batches, order and repetitions they come in, also
// at the same time.
func TestPointsAreKeptOnce(t *testing.T) {
	t.Parallel()
	s, _ := walkers(t)
	track := someTrack(500)
	speed := 1.25
	track[3].Speed, track[4].Mock, track[5].Offline = &speed, true, true
	var together sync.WaitGroup
	var mu sync.Mutex
	stored := 0
	for n := range 4 {
		together.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 1))
			for range 12 {
				from := r.IntN(400)
				batch := append([]patrol.Point(nil), track[from:from+100]...)
				r.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
				news, err := s.AddPoints(context.Background(), "wang", append(batch, batch[0]))
				assert.NoError(t, err)
				mu.Lock()
				for _, fresh := range news {
					if fresh {
						stored++
					}
				}
				mu.Unlock()
			}
		})
	}
	together.Wait()
	_, err := s.AddPoints(t.Context(), "wang", track)
	require.NoError(t, err)
	got := facts(t, s).Points
	require.Len(t, got, 500)
	assert.LessOrEqual(t, stored, 500)
	for i, p := range got {
		assert.True(t, p.At.Equal(track[i].At))
		assert.InDelta(t, track[i].Lat, p.Lat, 1e-7)
		assert.InDelta(t, 8.1, p.Accuracy, 1e-9, "never better than told")
	}
	assert.InDelta(t, 1.25, *got[3].Speed, 1e-9)
	assert.True(t, got[4].Mock && got[5].Offline && !got[6].Mock && got[6].Speed == nil)
	assert.Equal(t, track[0].Received.UTC(), got[0].Received)
	assert.Equal(t, patrol.SourceTraccar, got[0].Source)
	other, err := s.FieldFacts(t.Context(), "li", nil, calendar.DateOf(morning), calendar.DateOf(morning), 0, nil)
	require.NoError(t, err)
	assert.Empty(t, other.Points)
}

func TestMarksBeatsAndRetention(t *testing.T) {
	t.Parallel()
	s, _ := walkers(t)
	mark := patrol.Mark{Kind: patrol.Duty, On: true, At: morning.UTC(), Client: "a", Received: morning.UTC()}
	for _, want := range []bool{true, false} {
		news, err := s.AddMark(t.Context(), "wang", mark)
		require.NoError(t, err)
		assert.Equal(t, want, news)
	}
	changed := mark
	changed.On = false
	_, err := s.AddMark(t.Context(), "wang", changed)
	assert.Equal(t, domain.CodeKeyReused, domain.CodeOf(err))
	assert.Equal(t, []patrol.Mark{mark}, facts(t, s).Marks)

	beats := []time.Time{morning, morning.Add(30 * time.Second), morning.Add(5 * time.Minute), morning.Add(14*time.Hour + 59*time.Minute)}
	for range 2 {
		require.NoError(t, s.AddBeats(t.Context(), "wang", beats))
	}
	assert.Len(t, facts(t, s).Beats, 3)
	assert.True(t, facts(t, s).Beats[1].Equal(morning.Add(5*time.Minute)))

	_, err = s.AddPoints(t.Context(), "wang", someTrack(10))
	require.NoError(t, err)
	d := calendar.DateOf(morning)
	n, err := s.ForgetTracks(t.Context(), d)
	require.NoError(t, err)
	assert.Zero(t, n)
	assert.Len(t, facts(t, s).Points, 10)
	kept := patrol.Kept{Basis: "b", Walked: time.Hour, Metres: 12.5, Online: time.Minute, Mocks: 1, Teleports: 2, Places: []uint32{1, 1 << 31}}
	require.NoError(t, s.KeepDays(t.Context(), "wang", map[calendar.Date]patrol.Kept{d: kept}))
	days, err := s.KeptDays(t.Context(), []string{"wang", "li"}, d, d)
	require.NoError(t, err)
	assert.Equal(t, map[string]map[calendar.Date]patrol.Kept{"wang": {d: kept}}, days)
	n, err = s.ForgetTracks(t.Context(), d.AddDays(1))
	require.NoError(t, err)
	assert.EqualValues(t, 10, n)
	f := facts(t, s)
	assert.Empty(t, f.Points)
	assert.Empty(t, f.Beats)
	days, err = s.KeptDays(t.Context(), []string{"wang"}, d, d)
	require.NoError(t, err)
	assert.Empty(t, days, "what was measured of it goes with it")
	assert.Empty(t, f.Marks, "when somebody was on duty is no less personal")
}

func TestLeaveNeedsTwo(t *testing.T) {
	t.Parallel()
	s, _ := walkers(t)
	d := calendar.DateOf(morning)
	l, err := s.AskLeave(t.Context(), view.Leave{Member: "wang", Away: patrol.Away{Excuse: patrol.Leave, From: d, To: d}, Reason: "病", Client: "1", AskedBy: "zhao", AskedAt: morning})
	require.NoError(t, err)
	for _, who := range []string{"zhao", "wang"} {
		_, err = s.DecideLeave(t.Context(), l.ID, true, who, "", morning)
		assert.Equal(t, "two_persons", domain.ReasonOf(err), "who asks, or is away")
	}
	assert.Empty(t, facts(t, s).Away)
	l, err = s.DecideLeave(t.Context(), l.ID, true, "li", "ok", morning)
	require.NoError(t, err)
	assert.True(t, *l.Approved)
	_, err = s.Declare(t.Context(), view.Exemption{Area: "220403", Away: patrol.Away{From: d, To: d}, Reason: "雪", Client: "1", DeclaredBy: "zhao", DeclaredAt: morning})
	require.NoError(t, err)
	assert.Equal(t, []patrol.Away{{Excuse: patrol.Leave, From: d, To: d}}, facts(t, s).Away, "the weather of another county is none of wang's")
}

// TestEventFactsComeFromTheLedger reads the states and the body §3.3 gives a grid event.
func TestEventFactsComeFromTheLedger(t *testing.T) {
	t.Parallel()
	s, url := walkers(t)
	at := func(h int) time.Time { return morning.Add(time.Duration(h) * time.Hour) }
	var nos []string
	for i := range 5 {
		nos = append(nos, register(t, s, at(i), func(c *grievance.Case) { c.RegisteredBy = "wang" }).No)
	}
	set := func(i int, state, body string) {
		tag, err := raw(t, url).Exec(t.Context(), `UPDATE cases SET kind = 'grid_event', state = $2, created_at = $4, body = body || $3::jsonb, readers = array_append(readers, 'p:wang') WHERE no = $1`, nos[i], state, body, at(i))
		require.NoError(t, err)
		require.EqualValues(t, 1, tag.RowsAffected())
	}
	set(0, "reported", `{"reporter": "wang"}`)
	set(1, "closed", `{"reporter": "wang", "trivial": true, "photos": [{"by": "wang", "flags": ["album", "far"]}], "rating": {"score": 4}}`)
	set(2, "merged", `{"reporter": "wang"}`)
	set(3, "feedback", `{"reporter": "li", "looks": [{"by": "wang", "due_at": "2026-11-24T01:00:00Z", "done_at": "2026-11-23T09:00:00Z"}]}`)
	set(4, "rejected", `{"reporter": "li"}`)
	d := calendar.DateOf(morning)
	got, err := s.EventFacts(t.Context(), "wang", patrol.Span{From: d.Start(), To: d.AddDays(2).Start()})
	require.NoError(t, err)
	require.Len(t, got, 4)
	assert.False(t, got[0].Decided)
	assert.True(t, got[1].Accepted && got[1].Trivial && got[1].First && got[1].Reported)
	assert.Equal(t, []string{"album_photo"}, got[1].Flags)
	assert.Equal(t, 4, got[1].Rating)
	assert.True(t, got[2].Decided && got[2].Duplicate && !got[2].Accepted)
	require.NotNil(t, got[3].Verification)
	assert.False(t, got[3].Reported)
	inTime, _ := got[3].Verification.Done(at(100))
	assert.True(t, inTime)
}
