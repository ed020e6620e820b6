package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"huajie/domain/codes"
	"huajie/domain/grievance"
)

// TestWhatAWhistleIsLinkedTo: a case that still goes on and is no accusation; once linked, a retry
// is answered whatever has become of the case.
func TestWhatAWhistleIsLinkedTo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	no := h.dispatched(t)
	post := func(key string) request {
		return request{as: townOffice, method: http.MethodPost, path: "/api/v1/whistles", body: strings.TrimSuffix(draft, "}") + `,"case":"` + no + `"}`,
			header: map[string]string{"Idempotency-Key": key}}
	}
	require.Equal(t, http.StatusCreated, h.do(t, post("k")).Code)
	c := h.cases[no]
	was := c.State
	c.State = grievance.Withdrawn
	h.play(t, []scenario{
		{name: "a case that is over", request: post("over"), status: 422, want: []string{`"case_over"`}},
		{name: "again", request: post("k"), status: 201, want: []string{"220402W2026112300001"}},
	})
	c.State, c.County = was, "220403"
	h.play(t, []scenario{{name: "of another county", request: post("county"), status: 422, want: []string{`"other_county"`}}})
	c.County, c.Confidentiality = "220402", codes.ConfidentialityAccusation
	h.play(t, []scenario{{name: "an accusation", request: post("sealed"), status: 422, want: []string{`"field":"case"`}}})
}
