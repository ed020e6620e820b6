package app_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"huajie/domain/org"
	"huajie/rulebook"
)

// Others who see flags and rule on them, and one who walks the same grid.
const (
	colleague  = "gridpt.220402008901001"
	townLeader = "tleader.220402008"
	director   = "director.220402"
	city       = "citysup.220400"
)

// flagged is a square whose walker has a flag of a mock location on the day.
func flagged(t *testing.T) *square {
	t.Helper()
	q := newSquare(t)
	q.duty(true, nine, "d1")
	q.patrol("start", nine, "p1")
	q.at(nine.Add(time.Hour)).as(walker, 200, "POST", "/field/tracks", walk(0, 3600))
	q.mock(walker, 2)
	return q
}

// mock has a phone tell a place that is made up.
func (q *square) mock(user string, second int) {
	q.t.Helper()
	q.as(user, 200, "POST", "/field/tracks", `{"points":[`+strings.Replace(step(second), `"accuracy"`, `"mock":true,"accuracy"`, 1)+`]}`)
}

// flags are those somebody lists.
func (q *square) flags(user, query string) []any {
	q.t.Helper()
	return q.as(user, 200, "GET", "/field/flags"+query, "")["items"].([]any)
}

// zeroed are the parts of the walker's month that a flag takes away.
func (q *square) zeroed() (parts []string) {
	q.t.Helper()
	for _, p := range q.as(walker, 200, "GET", "/field/month", "")["parts"].([]any) {
		if z, _ := p.(map[string]any)["zeroed_by"].([]any); len(z) > 0 {
			parts = append(parts, p.(map[string]any)["part"].(string))
		}
	}
	return parts
}

// ruling is what somebody who saw a flag n times says of it.
func ruling(kind string, n int, cleared bool) string {
	return fmt.Sprintf(`{"member":%q,"kind":%q,"day":"2026-11-23","n":%d,"clear":%t,"reason":"经核实为设备故障"}`, walker, kind, n, cleared)
}

const rulings = "/field/flags/rulings"

// TestFlagsAreRuledOn: the township sees what looks made up, says what it was, and what is
// explained takes nothing away any more (§4.10, §6 items 74 and 75).
func TestFlagsAreRuledOn(t *testing.T) {
	t.Parallel()
	q := flagged(t)
	line := q.flags(office, "")[0].(map[string]any)
	assert.Equal(t, []any{walker, "2026-11-23", "mock_location"}, []any{line["member"], line["day"], line["flag"].(map[string]any)["kind"]})
	assert.Equal(t, []string{"time", "distance"}, q.zeroed())

	q.as(office, 422, "POST", rulings, ruling("drift", 1, true))
	q.as(office, 422, "POST", rulings, strings.Replace(ruling("mock_location", 1, true), "11-23", "11-22", 1))
	q.as(office, 422, "POST", rulings, strings.Replace(ruling("mock_location", 1, true), "经核实为设备故障", "", 1))
	for range 2 { // once more is once
		ruled := q.as(office, 200, "POST", rulings, ruling("mock_location", 1, true))
		assert.Equal(t, office, ruled["flag"].(map[string]any)["ruling"].(map[string]any)["by"])
	}
	assert.Equal(t, 1, q.count(`SELECT count(*) FROM field_rulings`))
	assert.Empty(t, q.zeroed(), "what is explained takes nothing away")
	assert.Empty(t, q.flags(office, ""), "it is not open any more")
	assert.Len(t, q.flags(office, "?all=true"), 1)

	q.at(nine.Add(2*time.Hour)).as(county, 200, "POST", rulings, ruling("mock_location", 1, false))
	assert.Equal(t, []string{"time", "distance"}, q.zeroed(), "the last ruling counts")
	assert.Empty(t, q.flags(office, ""), "what was confirmed does not wait either")
	q.as(office, 200, "POST", rulings, ruling("mock_location", 1, true))
	assert.Empty(t, q.zeroed())
}

// TestAFlagThatGrowsIsOpenAgain: nobody has looked at what came later, and nobody rules on
// what came after the look.
func TestAFlagThatGrowsIsOpenAgain(t *testing.T) {
	t.Parallel()
	q := flagged(t)
	q.as(office, 200, "POST", rulings, ruling("mock_location", 1, true))
	q.mock(walker, 4)
	require.Len(t, q.flags(office, ""), 1)
	assert.Equal(t, []string{"time", "distance"}, q.zeroed())
	q.as(office, 409, "POST", rulings, ruling("mock_location", 1, true))
	assert.Len(t, q.flags(office, ""), 1, "the list that was looked at is an old one")
	q.as(office, 200, "POST", rulings, ruling("mock_location", 2, true))
	assert.Empty(t, q.flags(office, ""))
	assert.Empty(t, q.zeroed())
	q.mock(walker, 6)
	assert.Len(t, q.flags(office, ""), 1, "and again")
}

// TestWhoRulesOnFlags: the township of the member and whoever supervises above it; nobody
// elsewhere, nobody below, and nobody on the own.
func TestWhoRulesOnFlags(t *testing.T) {
	t.Parallel()
	q := flagged(t)
	for i, user := range []string{office, townLeader, admin, county, director, city} {
		require.Len(t, q.flags(user, "?month=2026-11&all=true&area=220402008"), 1, user)
		ruled := q.as(user, 200, "POST", rulings, ruling("mock_location", 1, i%2 == 0))
		assert.Equal(t, user, ruled["flag"].(map[string]any)["ruling"].(map[string]any)["by"])
	}
	assert.Equal(t, 6, q.count(`SELECT count(*) FROM field_rulings`), "every ruling is kept")
	assert.Empty(t, q.flags(otherPlace, "?all=true"))
	q.as(office, 404, "GET", "/field/flags?area=220403004", "")
	q.as(office, 422, "GET", "/field/flags?month=2027-01", "")
	for _, user := range []string{leader, walker, "cleader.220402"} {
		q.as(user, 403, "GET", "/field/flags", "")
		q.as(user, 403, "POST", rulings, ruling("mock_location", 1, true))
	}
	q.as(otherPlace, 404, "POST", rulings, ruling("mock_location", 1, true))
	q.as(office, 404, "POST", rulings, strings.Replace(ruling("mock_location", 1, true), walker, office, 1))

	book, err := rulebook.Default()
	require.NoError(t, err)
	both, _ := book.Users.User(walker)
	clerk, _ := book.Users.User(office)
	both.Grants = append(both.Grants, clerk.Grants...)
	require.NoError(t, q.store.UpsertUsers(t.Context(), []org.User{both}, ""))
	require.Len(t, q.flags(walker, "?all=true"), 1, "who patrols and serves in the office sees it")
	refused := q.as(walker, 403, "POST", rulings, ruling("mock_location", 1, true))
	assert.Equal(t, "own_flag", refused["reason"])
}

// TestARulingIsOnOneFlag: what is said of one member is said of no other.
func TestARulingIsOnOneFlag(t *testing.T) {
	t.Parallel()
	q := flagged(t)
	at := nine.Format(time.RFC3339)
	q.as(colleague, 200, "POST", "/field/duty", fmt.Sprintf(`{"on":true,"at":%q,"client":"d1"}`, at))
	q.as(colleague, 200, "POST", "/field/patrols/start", fmt.Sprintf(`{"at":%q,"client":"p1"}`, at))
	q.mock(colleague, 8)
	require.Len(t, q.flags(office, ""), 2)
	q.as(office, 200, "POST", rulings, ruling("mock_location", 1, true))
	left := q.flags(office, "")
	require.Len(t, left, 1)
	assert.Equal(t, colleague, left[0].(map[string]any)["member"])
	q.as(office, 200, "POST", rulings, strings.Replace(ruling("mock_location", 1, true), walker, colleague, 1))
	assert.Empty(t, q.flags(office, ""), "the same words about another are another ruling")
}
