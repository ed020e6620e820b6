package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/api"
	"huajie/domain/account"
	"huajie/domain/calendar"
	"huajie/internal/testkit"
	"huajie/rulebook"
	"huajie/store"
)

// The people of the field.
const (
	walker     = "grid.220402008901001"
	neighbour  = "grid.220403004901001"
	leader     = "gridlead.220402008901"
	office     = "office.220402008"
	otherPlace = "office.220403004"
	county     = "supervisor.220402"
	admin      = "platform.220402"
)

// nine is a Monday morning.
var nine = time.Date(2026, time.November, 23, 9, 0, 0, 0, calendar.Zone)

// square is the product's door over a real store, at a time the test sets.
type square struct {
	t      *testing.T
	store  *store.Store
	url    string
	server *httptest.Server
	mu     sync.Mutex
	now    time.Time
	tokens map[string]string
}

func newSquare(t *testing.T) *square {
	t.Helper()
	book, err := rulebook.Default()
	require.NoError(t, err)
	q := &square{t: t, url: testkit.MigratedDatabase(t, migrated), now: nine, tokens: map[string]string{}}
	q.store, err = store.New(t.Context(), q.url, store.WithFields(testkit.Fields()))
	require.NoError(t, err)
	t.Cleanup(q.store.Close)
	require.NoError(t, q.store.UpsertUsers(t.Context(), book.Users.Users(), ""))
	q.serve(api.Deps{Reader: q.store, Accounts: q.store, Audit: q.store, Field: q.store, Engine: struct{ api.Engine }{}, Rules: rulebook.NewHolder(book),
		Log: slog.New(slog.DiscardHandler), Now: q.clock})
	return q
}

// serve opens a door.
func (q *square) serve(d api.Deps) {
	q.server = httptest.NewServer(api.New(d))
	q.t.Cleanup(q.server.Close)
}

func (q *square) clock() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.now
}

func (q *square) at(now time.Time) *square {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.now = now
	return q
}

// send makes one request; header pairs follow the body.
func (q *square) send(method, path, body string, header ...string) (int, http.Header, map[string]any) {
	q.t.Helper()
	req, err := http.NewRequestWithContext(q.t.Context(), method, q.server.URL+"/api/v1"+path, strings.NewReader(body))
	require.NoError(q.t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(q.t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(q.t, err)
	var out map[string]any
	_ = json.Unmarshal(raw, &out)
	return res.StatusCode, res.Header, out
}

// as makes a request of a user and wants a status.
func (q *square) as(user string, want int, method, path, body string) map[string]any {
	q.t.Helper()
	token, ok := q.tokens[user]
	if !ok {
		var err error
		_, token, err = q.store.Issue(q.t.Context(), account.Opening{Username: user, Until: time.Now().Add(time.Hour)})
		require.NoError(q.t, err, user)
		q.tokens[user] = token
	}
	status, _, out := q.send(method, path, body, "Authorization", "Bearer "+token)
	require.Equal(q.t, want, status, "%s %s: %v", method, path, out)
	return out
}

func (q *square) duty(on bool, at time.Time, client string) map[string]any {
	q.t.Helper()
	return q.as(walker, 200, "POST", "/field/duty", fmt.Sprintf(`{"on":%t,"at":%q,"client":%q}`, on, at.Format(time.RFC3339), client))
}

func (q *square) patrol(what string, at time.Time, client string) {
	q.t.Helper()
	q.as(walker, 200, "POST", "/field/patrols/"+what, fmt.Sprintf(`{"at":%q,"client":%q}`, at.Format(time.RFC3339), client))
}

// step is a point of a walk at 1.6 km/h, round and round in the grid of the walker, so many
// seconds after nine.
func step(seconds int) string {
	const degree = math.Pi / 180 * 6371008.8
	const round = 120 // metres from the middle
	turned := 1.6 / 3.6 * float64(seconds) / round
	lat := 42.91898 + round*math.Sin(turned)/degree
	lon := 125.16993 + round*math.Cos(turned)/degree/math.Cos(42.919*math.Pi/180)
	return fmt.Sprintf(`{"at":%q,"lat":%.7f,"lon":%.7f,"accuracy":8}`, nine.Add(time.Duration(seconds)*time.Second).Format(time.RFC3339), lat, lon)
}

// walk is a batch of a walk from one second to another, a point every ten.
func walk(from, to int) string {
	var points []string
	for s := from; s < to; s += 10 {
		points = append(points, step(s))
	}
	return `{"points":[` + strings.Join(points, ",") + `]}`
}

func (q *square) count(sql string) (n int) {
	q.t.Helper()
	conn, err := pgx.Connect(q.t.Context(), q.url)
	require.NoError(q.t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	require.NoError(q.t, conn.QueryRow(q.t.Context(), sql).Scan(&n))
	return n
}

// TestADayInTheField is 235 as a member lives it: on duty, on patrol, two hours
// and three kilometres, batches sent twice, split and in any order.
func TestADayInTheField(t *testing.T) {
	t.Parallel()
	q := newSquare(t)
	refused := q.at(nine.Add(time.Minute)).as(walker, 200, "POST", "/field/tracks", walk(0, 60))
	assert.EqualValues(t, map[string]any{"off_duty": 6.0}, refused["refused"])
	assert.Equal(t, 0, q.count(`SELECT count(*) FROM track_points`), "off duty nothing is kept")
	assert.Equal(t, 6, q.count(`SELECT n FROM track_refusals`), "but counted")
	q.as(walker, 409, "POST", "/field/patrols/start", `{"client":"early"}`)

	assert.Equal(t, true, q.duty(true, nine, "d1")["on_duty"])
	assert.Equal(t, false, q.duty(true, nine, "d1")["news"], "said twice is said once")
	q.as(walker, 422, "POST", "/field/duty", `{"on":false,"client":"d1","at":"2026-11-20T09:00:00+08:00"}`)
	q.patrol("start", nine, "p1")
	q.at(nine.Add(2*time.Hour + 10*time.Minute))
	q.patrol("stop", nine.Add(2*time.Hour+2*time.Minute), "p2")

	q.as(walker, 200, "POST", "/field/tracks", walk(4000, 7320))
	first := q.as(walker, 200, "POST", "/field/tracks", walk(0, 4000))
	assert.EqualValues(t, 400, first["stored"])
	assert.NotEmpty(t, first["server_time"])
	again := q.as(walker, 200, "POST", "/field/tracks", walk(3000, 5000))
	assert.EqualValues(t, 0, again["stored"])
	assert.EqualValues(t, 200, again["known"])
	assert.Equal(t, 732, q.count(`SELECT count(*) FROM track_points`))

	mixed := q.as(walker, 200, "POST", "/field/tracks", `{"points":[`+step(7320)+`,{"at":"soon","lat":1,"lon":2},7,{"at":"2026-11-23T23:00:00+08:00","lat":42.9,"lon":125.1}]}`)
	assert.EqualValues(t, 1, mixed["stored"])
	assert.Equal(t, map[string]any{"malformed": 2.0, "clock": 1.0}, mixed["refused"])
	q.as(walker, 422, "POST", "/field/tracks", walk(0, 10010))
	q.as(walker, 200, "POST", "/field/heartbeats", fmt.Sprintf(`{"at":[%q,%q]}`, nine.Add(125*time.Minute).Format(time.RFC3339), nine.Add(129*time.Minute).Format(time.RFC3339)))

	day := q.as(walker, 200, "GET", "/field/day", "")
	assert.InDelta(t, 121.7, day["patrol_minutes"], 1)
	assert.InDelta(t, 3.25, day["patrol_km"], 0.05)
	assert.InDelta(t, 129, day["online_minutes"], 0.5)
	assert.Equal(t, true, day["day_ok"])
	assert.Equal(t, false, day["unbounded"], "the grid has an area, and the walk lies in it")
	minutes := 0.0
	for _, s := range day["segments"].([]any) {
		minutes += s.(map[string]any)["minutes"].(float64)
	}
	assert.InDelta(t, 122, minutes, 0.1, "what does not count is shown too")

	month := q.as(walker, 200, "GET", "/field/month?month=2026-11", "")
	assert.Len(t, month["parts"], 8)
	assert.InDelta(t, 1, month["days_ok"].(map[string]any)["done"], 0)
	assert.Nil(t, q.as(walker, 200, "GET", "/field/week", "")["week_ok"], "the week is not over")
	q.as(walker, 409, "GET", "/field/day?date=2025-01-06", "")
	q.as(walker, 422, "GET", "/field/day?date=2027-01-06", "")
	q.as(office, 403, "GET", "/field/day", "")
}

// TestDutyThatEndedEarlier: what was sent for the time after an end of duty that is
// told late is forgotten.
func TestDutyThatEndedEarlier(t *testing.T) {
	t.Parallel()
	q := newSquare(t)
	q.duty(true, nine, "d1")
	q.at(nine.Add(time.Hour)).as(walker, 200, "POST", "/field/tracks", walk(0, 3000))
	q.as(walker, 200, "POST", "/field/heartbeats", fmt.Sprintf(`{"at":[%q,%q]}`, nine.Format(time.RFC3339), nine.Add(40*time.Minute).Format(time.RFC3339)))
	q.duty(false, nine.Add(20*time.Minute), "d2")
	assert.Equal(t, 120, q.count(`SELECT count(*) FROM track_points`))
	assert.Equal(t, 1, q.count(`SELECT length(replace(minutes::text, '0', '')) FROM field_beats`))
	late := q.as(walker, 200, "POST", "/field/tracks", walk(1200, 1300))
	assert.Equal(t, map[string]any{"off_duty": 10.0}, late["refused"])
	q.at(nine.Add(26 * time.Hour))
	assert.Equal(t, map[string]any{"clock": 1.0}, q.as(walker, 200, "POST", "/field/tracks", `{"points":[`+step(60)+`]}`)["refused"])
}

func TestForeignTrackers(t *testing.T) {
	t.Parallel()
	q := newSquare(t)
	made := q.as(walker, 200, "POST", "/field/devices", `{"label":"旧手机"}`)
	token := made["token"].(string)
	assert.Equal(t, 0, q.count(`SELECT count(*) FROM field_devices WHERE encode(hash, 'escape') LIKE '%hjd_%'`))
	stamp := func(seconds int) int64 { return nine.Unix() + int64(seconds) }
	own := func(seconds int) string {
		return fmt.Sprintf(`{"_type":"location","tst":%d,"lat":42.9,"lon":125.14,"acc":9,"vel":4,"tid":"wl"}`, stamp(seconds))
	}
	basic := func(token string) []string {
		req, _ := http.NewRequestWithContext(t.Context(), "GET", "/", http.NoBody)
		req.SetBasicAuth("anybody", token)
		return []string{"Authorization", req.Header.Get("Authorization")}
	}
	post := func(seconds int, header ...string) (int, string, string) {
		status, h, _ := q.send("POST", "/track/owntracks", own(seconds), header...)
		return status, h.Get("X-Point"), h.Get("X-Point-Reason")
	}
	status, result, reason := post(0, basic(token)...)
	assert.Equal(t, []any{200, "refused", "off_duty"}, []any{status, result, reason}, "told, and not sent again")
	assert.Equal(t, 0, q.count(`SELECT count(*) FROM track_points`))

	q.duty(true, nine, "d1")
	q.at(nine.Add(10 * time.Minute))
	status, result, _ = post(0, basic(token)...)
	assert.Equal(t, []any{200, "stored"}, []any{status, result})
	status, result, _ = post(0, "Authorization", "Bearer "+token)
	assert.Equal(t, []any{200, "known"}, []any{status, result})
	status, h, _ := q.send("POST", "/track/owntracks", `{"_type":"transition"}`, basic(token)...)
	assert.Equal(t, []any{200, "none"}, []any{status, h.Get("X-Point")})
	status, _, _ = q.send("POST", "/track/owntracks", `{"_type":"location"}`, basic(token)...)
	assert.Equal(t, 400, status)
	status, _, _ = q.send("POST", "/track/owntracks", own(5), basic("hjd_wrong")...)
	assert.Equal(t, 401, status)

	values := url.Values{"id": {token}, "lat": {"42.9"}, "lon": {"125.14"}, "speed": {"2"}, "accuracy": {"9"}, "batt": {"77"}, "altitude": {"250"}}
	for i, form := range []string{fmt.Sprint(stamp(10)), fmt.Sprint(stamp(20) * 1000), nine.Add(30 * time.Second).UTC().Format(time.RFC3339)} {
		values.Set("timestamp", form)
		method := []string{"GET", "POST", "GET"}[i]
		status, _, got := q.send(method, "/track/traccar?"+values.Encode(), "")
		assert.Equal(t, 200, status)
		assert.EqualValues(t, 1, got["stored"], "%s %v", form, got)
	}
	values.Set("timestamp", fmt.Sprint(stamp(40)))
	status, _, got := q.send("POST", "/track/traccar", values.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	assert.Equal(t, 200, status)
	assert.EqualValues(t, 1, got["stored"], got)
	status, _, got = q.send("POST", "/track/traccar", fmt.Sprintf(`{"location":{"timestamp":%q,"coords":{"latitude":42.9,"longitude":125.14,"accuracy":9,"speed":1}},"device_id":%q}`,
		nine.Add(50*time.Second).UTC().Format(time.RFC3339), token))
	assert.Equal(t, 200, status)
	assert.EqualValues(t, 1, got["stored"], got)
	assert.Equal(t, 6, q.count(`SELECT count(*) FROM track_points`))
	assert.Equal(t, 5, q.count(`SELECT count(*) FROM track_points WHERE source = 2 AND speed BETWEEN 100 AND 103`), "knots, and metres a second")

	q.as(walker, 204, "DELETE", fmt.Sprintf("/field/devices/%v", made["id"]), "")
	status, _, _ = q.send("GET", "/track/traccar?"+values.Encode(), "")
	assert.Equal(t, 401, status, "revoked at once")
}

// TestWhoSeesWhom: supervisors see the members of their area, tracks with a reason
// that is recorded, and nobody else anything.
func TestWhoSeesWhom(t *testing.T) {
	t.Parallel()
	q := newSquare(t)
	q.duty(true, nine, "d1")
	q.patrol("start", nine, "p1")
	q.at(nine.Add(time.Hour)).as(walker, 200, "POST", "/field/tracks", walk(0, 3600))

	members := func(user, query string) (out []string) {
		for _, l := range q.as(user, 200, "GET", "/stats/235"+query, "")["items"].([]any) {
			out = append(out, l.(map[string]any)["member"].(string))
		}
		return out
	}
	for _, user := range []string{leader, office, county} {
		assert.Contains(t, members(user, ""), walker, user)
		assert.NotContains(t, members(user, ""), neighbour, user)
	}
	assert.Contains(t, members(otherPlace, ""), neighbour)
	assert.NotContains(t, members(otherPlace, ""), walker)
	assert.Contains(t, members("citysup.220400", "?area=220402008"), walker)
	q.as(office, 404, "GET", "/stats/235?area=220403004", "")
	q.as(walker, 403, "GET", "/stats/235", "")
	page := q.as(county, 200, "GET", "/stats/235?limit=1", "")
	second := q.as(county, 200, "GET", "/stats/235?limit=1&cursor="+page["next_cursor"].(string), "")
	assert.NotEqual(t, page["items"].([]any)[0].(map[string]any)["member"], second["items"].([]any)[0].(map[string]any)["member"])
	q.as(office, 400, "GET", "/stats/235?limit=1&cursor="+page["next_cursor"].(string), "")

	assert.Len(t, q.as(walker, 200, "GET", "/field/tracks", "")["points"], 360)
	q.as(office, 422, "GET", "/field/tracks?member="+walker, "")
	q.as(office, 422, "GET", "/field/tracks?member="+walker+"&reason=curious", "")
	for _, user := range []string{leader, otherPlace, neighbour} {
		q.as(user, 404, "GET", "/field/tracks?reason=integrity&member="+walker, "")
	}
	q.as(office, 404, "GET", "/field/tracks?reason=integrity&member=nobody", "")
	assert.Equal(t, 0, q.count(`SELECT count(*) FROM track_reads`))
	assert.Len(t, q.as(office, 200, "GET", "/field/tracks?reason=integrity&member="+walker, "")["points"], 360)
	reads := q.as(walker, 200, "GET", "/field/track-reads", "")["items"].([]any)
	require.Len(t, reads, 1)
	assert.Equal(t, office, reads[0].(map[string]any)["reader"])
}

func TestLeaveAndWeather(t *testing.T) {
	t.Parallel()
	q := newSquare(t)
	const body = `{"excuse":"leave","from":"2026-11-23","to":"2026-11-23","half":"pm","reason":"就医","client":"l1"}`
	asked := q.as(walker, 200, "POST", "/field/leave", body)
	assert.Equal(t, asked["id"], q.as(walker, 200, "POST", "/field/leave", body)["id"], "asked twice is asked once")
	q.as(walker, 422, "POST", "/field/leave", strings.Replace(body, `"pm"`, `"am"`, 1))
	q.as(walker, 422, "POST", "/field/leave", `{"excuse":"tired","from":"2026-11-23","to":"2026-11-22"}`)
	assert.InDelta(t, 120, q.as(walker, 200, "GET", "/field/day", "")["need_minutes"], 0, "asked for is not granted")
	decision := fmt.Sprintf("/field/leave/%v/decision", asked["id"])
	q.as(otherPlace, 404, "POST", decision, `{"approve":true}`)
	q.as(walker, 404, "POST", decision, `{"approve":true}`)
	assert.Len(t, q.as(office, 200, "GET", "/field/leave", "")["items"], 1)
	assert.Equal(t, "approved", q.as(office, 200, "POST", decision, `{"approve":true}`)["state"])
	q.as(office, 409, "POST", decision, `{"approve":false}`)
	day := q.as(walker, 200, "GET", "/field/day", "")
	assert.InDelta(t, 60, day["need_minutes"], 0)
	assert.InDelta(t, 1.5, day["need_km"], 0)

	own := q.as(office, 200, "POST", "/field/leave", `{"member":"`+walker+`","excuse":"emergency_assignment","from":"2026-11-24","to":"2026-11-24","reason":"防汛","client":"e1"}`)
	q.as(office, 403, "POST", fmt.Sprintf("/field/leave/%v/decision", own["id"]), `{"approve":true}`)
	q.as("tleader.220402008", 200, "POST", fmt.Sprintf("/field/leave/%v/decision", own["id"]), `{"approve":true}`)

	q.as(office, 403, "POST", "/field/exemptions", `{"area":"220402008","from":"2026-11-23","to":"2026-11-23","reason":"暴雪红色预警","client":"x1"}`)
	q.as(admin, 422, "POST", "/field/exemptions", `{"area":"220403","from":"2026-11-23","to":"2026-11-23","reason":"暴雪红色预警","client":"x1"}`)
	storm := q.as(admin, 200, "POST", "/field/exemptions", `{"area":"220402","from":"2026-11-23","to":"2026-11-23","reason":"暴雪红色预警","client":"x1"}`)
	day = q.as(walker, 200, "GET", "/field/day", "")
	assert.InDelta(t, 0, day["need_minutes"], 0)
	assert.Nil(t, day["day_ok"])
	assert.Len(t, day["away"], 2)
	q.as(admin, 200, "DELETE", fmt.Sprintf("/field/exemptions/%v", storm["id"]), "")
	assert.InDelta(t, 60, q.as(walker, 200, "GET", "/field/day", "")["need_minutes"], 0)
}
