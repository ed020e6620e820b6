package app_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/activities"
	"huajie/activities/activitiestest"
	"huajie/api"
	"huajie/domain"
	"huajie/domain/evidence"
	"huajie/domain/form"
	"huajie/domain/geo"
	"huajie/domain/machine"
	"huajie/domain/org"
	"huajie/internal/blobs"
	"huajie/internal/picture"
	"huajie/internal/testkit/camera"
	"huajie/internal/upload"
	"huajie/rulebook"
)

// theLamp is in the grid of the walker.
var theLamp = geo.Point{Lat: 42.9190, Lon: 125.1699}

const (
	elsewhere  = "supervisor.220403"
	otherAdmin = "platform.220403"
)

// looks is a square in which every pass on the spot is drawn.
type looks struct {
	*square
	book   *rulebook.Book
	desk   *activities.Desk
	files  *upload.Desk
	unit   string // that mends lamps
	mender string
	taken  int
}

// drawing is the rulebook with a share of its own.
func drawing(t *testing.T, percent string) *rulebook.Book {
	t.Helper()
	files := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(rulebook.Data(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(rulebook.Data(), path)
		files[path] = &fstest.MapFile{Data: []byte(strings.Replace(string(b), "event.recheck.percent: 3%", "event.recheck.percent: "+percent, 1))}
		return err
	}))
	book, err := rulebook.Load(files)
	require.NoError(t, err)
	return book
}

func newLooks(t *testing.T, percent string) *looks {
	t.Helper()
	q := &looks{square: newSquare(t), book: drawing(t, percent)}
	var photos []evidence.Photo
	for i := range 5 {
		id := fmt.Sprintf("photo-%d", i)
		photos = append(photos, evidence.Photo{ID: id, SHA256: id, TakenAt: nine, UploadedAt: nine, At: &theLamp, Source: evidence.Live, By: walker})
	}
	holder := rulebook.NewHolder(q.book)
	q.desk = &activities.Desk{Ledger: activitiestest.WithPhotos(q.store, photos...), Book: holder, Now: q.clock}
	at, err := blobs.FolderURL(t.TempDir())
	require.NoError(t, err)
	kept, err := blobs.New(at)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, kept.Close()) })
	q.files = &upload.Desk{Rows: q.store, Bytes: kept, Studio: picture.New(25_000_000, 1), Most: 20 << 20}
	q.serve(api.Deps{Reader: q.store, Accounts: q.store, Audit: q.store, Field: q.store, Engine: struct{ api.Engine }{}, Rules: holder, Rechecks: q.store, Files: q.files,
		Log: slog.New(slog.DiscardHandler), Now: q.clock})
	unit, ok := q.book.Org.DepartmentNamed("220402", "housing")
	require.True(t, ok)
	q.unit, q.mender = unit.ID, "handler."+unit.ID
	return q
}

// later sets the time, as square.at does.
func (q *looks) later(d time.Duration) *looks {
	q.at(nine.Add(d))
	return q
}

func (q *looks) actor(user string) domain.Actor {
	q.t.Helper()
	u, ok := q.book.Users.User(user)
	require.True(q.t, ok, user)
	return domain.Actor{User: user, Grants: u.Grants}
}

// step takes one step of an event, by a key of its own.
func (q *looks) step(user, no, action string, in form.Input) error {
	_, err := q.desk.Commit(q.t.Context(), activities.CommitInput{Kind: activities.KindGridEvent, No: no, Seq: -1, At: q.clock(),
		Command: machine.Command{Key: uuid.NewString(), Action: action, Actor: q.actor(user), Input: in}})
	return err
}

// fed is an event that waits for somebody to look, reported by the walker.
func (q *looks) fed(key string) string {
	q.t.Helper()
	w, err := q.desk.ReportEvent(q.t.Context(), activities.RegisterInput{Actor: q.actor(walker), Key: key, At: q.clock(), Input: form.Input{
		"category": "E0102", "description": "小区门口路灯整排不亮,夜间出行不便", "urgency": "normal", "photos": []any{"photo-0", "photo-1", "photo-2"},
		"location": map[string]any{"lat": theLamp.Lat, "lon": theLamp.Lon, "accuracy": 8.0}}})
	require.NoError(q.t, err)
	q.mend(w.No, "dispatch")
	return w.No
}

// mend brings an event to where somebody must look.
func (q *looks) mend(no, from string) {
	q.t.Helper()
	if from == "dispatch" {
		require.NoError(q.t, q.step(admin, no, "dispatch", form.Input{"lead_unit": q.unit, "requirements": "当日修复"}))
		require.NoError(q.t, q.step("liaison."+q.unit, no, "sign-for", nil))
		require.NoError(q.t, q.step("liaison."+q.unit, no, "start-disposal", form.Input{"handlers": []any{"handler." + q.unit}}))
	}
	require.NoError(q.t, q.step(q.mender, no, "submit-disposal", form.Input{"result": "已更换灯泡", "after_photos": []any{"photo-3"}}))
}

func pass() form.Input {
	return form.Input{"verdict": "pass", "location": map[string]any{"lat": theLamp.Lat, "lon": theLamp.Lon}, "photos": []any{"photo-4"}, "score": 5.0}
}

// passed is an event that the walker has passed.
func (q *looks) passed(key string) string {
	q.t.Helper()
	no := q.fed(key)
	require.NoError(q.t, q.step(walker, no, "verify", pass()))
	return no
}

// photo takes a photo of the lamp and sends it whole.
func (q *looks) photo(user string) string {
	q.t.Helper()
	q.taken++
	data := camera.Shot{Width: 320, Height: 240, Seed: uint64(q.taken), At: &theLamp}.Take()
	sum, now := sha256.Sum256(data), q.clock()
	d := evidence.Declared{ID: uuid.NewString(), SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data)), Media: "image/jpeg", PartSize: len(data), TakenAt: now, At: &theLamp, Source: evidence.Live}
	_, _, err := q.files.Declare(q.t.Context(), evidence.Upload{Declared: d, By: user, CreatedAt: now}, evidence.Quota{Files: 99, Bytes: 1 << 30, Unfinished: 99})
	require.NoError(q.t, err)
	_, err = q.files.Put(q.t.Context(), user, d.ID, 1, data, now)
	require.NoError(q.t, err)
	require.NoError(q.t, q.files.Finish(q.t.Context(), user, d.ID, now))
	return d.ID
}

// listed are the looks somebody is shown.
func (q *looks) listed(user, query string) []any {
	q.t.Helper()
	return q.as(user, 200, "GET", "/rechecks"+query, "")["items"].([]any)
}

func (q *looks) only(user, query string) map[string]any {
	q.t.Helper()
	list := q.listed(user, query)
	require.Len(q.t, list, 1)
	return list[0].(map[string]any)
}

// found is an answer from the place.
func found(verdict, client, more string) string {
	return fmt.Sprintf(`{"verdict":%q,"client":%q,"location":{"lat":%f,"lon":%f}%s}`, verdict, client, theLamp.Lat, theLamp.Lon, more)
}

func answerOf(v map[string]any) string { return fmt.Sprintf("/rechecks/%v/answer", v["id"]) }

// TestAFalsePassIsFound: drawn with the closing, shown to the city alone, answered on the spot,
// told to the county, and a flag on who passed it until somebody clears it (§6 item 78).
func TestAFalsePassIsFound(t *testing.T) {
	t.Parallel()
	q := newLooks(t, "100%")
	no := q.passed("one")
	look := q.only(city, "")
	assert.Equal(t, []any{no, "open", walker, false}, []any{look["no"], look["state"], look["verifier"], look["overdue"]})
	assert.Equal(t, "2026-11-30T17:00:00+08:00", look["due_at"], "five working days")
	for _, user := range []string{county, director, admin, elsewhere} {
		assert.Empty(t, q.listed(user, "?state=open"), user)
		assert.Empty(t, q.listed(user, "?no="+no), user)
		q.as(user, 403, "POST", answerOf(look), found("pass", "c", ""))
	}
	for _, user := range []string{walker, leader, office, "liaison." + q.unit, "handler." + q.unit} {
		q.as(user, 403, "GET", "/rechecks", "")
		q.as(user, 403, "POST", answerOf(look), found("pass", "c", ""))
	}
	assert.Empty(t, q.zeroed())

	q.at(nine.Add(26 * time.Hour))
	far := strings.Replace(found("pass", "c", ""), "42.9190", "42.9200", 1)
	assert.Contains(t, fmt.Sprint(q.as(city, 422, "POST", answerOf(look), far)), "not_there")
	assert.Contains(t, fmt.Sprint(q.as(city, 422, "POST", answerOf(look), `{"verdict":"pass","client":"c"}`)), "location")
	bare := fmt.Sprint(q.as(city, 422, "POST", answerOf(look), found("fail", "c", "")))
	assert.Contains(t, bare, "photos")
	assert.Contains(t, bare, "comment")
	assert.Contains(t, fmt.Sprint(q.as(city, 422, "POST", answerOf(look), found("not_possible", "c", ""))), "reason")
	another := q.photo(walker)
	assert.Contains(t, fmt.Sprint(q.as(city, 422, "POST", answerOf(look), found("fail", "c", `,"comment":"灯仍不亮","photos":["`+another+`"]`))), "unknown_file", "of somebody else")

	fail := found("fail", "c", `,"comment":"灯仍不亮","photos":["`+q.photo(city)+`"]`)
	for range 2 {
		got := q.as(city, 200, "POST", answerOf(look), fail)["answer"].(map[string]any)
		assert.Equal(t, []any{"fail", "灯仍不亮", 1.0, city}, []any{got["verdict"], got["comment"], got["photos"], got["by"]})
	}
	assert.Equal(t, "key_reused", q.as(city, 422, "POST", answerOf(look), found("not_possible", "c", `,"reason":"changed"`))["code"])
	assert.Equal(t, "answered_already", q.as(city, 409, "POST", answerOf(look), found("pass", "d", ""))["reason"])

	for _, user := range []string{county, director, admin, city} {
		v := q.only(user, "?no="+no)
		assert.Equal(t, "fail", v["answer"].(map[string]any)["verdict"], user)
		assert.NotEmpty(t, v["answer"].(map[string]any)["next"])
	}
	for _, user := range []string{elsewhere, otherAdmin} {
		assert.Empty(t, q.listed(user, ""), user)
	}
	photo := fmt.Sprintf("/rechecks/%v/photos/1", look["id"])
	q.as(county, 200, "GET", photo, "")
	q.as(elsewhere, 404, "GET", photo, "")
	q.as(walker, 403, "GET", photo, "")
	q.as(county, 404, "GET", photo[:len(photo)-1]+"2", "")
	assert.Equal(t, 3, q.count(`SELECT count(*) FROM notices WHERE n = 'N20' AND exempt = 'overseers_only' AND title_en = 'A pass did not hold'`), "once, to the three")
	assert.Equal(t, 0, q.count(`SELECT count(*) FROM rechecks WHERE comment LIKE '%灯%'`), "words are sealed")

	assert.Equal(t, []string{"verification"}, q.zeroed())
	line := q.flags(office, "")[0].(map[string]any)
	assert.Equal(t, []any{walker, "2026-11-23", "false_pass"}, []any{line["member"], line["day"], line["flag"].(map[string]any)["kind"]})
	q.as(office, 200, "POST", rulings, ruling("false_pass", 1, true))
	assert.Empty(t, q.zeroed(), "what is explained takes nothing away")
	q.as(county, 200, "POST", rulings, ruling("false_pass", 1, false))
	assert.Equal(t, []string{"verification"}, q.zeroed())

	require.NoError(t, q.step(admin, no, "reopen", form.Input{"reason": "市级复核不属实"}), "the next step that is told")
	assert.Equal(t, "answered", q.only(county, "")["state"], "what was found stays")
	assert.Equal(t, []string{"verification"}, q.zeroed())
	require.NoError(t, q.step(admin, no, "convert", form.Input{"reason": "两家争用路灯杆", "personal": true, "consent": "written", "confidentiality": "C1", "summary": "邻里因杆位发生纠纷"}))
	for _, user := range []string{county, admin, city} {
		assert.Empty(t, q.listed(user, ""), "it became a person's dispute: its words are for those named on it, not for "+user)
	}
	assert.Equal(t, []string{"verification"}, q.zeroed())
}

// TestAPassThatHolds takes nothing away, and neither does a place nobody could look at.
func TestAPassThatHolds(t *testing.T) {
	t.Parallel()
	q := newLooks(t, "100%")
	q.passed("one")
	q.later(time.Hour).passed("two")
	list := q.listed(city, "")
	require.Len(t, list, 2)
	q.as(city, 200, "POST", answerOf(list[0].(map[string]any)), found("pass", "c", ""))
	q.as(city, 200, "POST", answerOf(list[1].(map[string]any)), `{"verdict":"not_possible","reason":"no_access","client":"d"}`)
	assert.Empty(t, q.zeroed())
	assert.Equal(t, 0, q.count(`SELECT count(*) FROM notices WHERE exempt = 'overseers_only'`))
	assert.Empty(t, q.listed(city, "?state=open"))
	assert.Len(t, q.listed(county, "?state=answered"), 2)
}

// TestOpenLooksComeFirst, by when they are due, page by page.
func TestOpenLooksComeFirst(t *testing.T) {
	t.Parallel()
	q := newLooks(t, "100%")
	var nos []any
	for i := range 4 {
		nos = append(nos, q.later(time.Duration(i)*time.Minute).passed(fmt.Sprint(i)))
	}
	q.as(city, 200, "POST", answerOf(q.only(city, fmt.Sprint("?no=", nos[0]))), found("pass", "c", ""))
	var got []any
	for next := ""; ; {
		page := q.as(city, 200, "GET", "/rechecks?limit=3&cursor="+next, "")
		for _, v := range page["items"].([]any) {
			got = append(got, v.(map[string]any)["no"])
		}
		if next, _ = page["next_cursor"].(string); next == "" {
			break
		}
	}
	assert.Equal(t, []any{nos[1], nos[2], nos[3], nos[0]}, got)
	assert.Len(t, q.listed(city, "?county=220402"), 4)
	assert.Empty(t, q.listed(city, "?county=220403"))
	q.at(nine.Add(9 * 24 * time.Hour))
	assert.Equal(t, true, q.listed(city, "")[0].(map[string]any)["overdue"])
}

// TestWhoHadAHandNeitherSeesNorAnswers, were it a supervisor of the city.
func TestWhoHadAHandNeitherSeesNorAnswers(t *testing.T) {
	t.Parallel()
	q := newLooks(t, "100%")
	q.mender = "liaison." + q.unit // who is no handler, and mended it all the same
	q.passed("one")
	look := q.only(city, "")
	inspector, _ := q.book.Users.User(city)
	for _, user := range []string{walker, "handler." + q.unit, q.mender} {
		both, _ := q.book.Users.User(user)
		both.Grants = append(both.Grants, inspector.Grants...)
		require.NoError(t, q.store.UpsertUsers(t.Context(), []org.User{both}, ""))
		assert.Empty(t, q.listed(user, ""), user)
		q.as(user, 404, "POST", answerOf(look), found("pass", "c", ""))
	}
}

// TestALookLapsesWithItsEvent: reopened before anybody went, it is closed anew and drawn anew.
func TestALookLapsesWithItsEvent(t *testing.T) {
	t.Parallel()
	q := newLooks(t, "100%")
	no := q.passed("one")
	look := q.only(city, "")
	require.NoError(t, q.later(time.Hour).step(admin, no, "reopen", form.Input{"reason": "又不亮了"}))
	assert.Equal(t, "lapsed", q.only(city, "")["state"])
	assert.Empty(t, q.listed(city, "?state=open"))
	assert.Equal(t, "event_reopened", q.as(city, 409, "POST", answerOf(look), found("pass", "c", ""))["reason"])
	q.mend(no, "")
	require.NoError(t, q.step(walker, no, "verify", pass()))
	assert.NotEqual(t, look["id"], q.only(city, "?state=open")["id"], "the newest closing counts")
	assert.Len(t, q.listed(city, ""), 2)
}

// TestEveryClosingIsJudgedOnce: by two workers at the same moment, by the same wish and by two.
func TestEveryClosingIsJudgedOnce(t *testing.T) {
	t.Parallel()
	q := newLooks(t, "100%")
	for i := range 6 {
		no := q.fed(fmt.Sprint(i))
		var both sync.WaitGroup
		for w := range 2 {
			both.Go(func() {
				key := no
				if i%2 == 0 {
					key += fmt.Sprint(w)
				}
				_, _ = q.desk.Commit(context.Background(), activities.CommitInput{Kind: activities.KindGridEvent, No: no, Seq: -1, At: q.clock(),
					Command: machine.Command{Key: key, Action: "verify", Actor: q.actor(walker), Input: pass()}})
			})
		}
		both.Wait()
		assert.Equal(t, 1, q.count(`SELECT count(*) FROM rechecks WHERE no = '`+no+`'`))
	}
}

// TestNothingElseIsDrawn: nothing at no share, not what did not pass, and nothing again by what
// comes after the closing.
func TestNothingElseIsDrawn(t *testing.T) {
	t.Parallel()
	q := newLooks(t, "0%")
	q.passed("one")
	assert.Equal(t, 0, q.count(`SELECT count(*) FROM rechecks`))
	q = newLooks(t, "100%")
	no := q.fed("one")
	require.NoError(t, q.step(walker, no, "verify", form.Input{"verdict": "fail", "location": pass()["location"], "photos": []any{"photo-4"}, "comment": "未修复"}))
	assert.Equal(t, 0, q.count(`SELECT count(*) FROM rechecks`))
	no = q.passed("two")
	require.NoError(t, q.step(walker, no, "rate", form.Input{"score": 5.0}))
	assert.Equal(t, 1, q.count(`SELECT count(*) FROM rechecks`))
}

// TestRecheckPhotosStay: no sweep takes a photo that was shown for a look.
func TestRecheckPhotosStay(t *testing.T) {
	t.Parallel()
	q := newLooks(t, "100%")
	q.passed("one")
	q.passed("two")
	list, shown, loose := q.listed(city, ""), q.photo(city), q.photo(city)
	body := `,"comment":"灯仍不亮","photos":["` + shown + `"]`
	q.as(city, 200, "POST", answerOf(list[0].(map[string]any)), found("fail", "c", body))
	assert.Equal(t, "photo_used", q.as(city, 409, "POST", answerOf(list[1].(map[string]any)), found("fail", "d", body))["reason"])
	n, err := q.store.ForgetPhotos(t.Context(), time.Now().Add(time.Hour))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	c, err := pgx.Connect(t.Context(), q.url)
	require.NoError(t, err)
	defer func() { _ = c.Close(context.Background()) }()
	var left []string
	rows, err := c.Query(t.Context(), `SELECT id FROM files`)
	require.NoError(t, err)
	left, err = pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	assert.Equal(t, []string{shown}, left)
	assert.NotEqual(t, loose, shown)
}
